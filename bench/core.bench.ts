import { createSolver } from '../engine/loop/create-solver.js';
import { solveDatabase } from '../engine/loop/solve-database.js';
import type { Bench, Row } from './bench.js';
import { CLASHES, corePolicies, openCoreCase } from './core-case.js';

/** What an infeasible answer costs beyond the solve that found it so: the search for a core. */
export const coreBench: Bench = {
  name: 'core',
  async run({ smoke, clock, note }) {
    const rows: Row[] = [];
    const solver = createSolver('auto', clock);
    const [requests, hosts] = smoke ? [8, 30] : [50, 1000];
    try {
      for (const clash of CLASHES) {
        note(`core of ${clash}`);
        for (let run = smoke ? 2 : 0; run < 3; run += 1) {
          const store = openCoreCase(requests, hosts, clash);
          let solves = 0;
          try {
            const started = clock.nowMs();
            const { status, core, ms } = await solveDatabase(store, corePolicies(), {
              limits: { timeMs: null, work: null, seed: 1 },
              dryRun: true,
              clock,
              solve: (model, limits) => {
                solves += 1;
                return solver.solve(model, limits);
              },
            });
            const wholeMs = clock.nowMs() - started;
            if (status !== 'infeasible' || core === null) throw new Error(`${clash} is ${String(status)}`);
            const coreMs = wholeMs - ms.compile - ms.ground - ms.solve;
            rows.push({
              clash,
              requests,
              hosts,
              solve_ms: ms.solve,
              core_ms: coreMs,
              core_per_solve: coreMs / ms.solve,
              solves,
              minimal: core.minimal ? 'yes' : 'no',
              core: core.constraints.map(({ name, rows: found }) => `${name}:${found.length}`).join(' '),
            });
          } finally {
            store.close();
          }
        }
      }
      const title = 'From infeasible to its core, 20 policies';
      return [{ name: 'core', title, rows }];
    } finally {
      await solver.close();
    }
  },
};
