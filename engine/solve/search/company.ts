import type { Problem } from './problem.js';
import { Kind } from './problem.js';

/** What variables gain where some other one of theirs has the same value. */
export interface Company {
  /** By variable the gain; 0 for none. */
  readonly gain: Float64Array;
  /** By variable how many others it may be. */
  readonly others: Int32Array;
  /** 1 for a cell that says that a variable is in company. */
  readonly isTold: Uint8Array;
}

/**
 * Finds disjunctions, read by levels alone, of nothing but that one and the same variable has the value of others.
 * `weight` is what a unit of each cell adds to the objective by itself.
 */
export function companyOf(problem: Problem, weight: Float64Array): Company {
  const { cells, sames, levels, domainOf } = problem;
  const count = cells.kind.length;
  const isLevel = new Uint8Array(count);
  for (const cell of levels) isLevel[cell] = 1;
  // The two variables of each comparison of values, then those that all comparisons of a disjunction share.
  const first = new Int32Array(count).fill(-1);
  const second = new Int32Array(count).fill(-1);
  for (let variable = 0; variable < domainOf.length; variable += 1) {
    for (let i = sames.start[variable] ?? 0; i < (sames.start[variable + 1] ?? 0); i += 1) {
      if ((sames.ownMap[i] ?? -1) >= 0 || (sames.peerMap[i] ?? -1) >= 0) continue;
      first[sames.cell[i] ?? 0] = variable;
      second[sames.cell[i] ?? 0] = sames.peer[i] ?? -1;
    }
  }
  const inputs = new Int32Array(count);
  const isBad = new Uint8Array(count);
  for (let cell = 0; cell < count; cell += 1) {
    for (let i = cells.readerStart[cell] ?? 0; i < (cells.readerStart[cell + 1] ?? 0); i += 1) {
      const reader = cells.reader[i] ?? 0;
      if (cells.kind[cell] === Kind.or && isLevel[reader] === 0) isBad[cell] = 1;
      if (cells.kind[reader] !== Kind.or) continue;
      const [a, b] = [first[cell] ?? -1, second[cell] ?? -1];
      if (a < 0 || cells.kind[cell] !== Kind.same || cells.coefficient[i] !== 1) isBad[reader] = 1;
      else if (inputs[reader] === 0) {
        first[reader] = a;
        second[reader] = b;
      } else {
        if (first[reader] !== a && first[reader] !== b) first[reader] = -1;
        if (second[reader] !== a && second[reader] !== b) second[reader] = -1;
      }
      inputs[reader] = (inputs[reader] ?? 0) + 1;
    }
  }
  const ownerOf = (cell: number): number => {
    const isPlain = isBad[cell] === 0 && (inputs[cell] ?? 0) > 1 && cells.base[cell] === 0;
    if (cells.kind[cell] !== Kind.or || !isPlain || !((weight[cell] ?? 0) > 0)) return -1;
    return Math.max(first[cell] ?? -1, second[cell] ?? -1);
  };
  const owners = Int32Array.from(cells.kind.keys(), ownerOf);
  const told = new Int32Array(domainOf.length);
  for (const owner of owners) if (owner >= 0) told[owner] = (told[owner] ?? 0) + 1;
  const gain = new Float64Array(domainOf.length);
  const others = new Int32Array(domainOf.length);
  const isTold = new Uint8Array(count);
  owners.forEach((owner, cell) => {
    // Several companies of one variable are none.
    if (owner < 0 || told[owner] !== 1) return;
    gain[owner] = weight[cell] ?? 0;
    others[owner] = inputs[cell] ?? 0;
    isTold[cell] = 1;
  });
  return { gain, others, isTold };
}
