import { addExact, multiplyExact } from '../base/int.js';
import { byNumber } from '../base/order.js';
import type {
  BooleanNode,
  Capacity,
  ClassMap,
  Constraint,
  ExtremeEntry,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NumericId,
  NumericNode,
  ObjectiveLevel,
  OriginId,
  Term,
  TermOf,
  Variable,
  VariableId,
} from './model.js';
import { valuesOfClass } from './class-values.js';
import { truncatedQuotient } from './evaluate.js';
import { commonOf } from './shared-lists.js';
import { FALSE, TRUE, negate, positive } from './model.js';

const termKey = (of: TermOf): string => {
  switch (of.kind) {
    case 'variable':
      return `v${of.variable}`;
    case 'literal':
      return `l${of.literal}`;
    case 'numeric':
      return `n${of.numeric}`;
  }
};

const literalNumber = (literal: Literal): number => 3 * literal + 1;

/** The same as a number, for maps. */
const termNumber = (of: TermOf): number => {
  switch (of.kind) {
    case 'variable':
      return 3 * of.variable;
    case 'literal':
      return literalNumber(of.literal);
    case 'numeric':
      return 3 * of.numeric + 2;
  }
};

/** A sum that grows: terms are merged, and in the end those that cancel out are dropped. */
export class RunningSum {
  private constant = 0;
  private readonly terms = new Map<number, { readonly of: TermOf; coefficient: number }>();

  /** Throws UnsafeIntegerError. */
  add(expression: LinearExpression, factor = 1): void {
    this.constant = addExact(this.constant, multiplyExact(expression.constant, factor));
    for (const term of expression.terms) this.addTerm(term.of, multiplyExact(term.coefficient, factor));
  }

  /** Adds the truth of a literal, as `truthOf` has it. */
  addTruth(literal: Literal): void {
    if (literal === FALSE) return;
    const node = literal & ~1;
    if (literal === TRUE || literal !== node) this.constant = addExact(this.constant, 1);
    if (literal === TRUE) return;
    const known = this.terms.get(literalNumber(node));
    const coefficient = literal === node ? 1 : -1;
    if (known !== undefined) known.coefficient = addExact(known.coefficient, coefficient);
    else this.addTerm({ kind: 'literal', literal: node }, coefficient);
  }

  private addTerm(of: TermOf, coefficient: number): void {
    const key = termNumber(of);
    const known = this.terms.get(key);
    if (known === undefined) this.terms.set(key, { of, coefficient });
    else known.coefficient = addExact(known.coefficient, coefficient);
  }

  get expression(): LinearExpression {
    const { constant } = this;
    return { constant, terms: [...this.terms.values()].filter((term) => term.coefficient !== 0) };
  }
}

/** Sums expressions. Throws UnsafeIntegerError. */
export function sumOf(parts: readonly { expression: LinearExpression; factor: number }[]): LinearExpression {
  const sum = new RunningSum();
  for (const { expression, factor } of parts) sum.add(expression, factor);
  return sum.expression;
}

export const constantOf = (value: number): LinearExpression => ({ constant: value, terms: [] });
export const isConstant = (expression: LinearExpression): boolean => expression.terms.length === 0;

/** The truth of a literal as 0/1; a negated one becomes 1 - node, so that both polarities share a term. */
export function truthOf(literal: Literal): LinearExpression {
  if (literal === TRUE) return constantOf(1);
  if (literal === FALSE) return constantOf(0);
  const node = literal & ~1;
  const term: Term = { of: { kind: 'literal', literal: node }, coefficient: node === literal ? 1 : -1 };
  return { constant: node === literal ? 0 : 1, terms: [term] };
}

/** Lists of at least this many values have a name of their own. */
const SHARED_LIST = 8;

/** A list of values of a domain, ascending, and the text that stands for it. */
interface Kept {
  readonly values: readonly number[];
  readonly text: string;
}

