import { must, unreachable } from '../../base/assert.js';
import { byNumber } from '../../base/order.js';
import type {
  Capacity,
  ClassMap,
  LinearExpression,
  Literal,
  Model,
  NodeId,
  NumericId,
  VariableId,
} from '../../model/model.js';
import { TRUE, isNegated, negate, nodeOf } from '../../model/model.js';
import { evaluationOrder } from '../../model/order.js';
import { indexIn } from '../../model/search.js';
import { weightScale } from '../../model/weights.js';
import { levelWorth } from './level-worth.js';
import { CellBuilder } from './cell-builder.js';
import { ItemTables } from './item-tables.js';
import type { Members, Problem, Sames } from './problem.js';
import { Kind } from './problem.js';
import { includes } from './sorted.js';
import { byKey, startsOf } from './starts.js';
import { NOTHING } from './state.js';
import type { ValueIndex } from './value-index.js';
import { valueIndex } from './value-index.js';

/** Values of all variables together that the search looks at; beyond it arrays would be too large. */
const MOST_VALUES = 1 << 20;
/** Lists up to this long are looked up by value. */
const SHORT = 16;

/** Lists that asserted constraints narrow domains to, at most: each takes arrays as long as the universe. */
const MOST_NARROWED = 256;
/** Variables without a list of values up to this wide are listed. */
const MOST_LISTED = 1 << 14;

/**
 * A model as the search takes it, or null for one it does not: a variable without a finite range.
 * The model is valid; what it asserts is kept, whatever propagation made of it.
 */
export function compileProblem(model: Model): Problem | null {
  const lists = new Map<readonly number[], number>();
  const domains: (readonly number[])[] = [];
  const domainOf = new Int32Array(model.variables.length);
  const interned = new Map<string, readonly number[]>();
  const asserted = assertedMembers(model);
  const shared = sharing();
  for (const [id, { values, lo, hi }] of model.variables.entries()) {
    let list = values;
    if (list === null) {
      if (lo === null || hi === null || hi - lo > MOST_LISTED) return null;
      const name = `${lo},${hi}`;
      list = interned.get(name) ?? Array.from({ length: hi - lo + 1 }, (_one, i) => lo + i);
      interned.set(name, list);
    }
    if (list.length === 0) return null;
    list = asserted.get(id)?.reduce((left, among) => shared(left, among), list) ?? list;
    let at = lists.get(list);
    if (at === undefined) {
      at = domains.length;
      lists.set(list, at);
      domains.push(list);
    }
    domainOf[id] = at;
  }
  const universe = unionOf(domains);
  if (universe.length > MOST_VALUES) return null;
  return new Compiler(model, universe, domainOf, domains).run();
}

/** Lists that asserted constraints let a variable choose from alone, by variable. */
function assertedMembers({
  constraints,
  nodes,
}: Model): ReadonlyMap<VariableId, readonly (readonly number[])[]> {
  const lists = new Map<VariableId, (readonly number[])[]>();
  for (const constraint of constraints) {
    if (constraint.kind !== 'assert' || isNegated(constraint.literal)) continue;
    const node = nodes[nodeOf(constraint.literal)];
    if (node?.kind !== 'member') continue;
    const known = lists.get(node.variable);
    if (known === undefined) lists.set(node.variable, [node.values]);
    else known.push(node.values);
  }
  return lists;
}

/**
 * Finds what two ascending lists share, once for each two and equal lists as one; the first where that is nothing, and
 * where there are more such lists already than are worth an array each.
 */
function sharing(): (list: readonly number[], among: readonly number[]) => readonly number[] {
  const known = new Map<readonly number[], Map<readonly number[], readonly number[]>>();
  const byText = new Map<string, readonly number[]>();
  return (list, among) => {
    let byAmong = known.get(list);
    if (byAmong === undefined) {
      byAmong = new Map();
      known.set(list, byAmong);
    }
    let both = byAmong.get(among);
    if (both === undefined) {
      const kept = byText.size < MOST_NARROWED ? list.filter((value) => indexIn(among, value) >= 0) : list;
      both = list;
      if (kept.length > 0 && kept.length < list.length) {
        const text = kept.join();
        both = byText.get(text) ?? kept;
        byText.set(text, both);
      }
      byAmong.set(among, both);
    }
    return both;
  };
}

