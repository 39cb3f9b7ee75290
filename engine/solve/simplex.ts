import type { EngineProfile } from './mip-backend.js';
import { integerColumnCount } from './mip.js';
import type { MipAnswer, MipTask } from './mip-task.js';

/** Beyond this many integer columns its branch and bound was seen not to end (measured; 12 requests on 4 hosts is 74). */
export const MOST_INTEGER_COLUMNS = 75;
/** Its tableau is dense. */
const MOST_COLUMNS = 400;
const MOST_ROWS = 400;
const GUARD_MS = 10_000;
/**
 * Numbers of the tableau that its pivots may touch before it is stopped, about a quarter of a second. On some
 * degenerate programs it pivots for too long, or its branches do; another backend has those in a moment.
 */
const MOST_TOUCHED = 100_000_000;

/** javascript-lp-solver: the portable backend for tiny programs, without WASM. */
export const simplexProfile: EngineProfile = {
  name: 'simplex',
  guardMs: GUARD_MS,
  refuses({ mip }) {
    const integers = integerColumnCount(mip);
    if (integers > MOST_INTEGER_COLUMNS) {
      return `${integers} integer columns, more than ${MOST_INTEGER_COLUMNS}`;
    }
    if (mip.columnCount > MOST_COLUMNS) return `${mip.columnCount} columns, more than ${MOST_COLUMNS}`;
    if (mip.rowCount > MOST_ROWS) return `${mip.rowCount} rows, more than ${MOST_ROWS}`;
    const isOpen = mip.columnLower.some(
      (lower, column) => lower === -Infinity && mip.columnUpper[column] === Infinity,
    );
    return isOpen ? 'a column without any bound' : null;
  },
};

/** What this engine needs of the library's JSON form of a program. */
interface JsonProgram {
  readonly optimize: string;
  readonly opType: 'max';
  readonly constraints: Record<string, { min?: number; max?: number; equal?: number }>;
  readonly variables: Record<string, Record<string, number>>;
  readonly ints: Record<string, 1>;
  readonly options: { readonly presolve: false };
}

/** The library's own form of a program, as far as it is watched. */
interface LoadedProgram {
  readonly tableau: {
    readonly height: number;
    readonly width: number;
    pivot(row: number, column: number): void;
  };
}

interface Library {
  readonly Model: new () => { loadJson(program: JsonProgram): LoadedProgram };
  Solve(program: LoadedProgram): JsonResult;
}

/** Thrown out of the library, which knows no other way to be stopped. */
class TooLong extends Error {}

type JsonResult = Readonly<Record<string, number | boolean | undefined>>;

const OBJECTIVE = 'objective';

/** Columns of the library are never negative, so that each stands for its distance from a finite end. */
interface Shift {
  readonly base: number;
  readonly sign: 1 | -1;
}

function shiftsOf({ mip }: MipTask): Shift[] | null {
  const shifts: Shift[] = [];
  for (let column = 0; column < mip.columnCount; column += 1) {
    const lower = mip.columnLower[column] ?? 0;
    const upper = mip.columnUpper[column] ?? 0;
    if (Number.isFinite(lower)) shifts.push({ base: lower, sign: 1 });
    else if (Number.isFinite(upper)) shifts.push({ base: upper, sign: -1 });
    else return null;
  }
  return shifts;
}

class ProgramWriter {
  readonly program: JsonProgram;

  constructor(private readonly shifts: readonly Shift[]) {
    const variables = Object.fromEntries(shifts.map((_, column) => [`c${column}`, {}]));
    this.program = {
      optimize: OBJECTIVE,
      opType: 'max',
      constraints: {},
      variables,
      ints: {},
      // Its presolve gives wrong answers where a coefficient is zero or a row fixes one variable.
      options: { presolve: false },
    };
  }

  private coefficient(column: number, name: string, factor: number): void {
    const entry = this.program.variables[`c${column}`];
    if (entry !== undefined && factor !== 0) entry[name] = (this.shifts[column]?.sign ?? 1) * factor;
  }

  /** False where a row without columns cannot hold. */
  row(name: string, entries: readonly (readonly [number, number])[], lower: number, upper: number): boolean {
    let base = 0;
    for (const [column, factor] of entries) base += factor * (this.shifts[column]?.base ?? 0);
    const min = lower - base;
    const max = upper - base;
    if (entries.length === 0) return min <= 0 && max >= 0;
    if (min === -Infinity && max === Infinity) return true;
    for (const [column, factor] of entries) this.coefficient(column, name, factor);
    const bounds: { min?: number; max?: number; equal?: number } = {};
    if (min === max) bounds.equal = min;
    else {
      if (Number.isFinite(min)) bounds.min = min;
      if (Number.isFinite(max)) bounds.max = max;
    }
    this.program.constraints[name] = bounds;
    return true;
  }

