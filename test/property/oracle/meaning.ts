import { must } from '../../../engine/base/assert.js';
import type {
  AggregateName,
  Capacity,
  Comparison,
  Expr,
  Policy,
  Select,
  Source,
  View,
  World,
} from './language.js';

/**
 * What policies mean, read from section 4 and 5 of the language alone: rows are made one by one for one
 * complete assignment, and conditions are evaluated in SQL's three-valued logic. Nothing of the engine is used.
 */

export type Value = number | string | null;
type Row = ReadonlyMap<string, Value>;

/** Table rows under one assignment. */
export type State = ReadonlyMap<string, readonly Row[]>;

interface Env {
  readonly rows: ReadonlyMap<string, Row>;
  readonly parent: Env | null;
}

/** Which columns of which alias depend on decisions, by text alone. */
interface Shape {
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
  readonly parent: Shape | null;
}

interface RelationShape {
  readonly columns: ReadonlyMap<string, boolean>;
  /** Its very rows depend on decisions. */
  readonly rows: boolean;
}

interface Guarded {
  readonly env: Env;
  readonly guard: boolean;
}

/** Something that stops a policy while it is read: a null soft term, a bad capacity. */
export class Refused extends Error {
  constructor(readonly why: 'null-term' | 'bad-argument') {
    super(why);
  }
}

export interface SoftMeaning {
  readonly name: string;
  readonly value: number;
  /** Signed. */
  readonly weight: number;
  readonly priority: number;
}

const truth = (value: boolean): Value => (value ? 1 : 0);
const isTrue = (value: Value): boolean => value !== null && value !== 0;
const isFalse = (value: Value): boolean => value === 0;

function compare(op: Comparison, a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  if (typeof a !== typeof b) throw new TypeError('the generator compares a text with a number');
  switch (op) {
    case '=':
      return truth(a === b);
    case '!=':
      return truth(a !== b);
    case '<':
      return truth(a < b);
    case '<=':
      return truth(a <= b);
    case '>':
      return truth(a > b);
    case '>=':
      return truth(a >= b);
  }
}

const negated = (value: Value): Value => (value === null ? null : truth(value === 0));

function number(value: Value): number {
  if (typeof value !== 'number') throw new TypeError('the generator computes with a text');
  return value;
}

const keyOf = (values: readonly Value[]): string => JSON.stringify(values);

function hasAggregate(expr: Expr): boolean {
  switch (expr.k) {
    case 'aggregate':
    case 'capacity':
      return true;
    case 'value':
    case 'column':
    case 'exists':
    case 'scalar':
      return false;
    case 'arith':
    case 'cmp':
    case 'and':
    case 'or':
      return hasAggregate(expr.a) || hasAggregate(expr.b);
    case 'neg':
    case 'not':
    case 'isNull':
    case 'inSelect':
      return hasAggregate(expr.a);
    case 'between':
      return [expr.a, expr.lo, expr.hi].some(hasAggregate);
    case 'in':
      return [expr.a, ...expr.list].some(hasAggregate);
  }
}

/** Operands of the `and` chain; parentheses around a part of it change nothing. */
function operands(expr: Expr): Expr[] {
  return expr.k === 'and' ? [...operands(expr.a), ...operands(expr.b)] : [expr];
}

export class Meaning {
  private readonly views: ReadonlyMap<string, View>;
  private readonly shapes = new Map<string, RelationShape>();

  constructor(private readonly world: World) {
    this.views = new Map(world.views.map((view) => [view.name, view]));
  }

  // --- which text mentions a decision ---

  private shapeOf(relation: string): RelationShape {
    const known = this.shapes.get(relation);
    if (known !== undefined) return known;
    const table = this.world.tables.find((one) => one.name === relation);
    let shape: RelationShape;
    if (table !== undefined) {
      shape = { columns: new Map(table.columns.map((one) => [one.name, one.decision])), rows: false };
    } else {
      const { select } = must(this.views.get(relation), relation);
      const inside = this.shapeOfFrom(select, null);
      const rows = this.selectDependsByRows(select, null);
      const outs = select.out.map((out) => this.mentions(out.expr, inside));
      // A grouped view over decisions is a decision expression wherever it is used.
      const whole = this.isGrouped(select) && (rows || outs.includes(true));
      shape = { columns: new Map(select.out.map((out, i) => [out.name, whole || outs[i] === true])), rows };
    }
    this.shapes.set(relation, shape);
    return shape;
  }

