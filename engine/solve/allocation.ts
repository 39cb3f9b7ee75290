import { must } from '../base/assert.js';
import { addExact, ceilDivide, floorDivide, multiplyExact } from '../base/int.js';
import type {
  Constraint,
  LinearExpression,
  Model,
  NumericId,
  NumericNode,
  Variable,
  VariableId,
} from '../model/model.js';
import { FALSE, TRUE, isNegated, nodeOf } from '../model/model.js';
import { scaledWeight, weightScale } from '../model/weights.js';
import type { Gain, Line } from './gain.js';

/** The smallest of these lines counts `weight` times; only `most` is there beside them, Infinity if nothing is. */
export interface Evenness {
  readonly weight: number;
  readonly lines: readonly { readonly variable: VariableId; readonly line: Line }[];
  readonly most: number;
}

/** lo <= sum of the variables <= hi; a missing bound is infinite. */
export interface Pool {
  readonly variables: readonly VariableId[];
  lo: number;
  hi: number;
}

/**
 * What is handed out to whom: integer variables, each in one pool at most, and one objective that adds up what each
 * is worth by itself, and perhaps the smallest of some. Numbers of the objective are multiplied by `scale`.
 */
export interface Allocation {
  /** Open variables that a pool or the objective reads. */
  readonly gains: ReadonlyMap<VariableId, Gain>;
  readonly pools: readonly Pool[];
  readonly evenness: Evenness | null;
  readonly constant: number;
  readonly scale: number;
}

/** The model has another shape. */
class Unfit extends Error {}

const isInterval = ({ values, lo, hi }: Variable): boolean =>
  values === null || (lo !== null && hi !== null && hi - lo + 1 === values.length);

/** Whether a model may be an allocation once it is reduced; a glance that costs little beside what follows. */
export function mayBeAllocation({ variables, nodes, numerics, constraints, objectives }: Model): boolean {
  return (
    objectives.length === 1 &&
    variables.every(isInterval) &&
    constraints.every(({ kind }) => kind === 'assert') &&
    numerics.every(({ kind }) => kind === 'extreme' || kind === 'when') &&
    nodes.every(({ kind }) => kind !== 'same')
  );
}

/** A reduced model as an allocation, or null where it is none. Throws UnsafeIntegerError. */
export function allocationOf(model: Model): Allocation | null {
  try {
    return new Reader(model).read();
  } catch (error) {
    if (error instanceof Unfit) return null;
    throw error;
  }
}

class Reader {
  private readonly gains = new Map<VariableId, Gain>();
  private readonly pools: Pool[] = [];
  private readonly poolOf = new Map<VariableId, Pool>();
  private readonly factors = new Map<NumericId, number>();
  private evenness: Evenness | null = null;
  private constant = 0;

  constructor(private readonly model: Model) {}

  read(): Allocation {
    const { model } = this;
    const [level, ...more] = model.objectives;
    const scale = level === undefined ? null : weightScale(level);
    if (level === undefined || more.length > 0 || scale === null) throw new Unfit();
    if (!model.variables.every(isInterval)) throw new Unfit();
    for (const constraint of model.constraints) this.row(constraint);
    for (const { weight, expression } of level.soft)
      this.add(expression, must(scaledWeight(weight, scale), 'a scaled weight'));
    for (const [id, factor] of this.factors)
      if (factor !== 0) this.addExtreme(must(model.numerics[id], 'a numeric node'), factor);
    if (this.gains.size === 0) throw new Unfit();
    const { gains, pools, evenness, constant } = this;
    return { gains, pools, evenness, constant, scale };
  }

  private fixedValue(variable: VariableId): number | null {
    const { lo, hi } = must(this.model.variables[variable], 'a variable');
    return lo !== null && lo === hi ? lo : null;
  }

  private gainOf(variable: VariableId): Gain {
    let gain = this.gains.get(variable);
    if (gain === undefined) {
      const { lo, hi } = must(this.model.variables[variable], 'a variable');
      if (lo === null) throw new Unfit();
      gain = { lo, hi: hi ?? Infinity, slope: 0, extremes: [] };
      this.gains.set(variable, gain);
    }
    return gain;
  }

  /** A constraint over several open variables; those over one would be in its domain. */
  private row(constraint: Constraint): void {
    if (constraint.kind !== 'assert') throw new Unfit();
    const node = must(this.model.nodes[nodeOf(constraint.literal)], 'a node');
    if (node.kind !== 'linear') throw new Unfit();
    let { lo, hi } = node;
    if (isNegated(constraint.literal)) {
      if (lo !== null && hi !== null) throw new Unfit();
      [lo, hi] = [hi === null ? null : addExact(hi, 1), lo === null ? null : addExact(lo, -1)];
    }
    let fixed = node.expression.constant;
    let factor = 0;
    const variables: VariableId[] = [];
    for (const { of, coefficient } of node.expression.terms) {
      if (coefficient === 0) continue;
      if (of.kind !== 'variable') throw new Unfit();
      const value = this.fixedValue(of.variable);
      if (value !== null) {
        fixed = addExact(fixed, multiplyExact(coefficient, value));
      } else {
        if (variables.length > 0 && coefficient !== factor) throw new Unfit();
        factor = coefficient;
        variables.push(of.variable);
      }
    }
    if (variables.length < 2) throw new Unfit();
    let least = lo === null ? -Infinity : addExact(lo, -fixed);
    let most = hi === null ? Infinity : addExact(hi, -fixed);
    if (factor < 0) [least, most, factor] = [-most, -least, -factor];
    this.pool(
      variables,
      least === -Infinity ? least : ceilDivide(least, factor),
      most === Infinity ? most : floorDivide(most, factor),
    );
  }

