import test from 'ava';
import type { RequestContext, RequestEvent } from '../../engine/controllers/rack/machine.js';
import { requestMachine } from '../../engine/controllers/rack/machine.js';
import { step } from '../../engine/machine/step.js';

const waiting: RequestContext = {
  request: 4,
  process: 9,
  host: null,
  heldCores: 0,
  heldMemslices: 0,
  mayWait: true,
  waitingReason: null,
};
const placed = { ...waiting, host: 2 };
const bound = { ...placed, heldCores: 3, heldMemslices: 1 };

const contexts: Readonly<Record<string, RequestContext>> = {
  PENDING: waiting,
  PLACED: placed,
  BOUND: bound,
  RELEASED: placed,
  REJECTED: waiting,
};

const events: Readonly<Record<RequestEvent['type'], RequestEvent>> = {
  place: { type: 'place', host: 2 },
  bind: {
    type: 'bind',
    cores: [
      [0, 2],
      [5, 1],
    ],
    memslices: [[7, 1]],
  },
  mismatch: { type: 'mismatch' },
  defer: { type: 'defer', reason: 'no host has 3 free cores' },
  withdraw: { type: 'withdraw' },
  release: { type: 'release', cores: [[5, 1]], memslices: [] },
};

const units = { request: 4, process: 9, host: 2 };
const rejected = (reason: string, host: number | null): object => ({
  kind: 'emit',
  type: 'rejected',
  fields: { request: 4, process: 9, host, reason },
});

interface Row {
  readonly from: string;
  readonly event: RequestEvent;
  readonly context?: RequestContext;
  readonly to: string;
  readonly becomes: RequestContext;
  readonly effects: readonly object[];
}

const told = [{ kind: 'emit', type: 'waiting', fields: { request: 4, reason: 'no host has 3 free cores' } }];

const transitions: readonly Row[] = [
  { from: 'PENDING', event: events.place, to: 'PLACED', becomes: placed, effects: [] },
  { from: 'PENDING', event: events.withdraw, to: 'RELEASED', becomes: waiting, effects: [] },
  {
    from: 'PENDING',
    event: events.defer,
    to: 'PENDING',
    becomes: { ...waiting, waitingReason: 'no host has 3 free cores' },
    effects: told,
  },
  {
    from: 'PENDING',
    event: events.defer,
    context: { ...waiting, mayWait: false },
    to: 'REJECTED',
    becomes: { ...waiting, mayWait: false },
    effects: [rejected('infeasible', null)],
  },
  {
    from: 'PLACED',
    event: { type: 'place', host: 5 },
    to: 'PLACED',
    becomes: { ...placed, host: 5 },
    effects: [],
  },
  { from: 'PLACED', event: events.withdraw, to: 'RELEASED', becomes: placed, effects: [] },
  {
    from: 'PLACED',
    event: events.defer,
    to: 'PLACED',
    becomes: { ...placed, waitingReason: 'no host has 3 free cores' },
    effects: told,
  },
  {
    from: 'PLACED',
    event: events.defer,
    context: { ...placed, mayWait: false },
    to: 'REJECTED',
    becomes: { ...placed, mayWait: false },
    effects: [rejected('infeasible', 2)],
  },
  {
    from: 'PLACED',
    event: events.mismatch,
    to: 'REJECTED',
    becomes: placed,
    effects: [rejected('macro-micro-mismatch', 2)],
  },
  {
    from: 'PLACED',
    event: events.bind,
    context: { ...placed, waitingReason: 'full' },
    to: 'BOUND',
    becomes: bound,
    effects: [
      {
        kind: 'emit',
        type: 'bound',
        fields: {
          ...units,
          cores: [
            [0, 2],
            [5, 1],
          ],
          memslices: [[7, 1]],
        },
      },
    ],
  },
  {
    from: 'BOUND',
    event: events.release,
    to: 'BOUND',
    becomes: { ...bound, heldCores: 2 },
    effects: [{ kind: 'emit', type: 'released', fields: { ...units, cores: [[5, 1]], memslices: [] } }],
  },
  {
    from: 'BOUND',
    event: { type: 'release', cores: [[0, 3]], memslices: [[7, 1]] },
    to: 'RELEASED',
    becomes: { ...bound, heldCores: 0, heldMemslices: 0 },
    effects: [{ kind: 'emit', type: 'released', fields: { ...units, cores: [[0, 3]], memslices: [[7, 1]] } }],
  },
];

for (const { from, event, context, to, becomes, effects } of transitions) {
  const stored = { state: from, context: context ?? contexts[from] ?? waiting };
  const mode = stored.context.mayWait ? '' : ' that may not wait';
  const size = event.type === 'release' ? ` of ${event.cores.length + event.memslices.length} extents` : '';
  test(`a ${from} request${mode} becomes ${to} on ${event.type}${size}`, (t) => {
    t.deepEqual(step(requestMachine, stored, event), {
      state: to,
      context: becomes,
      effects,
      ignored: false,
    } as never);
  });
}

test('each state ignores exactly the events it has no use for', (t) => {
  const ignored = Object.entries(contexts).map(([state, context]) => [
    state,
    Object.values(events)
      .filter((event) => step(requestMachine, { state, context }, event).ignored)
      .map(({ type }) => type),
  ]);
  t.deepEqual(Object.fromEntries(ignored), {
    PENDING: ['bind', 'mismatch', 'release'],
    PLACED: ['release'],
    BOUND: ['place', 'bind', 'mismatch', 'defer', 'withdraw'],
    RELEASED: ['place', 'bind', 'mismatch', 'defer', 'withdraw', 'release'],
    REJECTED: ['place', 'bind', 'mismatch', 'defer', 'withdraw', 'release'],
  });
});

test('the states of the machine are the states of the test, so that none is left out', (t) => {
  t.deepEqual(Object.keys(requestMachine.states), Object.keys(contexts));
  const taken = Object.entries(requestMachine.states).flatMap(([state, node]) =>
    node.ownEvents.map((type) => `${state} ${type}`),
  );
  const visited = new Set(transitions.map(({ from, event }) => `${from} ${event.type}`));
  t.deepEqual([...visited].sort(), taken.sort());
});

test('a reason that was told already is not told again', (t) => {
  const context = { ...waiting, waitingReason: 'no host has 3 free cores' };
  t.true(step(requestMachine, { state: 'PENDING', context }, events.defer).ignored);
  const other = step(requestMachine, { state: 'PENDING', context }, { type: 'defer', reason: 'another' });
  t.is(other.effects.length, 1);
});

test('a release of more than is held is ignored, whichever resource is too much', (t) => {
  const stored = { state: 'BOUND', context: bound };
  for (const over of [
    { cores: [[0, 4]], memslices: [] },
    { cores: [[0, 3]], memslices: [[7, 2]] },
  ] as const) {
    t.true(step(requestMachine, stored, { type: 'release', ...over }).ignored);
  }
});