  objective(cost: Float64Array): void {
    cost.forEach((factor, column) => this.coefficient(column, OBJECTIVE, factor));
  }
}

function entriesOf({ mip }: MipTask, row: number): (readonly [number, number])[] {
  const entries: (readonly [number, number])[] = [];
  for (let at = mip.starts[row] ?? 0; at < (mip.starts[row + 1] ?? 0); at += 1) {
    const factor = mip.values[at] ?? 0;
    if (factor !== 0) entries.push([mip.indices[at] ?? 0, factor]);
  }
  return entries;
}

const costEntries = (cost: Float64Array): (readonly [number, number])[] =>
  [...cost].flatMap((factor, column) => (factor === 0 ? [] : [[column, factor] as const]));

/** The JSON program, or null where some row cannot hold. */
function write(task: MipTask, shifts: readonly Shift[]): JsonProgram | null {
  const { mip } = task;
  const writer = new ProgramWriter(shifts);
  let sound = true;
  const bounded = new Set<number>();
  for (let row = 0; row < mip.rowCount; row += 1) {
    const entries = entriesOf(task, row);
    const upper = mip.rowUpper[row] ?? 0;
    sound = writer.row(`r${row}`, entries, mip.rowLower[row] ?? 0, upper) && sound;
    // In "exactly one of these columns" every column is at most 1 already.
    if (upper === 1 && entries.every(([column, factor]) => factor === 1 && mip.columnLower[column] === 0)) {
      for (const [column] of entries) if (mip.columnUpper[column] === 1) bounded.add(column);
    }
  }
  task.kept.forEach(({ cost, atLeast }, index) => {
    sound = writer.row(`k${index}`, costEntries(cost), atLeast, Infinity) && sound;
  });
  for (let column = 0; column < mip.columnCount; column += 1) {
    if (mip.integer[column] === 1) writer.program.ints[`c${column}`] = 1;
    if (bounded.has(column)) continue;
    const lower = mip.columnLower[column] ?? 0;
    const upper = mip.columnUpper[column] ?? 0;
    if (Number.isFinite(lower) && Number.isFinite(upper)) {
      sound = writer.row(`u${column}`, [[column, 1]], lower, upper) && sound;
    }
  }
  writer.objective(task.cost);
  return sound ? writer.program : null;
}

/** Ends a search that touches too many numbers; by count, so that the same one is ended everywhere. */
function limitPivots({ tableau }: LoadedProgram): void {
  const pivot = tableau.pivot.bind(tableau);
  let touched = 0;
  tableau.pivot = (row, column) => {
    touched += tableau.height * tableau.width;
    if (touched > MOST_TOUCHED) throw new TooLong();
    pivot(row, column);
  };
}

function solve(library: Library, program: JsonProgram): JsonResult | null {
  const loaded = new library.Model().loadJson(program);
  limitPivots(loaded);
  try {
    return library.Solve(loaded);
  } catch (error) {
    if (error instanceof TooLong) return null;
    throw error;
  }
}

/**
 * Solves one small program with javascript-lp-solver. It knows no deadline that can be trusted: on its own
 * timeout it returns fractional points, so it is given none, and the thread is ended instead.
 */
export async function runSimplex(task: MipTask): Promise<MipAnswer> {
  const shifts = shiftsOf(task);
  if (shifts === null) return { status: 'failed', detail: 'a column has no finite end' };
  const program = write(task, shifts);
  if (program === null) return { status: 'infeasible' };
  const module = await import('javascript-lp-solver');
  // The package's types describe its CommonJS form; the ES module's default is the solver itself.
  const result = solve(module.default as unknown as Library, program);
  if (result === null) return { status: 'declined', detail: 'it pivots for too long' };
  if (result['feasible'] !== true) return { status: 'infeasible' };
  if (result['bounded'] === false) return { status: 'unbounded' };
  const columns = new Float64Array(task.mip.columnCount);
  shifts.forEach(({ base, sign }, column) => {
    const distance = result[`c${column}`];
    columns[column] = base + sign * (typeof distance === 'number' ? distance : 0);
  });
  let bound = 0;
  task.cost.forEach((factor, column) => {
    bound += factor * (columns[column] ?? 0);
  });
  return { status: 'optimal', columns, bound, nodes: 0 };
}