/**
 * Append-only construction of a Model.
 * Equal Boolean nodes are one node; constants fold; disjunctions flatten, sort and drop repeats, so that
 * the same input in the same order gives the same model.
 */
export class ModelBuilder {
  private readonly variables: Variable[] = [];
  private readonly hints: (number | null)[] = [];
  private readonly nodes: BooleanNode[] = [{ kind: 'true' }];
  private readonly numerics: NumericNode[] = [];
  private readonly constraints: Constraint[] = [];
  private readonly nodeByKey = new Map<string, number>();
  /** Nodes of the commonest kinds by two numbers: one variable's value, two variables that are the same. */
  private readonly valueNodes = new Map<number, Map<number, number>>();
  private readonly sameNodes = new Map<number, Map<number, number>>();
  private readonly classIds = new Map<ClassMap, number>();
  private readonly mapsByText = new Map<string, ClassMap>();
  private readonly keptLists = new WeakMap<readonly number[], WeakMap<readonly number[], Kept>>();
  private readonly keptByText = new Map<string, Kept>();
  private readonly loadsByKey = new Map<string, Loads>();
  private readonly loadIds = new Map<Loads, Map<number, NumericId>>();

  /** A builder that begins with all of a model but its objectives and the constraints that are left out. */
  static extending(model: Model, keeps: (constraint: Constraint) => boolean): ModelBuilder {
    const builder = new ModelBuilder();
    builder.nodes.length = 0;
    for (const node of model.nodes) builder.nodes.push(node);
    for (const variable of model.variables) builder.variables.push(variable);
    for (const hint of model.hints) builder.hints.push(hint);
    for (const numeric of model.numerics) builder.numerics.push(numeric);
    for (const constraint of model.constraints) if (keeps(constraint)) builder.constraints.push(constraint);
    return builder;
  }

  /** INVARIANT: `values`, when given, ascend without repeats. */
  variable(variable: Variable, hint: number | null): VariableId {
    this.variables.push(variable);
    this.hints.push(hint);
    return this.variables.length - 1;
  }

  variableAt(id: VariableId): Variable {
    const variable = this.variables[id];
    if (variable === undefined) throw new RangeError(`no variable ${id}`);
    return variable;
  }

  nodeAt(id: number): BooleanNode {
    const node = this.nodes[id];
    if (node === undefined) throw new RangeError(`no node ${id}`);
    return node;
  }

  private intern(key: string, make: () => BooleanNode): Literal {
    const known = this.nodeByKey.get(key);
    if (known !== undefined) return positive(known);
    this.nodes.push(make());
    const id = this.nodes.length - 1;
    this.nodeByKey.set(key, id);
    return positive(id);
  }

  private internPair(
    nodes: Map<number, Map<number, number>>,
    first: number,
    second: number,
    make: () => BooleanNode,
  ): Literal {
    let bySecond = nodes.get(first);
    if (bySecond === undefined) {
      bySecond = new Map();
      nodes.set(first, bySecond);
    }
    let id = bySecond.get(second);
    if (id === undefined) {
      id = this.nodes.push(make()) - 1;
      bySecond.set(second, id);
    }
    return positive(id);
  }

  private classKey(classes: ClassMap | null): string {
    if (classes === null) return '-';
    let id = this.classIds.get(classes);
    if (id === undefined) {
      id = this.classIds.size;
      this.classIds.set(classes, id);
    }
    return String(id);
  }

  /** One object for equal maps, given in ascending order of value. */
  classMap(entries: readonly (readonly [number, number])[]): ClassMap {
    const text = entries.map(([value, kind]) => `${value}:${kind}`).join(',');
    let map = this.mapsByText.get(text);
    if (map === undefined) {
      map = new Map(entries);
      this.mapsByText.set(text, map);
    }
    return map;
  }

