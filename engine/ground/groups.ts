import { must } from '../base/assert.js';
import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import type { DecisionResidual, SelectPlan, SlotResidual } from '../lower/plan.js';
import type { Literal, VariableId } from '../model/model.js';
import { FALSE } from '../model/model.js';
import type { Binding, ComponentRows, Environment } from './environment.js';
import { GroundError } from './ground-error.js';
import type { RowContext, RowJoiner } from './guarded-rows.js';
import type { Symbol } from './symbol.js';
import { valueSymbol } from './symbol.js';

/** One row of a group with the literal that says whether it counts. */
export interface GuardedRow {
  readonly environment: Environment;
  readonly guard: Literal;
}

export interface Group {
  /** Binds the components that the `group by` columns come from. */
  readonly representative: Environment;
  readonly keys: readonly SqlValue[];
  /** The keys as symbols. */
  readonly keySymbols: readonly Symbol[];
  readonly rows: readonly GuardedRow[];
  /** True for the groups of a sub-query, which keep SQL's own meaning. */
  readonly always: boolean;
}

interface Draft {
  readonly representative: Environment;
  readonly keys: readonly SqlValue[];
  readonly rows: GuardedRow[];
}

/** More groups than this by values of decisions are refused. */
const MOST_GROUPS = 10_000;

interface GroupContext extends RowContext {
  readonly joiner: RowJoiner;
  /** The values a decision may take, coded, or null where they are not known to be finitely many. */
  domainOf(variable: VariableId): readonly number[] | null;
  sqlValueOf(text: boolean, code: number): SqlValue;
  /** Values of a decision column over all rows; null for more than `most`. */
  columnDomain(relation: Relation, column: string, most: number): readonly SqlValue[] | null;
}

/** What a `group by` key is in one row: a value, or a decision that may take several. */
type RowKey =
  | { readonly kind: 'value'; readonly value: SqlValue }
  | { readonly kind: 'decision'; readonly variable: VariableId; readonly text: boolean };

/** Forms the groups of selects. */
export class Groups {
  constructor(private readonly context: GroupContext) {}

  /**
   * The groups of a select, in the order of its rows.
   * - A group exists even when no guard in it can hold: its keys come from the rows without their guards.
   * - A decision among the keys makes one group per value of its domain, whatever rows come to be in it.
   * - No row at all makes no group, unless `always` asks for SQL's single row.
   */
  of(plan: SelectPlan, parent: Environment | null, always: boolean): Group[] {
    const groups = new Map<string, Draft>();
    const open = (bindings: readonly (Binding | null)[], keys: readonly SqlValue[]): void => {
      const id = keyText(keys);
      if (!groups.has(id)) groups.set(id, { representative: { plan, bindings, parent }, keys, rows: [] });
    };
    const loaded = plan.components.map((component) =>
      component.kind === 'derived'
        ? this.context.derivedRows(component.plan, parent).map((): readonly SqlValue[] => [])
        : this.context.componentRows(component, parent),
    );
    const someRow = loaded.every((rows) => rows.length > 0);
    const constants = this.constantBindings(plan, loaded);
    const domains = plan.groupBy.map((key) => (key.kind === 'decision' && someRow ? this.domain(key) : []));
    if (plan.groupBy.length === 0) {
      if (someRow || always) open(constants, []);
    } else if (someRow) this.openKeys(plan, loaded, constants, domains, open);
    this.context.joiner.join(plan, parent, (environment, guard) => {
      const keys = plan.groupBy.map((key) => this.keyIn(key, environment));
      this.file(groups, keys, { environment, guard });
    });
    return [...groups.values()].map((group) => ({
      ...group,
      keySymbols: group.keys.map(valueSymbol),
      always,
    }));
  }

  private keyIn(key: SlotResidual | DecisionResidual, environment: Environment): RowKey {
    if (key.kind === 'slot') {
      const binding = environment.bindings[key.component];
      return { kind: 'value', value: binding?.kind === 'row' ? (binding.row[key.slot] ?? null) : null };
    }
    const symbol = this.context.evaluate(key, environment);
    if (symbol.kind === 'choice') return { kind: 'decision', variable: symbol.variable, text: symbol.text };
    return { kind: 'value', value: symbol.kind === 'value' ? symbol.value : null };
  }

