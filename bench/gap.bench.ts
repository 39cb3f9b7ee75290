import { join } from 'node:path';
import { must } from '../engine/base/assert.js';
import type { GapInstance } from '../engine/importers/gap-file.js';
import { readGapInstance } from '../engine/importers/gap-file.js';
import { gap, gapRows } from '../engine/importers/gap.js';
import { readDataFile } from '../engine/importers/read-data-file.js';
import { rowsOf } from '../engine/store/rows-of.js';
import { judgeGap } from '../test/helpers/judge-gap.js';
import type { Bench, BenchContext, Row } from './bench.js';
import { percentile } from './measure.js';
import { solveProblem } from './solve-problem.js';

/** Generalised assignment: how long a proof takes, and how near answers come where there is none. */
export const gapBench: Bench = {
  name: 'gap',
  async run(context) {
    const limitMs = context.limitMs ?? (context.smoke ? 500 : SHORT_MS);
    const rows: Row[] = [];
    for (const problem of problemsOf(context)) {
      context.note(problem.instance.name);
      rows.push(await rowOf(problem, limitMs, context));
    }
    const proved = rows.filter(({ status }) => status === 'optimal');
    const times = proved.map(({ solve_ms: ms }) => Number(ms));
    const title =
      `Solved within ${limitMs / 1000} s each; ${proved.length} of ${rows.length} proved optimal` +
      (times.length === 0
        ? ''
        : `, in ${percentile(times, 50).toFixed(0)} ms in the median, ${Math.max(...times).toFixed(0)} ms at most`);
    return [{ name: 'gap', title, rows }];
  },
};

/** Without `--limit`. */
const SHORT_MS = 10_000;

interface Problem {
  readonly instance: GapInstance;
  /** Least cost known; null for made-up problems. */
  readonly best: number | null;
}

/** The public instances where EDICT_DATA says where they are, else one from the tests' own making. */
function* problemsOf({ smoke, note, only }: BenchContext): Generator<Problem> {
  const data = process.env['EDICT_DATA'];
  if (data === undefined || smoke) {
    note('a made-up problem; EDICT_DATA=FOLDER measures the public instances');
    const table = (of: (agent: number, item: number) => number): number[][] =>
      [0, 1, 2].map((agent) => Array.from({ length: 8 }, (_none, item) => of(agent, item)));
    const costs = table((agent, item) => ((agent + 2) * (item + 3)) % 11);
    const weights = table((agent, item) => 3 + ((agent + item * 5) % 7));
    yield { instance: { name: 'small', costs, weights, capacities: [20, 20, 20] }, best: null };
    return;
  }
  const source = readDataFile(join(data, 'gap-orlibrary', 'instances.jsonl.gz'), 'import/bad-file');
  for (const line of source.text.trim().split('\n')) {
    const { name, best_known: best } = JSON.parse(line) as { name: string; best_known: number };
    if (only.length > 0 && !only.some((part) => name.includes(part))) continue;
    yield { instance: readGapInstance({ name: source.name, text: line }, name), best };
  }
}

async function rowOf({ instance, best }: Problem, limitMs: number, context: BenchContext): Promise<Row> {
  const { store, result, importMs, close } = await solveProblem(
    'gap',
    () => gapRows(instance),
    limitMs,
    context.clock,
  );
  try {
    const isAnswer = result.status === 'optimal' || result.status === 'feasible';
    const agents = isAnswer ? gap.write(rowsOf(store).all).trim().split(' ').map(Number) : null;
    const judged = agents === null ? null : judgeGap(instance, agents);
    if (judged !== null && judged.overloaded.length > 0)
      throw new Error(`${instance.name}: the answer overloads ${judged.overloaded.join(', ')}`);
    const cost = judged?.cost ?? null;
    const bound = result.levels[0]?.bound ?? null;
    if (cost !== null && -must(result.levels[0], 'a level').value !== cost)
      throw new Error(`${instance.name}: the cost is ${cost}, not what was said`);
    return {
      instance: instance.name,
      agents: instance.capacities.length,
      items: instance.costs[0]?.length ?? 0,
      status: result.status,
      backend: result.backend,
      cost,
      bound: bound === null ? null : -bound,
      best_known: best,
      gap_percent: best === null || cost === null ? null : ((cost - best) / best) * 100,
      import_ms: importMs,
      ground_ms: result.ms.ground,
      solve_ms: result.ms.solve,
      verify_ms: result.ms.verify,
    };
  } finally {
    await close();
  }
}