/** All values of some ascending lists, ascending; one of them itself where it has them all. */
function unionOf(lists: readonly (readonly number[])[]): readonly number[] {
  let longest: readonly number[] = [];
  for (const list of lists) if (list.length > longest.length) longest = list;
  const index = valueIndex(longest);
  const missing = new Set<number>();
  for (const list of lists) {
    if (list === longest) continue;
    for (const value of list) if (index.get(value) === undefined) missing.add(value);
  }
  return missing.size === 0 ? longest : [...longest, ...missing].sort(byNumber);
}

class Compiler {
  private readonly index: ValueIndex;
  private readonly universe: Float64Array;
  private readonly cells = new CellBuilder();
  private readonly tables: ItemTables;
  private readonly ofNode: Int32Array;
  private readonly ofNumeric: Int32Array;
  private readonly valueCell: Int32Array;
  private readonly classMaps: Int32Array[] = [];
  private readonly mapIds = new Map<ClassMap | null, number>();
  private readonly classIds = new Map<number, number>();
  /** Cells that must have a value, and it; `never` where nothing satisfies the model. */
  private readonly hard = new Map<number, number>();
  private never = false;
  private readonly plain = new Map<NumericId, LinearExpression | null>();
  private readonly short: { variable: number; value: number; cell: number }[] = [];
  private readonly long: { variable: number; set: number; cell: number }[] = [];
  private readonly sets: Uint8Array[] = [];
  private readonly setIds = new Map<readonly number[], number>();
  private readonly domainsWithin = new Map<readonly number[], Map<readonly number[], boolean>>();
  private readonly pairs: { variable: number; peer: number; own: number; other: number; cell: number }[] = [];

  constructor(
    private readonly model: Model,
    private readonly values: readonly number[],
    private readonly domainOf: Int32Array,
    private readonly domains: readonly (readonly number[])[],
  ) {
    this.index = valueIndex(values);
    this.universe = Float64Array.from(values);
    this.ofNode = new Int32Array(model.nodes.length).fill(-1);
    this.ofNumeric = new Int32Array(model.numerics.length).fill(-1);
    this.valueCell = new Int32Array(model.variables.length).fill(-1);
    this.tables = new ItemTables(this.universe, this.index, this.cells, (literal) => this.presence(literal));
  }

  run(): Problem {
    const { model, cells } = this;
    for (const entity of evaluationOrder(model).order) {
      if (entity >= 0) this.node(entity);
      else this.numeric(~entity);
    }
    for (const constraint of model.constraints) {
      if (constraint.kind === 'capacity') this.tables.limit(constraint.capacity);
      else this.demand(constraint.literal);
    }
    const { hard } = this;
    if (this.never) {
      // Nothing satisfies it; a cell that is 0 for ever says so.
      const cell = cells.add(Kind.or);
      hard.set(cell, 1);
    }
    const levels = model.objectives.map((objective) => {
      const level = cells.add(Kind.sum);
      // Whole numbers stay exact however often they change.
      const scale = weightScale(objective) ?? 1;
      for (const { weight, expression } of objective.soft) {
        this.expression(level, expression, scale === 1 ? weight : Math.round(weight * scale));
      }
      return level;
    });
    const { items, tables } = this.tables.finish(model.variables.length);
    const finished = cells.finish();
    const domains = this.domains.map((list) => this.indices(list));
    return {
      universe: this.universe,
      domainOf: this.domainOf,
      domains,
      hints: this.hints(domains),
      cells: finished,
      tables,
      classMaps: this.classMaps,
      members: this.members(),
      sames: this.sames(),
      items,
      hard: Int32Array.from([...hard.keys()].sort(byNumber)),
      wanted: Uint8Array.from([...hard].sort(([a], [b]) => a - b).map(([, wanted]) => wanted)),
      levels: Int32Array.from(levels),
      ...levelWorth(finished, levels, this.universe, tables),
    };
  }

