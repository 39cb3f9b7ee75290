import test from 'ava';
import { assign, emit, setup } from 'xstate';
import { InternalError } from '../../engine/base/assert.js';
import { statePath, stateValue } from '../../engine/machine/state-path.js';
import { step } from '../../engine/machine/step.js';

interface Lamp {
  readonly lit: number;
}
type LampEvent =
  | { readonly type: 'press'; readonly by: string }
  | { readonly type: 'ask' }
  | { readonly type: 'dim' }
  | { readonly type: 'break' };

const lamp = setup({
  types: { context: {} as Lamp, events: {} as LampEvent },
  actions: {
    shine: (_: unknown, params: { readonly by: string; readonly lit: number }) => {
      throw new Error(`an action must never run, not even for ${params.by}`);
    },
    tell: () => {
      throw new Error('an action must never run');
    },
  },
  guards: { bright: ({ context }) => context.lit > 2 },
}).createMachine({
  id: 'lamp',
  context: { lit: 0 },
  initial: 'off',
  states: {
    off: {
      on: {
        press: {
          target: 'on',
          actions: [
            {
              type: 'shine',
              params: ({ context, event }) => ({ by: event.by, lit: context.lit }),
            },
            assign({ lit: ({ context }) => context.lit + 1 }),
          ],
        },
        break: { actions: emit({ type: 'bang' }) },
      },
    },
    on: {
      initial: 'full',
      after: { 500: 'off' },
      on: { ask: { actions: 'tell' }, press: 'off' },
      states: { full: { on: { dim: { guard: 'bright', target: 'low' } } }, low: {} },
    },
  },
});

test('a step turns a stored state and an event into the next state, its context and effects as data', (t) => {
  const next = step(lamp, { state: 'off', context: { lit: 4 } }, { type: 'press', by: 'ann' });
  t.deepEqual(next, {
    state: 'on.full',
    context: { lit: 5 },
    effects: [
      { kind: 'emit', type: 'shine', fields: { by: 'ann', lit: 4 } },
      {
        kind: 'schedule',
        timer: 'xstate.after.500.lamp.on',
        delayMs: 500,
        event: 'xstate.after.500.lamp.on',
      },
    ],
    ignored: false,
  });
});

test('leaving a state with a timer cancels the timer, and the timer event itself is a transition', (t) => {
  const stored = { state: 'on.low', context: { lit: 1 } };
  const left = step(lamp, stored, { type: 'press', by: 'ann' });
  t.deepEqual(left.effects, [{ kind: 'cancel', timer: 'xstate.after.500.lamp.on' }]);
  const due = step(lamp, stored, { type: 'xstate.after.500.lamp.on' } as unknown as LampEvent);
  t.is(due.state, 'off');
});

test('an event the state does not take is reported as ignored and changes nothing', (t) => {
  const stored = { state: 'off', context: { lit: 4 } };
  t.deepEqual(step(lamp, stored, { type: 'dim' }), { ...stored, effects: [], ignored: true });
});

test('an event whose guard fails is ignored', (t) => {
  t.true(step(lamp, { state: 'on.full', context: { lit: 1 } }, { type: 'dim' }).ignored);
  t.is(step(lamp, { state: 'on.full', context: { lit: 3 } }, { type: 'dim' }).state, 'on.low');
});

test('a transition that only has an effect is not ignored, although the snapshot stays', (t) => {
  const next = step(lamp, { state: 'on.full', context: { lit: 1 } }, { type: 'ask' });
  t.false(next.ignored);
  t.deepEqual(next.effects, [{ kind: 'emit', type: 'tell', fields: {} }]);
});

test('a stored state that the machine lacks, and effects that are no named actions, are our bugs', (t) => {
  t.throws(() => step(lamp, { state: 'gone', context: { lit: 0 } }, { type: 'ask' }), {
    instanceOf: InternalError,
    message: /lamp has no state gone/,
  });
  t.throws(() => step(lamp, { state: 'off', context: { lit: 0 } }, { type: 'break' }), {
    instanceOf: InternalError,
    message: /xstate\.emit/,
  });
});

test('state paths round trip, and parallel states are refused', (t) => {
  for (const path of ['BOUND', 'active.idle', 'a.b.c']) t.is(statePath(stateValue(path)), path);
  t.throws(() => statePath({ a: 'x', b: 'y' }), { instanceOf: InternalError });
});
