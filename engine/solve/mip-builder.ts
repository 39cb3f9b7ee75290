import type { Affine } from './affine.js';
import type { Meaning, Mip, MipObjective } from './mip.js';

/** The model needs something that no backend here can take; the message says what. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

/** The WASM heap ends at 2 GB; a program of 600,000 columns was seen to exhaust it. */
const MOST_COLUMNS = 300_000;
const MOST_ENTRIES = 4_000_000;
/** HiGHS refuses matrix entries from 1e15 on. */
const LARGEST_ENTRY = 1e14;
/** Rows with larger entries are divided by what divides them all. */
const LARGE = 1e6;

function greatestDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Largest integer that divides every given integer; 0 for none or only zeros. */
export function commonDivisor(values: Iterable<number>): number {
  let divisor = 0;
  for (const value of values) {
    divisor = greatestDivisor(divisor, value);
    if (divisor === 1) return 1;
  }
  return divisor;
}

/** Collects columns and rows. A row without columns is checked at once. */
export class MipBuilder {
  private readonly lower: number[] = [];
  private readonly upper: number[] = [];
  private readonly integer: boolean[] = [];
  readonly meanings: Meaning[] = [];
  private readonly rowLower: number[] = [];
  private readonly rowUpper: number[] = [];
  private readonly starts: number[] = [0];
  private readonly indices: number[] = [];
  private readonly values: number[] = [];
  /** Some row without columns cannot hold. */
  contradiction = false;

  get columnCount(): number {
    return this.lower.length;
  }

  column(lower: number, upper: number, integer: boolean, meaning: Meaning): number {
    if (this.lower.length >= MOST_COLUMNS) {
      throw new Unsupported(`the model needs more than ${MOST_COLUMNS} columns`);
    }
    this.lower.push(lower);
    this.upper.push(upper);
    this.integer.push(integer);
    this.meanings.push(meaning);
    return this.lower.length - 1;
  }

  /** One entry per column that is not zero, in order of first mention. */
  private merge({ columns, factors }: Affine): Map<number, number> {
    const merged = new Map<number, number>();
    columns.forEach((column, index) => {
      merged.set(column, (merged.get(column) ?? 0) + (factors[index] ?? 0));
    });
    for (const [column, factor] of merged) if (factor === 0) merged.delete(column);
    return merged;
  }

  /** lower <= affine <= upper. */
  row(affine: Affine, lower: number, upper: number): void {
    let lo = lower - affine.constant;
    let hi = upper - affine.constant;
    const merged = this.merge(affine);
    if (merged.size === 0) {
      if (lo > 0 || hi < 0) this.contradiction = true;
      return;
    }
    if (this.values.length + merged.size > MOST_ENTRIES) {
      throw new Unsupported(`the model needs more than ${MOST_ENTRIES} matrix entries`);
    }
    let largest = 0;
    for (const factor of merged.values()) largest = Math.max(largest, Math.abs(factor));
    let divisor = 1;
    if (largest > LARGE) {
      divisor = Math.max(1, commonDivisor(merged.values()));
      if (divisor > 1 && [...merged.keys()].every((column) => this.integer[column])) {
        lo = Math.ceil(lo / divisor);
        hi = Math.floor(hi / divisor);
      } else {
        lo /= divisor;
        hi /= divisor;
      }
      if (largest / divisor > LARGEST_ENTRY) {
        throw new Unsupported(`a row has the coefficient ${largest}, beyond ${LARGEST_ENTRY}`);
      }
    }
    for (const [column, factor] of merged) {
      this.indices.push(column);
      this.values.push(factor / divisor);
    }
    this.starts.push(this.indices.length);
    this.rowLower.push(lo);
    this.rowUpper.push(hi);
  }

  /** Cost of an objective; `integral` where every column's exact value and every factor is an integer. */
  objective(priority: number, affine: Affine, scale: number, integral: boolean): MipObjective {
    const cost = new Float64Array(this.columnCount);
    const merged = this.merge(affine);
    for (const [column, factor] of merged) cost[column] = factor;
    const step = integral ? Math.max(1, commonDivisor(merged.values())) : null;
    return { priority, cost, constant: affine.constant, scale, step };
  }

  build(objectives: readonly MipObjective[]): Mip {
    return {
      columnCount: this.columnCount,
      columnLower: Float64Array.from(this.lower),
      columnUpper: Float64Array.from(this.upper),
      integer: Uint8Array.from(this.integer, Number),
      rowCount: this.rowLower.length,
      rowLower: Float64Array.from(this.rowLower),
      rowUpper: Float64Array.from(this.rowUpper),
      starts: Int32Array.from(this.starts),
      indices: Int32Array.from(this.indices),
      values: Float64Array.from(this.values),
      objectives,
    };
  }
}