  private shapeOfFrom(select: Select, parent: Shape | null): Shape {
    const aliases = select.from.map((one): [string, ReadonlyMap<string, boolean>] => [
      one.alias,
      this.shapeOf(one.relation).columns,
    ]);
    return { aliases: new Map(aliases), parent };
  }

  private selectDependsByRows(select: Select, parent: Shape | null): boolean {
    const shape = this.shapeOfFrom(select, parent);
    return (
      select.from.some(
        (one) => this.shapeOf(one.relation).rows || one.on.some((on) => this.mentions(on, shape)),
      ) || [...select.where, ...select.groupBy, ...select.having].some((one) => this.mentions(one, shape))
    );
  }

  private selectMentions(select: Select, parent: Shape): boolean {
    const shape = this.shapeOfFrom(select, parent);
    return (
      this.selectDependsByRows(select, parent) || select.out.some((out) => this.mentions(out.expr, shape))
    );
  }

  private mentions(expr: Expr, shape: Shape): boolean {
    switch (expr.k) {
      case 'value':
        return false;
      case 'column': {
        for (let at: Shape | null = shape; at !== null; at = at.parent) {
          const columns = at.aliases.get(expr.alias);
          if (columns !== undefined) return must(columns.get(expr.column), expr.column);
        }
        throw new TypeError(`no alias ${expr.alias}`);
      }
      case 'arith':
      case 'cmp':
      case 'and':
      case 'or':
        return this.mentions(expr.a, shape) || this.mentions(expr.b, shape);
      case 'neg':
      case 'not':
      case 'isNull':
        return this.mentions(expr.a, shape);
      case 'between':
        return [expr.a, expr.lo, expr.hi].some((one) => this.mentions(one, shape));
      case 'in':
        return [expr.a, ...expr.list].some((one) => this.mentions(one, shape));
      case 'inSelect':
        return this.mentions(expr.a, shape) || this.selectMentions(expr.select, shape);
      case 'exists':
      case 'scalar':
        return this.selectMentions(expr.select, shape);
      case 'aggregate':
        return [expr.arg, expr.filter].some((one) => one !== null && this.mentions(one, shape));
      case 'capacity':
        return true;
    }
  }

  private isGrouped(select: Select, clause: readonly Expr[] = []): boolean {
    const parts = [...clause, ...select.having, ...select.out.map((out) => out.expr)];
    return select.groupBy.length > 0 || parts.some(hasAggregate);
  }

  // --- rows ---

  /** Rows of a relation with their guards, as a constraint sees them. */
  private guardedRelation(relation: string, state: State): { row: Row; guard: boolean }[] {
    const rows = state.get(relation);
    if (rows !== undefined) return rows.map((row) => ({ row, guard: true }));
    const { select } = must(this.views.get(relation), relation);
    const outputs = (evaluate: (expr: Expr) => Value): Row =>
      new Map(select.out.map((out) => [out.name, evaluate(out.expr)]));
    if (!this.isGrouped(select)) {
      return this.guardedRows(select, state).map(({ env, guard }) => ({
        row: outputs((expr) => this.value(expr, env, state)),
        guard,
      }));
    }
    const shape = this.shapeOf(relation);
    if (!shape.rows && ![...shape.columns.values()].includes(true)) {
      // A view that mentions no decision is SQLite's whole.
      return this.plainGroups(select, state, null).map(({ value }) => ({ row: outputs(value), guard: true }));
    }
    return this.groups(select, state).map((group) => ({ row: outputs(group.value), guard: group.guard }));
  }

  /** Rows of a `from`/`where` without its decision conditions; those are the guards. */
  private guardedRows(select: Select, state: State): Guarded[] {
    const shape = this.shapeOfFrom(select, null);
    const conditions = select.where.flatMap(operands);
    let rows: Guarded[] = [{ env: { rows: new Map(), parent: null }, guard: true }];
    for (const source of select.from) {
      const right = this.guardedRelation(source.relation, state);
      rows = rows.flatMap((left) => this.joinOne(left, source, right, state));
      if (source.join !== 'left') conditions.push(...source.on.flatMap(operands));
    }
    const ground = conditions.filter((one) => !this.mentions(one, shape));
    const guards = conditions.filter((one) => this.mentions(one, shape));
    return rows
      .filter(({ env }) => ground.every((one) => isTrue(this.value(one, env, state))))
      .map(({ env, guard }) => ({
        env,
        guard: guard && guards.every((one) => isTrue(this.value(one, env, state))),
      }));
  }

