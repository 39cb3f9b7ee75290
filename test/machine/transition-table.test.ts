import test from 'ava';
import fc from 'fast-check';
import { raise, setup } from 'xstate';
import type { RequestContext, RequestEvent } from '../../engine/controllers/rack/machine.js';
import { requestMachine } from '../../engine/controllers/rack/machine.js';
import { step, stepByXstate } from '../../engine/machine/step.js';
import { transitionTable } from '../../engine/machine/transition-table.js';

const SEED = 5;

const amount = fc.integer({ min: 0, max: 4 });
const extents = fc.array(fc.tuple(amount, fc.integer({ min: 1, max: 2 })), { maxLength: 2 });
const reason = fc.constantFrom('full', 'late');
const context: fc.Arbitrary<RequestContext> = fc.record({
  request: amount,
  process: amount,
  host: fc.option(amount),
  heldCores: amount,
  heldMemslices: amount,
  mayWait: fc.boolean(),
  waitingReason: fc.option(reason),
});
const event: fc.Arbitrary<RequestEvent> = fc.oneof(
  fc.record({ type: fc.constant('place' as const), host: amount }),
  fc.record({ type: fc.constant('bind' as const), cores: extents, memslices: extents }),
  fc.constant({ type: 'mismatch' as const }),
  fc.record({ type: fc.constant('defer' as const), reason }),
  fc.constant({ type: 'withdraw' as const }),
  fc.record({ type: fc.constant('release' as const), cores: extents, memslices: extents }),
);

test(`the table of a machine does what xstate does, in every state (seed ${SEED})`, (t) => {
  t.not(transitionTable(requestMachine), null);
  const states = fc.constantFrom('PENDING', 'PLACED', 'BOUND', 'RELEASED', 'REJECTED');
  const ignored = { true: 0, false: 0 };
  fc.assert(
    fc.property(states, context, event, (state, held, given) => {
      const byTable = step(requestMachine, { state, context: held }, given);
      t.deepEqual(byTable, stepByXstate(requestMachine, { state, context: held }, given));
      ignored[byTable.ignored ? 'true' : 'false'] += 1;
    }),
    { seed: SEED, numRuns: 1500 },
  );
  t.true(ignored.true > 200 && ignored.false > 200, JSON.stringify(ignored));
});

const base = setup({ types: { events: {} as { readonly type: 'go' } } });

for (const [what, machine] of Object.entries({
  'a state inside another': base.createMachine({
    initial: 'a',
    states: { a: { initial: 'b', states: { b: {} }, on: { go: 'c' } }, c: {} },
  }),
  'a timer': base.createMachine({ initial: 'a', states: { a: { after: { 5: 'c' } }, c: {} } }),
  'an entry action': base.createMachine({
    initial: 'a',
    states: { a: { on: { go: 'c' } }, c: { entry: () => undefined } },
  }),
  'a raised event': base.createMachine({
    initial: 'a',
    states: { a: { on: { go: { actions: raise({ type: 'go' }, { delay: 3, id: 'x' }) } } } },
  }),
  'a transition of the whole machine': base.createMachine({
    initial: 'a',
    on: { go: '.c' },
    states: { a: {}, c: {} },
  }),
  'a transition that changes nothing': base.createMachine({
    initial: 'a',
    states: { a: { on: { go: {} } } },
  }),
  'a final state': base.createMachine({
    initial: 'a',
    states: { a: { on: { go: 'c' } }, c: { type: 'final' } },
  }),
})) {
  test(`a machine with ${what} has no table`, (t) => {
    t.is(transitionTable(machine), null);
  });
}
