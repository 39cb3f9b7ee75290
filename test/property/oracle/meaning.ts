import { must } from '../../../engine/base/assert.js';
import { aggregate } from './aggregate.js';
import type { Aggregate, Capacity, Expr, Policy, Select, Value, View, World } from './language.js';
import { isGrouped, operands } from './language.js';
import type { Scope } from './shape.js';
import { Shapes } from './shape.js';
import {
  arithmetic,
  both,
  compare,
  either,
  extreme,
  isFalse,
  isTrue,
  membership,
  negated,
  number,
  truth,
} from './value.js';

/**
 * What policies mean, read from the language's own page alone: rows are made one by one for one complete
 * assignment, and conditions are evaluated in SQL's three-valued logic. Nothing of the engine is used.
 */

export type Row = readonly Value[];

/** Table rows under one assignment, in key order. */
export interface State {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Rows of views, once made. */
  readonly made: Map<string, readonly Guarded[]>;
}

/** A row of each source; the rows of a sub-query know those around it. */
interface Env {
  readonly rows: readonly Row[];
  readonly parent: Env | null;
}

interface Guarded {
  readonly row: Row;
  readonly guard: boolean;
}

interface GuardedEnv {
  readonly env: Env;
  readonly guard: boolean;
}

/** What an aggregate sees. */
interface Group {
  readonly rows: readonly Env[];
  /** Values of the decisions that are grouped by. */
  readonly chosen: readonly Value[];
}

type Code = (env: Env, state: State, group: Group | null) => Value;

/** Names as places in rows. */
interface Names {
  readonly slots: ReadonlyMap<string, { readonly slot: number; readonly columns: readonly string[] }>;
  readonly scope: Scope;
  readonly parent: Names | null;
  /** What aggregates are over here: a constraint's guarded rows, or plain SQL. */
  readonly guarded: boolean | 'sql';
  /** Decisions that are grouped by, as text. */
  readonly chosen: readonly string[];
}

interface Source {
  readonly rows: (state: State) => readonly Guarded[];
  readonly isLeft: boolean;
  readonly on: readonly Code[];
  readonly width: number;
}

interface Body {
  readonly sources: readonly Source[];
  readonly ground: readonly Code[];
  readonly guards: readonly Code[];
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

/** A policy made ready to be asked about many states. */
export interface PolicyMeaning {
  readonly policy: Policy;
  /** True where the state satisfies a hard policy. Throws Refused for a bad capacity. */
  holds(state: State): boolean;
  /** Soft terms, the implicit balance included. Throws Refused. */
  soft(state: State): readonly SoftMeaning[];
}

const keyOf = (values: readonly Value[]): string => JSON.stringify(values);

export class Meaning {
  readonly policies: readonly PolicyMeaning[];
  readonly shapes: Shapes;
  private readonly views: ReadonlyMap<string, View>;
  private readonly viewRows = new Map<string, (state: State) => readonly Guarded[]>();

  /** `domains`: values of the decisions that are grouped by, by table and column; else what the world says. */
  constructor(
    private readonly world: World,
    private readonly domains: ReadonlyMap<string, readonly Value[]> = new Map(),
  ) {
    this.shapes = new Shapes(world);
    this.views = new Map(world.views.map((view) => [view.name, view]));
    this.policies = world.policies.map((policy) => this.policy(policy));
  }

  // --- names ---

  private columnsOf(relation: string): readonly string[] {
    const table = this.world.tables.find((one) => one.name === relation);
    if (table !== undefined) return table.columns.map((one) => one.name);
    return must(this.views.get(relation), relation).select.out.map((one) => one.name);
  }

  private names(select: Select, parent: Names | null, guarded: boolean | 'sql'): Names {
    const scope = this.shapes.scopeOf(select, parent?.scope ?? null);
    const slots = new Map(
      select.from.map((one, slot) => [one.alias, { slot, columns: this.columnsOf(one.relation) }]),
    );
    const chosen =
      guarded === 'sql' ? [] : select.groupBy.filter((one) => this.shapes.mentions(one, scope)).map(keyText);
    return { slots, scope, parent, guarded, chosen };
  }

