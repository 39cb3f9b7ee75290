import { must } from '../base/assert.js';
import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import type { QueryComponent, Residual, SelectPlan, SlotResidual } from '../lower/plan.js';
import { residualParts } from '../lower/residual-parts.js';
import type { Literal, VariableId } from '../model/model.js';
import { FALSE, TRUE } from '../model/model.js';
import type { Binding, ChosenColumns, ComponentRows, Environment } from './environment.js';
import type { BooleanSymbol, Symbol } from './symbol.js';

/** What joining rows needs from the rest of grounding. */
export interface RowContext {
  /** Rows of a component for the current outer row. */
  componentRows(component: QueryComponent, parent: Environment | null): ComponentRows;
  /** Rows of a component that is itself a select over decisions. */
  derivedRows(
    plan: SelectPlan,
    parent: Environment | null,
  ): readonly { cells: readonly Symbol[]; guard: Literal }[];
  evaluate(residual: Residual, environment: Environment): Symbol;
  condition(residual: Residual, environment: Environment): BooleanSymbol;
  and(literals: readonly Literal[]): Literal;
  /** Variable and finite domain (null: none) of a decision, or null when the symbol is none. */
  decisionOf(
    symbol: Symbol,
  ): { variable: VariableId; values: readonly number[] | null; text: boolean } | null;
  member(variable: VariableId, values: Iterable<number>): Literal;
  modelValue(text: boolean, value: SqlValue, span: Span): number | null;
  /** Presence of the rows of base tables that may be left out of the batch. */
  presence(component: QueryComponent, row: readonly SqlValue[]): Literal;
  /** Counts rows made; throws when a policy makes too many. */
  spend(rows: number): void;
}

/** An equality `decision = slot of another component`, by which rows are joined without making the product. */
interface JoinCondition {
  readonly condition: number;
  readonly decision: Residual;
  readonly slot: SlotResidual;
  /** Component that holds the decision's row; -1 for a decision of an outer select. */
  readonly from: number;
}

/** What a plan's conditions need, worked out once. */
interface JoinOrder {
  readonly order: readonly number[];
  readonly joins: readonly JoinCondition[];
  /** Components (of this select) that each condition reads. */
  readonly reads: readonly ReadonlySet<number>[];
}

const orders = new WeakMap<SelectPlan, JoinOrder>();

function joinOrder(plan: SelectPlan): JoinOrder {
  const known = orders.get(plan);
  if (known !== undefined) return known;
  const reads = plan.conditions.map((condition) => readsOf(condition, plan.components.length));
  const joins = plan.conditions.flatMap((condition, i): JoinCondition[] => {
    if (condition.kind !== 'compare' || condition.operator !== '=') return [];
    return [
      [condition.left, condition.right],
      [condition.right, condition.left],
    ].flatMap(([decision, slot]) => {
      if (decision?.kind !== 'decision' || slot?.kind !== 'slot' || slot.depth !== 0) return [];
      const from = decision.depth === 0 ? decision.component : -1;
      return from === slot.component ? [] : [{ condition: i, decision, slot, from }];
    });
  });
  // Rows with the decision come first, so that the other side can be looked up by the decision's domain.
  const rank = plan.components.map((component, i) => {
    if (component.kind === 'query' && component.choosable) return 2;
    return joins.some((join) => join.slot.component === i) ? 1 : 0;
  });
  const order = plan.components
    .map((_component, i) => i)
    .sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
  const made = { order, joins, reads };
  orders.set(plan, made);
  return made;
}

/** What is known when a component is bound: those bound before, and the conditions that can be told then. */
interface Depth {
  readonly bound: ReadonlySet<number>;
  readonly ready: readonly number[];
}

function readyByDepth(
  plan: SelectPlan,
  order: readonly number[],
  reads: JoinOrder['reads'],
  skip: ReadonlySet<number>,
): Depth[] {
  const done = new Set(skip);
  return order.map((index, at): Depth => {
    const bound = new Set(order.slice(0, at));
    const ready = plan.conditions.flatMap((_condition, i) => {
      const needed = must(reads[i], 'reads');
      return !done.has(i) && [...needed].every((one) => bound.has(one) || one === index) ? [i] : [];
    });
    for (const i of ready) done.add(i);
    return { bound, ready };
  });
}

