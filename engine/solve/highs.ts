import type { Highs, Model, ModelData } from 'highs';
import type { EngineProfile } from './mip-backend.js';
import type { MipAnswer, MipTask } from './mip-task.js';

const GUARD_MS = 60_000;

/** HiGHS: the exact backend for mixed-integer programs. The encoder already refuses what its heap cannot hold. */
export const highsProfile: EngineProfile = { name: 'highs', guardMs: GUARD_MS, refuses: () => null };

/** Loading compiles 3.5 MB of WASM (about 40 ms), so one instance serves all tasks of the thread. */
let library: Promise<Highs> | null = null;

/** Options every solve has. Exactness first: no relative gap. */
const OPTIONS = { output_flag: false, mip_rel_gap: 0 };

/** In programs up to this size one heuristic alone takes 12 ms, where the whole rest takes 0.6 ms (measured). */
const FEW_COLUMNS = 500;

function programOf(highs: Highs, task: MipTask, cost: Float64Array): ModelData {
  const { mip, kept } = task;
  const rowLower = [...mip.rowLower];
  const rowUpper = [...mip.rowUpper];
  const starts = [...mip.starts];
  const indices = [...mip.indices];
  const values = [...mip.values];
  for (const level of kept) {
    level.cost.forEach((factor, column) => {
      if (factor === 0) return;
      indices.push(column);
      values.push(factor);
    });
    starts.push(indices.length);
    rowLower.push(level.atLeast);
    rowUpper.push(Infinity);
  }
  const numRows = rowLower.length;
  const numCols = mip.columnCount;
  return {
    numCols,
    numRows,
    sense: highs.constants.objectiveSense.maximize,
    colCost: cost,
    colLower: mip.columnLower,
    colUpper: mip.columnUpper,
    rowLower: Float64Array.from(rowLower),
    rowUpper: Float64Array.from(rowUpper),
    matrix: {
      format: 'csr',
      numRows,
      numCols,
      starts: Int32Array.from(starts),
      indices: Int32Array.from(indices),
      values: Float64Array.from(values),
    },
    integrality: Int32Array.from(mip.integer),
  };
}

function boundOf(model: Model, hasIntegers: boolean): number | null {
  const bound = hasIntegers ? Number(model.info.get('mip_dual_bound')) : model.getObjectiveValue();
  return Number.isFinite(bound) && Math.abs(bound) < 1e30 ? bound : null;
}

function runOnce(highs: Highs, task: MipTask, cost: Float64Array): MipAnswer {
  const { modelStatus, solutionStatus } = highs.constants;
  const model = highs.createModel(programOf(highs, task, cost));
  try {
    model.options.set({ ...OPTIONS, mip_abs_gap: task.absoluteGap, random_seed: task.seed & 0x7fffffff });
    if (task.mip.columnCount <= FEW_COLUMNS) model.options.set('mip_heuristic_run_feasibility_jump', false);
    if (task.timeMs !== null) model.options.set('time_limit', Math.max(0.001, task.timeMs / 1000));
    if (task.nodes !== null) model.options.set('mip_max_nodes', task.nodes);
    if (task.start !== null) model.setSolution({ colValue: task.start });
    model.run();
    const status = model.getModelStatus();
    if (status === modelStatus.infeasible) return { status: 'infeasible' };
    if (status === modelStatus.unbounded) return { status: 'unbounded' };
    if (status === modelStatus.unboundedOrInfeasible) {
      // Without an objective nothing is unbounded, which tells the two apart.
      if (cost.every((factor) => factor === 0)) return { status: 'infeasible' };
      const feasibility = runOnce(highs, task, new Float64Array(cost.length));
      return feasibility.status === 'infeasible' ? feasibility : { status: 'unbounded' };
    }
    const isOptimal = status === modelStatus.optimal;
    const limits: readonly number[] = [
      modelStatus.timeLimit,
      modelStatus.iterationLimit,
      modelStatus.solutionLimit,
      modelStatus.interrupted,
    ];
    if (!isOptimal && !limits.includes(status)) {
      return { status: 'failed', detail: `HiGHS ended with model status ${status}` };
    }
    if (model.info.get('primal_solution_status') !== solutionStatus.feasible) {
      if (isOptimal) return { status: 'failed', detail: 'HiGHS claims an optimum without a feasible point' };
      return { status: 'unknown', limit: status === modelStatus.timeLimit ? 'time' : 'work' };
    }
    return {
      status: isOptimal ? 'optimal' : 'feasible',
      columns: model.getSolution().colValue,
      bound: boundOf(model, task.mip.integer.includes(1)),
      nodes: Math.max(0, Number(model.info.get('mip_node_count'))),
    };
  } finally {
    model.dispose();
  }
}

async function load(): Promise<Highs> {
  const module = await import('highs');
  // The package's types describe its CommonJS form; the ES module's default is the loader itself.
  const loader = module.default as unknown as (typeof module.default)['default'];
  return loader();
}

/** Solves one program with HiGHS. Call it in the worker thread: it blocks. */
export async function runHighs(task: MipTask): Promise<MipAnswer> {
  library ??= load();
  return runOnce(await library, task, task.cost);
}
