import { must, unreachable } from '../base/assert.js';
import { addExact } from '../base/int.js';
import { byNumber } from '../base/order.js';
import type {
  BooleanNode,
  Capacity,
  Constraint,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NumericNode,
  Term,
  TermOf,
  VariableId,
} from '../model/model.js';
import { FALSE, TRUE, isNegated, negate, nodeOf, positive } from '../model/model.js';
import type { Entity } from '../model/order.js';
import { entityOfNumeric, forEachChild } from '../model/order.js';
import { Bounds } from './bounds.js';
import { Differences, Equalities } from './chains.js';
import type { DomainView } from './load-bounds.js';
import { LoadBounds } from './load-bounds.js';
import { readsOfItems, readsOfNode } from './reads.js';

/** What a constraint is to disregard. */
export interface Dropped {
  readonly variable: (variable: VariableId) => boolean;
  /** Keys of a capacity that shall have room without end. */
  readonly key: (key: number) => boolean;
}

/**
 * Constraints with some of their variables disregarded.
 *
 * What comes out follows from what went in, whatever is dropped, and follows from it with less dropped:
 * - a part of a conjunction that reads a dropped variable is left out; equals of one that is dropped stay equal;
 * - in a sum that is bounded, a term that reads one counts as 0, or as it is where that helps to keep the bound;
 *   in a minimum or maximum it does not count, or counts as it is where that helps;
 * - in a capacity, dropped items ask for nothing and dropped keys have room without end.
 */
export class Weakener {
  private readonly nodes: BooleanNode[];
  private readonly numerics: NumericNode[];
  private readonly bounds: Bounds;

  constructor(private readonly base: Model) {
    this.nodes = [...base.nodes];
    this.numerics = [...base.numerics];
    const domainOf = (variable: VariableId): DomainView => {
      const { values, lo, hi } = must(base.variables[variable], 'variable');
      return { values, lo: lo ?? -Infinity, hi: hi ?? Infinity };
    };
    const loads = new LoadBounds({
      domainOf,
      truthOfLiteral: (literal) => (literal === TRUE ? 1 : literal === FALSE ? 0 : -1),
    });
    this.bounds = new Bounds(base, {
      rangeOf: domainOf,
      truthOf: (node) => (node === 0 ? 1 : -1),
      loadRange: (counted, key) => loads.range(counted, key),
    });
  }

  /** The base with the nodes that weakening added; constraints are the caller's. */
  model(constraints: readonly Constraint[]): Model {
    return { ...this.base, nodes: this.nodes, numerics: this.numerics, constraints, objectives: [] };
  }

  /** The constraint without what is dropped; null where nothing is left of it. */
  weaken(constraint: Constraint, dropped: Dropped): Constraint | null {
    const pass = new Pass(this, dropped);
    if (constraint.kind === 'assert') {
      const literal = pass.weaken(constraint.literal);
      return literal === TRUE ? null : { ...constraint, literal };
    }
    const { items, keys } = constraint.capacity;
    const capacity: Capacity = {
      items: items.filter((item) => !pass.touchesItem(item)),
      keys: keys.filter(({ key }) => !dropped.key(key)),
    };
    return capacity.items.length === 0 || capacity.keys.length === 0 ? null : { ...constraint, capacity };
  }

  nodeAt(id: number): BooleanNode {
    return must(this.nodes[id], () => `node ${id}`);
  }

  numericAt(id: number): NumericNode {
    return must(this.numerics[id], () => `numeric ${id}`);
  }

  /** Model that the ids of the base mean. */
  get original(): Model {
    return this.base;
  }

  boundsOf(of: TermOf): { readonly lo: number; readonly hi: number } {
    return this.bounds.term(of);
  }

  add(node: BooleanNode): Literal {
    this.nodes.push(node);
    return positive(this.nodes.length - 1);
  }

  addNumeric(node: NumericNode): TermOf {
    this.numerics.push(node);
    return { kind: 'numeric', numeric: this.numerics.length - 1 };
  }

  or(literals: readonly Literal[]): Literal {
    const kept = [...new Set(literals)].filter((literal) => literal !== FALSE).sort(byNumber);
    if (kept.includes(TRUE)) return TRUE;
    const [only, ...more] = kept;
    if (only === undefined) return FALSE;
    return more.length === 0 ? only : this.add({ kind: 'or', literals: kept });
  }

  and(literals: readonly Literal[]): Literal {
    return negate(this.or(literals.map(negate)));
  }

  atMost(expression: LinearExpression, hi: number): Literal {
    const { constant, terms } = expression;
    if (terms.length === 0) return constant <= hi ? TRUE : FALSE;
    return this.add({ kind: 'linear', expression: { constant: 0, terms }, lo: null, hi: hi - constant });
  }
}

/** One weakening; remembers what reads a dropped variable. */
class Pass {
  private readonly touched = new Map<Entity, boolean>();
  /** Loads with some items left out, where they count for and against a sum. */
  private readonly fewerLoads = new Map<Loads, Loads>();
  private readonly moreLoads = new Map<Loads, Loads>();

