import type { Problem } from './problem.js';
import { Kind } from './problem.js';

/** Variables that decide a cell, through all it reads; found once per cell. */
export class Support {
  private readonly known = new Map<number, Int32Array>();
  private readonly readStart: Int32Array;
  private readonly read: Int32Array;
  private readonly variablesOf = new Map<number, number[]>();
  private readonly counting = new Set<number>();
  private readonly kind: Uint8Array;

  constructor(problem: Problem) {
    const { cells, members, sames, items, tables, domainOf } = problem;
    this.kind = cells.kind;
    const count = cells.kind.length;
    this.readStart = new Int32Array(count + 1);
    for (const target of cells.reader) this.readStart[target + 1] = (this.readStart[target + 1] ?? 0) + 1;
    for (let i = 0; i < count; i += 1) {
      this.readStart[i + 1] = (this.readStart[i + 1] ?? 0) + (this.readStart[i] ?? 0);
    }
    const next = this.readStart.slice();
    this.read = new Int32Array(cells.reader.length);
    for (let cell = 0; cell < count; cell += 1) {
      for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
        const target = cells.reader[i] ?? 0;
        const at = next[target] ?? 0;
        next[target] = at + 1;
        this.read[at] = cell;
      }
    }
    const tell = (cell: number, variable: number): void => {
      const list = this.variablesOf.get(cell);
      if (list === undefined) this.variablesOf.set(cell, [variable]);
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
      for (let i = items.start[variable] ?? 0; i < (items.start[variable + 1] ?? 0); i += 1) {
        const table = tables[items.table[i] ?? 0];
        if (table === undefined) continue;
        if (table.balanceCell >= 0) tell(table.balanceCell, variable);
        for (const cell of table.loadCells) tell(cell, variable);
      }
    }
  }

  /** True where a cell reads what all items of a table add up to. */
  countsItems(cell: number): boolean {
    this.of(cell);
    return this.counting.has(cell);
  }

  of(cell: number): Int32Array {
    let found = this.known.get(cell);
    if (found === undefined) {
      const seen = new Set<number>([cell]);
      const variables = new Set<number>();
      const stack = [cell];
      while (stack.length > 0) {
        const one = stack.pop() ?? 0;
        if (this.kind[one] === Kind.load || this.kind[one] === Kind.balance) this.counting.add(cell);
        for (const variable of this.variablesOf.get(one) ?? []) variables.add(variable);
        for (let i = this.readStart[one] ?? 0; i < (this.readStart[one + 1] ?? 0); i += 1) {
          const child = this.read[i] ?? 0;
          if (seen.has(child)) continue;
          seen.add(child);
          stack.push(child);
        }
      }
      found = Int32Array.from([...variables].sort((a, b) => a - b));
      this.known.set(cell, found);
    }
    return found;
  }
}
