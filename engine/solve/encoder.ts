import { must, unreachable } from '../base/assert.js';
import type {
  LinearExpression,
  Literal,
  Model,
  NodeId,
  NumericId,
  NumericNode,
  TermOf,
  VariableId,
} from '../model/model.js';
import { isNegated, negate, nodeOf } from '../model/model.js';
import type { Entity } from '../model/order.js';
import { entityOfNumeric } from '../model/order.js';
import { lowerIndex } from '../model/search.js';
import type { Affine } from './affine.js';
import { columnAffine, combine, complement, constantAffine, isConstantAffine, sum } from './affine.js';
import { ArithmeticEncoder } from './arithmetic-encoder.js';
import { CapacityEncoder } from './capacity-encoder.js';
import { EqualityEncoder } from './equality-encoder.js';
import { ExpressionRanges } from './expression-ranges.js';
import { ItemShares } from './item-shares.js';
import { LoadEncoder } from './load-encoder.js';
import type { Meaning } from './mip.js';
import { MipBuilder, Unsupported } from './mip-builder.js';
import type { Need } from './need.js';
import { ABOVE, BELOW, flip, signed } from './need.js';
import type { Range } from './range.js';
import { runsOf } from './shapes.js';
import { Tables } from './tables.js';
import { VariableColumns } from './variable-columns.js';

/** Larger factors of a switch column make 1e-7 of it count as a unit, so that answers would be wrong. */
const LARGEST_SWITCH = 1e7;

interface Made {
  affine: Affine;
  /** Bits whose rows exist. */
  done: Need;
}

/** Turns parts of one (reduced) model into columns and rows, each when first asked for. */
export class Encoder {
  readonly builder = new MipBuilder();
  readonly columns: VariableColumns;
  readonly capacities: CapacityEncoder;
  private readonly loads: LoadEncoder;
  readonly equalities: EqualityEncoder;
  private readonly arithmetic: ArithmeticEncoder;
  readonly tables: Tables;
  readonly ranges: ExpressionRanges;
  private readonly nodes = new Map<NodeId, Made>();
  private readonly numerics = new Map<NumericId, Made>();

  constructor(readonly model: Model) {
    this.columns = new VariableColumns(model, this.builder);
    this.tables = new Tables(model, (variable) => this.columns.listOf(variable));
    this.ranges = new ExpressionRanges(model, this.columns, this.tables);
    const shares = new ItemShares(this);
    this.capacities = new CapacityEncoder(this, shares);
    this.loads = new LoadEncoder(this, shares);
    this.equalities = new EqualityEncoder(this);
    this.arithmetic = new ArithmeticEncoder(this);
  }

  /** Truth of `variable in values` (ascending), exact for listed variables. */
  member(variable: VariableId, values: readonly number[], need: Need): Affine {
    const list = this.columns.listOf(variable);
    if (list !== null) return this.columns.member(variable, values);
    const range = this.columns.rangeOf(variable);
    const inside = values.slice(lowerIndex(values, range.lo), lowerIndex(values, range.hi + 1));
    const parts = runsOf(inside).map(({ lo, hi }) => this.rangeTruth(variable, lo, hi, need));
    return this.any(parts, need);
  }

  /** Truth of lo <= variable <= hi. */
  private rangeTruth(variable: VariableId, lo: number, hi: number, need: Need): Affine {
    const range = this.columns.rangeOf(variable);
    const truth = this.truthColumn(true, { kind: 'within', of: this.columns.variable(variable), lo, hi });
    this.reify(
      truth,
      () => this.columns.variable(variable),
      range,
      lo,
      hi,
      need,
      this.columns.labelOf(variable),
    );
    return truth;
  }

  private truthColumn(integer: boolean, meaning: Meaning): Affine {
    return columnAffine(this.builder.column(0, 1, integer, meaning));
  }

  /** Truth of a disjunction of truths that already keep to `need`. */
  private any(parts: readonly Affine[], need: Need): Affine {
    const [only] = parts;
    if (only === undefined) return constantAffine(0);
    if (parts.length === 1) return only;
    const truth = this.truthColumn(false, { kind: 'within', of: sum(parts), lo: 1, hi: Infinity });
    this.anyRows(truth, parts, need);
    return truth;
  }