  // --- rows ---

  /** Rows of a relation with their guards, as a constraint sees them. */
  private rowsOf(relation: string): (state: State) => readonly Guarded[] {
    const view = this.views.get(relation);
    if (view === undefined) {
      return (state) => {
        const known = state.made.get(relation);
        if (known !== undefined) return known;
        const rows = must(state.tables.get(relation), relation).map((row) => ({ row, guard: true }));
        state.made.set(relation, rows);
        return rows;
      };
    }
    const found = this.viewRows.get(relation);
    if (found !== undefined) return found;
    const make = this.viewMaker(view, relation);
    const rows = (state: State): readonly Guarded[] => {
      const known = state.made.get(relation);
      if (known !== undefined) return known;
      const made = make(state);
      state.made.set(relation, made);
      return made;
    };
    this.viewRows.set(relation, rows);
    return rows;
  }

  private viewMaker({ select }: View, relation: string): (state: State) => readonly Guarded[] {
    if (!isGrouped(select)) {
      const names = this.names(select, null, false);
      const outs = select.out.map((out) => this.code(out.expr, names));
      const rows = this.guardedRows(select, names);
      return (state) =>
        rows(state).map(({ env, guard }) => ({ row: outs.map((out) => out(env, state, null)), guard }));
    }
    const shape = this.shapes.of(relation);
    if (!shape.rows && ![...shape.columns.values()].includes(true)) {
      // A view that mentions no decision is SQLite's whole.
      const names = this.names(select, null, 'sql');
      const outs = select.out.map((out) => this.code(out.expr, names));
      const groups = this.plainGroups(select, names);
      return (state) =>
        groups(state, null).map(({ env, group }) => ({
          row: outs.map((out) => out(env, state, group)),
          guard: true,
        }));
    }
    const names = this.names(select, null, this.shapes.isGuarded(select));
    const outs = select.out.map((out) => this.code(out.expr, names));
    const groups = this.groups(select, names);
    return (state) =>
      groups(state).map(({ env, group, guard }) => ({
        row: outs.map((out) => out(env, state, group)),
        guard,
      }));
  }

  /** The row sources with the conditions that make rows and those that guard them. */
  private body(select: Select, names: Names): Body {
    const conditions = select.where.flatMap(operands);
    const sources = select.from.map((source): Source => {
      if (source.join !== 'left') conditions.push(...source.on.flatMap(operands));
      return {
        rows: this.rowsOf(source.relation),
        isLeft: source.join === 'left',
        on: source.on.map((one) => this.code(one, names)),
        width: this.columnsOf(source.relation).length,
      };
    });
    const isGuard = (one: Expr): boolean => this.shapes.mentions(one, names.scope);
    return {
      sources,
      ground: conditions.filter((one) => !isGuard(one)).map((one) => this.code(one, names)),
      guards: conditions.filter(isGuard).map((one) => this.code(one, names)),
    };
  }

  private product(body: Body, state: State, parent: Env | null): GuardedEnv[] {
    let rows: GuardedEnv[] = [{ env: { rows: [], parent }, guard: true }];
    for (const { rows: of, isLeft, on, width } of body.sources) {
      const right = of(state);
      rows = rows.flatMap((left) => {
        const joined = right.map(({ row, guard }) => ({
          env: { rows: [...left.env.rows, row], parent },
          guard: left.guard && guard,
        }));
        if (!isLeft) return joined;
        const matching = joined.filter(({ env }) => on.every((one) => isTrue(one(env, state, null))));
        if (matching.length > 0) return matching;
        const nulls = Array.from({ length: width }, () => null);
        return [{ env: { rows: [...left.env.rows, nulls], parent }, guard: left.guard }];
      });
    }
    return rows;
  }

  private guardedRows(select: Select, names: Names): (state: State) => GuardedEnv[] {
    const body = this.body(select, names);
    return (state) =>
      this.product(body, state, null)
        .filter(({ env }) => body.ground.every((one) => isTrue(one(env, state, null))))
        .map(({ env, guard }) => ({
          env,
          guard: guard && body.guards.every((one) => isTrue(one(env, state, null))),
        }));
  }

