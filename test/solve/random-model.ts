import { seededRandom } from '../../engine/base/random.js';
import type { Random } from '../../engine/base/random.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Evaluation } from '../../engine/model/evaluate.js';
import type {
  Assignment,
  BooleanNode,
  Capacity,
  ClassMap,
  Constraint,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NumericNode,
  ObjectiveLevel,
  Term,
  Variable,
} from '../../engine/model/model.js';

/** What a random model may hold; everything by default. */
export interface Shape {
  readonly intervals: boolean;
  readonly linear: boolean;
  readonly capacities: boolean;
  /** Mostly loads among the numbers. */
  readonly loads: boolean;
  /** Mostly sums over conditions on several variables. */
  readonly gated: boolean;
  readonly levels: number;
  readonly mostAssignments: number;
}

export const EVERYTHING: Shape = {
  intervals: true,
  linear: true,
  capacities: true,
  loads: false,
  gated: false,
  levels: 2,
  mostAssignments: 300,
};

class Generator {
  readonly random: Random;
  private readonly variables: Variable[] = [];
  private readonly nodes: BooleanNode[] = [{ kind: 'true' }];
  private readonly numerics: NumericNode[] = [];
  private readonly classMaps: ClassMap[];
  private readonly loads: Loads[] = [];

  constructor(
    seed: number,
    private readonly shape: Shape,
  ) {
    this.random = seededRandom(seed);
    this.classMaps = [0, 1].map(() => {
      const classes = new Map<number, number>();
      for (let value = -3; value <= 8; value += 1) if (this.below(6) > 0) classes.set(value, this.below(3));
      return classes;
    });
  }

  below(bound: number): number {
    return this.random.below(bound);
  }

