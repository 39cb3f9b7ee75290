import type { Draw } from './draw.js';
import type { AggregateName, Comparison, Expr, Select, Source, ValueType } from './language.js';
import { columnOf, equal, literal } from './language.js';

/** A column that an expression may name. */
export interface Known {
  readonly alias: string;
  readonly column: string;
  readonly type: ValueType | 'list';
  readonly decision: boolean;
  readonly nullable: boolean;
  /** A decision as it is stored, not what is made of it; `h` where it chooses a host. */
  readonly stored?: 'h' | 'other';
}

/** What a relation offers to those who read it. */
export interface Offer {
  readonly relation: string;
  /** A view of the policy set. */
  readonly ofPolicies: boolean;
  readonly isTable: boolean;
  readonly columns: readonly Omit<Known, 'alias'>[];
}

export const asExpr = (known: Known): Expr => columnOf(known.alias, known.column);

type Local = readonly Known[];

/** Draws selects and expressions over the relations in `readable`. */
export class Expressions {
  /** Relations that the select being drawn may read. */
  readable: readonly Offer[] = [];
  /** What is drawn is SQLite's own: no function that only the language has. */
  isPlain = false;
  private aliases = 0;

  constructor(
    private readonly draw: Draw,
    private readonly textKeys: boolean,
  ) {}

  private alias(): string {
    this.aliases += 1;
    return `a${this.aliases}`;
  }

  // --- selects ---

  /** Row sources with their conditions; what they offer is `local`. */
  from(outer: Local, most: number): { sources: Source[]; local: Known[] } {
    const { draw } = this;
    const sources: Source[] = [];
    const local: Known[] = [];
    const count = draw.chance(55) ? 1 : 1 + draw.below(most);
    for (let i = 0; i < count; i += 1) {
      const offer = draw.pick(this.readable);
      const alias = this.alias();
      const own = offer.columns.map((one) => ({ ...one, alias }));
      const join =
        i === 0 ? 'comma' : draw.chance(10) ? 'left' : draw.pick(['comma', 'inner', 'inner'] as const);
      const before = [...local];
      local.push(...own);
      const on: Expr[] = [];
      if (join === 'left') {
        const ground = (some: Local): Known[] => some.filter((one) => !one.decision);
        on.push(this.link(ground(own), ground(before)) ?? this.condition(ground([...before, ...own]), [], 0));
        own.forEach((one, at) => (local[local.length - own.length + at] = { ...one, nullable: true }));
      } else if (join === 'inner') {
        on.push(this.link(own, before) ?? this.condition([...before, ...own], outer, 1));
        if (draw.chance(20)) on.push(this.condition(local, outer, 1));
      }
      const nested = join !== 'left' && draw.chance(8);
      sources.push({ alias, relation: offer.relation, join, on, nested });
    }
    return { sources, local };
  }

  /** `decision = key` or an equality of two columns of one type, as joins have them. */
  link(own: Local, before: Local): Expr | null {
    const { draw } = this;
    const pairs = own.flatMap((a) =>
      before
        .filter(
          (b) => a.type === b.type && a.type !== 'list' && (a.decision !== b.decision || draw.chance(25)),
        )
        .map((b): [Known, Known] => [a, b]),
    );
    if (pairs.length === 0 || draw.chance(15)) return null;
    const [a, b] = draw.pick(pairs);
    return draw.chance(50) ? equal(asExpr(a), asExpr(b)) : equal(asExpr(b), asExpr(a));
  }

  where(local: Local, outer: Local, depth: number): Expr[] {
    const where: Expr[] = [];
    while (this.draw.chance(35) && where.length < 2) where.push(this.condition(local, outer, depth));
    return where;
  }

