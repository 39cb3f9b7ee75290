import type { Random } from '../../../engine/base/random.js';
import { seededRandom } from '../../../engine/base/random.js';
import type {
  AggregateName,
  Capacity,
  Column,
  Comparison,
  Expr,
  Policy,
  Select,
  Source,
  Table,
  View,
  World,
} from './language.js';

/** A column that an expression may name. */
interface Known {
  readonly alias: string;
  readonly column: string;
  readonly type: 'int' | 'text';
  readonly decision: boolean;
  readonly nullable: boolean;
  /** The decision over hosts itself, not what is made of it. */
  readonly places?: boolean;
}

/** What a relation offers to those who read it. */
interface Offer {
  readonly relation: string;
  /** A view of the policy set. */
  readonly ofPolicies: boolean;
  readonly columns: readonly Omit<Known, 'alias'>[];
}

const column = (known: Known): Expr => ({ k: 'column', alias: known.alias, column: known.column });
const value = (of: number | string | null): Expr => ({ k: 'value', value: of });
const equal = (a: Expr, b: Expr): Expr => ({ k: 'cmp', op: '=', a, b });

/** Most assignments that a case may have. */
const MOST_ASSIGNMENTS = 250;

/** Draws databases and policy sets of the slice; the same seed gives the same case. */
class Generator {
  private readonly random: Random;
  private readonly offers: Offer[] = [];
  /** Relations that the select being drawn may read. */
  private readable: readonly Offer[] = [];
  private aliases = 0;
  private textKeys = false;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  private below(bound: number): number {
    return this.random.below(bound);
  }

  private chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  private maybeNull(of: number): number | null {
    return this.chance(15) ? null : of;
  }

  world(): World {
    this.textKeys = this.chance(25);
    const keys = (this.textKeys ? ['a', 'b', 'c'] : [1, 2, 3]).slice(0, 1 + this.below(3));
    const host = this.host(keys);
    const item = this.item(keys, host);
    const tables = [host, item];
    for (const table of tables) {
      const columns = table.columns.map(({ name, type, decision }, i) => ({
        column: name,
        type,
        decision,
        nullable: i > 0 && !decision,
        places: name === 'controllable_h',
      }));
      this.offers.push({ relation: table.name, ofPolicies: false, columns });
    }
    const views: View[] = [];
    for (let i = this.below(3); i > 0; i -= 1) views.push(this.view(`v${i}`));
    const policies: Policy[] = [];
    for (let i = 1 + this.below(4); i > 0; i -= 1) policies.push(this.policy(`p${i}`));
    return { tables, views, policies };
  }

  private host(keys: readonly (number | string)[]): Table {
    const on = this.chance(25);
    const type = this.textKeys ? 'text' : 'integer';
    const columns: Column[] = [
      { name: 'id', type: this.textKeys ? 'text' : 'int', decision: false, domain: [] },
      { name: 'cap', type: 'int', decision: false, domain: [] },
      { name: 'zone', type: 'int', decision: false, domain: [] },
    ];
    if (on) columns.push({ name: 'controllable_on', type: 'int', decision: true, domain: [0, 1] });
    const declared = this.pick([
      'controllable_on boolean',
      'controllable_on integer check (controllable_on in (0, 1))',
    ]);
    const empty = this.chance(4);
    return {
      name: 'h',
      ddl: `create table h(id ${type} primary key, cap integer, zone integer${on ? `, ${declared}` : ''})`,
      columns,
      rows: empty
        ? []
        : keys.map((key) => [
            key,
            this.chance(5) ? null : this.below(5),
            this.maybeNull(this.below(2)),
            ...(on ? [this.pick([null, 0, 1])] : []),
          ]),
    };
  }