  private joinOne(
    left: Guarded,
    source: Source,
    right: readonly { row: Row; guard: boolean }[],
    state: State,
  ): Guarded[] {
    const joined = right.map(({ row, guard }) => ({
      env: { rows: new Map([...left.env.rows, [source.alias, row]]), parent: left.env.parent },
      guard: left.guard && guard,
    }));
    if (source.join !== 'left') return joined;
    const matching = joined.filter(({ env }) => source.on.every((on) => isTrue(this.value(on, env, state))));
    if (matching.length > 0) return matching;
    const names = [...this.shapeOf(source.relation).columns.keys()];
    const nulls: Row = new Map(names.map((name) => [name, null]));
    return [
      { env: { rows: new Map([...left.env.rows, [source.alias, nulls]]), parent: null }, guard: left.guard },
    ];
  }

  /** Groups of a constraint or view; `value` reads aggregates over the rows whose guard holds. */
  private groups(
    select: Select,
    state: State,
  ): { value: (expr: Expr) => Value; guard: boolean; rows: readonly Guarded[] }[] {
    const rows = this.guardedRows(select, state);
    const shape = this.shapeOfFrom(select, null);
    const guarded = this.isGuarded(select);
    const byKey = new Map<string, Guarded[]>();
    for (const row of rows) {
      const key = keyOf(select.groupBy.map((expr) => this.value(expr, row.env, state)));
      const members = byKey.get(key);
      if (members === undefined) byKey.set(key, [row]);
      else members.push(row);
    }
    return [...byKey.values()].flatMap((members) => {
      const first = must(members[0], 'row of a group');
      const counted = members.filter((row) => row.guard).map((row) => row.env);
      const value = (expr: Expr): Value => this.value(expr, first.env, state, { rows: counted, guarded });
      const ground = select.having
        .flatMap(operands)
        .filter((one) => !this.readsDecision(one, shape, guarded));
      if (!ground.every((one) => isTrue(value(one)))) return [];
      return [{ value, guard: select.having.every((one) => isTrue(value(one))), rows: members }];
    });
  }

  /** True where some row may have a false guard; else an aggregate is SQL's own. */
  private isGuarded(select: Select): boolean {
    const shape = this.shapeOfFrom(select, null);
    const conditions = [
      ...select.where,
      ...select.from.flatMap((one) => (one.join === 'left' ? [] : one.on)),
    ];
    return (
      conditions.some((one) => this.mentions(one, shape)) ||
      select.from.some(({ relation }) => {
        const view = this.views.get(relation);
        if (view === undefined) return false;
        if (!this.isGrouped(view.select)) return this.isGuarded(view.select);
        // The groups of a view exist; only a `having` on decisions makes guards of them.
        const inside = this.shapeOfFrom(view.select, null);
        const guarded = this.isGuarded(view.select);
        return view.select.having.some((one) => this.readsDecision(one, inside, guarded));
      })
    );
  }

  /** An aggregate over guarded rows is a decision value, whatever it adds up. */
  private readsDecision(expr: Expr, shape: Shape, guarded: boolean): boolean {
    return this.mentions(expr, shape) || (guarded && hasAggregate(expr));
  }

  // --- sub-queries: SQLite's own meaning over the state ---

  private plainRows(select: Select, state: State, parent: Env | null): Env[] {
    let rows: Env[] = [{ rows: new Map(), parent }];
    for (const source of select.from) {
      const right = this.guardedRelation(source.relation, state).filter(({ guard }) => guard);
      rows = rows.flatMap((left) => {
        const joined = right.map(({ row }): Env => ({
          rows: new Map([...left.rows, [source.alias, row]]),
          parent,
        }));
        const matching = joined.filter((env) => source.on.every((on) => isTrue(this.value(on, env, state))));
        if (source.join !== 'left' || matching.length > 0) return matching;
        const names = [...this.shapeOf(source.relation).columns.keys()];
        return [
          {
            rows: new Map([...left.rows, [source.alias, new Map(names.map((name) => [name, null]))]]),
            parent,
          },
        ];
      });
    }
    return rows.filter((env) => select.where.every((one) => isTrue(this.value(one, env, state))));
  }