  /** Groups of a constraint or view; aggregates see the rows whose guard holds. */
  private groups(
    select: Select,
    names: Names,
  ): (state: State) => { env: Env; group: Group; guard: boolean; rows: readonly GuardedEnv[] }[] {
    const guardedRows = this.guardedRows(select, names);
    const ordered = this.inOrder(select, names);
    const isDecision = (one: Expr): boolean => this.shapes.mentions(one, names.scope);
    const keys = select.groupBy.filter((one) => !isDecision(one)).map((one) => this.code(one, names));
    // Read row by row, not as the group's own value.
    const chosen = select.groupBy
      .filter(isDecision)
      .map((one) => ({ code: this.code(one, { ...names, chosen: [] }), domain: this.domainOf(one, select) }));
    const guarded = names.guarded === true;
    const having = select.having.flatMap(operands);
    const reads = (one: Expr): boolean => this.shapes.readsDecision(one, names.scope, guarded);
    const ground = having.filter((one) => !reads(one)).map((one) => this.code(one, names));
    const guards = having.filter(reads).map((one) => this.code(one, names));
    return (state) => {
      const byKey = new Map<string, GuardedEnv[]>();
      for (const row of ordered(guardedRows(state), state)) {
        const key = keyOf(keys.map((one) => one(row.env, state, null)));
        const members = byKey.get(key);
        if (members === undefined) byKey.set(key, [row]);
        else members.push(row);
      }
      const found = [...byKey.values()].flatMap((members) =>
        combinations(chosen.map((one) => one.domain)).map((values) => ({
          values,
          rows: members.map(({ env, guard }) => ({
            env,
            guard: guard && chosen.every(({ code }, i) => code(env, state, null) === values[i]),
          })),
        })),
      );
      return found.flatMap(({ values, rows }) => {
        const { env } = must(rows[0], 'row of a group');
        const group = { rows: rows.filter((row) => row.guard).map((row) => row.env), chosen: values };
        if (!ground.every((one) => isTrue(one(env, state, group)))) return [];
        return [{ env, group, rows, guard: guards.every((one) => isTrue(one(env, state, group))) }];
      });
    };
  }

  /** The order of rows that `increasing` sees: what `order by` says, else the keys of the sources in turn. */
  private inOrder(select: Select, names: Names): (rows: GuardedEnv[], state: State) => GuardedEnv[] {
    const { orderBy = [] } = select;
    if (orderBy.length === 0) return (rows) => rows;
    const by = orderBy.map((one) => ({ code: this.code(one.by, names), sign: one.descending ? -1 : 1 }));
    return (rows, state) =>
      [...rows].sort((a, b) => {
        for (const { code, sign } of by) {
          const [x, y] = [code(a.env, state, null), code(b.env, state, null)];
          if (x === y) continue;
          // Nulls come first.
          return sign * (x === null || (y !== null && x < y) ? -1 : 1);
        }
        return 0;
      });
  }

  /** Values a grouped decision may take. */
  private domainOf(expr: Expr, select: Select): readonly Value[] {
    if (expr.k !== 'column') throw new TypeError('the generator groups by columns');
    const source = must(
      select.from.find(({ alias }) => alias === expr.alias),
      expr.alias,
    );
    const table = this.world.tables.find((one) => one.name === source.relation);
    if (table === undefined) {
      const { select: inside } = must(this.views.get(source.relation), source.relation);
      return this.domainOf(
        must(
          inside.out.find(({ name }) => name === expr.column),
          expr.column,
        ).expr,
        inside,
      );
    }
    const column = must(
      table.columns.find(({ name }) => name === expr.column),
      expr.column,
    );
    return this.domains.get(`${table.name}.${column.name}`) ?? column.domain;
  }

  // --- sub-queries: SQLite's own meaning over the state ---

  private plainRows(select: Select, names: Names): (state: State, parent: Env | null) => Env[] {
    const body = this.body(select, names);
    const conditions = [...body.ground, ...body.guards];
    return (state, parent) =>
      this.product(body, state, parent).flatMap(({ env, guard }) =>
        guard && conditions.every((one) => isTrue(one(env, state, null))) ? [env] : [],
      );
  }