  constructor(
    private readonly to: Weakener,
    private readonly dropped: Dropped,
  ) {}

  touchesItem({ variable, presence }: Capacity['items'][number]): boolean {
    return this.dropped.variable(variable) || (presence !== null && this.touches(nodeOf(presence)));
  }

  private touches(entity: Entity): boolean {
    const known = this.touched.get(entity);
    if (known !== undefined) return known;
    const model = this.to.original;
    let found = this.ownVariables(entity).some(this.dropped.variable);
    if (!found)
      forEachChild(model, entity, (child) => {
        found ||= this.touches(child);
      });
    this.touched.set(entity, found);
    return found;
  }

  private ownVariables(entity: Entity): readonly VariableId[] {
    const model = this.to.original;
    if (entity >= 0) return readsOfNode(model, entity).variables;
    const numeric = must(model.numerics[~entity], 'numeric node');
    switch (numeric.kind) {
      case 'when':
        return variablesOf(numeric.expression);
      case 'balance':
        return readsOfItems(model, numeric.capacity).variables;
      case 'extreme':
        return numeric.entries.flatMap(({ expression }) => variablesOf(expression));
      case 'product':
        return [...variablesOf(numeric.left), ...variablesOf(numeric.right)];
      case 'quotient':
        return [...variablesOf(numeric.dividend), ...variablesOf(numeric.divisor)];
      case 'load':
        return numeric.loads.items.map(({ variable }) => variable);
      default:
        return unreachable(numeric);
    }
  }

  private touchesTerm(of: TermOf): boolean {
    switch (of.kind) {
      case 'variable':
        return this.dropped.variable(of.variable);
      case 'literal':
        return this.touches(nodeOf(of.literal));
      case 'numeric':
        return this.touches(entityOfNumeric(of.numeric));
      default:
        return unreachable(of);
    }
  }

  /** A literal that holds wherever the given one does. */
  weaken(literal: Literal): Literal {
    const id = nodeOf(literal);
    if (!this.touches(id)) return literal;
    const node = this.to.nodeAt(id);
    switch (node.kind) {
      case 'true':
      case 'member':
      case 'atMost':
      case 'same':
        return TRUE;
      case 'or':
        return isNegated(literal)
          ? this.conjunction(node.literals.map(negate))
          : this.to.or(node.literals.map((one) => this.weaken(one)));
      case 'linear': {
        const { expression, lo, hi } = node;
        if (isNegated(literal)) {
          const below = lo === null ? FALSE : this.bounded(expression, 1, addExact(lo, -1));
          const above = hi === null ? FALSE : this.bounded(expression, -1, addExact(-hi, -1));
          return this.to.or([below, above]);
        }
        const atMost = hi === null ? TRUE : this.bounded(expression, 1, hi);
        const atLeast = lo === null ? TRUE : this.bounded(expression, -1, -lo);
        return this.to.and([atMost, atLeast]);
      }
      default:
        return unreachable(node);
    }
  }

  private conjunction(parts: readonly Literal[]): Literal {
    return this.to.and([...parts.map((part) => this.weaken(part)), ...this.chained(parts)]);
  }

  /** What parts that read something dropped say together of what is kept: a chain stays one without a link. */
  private chained(parts: readonly Literal[]): Literal[] {
    if (!parts.some((part) => this.touches(nodeOf(part)))) return [];
    const equalities = new Equalities();
    const differences = new Differences();
    for (const part of parts) {
      const node = this.to.nodeAt(nodeOf(part));
      if (node.kind === 'same' && !isNegated(part)) {
        equalities.join(
          { variable: node.left, classes: node.leftClasses },
          { variable: node.right, classes: node.rightClasses },
        );
      } else if (node.kind === 'linear') {
        for (const { expression, hi } of upperBounds(node, isNegated(part))) differences.take(expression, hi);
      }
    }
    const { variable } = this.dropped;
    return [...equalities.among(variable), ...differences.among(variable)].map((node) => this.to.add(node));
  }

  /** sign * expression <= hi, without what is dropped. */
  private bounded({ constant, terms }: LinearExpression, sign: 1 | -1, hi: number): Literal {
    if (isComparison(terms) && terms.some(({ of }) => this.touchesTerm(of))) return TRUE;
    let sum = sign * constant;
    const kept: Term[] = [];
    const unless: Literal[] = [];
    for (const { of, coefficient } of terms) {
      const term = { of, coefficient: sign * coefficient };
      if (!this.touchesTerm(of)) {
        kept.push(term);
        continue;
      }
      const extreme = this.extremeOf(term);
      if (extreme !== null) {
        unless.push(extreme.noneCounts);
        if (extreme.of !== null) kept.push({ of: extreme.of, coefficient: term.coefficient });
        continue;
      }
      const { constant: added, term: lowered } = this.lowered(term);
      sum = addExact(sum, added);
      if (lowered !== null) kept.push(lowered);
    }
    return this.to.or([...unless, this.to.atMost({ constant: sum, terms: kept }, hi)]);
  }

