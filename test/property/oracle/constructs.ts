import { must } from '../../../engine/base/assert.js';
import type { Expr, Policy, Select, World } from './language.js';
import { isGrouped, operands, partsOf, subQueryOf } from './language.js';
import type { Scope } from './shape.js';
import { Shapes } from './shape.js';

/** Names of the constructs over decisions that a policy uses, those of its views included. */
export function constructsOf(world: World, policy: Policy): ReadonlySet<string> {
  return new Walk(world).policy(policy);
}

class Walk {
  private readonly found = new Set<string>();
  private readonly shapes: Shapes;

  constructor(private readonly world: World) {
    this.shapes = new Shapes(world);
  }

  policy(policy: Policy): ReadonlySet<string> {
    const { select, parts, clause } = policy;
    const scope = this.shapes.scopeOf(select, null);
    this.found.add(clause);
    this.select(select, null);
    for (const part of parts) {
      if (part.k === 'aggregate') this.found.add(`${clause} ${part.name}`);
      this.expression(part, scope);
    }
    if (isGrouped(select, parts) && this.shapes.isGuarded(select)) this.found.add('groups of guarded rows');
    return this.found;
  }

  private select(select: Select, parent: Scope | null): void {
    const scope = this.shapes.scopeOf(select, parent);
    for (const { relation, join, on, nested } of select.from) {
      const view = this.world.views.find((one) => one.name === relation);
      if (join === 'left') this.found.add('left join');
      if (nested === true) this.found.add('sub-select in from');
      if (view !== undefined) {
        const kind = isGrouped(view.select) ? 'view that groups' : 'view';
        this.found.add(view.ofPolicies ? `${kind} of the policy set` : `${kind} of the database`);
        this.select(view.select, null);
      }
      this.conditions(on, scope, 'on');
    }
    if (select.from.length > 1) this.found.add('join');
    this.conditions(select.where, scope, 'where');
    for (const by of select.groupBy)
      if (this.shapes.mentions(by, scope)) this.found.add('group by a decision');
    const guarded = parent === null && this.shapes.isGuarded(select);
    for (const one of select.having.flatMap(operands)) {
      const reads = this.shapes.readsDecision(one, scope, guarded);
      this.found.add(reads ? 'having on decisions' : 'having on ground values');
      this.expression(one, scope);
    }
    if ((select.orderBy ?? []).length > 0) this.found.add('order by');
    for (const { expr } of select.out) this.expression(expr, scope);
  }

  private conditions(all: readonly Expr[], scope: Scope, where: string): void {
    for (const one of all.flatMap(operands)) {
      if (this.shapes.mentions(one, scope)) this.found.add(`decision condition in ${where}`);
      this.expression(one, scope);
    }
  }

  private expression(expr: Expr, scope: Scope): void {
    const below = subQueryOf(expr);
    const reads = (one: Expr): boolean => this.shapes.mentions(one, scope);
    if (below !== null) this.select(below, scope);
    if (reads(expr) || expr.k === 'aggregate') this.found.add(this.nameOf(expr, reads, scope));
    for (const part of partsOf(expr)) this.expression(part, scope);
  }

  private nameOf(expr: Expr, reads: (one: Expr) => boolean, scope: Scope): string {
    const not = 'not' in expr && expr.not ? 'not ' : '';
    const rows = (select: Select): string =>
      this.shapes.selectMentions(select, scope) ? 'rows of decisions' : 'ground rows';
    switch (expr.k) {
      case 'column':
        return this.isText(expr) ? 'text decision' : 'decision';
      case 'arith':
        return `${reads(expr.a) ? 'x' : '1'} ${expr.op} ${reads(expr.b) ? 'x' : '1'}`;
      case 'neg':
        return 'unary -';
      case 'cmp':
        return expr.op;
      case 'inSelect':
        return `${reads(expr.a) ? 'x' : '1'} ${not}in (${rows(expr.select)})`;
      case 'exists':
        return `${not}exists`;
      case 'scalar': {
        const { expr: head } = must(expr.select.out[0], 'head');
        return `scalar sub-query: ${head.k === 'aggregate' ? head.name : head.k}`;
      }
      case 'call':
        return expr.name === 'abs' || expr.name === 'coalesce' ? expr.name : `${expr.name}(a, b)`;
      case 'aggregate':
        return `${expr.name}${expr.distinct === true ? ' distinct' : ''}${expr.filter === null ? '' : ' filter'}`;
      case 'capacity':
        return expr.name;
      case 'case':
        return expr.base === null ? 'case when' : 'case x when';
      case 'between':
      case 'in':
      case 'isNull':
        return `${not}${expr.k}`;
      default:
        return expr.k;
    }
  }

  private isText({ alias, column }: Extract<Expr, { k: 'column' }>): boolean {
    return (
      this.world.tables.some(({ columns }) =>
        columns.some((one) => one.name === column && one.type === 'text'),
      ) && alias !== ''
    );
  }
}

/** What became of the policies that use a construct. */
export interface Tally {
  policies: number;
  refused: number;
  /** In worlds with an answer, and without one. */
  feasible: number;
  infeasible: number;
}

export class Tallies {
  readonly byConstruct = new Map<string, Tally>();

  add(world: World, policy: Policy, fate: 'refused' | 'feasible' | 'infeasible'): void {
    for (const name of constructsOf(world, policy)) {
      const tally = this.byConstruct.get(name) ?? { policies: 0, refused: 0, feasible: 0, infeasible: 0 };
      tally.policies += 1;
      tally[fate] += 1;
      this.byConstruct.set(name, tally);
    }
  }

  /** One line per construct. */
  lines(): string[] {
    return [...this.byConstruct]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, { policies, refused, feasible, infeasible }]) =>
          `${name.padEnd(36)} ${String(policies).padStart(6)} policies, ${percent(refused, policies)} refused, ` +
          `${percent(feasible, policies)} in a world with an answer, ${percent(infeasible, policies)} without`,
      );
  }
}

const percent = (part: number, whole: number): string =>
  `${Math.round((100 * part) / Math.max(1, whole))}`.padStart(3) + ' %';
