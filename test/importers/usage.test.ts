import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { seededRandom } from '../../engine/base/random.js';
import { importUsage } from '../../engine/cli/import-usage.js';
import { findImporter } from '../../engine/importers/find-importer.js';
import { readOptions } from '../../engine/importers/import-options.js';
import type { Imported } from '../../engine/importers/importer.js';
import type { Reject } from '../../engine/importers/reject.js';
import { alibaba2018 } from '../../engine/importers/usage/alibaba.js';
import { google2019 } from '../../engine/importers/usage/google.js';
import { linesOf } from '../../engine/importers/usage/lines.js';
import { nezha } from '../../engine/importers/usage/nezha.js';
import { prometheus } from '../../engine/importers/usage/prometheus.js';
import { readUsage } from '../../engine/importers/usage/read-usage.js';
import { upSample } from '../../engine/importers/usage/up-sample.js';
import type { UsageFormat, UsageSample } from '../../engine/importers/usage/usage-format.js';
import { openStore } from '../../engine/store/open.js';

function folderOf(t: ExecutionContext, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-usage-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** Everything that a format finds in a file. */
async function read(
  format: UsageFormat,
  path: string,
  given: readonly string[] = [],
): Promise<{ samples: UsageSample[]; rejects: Reject[] }> {
  const samples: UsageSample[] = [];
  const rejects: Reject[] = [];
  await readUsage(format, path, readOptions(format, given), {
    onSample: (sample) => samples.push(sample),
    onReject: (reject) => rejects.push(reject),
  });
  return { samples, rejects };
}

const brief = ({
  container,
  atMs,
  durationMs,
  cpuUs,
  pages,
  cpuLimitUs,
  limitPages,
}: UsageSample): unknown[] => [container, atMs, durationMs, cpuUs, pages, cpuLimitUs, limitPages];

const PODS = `t_s,service,cpu_millicores,cpu_percent_of_limit,memory_mib,memory_percent_of_limit
13879,cart,2.5,10,33.5,26
13879,ads,,,100,
13939,cart,5,20,34,26
,cart,1,1,1,1
13999,cart,many,1,1,1
13999,,1,1,1,1
`;
const LIMITS = `service,cpu_limit_millicores,memory_limit_mib,distinct_cpu_limits_seen,distinct_memory_limits_seen
cart,25,128,1,1
ads,,2000,0,1
`;

test('Nezha: millicores and MiB of each pod, limits from beside; what is missing is null', async (t) => {
  const folder = folderOf(t, { 'a_pods.csv.gz': gzipSync(PODS), 'a_limits.csv.gz': gzipSync(LIMITS) });
  const { samples, rejects } = await read(nezha, join(folder, 'a_pods.csv.gz'));
  t.deepEqual(samples.map(brief), [
    ['cart', 13_879_000, null, 250, 8576, 2500, 32_768],
    ['ads', 13_879_000, null, null, 25_600, null, 512_000],
    ['cart', 13_939_000, null, 500, 8704, 2500, 32_768],
  ]);
  t.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [
      [5, '`t_s` is no number'],
      [6, '`cpu_millicores` is no number from 0'],
      [7, 'no `service`'],
    ],
  );
});

