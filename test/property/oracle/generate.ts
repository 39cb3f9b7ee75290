import { Draw } from './draw.js';
import type { Known, Offer } from './expressions.js';
import { Expressions, asExpr } from './expressions.js';
import type { Capacity, Expr, Policy, Select, Source, Table, View, World } from './language.js';
import { columnOf, equal, hasAggregate, literal } from './language.js';
import { drawTables } from './tables.js';

/** Draws databases and policy sets of the whole language. */
class Generator {
  private readonly draw: Draw;
  private readonly offers: Offer[] = [];
  private readonly tables: readonly Table[];
  private readonly domains: readonly Policy[];
  private readonly expressions: Expressions;
  private readonly textKeys: boolean;

  constructor(seed: number) {
    this.draw = new Draw(seed);
    const { tables, domains, textKeys } = drawTables(this.draw);
    this.tables = tables;
    this.domains = domains;
    this.textKeys = textKeys;
    this.expressions = new Expressions(this.draw, textKeys);
  }

  world(): World {
    const { draw } = this;
    for (const table of this.tables) {
      const columns = table.columns.map(({ name, type, decision }, i) => ({
        column: name,
        type: name === 'js' ? ('list' as const) : type,
        decision,
        nullable: i > 0 && !decision,
        ...(decision ? { stored: name === 'controllable_h' ? ('h' as const) : ('other' as const) } : {}),
      }));
      this.offers.push({ relation: table.name, ofPolicies: false, isTable: true, columns });
    }
    const views: View[] = [];
    for (let i = draw.below(3); i > 0; i -= 1) views.push(this.view(`v${i}`));
    const policies: Policy[] = [];
    for (let i = 1 + draw.below(4); i > 0; i -= 1) policies.push(this.policy(`p${i}`));
    return { tables: this.tables, views, policies: [...this.domains, ...policies] };
  }

  /** Keys of groups among the ground columns. */
  private keys(local: readonly Known[], percent: number): Known[] {
    return local
      .filter((one) => !one.decision && one.type !== 'list' && this.draw.chance(percent))
      .slice(0, 2);
  }

  private view(name: string): View {
    const { draw, expressions } = this;
    const ofPolicies = draw.chance(60);
    const isGrouped = ofPolicies && draw.chance(40);
    // A view of the database knows nothing of the policy set's.
    expressions.readable = ofPolicies ? this.offers : this.offers.filter((one) => !one.ofPolicies);
    expressions.isPlain = !ofPolicies;
    const { sources, local } = expressions.from([], 2);
    const where = expressions.where(local, [], 1);
    const common = { from: sources, where, groupBy: [], having: [] };
    if (!isGrouped) {
      const chosen = local.filter(() => draw.chance(70));
      const out: { name: string; expr: Expr; one: Known }[] = (chosen.length === 0 ? local : chosen).map(
        (one, i) => ({ name: `c${i}`, expr: asExpr(one), one }),
      );
      if (draw.chance(30)) {
        const one = { alias: '', column: 'e', type: 'int', decision: true, nullable: true } as const;
        out.push({ name: 'e', expr: expressions.integer(local, [], 1), one });
      }
      const columns = out.map(({ name: as, one }) => ({ ...one, column: as }));
      expressions.isPlain = false;
      this.offers.push({ relation: name, ofPolicies, isTable: false, columns });
      const select = { ...common, out: out.map(({ name: as, expr }) => ({ name: as, expr })) };
      return { name, select, ofPolicies };
    }
    const keys = draw.chance(25) ? [] : this.keys(local, 40);
    const isOrdered = false;
    const values = [expressions.aggregate(local, 'int', isOrdered)];
    if (draw.chance(50)) values.push(expressions.groupTerm(keys, local, isOrdered));
    const having = draw.chance(20) ? [expressions.groupCondition(keys, local, isOrdered)] : [];
    const out = [
      ...keys.map((one, i) => ({ name: `k${i}`, expr: asExpr(one) })),
      ...values.map((expr, i) => ({ name: `n${i}`, expr })),
    ];
    const columns = out.map((one, i) => ({
      column: one.name,
      type: keys[i]?.type ?? 'int',
      decision: true,
      nullable: true,
    }));
    this.offers.push({ relation: name, ofPolicies, isTable: false, columns });
    return { name, select: { ...common, groupBy: keys.map(asExpr), having, out }, ofPolicies };
  }