  private item(keys: readonly (number | string)[], host: Table): Table {
    const numbered = this.chance(35);
    const type = this.textKeys ? 'text' : 'integer';
    const domain = host.rows.length === 0 ? [] : keys;
    const columns: Column[] = [
      { name: 'id', type: 'int', decision: false, domain: [] },
      { name: 'g', type: 'int', decision: false, domain: [] },
      { name: 'w', type: 'int', decision: false, domain: [] },
      { name: 'controllable_h', type: this.textKeys ? 'text' : 'int', decision: true, domain },
    ];
    const range = this.pick([
      [0, 1],
      [0, 1, 2],
      [-1, 0, 2],
    ]);
    if (numbered) columns.push({ name: 'controllable_n', type: 'int', decision: true, domain: range });
    const extras = [
      ...(this.chance(8) ? [', unique (controllable_h)'] : []),
      ...(this.chance(8) ? [', unique (g, controllable_h)'] : []),
      ...(numbered && this.chance(15) ? [', check (controllable_n <> w)'] : []),
      ...(numbered && this.chance(15) ? [', check (controllable_n < 2 or g = 1)'] : []),
    ];
    const withoutRowid = this.chance(15);
    const strict = this.chance(50);
    const options = [strict ? 'strict' : '', withoutRowid ? 'without rowid' : ''].filter((one) => one !== '');
    const bounds = range[1] === 0 ? 'in (-1, 0, 2)' : `between 0 and ${range.length - 1}`;
    const ddl =
      `create table t(id integer primary key, g integer, w integer, controllable_h ${type} references h(id)` +
      `${numbered ? `, controllable_n integer check (controllable_n ${bounds})` : ''}${extras.join('')}) ${options.join(', ')}`;
    const rows: (number | string | null)[][] = [];
    const perRow = Math.max(1, domain.length) * (numbered ? range.length : 1);
    const open = host.columns.some((one) => one.decision) ? 2 ** host.rows.length : 1;
    const wanted = this.chance(5) ? 0 : 1 + this.below(4);
    for (let id = 1; id <= wanted && open * perRow ** id <= MOST_ASSIGNMENTS; id += 1) {
      rows.push([
        id,
        this.maybeNull(this.below(2)),
        this.maybeNull(this.below(4)),
        this.chance(40) || domain.length === 0 ? null : this.pick(domain),
        ...(numbered ? [null] : []),
      ]);
    }
    // Stored values must be storable; unique keys and checks accept null.
    if (extras.length > 0) for (const row of rows) row[3] = null;
    return { name: 't', ddl, columns, rows };
  }

  // --- selects ---

  private alias(): string {
    this.aliases += 1;
    return `a${this.aliases}`;
  }

  private known(offer: Offer, alias: string): Known[] {
    return offer.columns.map((one) => ({ ...one, alias }));
  }

  /** Row sources with their conditions; what they offer is added to `scope`. */
  private from(outer: readonly Known[], most: number): { sources: Source[]; local: Known[] } {
    const sources: Source[] = [];
    const local: Known[] = [];
    const count = this.chance(55) ? 1 : 1 + this.below(most);
    for (let i = 0; i < count; i += 1) {
      const offer = this.pick(this.readable);
      const alias = this.alias();
      const own = this.known(offer, alias);
      const join =
        i === 0 ? 'comma' : this.chance(10) ? 'left' : this.pick(['comma', 'inner', 'inner'] as const);
      const before = [...local];
      local.push(...own);
      const on: Expr[] = [];
      if (join === 'left') {
        const ground = [...before, ...own].filter((one) => !one.decision);
        on.push(
          this.link(
            own.filter((one) => !one.decision),
            before.filter((one) => !one.decision),
          ) ?? this.condition(ground, [], 0),
        );
        own.forEach((one, at) => (local[local.length - own.length + at] = { ...one, nullable: true }));
      } else if (join === 'inner') {
        on.push(this.link(own, before) ?? this.condition([...before, ...own], outer, 1));
        if (this.chance(20)) on.push(this.condition(local, outer, 1));
      }
      const nested = join !== 'left' && this.chance(8);
      sources.push({ alias, relation: offer.relation, join, on, nested });
    }
    return { sources, local };
  }