  /** Puts a row into the group of its keys; where a key is a decision, into each group that it may choose. */
  private file(groups: ReadonlyMap<string, Draft>, keys: readonly RowKey[], row: GuardedRow): void {
    const step = (at: number, values: readonly SqlValue[], guard: Literal): void => {
      if (guard === FALSE) return;
      const key = keys[at];
      if (key === undefined) {
        this.context.spend(1);
        must(groups.get(keyText(values)), 'group of a row').rows.push({ ...row, guard });
        return;
      }
      if (key.kind === 'value') {
        step(at + 1, [...values, key.value], guard);
        return;
      }
      for (const code of this.context.domainOf(key.variable) ?? []) {
        const chosen = this.context.member(key.variable, [code]);
        const value = this.context.sqlValueOf(key.text, code);
        step(at + 1, [...values, value], this.context.and([guard, chosen]));
      }
    };
    step(0, [], row.guard);
  }

  /** Every value that a decision column may take in some row of its table. */
  private domain(key: DecisionResidual): readonly SqlValue[] {
    const values = this.context.columnDomain(key.relation, key.column, MOST_GROUPS);
    if (values === null) throw this.tooWide(key.span, `has more than ${MOST_GROUPS} values or no bound`);
    return values;
  }

  private tooWide(span: Span, why: string): GroundError {
    return new GroundError(
      'ground/unbounded-decision',
      `\`group by\` makes a group for every value of this decision, which ${why}`,
      span,
      'bound the decision with a `check`, or reference a table',
    );
  }

  /** What reads no table is the same in every row, so a group may read it too. */
  private constantBindings(plan: SelectPlan, loaded: readonly ComponentRows[]): (Binding | null)[] {
    return plan.components.map((component, i) => {
      const row = loaded[i]?.[0];
      const isConstant = component.kind === 'query' && component.tableless && row !== undefined;
      return isConstant ? { kind: 'row', row } : null;
    });
  }

  /** One group per combination of keys: components meet only in decision conditions, so every combination has a row. */
  private openKeys(
    plan: SelectPlan,
    loaded: readonly ComponentRows[],
    constants: readonly (Binding | null)[],
    domains: readonly (readonly SqlValue[])[],
    open: (bindings: readonly (Binding | null)[], keys: readonly SqlValue[]) => void,
  ): void {
    const slots = plan.groupBy.filter((key): key is SlotResidual => key.kind === 'slot');
    const components = [...new Set(slots.map((slot) => slot.component))];
    const distinct = components.map((component) => {
      const own = slots.filter((slot) => slot.component === component);
      const seen = new Map<string, readonly SqlValue[]>();
      for (const row of must(loaded[component], 'rows')) {
        const id = keyText(own.map((slot) => row[slot.slot] ?? null));
        if (!seen.has(id)) seen.set(id, row);
      }
      return [...seen.values()];
    });
    const bindings = [...constants];
    const chooseValues = (keys: readonly SqlValue[]): void => {
      const key = plan.groupBy[keys.length];
      if (key === undefined) {
        this.context.spend(1);
        open([...bindings], keys);
        return;
      }
      if (key.kind === 'decision') {
        for (const value of must(domains[keys.length], 'domain')) chooseValues([...keys, value]);
        return;
      }
      const binding = bindings[key.component];
      chooseValues([...keys, binding?.kind === 'row' ? (binding.row[key.slot] ?? null) : null]);
    };
    const step = (at: number): void => {
      const component = components[at];
      if (component === undefined) {
        chooseValues([]);
        return;
      }
      for (const row of must(distinct[at], 'keys')) {
        bindings[component] = { kind: 'row', row };
        step(at + 1);
      }
    };
    step(0);
  }
}

function keyText(values: readonly SqlValue[]): string {
  return values.map((value) => `${typeof value}:${String(value)}`).join('\0');
}