  private policy(name: string): Policy {
    const { draw, expressions } = this;
    expressions.readable = this.offers;
    if (draw.chance(15)) return this.capacityPolicy(name);
    if (draw.chance(15)) return this.matchedPolicy(name);
    const { sources, local } = expressions.from([], 3);
    const where = expressions.where(local, [], 2);
    const common = this.head(name);
    const { clause } = common;
    const select: Select = { from: sources, where, groupBy: [], having: [], out: [] };
    if (!draw.chance(45)) {
      const parts =
        clause === 'check'
          ? Array.from({ length: 1 + draw.below(2) }, () => expressions.condition(local, [], 2))
          : [
              this.term(
                draw.chance(60) ? expressions.integer(local, [], 2) : expressions.condition(local, [], 2),
              ),
            ];
      return { ...common, select, parts };
    }
    const orderBy = this.order(sources);
    const isOrdered = orderBy !== null;
    const keys = this.keys(local, 35);
    const decisions = local.filter((one) => one.stored !== undefined && !one.nullable);
    if (decisions.length > 0 && draw.chance(12)) keys.splice(0, 1, draw.pick(decisions));
    const having = draw.chance(20) ? [expressions.groupCondition(keys, local, isOrdered)] : [];
    const parts =
      clause === 'check'
        ? Array.from({ length: 1 + draw.below(2) }, () => expressions.groupCondition(keys, local, isOrdered))
        : [this.term(expressions.groupTerm(keys, local, isOrdered))];
    // No group at all would be a policy on rows.
    if (keys.length === 0 && ![...parts, ...having].some(hasAggregate)) {
      parts.splice(0, 1, expressions.aggregate(local, clause === 'check' ? 'bool' : 'int', isOrdered));
    }
    const grouped = { ...select, groupBy: keys.map(asExpr), having };
    const sorted = orderBy === null || orderBy.length === 0 ? grouped : { ...grouped, orderBy };
    return { ...common, select: sorted, parts };
  }

  private head(name: string): Pick<Policy, 'name' | 'clause' | 'weight' | 'priority'> {
    const { draw } = this;
    const clause: Policy['clause'] = draw.chance(60) ? 'check' : draw.pick(['maximize', 'minimize']);
    const weight = clause === 'check' ? 1 : draw.pick([1, 1, 2, 0.5, 3, 0]);
    const priority = clause === 'check' ? 0 : draw.pick([0, 0, 0, 1, -1]);
    return { name, clause, weight, priority };
  }

  /** Rows that choose another row by a decision, and mostly by a column of their own; often grouped by what they choose. */
  private matchedPolicy(name: string): Policy {
    const { draw, expressions } = this;
    const placing = this.offers.flatMap((from) =>
      from.columns.flatMap(({ column, stored }) => (stored === 'h' ? [{ offer: from, place: column }] : [])),
    );
    const { offer, place } = draw.pick(placing);
    const of = draw.pick(this.offers.filter(({ relation }) => relation === 'h' || relation === 'z'));
    const items = offer.columns.map((one) => ({ ...one, alias: 'x' }));
    const chosen = of.columns.map((one) => ({ ...one, alias: 'y' }));
    const numbers = (from: readonly Known[]): readonly Known[] =>
      from.filter(({ type, decision }) => type === 'int' && !decision);
    const on = [equal(columnOf('y', of.relation === 'z' ? 'k' : 'id'), columnOf('x', place))];
    const own = numbers(items);
    if (own.length > 0 && draw.chance(75)) {
      const column = of.relation === 'z' ? columnOf('y', 'a') : asExpr(draw.pick(numbers(chosen)));
      on.push(equal(column, asExpr(draw.pick(own))));
    }
    const from: Source[] = [
      { alias: 'x', relation: offer.relation, join: 'comma', on: [] },
      { alias: 'y', relation: of.relation, join: 'inner', on },
    ];
    const local = [...items, ...chosen];
    const where = draw.chance(40) ? expressions.where(local, [], 1) : [];
    const common = this.head(name);
    const isCheck = common.clause === 'check';
    const select: Select = { from, where, groupBy: [], having: [], out: [] };
    if (draw.chance(25)) {
      const part = isCheck
        ? expressions.condition(local, [], 1)
        : this.term(expressions.integer(local, [], 1));
      return { ...common, select, parts: [part] };
    }
    const keys = [...this.keys(chosen, 60), ...this.keys(items, 10)];
    const part = isCheck
      ? expressions.groupCondition(keys, local, false)
      : this.term(expressions.groupTerm(keys, local, false));
    const whole = keys.length > 0 || hasAggregate(part);
    const parts = whole ? [part] : [expressions.aggregate(local, isCheck ? 'bool' : 'int', false)];
    return { ...common, select: { ...select, groupBy: keys.map(asExpr) }, parts };
  }

