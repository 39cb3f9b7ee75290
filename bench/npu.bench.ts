import { branch } from '../engine/controllers/npu/place/branch.js';
import { place, QUICK, THOROUGH } from '../engine/controllers/npu/place/place.js';
import { readProblem } from '../engine/controllers/npu/place/read-problem.js';
import { createSolver } from '../engine/loop/create-solver.js';
import { solveDatabase } from '../engine/loop/solve-database.js';
import { readShippedPolicies } from '../engine/store/files.js';
import { rowsOf } from '../engine/store/rows-of.js';
import { designCases, designJson, npuStore } from '../test/helpers/npu-designs.js';
import type { Bench, BenchContext, Row } from './bench.js';

/** Designs of the thesis: the first legal placement, short wires and their proof, and HiGHS alone on the same policies. */
export const npuBench: Bench = {
  name: 'npu',
  async run(context) {
    const ids = context.smoke ? ['bblock'] : designCases.map(({ id }) => id);
    const rows: Row[] = [];
    for (const id of ids.filter((one) => context.only.length === 0 || context.only.includes(one))) {
      context.note(id);
      rows.push(await rowOf(id, context));
    }
    const title =
      'Placing designs of NPUs without pins; `highs` is given policies/npu with short_wires and no search';
    return [{ name: 'npu', title, rows }];
  },
};

async function rowOf(id: string, { clock, smoke, limitMs }: BenchContext): Promise<Row> {
  const store = npuStore(designJson(id));
  const problem = readProblem(1, rowsOf(store));
  const begun = clock.nowMs();
  const first = branch(problem, {
    measure: 'half_perimeter',
    below: null,
    firstOnly: true,
    nodes: QUICK.legalSteps,
  });
  const legal = clock.nowMs();
  const effort = smoke ? QUICK : THOROUGH;
  const placed = place(problem, { measure: 'half_perimeter', effort, seed: 1 });
  const done = clock.nowMs();
  const hand = designCases.find((one) => one.id === id)?.reference;
  const solver = createSolver('highs');
  try {
    const result = await solveDatabase(
      store,
      readShippedPolicies(['policies/npu/base', 'policies/npu/extra/short_wires.sql']),
      {
        limits: { timeMs: limitMs ?? 5000, work: null, seed: 1 },
        dryRun: true,
        clock,
        solve: solver.solve,
      },
    );
    return {
      design: id,
      first_legal_ms: first.found === null ? null : legal - begun,
      wires: 'length' in placed ? placed.length : null,
      by_hand: hand?.hpwl ?? null,
      bound: 'bound' in placed ? placed.bound : null,
      proved: placed.status,
      wires_ms: done - legal,
      highs: result.status,
      highs_wires: result.levels[0] === undefined ? null : -result.levels[0].value,
      highs_ms: result.ms.ground + result.ms.solve,
    };
  } finally {
    store.close();
    await solver.close();
  }
}