test('Alibaba 2018: shares of what container_meta requests', async (t) => {
  const folder = folderOf(t, {
    'container_usage.csv':
      'c_1,m_1,10,50,25,1,0,1,0,0,5\nc_1,m_1,20,,,,,,,,\nc_1,m_1,30,101,1\nc_9,m_1,10,5,5\nc_1,m_1,soon,5,5\nc_1,m_1,40,0,0\n',
    'container_meta.csv': 'c_1,m_1,0,a_1,started,400,800,10\nc_1,m_1,5,a_1,started,200,800,20\n',
  });
  const path = join(folder, 'container_usage.csv');
  const { samples, rejects } = await read(alibaba2018, path);
  t.deepEqual(samples.map(brief), [
    ['c_1', 10_000, null, 100_000, null, 800_000, null],
    ['c_1', 20_000, null, null, null, 800_000, null],
    ['c_1', 40_000, null, 0, null, 800_000, null],
  ]);
  t.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [
      [3, 'cpu_util_percent is not from 0 to 100'],
      [4, 'container_meta does not have c_9'],
      [5, 'time_stamp is no number of seconds'],
    ],
  );
  const sized = await read(alibaba2018, path, ['machine-mib=1000']);
  // A quarter of a fifth of 1000 MiB.
  t.is(sized.samples[0]?.pages, 50 * 256);
  t.is(sized.samples[0]?.limitPages, 200 * 256);
  rmSync(join(folder, 'container_meta.csv'));
  const error = await t.throwsAsync(read(alibaba2018, path), { instanceOf: DiagnosticError });
  t.regex(error.message, /no container_meta/);
});

test('Google 2019: shares of the largest machine, times beyond the trace refused', async (t) => {
  const row = (fields: object): string => `${JSON.stringify(fields)}\n`;
  const usage = {
    start_time: '600000000',
    end_time: '900000000',
    collection_id: '42',
    instance_index: 7,
    average_usage: { cpus: 0.25, memory: 0.5 },
    assigned_memory: 0,
  };
  const folder = folderOf(t, {
    'a.json':
      row(usage) +
      row({ ...usage, average_usage: { memory: '0.125' }, assigned_memory: 0.25 }) +
      row({ ...usage, start_time: 0 }) +
      row({ ...usage, end_time: '9223372036854775807' }) +
      row({ ...usage, end_time: '600000000' }) +
      row({ ...usage, collection_id: null }) +
      row({ ...usage, average_usage: { cpus: -1 } }) +
      '{"start_time"\n',
  });
  const { samples, rejects } = await read(google2019, join(folder, 'a.json'), ['cores=4', 'gib=8']);
  t.deepEqual(samples.map(brief), [
    ['42/7', 600_000, 300_000, 100_000, 4 * 262_144, null, null],
    ['42/7', 600_000, 300_000, null, 262_144, null, 2 * 262_144],
  ]);
  t.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [
      [3, 'a time before or after the trace'],
      [4, 'a time before or after the trace'],
      [5, 'end_time is not after start_time'],
      [6, 'no collection_id'],
      [7, 'average_usage is no number from 0'],
      [8, 'no whole JSON object'],
    ],
  );
});

test('Prometheus: counters become use between two scrapes, also where they begin anew', async (t) => {
  const web = 'namespace="a",pod="web-1",container="web"';
  const folder = folderOf(t, {
    'a.prom': [
      '# TYPE container_cpu_usage_seconds_total counter',
      `container_spec_cpu_quota{${web}} 50000 100`,
      `container_spec_memory_limit_bytes{${web}} 8192 100`,
      `container_cpu_usage_seconds_total{${web},cpu="total"} 10 100`,
      `container_cpu_usage_seconds_total{${web},cpu="cpu00"} 9 100`,
      `container_cpu_usage_seconds_total{namespace="a",pod="web-1"} 99 100`,
      `container_cpu_usage_seconds_total{namespace="a",pod="web-1",container="POD"} 99 100`,
      `container_cpu_usage_seconds_total{${web},cpu="total"} 13 110`,
      `container_cpu_usage_seconds_total{${web},cpu="total"} 2 120`,
      `container_cpu_cfs_throttled_periods_total{${web}} 5 100`,
      `container_cpu_cfs_throttled_periods_total{${web}} 9 110`,
      // Milliseconds, and the name among the labels, as `promtool tsdb dump` has them.
      `{__name__="container_memory_working_set_bytes",${web}} 40960 110000000000`,
      `up{job="x"} 1 100`,
      `container_memory_working_set_bytes{${web}} NaN 130`,
      'nonsense',
    ].join('\n'),
  });
  const { samples, rejects } = await read(prometheus, join(folder, 'a.prom'));
  t.deepEqual(samples.map(brief), [
    ['a/web-1/web', 100_000, 10_000, 30_000, null, 50_000, 2],
    ['a/web-1/web', 110_000, 10_000, 20_000, null, 50_000, 2],
    ['a/web-1/web', 100_000, 10_000, null, null, 50_000, 2],
    ['a/web-1/web', 110_000_000_000, null, null, 10, 50_000, 2],
  ]);
  t.is(samples[2]?.throttledPeriods, 4);
  t.deepEqual(
    rejects.map(({ line }) => line),
    [14, 15],
  );
});