  /** `decision = key` or an equality of two columns of one type, as joins have them. */
  private link(own: readonly Known[], before: readonly Known[]): Expr | null {
    const pairs = own.flatMap((a) =>
      before
        .filter((b) => a.type === b.type && (a.decision !== b.decision || this.chance(25)))
        .map((b) => [a, b]),
    );
    if (pairs.length === 0 || this.chance(15)) return null;
    const [a, b] = this.pick(pairs);
    if (a === undefined || b === undefined) return null;
    return this.chance(50) ? equal(column(a), column(b)) : equal(column(b), column(a));
  }

  private where(local: readonly Known[], outer: readonly Known[], depth: number): Expr[] {
    const where: Expr[] = [];
    while (this.chance(35) && where.length < 2) where.push(this.condition(local, outer, depth));
    return where;
  }

  private view(name: string): View {
    const ofPolicies = this.chance(60);
    const grouped = ofPolicies && this.chance(40);
    // A view of the database knows nothing of the policy set's.
    const readable = ofPolicies ? this.offers : this.offers.filter((one) => !one.ofPolicies);
    this.readable = readable;
    const { sources, local } = this.from([], 2);
    const where = this.where(local, [], 1);
    if (!grouped) {
      const chosen = local.filter(() => this.chance(70));
      const out = (chosen.length === 0 ? local : chosen).map((one, i) => ({
        name: `c${i}`,
        expr: column(one),
        one,
      }));
      if (this.chance(30)) {
        const expr = this.integer(local, [], 1);
        const decision = true;
        out.push({ name: 'e', expr, one: { alias: '', column: 'e', type: 'int', decision, nullable: true } });
      }
      this.offers.push({
        relation: name,
        ofPolicies,
        columns: out.map(({ name: as, one }) => ({ ...one, column: as })),
      });
      const select = {
        from: sources,
        where,
        groupBy: [],
        having: [],
        out: out.map(({ name: as, expr }) => ({ name: as, expr })),
      };
      return { name, select, ofPolicies };
    }
    const keys = local.filter((one) => !one.decision && this.chance(40)).slice(0, 2);
    const aggregates = [this.aggregate(local, 'int'), this.aggregate(local, 'int')].slice(
      0,
      1 + this.below(2),
    );
    const having = this.chance(20) ? [this.groupCondition(keys, local)] : [];
    const out = [
      ...keys.map((one, i) => ({ name: `k${i}`, expr: column(one) })),
      ...aggregates.map((expr, i) => ({ name: `n${i}`, expr })),
    ];
    this.offers.push({
      relation: name,
      ofPolicies,
      columns: out.map((one, i) => ({
        column: one.name,
        type: keys[i]?.type ?? 'int',
        decision: true,
        nullable: true,
      })),
    });
    return { name, select: { from: sources, where, groupBy: keys.map(column), having, out }, ofPolicies };
  }

  private policy(name: string): Policy {
    this.readable = this.offers;
    if (this.chance(20)) return this.capacityPolicy(name);
    const { sources, local } = this.from([], 3);
    const where = this.where(local, [], 2);
    const clause: Policy['clause'] = this.chance(60) ? 'check' : this.pick(['maximize', 'minimize']);
    const weight = clause === 'check' ? 1 : this.pick([1, 1, 2, 0.5, 3, 0]);
    const priority = clause === 'check' ? 0 : this.pick([0, 0, 0, 1, -1]);
    const common = { name, clause, weight, priority };
    if (this.chance(40)) {
      const keys = local.filter((one) => !one.decision && this.chance(35)).slice(0, 2);
      const having = this.chance(20) ? [this.groupCondition(keys, local)] : [];
      const parts =
        clause === 'check'
          ? Array.from({ length: 1 + this.below(2) }, () => this.groupCondition(keys, local))
          : [this.groupTerm(keys, local)];
      return {
        ...common,
        select: { from: sources, where, groupBy: keys.map(column), having, out: [] },
        parts,
      };
    }
    const parts =
      clause === 'check'
        ? Array.from({ length: 1 + this.below(2) }, () => this.condition(local, [], 2))
        : [this.chance(50) ? this.integer(local, [], 2) : this.condition(local, [], 2)];
    return { ...common, select: { from: sources, where, groupBy: [], having: [], out: [] }, parts };
  }