  /** A soft term, often with a value for null, which would be refused. */
  private term(expr: Expr): Expr {
    if (!this.draw.chance(55)) return expr;
    return { k: 'call', name: 'coalesce', args: [expr, literal(this.draw.below(3))] };
  }

  /** An order in which no two rows tie, none where the key of the one table gives it, or null. */
  private order(sources: readonly Source[]): NonNullable<Select['orderBy']> | null {
    const { draw } = this;
    const tables = sources.map(({ relation }) => this.tables.find((one) => one.name === relation));
    if (!tables.every((one) => one !== undefined && one.name !== 'z')) return null;
    if (sources.length === 1 && sources[0]?.nested !== true && draw.chance(50)) return [];
    if (sources.some(({ join }) => join === 'left')) return null;
    return sources.map(({ alias }) => ({ by: columnOf(alias, 'id'), descending: draw.chance(40) }));
  }

  private capacityPolicy(name: string): Policy {
    const { draw, expressions } = this;
    const placing = this.offers.flatMap((from) =>
      from.columns.flatMap(({ column, stored }) => (stored === 'h' ? [{ offer: from, place: column }] : [])),
    );
    const { offer, place } = draw.pick(placing);
    const items = offer.columns.map((one) => ({ ...one, alias: 'x' }));
    const ofKeys = draw.chance(75) ? draw.pick(this.offers.slice(0, 1)) : draw.pick(this.offers);
    const hosts = ofKeys.columns.map((one) => ({ ...one, alias: 'y' }));
    const decision = columnOf('x', place);
    const type = this.textKeys ? 'text' : 'int';
    const ground = (from: readonly Known[], wanted: 'int' | 'text'): readonly Known[] =>
      from.filter((one) => !one.decision && one.type === wanted);
    const keys = ground(hosts, type);
    const numbers = ground(items, 'int');
    const sizes = ground(hosts, 'int');
    const idKey = keys.find((one) => one.column === 'id');
    const key =
      idKey !== undefined && draw.chance(80)
        ? asExpr(idKey)
        : keys.length > 0
          ? asExpr(draw.pick(keys))
          : literal(this.textKeys ? 'a' : 1);
    const on: Expr[] = draw.chance(75) ? [equal(decision, key)] : [];
    const shared = sizes.filter(() => numbers.length > 0 && draw.chance(20));
    const matched = shared.slice(0, 1).map((one) => ({ one, other: draw.pick(numbers) }));
    for (const { one, other } of matched) on.push(equal(asExpr(one), asExpr(other)));
    const demand =
      numbers.length > 0 && draw.chance(75) ? asExpr(draw.pick(numbers)) : literal(draw.below(3));
    const cap = sizes.find((one) => one.column === 'cap');
    const capacity =
      cap !== undefined && draw.chance(80)
        ? asExpr(cap)
        : sizes.length > 0 && draw.chance(50)
          ? asExpr(draw.pick(sizes))
          : literal(2 + draw.below(3));
    const present = (expr: Expr): Expr => ({ k: 'cmp', op: '>=', a: expr, b: literal(0) });
    const where = [demand, capacity].filter((one) => one.k === 'column' && draw.chance(85)).map(present);
    expressions.readable = this.offers;
    const guards = expressions.where(items, [], 1);
    const isSoft = draw.chance(25);
    const call: Capacity = {
      k: 'capacity',
      name: isSoft
        ? draw.pick(['balance', 'balance_convex'])
        : draw.pick(['capacity', 'capacity_constraint']),
      decision,
      key,
      demand,
      capacity,
    };
    const groups = draw.chance(50)
      ? matched.map(({ one, other }) => draw.pick([one, other]))
      : this.keys([...items, ...hosts], 8);
    const from: Source[] = [
      { alias: 'x', relation: offer.relation, join: 'comma', on: [] },
      {
        alias: 'y',
        relation: ofKeys.relation,
        join: 'inner',
        on: on.length === 0 ? [equal(literal(1), literal(1))] : on,
      },
    ];
    const more = !isSoft && draw.chance(15) ? [expressions.aggregate(items, 'bool', false)] : [];
    return {
      name,
      select: { from, where: [...where, ...guards], groupBy: groups.map(asExpr), having: [], out: [] },
      clause: isSoft ? draw.pick(['maximize', 'maximize', 'minimize']) : 'check',
      parts: [call, ...more],
      weight: isSoft ? draw.pick([1, 2, 0.5]) : 1,
      priority: isSoft ? draw.below(2) : 0,
    };
  }
}

export function randomWorld(seed: number): World {
  return new Generator(seed).world();
}