/** Components of the select itself that a residual reads; one with a nested select reads them all. */
export function readsOf(residual: Residual, components: number): ReadonlySet<number> {
  const found = new Set<number>();
  const all = (): void => {
    for (let i = 0; i < components; i += 1) found.add(i);
  };
  const visit = (one: Residual): void => {
    switch (one.kind) {
      case 'slot':
      case 'decision':
      case 'cell':
        if (one.depth === 0) found.add(one.component);
        return;
      case 'inSelect':
      case 'exists':
      case 'scalar':
      case 'aggregate':
      case 'capacity':
        all();
        return;
      default:
        residualParts(one).forEach(visit);
    }
  };
  visit(residual);
  return found;
}

/** Rows of a component by the value of one slot; `unique` where no value repeats and none is null. */
interface SlotIndex {
  readonly byValue: ReadonlyMap<SqlValue, readonly (readonly SqlValue[])[]>;
  readonly unique: boolean;
}

const NO_ROWS: ComponentRows = [];

/** Values of matched columns as one text; equal for equal values only. */
export const matchText = (values: readonly SqlValue[]): string => values.map(valueText).join('');

function valueText(value: SqlValue): string {
  const text = String(value);
  return `${typeof value}${text.length}:${text}`;
}

/** A matched column is known: its component is never bound by choice before the other one is bound. */
function rowOfBinding(binding: Binding): readonly SqlValue[] {
  if (binding.kind !== 'row') throw new TypeError('a match with a row that is not known');
  return binding.row;
}

/** True where everything that a component is matched with is bound. */
function isMatched(plan: SelectPlan, component: number, bindings: readonly (Binding | null)[]): boolean {
  return plan.matches.every(({ left, right }) => {
    if (left.component !== component && right.component !== component) return true;
    return (bindings[left.component + right.component - component] ?? null) !== null;
  });
}

/** Joins the components of a select into guarded rows, in a fixed order. */
export class RowJoiner {
  private readonly indices = new Map<ComponentRows, Map<number, SlotIndex>>();
  private readonly partitions = new Map<ComponentRows, Map<string, ReadonlyMap<string, ComponentRows>>>();
  private readonly chosen = new Map<
    ComponentRows,
    Map<string, ChosenColumns & { keys: readonly number[] }>
  >();

  constructor(private readonly context: RowContext) {}

  /**
   * Visits every row whose guard is not constantly false.
   * `skip` names conditions that the caller gives their meaning itself; a component in `without` stays unbound, and
   * so does what conditions and matches say of it.
   */
  join(
    plan: SelectPlan,
    parent: Environment | null,
    visit: (environment: Environment, guard: Literal) => void,
    skip: ReadonlySet<number> = new Set(),
    without: number | null = null,
  ): void {
    const { order: all, joins, reads } = joinOrder(plan);
    const order = without === null ? all : all.filter((one) => one !== without);
    const bindings: (Binding | null)[] = plan.components.map(() => null);
    const environment = (): Environment => ({ plan, bindings: [...bindings], parent });

    const depths = readyByDepth(plan, order, reads, skip);

    const step = (at: number, guard: Literal): void => {
      const index = order[at];
      const depth = depths[at];
      if (index === undefined || depth === undefined) {
        this.context.spend(1);
        visit(environment(), guard);
        return;
      }
      const component = must(plan.components[index], 'component');
      const { bound, ready } = depth;
      const bind = (binding: Binding, extra: Literal, settled: number): void => {
        bindings[index] = binding;
        const here = ready.length === 0 ? null : environment();
        const literals = [guard, extra];
        for (const i of ready) {
          if (i === settled) continue;
          const asked = must(plan.conditions[i], 'condition');
          const condition = this.context.condition(asked, must(here, 'environment'));
          if (condition.isTrue === FALSE) {
            bindings[index] = null;
            return;
          }
          literals.push(condition.isTrue);
        }
        const together = this.context.and(literals);
        if (together !== FALSE) step(at + 1, together);
        bindings[index] = null;
      };
      if (component.kind === 'derived') {
        for (const row of this.context.derivedRows(component.plan, parent)) {
          bind({ kind: 'derived', cells: row.cells }, row.guard, -1);
        }
        return;
      }
      const rows = this.matching(plan, index, bindings, this.context.componentRows(component, parent));
      const join = joins.find(
        (one) =>
          one.slot.component === index &&
          ready.includes(one.condition) &&
          (one.from === -1 || bound.has(one.from)),
      );
      const decision =
        join === undefined
          ? null
          : this.context.decisionOf(this.context.evaluate(join.decision, environment()));
      if (join === undefined || decision === null) {
        for (const row of rows) bind({ kind: 'row', row }, this.context.presence(component, row), -1);
        return;
      }
      const { variable, values, text } = decision;
      const slots = this.index(rows, join.slot.slot);
      const { span } = must(plan.conditions[join.condition], 'condition');
      if (component.choosable && slots.unique && rows.length > 0 && isMatched(plan, index, bindings)) {
        const columns = this.chosenColumns(rows, join.slot.slot, text, span);
        bind(
          { kind: 'chosen', variable, columns },
          this.context.member(variable, columns.keys),
          join.condition,
        );
        return;
      }
      const keys = values === null ? null : new Set<number>(values);
      for (const [value, matching] of slots.byValue) {
        const coded = this.context.modelValue(text, value, span);
        if (coded === null || (keys !== null && !keys.has(coded))) continue;
        const chosen = this.context.member(variable, [coded]);
        if (chosen === FALSE) continue;
        for (const row of matching) {
          const present = this.context.presence(component, row);
          bind({ kind: 'row', row }, this.context.and([chosen, present]), join.condition);
        }
      }
    };
    step(0, TRUE);
  }