  /** Makes a literal hard: as a limit of a table, one by one where all of some must not hold, or by its cell. */
  private demand(literal: Literal): void {
    if (nodeOf(literal) === nodeOf(TRUE)) {
      this.never ||= isNegated(literal);
      return;
    }
    const node = this.model.nodes[nodeOf(literal)];
    if (node?.kind === 'or' && isNegated(literal)) {
      for (const one of node.literals) this.demand(negate(one));
      return;
    }
    if (this.isLimit(literal) || this.isDomain(literal)) return;
    const cell = this.cellOf(nodeOf(literal));
    const wanted = isNegated(literal) ? 0 : 1;
    this.never ||= (this.hard.get(cell) ?? wanted) !== wanted;
    this.hard.set(cell, wanted);
  }

  /** Takes an asserted upper bound of one load as a limit of its table; false for anything else. */
  private isLimit(literal: Literal): boolean {
    const node = this.model.nodes[nodeOf(literal)];
    if (node?.kind !== 'linear') return false;
    // At most something, or not at least one more than that.
    const [end, other] = isNegated(literal) ? [node.lo, node.hi] : [node.hi, node.lo];
    if (end === null || other !== null) return false;
    const most = isNegated(literal) ? end - 1 : end;
    const [term, ...more] = node.expression.terms;
    if (term?.of.kind !== 'numeric' || term.coefficient !== 1 || more.length > 0) return false;
    const numeric = this.model.numerics[term.of.numeric];
    if (numeric?.kind !== 'load') return false;
    return this.tables.limitLoad(numeric.loads, numeric.key, most - node.expression.constant);
  }

  /** True where every value of a domain makes a literal hold. */
  private isDomain(literal: Literal): boolean {
    const node = this.model.nodes[nodeOf(literal)];
    if (isNegated(literal) || node?.kind !== 'member') return false;
    const domain = this.domains[this.domainOf[node.variable] ?? 0] ?? [];
    let within = this.domainsWithin.get(domain);
    if (within === undefined) {
      within = new Map();
      this.domainsWithin.set(domain, within);
    }
    let isWithin = within.get(node.values);
    if (isWithin === undefined) {
      isWithin = domain.every((value) => indexIn(node.values, value) >= 0);
      within.set(node.values, isWithin);
    }
    return isWithin;
  }

  private indices(list: readonly number[]): Int32Array {
    const indices = new Int32Array(list.length);
    const isAll = list === this.values;
    for (let i = 0; i < list.length; i += 1) indices[i] = isAll ? i : (this.index.get(list[i] ?? 0) ?? -1);
    return indices;
  }

  private hints(domains: readonly Int32Array[]): Int32Array {
    return Int32Array.from(this.model.hints, (hint, variable) => {
      const value = hint === null ? undefined : this.index.get(hint);
      if (value === undefined) return -1;
      return includes(domains[this.domainOf[variable] ?? 0], value) ? value : -1;
    });
  }

  private cellOf(node: NodeId): number {
    return must(this.ofNode[node], 'cell');
  }

  /** Adds `factor` times an expression to the sum of a cell. */
  private expression(cell: number, { constant, terms }: LinearExpression, factor = 1): void {
    const { cells } = this;
    cells.addBase(cell, factor * constant);
    for (const { of, coefficient } of terms) {
      const by = factor * coefficient;
      if (of.kind === 'variable') cells.read(cell, this.value(of.variable), by);
      else if (of.kind === 'numeric') {
        const plain = this.ungated(of.numeric);
        if (plain !== null) this.expression(cell, plain, by);
        else cells.read(cell, must(this.ofNumeric[of.numeric], 'cell'), by);
      } else this.literal(cell, of.literal, by);
    }
  }

  /**
   * The expression of a gated sum that is nothing anyhow where its gate does not hold, as where the gate is that one
   * of its literals holds. Null for any other node.
   */
  private ungated(id: NumericId): LinearExpression | null {
    const known = this.plain.get(id);
    if (known !== undefined) return known;
    const numeric = this.model.numerics[id];
    let plain: LinearExpression | null = null;
    if (numeric?.kind === 'when') {
      const gate = this.model.nodes[nodeOf(numeric.literal)];
      const none = new Set<Literal>([numeric.literal]);
      if (gate?.kind === 'or' && !isNegated(numeric.literal)) for (const one of gate.literals) none.add(one);
      let rest = numeric.expression.constant;
      for (const { of, coefficient } of numeric.expression.terms) {
        if (of.kind !== 'literal') rest = NaN;
        else if (none.has(negate(of.literal))) rest += coefficient;
        else if (!none.has(of.literal)) rest = NaN;
      }
      if (rest === 0) plain = numeric.expression;
    }
    this.plain.set(id, plain);
    return plain;
  }

