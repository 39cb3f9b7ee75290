import { Store } from '../../engine/store/store.js';
import { openStore } from '../../engine/store/open.js';
import { readTrace } from '../../engine/replay/trace.js';
import { replay } from '../../engine/replay/replay.js';
import { rackLoop, solver } from './rack-loop.js';

/**
 * Replays a trace over a database and kills its own process before the n-th call of the store.
 * Arguments: database, trace, n. Prints the number of calls when it comes to the end alive.
 */
const [, , path = '', trace = '', nth = '0'] = process.argv;
let calls = 0;
const target = Number(nth);

function count(): void {
  calls += 1;
  if (calls === target) process.kill(process.pid, 'SIGKILL');
}

for (const name of [
  'rows',
  'records',
  'record',
  'run',
  'script',
  'write',
  'savepoint',
  'bumpState',
] as const) {
  const original = Object.getOwnPropertyDescriptor(Store.prototype, name)?.value as (
    ...args: unknown[]
  ) => unknown;
  Object.defineProperty(Store.prototype, name, {
    value: function (this: Store, ...args: unknown[]): unknown {
      count();
      return original.apply(this, args);
    },
  });
}

const store = openStore(path, 'state');
calls = 0;
const { loop } = rackLoop({ scheduler: 'DCMloc' }, store);
await replay(readTrace(trace).records, loop, { untilUs: null });
process.stdout.write(String(calls));
await solver.close();
store.close();