  private subSelect(
    around: Local,
    outer: Local,
    depth: number,
    what: ValueType | 'any' | 'aggregate' | 'average',
  ): Select {
    const { draw } = this;
    const visible = [...around, ...outer];
    const { sources, local } = this.from(visible, 2);
    const where: Expr[] = [];
    if (draw.chance(60)) {
      const linked = this.link(local, visible);
      if (linked !== null) where.push(linked);
    }
    where.push(...this.where(local, visible, depth));
    const out = (expr: Expr): Select['out'] => [{ name: 'o', expr }];
    const select = { from: sources, where, groupBy: [], having: [] };
    if (what === 'any') return { ...select, out: out(literal(1)) };
    if (what === 'aggregate' || what === 'average') {
      const name = what === 'average' ? 'avg' : draw.pick(['sum', 'count', 'count', 'min', 'max'] as const);
      // An aggregate over outer columns alone would belong to the select around it.
      const own = this.column(local, 'int');
      if (own === null || (name === 'count' && draw.chance(50))) {
        return { ...select, out: out({ k: 'aggregate', name: 'count', arg: null, filter: null }) };
      }
      const arg: Expr = draw.chance(70)
        ? asExpr(own)
        : { k: 'arith', op: draw.pick(['+', '-']), a: asExpr(own), b: this.integer(local, visible, 0) };
      const distinct = name === 'count' && draw.chance(20);
      return { ...select, out: out({ k: 'aggregate', name, distinct, arg, filter: null }) };
    }
    const found = this.column(local, what);
    if (found !== null && !found.decision && draw.chance(15)) {
      const counted = draw.chance(60) ? null : this.column(local, 'int');
      const name: AggregateName = counted === null ? 'count' : draw.pick(['sum', 'min', 'max']);
      const arg = counted === null ? null : asExpr(counted);
      const having: Expr[] = [
        {
          k: 'cmp',
          op: this.comparison('int'),
          a: { k: 'aggregate', name, arg, filter: null },
          b: literal(draw.below(3)),
        },
      ];
      return { ...select, groupBy: [asExpr(found)], having, out: out(asExpr(found)) };
    }
    const expr = found === null || draw.chance(10) ? this.side(local, visible, 0, what) : asExpr(found);
    return { ...select, distinct: draw.chance(15), out: out(expr) };
  }

  // --- values ---

  column(scope: Local, type: ValueType): Known | null {
    const fitting = scope.filter((one) => one.type === type);
    if (fitting.length === 0) return null;
    const decisions = fitting.filter((one) => one.decision);
    return this.draw.pick(decisions.length > 0 && this.draw.chance(50) ? decisions : fitting);
  }

  private anyColumn(local: Local, outer: Local, type: ValueType): Known | null {
    const around = outer.length > 0 && this.draw.chance(35) ? this.column(outer, type) : null;
    return around ?? this.column(local, type);
  }

  private literal(type: ValueType): Expr {
    if (this.draw.chance(4)) return literal(null);
    return literal(type === 'int' ? this.draw.below(5) - 1 : this.draw.pick(['a', 'b', 'c', 'z']));
  }

  integer(local: Local, outer: Local, depth: number): Expr {
    const { draw } = this;
    const inner = (): Expr => this.integer(local, outer, depth - 1);
    const leaf = (): Expr => {
      const found = draw.chance(70) ? this.anyColumn(local, outer, 'int') : null;
      return found === null ? this.literal('int') : asExpr(found);
    };
    if (depth <= 0) return leaf();
    switch (draw.below(16)) {
      case 0:
      case 1:
        return { k: 'arith', op: draw.pick(['+', '-']), a: inner(), b: inner() };
      case 2:
        return { k: 'arith', op: '*', a: inner(), b: draw.chance(50) ? literal(draw.below(4) - 1) : leaf() };
      case 3:
        return { k: 'neg', a: inner() };
      case 4:
        return this.condition(local, outer, depth - 1);
      case 5:
        return { k: 'scalar', select: this.subSelect(local, outer, depth - 1, 'aggregate') };
      case 6:
        return {
          k: 'arith',
          op: draw.pick(['/', '%']),
          a: inner(),
          b: draw.chance(60) ? literal(draw.below(5) - 1) : leaf(),
        };
      case 7:
        return this.choice(local, outer, depth, 'int');
      case 8:
        return { k: 'call', name: 'abs', args: [inner()] };
      case 9:
        return { k: 'call', name: draw.pick(['min', 'max']), args: [inner(), inner()] };
      case 10:
        return { k: 'call', name: 'coalesce', args: [inner(), literal(draw.below(4))] };
      default:
        return leaf();
    }
  }

