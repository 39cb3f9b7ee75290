import type { Store } from '../../../engine/store/store.js';
import type { Expr, Policy, Select, World } from './language.js';
import { isGrouped, partsOf, subQueryOf } from './language.js';
import { print, printBody, printSelect } from './print.js';
import { namedBy, selectsOf } from './reads.js';
import { Shapes } from './shape.js';

/**
 * Where a policy is plain SQL, SQL says what it means: the text of the policy is asked of SQLite over a database
 * that holds the assignment. A policy is not plain where it calls what only the language has, or where groups that
 * no row belongs to would have to exist.
 */
export interface PlainPolicy {
  readonly policy: Policy;
  /** One number: 1 where some row or group violates the policy. */
  readonly violated: readonly string[];
  /** The soft term and how many of its values are null. */
  readonly soft: string | null;
}

const LANGUAGE = new Set(['any', 'all', 'all_different', 'all_equal', 'increasing']);

class Plainness {
  private readonly shapes: Shapes;

  constructor(private readonly world: World) {
    this.shapes = new Shapes(world);
  }

  private isPlainExpr(expr: Expr): boolean {
    if (expr.k === 'contains' || expr.k === 'capacity') return false;
    if (expr.k === 'aggregate' && LANGUAGE.has(expr.name)) return false;
    const below = subQueryOf(expr);
    return (
      (below === null || this.isPlainSelect(below)) && partsOf(expr).every((one) => this.isPlainExpr(one))
    );
  }

  private expressionsOf(select: Select): Expr[] {
    return [
      ...select.from.flatMap((one) => one.on),
      ...select.where,
      ...select.groupBy,
      ...select.having,
      ...select.out.map((out) => out.expr),
    ];
  }

  /** A sub-query or a select without groups. */
  private isPlainSelect(select: Select): boolean {
    return (
      this.expressionsOf(select).every((one) => this.isPlainExpr(one)) &&
      select.from.every(({ relation }) => this.isPlainRelation(relation))
    );
  }

  private isPlainRelation(relation: string): boolean {
    const view = this.world.views.find((one) => one.name === relation);
    if (view === undefined) return true;
    if (!isGrouped(view.select)) return this.isPlainSelect(view.select);
    return view.select.groupBy.length > 0 && this.isPlainGroups(view.select);
  }

  /** Groups are SQL's where no row has a guard; a sum of decisions that are all null is 0, in SQL null. */
  private isPlainGroups(select: Select): boolean {
    if (this.shapes.isGuarded(select)) return false;
    const scope = this.shapes.scopeOf(select, null);
    const hasDecisionSum = (expr: Expr): boolean =>
      (expr.k === 'aggregate' && expr.name === 'sum' && this.shapes.mentions(expr, scope)) ||
      partsOf(expr).some(hasDecisionSum);
    return this.isPlainSelect(select) && !this.expressionsOf(select).some(hasDecisionSum);
  }

  isPlain({ select, parts }: Policy): boolean {
    const whole = selectsOf(select, parts);
    return isGrouped(select, parts) ? this.isPlainGroups(whole) : this.isPlainSelect(whole);
  }
}

/** The plain policies of a world as queries. */
export function plainPolicies(world: World): PlainPolicy[] {
  const plainness = new Plainness(world);
  return world.policies.flatMap((policy): PlainPolicy[] => {
    const { select, parts, clause } = policy;
    if (!plainness.isPlain(policy)) return [];
    const body = printBody({ ...select, orderBy: [] });
    const ofGroups = isGrouped(select, parts);
    const valuesOf = (part: Expr): string =>
      ofGroups
        ? `(select ${print(part)} as v, count(*) as n${body}) where n > 0`
        : `(select ${print(part)} as v${body})`;
    if (clause === 'check') {
      const violated = parts.map((part) => `select coalesce(max(v = 0), 0) from ${valuesOf(part)}`);
      return [{ policy, violated, soft: null }];
    }
    const [term] = parts;
    if (term === undefined) return [];
    const soft = `select coalesce(sum(v), 0), count(*) - count(v) from ${valuesOf(term)}`;
    return [{ policy, violated: [], soft }];
  });
}

/** Lets the database know the views of the policy set that plain policies read. */
export function addPolicyViews(store: Store, world: World, plain: readonly PlainPolicy[]): void {
  const wanted = new Set(plain.flatMap(({ policy }) => [...namedBy(selectsOf(policy.select, policy.parts))]));
  for (const view of [...world.views].reverse()) {
    if (wanted.has(view.name)) for (const name of namedBy(view.select)) wanted.add(name);
  }
  for (const view of world.views) {
    if (view.ofPolicies && wanted.has(view.name))
      store.script(`create view ${view.name} as ${printSelect(view.select)}`);
  }
}
