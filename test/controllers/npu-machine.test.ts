import test from 'ava';
import { designMachine } from '../../engine/controllers/npu/machine.js';
import type { DesignContext, DesignEvent } from '../../engine/controllers/npu/machine.js';
import { step } from '../../engine/machine/step.js';

const plain: DesignContext = { design: 'd', reason: null };
const failed: DesignContext = { design: 'd', reason: 'no room' };
const tiles = { a: [0, 2] } as const;

const EVENTS: Readonly<Record<DesignEvent['type'], DesignEvent>> = {
  place: { type: 'place', tiles },
  resolve: { type: 'resolve' },
  fail: { type: 'fail', reason: 'no room' },
  replace: { type: 'replace' },
  remove: { type: 'remove' },
};

/** What each state makes of each event that it takes: the next state and what is told. */
const TAKEN: Readonly<
  Record<string, Partial<Record<DesignEvent['type'], readonly [string, string | null]>>>
> = {
  DECLARED: { place: ['PLACED', 'placed'], fail: ['FAILED', 'failed'], remove: ['REMOVED', 'removed'] },
  PLACED: {
    resolve: ['RESOLVED', 'resolved'],
    fail: ['FAILED', 'failed'],
    replace: ['DECLARED', null],
    remove: ['REMOVED', 'removed'],
  },
  RESOLVED: { replace: ['DECLARED', null], remove: ['REMOVED', 'removed'] },
  FAILED: { replace: ['DECLARED', null], remove: ['REMOVED', 'removed'] },
  REMOVED: {},
};

for (const [state, taken] of Object.entries(TAKEN)) {
  for (const event of Object.values(EVENTS)) {
    const next = taken[event.type];
    test(`a ${state} design ${next === undefined ? 'ignores' : 'takes'} ${event.type}`, (t) => {
      const context = state === 'FAILED' ? failed : plain;
      const result = step(designMachine, { state, context }, event);
      t.is(result.ignored, next === undefined);
      t.is(result.state, next?.[0] ?? state);
      const told = next?.[1] ?? null;
      t.deepEqual(
        result.effects.map((effect) => (effect.kind === 'emit' ? effect.type : effect.kind)),
        told === null ? [] : [told],
      );
      t.is(
        result.context.reason,
        next?.[0] === 'FAILED' ? 'no room' : next?.[0] === 'DECLARED' ? null : context.reason,
      );
    });
  }
}
