import type { Rows } from '../../loop/controller.js';
import { decisionsOf } from './decisions-of.js';
import { readProblem } from './place/read-problem.js';
import { settle } from './place/settle.js';

/**
 * Where every part of a design has a proposed tile: the sharing, the halves of descriptors and the tiles of buffers that
 * go with it, so that it can be judged as it stands. Where no choice of them is legal they stay open.
 */
export function settleProposed(design: number, rows: Rows): void {
  const problem = readProblem(design, rows);
  if (problem.parts.some(({ previous }) => previous === null)) return;
  const placement = Int32Array.from(problem.parts, ({ previous }) => previous ?? -1);
  const settled = settle(problem, placement);
  if (settled === null) return;
  for (const { table, key, column, value } of decisionsOf(problem, placement, settled, rows)) {
    const [[name, id] = ['', null]] = Object.entries(key);
    rows.run(`update ${table} set ${column} = ? where ${name} = ?`, value, id);
  }
}