  private anyRows(truth: Affine, parts: readonly Affine[], need: Need): void {
    if ((need & BELOW) !== 0) {
      this.builder.row(combine([[-1, truth], ...parts.map((part) => [1, part] as const)]), 0, Infinity);
    }
    if ((need & ABOVE) !== 0) {
      for (const part of parts)
        this.builder.row(
          combine([
            [1, truth],
            [-1, part],
          ]),
          0,
          Infinity,
        );
    }
  }

  switchFactor(value: number, what: string): number {
    if (!(Math.abs(value) <= LARGEST_SWITCH)) {
      const size = Number.isFinite(value) ? String(Math.abs(value)) : 'an unbounded range';
      throw new Unsupported(
        `a condition on ${what} spans ${size}, more than the ${LARGEST_SWITCH} a switch can carry exactly`,
      );
    }
    return value;
  }

  /**
   * Rows that tie `truth` (0/1) to lo <= expression <= hi. `range` bounds the expression; `expression` is asked
   * for the sides it must keep to.
   */
  reify(
    truth: Affine,
    expression: (need: Need) => Affine,
    range: Range,
    lo: number,
    hi: number,
    need: Need,
    what: string,
  ): void {
    const { builder } = this;
    const never = combine([
      [1, constantAffine(1)],
      [-1, truth],
    ]);
    if ((need & BELOW) !== 0) {
      // truth = 1 forces both bounds.
      if (range.lo < lo) {
        const step = this.switchFactor(lo - range.lo, what);
        builder.row(
          combine([
            [1, expression(BELOW)],
            [step, never],
          ]),
          lo,
          Infinity,
        );
      }
      if (range.hi > hi) {
        const step = this.switchFactor(range.hi - hi, what);
        builder.row(
          combine([
            [1, expression(ABOVE)],
            [-step, never],
          ]),
          -Infinity,
          hi,
        );
      }
    }
    if ((need & ABOVE) === 0) return;
    // truth = 0 forces the expression below lo or above hi.
    const canBeBelow = range.lo < lo;
    const canBeAbove = range.hi > hi;
    if (!canBeBelow && !canBeAbove) {
      builder.row(truth, 1, 1);
      return;
    }
    const both = canBeBelow && canBeAbove;
    const outside = (from: number, to: number): Affine =>
      both ? this.truthColumn(true, { kind: 'within', of: expression(ABOVE), lo: from, hi: to }) : never;
    const sides: Affine[] = [];
    if (canBeBelow) {
      const below = outside(-Infinity, lo - 1);
      sides.push(below);
      const step = this.switchStep(range.hi - (lo - 1), below, what);
      builder.row(
        combine([
          [1, expression(ABOVE)],
          [step, below],
        ]),
        -Infinity,
        lo - 1 + step,
      );
    }
    if (canBeAbove) {
      const above = outside(hi + 1, Infinity);
      sides.push(above);
      const step = this.switchStep(hi + 1 - range.lo, above, what);
      builder.row(
        combine([
          [1, expression(BELOW)],
          [-step, above],
        ]),
        hi + 1 - step,
        Infinity,
      );
    }
    if (both) builder.row(combine([[1, truth], ...sides.map((side) => [1, side] as const)]), 1, Infinity);
  }

  /** A side that is certain needs no switch, and so may span anything. */
  private switchStep(step: number, side: Affine, what: string): number {
    if (isConstantAffine(side) && side.constant === 1) return 0;
    return this.switchFactor(Math.max(0, step), what);
  }

  literal(literal: Literal, need: Need): Affine {
    if (!isNegated(literal)) return this.node(nodeOf(literal), need);
    return complement(this.node(nodeOf(literal), flip(need)));
  }

  /** Truth of a literal per value of a listed variable, where it depends on nothing else; else null. */
  tableGiven(literal: Literal, variable: VariableId): Float64Array | null {
    const id = nodeOf(literal);
    if (this.columns.listOf(variable) === null || this.tables.variableOf(id) !== variable) return null;
    const table = this.tables.tableOf(id);
    return isNegated(literal) ? table.map((truth) => 1 - truth) : table;
  }

  /** The sum over a variable's columns where an entity depends on one listed variable only, else null. */
  private fromTable(entity: Entity): Affine | null {
    const variable = this.tables.variableOf(entity);
    if (variable === null) return null;
    const table = this.tables.tableOf(entity);
    if (variable === 'constant') return constantAffine(table[0] ?? 0);
    return this.columns.sumOver(variable, (index) => table[index] ?? 0);
  }

