import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { CgroupWatcher } from '../../engine/live/cgroups/cgroup-watcher.js';
import { monotonicClock } from '../../engine/base/clock.js';
import { runCliHere } from '../cli/helpers/run-cli-here.js';
import { MAIN } from '../cli/helpers/run-cli-process.js';
import { imitatedCgroups } from '../helpers/imitated-cgroups.js';

test.serial('`edict cgroups` steers for as many periods as it is told, and its record replays', async (t) => {
  const cgroups = imitatedCgroups(t);
  const db = join(cgroups.folder, '..', 'q.db');
  const record = join(cgroups.folder, '..', 'q.jsonl');
  cgroups.add('web', { cpuMax: '150000 100000', cores: 1 });
  cgroups.limitPod('.', '200000 100000', 'max');
  t.is((await runCliHere(['init', '--db', db])).exit, 0);
  const { exit, stdout, stderr } = await runCliHere([
    ...['cgroups', cgroups.folder, '--db', db],
    ...['--periods', '3', '--period-ms', '20', '--record', record],
  ]);
  t.is(exit, 0, stderr);
  const effects = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  t.like(effects[0], { type: 'raise_quota', containers: [1], quota_us: [150_000] });
  t.regex(
    stderr,
    /^1 containers, 3 periods \(\d+ missed, the longest [\d.]+ ms\), 0 decisions; 0 limits written/m,
  );
  const [, digest] = must(/^digest (\w+)$/m.exec(stderr), 'a digest');
  const replay = await runCliHere([
    'replay',
    record,
    '--controller',
    'quota',
    '--scheduler',
    'ref',
    '--json',
  ]);
  t.like(JSON.parse(replay.stdout), { digest });
});

test.serial('`edict cgroups` says what is wrong with its arguments', async (t) => {
  const cgroups = imitatedCgroups(t);
  const db = join(cgroups.folder, '..', 'q.db');
  cgroups.add('web');
  await runCliHere(['init', '--db', db]);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['no-such-folder'], /cli\/no-input.*there is no folder `no-such-folder`/],
    [[cgroups.folder, '--controller', 'rack'], /the controller `rack` does not steer control groups/],
    [[cgroups.folder, '--memory', '2 GB'], /it is a number of bytes/],
    [[cgroups.folder, '--cpu', '0'], /it is a number above 0/],
    [[cgroups.folder], /live\/no-budget.*there is no application `shop` yet/],
  ];
  for (const [argv, expected] of cases) {
    const { exit, stderr } = await runCliHere(['cgroups', ...argv, '--db', db, '--periods', '1']);
    t.not(exit, 0, argv.join(' '));
    t.regex(stderr, expected, argv.join(' '));
  }
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test.serial(
    `at ${signal} it ends after its period, says what it leaves, and leaves limits as they are`,
    async (t) => {
      const cgroups = imitatedCgroups(t);
      const db = join(cgroups.folder, '..', 'q.db');
      cgroups.add('web');
      await runCliHere(['init', '--db', db]);
      const argv = [MAIN, 'cgroups', cgroups.folder, '--db', db, '--cpu', '2', '--memory', '1G'];
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      await new Promise((done) => child.stdout.once('data', done));
      child.kill(signal);
      const exit = await new Promise((done) => child.on('close', done));
      t.is(exit, code, stderr);
      t.regex(stderr, /1 containers, \d+ periods .*; 2 limits written, which stay as they are/);
      t.is(cgroups.read('web', 'cpu.max'), '200000 100000');
      t.is(cgroups.memoryMax('web'), Math.floor(0.7 * 262_144) * 4096);
    },
  );
}

/** Where the kernel has control groups of version 2, with these controllers; null where it has not, or not for us. */
function kernelFolder(controllers: readonly string[]): string | null {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  for (const line of mounts) {
    const [, path = '', type] = line.split(' ');
    if (type !== 'cgroup2') continue;
    const folder = join(path, `edict-test-${process.pid}`);
    try {
      const offered = readFileSync(join(path, 'cgroup.subtree_control'), 'utf8').trim().split(' ');
      if (controllers.some((one) => !offered.includes(one))) continue;
      mkdirSync(folder);
      return folder;
    } catch {
      // Not ours to make control groups in.
    }
  }
  return null;
}

