import { execFileSync } from 'node:child_process';
import test from 'ava';

const MODULE = new URL('../../engine/live/favour-main-thread.js', import.meta.url).href;

/** Niceness of all threads of a new process after the call, then of a thread that starts later. */
const PROGRAM = `
  import { readdirSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { Worker } from 'node:worker_threads';
  import { favourMainThread } from ${JSON.stringify(MODULE)};
  const threads = () => readdirSync('/proc/self/task').map(Number);
  favourMainThread();
  favourMainThread();
  const before = threads();
  const others = before.filter((thread) => thread !== process.pid).map((thread) => getPriority(thread));
  const worker = new Worker('setTimeout(() => undefined, 1e6)', { eval: true });
  worker.once('online', () => {
    const later = threads().filter((thread) => !before.includes(thread)).map((thread) => getPriority(thread));
    console.log(JSON.stringify({ main: getPriority(), others, later }));
    process.exit();
  });`;

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux("Node's own threads are nicer than the main one, threads that start later are its equals", (t) => {
  const text = execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    encoding: 'utf8',
  });
  const { main, others, later } = JSON.parse(text) as Record<'others' | 'later', number[]> & { main: number };
  t.true(others.length > 0);
  t.deepEqual(new Set(others), new Set([Math.min(19, main + 10)]));
  t.true(later.length > 0);
  t.true(later.every((priority) => priority === main));
});