  /** SQL's own groups: one over nothing where nothing is grouped by. */
  private plainGroups(
    select: Select,
    names: Names,
  ): (state: State, parent: Env | null) => { env: Env; group: Group }[] {
    const plainRows = this.plainRows(select, names);
    const keys = select.groupBy.map((one) => this.code(one, names));
    const having = select.having.map((one) => this.code(one, names));
    return (state, parent) => {
      const byKey = new Map<string, Env[]>();
      const rows = plainRows(state, parent);
      if (keys.length === 0) byKey.set('', rows);
      for (const row of keys.length === 0 ? [] : rows) {
        const key = keyOf(keys.map((one) => one(row, state, null)));
        const members = byKey.get(key);
        if (members === undefined) byKey.set(key, [row]);
        else members.push(row);
      }
      return [...byKey.values()].flatMap((members) => {
        const env = members[0] ?? { rows: [], parent };
        const group = { rows: members, chosen: [] };
        return having.every((one) => isTrue(one(env, state, group))) ? [{ env, group }] : [];
      });
    };
  }

  /** Values of the single output of each row; for `exists` the output may be anything. */
  private subQuery(select: Select, outer: Names): (state: State, env: Env) => Value[] {
    const names = this.names(select, outer, 'sql');
    const out = this.code(must(select.out[0], 'output').expr, names);
    if (!isGrouped(select)) {
      const rows = this.plainRows(select, names);
      return (state, parent) => rows(state, parent).map((env) => out(env, state, null));
    }
    const groups = this.plainGroups(select, names);
    return (state, parent) => groups(state, parent).map(({ env, group }) => out(env, state, group));
  }

  // --- values ---

  private code(expr: Expr, names: Names): Code {
    const of = (one: Expr): Code => this.code(one, names);
    const flip = (not: boolean, code: Code): Code =>
      not ? (env, state, group) => negated(code(env, state, group)) : code;
    switch (expr.k) {
      case 'value': {
        const { value } = expr;
        return () => value;
      }
      case 'column':
        return this.column(expr, names);
      case 'arith': {
        const [a, b] = [of(expr.a), of(expr.b)];
        const { op } = expr;
        return (env, state, group) => arithmetic(op, a(env, state, group), b(env, state, group));
      }
      case 'neg': {
        const a = of(expr.a);
        return (env, state, group) => arithmetic('-', 0, a(env, state, group));
      }
      case 'cmp': {
        const [a, b] = [of(expr.a), of(expr.b)];
        const { op } = expr;
        return (env, state, group) => compare(op, a(env, state, group), b(env, state, group));
      }
      case 'and':
      case 'or': {
        const [a, b] = [of(expr.a), of(expr.b)];
        const join = expr.k === 'and' ? both : either;
        return (env, state, group) => join(a(env, state, group), b(env, state, group));
      }
      case 'not':
        return flip(true, of(expr.a));
      case 'isNull': {
        const a = of(expr.a);
        const { not } = expr;
        return (env, state, group) => truth((a(env, state, group) === null) !== not);
      }
      case 'between': {
        const [a, lo, hi] = [of(expr.a), of(expr.lo), of(expr.hi)];
        return flip(expr.not, (env, state, group) => {
          const value = a(env, state, group);
          return both(
            compare('>=', value, lo(env, state, group)),
            compare('<=', value, hi(env, state, group)),
          );
        });
      }
      case 'in': {
        const a = of(expr.a);
        const list = expr.list.map(of);
        return flip(expr.not, (env, state, group) =>
          membership(
            a(env, state, group),
            list.map((one) => one(env, state, group)),
          ),
        );
      }
      case 'inSelect': {
        const a = of(expr.a);
        const rows = this.subQuery(expr.select, names);
        return flip(expr.not, (env, state, group) => membership(a(env, state, group), rows(state, env)));
      }
      case 'exists': {
        const rows = this.subQuery(expr.select, names);
        return flip(expr.not, (env, state) => truth(rows(state, env).length > 0));
      }
      case 'scalar': {
        const rows = this.subQuery(expr.select, names);
        return (env, state) => rows(state, env)[0] ?? null;
      }
      case 'case': {
        const base = expr.base === null ? null : of(expr.base);
        const whens = expr.whens.map(({ when, then }) => ({ when: of(when), then: of(then) }));
        const otherwise = expr.otherwise === null ? null : of(expr.otherwise);
        return (env, state, group) => {
          const value = base === null ? null : base(env, state, group);
          for (const { when, then } of whens) {
            const tested = when(env, state, group);
            const isMet = isTrue(base === null ? tested : compare('=', value, tested));
            if (isMet) return then(env, state, group);
          }
          return otherwise === null ? null : otherwise(env, state, group);
        };
      }
      case 'call': {
        const args = expr.args.map(of);
        const { name } = expr;
        return (env, state, group) => {
          const values = args.map((one) => one(env, state, group));
          if (name === 'coalesce') return values.find((one) => one !== null) ?? null;
          if (name !== 'abs') return extreme(name, values);
          const [value = null] = values;
          return value === null ? null : Math.abs(number(value));
        };
      }
      case 'contains': {
        const [array, a] = [of(expr.array), of(expr.a)];
        return (env, state, group) => {
          const text = array(env, state, group);
          const value = a(env, state, group);
          // The value is one of the elements; where there is no list there are none.
          return membership(value, text === null ? [] : (JSON.parse(String(text)) as Value[]));
        };
      }
      case 'aggregate':
        return this.aggregate(expr, names);
      case 'capacity':
        throw new TypeError('a capacity is no value');
    }
  }