  /**
   * variable in values, folded against the variable's own domain. `values` may come in any order; a list that many
   * variables are asked about is looked at once, so it must not change afterwards.
   */
  member(variable: VariableId, values: Iterable<number> | readonly number[]): Literal {
    const { values: domain, lo, hi } = this.variableAt(variable);
    if (domain !== null && Array.isArray(values) && values.length >= SHARED_LIST) {
      return this.memberOf(variable, domain, values as readonly number[]);
    }
    const sorted = ascending(values);
    if (domain === null) {
      const kept = sorted.filter((value) => (lo === null || value >= lo) && (hi === null || value <= hi));
      if (kept.length === 0) return FALSE;
      if (lo !== null && hi !== null && kept.length === hi - lo + 1) return TRUE;
      return this.memberNode(variable, kept);
    }
    const kept = commonOf(sorted, domain);
    if (kept.length === 0) return FALSE;
    if (kept.length === domain.length) return TRUE;
    return this.memberNode(variable, kept);
  }

  private memberOf(variable: VariableId, domain: readonly number[], values: readonly number[]): Literal {
    let byValues = this.keptLists.get(domain);
    if (byValues === undefined) {
      byValues = new WeakMap();
      this.keptLists.set(domain, byValues);
    }
    let kept = byValues.get(values);
    if (kept === undefined) {
      kept = this.keptList(commonOf(ascending(values), domain));
      byValues.set(values, kept);
    }
    if (kept.values.length === 0) return FALSE;
    if (kept.values.length === domain.length) return TRUE;
    return this.keptNode(variable, kept);
  }

  /** One object, and a short name in place of a long text, for equal lists. */
  private keptList(list: readonly number[]): Kept {
    const text = list.join(',');
    let kept = this.keptByText.get(text);
    if (kept === undefined) {
      kept = { values: list, text: list.length < SHARED_LIST ? text : `#${this.keptByText.size}` };
      this.keptByText.set(text, kept);
    }
    return kept;
  }

  private memberNode(variable: VariableId, values: readonly number[]): Literal {
    const isShort = values.length < SHARED_LIST;
    return this.keptNode(variable, isShort ? { values, text: values.join(',') } : this.keptList(values));
  }

  private keptNode(variable: VariableId, { values, text }: Kept): Literal {
    const [only] = values;
    const make = (): BooleanNode => ({ kind: 'member', variable, values });
    if (only !== undefined && values.length === 1)
      return this.internPair(this.valueNodes, variable, only, make);
    return this.intern(`m${variable}:${text}`, make);
  }

  atMost(variable: VariableId, bound: number): Literal {
    const { lo, hi, values } = this.variableAt(variable);
    if (values !== null) {
      return this.member(
        variable,
        values.filter((value) => value <= bound),
      );
    }
    if (hi !== null && hi <= bound) return TRUE;
    if (lo !== null && lo > bound) return FALSE;
    return this.intern(`a${variable}:${bound}`, () => ({ kind: 'atMost', variable, bound }));
  }

  /** Classes are compared by identity: pass the same map object for the same attribute. */
  same(
    left: VariableId,
    leftClasses: ClassMap | null,
    right: VariableId,
    rightClasses: ClassMap | null,
  ): Literal {
    if (leftClasses === null && rightClasses === null) {
      if (left === right) return TRUE;
      const [low, high] = left < right ? [left, right] : [right, left];
      return this.internPair(this.sameNodes, low, high, () => ({
        kind: 'same',
        left: low,
        leftClasses: null,
        right: high,
        rightClasses: null,
      }));
    }
    const leftKey = this.classKey(leftClasses);
    const rightKey = this.classKey(rightClasses);
    if (left > right || (left === right && leftKey > rightKey)) {
      return this.intern(`s${right}/${rightKey}:${left}/${leftKey}`, () => ({
        kind: 'same',
        left: right,
        leftClasses: rightClasses,
        right: left,
        rightClasses: leftClasses,
      }));
    }
    return this.intern(`s${left}/${leftKey}:${right}/${rightKey}`, () => ({
      kind: 'same',
      left,
      leftClasses,
      right,
      rightClasses,
    }));
  }