  /** `case`, searched or over a value. */
  private choice(local: Local, outer: Local, depth: number, type: ValueType): Expr {
    const { draw } = this;
    const isSearched = draw.chance(60);
    const whens = Array.from({ length: 1 + draw.below(2) }, () => ({
      when: isSearched ? this.condition(local, outer, depth - 1) : this.literal('int'),
      then: this.side(local, outer, depth - 1, type),
    }));
    const otherwise = draw.chance(70) ? this.side(local, outer, depth - 1, type) : null;
    return { k: 'case', base: isSearched ? null : this.integer(local, outer, depth - 1), whens, otherwise };
  }

  private side(local: Local, outer: Local, depth: number, type: ValueType): Expr {
    const { draw } = this;
    if (type === 'int') return this.integer(local, outer, depth);
    if (depth > 0 && draw.chance(8)) return this.choice(local, outer, depth, 'text');
    const found = draw.chance(75) ? this.anyColumn(local, outer, 'text') : null;
    if (found !== null && draw.chance(5)) {
      return { k: 'call', name: 'coalesce', args: [asExpr(found), literal('z')] };
    }
    return found === null ? this.literal('text') : asExpr(found);
  }

  comparison(type: ValueType): Comparison {
    if (type === 'text') return this.draw.pick(['=', '=', '=', '<>', '<>', '<', '>=']);
    return this.draw.pick(['=', '=', '<>', '<', '<=', '>', '>=']);
  }