  /** Truth of a node that keeps to `need`. */
  node(id: NodeId, need: Need): Affine {
    let made = this.nodes.get(id);
    if (made === undefined) {
      const exact = this.fromTable(id);
      made =
        exact === null ? { affine: this.openTruth(id), done: 0 } : { affine: exact, done: BELOW | ABOVE };
      this.nodes.set(id, made);
    }
    const missing = need & ~made.done;
    made.done |= need;
    if (missing !== 0) this.nodeRows(id, made.affine, missing);
    return made.affine;
  }

  /** The column for a node's truth; its rows come with the needs. */
  private openTruth(id: NodeId): Affine {
    const node = must(this.model.nodes[id], () => `node ${id}`);
    const integer = node.kind !== 'or' && node.kind !== 'same';
    return this.truthColumn(integer, { kind: 'node', node: id });
  }

  private nodeRows(id: NodeId, truth: Affine, need: Need): void {
    const node = must(this.model.nodes[id], () => `node ${id}`);
    switch (node.kind) {
      case 'true':
        return;
      case 'member': {
        const member = this.member(node.variable, node.values, need);
        this.anyRows(truth, [member], need);
        return;
      }
      case 'atMost': {
        const { variable, bound } = node;
        const range = this.columns.rangeOf(variable);
        this.reify(
          truth,
          () => this.columns.variable(variable),
          range,
          -Infinity,
          bound,
          need,
          this.columns.labelOf(variable),
        );
        return;
      }
      case 'linear': {
        const { expression, lo, hi } = node;
        this.reify(
          truth,
          (side) => this.expression(expression, side),
          this.ranges.of(expression),
          lo ?? -Infinity,
          hi ?? Infinity,
          need,
          this.describe(expression),
        );
        return;
      }
      case 'same':
        this.equalities.rows(node, truth, need);
        return;
      case 'or':
        if ((need & BELOW) !== 0) {
          const parts = combine([
            [-1, truth],
            [1, this.sumOfDisjuncts(node.literals)],
          ]);
          this.builder.row(parts, 0, Infinity);
        }
        if ((need & ABOVE) !== 0) {
          this.anyRows(
            truth,
            node.literals.map((literal) => this.literal(literal, ABOVE)),
            ABOVE,
          );
        }
        return;
      default:
        unreachable(node);
    }
  }

  describe({ terms }: LinearExpression): string {
    const first = terms.find(({ of }) => of.kind === 'variable');
    const name = first?.of.kind === 'variable' ? this.columns.labelOf(first.of.variable) : 'counted rows';
    return terms.length === 1 ? name : `${name} and ${terms.length - 1} other terms`;
  }

  expression({ constant, terms }: LinearExpression, need: Need): Affine {
    const parts: (readonly [number, Affine])[] = [[1, constantAffine(constant)]];
    for (const { of, coefficient } of terms) {
      if (coefficient !== 0) parts.push([coefficient, this.term(of, signed(need, coefficient))]);
    }
    return combine(parts);
  }

  private term(of: TermOf, need: Need): Affine {
    switch (of.kind) {
      case 'variable':
        return this.columns.variable(of.variable);
      case 'literal':
        return this.literal(of.literal, need);
      case 'numeric':
        return this.numeric(of.numeric, need);
      default:
        return unreachable(of);
    }
  }

  /** Value of a numeric node that keeps to `need`. */
  private numeric(id: NumericId, need: Need): Affine {
    const numeric = this.numericAt(id);
    // A sum of choices needs no column; what it is made of keeps to the side asked for.
    if (numeric.kind === 'load') return this.loads.sum(numeric.loads, numeric.key, need);
    let made = this.numerics.get(id);
    if (made === undefined) {
      const exact = this.fromTable(entityOfNumeric(id)) ?? this.arithmetic.exact(numeric);
      made =
        exact === null ? { affine: this.openNumber(id), done: 0 } : { affine: exact, done: BELOW | ABOVE };
      this.numerics.set(id, made);
    }
    const missing = need & ~made.done;
    made.done |= need;
    if (missing !== 0) this.numericRows(id, made.affine, missing);
    return made.affine;
  }

  private openNumber(id: NumericId): Affine {
    const { lo, hi } = this.ranges.ofNumeric(id);
    // Dividend and divisor say between which integers a quotient lies; the column says that it is one.
    const isInteger = this.numericAt(id).kind === 'quotient';
    return columnAffine(this.builder.column(lo, hi, isInteger, { kind: 'numeric', numeric: id }));
  }