  /** lo <= expression <= hi. */
  linear(expression: LinearExpression, lo: number | null, hi: number | null): Literal {
    if (isConstant(expression)) {
      const { constant } = expression;
      return (lo === null || constant >= lo) && (hi === null || constant <= hi) ? TRUE : FALSE;
    }
    if (lo === null && hi === null) return TRUE;
    const low = lo === null ? null : addExact(lo, -expression.constant);
    const high = hi === null ? null : addExact(hi, -expression.constant);
    if (low !== null && high !== null && low > high) return FALSE;
    const terms = [...expression.terms].sort((a, b) => (termKey(a.of) < termKey(b.of) ? -1 : 1));
    const bare = { constant: 0, terms };
    const text = terms.map((term) => `${term.coefficient}*${termKey(term.of)}`).join('+');
    return this.intern(`r${String(low)}<${text}<${String(high)}`, () => ({
      kind: 'linear',
      expression: bare,
      lo: low,
      hi: high,
    }));
  }

  and(literals: readonly Literal[]): Literal {
    return negate(this.or(literals.map(negate)));
  }

  or(literals: readonly Literal[]): Literal {
    // Most have one part that is not constant, or none.
    let only = FALSE;
    let open = 0;
    for (const literal of literals) {
      if (literal === TRUE) return TRUE;
      if (literal === FALSE || literal === only) continue;
      only = literal;
      open += 1;
    }
    return open < 2 ? only : this.disjunction(literals);
  }

  private disjunction(literals: readonly Literal[]): Literal {
    const flat = new Set<Literal>();
    for (const literal of literals) {
      if (literal === TRUE) return TRUE;
      if (literal === FALSE) continue;
      const node = this.nodeAt(literal >> 1);
      if ((literal & 1) === 0 && node.kind === 'or') for (const inner of node.literals) flat.add(inner);
      else flat.add(literal);
    }
    for (const literal of flat) {
      if (flat.has(negate(literal))) return TRUE;
      // `not (a or b)` beside both a and b.
      const node = this.nodeAt(literal >> 1);
      const opposite = (literal & 1) === 1 && node.kind === 'or' ? node.literals : null;
      if (opposite?.every((inner) => flat.has(inner)) === true) return TRUE;
    }
    const sorted = [...flat].sort(byNumber);
    const [only] = sorted;
    if (only === undefined) return FALSE;
    if (sorted.length === 1) return only;
    return this.intern(`o${sorted.join(',')}`, () => ({ kind: 'or', literals: sorted }));
  }

  numeric(node: NumericNode): LinearExpression {
    this.numerics.push(node);
    return {
      constant: 0,
      terms: [{ of: { kind: 'numeric', numeric: this.numerics.length - 1 }, coefficient: 1 }],
    };
  }

  /** The expression where the literal holds, else 0; folded where it can be. */
  when(literal: Literal, expression: LinearExpression): LinearExpression {
    if (literal === TRUE) return expression;
    if (literal === FALSE) return constantOf(0);
    if (isConstant(expression)) return sumOf([{ expression: truthOf(literal), factor: expression.constant }]);
    return this.numeric({ kind: 'when', literal, expression });
  }

  /**
   * The smallest or greatest of the expressions whose literal holds.
   * INVARIANT: in every assignment one literal holds.
   */
  extreme(greatest: boolean, entries: readonly ExtremeEntry[]): LinearExpression {
    const open = entries.filter(({ literal }) => literal !== FALSE);
    const certain = open.filter(({ literal, expression }) => literal === TRUE && isConstant(expression));
    const constants = certain.map(({ expression }) => expression.constant);
    const best = constants.length === 0 ? null : constants.reduce((a, b) => (a < b === greatest ? b : a));
    // Constants that always count are one; those that cannot win beside it are none.
    const rest = open.filter(({ expression }) => {
      if (best === null || !isConstant(expression)) return true;
      return greatest ? expression.constant > best : expression.constant < best;
    });
    const kept = best === null ? rest : [...rest, { literal: TRUE, expression: constantOf(best) }];
    const [only] = kept;
    if (only !== undefined && kept.length === 1) return only.expression;
    return this.numeric({ kind: 'extreme', greatest, entries: kept });
  }