  private literal(cell: number, literal: Literal, by: number): void {
    if (nodeOf(literal) === nodeOf(TRUE)) {
      if (!isNegated(literal)) this.cells.addBase(cell, by);
      return;
    }
    if (isNegated(literal)) this.cells.addBase(cell, by);
    this.cells.read(cell, this.cellOf(nodeOf(literal)), isNegated(literal) ? -by : by);
  }

  private value(variable: VariableId): number {
    let cell = this.valueCell[variable] ?? -1;
    if (cell < 0) {
      cell = this.cells.add(Kind.value);
      this.valueCell[variable] = cell;
    }
    return cell;
  }

  /** Makes a literal the gate of a cell; false where it never holds. */
  private gate(cell: number, literal: Literal): boolean {
    if (nodeOf(literal) === nodeOf(TRUE)) return !isNegated(literal);
    this.cells.gate(cell, this.cellOf(nodeOf(literal)), isNegated(literal) ? 0 : 1);
    return true;
  }

  private presence(literal: Literal): number | null {
    const cell = this.cells.add(Kind.presence);
    return this.gate(cell, literal) ? cell : null;
  }

  private node(id: NodeId): void {
    const node = must(this.model.nodes[id], 'node');
    const { cells } = this;
    switch (node.kind) {
      case 'true': {
        const cell = cells.add(Kind.or);
        cells.addBase(cell, 1);
        this.ofNode[id] = cell;
        return;
      }
      case 'member': {
        const cell = cells.add(Kind.member);
        this.ofNode[id] = cell;
        this.member(node.variable, node.values, cell);
        return;
      }
      case 'atMost': {
        const cell = cells.add(Kind.member);
        this.ofNode[id] = cell;
        const values = Array.from(this.universe).filter((value) => value <= node.bound);
        this.member(node.variable, values, cell);
        return;
      }
      case 'linear': {
        const cell = cells.add(Kind.range);
        this.ofNode[id] = cell;
        cells.bounds(cell, node.lo ?? -Infinity, node.hi ?? Infinity);
        this.expression(cell, node.expression);
        return;
      }
      case 'same': {
        const cell = cells.add(Kind.same);
        this.ofNode[id] = cell;
        const mapped = node.leftClasses !== null || node.rightClasses !== null;
        const own = mapped ? this.classMap(node.leftClasses) : -1;
        const other = mapped ? this.classMap(node.rightClasses) : -1;
        this.pairs.push({ variable: node.left, peer: node.right, own, other, cell });
        if (node.left !== node.right) {
          this.pairs.push({ variable: node.right, peer: node.left, own: other, other: own, cell });
        }
        return;
      }
      case 'or': {
        const cell = cells.add(Kind.or);
        this.ofNode[id] = cell;
        for (const literal of node.literals) this.literal(cell, literal, 1);
        return;
      }
      default:
        unreachable(node);
    }
  }

  private member(variable: VariableId, values: readonly number[], cell: number): void {
    if (values.length <= SHORT) {
      for (const value of values) {
        const at = this.index.get(value);
        if (at !== undefined) this.short.push({ variable, value: at, cell });
      }
      return;
    }
    let set = this.setIds.get(values);
    if (set === undefined) {
      const bits = new Uint8Array(this.universe.length);
      for (const value of values) {
        const at = this.index.get(value);
        if (at !== undefined) bits[at] = 1;
      }
      set = this.sets.length;
      this.sets.push(bits);
      this.setIds.set(values, set);
    }
    this.long.push({ variable, set, cell });
  }

  private classMap(classes: ClassMap | null): number {
    const known = this.mapIds.get(classes);
    if (known !== undefined) return known;
    const map = Int32Array.from(this.universe, (value) => {
      const kind = classes === null ? value : classes.get(value);
      if (kind === undefined) return -1;
      const id = this.classIds.get(kind) ?? this.classIds.size;
      this.classIds.set(kind, id);
      return id;
    });
    const id = this.classMaps.length;
    this.classMaps.push(map);
    this.mapIds.set(classes, id);
    return id;
  }

