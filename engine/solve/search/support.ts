import { byNumber } from '../../base/order.js';
import type { Problem } from './problem.js';
import { Kind } from './problem.js';
import { startsOf } from './starts.js';

/** Variables that decide a cell, through all it reads; found once per cell. */
export class Support {
  private readonly known = new Map<number, Int32Array>();
  private graph: Graph | null = null;

  constructor(private readonly problem: Problem) {}

  /** All of them. */
  of(cell: number): Int32Array {
    let found = this.known.get(cell);
    if (found === undefined) {
      found = this.collect(cell, Infinity, true) ?? new Int32Array(0);
      this.known.set(cell, found);
    }
    return found;
  }

  /** Null where a cell reads what all items of a table add up to, or more variables than `most`. */
  few(cell: number, most: number): Int32Array | null {
    return this.collect(cell, most, false);
  }

  /** Cells that a cell reads. */
  readBy(cell: number): Int32Array {
    this.graph ??= graphOf(this.problem);
    const { readStart, read } = this.graph;
    return read.subarray(readStart[cell] ?? 0, readStart[cell + 1] ?? 0);
  }

  private collect(cell: number, most: number, sums: boolean): Int32Array | null {
    this.graph ??= graphOf(this.problem);
    const { readStart, read, variablesOf } = this.graph;
    const { kind } = this.problem.cells;
    const seen = new Set<number>([cell]);
    const variables = new Set<number>();
    const stack = [cell];
    while (stack.length > 0) {
      const one = stack.pop() ?? 0;
      if (!sums && (kind[one] === Kind.load || kind[one] === Kind.balance)) return null;
      for (const variable of variablesOf.get(one) ?? []) variables.add(variable);
      if (variables.size > most) return null;
      for (let i = readStart[one] ?? 0; i < (readStart[one + 1] ?? 0); i += 1) {
        const child = read[i] ?? 0;
        if (seen.has(child)) continue;
        seen.add(child);
        stack.push(child);
      }
    }
    return Int32Array.from([...variables].sort(byNumber));
  }
}

/** What each cell reads, and the variables that it reads itself. */
interface Graph {
  readonly readStart: Int32Array;
  readonly read: Int32Array;
  readonly variablesOf: ReadonlyMap<number, readonly number[]>;
}

function graphOf(problem: Problem): Graph {
  const variablesOf = new Map<number, number[]>();
  const { cells, members, sames, items, tables, domainOf } = problem;
  const count = cells.kind.length;
  const readStart = startsOf(count, cells.reader);
  const next = readStart.slice();
  const read = new Int32Array(cells.reader.length);
  for (let cell = 0; cell < count; cell += 1) {
    for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
      const target = cells.reader[i] ?? 0;
      const at = next[target] ?? 0;
      next[target] = at + 1;
      read[at] = cell;
    }
  }
  const tell = (cell: number, variable: number): void => {
    const list = variablesOf.get(cell);
    if (list === undefined) variablesOf.set(cell, [variable]);
    else if (list[list.length - 1] !== variable) list.push(variable);
  };
  for (let variable = 0; variable < domainOf.length; variable += 1) {
    for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1) {
      tell(members.cell[i] ?? 0, variable);
    }
    for (let i = members.longStart[variable] ?? 0; i < (members.longStart[variable + 1] ?? 0); i += 1) {
      tell(members.longCell[i] ?? 0, variable);
    }
    for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
      tell(sames.cell[i] ?? 0, variable);
    }
    const own = sames.valueCell[variable] ?? -1;
    if (own >= 0) tell(own, variable);
  }
  // All cells of a table read the same items; they share one list.
  const ofTable: number[][] = tables.map(() => []);
  items.table.forEach((table, i) => {
    const list = ofTable[table];
    const variable = items.variable[i] ?? 0;
    if (list !== undefined && list[list.length - 1] !== variable) list.push(variable);
  });
  tables.forEach(({ balanceCell, loadCells }, table) => {
    const list = ofTable[table] ?? [];
    if (balanceCell >= 0) variablesOf.set(balanceCell, list);
    for (const cell of loadCells) variablesOf.set(cell, list);
  });
  return { readStart, read, variablesOf };
}