  private numericRows(id: NumericId, value: Affine, need: Need): void {
    const numeric = this.numericAt(id);
    switch (numeric.kind) {
      case 'balance':
        this.capacities.balanceRows(numeric.capacity, value, need);
        return;
      case 'extreme':
        this.arithmetic.extremeRows(id, numeric, value, need);
        return;
      case 'quotient':
        this.arithmetic.quotientRows(numeric, value);
        return;
      case 'product':
        throw new TypeError('a product has no column of its own');
      case 'load':
        throw new TypeError('a load has no column of its own');
      case 'when':
        this.whenRows(numeric, value, need);
        return;
      default:
        unreachable(numeric);
    }
  }

  private numericAt(id: NumericId): NumericNode {
    return must(this.model.numerics[id], () => `numeric ${id}`);
  }

  private whenRows(
    { literal, expression }: Extract<NumericNode, { kind: 'when' }>,
    value: Affine,
    need: Need,
  ): void {
    const { lo, hi } = this.ranges.of(expression);
    const what = this.describe(expression);
    const low = this.switchFactor(lo, what);
    const high = this.switchFactor(hi, what);
    const { builder } = this;
    if ((need & BELOW) !== 0) {
      const sides = (high > 0 ? BELOW : 0) | (low < 0 ? ABOVE : 0);
      const truth = this.literal(literal, sides);
      // value <= expression where it holds, value <= 0 where it does not.
      const own = this.expression(expression, BELOW);
      builder.row(
        combine([
          [1, value],
          [-1, own],
          [-low, truth],
        ]),
        -Infinity,
        -low,
      );
      builder.row(
        combine([
          [1, value],
          [-high, truth],
        ]),
        -Infinity,
        0,
      );
    }
    if ((need & ABOVE) !== 0) {
      const sides = (low < 0 ? BELOW : 0) | (high > 0 ? ABOVE : 0);
      const truth = this.literal(literal, sides);
      const own = this.expression(expression, ABOVE);
      builder.row(
        combine([
          [1, value],
          [-1, own],
          [-high, truth],
        ]),
        -high,
        Infinity,
      );
      builder.row(
        combine([
          [1, value],
          [-low, truth],
        ]),
        0,
        Infinity,
      );
    }
  }

  /**
   * A sum that is 0 where no disjunct holds. Equalities that share a side are one sum over its classes: "like
   * any of them" needs a column per class instead of one per class and equality.
   */
  private sumOfDisjuncts(literals: readonly Literal[]): Affine {
    const { shared, rest } = this.equalities.sharedSides(
      literals,
      (id) => this.tables.variableOf(id) === null && !this.nodes.has(id),
    );
    const parts = shared.map((group) => this.equalities.likeAny(group));
    return sum([...parts, ...rest.map((literal) => this.literal(literal, BELOW))]);
  }

  /** Rows that make a literal hold. */
  assert(literal: Literal): void {
    const wanted = !isNegated(literal);
    const id = nodeOf(literal);
    const exact = this.fromTable(id);
    if (exact !== null) {
      this.builder.row(exact, wanted ? 1 : 0, wanted ? 1 : 0);
      return;
    }
    const node = must(this.model.nodes[id], () => `node ${id}`);
    switch (node.kind) {
      case 'linear': {
        const { expression, lo, hi } = node;
        const what = this.describe(expression);
        const side = (need: Need): Affine => this.expression(expression, need);
        if (wanted) {
          if (lo !== null) this.builder.row(side(BELOW), lo, Infinity);
          if (hi !== null) this.builder.row(side(ABOVE), -Infinity, hi);
        } else {
          const range = this.ranges.of(expression);
          this.reify(constantAffine(0), side, range, lo ?? -Infinity, hi ?? Infinity, ABOVE, what);
        }
        return;
      }
      case 'same':
        if (wanted) this.equalities.assertSame(node);
        else this.equalities.assertDifferent(node);
        return;
      case 'or': {
        if (!wanted) {
          for (const child of node.literals) this.assert(negate(child));
          return;
        }
        this.builder.row(this.sumOfDisjuncts(node.literals), 1, Infinity);
        return;
      }
      default: {
        const truth = this.literal(literal, BELOW);
        this.builder.row(truth, 1, Infinity);
      }
    }
  }
}