/** Uses a core in a control group until it is killed. */
function burn(folder: string): { readonly end: () => Promise<unknown> } {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => { for (;;); }, 300)'], { stdio: 'ignore' });
  writeFileSync(join(folder, 'cgroup.procs'), String(must(child.pid, 'a process')));
  const ended = new Promise((done) => child.on('close', done));
  return {
    end: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) rmdirSync(join(folder, entry.name));
      }
      rmdirSync(folder);
      return;
    } catch {
      // The kernel lets go of a process that was killed a moment later.
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

const watched = kernelFolder([]);
const steered = watched === null ? null : kernelFolderBelow(watched);

/** A folder whose control groups have the controllers `cpu` and `memory`, or null. */
function kernelFolderBelow(folder: string): string | null {
  try {
    writeFileSync(join(folder, 'cgroup.subtree_control'), '+cpu +memory');
    return folder;
  } catch {
    return null;
  }
}

if (watched === null) console.warn('SKIPPED: the kernel lets us make no control group of version 2 here');
else if (steered === null) {
  console.warn('SKIPPED in part: control groups of version 2 have no controllers `cpu` and `memory` here');
}

test.after.always(async () => {
  if (watched !== null) await removeFolder(watched);
});

(watched === null ? test.serial.skip : test.serial)(
  "the kernel's own counters are read by kept handles, and a control group that is gone is noticed at once",
  async (t) => {
    const folder = join(must(watched, 'a folder'), 'box');
    mkdirSync(folder);
    const watcher = new CgroupWatcher(must(watched, 'a folder'), monotonicClock);
    t.teardown(() => watcher.close());
    watcher.scan();
    const box = must(watcher.cgroups.get('box'), 'box');
    box.isSteered = true;
    watcher.measure();
    const load = burn(folder);
    await new Promise((done) => setTimeout(done, 1500));
    const { uses } = watcher.measure();
    await load.end();
    t.true((uses[0]?.usedUs ?? 0) > 50_000, `${uses[0]?.usedUs ?? 0} us of a process that does nothing else`);
    t.true((uses[0]?.usedUs ?? 0) < (uses[0]?.elapsedUs ?? 0) * 1.5);
    for (let attempt = 0; attempt < 50; attempt += 1) {
      try {
        rmdirSync(folder);
        break;
      } catch {
        await new Promise((done) => setTimeout(done, 50));
      }
    }
    t.deepEqual(watcher.measure().gone, ['box']);
    t.deepEqual(watcher.takeDiagnostics(), []);
  },
);

(steered === null ? test.serial.skip : test.serial)(
  'on the real kernel a busy process gets a quota that holds it',
  async (t) => {
    const folder = must(steered, 'a folder');
    const box = join(folder, 'busy');
    mkdirSync(box);
    const cgroups = imitatedCgroups(t);
    const db = join(cgroups.folder, '..', 'q.db');
    await runCliHere(['init', '--db', db]);
    const load = burn(box);
    t.teardown(() => load.end());
    const argv = ['cgroups', folder, '--db', db, '--cpu', '0.5', '--memory', '512M', '--periods', '30'];
    const { exit, stderr } = await runCliHere(argv);
    t.is(exit, 0, stderr);
    const [quota = ''] = readFileSync(join(box, 'cpu.max'), 'utf8').split(' ');
    t.true(Number(quota) >= 30_000 && Number(quota) <= 50_000, quota);
    const throttled = /nr_throttled (\d+)/.exec(readFileSync(join(box, 'cpu.stat'), 'utf8'));
    t.true(Number(throttled?.[1]) > 0);
    await load.end();
    rmdirSync(box);
  },
);
