import type { Clock } from '../engine/base/clock.js';
import { assert } from '../engine/base/assert.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';
import { cpuNowMs, percentile } from './measure.js';

/** What fixed work takes on this machine, now. Figures of different machines compare as multiples of it. */
export interface Calibration {
  /** Median wall milliseconds of integer work and query together. */
  readonly ms: number;
  readonly integerMs: number;
  readonly sqliteMs: number;
  /** Mean CPU milliseconds of both together; `ms` exceeds it where other programs take the machine's time. */
  readonly cpuMs: number;
}

const SAMPLES = 15;
const WARM_UP = 5;

/** Rounds of the integer loop: about 5 ms undisturbed. */
const ROUNDS = 1_000_000;
/** Rows that the query walks over: about 5 ms as well. */
const ROWS = 20_000;

/** A multiply-and-shift mix, which the compiler can neither skip nor spread over lanes. */
function integerWork(): number {
  let state = 1;
  for (let round = 0; round < ROUNDS; round += 1) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + round;
  }
  return state;
}

function openTable(): Store {
  const store = openStore(':memory:', 'plain');
  store.script(`
    create table sample (sample_id integer primary key, bucket integer not null, amount integer not null) strict;
    with recursive counter(n) as (select 1 union all select n + 1 from counter where n < ${ROWS})
    insert into sample select n, n * 7919 % 97, n * 104729 % 1009 from counter;`);
  return store;
}

const QUERY =
  'select bucket, count(*), sum(amount), max(amount) from sample group by bucket order by sum(amount), bucket';

/** Times the fixed work on a warm machine. Takes about a quarter of a second. */
export function calibrate(clock: Clock): Calibration {
  const store = openTable();
  try {
    const integers: number[] = [];
    const queries: number[] = [];
    const expected = integerWork();
    let startedCpuMs = 0;
    for (let round = 0; round < WARM_UP + SAMPLES; round += 1) {
      if (round === WARM_UP) startedCpuMs = cpuNowMs();
      const started = clock.nowMs();
      assert(integerWork() === expected, 'the integer loop gives another result');
      const middle = clock.nowMs();
      assert(store.rows(QUERY).length === 97, 'the calibration query gives another result');
      if (round < WARM_UP) continue;
      integers.push(middle - started);
      queries.push(clock.nowMs() - middle);
    }
    const cpuMs = (cpuNowMs() - startedCpuMs) / SAMPLES;
    return calibrationOf(percentile(integers, 50), percentile(queries, 50), cpuMs);
  } finally {
    store.close();
  }
}

/** What lies between a calibration before and one after. */
export function between(before: Calibration, after: Calibration): Calibration {
  return calibrationOf(
    (before.integerMs + after.integerMs) / 2,
    (before.sqliteMs + after.sqliteMs) / 2,
    (before.cpuMs + after.cpuMs) / 2,
  );
}

function calibrationOf(integerMs: number, sqliteMs: number, cpuMs: number): Calibration {
  return { ms: integerMs + sqliteMs, integerMs, sqliteMs, cpuMs };
}