  /** Another row over the same variables is a second bound of the same pool. */
  private pool(variables: readonly VariableId[], lo: number, hi: number): void {
    const known = this.poolOf.get(must(variables[0], 'a variable'));
    if (known === undefined) {
      const made: Pool = { variables, lo, hi };
      for (const variable of variables) {
        if (this.poolOf.has(variable)) throw new Unfit();
        this.gainOf(variable);
        this.poolOf.set(variable, made);
      }
      this.pools.push(made);
      return;
    }
    const isSame = variables.length === known.variables.length;
    if (!isSame || variables.some((variable) => this.poolOf.get(variable) !== known)) throw new Unfit();
    known.lo = Math.max(known.lo, lo);
    known.hi = Math.min(known.hi, hi);
  }

  private add({ constant, terms }: LinearExpression, factor: number): void {
    this.constant = addExact(this.constant, multiplyExact(constant, factor));
    for (const { of, coefficient } of terms) {
      const times = multiplyExact(coefficient, factor);
      if (of.kind === 'variable') this.addLine(of.variable, times);
      else if (of.kind === 'literal') throw new Unfit();
      else this.addNumeric(of.numeric, times);
    }
  }

  private addLine(variable: VariableId, slope: number): void {
    const value = this.fixedValue(variable);
    if (value !== null) {
      this.constant = addExact(this.constant, multiplyExact(slope, value));
      return;
    }
    const gain = this.gainOf(variable);
    gain.slope = addExact(gain.slope, slope);
  }

  /** Nodes are collected first: two policies may read the same one. */
  private addNumeric(id: NumericId, factor: number): void {
    const numeric = must(this.model.numerics[id], 'a numeric node');
    if (numeric.kind === 'when') {
      if (numeric.literal === TRUE) this.add(numeric.expression, factor);
      else if (numeric.literal !== FALSE) throw new Unfit();
    } else if (numeric.kind === 'extreme') {
      this.factors.set(id, addExact(this.factors.get(id) ?? 0, factor));
    } else throw new Unfit();
  }

  private addExtreme(numeric: NumericNode, factor: number): void {
    if (numeric.kind !== 'extreme') throw new Unfit();
    const { greatest } = numeric;
    const lines: { variable: VariableId; line: Line }[] = [];
    const constants: number[] = [];
    for (const { literal, expression } of numeric.entries) {
      if (literal === FALSE) continue;
      if (literal !== TRUE) throw new Unfit();
      const { variable, line } = this.lineOf(expression);
      if (variable === null) constants.push(line.constant);
      else lines.push({ variable, line });
    }
    const best = constants.length === 0 ? null : constants.reduce((a, b) => (a < b === greatest ? b : a));
    const [first, ...others] = lines;
    if (first === undefined) {
      this.constant = addExact(this.constant, multiplyExact(factor, must(best, 'an entry')));
    } else if (others.every(({ variable }) => variable === first.variable)) {
      const own = lines.map(({ line }) => line);
      if (best !== null) own.push({ constant: best, slope: 0 });
      this.gainOf(first.variable).extremes.push({ factor, greatest, lines: own });
    } else {
      // The smallest, or the greatest of what is unwanted, which is the smallest of its negatives.
      if (this.evenness !== null || factor > 0 === greatest) throw new Unfit();
      const sign = greatest ? -1 : 1;
      for (const { variable } of lines) this.gainOf(variable);
      this.evenness = {
        weight: Math.abs(factor),
        lines: lines.map(({ variable, line }) => ({
          variable,
          line: { constant: multiplyExact(line.constant, sign), slope: multiplyExact(line.slope, sign) },
        })),
        most: best === null ? Infinity : multiplyExact(best, sign),
      };
    }
  }

  /** An expression as a line over its only open variable. */
  private lineOf(expression: LinearExpression): { variable: VariableId | null; line: Line } {
    let { constant } = expression;
    let slope = 0;
    let variable: VariableId | null = null;
    for (const { of, coefficient } of expression.terms) {
      if (coefficient === 0) continue;
      if (of.kind !== 'variable' || variable !== null) {
        const value = of.kind === 'variable' ? this.fixedValue(of.variable) : null;
        if (value === null) throw new Unfit();
        constant = addExact(constant, multiplyExact(coefficient, value));
        continue;
      }
      const value = this.fixedValue(of.variable);
      if (value !== null) {
        constant = addExact(constant, multiplyExact(coefficient, value));
      } else {
        variable = of.variable;
        slope = coefficient;
      }
    }
    return { variable, line: { constant, slope } };
  }
}