  private column(expr: Extract<Expr, { k: 'column' }>, names: Names): Code {
    let depth = 0;
    for (let at: Names | null = names; at !== null; at = at.parent, depth += 1) {
      const found = at.slots.get(expr.alias);
      if (found === undefined) continue;
      const index = found.columns.indexOf(expr.column);
      if (index < 0) throw new TypeError(`no column ${expr.alias}.${expr.column}`);
      const { slot } = found;
      const chosen = at.chosen.indexOf(keyText(expr));
      if (depth === 0) {
        if (chosen >= 0) {
          // Beside aggregates a grouped decision is the group's; inside them the row's.
          return (env, _state, group) =>
            group === null ? (env.rows[slot]?.[index] ?? null) : (group.chosen[chosen] ?? null);
        }
        return (env) => env.rows[slot]?.[index] ?? null;
      }
      const up = depth;
      return (env) => {
        let around: Env | null = env;
        for (let i = 0; i < up; i += 1) around = around?.parent ?? null;
        return around?.rows[slot]?.[index] ?? null;
      };
    }
    throw new TypeError(`no alias ${expr.alias}`);
  }

  private aggregate(expr: Aggregate, names: Names): Code {
    const { name, distinct } = expr;
    const arg = expr.arg === null ? null : this.code(expr.arg, names);
    const filter = expr.filter === null ? null : this.code(expr.filter, names);
    const isDecision = names.guarded === true || this.shapes.mentions(expr, names.scope);
    const sumOfNothing = names.guarded !== 'sql' && isDecision ? 0 : null;
    return (_env, state, group) => {
      const { rows } = must(group, 'group');
      const counted = filter === null ? rows : rows.filter((row) => isTrue(filter(row, state, null)));
      const values = counted.map((row): Value => (arg === null ? 1 : arg(row, state, null)));
      return aggregate(name, distinct === true ? [...new Set(values)] : values, sumOfNothing);
    };
  }

  // --- policies ---

