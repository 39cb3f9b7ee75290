import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert, must } from '../engine/base/assert.js';
import { byNumber } from '../engine/base/order.js';
import type { SourceFile } from '../engine/base/source.js';
import { catalogOf } from '../engine/check/schema.js';
import { formatPolicies } from '../engine/format/format-policies.js';
import { parsePolicies } from '../engine/lang/parser.js';
import { printPolicies } from '../engine/lang/print.js';
import { compilePolicies } from '../engine/loop/compile.js';
import { packagePath } from '../engine/store/files.js';
import { introspect } from '../engine/store/introspect.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { compiledOf, scheduledPolicies } from './compiled.js';
import { openFilledRack } from './filled-rack.js';
import { generatedPolicies } from './generated-policies.js';
import type { Timing } from './measure.js';
import { measure, measureInTurns, percentile, repetition, timesOf } from './measure.js';

/** Text to compiled policies: reading, printing and laying them out, compiling, and `edict check` as a whole. */
export const language: Bench = {
  name: 'language',
  run(context) {
    return Promise.resolve([
      parseTable(context),
      textTable(context),
      compileTable(context),
      processTable(context),
    ]);
  },
};

const megabytesPerSecond = (bytes: number, ms: number): number => bytes / 1000 / ms;

function generatedText(count: number): string {
  return generatedPolicies(count)
    .map((source) => source.text)
    .join('\n');
}

function parseTable({ smoke, clock, note }: BenchContext): Table {
  note('parse');
  const rows = (smoke ? [8] : [100, 1000, 4000]).map((count): Row => {
    const text = generatedText(count);
    const timing = measure(clock, repetition(smoke), () => parsePolicies({ name: 'all.sql', text }));
    return {
      policies: count,
      bytes: text.length,
      ...timesOf(timing),
      mb_per_s: megabytesPerSecond(text.length, timing.medianMs),
      mb_per_cpu_s: megabytesPerSecond(text.length, timing.cpuMs),
    };
  });
  return { name: 'parse', title: 'Parsing one file of generated policies', rows };
}

/** The way back to text; the layout is read again and compared before it is given out. */
function textTable({ smoke, clock, note }: BenchContext): Table {
  note('print and fmt');
  const repeat = repetition(smoke);
  const rows = (smoke ? [8] : [100, 1000]).flatMap((count): Row[] => {
    const text = generatedText(count);
    const { statements } = parsePolicies({ name: 'all.sql', text });
    const print = measure(clock, repeat, () => printPolicies(statements));
    const format = measure(clock, repeat, () => formatPolicies({ name: 'all.sql', text }));
    const row = (what: string, timing: typeof print): Row => ({
      what,
      policies: count,
      bytes: text.length,
      ...timesOf(timing),
      mb_per_s: megabytesPerSecond(text.length, timing.medianMs),
    });
    return [row('print the tree', print), row('lay out and verify', format)];
  });
  return { name: 'text', title: 'From policies back to text', rows };
}

/** Compiling a policy set beside reading the rows it is about, which every solve does again. */
function compileTable({ smoke, clock, note }: BenchContext): Table {
  const hosts = smoke ? 100 : 10_000;
  note(`compile beside ${hosts} hosts`);
  const store = openFilledRack({ hosts, pending: hosts, heldPerHost: 2, seed: 1 });
  try {
    const catalog = catalogOf(introspect(store));
    const sets: readonly (readonly [string, readonly SourceFile[]])[] = [
      ...['DCMcap', 'DCMloc', 'DCMfew'].map((name) => [name, scheduledPolicies(name)] as const),
      ['100 generated', generatedPolicies(smoke ? 8 : 100)],
    ];
    const readRows = (): unknown => [
      store.rows('select * from pending order by id'),
      store.rows('select * from unallocated order by dkernel'),
    ];
    const [read, schema, ...compiles] = measureInTurns(clock, repetition(smoke), [
      readRows,
      () => catalogOf(introspect(store)),
      ...sets.map(
        ([, sources]) =>
          () =>
            compilePolicies(sources, catalog),
      ),
    ]);
    const row = (what: string, policies: number, bytes: number, timing: Timing | undefined): Row => {
      const own = must(timing, what);
      return {
        what,
        policies,
        bytes,
        ...timesOf(own),
        of_reading_share: own.medianMs / must(read, 'reading').medianMs,
      };
    };
    const rows = [
      row('read the schema', 0, 0, schema),
      ...sets.map(([name, sources], i) =>
        row(`compile ${name}`, compiledOf(store, sources).policies.length, bytesOf(sources), compiles[i]),
      ),
      row(`read ${hosts} requests and ${hosts} hosts`, 0, 0, read),
    ];
    return { name: 'compile', title: 'Compiling once, beside reading the rows of one solve', rows };
  } finally {
    store.close();
  }
}

function bytesOf(sources: readonly SourceFile[]): number {
  return sources.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}

const MAIN = fileURLToPath(new URL('../engine/cli/main.js', import.meta.url));
const ROUNDS = 15;

/** Whole processes, in turns, so that a busy minute hits them all; `of_node` is the multiple of a program that does nothing. */
function processTable({ smoke, clock, note }: BenchContext): Table {
  note('edict as a process');
  const rack = packagePath('policies', 'rack');
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['node -e 0', ['-e', '0']],
    ['edict version', [MAIN, 'version']],
    ['edict check policies/rack', [MAIN, 'check', rack]],
    ['edict fmt --check policies', [MAIN, 'fmt', '--check', packagePath('policies')]],
  ];
  const samples = commands.map((): number[] => []);
  for (let round = 0; round < (smoke ? 1 : ROUNDS); round += 1) {
    for (const [i, [what, argv]] of commands.entries()) {
      const started = clock.nowMs();
      const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
      samples[i]?.push(clock.nowMs() - started);
      assert(status === 0, `${what}: ${stderr}`);
    }
  }
  const nothingMs = percentile(samples[0] ?? [], 50);
  const rows = commands.map(([what], i): Row => {
    const own = [...(samples[i] ?? [])].sort(byNumber);
    const medianMs = percentile(own, 50);
    return {
      what,
      runs: own.length,
      best_ms: own[0] ?? null,
      median_ms: medianMs,
      p95_ms: percentile(own, 95),
      of_node: medianMs / nothingMs,
    };
  });
  return { name: 'process', title: 'Whole processes, from start to exit', rows };
}