  private between(lo: number, hi: number): number {
    return lo + this.below(hi - lo + 1);
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  private subset(lo: number, hi: number): number[] {
    const values: number[] = [];
    for (let value = lo; value <= hi; value += 1) if (this.below(3) === 0) values.push(value);
    return values.length > 0 ? values : [this.between(lo, hi)];
  }

  private addVariables(): void {
    let assignments = 1;
    const count = this.between(1, 5);
    for (let id = 0; id < count; id += 1) {
      const label = `x${id}`;
      let variable: Variable;
      if (this.shape.intervals && this.below(3) === 0) {
        const lo = this.between(-3, 3);
        variable = { lo, hi: lo + this.below(5), values: null, label };
      } else {
        const values = this.subset(-3, 6).slice(0, 5);
        variable = { lo: values[0] ?? 0, hi: values.at(-1) ?? 0, values, label };
      }
      const size = variable.values?.length ?? (variable.hi ?? 0) - (variable.lo ?? 0) + 1;
      if (assignments * size > this.shape.mostAssignments) continue;
      assignments *= size;
      this.variables.push(variable);
    }
  }

  private variable(): number {
    return this.below(this.variables.length);
  }

  literal(): Literal {
    if (this.shape.gated && this.nodes.length > 4) {
      return (this.nodes.length - 1 - this.below(3)) * 2 + this.below(2);
    }
    return this.below(this.nodes.length) * 2 + this.below(2);
  }

  expression(size: number): LinearExpression {
    const terms: Term[] = [];
    const seen = new Set<string>();
    const count = 1 + this.below(size);
    for (let i = 0; i < count; i += 1) {
      const kind = this.shape.gated
        ? this.pick([0, 0, 1, this.numerics.length > 0 ? 3 : 0])
        : this.below(this.numerics.length > 0 ? 4 : 3);
      const of: Term['of'] =
        kind === 0 && this.shape.linear
          ? { kind: 'variable', variable: this.variable() }
          : kind === 3
            ? { kind: 'numeric', numeric: this.below(this.numerics.length) }
            : { kind: 'literal', literal: this.literal() };
      const key = JSON.stringify(of);
      if (seen.has(key)) continue;
      seen.add(key);
      // An explicit zero is part of the test.
      terms.push({ of, coefficient: this.between(-3, 3) });
    }
    return { constant: this.between(-2, 2), terms };
  }

  private classes(): ClassMap | null {
    return this.below(2) === 0 ? null : this.pick(this.classMaps);
  }

  private node(): BooleanNode {
    const isGate = this.shape.gated && this.nodes.length > 2;
    switch (isGate ? 2 + this.below(3) : this.below(this.shape.linear ? 6 : 4)) {
      case 0:
        return { kind: 'member', variable: this.variable(), values: this.subset(-3, 6) };
      case 1:
        return { kind: 'atMost', variable: this.variable(), bound: this.between(-3, 6) };
      case 2: {
        const [left, right] = [this.classes(), this.classes()];
        return {
          kind: 'same',
          left: this.variable(),
          leftClasses: left,
          right: this.variable(),
          rightClasses: this.below(4) === 0 ? right : left,
        };
      }
      case 3:
        return { kind: 'or', literals: [...new Set([this.literal(), this.literal(), this.literal()])] };
      default: {
        const lo = this.between(-4, 4);
        const hi = lo + this.below(4);
        const kind = this.below(3);
        const expression = this.expression(3);
        return { kind: 'linear', expression, lo: kind === 0 ? null : lo, hi: kind === 1 ? null : hi };
      }
    }
  }

  capacity(): Capacity {
    const items = Array.from({ length: 1 + this.below(5) }, () => ({
      variable: this.variable(),
      demand: this.below(4),
      presence: this.below(3) === 0 ? this.literal() : null,
    }));
    const keys = this.subset(-3, 6).map((key) => ({ key, capacity: this.below(7) }));
    return { items, keys };
  }

  /** A load of a new `Loads` object or, mostly, of one that others read. */
  private load(): NumericNode {
    const key = this.between(-3, 6);
    if (this.loads.length > 0 && this.below(3) > 0)
      return { kind: 'load', loads: this.pick(this.loads), key };
    const items = Array.from({ length: 1 + this.below(5) }, () => ({
      variable: this.variable(),
      demand: this.pick([1, 1, 2, 3, -1, -2]),
      presence: this.below(3) === 0 ? this.literal() : null,
    }));
    const loads = { items, classes: this.classes() };
    this.loads.push(loads);
    return { kind: 'load', loads, key: loads.classes === null ? key : this.below(3) };
  }

  private numeric(): NumericNode {
    if (this.shape.loads && this.below(4) > 0) return this.load();
    if (this.shape.capacities && this.below(2) === 0) return { kind: 'balance', capacity: this.capacity() };
    switch (this.below(6)) {
      case 0: {
        const literal = this.literal();
        // One of two opposites holds, so that there is always an extreme.
        const literals = [
          literal,
          literal ^ 1,
          ...Array.from({ length: this.below(3) }, () => this.literal()),
        ];
        const entries = literals.map((one) => ({ literal: one, expression: this.expression(2) }));
        return { kind: 'extreme', greatest: this.below(2) === 0, entries };
      }
      case 1:
        return { kind: 'product', left: this.expression(2), right: this.expression(2) };
      case 2:
        return { kind: 'quotient', dividend: this.expression(2), divisor: this.expression(2) };
      default:
        return { kind: 'when', literal: this.literal(), expression: this.expression(2) };
    }
  }

  model(): Model {
    this.addVariables();
    const parts = 2 + this.below(12);
    for (let i = 0; i < parts; i += 1) {
      if (this.below(this.shape.gated || this.shape.loads ? 2 : 4) === 0) this.numerics.push(this.numeric());
      else this.nodes.push(this.node());
    }
    const constraints: Constraint[] = [];
    const asserts = this.below(3);
    for (let origin = 0; origin < asserts; origin += 1) {
      constraints.push({ kind: 'assert', literal: 2 + this.below(this.nodes.length * 2 - 2 || 1), origin });
    }
    if (this.shape.linear && this.below(3) === 0) constraints.push(this.singletonEquality(asserts));
    if (this.shape.capacities && this.below(2) === 0) {
      constraints.push({ kind: 'capacity', capacity: this.capacity(), origin: asserts + 1 });
    }
    const levels = this.below(this.shape.levels + 1);
    const objectives: ObjectiveLevel[] = Array.from({ length: levels }, (_, index) => ({
      priority: levels - index,
      soft: Array.from({ length: 1 + this.below(2) }, (__, term) => ({
        name: `s${index}${term}`,
        weight: this.pick([1, 1, 2, 0.5, -1, 0, 0.25]),
        expression: this.expression(4),
      })),
    }));
    const hints = this.variables.map(({ lo }) => (this.below(2) === 0 ? null : lo));
    return {
      variables: this.variables,
      nodes: this.nodes,
      numerics: this.numerics,
      constraints: constraints.filter(
        (constraint) => constraint.kind === 'capacity' || constraint.literal < this.nodes.length * 2,
      ),
      objectives,
      hints,
    };
  }

  /** coefficient * x + 0 * y = value: the two forms that made a library answer wrongly. */
  private singletonEquality(origin: number): Constraint {
    const variable = this.variable();
    const coefficient = this.pick([-2, -1, 1, 2]);
    const { lo, values } = this.variables[variable] ?? { lo: 0, values: null };
    const value = coefficient * this.pick(values ?? [lo ?? 0]);
    const other = this.variable();
    const terms: Term[] = [{ of: { kind: 'variable', variable }, coefficient }];
    if (other !== variable) terms.push({ of: { kind: 'variable', variable: other }, coefficient: 0 });
    this.nodes.push({ kind: 'linear', expression: { constant: 0, terms }, lo: value, hi: value });
    return { kind: 'assert', literal: (this.nodes.length - 1) * 2, origin };
  }
}

export function randomModel(seed: number, shape: Shape = EVERYTHING): Model {
  return new Generator(seed, shape).model();
}

/** A random model of `when` terms over conditions on several variables, nested and of both signs. */
export function randomGates(seed: number): Model {
  return randomModel(seed, { ...EVERYTHING, capacities: false, gated: true });
}

/** A random model whose sums are mostly of demands at the classes of chosen values. */
export function randomLoads(seed: number): Model {
  return randomModel(seed, { ...EVERYTHING, loads: true });
}

/** Every assignment of a model whose domains are all finite. */
export function* assignmentsOf(model: Model): Iterable<Assignment> {
  const lists = model.variables.map(({ values, lo, hi }) => {
    if (values !== null) return values;
    const all: number[] = [];
    for (let value = lo ?? 0; value <= (hi ?? 0); value += 1) all.push(value);
    return all;
  });
  const visit = function* (prefix: number[]): Iterable<Assignment> {
    const list = lists[prefix.length];
    if (list === undefined) yield prefix;
    else for (const value of list) yield* visit([...prefix, value]);
  };
  yield* visit([]);
}

export interface BruteForce {
  readonly solutions: number;
  /** Lexicographically best level values, or null without a solution. */
  readonly levels: readonly number[] | null;
}

export function isBetter(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value > other;
  }
  return false;
}

export function accepted({ violated, outOfDomain }: Evaluation): boolean {
  return violated.length === 0 && outOfDomain.length === 0;
}

/** The answer by enumeration. */
export function bruteForce(model: Model): BruteForce {
  let solutions = 0;
  let levels: readonly number[] | null = null;
  for (const values of assignmentsOf(model)) {
    const evaluation = evaluate(model, values);
    if (!accepted(evaluation)) continue;
    solutions += 1;
    if (levels === null || isBetter(evaluation.levels, levels)) levels = evaluation.levels;
  }
  return { solutions, levels };
}
