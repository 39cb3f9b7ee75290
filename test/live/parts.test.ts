import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { CgroupOrder, CgroupSample } from '../../engine/base/cgroup.js';
import { CgroupFolder } from '../../engine/live/cgroups/cgroup-folder.js';
import { findCgroups } from '../../engine/live/cgroups/find-cgroups.js';
import type { WritableCgroup } from '../../engine/live/cgroups/limit-writer.js';
import { LimitWriter } from '../../engine/live/cgroups/limit-writer.js';
import { meter } from '../../engine/live/cgroups/meter.js';
import { MalformedFile, readSample } from '../../engine/live/cgroups/read-sample.js';
import { nextPeriod } from '../../engine/live/periods.js';
import { must } from '../../engine/base/assert.js';
import { tempFolder } from '../cli/helpers/temp-folder.js';

function fill(folder: string, files: Readonly<Record<string, string>>): CgroupFolder {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return new CgroupFolder(folder, false);
}

/** As a kernel 6.x writes them. */
const KERNEL = {
  'cpu.stat':
    'usage_usec 81234567\nuser_usec 8000\nsystem_usec 34567\nnice_usec 0\ncore_sched.force_idle_usec 0\nnr_periods 1203\nnr_throttled 17\nthrottled_usec 4711\nnr_bursts 0\nburst_usec 0\n',
  'cpu.max': '150000 100000\n',
  'memory.current': '104857600\n',
  'memory.max': 'max\n',
  'memory.events': 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 1\noom_group_kill 0\n',
};

test('the files of a control group are read as the kernel writes them', (t) => {
  const folder = fill(join(tempFolder(t), 'a'), KERNEL);
  t.deepEqual(readSample('a', folder, 5), {
    name: 'a',
    atUs: 5,
    usageUs: 81_234_567,
    periods: 1203,
    throttled: 17,
    cpuMax: { quotaUs: 150_000, periodUs: 100_000 },
    memoryBytes: 104_857_600,
    memoryMax: 'max',
    memoryHits: 15,
    memoryKills: 1,
  });
});

test('a control group without controllers has the counters that all have', (t) => {
  const folder = fill(join(tempFolder(t), 'a'), { 'cpu.stat': 'usage_usec 7\nuser_usec 7\nsystem_usec 0\n' });
  const sample = must(readSample('a', folder, 0), 'a sample');
  t.is(sample.usageUs, 7);
  t.deepEqual(
    [
      sample.periods,
      sample.throttled,
      sample.cpuMax,
      sample.memoryBytes,
      sample.memoryMax,
      sample.memoryHits,
    ],
    [null, null, null, null, null, null],
  );
});

test('a control group that is gone gives no sample, and a file that says something else is told', (t) => {
  const above = tempFolder(t);
  t.is(readSample('none', new CgroupFolder(join(above, 'none'), false), 0), null);
  const bad: readonly (readonly [string, string])[] = [
    ['cpu.stat', ''],
    ['cpu.stat', 'usage_usec -5\n'],
    ['cpu.stat', 'usage_usec\n'],
    ['cpu.stat', 'xusage_usec 5\n'],
    ['cpu.max', '100000\n'],
    ['cpu.max', '100000 0\n'],
    ['cpu.max', '-1 100000\n'],
    ['cpu.max', 'Max 100000\n'],
    ['memory.current', '1.5\n'],
    ['memory.max', '9e9\n'],
    ['memory.max', ''],
  ];
  for (const [file, text] of bad) {
    const folder = fill(join(above, 'bad'), { ...KERNEL, [file]: text });
    const error = t.throws(
      () => readSample('bad', folder, 0),
      { instanceOf: MalformedFile },
      `${file} ${text}`,
    );
    t.is(error.file, file);
  }
});

test('a kept handle reads what was written since', (t) => {
  const path = join(tempFolder(t), 'a');
  fill(path, KERNEL);
  const folder = new CgroupFolder(path, true);
  t.is(folder.read('memory.current'), '104857600\n');
  writeFileSync(join(path, 'memory.current'), '42\n');
  t.is(folder.read('memory.current'), '42\n');
  folder.close();
});

test('writing makes no file', (t) => {
  const folder = fill(join(tempFolder(t), 'a'), { 'cpu.max': 'max 100000\n' });
  folder.write('cpu.max', '5000 100000');
  t.is(folder.read('cpu.max'), '5000 100000');
  t.throws(() => folder.write('memory.max', '1'), { code: 'ENOENT' });
});

test('containers are the control groups that hold no others, in the order of their paths', (t) => {
  const folder = tempFolder(t);
  for (const path of ['pod-b/one', 'pod-b/two', 'alone', 'pod-a/deep/er']) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  writeFileSync(join(folder, 'cpu.max'), 'max 100000');
  for (const links of [false, true]) {
    t.deepEqual(
      findCgroups(folder, links).map(({ name, parents }) => ({ name, parents })),
      [
        { name: 'alone', parents: [] },
        { name: 'pod-a/deep/er', parents: ['pod-a', 'pod-a/deep'] },
        { name: 'pod-b/one', parents: ['pod-b'] },
        { name: 'pod-b/two', parents: ['pod-b'] },
      ],
    );
  }
});

test('periods begin at multiples of their length; those that passed are counted', (t) => {
  const cases: readonly (readonly [number, number, ReturnType<typeof nextPeriod>])[] = [
    [-1, 1000, { number: 0, dueMs: 1000, missed: 0 }],
    [0, 1000, { number: 1, dueMs: 1100, missed: 0 }],
    [0, 1099.9, { number: 1, dueMs: 1100, missed: 0 }],
    [0, 1130, { number: 1, dueMs: 1100, missed: 0 }],
    [0, 1200, { number: 2, dueMs: 1200, missed: 1 }],
    [3, 1999, { number: 9, dueMs: 1900, missed: 5 }],
  ];
  for (const [last, now, expected] of cases)
    t.deepEqual(nextPeriod(1000, 100, last, now), expected, String(now));
});

