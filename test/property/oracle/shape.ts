import { must } from '../../../engine/base/assert.js';
import type { Expr, Select, View, World } from './language.js';
import { hasAggregate, isGrouped, operands, partsOf, subQueryOf } from './language.js';

/** Which text mentions a decision: a question of names alone, whatever the rows. */

/** Columns of each alias in scope, true where they depend on decisions. */
export interface Scope {
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, boolean>>;
  readonly parent: Scope | null;
}

export interface RelationShape {
  readonly columns: ReadonlyMap<string, boolean>;
  /** Its very rows depend on decisions. */
  readonly rows: boolean;
}

export class Shapes {
  private readonly views: ReadonlyMap<string, View>;
  private readonly known = new Map<string, RelationShape>();

  constructor(private readonly world: World) {
    this.views = new Map(world.views.map((view) => [view.name, view]));
  }

  of(relation: string): RelationShape {
    const known = this.known.get(relation);
    if (known !== undefined) return known;
    const table = this.world.tables.find((one) => one.name === relation);
    let shape: RelationShape;
    if (table !== undefined) {
      shape = { columns: new Map(table.columns.map((one) => [one.name, one.decision])), rows: false };
    } else {
      const { select } = must(this.views.get(relation), relation);
      const inside = this.scopeOf(select, null);
      const rows = this.dependsByRows(select, null);
      const outs = select.out.map((out) => this.mentions(out.expr, inside));
      // A grouped view over decisions is a decision expression wherever it is used.
      const whole = isGrouped(select) && (rows || outs.includes(true));
      shape = { columns: new Map(select.out.map((out, i) => [out.name, whole || outs[i] === true])), rows };
    }
    this.known.set(relation, shape);
    return shape;
  }

  scopeOf(select: Select, parent: Scope | null): Scope {
    const aliases = select.from.map((one): [string, ReadonlyMap<string, boolean>] => [
      one.alias,
      this.of(one.relation).columns,
    ]);
    return { aliases: new Map(aliases), parent };
  }

  private dependsByRows(select: Select, parent: Scope | null): boolean {
    const scope = this.scopeOf(select, parent);
    return (
      select.from.some(
        (one) => this.of(one.relation).rows || one.on.some((on) => this.mentions(on, scope)),
      ) || [...select.where, ...select.groupBy, ...select.having].some((one) => this.mentions(one, scope))
    );
  }

  selectMentions(select: Select, parent: Scope | null): boolean {
    const scope = this.scopeOf(select, parent);
    return this.dependsByRows(select, parent) || select.out.some((out) => this.mentions(out.expr, scope));
  }

  mentions(expr: Expr, scope: Scope): boolean {
    if (expr.k === 'capacity') return true;
    if (expr.k === 'column') {
      for (let at: Scope | null = scope; at !== null; at = at.parent) {
        const columns = at.aliases.get(expr.alias);
        if (columns !== undefined) return must(columns.get(expr.column), expr.column);
      }
      throw new TypeError(`no alias ${expr.alias}`);
    }
    const below = subQueryOf(expr);
    return (
      (below !== null && this.selectMentions(below, scope)) ||
      partsOf(expr).some((one) => this.mentions(one, scope))
    );
  }

  /** True where some row may have a false guard; else an aggregate of ground values is SQL's own. */
  isGuarded(select: Select): boolean {
    const scope = this.scopeOf(select, null);
    const conditions = [
      ...select.where,
      ...select.from.flatMap((one) => (one.join === 'left' ? [] : one.on)),
    ];
    return (
      conditions.some((one) => this.mentions(one, scope)) ||
      select.groupBy.some((one) => this.mentions(one, scope)) ||
      select.from.some(({ relation }) => {
        const view = this.views.get(relation);
        if (view === undefined) return false;
        if (!isGrouped(view.select)) return this.isGuarded(view.select);
        // The groups of a view exist; only a `having` on decisions makes guards of them.
        const inside = this.scopeOf(view.select, null);
        const guarded = this.isGuarded(view.select);
        return view.select.having.flatMap(operands).some((one) => this.readsDecision(one, inside, guarded));
      })
    );
  }

  /** An aggregate over guarded rows is a decision value, whatever it adds up. */
  readsDecision(expr: Expr, scope: Scope, guarded: boolean): boolean {
    return this.mentions(expr, scope) || (guarded && hasAggregate(expr));
  }
}