  /** A relation that shows a decision over hosts as it is stored. */
  private itemOffer(): { offer: Offer; decision: string } {
    const found = this.offers.flatMap((offer) =>
      offer.columns.flatMap(({ column: name, places }) =>
        places === true ? [{ offer, decision: name }] : [],
      ),
    );
    return this.pick(found);
  }

  private capacityPolicy(name: string): Policy {
    const { offer, decision: place } = this.itemOffer();
    const items = this.known(offer, 'x');
    const ofKeys = this.chance(75) ? this.pick(this.offers.slice(0, 1)) : this.pick(this.offers);
    const hosts = this.known(ofKeys, 'y');
    const decision: Expr = { k: 'column', alias: 'x', column: place };
    const type = this.textKeys ? 'text' : 'int';
    const plain = (from: readonly Known[], wanted: 'int' | 'text'): readonly Known[] =>
      from.filter((one) => !one.decision && one.type === wanted);
    const keys = plain(hosts, type);
    const numbers = plain(items, 'int');
    const sizes = plain(hosts, 'int');
    const idKey = keys.find((one) => one.column === 'id');
    const key =
      idKey !== undefined && this.chance(80)
        ? column(idKey)
        : keys.length > 0
          ? column(this.pick(keys))
          : value(this.textKeys ? 'a' : 1);
    const on: Expr[] = this.chance(75) ? [equal(decision, key)] : [];
    const shared = plain(hosts, 'int').filter(() => numbers.length > 0 && this.chance(15));
    for (const one of shared.slice(0, 1)) on.push(equal(column(one), column(this.pick(numbers))));
    const demand = numbers.length > 0 && this.chance(75) ? column(this.pick(numbers)) : value(this.below(3));
    const cap = sizes.find((one) => one.column === 'cap');
    const capacity =
      cap !== undefined && this.chance(80)
        ? column(cap)
        : sizes.length > 0 && this.chance(50)
          ? column(this.pick(sizes))
          : value(2 + this.below(3));
    const present = (expr: Expr): Expr => ({ k: 'cmp', op: '>=', a: expr, b: value(0) });
    const where = [demand, capacity].filter((one) => one.k === 'column' && this.chance(85)).map(present);
    const guards = this.where(items, [], 1);
    const soft = this.chance(20);
    const call: Capacity = {
      k: 'capacity',
      name: soft ? 'balance' : this.pick(['capacity', 'capacity_constraint']),
      decision,
      key,
      demand,
      capacity,
    };
    const groups = [...items, ...hosts].filter((one) => !one.decision && this.chance(8)).slice(0, 2);
    const from: Source[] = [
      { alias: 'x', relation: offer.relation, join: 'comma', on: [] },
      {
        alias: 'y',
        relation: ofKeys.relation,
        join: 'inner',
        on: on.length === 0 ? [equal(value(1), value(1))] : on,
      },
    ];
    return {
      name,
      select: { from, where: [...where, ...guards], groupBy: groups.map(column), having: [], out: [] },
      clause: soft ? 'maximize' : 'check',
      parts: [call],
      weight: 1,
      priority: 0,
    };
  }

  // --- expressions ---

  private column(scope: readonly Known[], type: 'int' | 'text'): Known | null {
    const fitting = scope.filter((one) => one.type === type);
    if (fitting.length === 0) return null;
    const decisions = fitting.filter((one) => one.decision);
    return this.pick(decisions.length > 0 && this.chance(50) ? decisions : fitting);
  }

