import { parseArgs } from 'node:util';
import { monotonicClock } from '../engine/base/clock.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { between, calibrate } from './calibration.js';
import type { Calibration } from './calibration.js';
import { jsonRows, printTable } from './print-table.js';
import { BENCHES } from './registry.js';

const USAGE = `usage: npm run bench [-- NAME...] [--smoke] [--limit SECONDS] [--only PROBLEM]
  NAME     one of ${BENCHES.map(({ name }) => name).join(', ')}; all of them unless said
  --smoke  the smallest sizes: asks whether the benches work, not how fast they are
  --limit  seconds for each solve of a public problem (roadef, gap)
  --only   one of the public problems, by name; may repeat`;

interface Asked {
  readonly benches: readonly Bench[];
  readonly smoke: boolean;
  readonly limitMs: number | null;
  readonly only: readonly string[];
}

/** What the command line asks for; null when it cannot be understood. */
function askedFor(args: readonly string[]): Asked | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        smoke: { type: 'boolean' },
        limit: { type: 'string' },
        only: { type: 'string', multiple: true },
      },
      allowPositionals: true,
    });
    const named = positionals.map((name) => BENCHES.find((bench) => bench.name === name));
    const benches = named.filter((bench) => bench !== undefined);
    if (benches.length < named.length) return null;
    const limitMs = values.limit === undefined ? null : Number(values.limit) * 1000;
    if (limitMs !== null && !(limitMs > 0)) return null;
    const chosen = benches.length > 0 ? benches : BENCHES;
    return { benches: chosen, smoke: values.smoke === true, limitMs, only: values.only ?? [] };
  } catch {
    // parseArgs throws for what it does not know.
    return null;
  }
}

/** CPU time of a row as a multiple of the calibration's, which compares between machines and busy hours. */
function withMultiples({ name, title, rows }: Table, { cpuMs }: Calibration): Table {
  const isTimed = rows.some((row) => typeof row['cpu_ms'] === 'number');
  if (!isTimed) return { name, title, rows };
  const multiple = (row: Row): number | null => {
    const own = row['cpu_ms'];
    return typeof own === 'number' ? own / cpuMs : null;
  };
  return { name, title, rows: rows.map((row) => ({ ...row, per_calibration: multiple(row) })) };
}

async function runBench(bench: Bench, context: BenchContext): Promise<void> {
  const { clock } = context;
  const before = calibrate(clock);
  const started = clock.nowMs();
  const plain = await bench.run(context);
  const seconds = (clock.nowMs() - started) / 1000;
  const calibration = between(before, calibrate(clock));
  const tables = plain.map((table) => withMultiples(table, calibration));
  const { ms, integerMs, sqliteMs, cpuMs } = calibration;
  const parts = `integers ${integerMs.toFixed(2)}, SQLite ${sqliteMs.toFixed(2)}; CPU ${cpuMs.toFixed(2)}`;
  const heading = `calibration ${ms.toFixed(2)} ms (${parts})`;
  process.stdout.write(`== ${bench.name}: ${seconds.toFixed(1)} s; ${heading}; Node ${process.version}\n\n`);
  for (const table of tables) process.stdout.write(`${printTable(table)}\n`);
  const line = {
    bench: bench.name,
    node: process.version,
    smoke: context.smoke,
    calibration_ms: Number(ms.toPrecision(4)),
    calibration_integer_ms: Number(integerMs.toPrecision(4)),
    calibration_sqlite_ms: Number(sqliteMs.toPrecision(4)),
    calibration_cpu_ms: Number(cpuMs.toPrecision(4)),
    rows: jsonRows(tables),
  };
  process.stdout.write(`${JSON.stringify(line)}\n\n`);
}

const asked = askedFor(process.argv.slice(2));
if (asked === null) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  for (const bench of asked.benches) {
    const note = (text: string): void => void process.stderr.write(`  ${bench.name}: ${text}\n`);
    try {
      const { smoke, limitMs, only } = asked;
      await runBench(bench, { smoke, limitMs, only, clock: monotonicClock, note });
    } catch (error) {
      process.stderr.write(
        `${bench.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
}