  condition(local: Local, outer: Local, depth: number): Expr {
    const { draw } = this;
    const inner = (): Expr => this.condition(local, outer, depth - 1);
    const hasText = [...local, ...outer].some((one) => one.type === 'text');
    const type = hasText && draw.chance(40) ? 'text' : 'int';
    const side = (): Expr => this.side(local, outer, depth - 1, type);
    const not = draw.chance(30);
    const hasList = [...local, ...outer].some((one) => one.type === 'list');
    const kind = depth <= 0 ? draw.below(4) : hasList && draw.chance(12) ? 14 : draw.below(17);
    switch (kind) {
      case 4:
      case 5:
        return { k: draw.pick(['and', 'or']), a: inner(), b: inner() };
      case 6:
        return { k: 'not', a: inner() };
      case 7:
        return { k: 'between', not, a: side(), lo: side(), hi: side() };
      case 8:
      case 9: {
        const list = Array.from({ length: draw.below(4) }, () =>
          draw.chance(80) ? this.literal(type) : side(),
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
        if (ground.length > 0) return { k: 'isNull', not, a: asExpr(draw.pick(ground)) };
        return { k: 'cmp', op: this.comparison(type), a: side(), b: side() };
      }
      case 14: {
        const lists = this.isPlain ? [] : [...local, ...outer].filter((one) => one.type === 'list');
        const keyType = this.textKeys ? 'text' : 'int';
        if (lists.length > 0) {
          return {
            k: 'contains',
            array: asExpr(draw.pick(lists)),
            a: this.side(local, outer, depth - 1, keyType),
          };
        }
        return this.truthValue(local, outer) ?? { k: 'cmp', op: this.comparison(type), a: side(), b: side() };
      }
      case 15:
        if (draw.chance(25)) {
          const average = this.subSelect(local, outer, depth - 1, 'average');
          return {
            k: 'cmp',
            op: this.comparison('int'),
            a: { k: 'scalar', select: average },
            b: this.integer(local, outer, 0),
          };
        }
        return { k: 'cmp', op: this.comparison(type), a: side(), b: side() };
      default:
        return { k: 'cmp', op: this.comparison(type), a: side(), b: side() };
    }
  }

  /** A number where a condition stands: true where it is neither 0 nor null. */
  private truthValue(local: Local, outer: Local): Expr | null {
    const found = this.anyColumn(local, outer, 'int');
    return found === null ? null : asExpr(found);
  }

  // --- groups ---

  aggregate(local: Local, type: 'int' | 'bool', isOrdered: boolean): Expr {
    const { draw } = this;
    const filter = draw.chance(12) ? this.condition(local, [], 0) : null;
    const names: readonly AggregateName[] =
      type === 'int'
        ? ['sum', 'sum', 'count', 'count', 'min', 'max']
        : ['any', 'all', 'all_different', 'all_equal', isOrdered ? 'increasing' : 'any'];
    const name = draw.pick(names);
    if (name === 'count' && draw.chance(40)) return { k: 'aggregate', name, arg: null, filter };
    if (name === 'any' || name === 'all') {
      return { k: 'aggregate', name, arg: this.condition(local, [], 1), filter };
    }
    const distinct = name === 'count' && draw.chance(35);
    const isOfAnyType = name === 'count' || name === 'all_different' || name === 'all_equal';
    const found = this.column(local, isOfAnyType && draw.chance(35) ? 'text' : 'int');
    const arg = found !== null && draw.chance(70) ? asExpr(found) : this.integer(local, [], 1);
    return { k: 'aggregate', name, distinct, arg, filter };
  }

  /** A number made of a group. */
  groupTerm(keys: Local, local: Local, isOrdered: boolean): Expr {
    const { draw } = this;
    const numbers = keys.filter((one) => one.type === 'int');
    const inner = (): Expr => this.groupTerm(keys, local, isOrdered);
    switch (draw.below(11)) {
      case 0:
        return {
          k: 'arith',
          op: draw.pick(['+', '-', '*']),
          a: this.aggregate(local, 'int', isOrdered),
          b: inner(),
        };
      case 1:
      case 2:
        return numbers.length > 0 ? asExpr(draw.pick(numbers)) : literal(draw.below(4));
      case 3:
        return this.aggregate(local, 'bool', isOrdered);
      case 4:
        return {
          k: 'call',
          name: 'coalesce',
          args: [this.aggregate(local, 'int', isOrdered), literal(draw.below(3))],
        };
      case 5:
        return {
          k: 'case',
          base: null,
          whens: [{ when: this.groupCondition(keys, local, isOrdered), then: inner() }],
          otherwise: draw.chance(70) ? inner() : null,
        };
      default:
        return this.aggregate(local, 'int', isOrdered);
    }
  }

  groupCondition(keys: Local, local: Local, isOrdered: boolean): Expr {
    const { draw } = this;
    const inner = (): Expr => this.groupCondition(keys, local, isOrdered);
    const term = (): Expr => this.groupTerm(keys, local, isOrdered);
    const number = (): Expr => this.aggregate(local, 'int', isOrdered);
    switch (draw.below(14)) {
      case 0:
      case 1:
      case 2:
        return this.aggregate(local, 'bool', isOrdered);
      case 3:
        return { k: draw.pick(['and', 'or']), a: inner(), b: inner() };
      case 4:
        return { k: 'not', a: inner() };
      case 5: {
        const found = this.column(local, 'int');
        const average: Expr = {
          k: 'aggregate',
          name: 'avg',
          arg: found === null ? this.integer(local, [], 1) : asExpr(found),
          filter: null,
        };
        return {
          k: 'cmp',
          op: this.comparison('int'),
          a: average,
          b: draw.chance(60) ? literal(draw.below(4)) : term(),
        };
      }
      case 6:
        return { k: 'between', not: draw.chance(25), a: number(), lo: literal(draw.below(3)), hi: term() };
      case 7:
        return {
          k: 'in',
          not: draw.chance(40),
          a: number(),
          list: [this.literal('int'), this.literal('int')],
        };
      default:
        return { k: 'cmp', op: this.comparison('int'), a: number(), b: term() };
    }
  }
}