  private anyColumn(local: readonly Known[], outer: readonly Known[], type: 'int' | 'text'): Known | null {
    return (
      (outer.length > 0 && this.chance(35) ? this.column(outer, type) : null) ?? this.column(local, type)
    );
  }

  private literal(type: 'int' | 'text'): Expr {
    if (this.chance(4)) return value(null);
    return value(type === 'int' ? this.below(5) - 1 : this.pick(['a', 'b', 'c', 'z']));
  }

  private integer(local: readonly Known[], outer: readonly Known[], depth: number): Expr {
    const inner = (): Expr => this.integer(local, outer, depth - 1);
    const leaf = (): Expr => {
      const found = this.chance(70) ? this.anyColumn(local, outer, 'int') : null;
      return found === null ? this.literal('int') : column(found);
    };
    if (depth <= 0) return leaf();
    switch (this.below(10)) {
      case 0:
      case 1:
        return { k: 'arith', op: this.pick(['+', '-']), a: inner(), b: inner() };
      case 2:
        return { k: 'arith', op: '*', a: inner(), b: this.chance(70) ? value(this.below(4) - 1) : leaf() };
      case 3:
        return { k: 'neg', a: inner() };
      case 4:
        return this.condition(local, outer, depth - 1);
      case 5:
        return { k: 'scalar', select: this.subSelect(local, outer, depth - 1, 'aggregate') };
      default:
        return leaf();
    }
  }

  private side(local: readonly Known[], outer: readonly Known[], depth: number, type: 'int' | 'text'): Expr {
    if (type === 'int') return this.integer(local, outer, depth);
    const found = this.chance(75) ? this.anyColumn(local, outer, 'text') : null;
    return found === null ? this.literal('text') : column(found);
  }

  private condition(local: readonly Known[], outer: readonly Known[], depth: number): Expr {
    const inner = (): Expr => this.condition(local, outer, depth - 1);
    const hasText = [...local, ...outer].some((one) => one.type === 'text');
    const type = hasText && this.chance(40) ? 'text' : 'int';
    const side = (): Expr => this.side(local, outer, depth - 1, type);
    const not = this.chance(30);
    const kind = depth <= 0 ? this.below(4) : this.below(14);
    switch (kind) {
      case 4:
      case 5:
        return { k: this.pick(['and', 'or']), a: inner(), b: inner() };
      case 6:
        return { k: 'not', a: inner() };
      case 7:
        if (type === 'text')
          return { k: 'in', not, a: side(), list: [this.literal('text'), this.literal('text')] };
        return { k: 'between', not, a: side(), lo: side(), hi: side() };
      case 8:
      case 9: {
        const list = Array.from({ length: this.below(4) }, () =>
          this.chance(80) ? this.literal(type) : side(),
        );
        return { k: 'in', not, a: side(), list };
      }
      case 10:
      case 11:
        return { k: 'inSelect', not, a: side(), select: this.subSelect(local, outer, depth - 1, type) };
      case 12:
        return { k: 'exists', not, select: this.subSelect(local, outer, depth - 1, 'any') };
      case 13: {
        const ground = local.filter((one) => !one.decision && one.nullable);
        if (ground.length > 0) return { k: 'isNull', not, a: column(this.pick(ground)) };
        return { k: 'cmp', op: this.comparison(type), a: side(), b: side() };
      }
      default:
        return { k: 'cmp', op: this.comparison(type), a: side(), b: side() };
    }
  }

  private comparison(type: 'int' | 'text'): Comparison {
    if (type === 'text') return this.pick(['=', '=', '!=']);
    return this.pick(['=', '=', '!=', '<', '<=', '>', '>=']);
  }

