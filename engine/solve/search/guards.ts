import type { Problem } from './problem.js';
import { Kind } from './problem.js';
import { startsOf } from './starts.js';
import type { Support } from './support.js';

/** Sums with a hard upper bound that read a load: what a move adds to them is known before it is made. */
export interface Guards {
  readonly list: readonly Guard[];
  /** What variables add to guarded sums by the lists they are in, by variable: `start[v]..start[v + 1]`. */
  readonly start: Int32Array;
  readonly own: readonly Own[];
}

export interface Guard {
  /** The cell of the sum. */
  readonly cell: number;
  readonly load: number;
  readonly coefficient: number;
  readonly most: number;
}

/** A variable adds `coefficient` to a sum while its value is one of some. */
export interface Own {
  readonly guard: number;
  /** The cell that says so. */
  readonly cell: number;
  readonly coefficient: number;
  readonly has: (value: number) => boolean;
}

/** At most one guard of each load; only sums to which variables add by themselves, beside the load. */
export function guardsOf(problem: Problem, support: Support): Guards {
  const { cells, hard, wanted, domainOf } = problem;
  const sums = new Set<number>();
  hard.forEach((cell, i) => {
    const isBounded = cells.kind[cell] === Kind.range && (cells.hi[cell] ?? Infinity) < Infinity;
    if (isBounded && wanted[i] === 1) sums.add(cell);
  });
  const list: Guard[] = [];
  for (let load = 0; load < cells.kind.length && sums.size > 0; load += 1) {
    if (cells.kind[load] !== Kind.load) continue;
    for (let i = cells.readerStart[load] ?? 0; i < (cells.readerStart[load + 1] ?? 0); i += 1) {
      const cell = cells.reader[i] ?? 0;
      const coefficient = cells.coefficient[i] ?? 0;
      if (!sums.has(cell) || coefficient <= 0) continue;
      if (support.readBy(cell).some((one) => one !== load && cells.kind[one] !== Kind.member)) continue;
      list.push({ cell, load, coefficient, most: cells.hi[cell] ?? 0 });
      break;
    }
  }
  const guardOf = new Map(list.map(({ cell }, guard) => [cell, guard]));
  const own: Own[] = [];
  const ownOf: number[] = [];
  for (let variable = 0; variable < domainOf.length && list.length > 0; variable += 1) {
    for (const [member, has] of membersOf(problem, variable)) {
      for (let i = cells.readerStart[member] ?? 0; i < (cells.readerStart[member + 1] ?? 0); i += 1) {
        const guard = guardOf.get(cells.reader[i] ?? 0);
        if (guard === undefined) continue;
        own.push({ guard, cell: member, coefficient: cells.coefficient[i] ?? 0, has });
        ownOf.push(variable);
      }
    }
  }
  return { list, start: startsOf(domainOf.length, ownOf), own };
}

/** Cells that say whether a variable has one of some values, and these. */
function membersOf({ members }: Problem, variable: number): Map<number, (value: number) => boolean> {
  const found = new Map<number, (value: number) => boolean>();
  const values = new Map<number, Set<number>>();
  for (let i = members.start[variable] ?? 0; i < (members.start[variable + 1] ?? 0); i += 1) {
    const cell = members.cell[i] ?? 0;
    const set = values.get(cell) ?? new Set<number>();
    set.add(members.value[i] ?? 0);
    values.set(cell, set);
  }
  for (const [cell, set] of values) found.set(cell, (value) => set.has(value));
  for (let i = members.longStart[variable] ?? 0; i < (members.longStart[variable + 1] ?? 0); i += 1) {
    const set = members.sets[members.longSet[i] ?? 0];
    found.set(members.longCell[i] ?? 0, (value) => set?.[value] === 1);
  }
  return found;
}