  private policy(policy: Policy): PolicyMeaning {
    const { select, parts, clause } = policy;
    const grouped = isGrouped(select, parts);
    const names = this.names(select, null, this.shapes.isGuarded(select));
    // Values of an expression on each row or group whose guard holds.
    const valuesOf = (part: Expr): ((state: State) => Value[]) => {
      const code = this.code(part, names);
      if (grouped) {
        const groups = this.groups(select, names);
        return (state) =>
          groups(state).flatMap(({ env, group, guard }) => (guard ? [code(env, state, group)] : []));
      }
      const rows = this.guardedRows(select, names);
      return (state) => rows(state).flatMap(({ env, guard }) => (guard ? [code(env, state, null)] : []));
    };
    const sign = clause === 'minimize' ? -1 : 1;
    const common = { name: policy.name, weight: sign * policy.weight, priority: policy.priority };
    const checks: ((state: State) => boolean)[] = [];
    const terms: ((state: State) => SoftMeaning)[] = [];
    for (const part of parts) {
      if (part.k === 'capacity') {
        const measure = this.capacity(select, part, names);
        if (clause !== 'check') terms.push((state) => ({ ...common, value: measure(state).balance }));
        else {
          checks.push((state) => measure(state).holds);
          if (part.name === 'capacity_constraint') {
            const name = `${policy.name}.balance`;
            terms.push((state) => ({ name, value: measure(state).balance, weight: 1, priority: 0 }));
          }
        }
        continue;
      }
      const values = valuesOf(part);
      if (clause === 'check') checks.push((state) => !values(state).some(isFalse));
      else {
        terms.push((state) => {
          const found = values(state);
          if (found.includes(null)) throw new Refused('null-term');
          return { ...common, value: found.reduce((sum: number, one) => sum + number(one), 0) };
        });
      }
    }
    return {
      policy,
      holds: (state) => checks.every((check) => check(state)),
      soft: (state) => terms.map((term) => term(state)),
    };
  }

  private capacity(
    select: Select,
    call: Capacity,
    names: Names,
  ): (state: State) => { holds: boolean; balance: number } {
    const groups = this.groups(select, names);
    const [decisionOf, keyCode, demandOf, capacityOf] = [
      call.decision,
      call.key,
      call.demand,
      call.capacity,
    ].map((one) => this.code(one, names));
    const read = (code: Code | undefined, env: Env, state: State): Value =>
      must(code, 'argument')(env, state, null);
    return (state) => {
      let holds = true;
      let balance = 0;
      for (const { rows } of groups(state)) {
        const capacities = new Map<Value, number>();
        for (const { env } of rows) {
          const capacity = read(capacityOf, env, state);
          const demand = read(demandOf, env, state);
          const key = read(keyCode, env, state);
          if (capacity === null || demand === null || number(capacity) < 0 || number(demand) < 0) {
            throw new Refused('bad-argument');
          }
          if (key === null) continue;
          if ((capacities.get(key) ?? capacity) !== capacity) throw new Refused('bad-argument');
          capacities.set(key, number(capacity));
        }
        const spare = new Map(capacities);
        for (const { env, guard } of rows) {
          const decision = read(decisionOf, env, state);
          // The missing side of an outer join decides nothing.
          if (decision === null) throw new Refused('bad-argument');
          if (!capacities.has(decision)) holds = false;
          const key = read(keyCode, env, state);
          if (key === null || !guard || key !== decision) continue;
          spare.set(key, must(spare.get(key), 'spare') - number(read(demandOf, env, state)));
        }
        const left = [...spare.values()];
        if (left.some((one) => one < 0)) holds = false;
        if (call.name === 'balance_convex') {
          for (const [one, size] of capacities) balance -= convexCost(size - (spare.get(one) ?? 0), size);
        } else if (left.length > 0) balance += Math.min(...left) - Math.max(...capacities.values());
      }
      return { holds, balance };
    };
  }
}

/** A unit of load costs 4, 12, 20 or 28 in the first to fourth quarter of the capacity and beyond it. */
function convexCost(load: number, capacity: number): number {
  const above = (quarters: number): number => Math.max(0, 4 * load - quarters * capacity);
  return above(0) + 2 * above(1) + 2 * above(2) + 2 * above(3);
}

const keyText = (expr: Expr): string => (expr.k === 'column' ? `${expr.alias}.${expr.column}` : '');

function combinations(domains: readonly (readonly Value[])[]): Value[][] {
  const [first, ...rest] = domains;
  if (first === undefined) return [[]];
  return first.flatMap((value) => combinations(rest).map((more) => [value, ...more]));
}