  /** Rows of a component whose matched columns equal those of the rows bound so far. */
  private matching(
    plan: SelectPlan,
    component: number,
    bindings: readonly (Binding | null)[],
    rows: ComponentRows,
  ): ComponentRows {
    const own: number[] = [];
    const wanted: SqlValue[] = [];
    for (const { left, right } of plan.matches) {
      const [mine, other] = left.component === component ? [left, right] : [right, left];
      const binding = bindings[other.component];
      if (mine.component !== component || binding === null || binding === undefined) continue;
      own.push(mine.slot);
      wanted.push(rowOfBinding(binding)[other.slot] ?? null);
    }
    return own.length === 0 ? rows : (this.partition(rows, own).get(matchText(wanted)) ?? NO_ROWS);
  }

  /** Rows by the values of some slots, as `matchText` writes them; those with a null are left out. */
  partition(rows: ComponentRows, slots: readonly number[]): ReadonlyMap<string, ComponentRows> {
    let bySlots = this.partitions.get(rows);
    if (bySlots === undefined) {
      bySlots = new Map();
      this.partitions.set(rows, bySlots);
    }
    const name = slots.join(',');
    let parts = bySlots.get(name);
    if (parts === undefined) {
      const made = new Map<string, (readonly SqlValue[])[]>();
      for (const row of rows) {
        const values = slots.map((slot) => row[slot] ?? null);
        if (values.includes(null)) continue;
        const text = matchText(values);
        const known = made.get(text);
        if (known === undefined) made.set(text, [row]);
        else known.push(row);
      }
      parts = made;
      bySlots.set(name, parts);
    }
    return parts;
  }

  private index(rows: ComponentRows, slot: number): SlotIndex {
    let bySlot = this.indices.get(rows);
    if (bySlot === undefined) {
      bySlot = new Map();
      this.indices.set(rows, bySlot);
    }
    let index = bySlot.get(slot);
    if (index === undefined) {
      const byValue = new Map<SqlValue, (readonly SqlValue[])[]>();
      let unique = true;
      for (const row of rows) {
        const value = row[slot] ?? null;
        if (value === null) {
          unique = false;
          continue;
        }
        const same = byValue.get(value);
        if (same === undefined) byValue.set(value, [row]);
        else {
          same.push(row);
          unique = false;
        }
      }
      index = { byValue, unique };
      bySlot.set(slot, index);
    }
    return index;
  }

  private chosenColumns(
    rows: ComponentRows,
    key: number,
    text: boolean,
    span: Span,
  ): ChosenColumns & { keys: readonly number[] } {
    let byKey = this.chosen.get(rows);
    if (byKey === undefined) {
      byKey = new Map();
      this.chosen.set(rows, byKey);
    }
    const id = `${key}${text ? 't' : 'n'}`;
    let columns = byKey.get(id);
    if (columns === undefined) {
      const coded = rows.flatMap((row): [number, readonly SqlValue[]][] => {
        const value = this.context.modelValue(text, row[key] ?? null, span);
        return value === null ? [] : [[value, row]];
      });
      coded.sort(([a], [b]) => a - b);
      const maps = new Map<number, ReadonlyMap<number, SqlValue>>();
      columns = {
        keys: coded.map(([value]) => value),
        column: (slot) => {
          let map = maps.get(slot);
          if (map === undefined) {
            map = new Map(coded.map(([value, row]) => [value, row[slot] ?? null]));
            maps.set(slot, map);
          }
          return map;
        },
      };
      byKey.set(id, columns);
    }
    return columns;
  }
}