const points = [
  { atMs: 1000, value: 10 },
  { atMs: 2000, value: 30 },
  { atMs: 5000, value: 0 },
];
const everyHalf = (period: number): number => period * 500;

test('holding repeats a sample until the next one, also over holes and before the first', (t) => {
  t.deepEqual(
    [...upSample(points, 12, everyHalf, 'hold', seededRandom(1))],
    [10, 10, 10, 10, 30, 30, 30, 30, 30, 30, 0, 0],
  );
});

test('linear goes straight from one sample to the next', (t) => {
  t.deepEqual(
    [...upSample(points, 12, everyHalf, 'linear', seededRandom(1))],
    [10, 10, 10, 20, 30, 25, 20, 15, 10, 5, 0, 0],
  );
});

test('jitter keeps the mean, and the seed decides', (t) => {
  const constant = [{ atMs: 0, value: 1000 }];
  const made = (seed: number): Int32Array =>
    upSample(constant, 20_000, everyHalf, 'jitter', seededRandom(seed));
  t.deepEqual(made(3), made(3));
  t.notDeepEqual(made(3), made(4));
  const mean = made(3).reduce((sum, one) => sum + one, 0) / 20_000;
  t.true(Math.abs(mean - 1000) < 25, String(mean));
});

test('nothing becomes of no samples', (t) => {
  t.deepEqual([...upSample([], 3, everyHalf, 'hold', seededRandom(1))], [0, 0, 0]);
});

async function open(format: string, path: string, given: readonly string[] = []): Promise<Imported> {
  const importer = findImporter(format);
  return importer.open(path, readOptions(importer, given));
}

test('recorded usage becomes demand of one application that tells how it was made', async (t) => {
  const folder = folderOf(t, { 'a_pods.csv': PODS, 'a_limits.csv': LIMITS });
  const given = ['up-sample=hold', 'seconds=3', 'warmup=1', 'speed=30'];
  const { header, events, rejected } = await open('nezha', join(folder, 'a_pods.csv'), given);
  const { up_sampling: how, native_interval_ms: interval, rows_rejected: rows } = header.notes;
  t.deepEqual([header.controller, how, interval, rows], ['quota', 'hold', 60_000, 3]);
  t.is(rejected?.length, 3);
  const all = [...events];
  t.deepEqual(
    [...new Set(all.map(({ type }) => type))],
    ['parameters', 'application', 'deploy', 'profile', 'demand'],
  );
  // `ads` has no CPU use, so only `cart` takes part; a minute passes in two seconds.
  const work = all.flatMap(({ type, fields }) => (type === 'demand' ? (fields['work_us'] as number[]) : []));
  t.deepEqual(work, [...Array.from({ length: 20 }, () => 250), ...Array.from({ length: 20 }, () => 500)]);
});

test('a file without any CPU use is refused with what was wrong with its rows', async (t) => {
  const folder = folderOf(t, { 'a_pods.csv': 'time,who\n1,2\n' });
  const error = await t.throwsAsync(open('nezha', join(folder, 'a_pods.csv')), {
    instanceOf: DiagnosticError,
  });
  t.regex(error.message, /no CPU use/);
  t.regex(error.diagnostics[0]?.help ?? '', /no column `t_s`/);
});

