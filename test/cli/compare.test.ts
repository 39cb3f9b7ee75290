import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  comparisonMarkdown,
  comparisonText,
  figureText,
  figuresOf,
} from '../../engine/cli/compare/comparison-table.js';
import type { SchedulerRun } from '../../engine/cli/compare/run-scheduler.js';
import type { Figure } from '../../engine/loop/controller.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

const TRACE = [
  { edict_trace: 1, controller: 'rack', origin: 'written <by> hand' },
  { at_us: 0, type: 'host', host: 1, cores: 4, memslices: 4 },
  { at_us: 0, type: 'host', host: 2, cores: 4, memslices: 4 },
  { at_us: 5, type: 'allocate', process: 1, cores: 2, memslices: 2, units: true },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

const run = (scheduler: string, metrics: SchedulerRun['metrics']): SchedulerRun => ({
  scheduler,
  metrics,
  events: 1,
  ticks: 1,
  refusals: 0,
  digest: 'd',
  cpuMs: 1,
  chartRows: [],
});

const FIGURES: readonly Figure[] = [
  { metric: 'slack', title: 'slack', unit: 'cores', best: 'least' },
  { metric: 'served', title: 'served', unit: null, best: 'most' },
  { metric: 'size', title: 'size', unit: null, best: null },
];

test('the best value of a column is marked, and all that read the same; a column of equals has none', (t) => {
  const runs = [
    run('a', { slack: 0.50001, served: 3, size: 7 }),
    run('b', { slack: 0.5, served: 3, size: 8 }),
    run('c', { slack: 2, served: 3, size: 9 }),
    run('d', { slack: null, served: 3, size: null }),
  ];
  t.is(
    comparisonMarkdown(FIGURES, runs),
    [
      '| scheduler | slack, cores | served | size |',
      '| --- | ---: | ---: | ---: |',
      '| `a` | **0.5** | 3 | 7 |',
      '| `b` | **0.5** | 3 | 8 |',
      '| `c` | 2 | 3 | 9 |',
      '| `d` | - | 3 | - |',
      '',
    ].join('\n'),
  );
  t.is(
    comparisonText(FIGURES, runs),
    [
      'scheduler  slack, cores   served   size',
      'a                   0.5*       3      7',
      'b                   0.5*       3      8',
      'c                     2        3      9',
      'd                     -        3      -',
      '',
    ].join('\n'),
  );
});

test('figures are shown with three digits that count', (t) => {
  for (const [value, text] of [
    [0.12345, '0.123'],
    [12.345, '12.3'],
    [1234.5, '1235'],
    [7, '7'],
    [null, '-'],
    [undefined, '-'],
  ] as const)
    t.is(figureText(value), text);
});

test('where a controller does not say which figures count, all of them are shown', (t) => {
  t.deepEqual(
    figuresOf(undefined, [run('a', { one_thing: 1 })]).map(({ title }) => title),
    ['one thing'],
  );
});

test('each scheduler meets the same trace from an empty state', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'trace.jsonl');
  writeFileSync(path, TRACE);
  const report = join(folder, 'report.html');
  const argv = ['compare', path, '--schedulers', 'FillCurrent,RoundRobin', '--report', report];
  const { exit, stdout, stderr } = await runCliHere([...argv, '--format', 'json']);
  t.is(exit, 0, stderr);
  const document = JSON.parse(stdout) as {
    runs: { scheduler: string; metrics: Record<string, number>; digest: string }[];
  };
  t.deepEqual(
    document.runs.map(({ scheduler }) => scheduler),
    ['FillCurrent', 'RoundRobin'],
  );
  t.deepEqual(
    document.runs.map(({ metrics }) => [metrics['placed'], metrics['hosts_per_process']]),
    [
      [4, 1],
      [4, 2],
    ],
  );
  const html = readFileSync(report, 'utf8');
  t.true(html.includes('Side by side') && html.includes('RoundRobin'));
  t.true(html.includes('written &lt;by&gt; hand'));
  // The same scheduler on its own gives the same digest.
  const replayed = await runCliHere(['replay', path, '--scheduler', 'RoundRobin', '--format', 'json']);
  t.is((JSON.parse(replayed.stdout) as { digest?: string }).digest, document.runs[1]?.digest);
});

const refused: readonly (readonly [title: string, argv: readonly string[], message: RegExp])[] = [
  [
    'an unknown scheduler',
    ['--schedulers', 'RoundRobbin'],
    /`rack` has no scheduler `RoundRobbin`[^]*RoundRobin/,
  ],
  ['an empty list', ['--schedulers', ','], /`--schedulers` names none/],
  ['options of no format', ['--with', 'seed=1'], /`--with` is for the format/],
  ['an option that a format does not have', ['--from', 'numa-vm', '--with', 'sed=1'], /no option `sed`/],
  ['an option without value', ['--from', 'numa-vm', '--with', 'seed'], /gives no value/],
  [
    'a report that cannot be written',
    ['--schedulers', 'Random', '--report', '/no/such/r.html'],
    /cannot be written/,
  ],
];

for (const [title, argv, message] of refused) {
  test(`compare refuses ${title}`, async (t) => {
    const folder = tempFolder(t);
    const path = join(folder, 'trace.jsonl');
    writeFileSync(path, TRACE);
    const { exit, stderr } = await runCliHere(['compare', path, ...argv]);
    t.not(exit, 0);
    t.regex(stderr, message);
  });
}

test('a trace that names no controller needs one named', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'trace.jsonl');
  writeFileSync(path, '{"edict_trace":1}\n');
  const { exit, stderr } = await runCliHere(['compare', path]);
  t.is(exit, 2);
  t.regex(stderr, /names no controller/);
});