  /**
   * A minimum or maximum over what is left, where with fewer rows it can only become better; `noneCounts` holds where
   * none of them counts, so that there is nothing to be bounded. Null for any other term.
   */
  private extremeOf({ of, coefficient }: Term): { noneCounts: Literal; of: TermOf | null } | null {
    const node = of.kind === 'numeric' ? this.to.numericAt(of.numeric) : null;
    if (node?.kind !== 'extreme') return null;
    if (node.greatest !== coefficient > 0) return { noneCounts: FALSE, of };
    const entries = node.entries.filter(
      ({ literal, expression }) =>
        !this.touches(nodeOf(literal)) && !expression.terms.some((term) => this.touchesTerm(term.of)),
    );
    const someCounts = this.to.or(entries.map(({ literal }) => literal));
    if (someCounts === FALSE) return { noneCounts: TRUE, of: null };
    // In every assignment some entry must count.
    const rest = { literal: negate(someCounts), expression: { constant: 0, terms: [] } };
    const whole = someCounts === TRUE ? entries : [...entries, rest];
    return { noneCounts: negate(someCounts), of: this.to.addNumeric({ ...node, entries: whole }) };
  }

  /** A term that is at most the given one and at most 0, or the given one where it helps. */
  private lowered({ of, coefficient }: Term): { readonly constant: number; readonly term: Term | null } {
    const nothing = { constant: 0, term: null };
    if (of.kind === 'literal') {
      const node = this.to.nodeAt(nodeOf(of.literal));
      // A row that counts where several conditions hold is 1 less a disjunction.
      const isRow = node.kind === 'or' && node.literals.every((one) => this.touches(nodeOf(one)));
      if (coefficient < 0)
        return isRow ? { constant: coefficient, term: null } : { constant: 0, term: { of, coefficient } };
      const literal = negate(this.weaken(negate(of.literal)));
      if (literal === FALSE) return nothing;
      if (literal === TRUE) return { constant: coefficient, term: null };
      return { constant: 0, term: { of: { kind: 'literal', literal }, coefficient } };
    }
    const partly =
      of.kind === 'numeric' ? this.loweredLoad(this.to.numericAt(of.numeric), coefficient) : null;
    if (partly !== null) return { constant: 0, term: { of: partly, coefficient } };
    const range = this.to.boundsOf(of);
    const [least, most] = coefficient > 0 ? [range.lo, range.hi] : [-range.hi, -range.lo];
    if (least >= 0) return nothing;
    if (most <= 0) return { constant: 0, term: { of, coefficient } };
    const expression = { constant: 0, terms: [{ of, coefficient }] };
    const literal = this.to.atMost(expression, 0);
    return {
      constant: 0,
      term: { of: this.to.addNumeric({ kind: 'when', literal, expression }), coefficient: 1 },
    };
  }

  /** A load without the items that are dropped, save those that make the term smaller. Null for any other number. */
  private loweredLoad(node: NumericNode, coefficient: number): TermOf | null {
    if (node.kind !== 'load') return null;
    const bySign = coefficient > 0 ? this.fewerLoads : this.moreLoads;
    let loads = bySign.get(node.loads);
    if (loads === undefined) {
      const items = node.loads.items.filter(
        (item) => item.demand > 0 !== coefficient > 0 || !this.touchesItem(item),
      );
      loads = { items, classes: node.loads.classes };
      bySign.set(node.loads, loads);
    }
    return this.to.addNumeric({ ...node, loads });
  }
}

/** One row's number beside another one's: without either of them nothing is compared. */
function isComparison([left, right, ...more]: readonly Term[]): boolean {
  return (
    left !== undefined &&
    right !== undefined &&
    more.length === 0 &&
    left.coefficient > 0 !== right.coefficient > 0
  );
}

type Linear = Extract<BooleanNode, { kind: 'linear' }>;

/** What a linear row, or its opposite, says as upper bounds, as far as it is a conjunction of them. */
function upperBounds(
  { expression, lo, hi }: Linear,
  negated: boolean,
): { expression: LinearExpression; hi: number }[] {
  const mirrored = {
    constant: -expression.constant,
    terms: expression.terms.map(({ of, coefficient }) => ({ of, coefficient: -coefficient })),
  };
  if (!negated) {
    return [
      ...(hi === null ? [] : [{ expression, hi }]),
      ...(lo === null ? [] : [{ expression: mirrored, hi: -lo }]),
    ];
  }
  if (lo !== null && hi !== null) return [];
  return [
    ...(lo === null ? [] : [{ expression, hi: addExact(lo, -1) }]),
    ...(hi === null ? [] : [{ expression: mirrored, hi: addExact(-hi, -1) }]),
  ];
}

function variablesOf({ terms }: LinearExpression): VariableId[] {
  return terms.flatMap(({ of }) => (of.kind === 'variable' ? [of.variable] : []));
}
