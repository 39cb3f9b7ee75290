import type { Cells } from './problem.js';
import { startsOf } from './starts.js';

/** Cells while a problem is made; readers come after what they read. */
export class CellBuilder {
  private readonly kinds: number[] = [];
  private readonly ranks: number[] = [];
  private readonly bases: number[] = [];
  private readonly los: number[] = [];
  private readonly his: number[] = [];
  private readonly gates: number[] = [];
  private readonly gateTruths: number[] = [];
  private readonly lefts: number[] = [];
  private readonly rights: number[] = [];
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly coefficients: number[] = [];
  private readonly inputsOf = new Map<number, readonly number[]>();

  add(kind: number): number {
    this.kinds.push(kind);
    this.ranks.push(0);
    this.bases.push(0);
    this.los.push(0);
    this.his.push(0);
    this.gates.push(-1);
    this.gateTruths.push(1);
    this.lefts.push(-1);
    this.rights.push(-1);
    return this.kinds.length - 1;
  }

  addBase(cell: number, amount: number): void {
    this.bases[cell] = (this.bases[cell] ?? 0) + amount;
  }

  bounds(cell: number, lo: number, hi: number): void {
    this.los[cell] = lo;
    this.his[cell] = hi;
  }

  /** `reader` has `coefficient` times `read` in its sum; with 0 it only follows it. */
  read(reader: number, read: number, coefficient: number): void {
    this.from.push(read);
    this.to.push(reader);
    this.coefficients.push(coefficient);
    this.raise(reader, (this.ranks[read] ?? 0) + 1);
  }

  /** Makes the rank of a cell that nothing reads yet at least `rank`. */
  raise(cell: number, rank: number): void {
    this.ranks[cell] = Math.max(this.ranks[cell] ?? 0, rank);
  }

  rankOf(cell: number): number {
    return this.ranks[cell] ?? 0;
  }

  gate(cell: number, by: number, truth: number): void {
    this.gates[cell] = by;
    this.gateTruths[cell] = truth;
    this.read(cell, by, 0);
  }

  operands(cell: number, left: number, right: number): void {
    this.lefts[cell] = left;
    this.rights[cell] = right;
    this.read(cell, left, 0);
    this.read(cell, right, 0);
  }

  /** The table of a balance. */
  table(cell: number, table: number): void {
    this.lefts[cell] = table;
  }

  inputs(cell: number, inputs: readonly number[]): void {
    this.inputsOf.set(cell, inputs);
  }

  finish(): Cells {
    const count = this.kinds.length;
    const readerStart = startsOf(count, this.from);
    const next = readerStart.slice();
    const reader = new Int32Array(this.to.length);
    const coefficient = new Float64Array(this.to.length);
    for (let i = 0; i < this.from.length; i += 1) {
      const cell = this.from[i] ?? 0;
      const at = next[cell] ?? 0;
      next[cell] = at + 1;
      reader[at] = this.to[i] ?? 0;
      coefficient[at] = this.coefficients[i] ?? 0;
    }
    const inputStart = new Int32Array(count + 1);
    const inputs: number[] = [];
    for (let cell = 0; cell < count; cell += 1) {
      for (const input of this.inputsOf.get(cell) ?? []) inputs.push(input);
      inputStart[cell + 1] = inputs.length;
    }
    return {
      kind: Uint8Array.from(this.kinds),
      rank: Int32Array.from(this.ranks),
      base: Float64Array.from(this.bases),
      lo: Float64Array.from(this.los),
      hi: Float64Array.from(this.his),
      gate: Int32Array.from(this.gates),
      gateTruth: Uint8Array.from(this.gateTruths),
      left: Int32Array.from(this.lefts),
      right: Int32Array.from(this.rights),
      readerStart,
      reader,
      coefficient,
      inputStart,
      inputs: Int32Array.from(inputs),
    };
  }
}
