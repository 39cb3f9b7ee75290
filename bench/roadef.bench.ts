import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readCsv } from '../engine/importers/csv.js';
import { readRoadefAssignment, readRoadefModel } from '../engine/importers/roadef-file.js';
import { roadef, roadefRows } from '../engine/importers/roadef.js';
import { rowsOf } from '../engine/store/rows-of.js';
import { generatedRoadef } from '../test/helpers/generated-roadef.js';
import { isRoadefFeasible, judgeRoadef } from '../test/helpers/judge-roadef.js';
import type { Bench, BenchContext, Row } from './bench.js';
import { solveProblem } from './solve-problem.js';

/** Machine reassignment of the ROADEF/EURO challenge 2012: how near the policies' answers come to the best ones known. */
export const roadefBench: Bench = {
  name: 'roadef',
  async run(context) {
    const limitMs = context.limitMs ?? (context.smoke ? 200 : SHORT_MS);
    const rows: Row[] = [];
    for (const problem of problemsOf(context)) {
      context.note(problem.name);
      rows.push(await rowOf(problem, limitMs, context));
    }
    const scores = rows.flatMap(({ score_percent: score }) => (typeof score === 'number' ? [score] : []));
    const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
    const title =
      `Reassigned within ${limitMs / 1000} s of solving each; score = (cost - best published) / initial cost` +
      (scores.length === 0 ? '' : `, ${mean.toPrecision(3)} % in the mean of ${scores.length}`);
    return [{ name: 'roadef', title, rows }];
  },
};

/** Without `--limit`. */
const SHORT_MS = 10_000;

interface Problem {
  readonly name: string;
  readonly model: string;
  readonly initial: string;
  /** Least cost in the sources of the data set; null where none is known. */
  readonly best: number | null;
}

/** The public instances where EDICT_DATA says where they are, else made-up ones. */
function* problemsOf({ smoke, note, only }: BenchContext): Generator<Problem> {
  const data = process.env['EDICT_DATA'];
  if (data === undefined || smoke) {
    note('made-up problems; EDICT_DATA=FOLDER measures the public instances');
    for (const seed of [8, 14, 31]) {
      const { model, initial } = generatedRoadef(seed);
      yield { name: `seed ${seed}`, model, initial, best: null };
    }
    return;
  }
  const folder = join(data, 'roadef2012-machine-reassignment');
  const read = (file: string): string => gunzipSync(readFileSync(join(folder, file))).toString('utf8');
  for (const row of readCsv(join(folder, 'instances.csv'), ['instance', 'best_published_in_sources'])) {
    const name = row.text('instance');
    if (only.length > 0 && !only.includes(name)) continue;
    yield {
      name,
      model: read(`model_${name}.txt.gz`),
      initial: read(`assignment_${name}.txt.gz`),
      best: row.integer('best_published_in_sources'),
    };
  }
}

async function rowOf(
  { name, model, initial, best }: Problem,
  limitMs: number,
  context: BenchContext,
): Promise<Row> {
  const { store, result, importMs, close } = await solveProblem(
    'roadef',
    () => {
      const read = readRoadefModel({ name, text: model });
      const assignment = readRoadefAssignment({ name, text: initial }, read);
      return roadefRows(read, assignment, assignment);
    },
    limitMs,
    context.clock,
  );
  try {
    const judged = judgeRoadef(model, initial, roadef.write(rowsOf(store).all));
    const before = judgeRoadef(model, initial, initial);
    const isAnswer = result.status === 'optimal' || result.status === 'feasible';
    if (isAnswer && !isRoadefFeasible(judged))
      throw new Error(`${name}: the answer breaks a rule: ${JSON.stringify(judged)}`);
    const [level] = result.levels;
    if (level !== undefined && -level.value !== judged.total)
      throw new Error(`${name}: ${-level.value} was said, ${judged.total} is the cost`);
    const bound = level?.bound ?? null;
    return {
      instance: name,
      status: result.status,
      backend: result.backend,
      initial: before.total,
      cost: isAnswer ? judged.total : null,
      bound: bound === null ? null : -bound,
      best_published: best,
      score_percent: best === null || !isAnswer ? null : ((judged.total - best) / before.total) * 100,
      import_ms: importMs,
      compile_ms: result.ms.compile,
      ground_ms: result.ms.ground,
      solve_ms: result.ms.solve,
      verify_ms: result.ms.verify,
    };
  } finally {
    await close();
  }
}