  /** Values of the single output of each row; for `exists` the output may be anything. */
  private subQuery(select: Select, state: State, parent: Env): Value[] {
    const out = must(select.out[0], 'output').expr;
    if (!this.isGrouped(select)) {
      return this.plainRows(select, state, parent).map((env) => this.value(out, env, state));
    }
    return this.plainGroups(select, state, parent).map(({ value }) => value(out));
  }

  /** SQL's own groups: one over nothing where nothing is grouped by. */
  private plainGroups(
    select: Select,
    state: State,
    parent: Env | null,
  ): { readonly value: (expr: Expr) => Value }[] {
    const byKey = new Map<string, Env[]>();
    const rows = this.plainRows(select, state, parent);
    if (select.groupBy.length === 0) byKey.set('', rows);
    for (const row of select.groupBy.length === 0 ? [] : rows) {
      const key = keyOf(select.groupBy.map((expr) => this.value(expr, row, state)));
      byKey.set(key, [...(byKey.get(key) ?? []), row]);
    }
    return [...byKey.values()].flatMap((members) => {
      const env = members[0] ?? { rows: new Map<string, Row>(), parent };
      const value = (expr: Expr): Value => this.value(expr, env, state, { rows: members, guarded: false });
      return select.having.every((one) => isTrue(value(one))) ? [{ value }] : [];
    });
  }

  // --- values ---

  private value(
    expr: Expr,
    env: Env,
    state: State,
    group: { readonly rows: readonly Env[]; readonly guarded: boolean } | null = null,
  ): Value {
    const of = (one: Expr): Value => this.value(one, env, state, group);
    const flip = (not: boolean, value: Value): Value => (not ? negated(value) : value);
    switch (expr.k) {
      case 'value':
        return expr.value;
      case 'column': {
        for (let at: Env | null = env; at !== null; at = at.parent) {
          const row = at.rows.get(expr.alias);
          if (row !== undefined) return must(row, 'row').get(expr.column) ?? null;
        }
        throw new TypeError(`no row of ${expr.alias}`);
      }
      case 'arith': {
        const a = of(expr.a);
        const b = of(expr.b);
        if (a === null || b === null) return null;
        const [x, y] = [number(a), number(b)];
        return (expr.op === '+' ? x + y : expr.op === '-' ? x - y : x * y) + 0;
      }
      case 'neg': {
        const a = of(expr.a);
        return a === null ? null : 0 - number(a);
      }
      case 'cmp':
        return compare(expr.op, of(expr.a), of(expr.b));
      case 'and': {
        const both = [of(expr.a), of(expr.b)];
        return both.some(isFalse) ? 0 : both.includes(null) ? null : 1;
      }
      case 'or': {
        const both = [of(expr.a), of(expr.b)];
        return both.some(isTrue) ? 1 : both.includes(null) ? null : 0;
      }
      case 'not':
        return negated(of(expr.a));
      case 'isNull':
        return truth((of(expr.a) === null) !== expr.not);
      case 'between': {
        const low = compare('>=', of(expr.a), of(expr.lo));
        const high = compare('<=', of(expr.a), of(expr.hi));
        const both = [low, high];
        return flip(expr.not, both.some(isFalse) ? 0 : both.includes(null) ? null : 1);
      }
      case 'in':
        return flip(expr.not, membership(of(expr.a), expr.list.map(of)));
      case 'inSelect':
        return flip(expr.not, membership(of(expr.a), this.subQuery(expr.select, state, env)));
      case 'exists':
        return flip(expr.not, truth(this.subQuery(expr.select, state, env).length > 0));
      case 'scalar':
        return this.subQuery(expr.select, state, env)[0] ?? null;
      case 'aggregate': {
        const { rows, guarded } = must(group, 'group');
        const { arg, filter } = expr;
        const counted = filter === null ? rows : rows.filter((row) => isTrue(this.value(filter, row, state)));
        const values = counted.map((row): Value => (arg === null ? 1 : this.value(arg, row, state)));
        const kept = expr.distinct === true ? [...new Set(values)] : values;
        return aggregate(expr.name, kept, guarded);
      }
      case 'capacity':
        throw new TypeError('a capacity is no value');
    }
  }