  product(left: LinearExpression, right: LinearExpression): LinearExpression {
    if (isConstant(left)) return sumOf([{ expression: right, factor: left.constant }]);
    if (isConstant(right)) return sumOf([{ expression: left, factor: right.constant }]);
    return this.numeric({ kind: 'product', left, right });
  }

  /** Items with these classes; equal ones are one object. Items of the same variable and presence are one item. */
  loads(items: Loads['items'], classes: ClassMap | null): Loads {
    const merged = new Map<string, Loads['items'][number]>();
    for (const item of items) {
      const { variable, demand, presence } = item;
      if (presence === FALSE) continue;
      const kept = presence === TRUE ? null : presence;
      const id = `${variable}/${String(kept)}`;
      const known = merged.get(id);
      merged.set(id, { variable, demand: addExact(known?.demand ?? 0, demand), presence: kept });
    }
    const counted = [...merged.values()].filter(({ demand }) => demand !== 0);
    const text = counted.map(({ variable, demand, presence }) => `${variable}*${demand}?${String(presence)}`);
    const key = `${this.classKey(classes)}:${text.join(',')}`;
    let loads = this.loadsByKey.get(key);
    if (loads === undefined) {
      loads = { items: counted, classes };
      this.loadsByKey.set(key, loads);
    }
    return loads;
  }

  /** What a key is asked for: one node per key of a `Loads` object, a single item's own truth. */
  load(loads: Loads, key: number): LinearExpression {
    // Asked once per key, and there may be as many items as keys.
    const [only] = loads.items;
    if (only === undefined) return constantOf(0);
    if (loads.items.length === 1) {
      const chosen = this.member(only.variable, valuesOfClass(loads.classes, key));
      const counts = only.presence === null ? chosen : this.and([chosen, only.presence]);
      return sumOf([{ expression: truthOf(counts), factor: only.demand }]);
    }
    let byKey = this.loadIds.get(loads);
    if (byKey === undefined) {
      byKey = new Map();
      this.loadIds.set(loads, byKey);
    }
    const known = byKey.get(key);
    if (known !== undefined) {
      return { constant: 0, terms: [{ of: { kind: 'numeric', numeric: known }, coefficient: 1 }] };
    }
    byKey.set(key, this.numerics.length);
    return this.numeric({ kind: 'load', loads, key });
  }

  /** Truncated towards zero; 0 where the divisor is 0. */
  quotient(dividend: LinearExpression, divisor: LinearExpression): LinearExpression {
    if (isConstant(divisor)) {
      if (divisor.constant === 0) return constantOf(0);
      if (Math.abs(divisor.constant) === 1)
        return sumOf([{ expression: dividend, factor: divisor.constant }]);
      if (isConstant(dividend)) return constantOf(truncatedQuotient(dividend.constant, divisor.constant));
    }
    return this.numeric({ kind: 'quotient', dividend, divisor });
  }

  assert(literal: Literal, origin: OriginId): void {
    if (literal !== TRUE) this.constraints.push({ kind: 'assert', literal, origin });
  }

  capacity(capacity: Capacity, origin: OriginId): void {
    this.constraints.push({ kind: 'capacity', capacity, origin });
  }

  build(objectives: readonly ObjectiveLevel[]): Model {
    return {
      variables: this.variables,
      nodes: this.nodes,
      numerics: this.numerics,
      constraints: this.constraints,
      objectives,
      hints: this.hints,
    };
  }
}

/** Values ascending and each once; the same array where they are so already. */
function ascending(values: Iterable<number>): readonly number[] {
  if (Array.isArray(values)) {
    const list = values as readonly number[];
    if (list.every((value, i) => i === 0 || value > (list[i - 1] ?? 0))) return list;
  }
  return [...new Set(values)].sort(byNumber);
}