const sampleOf = (changes: Partial<CgroupSample> = {}): CgroupSample => ({
  name: 'a',
  atUs: 1_000_000,
  usageUs: 500,
  periods: 10,
  throttled: 2,
  cpuMax: null,
  memoryBytes: null,
  memoryMax: null,
  memoryHits: 1,
  memoryKills: 0,
  ...changes,
});

test('a meter tells what changed between two samples, and which counter fell', (t) => {
  const before = sampleOf();
  t.deepEqual(meter(null, before), { kind: 'first' });
  const sample = sampleOf({ atUs: 1_100_000, usageUs: 900, periods: 11, throttled: 3, memoryHits: 4 });
  t.deepEqual(meter(before, sample), {
    kind: 'use',
    use: { sample, elapsedUs: 100_000, usedUs: 400, periods: 1, throttled: 1, memoryHits: 3, memoryKills: 0 },
  });
  t.deepEqual(meter(before, { ...sample, usageUs: 499 }), { kind: 'reset', counter: 'usage_usec' });
  t.deepEqual(meter(before, { ...sample, throttled: 0 }), { kind: 'reset', counter: 'nr_throttled' });
  t.deepEqual(meter(before, { ...sample, atUs: 1_000_000 }), { kind: 'first' }, 'no time has passed');
});

/** A folder that notes what is written, in order, and refuses what is named. */
class NotedFolder extends CgroupFolder {
  constructor(
    path: string,
    private readonly name: string,
    private readonly notes: string[],
    private readonly refusals: ReadonlySet<string>,
  ) {
    super(path, false);
  }

  override write(file: string, text: string): void {
    if (this.refusals.has(this.name)) {
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    }
    this.notes.push(`${this.name}/${file} ${text}`);
    super.write(file, text);
  }
}

/** Control groups with quotas, some in pods, and a writer over them. */
function writerOver(
  folder: string,
  quotas: Readonly<Record<string, string>>,
): {
  readonly writer: LimitWriter;
  readonly notes: string[];
  readonly refusals: Set<string>;
  readonly write: (orders: Readonly<Record<string, number>>) => ReturnType<LimitWriter['write']>;
} {
  const notes: string[] = [];
  const refusals = new Set<string>();
  for (const [name, cpuMax] of Object.entries(quotas)) {
    fill(join(folder, name), { 'cpu.max': `${cpuMax}\n`, 'cpu.stat': 'usage_usec 0\n' });
  }
  const folderOf = (name: string): CgroupFolder => new NotedFolder(join(folder, name), name, notes, refusals);
  const writer = new LimitWriter(100_000, folderOf);
  return {
    writer,
    notes,
    refusals,
    write: (orders) => {
      const cgroups = new Map(
        findCgroups(folder, false).map(({ name, parents }): [string, WritableCgroup] => {
          const files = folderOf(name);
          return [name, { name, parents, folder: files, sample: must(readSample(name, files, 0), name) }];
        }),
      );
      const asked = Object.entries(orders).map(([name, quotaUs]): CgroupOrder => {
        return { resource: 'cpu', name, quotaUs, periodUs: 100_000 };
      });
      return writer.write(asked, cgroups);
    },
  };
}

test('decreases are written before increases, inner before outer on the way down, outer before inner on the way up', (t) => {
  const { write, notes } = writerOver(tempFolder(t), {
    a: '50000 100000',
    'p/x': '60000 100000',
    p: '60000 100000',
    'q/y': '20000 100000',
    q: '20000 100000',
  });
  const { done } = write({ a: 70_000, 'q/y': 45_000, 'p/x': 15_000 });
  t.deepEqual(notes, [
    'p/x/cpu.max 15000 100000',
    'p/cpu.max 15000 100000',
    'q/cpu.max 45000 100000',
    'a/cpu.max 70000 100000',
    'q/y/cpu.max 45000 100000',
  ]);
  t.is(done.length, 3);
});

test('a container is not raised in a pod that could not be', (t) => {
  const { write, notes, refusals, writer } = writerOver(tempFolder(t), {
    'q/y': '20000 100000',
    q: '20000 100000',
  });
  refusals.add('q');
  const first = write({ 'q/y': 45_000 });
  t.deepEqual(notes, []);
  t.deepEqual(first.done, []);
  t.deepEqual(
    first.diagnostics.map(({ code, message }) => [code, message]),
    [['live/unwritable', '`45000 100000` cannot be written to cpu.max of `q`: not permitted (EACCES)']],
  );
  t.deepEqual([...writer.pending()], ['q/y']);
  t.deepEqual(write({}).diagnostics, [], 'told once');
  refusals.clear();
  t.is(write({}).done.length, 1);
  t.deepEqual(notes, ['q/cpu.max 45000 100000', 'q/y/cpu.max 45000 100000']);
  t.deepEqual([...writer.pending()], []);
});

test('a newer order takes the place of one that could not be written, and one for what is gone is dropped', (t) => {
  const { write, notes, refusals, writer } = writerOver(tempFolder(t), {
    a: '50000 100000',
    b: '50000 100000',
  });
  refusals.add('a');
  t.is(write({ a: 30_000, gone: 10_000 }).done.length, 0);
  t.deepEqual([...writer.pending()], ['a']);
  refusals.clear();
  t.deepEqual(
    write({ a: 20_000 }).done.map((order) => (order.resource === 'cpu' ? order.quotaUs : null)),
    [20_000],
  );
  t.deepEqual(notes, ['a/cpu.max 20000 100000']);
});