  private subSelect(
    around: readonly Known[],
    outer: readonly Known[],
    depth: number,
    what: 'int' | 'text' | 'any' | 'aggregate',
  ): Select {
    const visible = [...around, ...outer];
    const { sources, local } = this.from(visible, 2);
    const where: Expr[] = [];
    if (this.chance(60)) {
      const linked = this.link(local, visible);
      if (linked !== null) where.push(linked);
    }
    where.push(...this.where(local, visible, depth));
    const out = (expr: Expr): Select['out'] => [{ name: 'o', expr }];
    const select = { from: sources, where, groupBy: [], having: [] };
    if (what === 'aggregate') {
      const name = this.pick(['sum', 'count', 'count'] as const);
      // An aggregate over outer columns alone would belong to the select around it.
      const own = this.column(local, 'int');
      const plain = name === 'count' && this.chance(60);
      const arg: Expr | null =
        plain || own === null
          ? null
          : this.chance(70)
            ? column(own)
            : { k: 'arith', op: this.pick(['+', '-']), a: column(own), b: this.integer(local, visible, 0) };
      if (arg === null) {
        return { ...select, out: out({ k: 'aggregate', name: 'count', arg, filter: null }) };
      }
      return { ...select, out: out({ k: 'aggregate', name, arg, filter: null }) };
    }
    if (what === 'any') return { ...select, out: out(value(1)) };
    const found = this.column(local, what);
    const expr = found === null || this.chance(10) ? this.side(local, visible, 0, what) : column(found);
    if (found !== null && !found.decision && this.chance(15)) {
      const having: Expr[] = [
        {
          k: 'cmp',
          op: this.comparison('int'),
          a: { k: 'aggregate', name: 'count', arg: null, filter: null },
          b: value(this.below(3)),
        },
      ];
      return { from: sources, where, groupBy: [column(found)], having, out: out(column(found)) };
    }
    return { ...select, distinct: this.chance(15), out: out(expr) };
  }

  private aggregate(local: readonly Known[], type: 'int' | 'bool'): Expr {
    const filter = this.chance(15) ? this.condition(local, [], 0) : null;
    const names: readonly AggregateName[] =
      type === 'int' ? ['sum', 'sum', 'count', 'count'] : ['any', 'all', 'all_different', 'all_equal'];
    const name = this.pick(names);
    if (name === 'count' && this.chance(50)) return { k: 'aggregate', name, arg: null, filter };
    const distinct = name === 'count' && this.chance(25);
    if (name === 'any' || name === 'all') {
      return { k: 'aggregate', name, arg: this.condition(local, [], 1), filter };
    }
    const found = this.column(local, this.textKeys && this.chance(50) ? 'text' : 'int');
    const plain = found !== null && (found.type === 'int' || name !== 'sum') && this.chance(70);
    return {
      k: 'aggregate',
      name,
      distinct,
      arg: plain ? column(found) : this.integer(local, [], 1),
      filter,
    };
  }

  private groupTerm(keys: readonly Known[], local: readonly Known[]): Expr {
    const numbers = keys.filter((one) => one.type === 'int');
    switch (this.below(5)) {
      case 0:
        return {
          k: 'arith',
          op: this.pick(['+', '-']),
          a: this.aggregate(local, 'int'),
          b: this.groupTerm(keys, local),
        };
      case 1:
        return numbers.length > 0 ? column(this.pick(numbers)) : value(this.below(4));
      case 2:
        return this.aggregate(local, 'bool');
      default:
        return this.aggregate(local, 'int');
    }
  }

  private groupCondition(keys: readonly Known[], local: readonly Known[]): Expr {
    switch (this.below(5)) {
      case 0:
        return this.aggregate(local, 'bool');
      case 1:
        return {
          k: this.pick(['and', 'or']),
          a: this.groupCondition(keys, local),
          b: this.groupCondition(keys, local),
        };
      case 2:
        return { k: 'not', a: this.groupCondition(keys, local) };
      default:
        return {
          k: 'cmp',
          op: this.comparison('int'),
          a: this.aggregate(local, 'int'),
          b: this.groupTerm(keys, local),
        };
    }
  }
}

export function randomWorld(seed: number): World {
  return new Generator(seed).world();
}
