import { readFileSync } from 'node:fs';
import test from 'ava';
import type { TriggerRule } from '../../engine/loop/controller.js';
import { describeTrigger, trigger } from '../../engine/loop/trigger.js';

interface TriggerCase {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly input: {
    readonly mode: 'prose' | 'poll';
    readonly n: number;
    readonly m: number;
    readonly pollMs: number;
    readonly maxMs: number;
    readonly arrivalsMs: readonly number[];
  };
  readonly expect: { readonly solves: readonly (readonly [number, number])[] };
}

const { cases } = JSON.parse(readFileSync('test/cases/rack.json', 'utf8')) as {
  readonly cases: readonly TriggerCase[];
};

/** Visits arrivals and due times in order; a solve serves all that wait. Gives [time, served] pairs. */
function simulate(rule: TriggerRule, arrivalsUs: readonly number[]): [number, number][] {
  const solves: [number, number][] = [];
  let [next, lastSolveUs] = [0, 0];
  let waiting: number[] = [];
  let dueUs: number | null = null;
  while (next < arrivalsUs.length || dueUs !== null) {
    const nowUs: number = Math.min(arrivalsUs[next] ?? Infinity, dueUs ?? Infinity);
    while (next < arrivalsUs.length && arrivalsUs[next] === nowUs) {
      waiting.push(nowUs);
      next += 1;
    }
    const state = { nowUs, waiting: waiting.length, oldestUs: waiting[0] ?? null, lastSolveUs, dueUs };
    const answer = trigger(rule, state);
    dueUs = answer.dueUs;
    if (answer.solve) {
      solves.push([nowUs, waiting.length]);
      waiting = [];
      lastSolveUs = nowUs;
    }
  }
  return solves;
}

const triggerCases = cases.filter((c) => c.kind === 'trigger');

test('all four trigger cases are present', (t) => {
  t.is(triggerCases.length, 4);
});

for (const { id, title, input, expect } of triggerCases) {
  test(`${id}: ${title}`, (t) => {
    const rule: TriggerRule =
      input.mode === 'prose'
        ? { kind: 'batch', delayUs: input.n * 1000, requests: input.m }
        : { kind: 'poll', pollUs: input.pollMs * 1000, requests: input.m, maxUs: input.maxMs * 1000 };
    const solves = simulate(
      rule,
      input.arrivalsMs.map((ms) => ms * 1000),
    );
    t.deepEqual(
      solves,
      expect.solves.map(([ms, served]) => [ms * 1000, served]),
    );
  });
}

test('nothing that waits means nothing is due, in both modes', (t) => {
  const idle = { nowUs: 9000, waiting: 0, oldestUs: null, lastSolveUs: 0, dueUs: 9000 };
  t.deepEqual(trigger({ kind: 'batch', delayUs: 0, requests: 0 }, idle), { solve: false, dueUs: null });
  t.deepEqual(trigger({ kind: 'poll', pollUs: 3000, requests: 0, maxUs: 0 }, idle), {
    solve: false,
    dueUs: null,
  });
});

test('a poll that a live loop reaches late still solves', (t) => {
  const rule: TriggerRule = { kind: 'poll', pollUs: 3000, requests: 1, maxUs: 10_000 };
  const state = { nowUs: 3050, waiting: 1, oldestUs: 2000, lastSolveUs: 0, dueUs: 3000 };
  t.true(trigger(rule, state).solve);
  t.deepEqual(trigger(rule, { ...state, dueUs: null }), { solve: false, dueUs: 6000 });
});

test('the age limit of a poll is strict: a solve exactly as old as the limit waits for the next poll', (t) => {
  const rule: TriggerRule = { kind: 'poll', pollUs: 5000, requests: 9, maxUs: 10_000 };
  const state = { nowUs: 10_000, waiting: 1, oldestUs: 1000, lastSolveUs: 0, dueUs: 10_000 };
  t.deepEqual(trigger(rule, state), { solve: false, dueUs: 15_000 });
  t.true(trigger(rule, { ...state, nowUs: 15_000, dueUs: 15_000 }).solve);
});

test('a rule is described in words', (t) => {
  t.is(describeTrigger({ kind: 'batch', delayUs: 3000, requests: 1 }), 'every 3 ms or 1 request');
  t.is(
    describeTrigger({ kind: 'poll', pollUs: 3000, requests: 15, maxUs: 10_000 }),
    'polled every 3 ms: 15 requests or 10 ms since the last solve',
  );
});
