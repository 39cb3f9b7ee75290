import { must } from '../base/assert.js';
import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import type { DecisionResidual, SelectPlan } from '../lower/plan.js';
import type { Literal, VariableId } from '../model/model.js';
import { FALSE } from '../model/model.js';
import type { Binding, Environment } from './environment.js';
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
    const loaded = plan.components.map((component): readonly Binding[] =>
      component.kind === 'derived'
        ? this.context.derivedRows(component.plan, parent).map(({ cells }) => ({ kind: 'derived', cells }))
        : this.context.componentRows(component, parent).map((row) => ({ kind: 'row', row })),
    );
    const someRow = loaded.every((rows) => rows.length > 0);
    const constants = this.constantBindings(plan, loaded);
    const domains = plan.groupBy.map((key) => (key.kind === 'decision' && someRow ? this.domain(key) : []));
    if (plan.groupBy.length === 0) {
      if (someRow || always) open(constants, []);
    } else if (someRow) this.openKeys(plan, parent, loaded, constants, domains, open);
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

  private keyIn(key: SelectPlan['groupBy'][number], environment: Environment): RowKey {
    const symbol = this.context.evaluate(key, environment);
    if (symbol.kind === 'value') return { kind: 'value', value: symbol.value };
    if (key.kind === 'decision' && symbol.kind === 'choice')
      return { kind: 'decision', variable: symbol.variable, text: symbol.text };
    throw new GroundError(
      'lower/unsupported',
      'a group by what a view computes from decisions is not supported',
      key.span,
      'group by a column of the view that is one of its own groups, or by the decision itself',
    );
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
  private constantBindings(plan: SelectPlan, loaded: readonly (readonly Binding[])[]): (Binding | null)[] {
    return plan.components.map((component, i) => {
      const isConstant = component.kind === 'query' && component.tableless;
      return isConstant ? (loaded[i]?.[0] ?? null) : null;
    });
  }

  /** One group per combination of keys: components meet only in decision conditions, so every combination has a row. */
  private openKeys(
    plan: SelectPlan,
    parent: Environment | null,
    loaded: readonly (readonly Binding[])[],
    constants: readonly (Binding | null)[],
    domains: readonly (readonly SqlValue[])[],
    open: (bindings: readonly (Binding | null)[], keys: readonly SqlValue[]) => void,
  ): void {
    const plain = plan.groupBy.filter((key) => key.kind !== 'decision');
    const components = [...new Set(plain.map((key) => key.component))];
    const valueIn = (key: SelectPlan['groupBy'][number], bindings: readonly (Binding | null)[]): SqlValue => {
      const found = this.keyIn(key, { plan, bindings, parent });
      return found.kind === 'value' ? found.value : null;
    };
    const distinct = components.map((component) => {
      const own = plain.filter((key) => key.component === component);
      const seen = new Map<string, Binding>();
      for (const binding of must(loaded[component], 'rows')) {
        const alone = plan.components.map((_one, i) => (i === component ? binding : null));
        const id = keyText(own.map((key) => valueIn(key, alone)));
        if (!seen.has(id)) seen.set(id, binding);
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
      chooseValues([...keys, valueIn(key, bindings)]);
    };
    const step = (at: number): void => {
      const component = components[at];
      if (component === undefined) {
        chooseValues([]);
        return;
      }
      for (const binding of must(distinct[at], 'keys')) {
        bindings[component] = binding;
        step(at + 1);
      }
    };
    step(0);
  }
}

function keyText(values: readonly SqlValue[]): string {
  return values.map((value) => `${typeof value}:${String(value)}`).join('\0');
}
