import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../engine/base/assert.js';
import { mutant } from './mutate.js';
import { problemOf } from './problem-of.js';
import { worlds } from './worlds.js';

/** What a worker of the fuzz is told. */
export interface FuzzOrder {
  readonly seed: number;
  /** Numbers from `first` up to `end`, that one left out. */
  readonly first: number;
  readonly end: number;
  /** One number: the text that is being looked at. */
  readonly progress: SharedArrayBuffer;
}

/** What it reports. */
export interface FuzzProblem {
  readonly number: number;
  readonly problem: string;
}

const { seed, first, end, progress } = workerData as FuzzOrder;
const port = must(parentPort, 'the thread that started this one');
const current = new Int32Array(progress);
const all = worlds();
for (let number = first; number < end; number += 1) {
  Atomics.store(current, 0, number);
  const problem = problemOf(mutant(all, seed, number), number % 10 === 0);
  if (problem !== null) port.postMessage({ number, problem } satisfies FuzzProblem);
}
Atomics.store(current, 0, end);