  private numeric(id: NumericId): void {
    const numeric = must(this.model.numerics[id], 'numeric node');
    const { cells } = this;
    switch (numeric.kind) {
      case 'when': {
        const cell = cells.add(Kind.when);
        this.ofNumeric[id] = cell;
        if (this.gate(cell, numeric.literal)) this.expression(cell, numeric.expression);
        return;
      }
      case 'balance':
        this.ofNumeric[id] = this.tables.balance(numeric.capacity, largestOf(numeric.capacity));
        return;
      case 'extreme':
        this.ofNumeric[id] = this.extreme(numeric.greatest, numeric.entries);
        return;
      case 'load': {
        // A class that no value has holds nothing.
        this.ofNumeric[id] = this.tables.load(numeric.loads, numeric.key) ?? cells.add(Kind.sum);
        return;
      }
      case 'product':
      case 'quotient': {
        const [a, b] =
          numeric.kind === 'product' ? [numeric.left, numeric.right] : [numeric.dividend, numeric.divisor];
        const left = cells.add(Kind.sum);
        const right = cells.add(Kind.sum);
        this.expression(left, a);
        this.expression(right, b);
        const cell = cells.add(numeric.kind === 'product' ? Kind.product : Kind.quotient);
        cells.operands(cell, left, right);
        this.ofNumeric[id] = cell;
        return;
      }
      default:
        unreachable(numeric);
    }
  }

  private extreme(
    greatest: boolean,
    entries: readonly { readonly literal: Literal; readonly expression: LinearExpression }[],
  ): number {
    const { cells } = this;
    const constants = entries.filter(
      ({ literal, expression }) => literal === TRUE && expression.terms.length === 0,
    );
    const others = entries.filter((entry) => !constants.includes(entry));
    const [only] = others;
    const bounds = constants.map(({ expression }) => expression.constant);
    const bound = greatest ? Math.max(...bounds) : Math.min(...bounds);
    if (bounds.length > 0 && others.length === 1 && only?.literal === TRUE) {
      const cell = cells.add(greatest ? Kind.atLeast : Kind.atMost);
      cells.bounds(cell, bound, bound);
      this.expression(cell, only.expression);
      return cell;
    }
    const inputs: number[] = [];
    const entryOf = (literal: Literal, expression: LinearExpression): void => {
      const cell = cells.add(Kind.entry);
      const nothing = greatest ? -NOTHING : NOTHING;
      cells.bounds(cell, nothing, nothing);
      if (!this.gate(cell, literal)) return;
      this.expression(cell, expression);
      inputs.push(cell);
    };
    for (const { literal, expression } of others) entryOf(literal, expression);
    if (bounds.length > 0) entryOf(TRUE, { constant: bound, terms: [] });
    const cell = cells.add(greatest ? Kind.greatest : Kind.smallest);
    for (const input of inputs) cells.read(cell, input, 0);
    cells.inputs(cell, inputs);
    return cell;
  }

  private members(): Members {
    const { length } = this.model.variables;
    const short = this.short.sort((a, b) => a.variable - b.variable || a.value - b.value || a.cell - b.cell);
    const { start: longStart, order } = byKey(length, this.long.map(variableOf));
    return {
      start: startsOf(length, short.map(variableOf)),
      value: Int32Array.from(short, ({ value }) => value),
      cell: Int32Array.from(short, ({ cell }) => cell),
      longStart,
      longCell: order.map((at) => this.long[at]?.cell ?? 0),
      longSet: order.map((at) => this.long[at]?.set ?? 0),
      sets: this.sets,
    };
  }

  private sames(): Sames {
    const { pairs } = this;
    const { start, order } = byKey(this.model.variables.length, pairs.map(variableOf));
    return {
      start,
      cell: order.map((at) => pairs[at]?.cell ?? 0),
      peer: order.map((at) => pairs[at]?.peer ?? 0),
      ownMap: order.map((at) => pairs[at]?.own ?? 0),
      peerMap: order.map((at) => pairs[at]?.other ?? 0),
      valueCell: this.valueCell,
    };
  }
}

function largestOf({ keys }: Capacity): number {
  return keys.reduce((largest, { capacity }) => Math.max(largest, capacity), 0);
}

const variableOf = ({ variable }: { readonly variable: number }): number => variable;
