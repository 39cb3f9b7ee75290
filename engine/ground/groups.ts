import { must } from '../base/assert.js';
import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import type { AggregateResidual, DecisionResidual, SelectPlan } from '../lower/plan.js';
import type { LinearExpression, Literal, VariableId } from '../model/model.js';
import { FALSE } from '../model/model.js';
import type { Binding, Environment } from './environment.js';
import { GroundError } from './ground-error.js';
import { ChosenSums } from './chosen-sums.js';
import type { ChosenSumsContext } from './chosen-sums.js';
import { matchText } from './guarded-rows.js';
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
  /** Made when first asked for. */
  readonly rows: () => readonly GuardedRow[];
  /** What needs no rows: sums over the rows that a decision puts into the group; null where rows are needed. */
  readonly sumOf: (aggregate: AggregateResidual) => LinearExpression | null;
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

interface GroupContext extends ChosenSumsContext {
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
      const id = matchText(keys);
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
    if (plan.groupBy.length === 0 && (always || (someRow && plan.matches.length === 0))) open(constants, []);
    else if (someRow) this.openKeys(plan, parent, loaded, constants, domains, open);
    let isFiled = false;
    const file = (): void => {
      if (isFiled) return;
      isFiled = true;
      this.context.joiner.join(plan, parent, (environment, guard) => {
        const keys = plan.groupBy.map((key) => this.keyIn(key, environment));
        this.file(groups, keys, { environment, guard });
      });
    };
    const sums = always || groups.size === 0 ? null : ChosenSums.of(plan, parent, this.context);
    if (sums === null) file();
    return [...groups.values()].map((group) => ({
      representative: group.representative,
      keys: group.keys,
      keySymbols: group.keys.map(valueSymbol),
      rows: () => {
        file();
        return group.rows;
      },
      sumOf: (aggregate) => sums?.of(aggregate, matchText(group.keys)) ?? null,
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
        must(groups.get(matchText(values)), 'group of a row').rows.push({ ...row, guard });
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

  /**
   * One group per combination of keys that matching rows have: what else stands between components is a condition
   * on decisions, which forms no group.
   */
  private openKeys(
    plan: SelectPlan,
    parent: Environment | null,
    loaded: readonly (readonly Binding[])[],
    constants: readonly (Binding | null)[],
    domains: readonly (readonly SqlValue[])[],
    open: (bindings: readonly (Binding | null)[], keys: readonly SqlValue[]) => void,
  ): void {
    const plain = plan.groupBy.filter((key) => key.kind !== 'decision');
    const ofKeys = new Set(plain.map((key) => key.component));
    const matched = plan.matches.flatMap(({ left, right }) => [left.component, right.component]);
    const components = [...new Set([...ofKeys, ...matched])];
    const valueIn = (key: SelectPlan['groupBy'][number], bindings: readonly (Binding | null)[]): SqlValue => {
      const found = this.keyIn(key, { plan, bindings, parent });
      return found.kind === 'value' ? found.value : null;
    };
    const distinct = components.map((component) => {
      const own = plain.filter((key) => key.component === component);
      const seen = new Map<string, Binding>();
      for (const binding of must(loaded[component], 'rows')) {
        const alone = plan.components.map((_one, i) => (i === component ? binding : null));
        const values = own.map((key) => valueIn(key, alone));
        const slots = matchedSlots(plan, component);
        if (binding.kind === 'row') values.push(...slots.map((slot) => binding.row[slot] ?? null));
        const id = matchText(values);
        if (!seen.has(id)) seen.set(id, binding);
      }
      return [...seen.values()];
    });
    const bindings = [...constants];
    const indices = new Map<string, Map<string, number[]>>();
    const chooseValues = (keys: readonly SqlValue[]): void => {
      const key = plan.groupBy[keys.length];
      if (key === undefined) {
        this.context.spend(1);
        open(
          bindings.map((binding, i) => (ofKeys.has(i) ? binding : (constants[i] ?? null))),
          keys,
        );
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
      const rows = must(distinct[at], 'keys');
      for (const index of matchedRows(plan, components.slice(0, at), component, rows, bindings, indices)) {
        bindings[component] = must(rows[index], 'row');
        step(at + 1);
      }
    };
    step(0);
  }
}

/** Slots of a component that matches read. */
function matchedSlots(plan: SelectPlan, component: number): number[] {
  return plan.matches.flatMap(({ left, right }) =>
    [left, right].filter((slot) => slot.component === component).map(({ slot }) => slot),
  );
}

const rowOf = (binding: Binding | null | undefined): readonly SqlValue[] =>
  binding?.kind === 'row' ? binding.row : [];

/** Which of a component's rows match those bound of others; `indices` keeps them by their values. */
function matchedRows(
  plan: SelectPlan,
  before: readonly number[],
  component: number,
  rows: readonly Binding[],
  bindings: readonly (Binding | null)[],
  indices: Map<string, Map<string, number[]>>,
): Iterable<number> {
  const pairs = plan.matches.flatMap(({ left, right }) => {
    const [own, other] = left.component === component ? [left, right] : [right, left];
    return own.component === component && before.includes(other.component) ? [{ own, other }] : [];
  });
  if (pairs.length === 0) return rows.keys();
  const name = `${component}:${pairs.map(({ own }) => own.slot).join(',')}`;
  let index = indices.get(name);
  if (index === undefined) {
    index = new Map();
    indices.set(name, index);
    for (const [at, row] of rows.entries()) {
      const values = pairs.map(({ own }) => rowOf(row)[own.slot] ?? null);
      if (values.includes(null)) continue;
      const text = matchText(values);
      const known = index.get(text);
      if (known === undefined) index.set(text, [at]);
      else known.push(at);
    }
  }
  const wanted = pairs.map(({ other }) => rowOf(bindings[other.component])[other.slot] ?? null);
  return index.get(matchText(wanted)) ?? [];
}