  // --- policies ---

  /** True where the state satisfies a hard policy. Throws Refused for a bad capacity. */
  holds(policy: Policy, state: State): boolean {
    if (policy.clause !== 'check') return true;
    return policy.parts.every((part) => {
      if (part.k === 'capacity') return this.capacity(policy.select, part, state).holds;
      if (this.isGrouped(policy.select, policy.parts)) {
        return this.groups(policy.select, state).every(({ guard, value }) => !guard || !isFalse(value(part)));
      }
      return this.guardedRows(policy.select, state).every(
        ({ env, guard }) => !guard || !isFalse(this.value(part, env, state)),
      );
    });
  }

  /** Soft terms of a policy, the implicit balance included. Throws Refused. */
  soft(policy: Policy, state: State): SoftMeaning[] {
    const [term] = policy.parts;
    if (policy.clause === 'check') {
      return policy.parts.flatMap((part) =>
        part.k === 'capacity' && part.name === 'capacity_constraint'
          ? [
              {
                name: `${policy.name}.balance`,
                value: this.capacity(policy.select, part, state).balance,
                weight: 1,
                priority: 0,
              },
            ]
          : [],
      );
    }
    const sign = policy.clause === 'minimize' ? -1 : 1;
    const common = { name: policy.name, weight: sign * policy.weight, priority: policy.priority };
    const expr = must(term, 'term');
    if (expr.k === 'capacity')
      return [{ ...common, value: this.capacity(policy.select, expr, state).balance }];
    const terms = this.isGrouped(policy.select, policy.parts)
      ? this.groups(policy.select, state).flatMap(({ guard, value }) => (guard ? [value(expr)] : []))
      : this.guardedRows(policy.select, state).flatMap(({ env, guard }) =>
          guard ? [this.value(expr, env, state)] : [],
        );
    if (terms.includes(null)) throw new Refused('null-term');
    return [{ ...common, value: terms.reduce((sum: number, one) => sum + number(one), 0) }];
  }

  private capacity(select: Select, call: Capacity, state: State): { holds: boolean; balance: number } {
    let holds = true;
    let balance = 0;
    for (const { rows } of this.groups(select, state)) {
      const capacities = new Map<Value, number>();
      for (const { env } of rows) {
        const capacity = this.value(call.capacity, env, state);
        const demand = this.value(call.demand, env, state);
        const key = this.value(call.key, env, state);
        if (capacity === null || demand === null || number(capacity) < 0 || number(demand) < 0) {
          throw new Refused('bad-argument');
        }
        if (key === null) continue;
        if ((capacities.get(key) ?? capacity) !== capacity) throw new Refused('bad-argument');
        capacities.set(key, number(capacity));
      }
      const spare = new Map(capacities);
      for (const { env, guard } of rows) {
        const decision = this.value(call.decision, env, state);
        // The missing side of an outer join decides nothing.
        if (decision === null) throw new Refused('bad-argument');
        if (!capacities.has(decision)) holds = false;
        const key = this.value(call.key, env, state);
        if (key === null || !guard || key !== decision) continue;
        spare.set(key, must(spare.get(key), 'spare') - number(this.value(call.demand, env, state)));
      }
      const left = [...spare.values()];
      if (left.some((one) => one < 0)) holds = false;
      if (left.length > 0) balance += Math.min(...left) - Math.max(...capacities.values());
    }
    return { holds, balance };
  }
}

function membership(value: Value, list: readonly Value[]): Value {
  const found = list.map((one) => compare('=', value, one));
  if (found.some(isTrue)) return 1;
  return found.includes(null) ? null : 0;
}

function aggregate(name: AggregateName, values: readonly Value[], guarded: boolean): Value {
  const known = values.filter((value) => value !== null);
  switch (name) {
    case 'count':
      return known.length;
    case 'sum':
      if (known.length === 0 && !guarded) return null;
      return known.reduce((sum: number, one) => sum + number(one), 0);
    case 'any':
      return truth(known.some(isTrue));
    case 'all':
      return truth(known.every(isTrue));
    case 'all_different':
      return truth(new Set(known).size === known.length);
    case 'all_equal':
      return truth(new Set(known).size <= 1);
  }
}