test('a gzip file that is cut off is an error', async (t) => {
  const whole = gzipSync(PODS.repeat(100));
  const folder = folderOf(t, { 'a_pods.csv.gz': whole.subarray(0, whole.length - 40) });
  await t.throwsAsync(read(nezha, join(folder, 'a_pods.csv.gz')), { instanceOf: DiagnosticError });
  await t.throwsAsync(read(nezha, join(folder, 'none.csv')), { instanceOf: DiagnosticError });
});

test('lines are the same wherever the pieces of a file end, whatever ends them', async (t) => {
  const text = Array.from({ length: 30_000 }, (_none, at) => `é${at}`).join('\r\n');
  const folder = folderOf(t, { plain: text, zipped: gzipSync(text) });
  for (const name of ['plain', 'zipped']) {
    const lines: string[] = [];
    for await (const some of linesOf(join(folder, name))) lines.push(...some);
    t.is(lines.join('\r\n'), text, name);
  }
});

test('of a large file only a piece is held at a time', async (t) => {
  const text = Array.from({ length: 200_000 }, (_none, at) => `c,m,${at * 10},5,5`).join('\n');
  const folder = folderOf(t, { plain: text, zipped: gzipSync(text) });
  for (const name of ['plain', 'zipped']) {
    let [count, most] = [0, 0];
    for await (const lines of linesOf(join(folder, name))) {
      count += lines.length;
      most = Math.max(most, lines.join('\n').length);
    }
    t.is(count, 200_000, name);
    t.true(most < 100_000 && text.length > 2_500_000, `${most} of ${text.length} characters`);
  }
});

test('import writes samples, rejects and how units were scaled; times start with the trace', async (t) => {
  const folder = folderOf(t, { 'a_pods.csv': PODS, 'a_limits.csv': LIMITS });
  const database = join(folder, 'usage.db');
  const done = await importUsage(nezha, join(folder, 'a_pods.csv'), new Map(), database);
  t.deepEqual(done, { lines: 7, samples: 3, rejected: 3, entities: 2 });
  const store = openStore(database, 'read');
  t.deepEqual(store.rows('select entity, at_ms, cpu_us, pages from usage_sample order by rowid'), [
    ['cart', 0, 250, 8576],
    ['ads', 0, null, 25_600],
    ['cart', 60_000, 500, 8704],
  ]);
  t.deepEqual(store.rows('select line from usage_reject order by line'), [[5], [6], [7]]);
  t.deepEqual(store.rows('select format, interval_ms, start_ms from usage_trace'), [
    ['nezha', 60_000, 13_879_000],
  ]);
  store.close();
});

const data = process.env['EDICT_DATA'];
const recorded = data === undefined ? null : join(data, 'nezha-microservice-metrics');
if (recorded === null || !existsSync(recorded)) {
  test('the recorded microservice metrics', (t) => {
    t.log('SKIPPED: EDICT_DATA does not name the folder of recorded data; this test looked at nothing');
    t.pass();
  });
} else {
  test('the recorded microservice metrics have 46 services of Train Ticket and no bad row', async (t) => {
    const path = join(recorded, 'train-ticket_2023-01-29_pods.csv.gz');
    const { samples, rejects } = await read(nezha, path);
    t.is(samples.length, 42_274);
    t.is(rejects.length, 0);
    t.is(new Set(samples.map(({ container }) => container)).size, 46);
    const { header, events } = await open('nezha', path, ['speed=60', 'seconds=10', 'warmup=0']);
    t.is(header.notes['containers_recorded'], 46);
    const [, profile] = [...events].filter(({ type }) => type === 'deploy' || type === 'profile');
    t.is((must(profile, 'the profile').fields['containers'] as number[]).length, 16);
  });
  test('the recorded request rates are read whole', async (t) => {
    const path = join(must(data, 'the folder'), 'autothrottle-rps', 'bursty.csv.gz');
    const { header } = await open('request-rates', path, ['application=teastore', 'seconds=5', 'warmup=0']);
    t.deepEqual(header.notes['workload'], { kind: 'trace', rates: '3600 recorded seconds', speed: 10 });
  });
}
