import { Worker } from 'node:worker_threads';
import { mutant } from './mutate.js';
import type { FuzzOrder, FuzzProblem } from './worker.js';
import { worlds } from './worlds.js';

/**
 * The long fuzz: `npm run test:fuzz`. EDICT_FUZZ_RUNS texts from EDICT_FUZZ_FIRST on, under EDICT_FUZZ_SEED.
 * A text on which nothing moves for a while is reported as one that hangs. Exit code 1 on any problem.
 */
const RUNS = Number(process.env['EDICT_FUZZ_RUNS'] ?? 2_000_000);
const FIRST = Number(process.env['EDICT_FUZZ_FIRST'] ?? 0);
const SEED = Number(process.env['EDICT_FUZZ_SEED'] ?? 1);
const MOST_PROBLEMS = 50;
const LOOK_MS = 1000;
const HANGS_AFTER_MS = 60_000;
const TELL_MS = 60_000;

const all = worlds();
const end = FIRST + RUNS;
let problems = 0;

function report({ number, problem }: FuzzProblem): void {
  problems += 1;
  const { source } = mutant(all, SEED, number);
  process.stdout.write(`number ${number}: ${problem}\n${JSON.stringify(source.text.slice(0, 4000))}\n\n`);
}

/** Looks at numbers from one on; resolves with the next number, which is the end unless a text hangs. */
function work(first: number): Promise<number> {
  const progress = new SharedArrayBuffer(4);
  const current = new Int32Array(progress);
  const order: FuzzOrder = { seed: SEED, first, end, progress };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: order });
  return new Promise((resolve, reject) => {
    let [last, still, told] = [-1, 0, 0];
    const timer = setInterval(() => {
      const number = Atomics.load(current, 0);
      still = number === last ? still + LOOK_MS : 0;
      last = number;
      told += LOOK_MS;
      if (told % TELL_MS === 0) process.stderr.write(`${number} of ${end}, ${problems} problems\n`);
      if (still < HANGS_AFTER_MS) return;
      report({ number, problem: 'it hangs' });
      clearInterval(timer);
      void worker.terminate().then(() => resolve(number + 1));
    }, LOOK_MS);
    worker.on('message', report);
    worker.on('error', reject);
    worker.on('exit', (code) => {
      clearInterval(timer);
      if (code === 0) resolve(end);
    });
  });
}

let next = FIRST;
while (next < end && problems < MOST_PROBLEMS) next = await work(next);
process.stdout.write(
  `${Math.min(next, end) - FIRST} texts from ${FIRST} on, seed ${SEED}: ${problems} problems\n`,
);
process.exitCode = problems === 0 ? 0 : 1;
