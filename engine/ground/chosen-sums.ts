import { must } from '../base/assert.js';
import type { SqlValue } from '../base/sql-value.js';
import type {
  AggregateResidual,
  DecisionResidual,
  Residual,
  SelectPlan,
  SlotResidual,
} from '../lower/plan.js';
import { sumOf } from '../model/builder.js';
import type { ModelBuilder } from '../model/builder.js';
import type { ClassMap, LinearExpression, Literal, Loads, VariableId } from '../model/model.js';
import { FALSE, TRUE } from '../model/model.js';
import type { ComponentRows, Environment } from './environment.js';
import type { RowContext, RowJoiner } from './guarded-rows.js';
import { matchText, readsOf } from './guarded-rows.js';
import type { Operators } from './operators.js';

export interface ChosenSumsContext extends RowContext {
  readonly builder: ModelBuilder;
  readonly operators: Operators;
  readonly joiner: RowJoiner;
}

/** How groups take their keys from the row that a decision chooses. */
interface ChosenKeys {
  /** The component whose row is chosen, by `decision = slot`. */
  readonly component: number;
  readonly decision: DecisionResidual;
  readonly slot: SlotResidual;
  /** Slots of the chosen component, and what they are matched with. */
  readonly own: readonly SlotResidual[];
  readonly other: readonly SlotResidual[];
}

/** Values of the decision that put a row into one group each: `classes` gives the group's key. */
interface Layer {
  readonly classes: ClassMap | null;
  /** The chosen row's share of the group's keys, by the class that stands for it. */
  readonly groups: readonly { readonly key: number; readonly values: readonly SqlValue[] }[];
  /** Equal for equal layers. */
  readonly name: string;
}

/** One row that may be put into a group: all of the select but the row it chooses. */
interface Item {
  readonly environment: Environment;
  readonly guard: Literal;
  readonly variable: VariableId;
}

/** Items with equal keys of their own that choose among the same rows. */
interface ItemClass {
  /** Values of the group's keys; those of the chosen row are missing. */
  readonly keys: readonly SqlValue[];
  readonly layers: readonly Layer[];
  readonly items: Item[];
}

/**
 * Sums over groups that rows join by a decision: `decision = key` where the group is formed by columns of the
 * chosen row. Such a sum is a load of the model, over all items at once; rows x keys are never made.
 */
export class ChosenSums {
  private readonly sums = new Map<AggregateResidual, ReadonlyMap<string, LinearExpression> | null>();

  private constructor(
    private readonly plan: SelectPlan,
    private readonly chosen: ChosenKeys,
    private readonly classes: readonly ItemClass[],
    private readonly context: ChosenSumsContext,
  ) {}

  /** Null for a select of any other form. */
  static of(plan: SelectPlan, parent: Environment | null, context: ChosenSumsContext): ChosenSums | null {
    const chosen = chosenKeys(plan);
    const component = chosen === null ? undefined : plan.components[chosen.component];
    if (chosen === null || component?.kind !== 'query') return null;
    const rows = context.componentRows(component, parent);
    if (rows.some((row) => context.presence(component, row) !== TRUE)) return null;
    const classes = itemClasses(plan, parent, chosen, rows, context);
    return classes === null ? null : new ChosenSums(plan, chosen, classes, context);
  }

  /** What `sum`, `count` or `count(*)` is in the group of these keys; null where it has no such form. */
  of(aggregate: AggregateResidual, keys: string): LinearExpression | null {
    let sums = this.sums.get(aggregate);
    if (sums === undefined) {
      sums = this.sumsOf(aggregate);
      this.sums.set(aggregate, sums);
    }
    return sums === null ? null : (sums.get(keys) ?? { constant: 0, terms: [] });
  }

  private sumsOf(aggregate: AggregateResidual): ReadonlyMap<string, LinearExpression> | null {
    const { name, distinct, argument, filter } = aggregate;
    if (distinct || (name !== 'sum' && name !== 'count')) return null;
    const size = this.plan.components.length;
    const reads = [argument, filter].flatMap((part) => (part === null ? [] : [...readsOf(part, size)]));
    if (reads.includes(this.chosen.component)) return null;
    const merged = new Map<
      string,
      { readonly of: ItemClass; readonly layer: Layer; readonly lists: LoadItem[][] }
    >();
    for (const each of this.classes) {
      const items: LoadItem[] = [];
      for (const item of each.items) {
        const counted = this.countedItem(aggregate, item);
        if (counted === null) return null;
        if (counted !== 'none') items.push(counted);
      }
      for (const layer of each.layers) {
        const id = `${matchText(each.keys)}/${layer.name}`;
        const known = merged.get(id);
        if (known === undefined) merged.set(id, { of: each, layer, lists: [items] });
        else known.lists.push(items);
      }
    }
    return this.loadsOf([...merged.values()]);
  }

  private loadsOf(
    parts: readonly {
      readonly of: ItemClass;
      readonly layer: Layer;
      readonly lists: readonly LoadItem[][];
    }[],
  ): ReadonlyMap<string, LinearExpression> {
    const { builder } = this.context;
    const terms = new Map<string, LinearExpression[]>();
    for (const { of, layer, lists } of parts) {
      const loads = builder.loads(lists.flat(), layer.classes);
      for (const { key, values } of layer.groups) {
        const text = matchText(this.groupKeys(of.keys, values));
        const load = builder.load(loads, key);
        const known = terms.get(text);
        if (known === undefined) terms.set(text, [load]);
        else known.push(load);
      }
    }
    const total = (loads: readonly LinearExpression[]): LinearExpression =>
      sumOf(loads.map((expression) => ({ expression, factor: 1 })));
    return new Map([...terms].map(([text, loads]) => [text, total(loads)]));
  }

  /** Keys of a group from those of the items and those of the chosen row, in the order of `group by`. */
  private groupKeys(own: readonly SqlValue[], chosen: readonly SqlValue[]): SqlValue[] {
    let [i, j] = [0, 0];
    return this.plan.groupBy.map((key) => {
      if (key.component === this.chosen.component) return chosen[j++] ?? null;
      return own[i++] ?? null;
    });
  }

  /** What an item adds to a sum or count; null where that is no constant. */
  private countedItem(
    { name, argument, filter, span }: AggregateResidual,
    { environment, guard, variable }: Item,
  ): LoadItem | 'none' | null {
    const { context } = this;
    const holds = filter === null ? TRUE : context.condition(filter, environment).isTrue;
    let presence = context.and([guard, holds]);
    if (presence === FALSE) return 'none';
    let demand = 1;
    if (argument !== null) {
      const symbol = context.evaluate(argument, environment);
      const known = context.operators.knownOf(symbol);
      presence = context.and([presence, known]);
      if (presence === FALSE) return 'none';
      if (name === 'sum') {
        if (symbol.kind === 'ratio') return null;
        const number = context.operators.numeric(symbol, span);
        if (number === null) return 'none';
        if (number.expression.terms.length > 0) return null;
        demand = number.expression.constant;
      }
    }
    return demand === 0 ? 'none' : { variable, demand, presence };
  }
}

type LoadItem = Loads['items'][number];

/** The chosen row that a select's groups take keys from, where one decision alone ties it to the rest. */
function chosenKeys(plan: SelectPlan): ChosenKeys | null {
  if (plan.groupBy.some(({ kind }) => kind === 'decision')) return null;
  const size = plan.components.length;
  const keyed = new Set(plan.groupBy.map(({ component }) => component));
  for (const component of keyed) {
    const reading = plan.conditions.filter((condition) => readsOf(condition, size).has(component));
    const [only, ...more] = reading;
    const join = only === undefined || more.length > 0 ? null : equality(only, component);
    if (join === null) continue;
    const own: SlotResidual[] = [];
    const other: SlotResidual[] = [];
    for (const { left, right } of plan.matches) {
      if (left.component !== component && right.component !== component) continue;
      own.push(left.component === component ? left : right);
      other.push(left.component === component ? right : left);
    }
    return { component, ...join, own, other };
  }
  return null;
}

/** `decision = slot of the component`, where the decision stands elsewhere in the select. */
function equality(
  condition: Residual,
  component: number,
): { readonly decision: DecisionResidual; readonly slot: SlotResidual } | null {
  if (condition.kind !== 'compare' || condition.operator !== '=') return null;
  for (const [decision, slot] of [
    [condition.left, condition.right],
    [condition.right, condition.left],
  ] as const) {
    if (decision.kind !== 'decision' || slot.kind !== 'slot') continue;
    if (decision.depth !== 0 || slot.depth !== 0 || slot.component !== component) continue;
    return decision.component === component ? null : { decision, slot };
  }
  return null;
}

/** All rows but the chosen ones, by their own keys and by the rows they may choose; null where some are no items. */
function itemClasses(
  plan: SelectPlan,
  parent: Environment | null,
  chosen: ChosenKeys,
  rows: ComponentRows,
  context: ChosenSumsContext,
): ItemClass[] | null {
  const { component, decision, own, other } = chosen;
  const keys = plan.groupBy.filter((key) => key.component !== component);
  const parts = context.joiner.partition(
    rows,
    own.map(({ slot }) => slot),
  );
  const layersOf = new Map<string, readonly Layer[] | null>();
  const classes = new Map<string, ItemClass>();
  /** Cleared by the first row that is no item. */
  const form = { fits: true };
  const visit = (environment: Environment, guard: Literal): void => {
    if (!form.fits) return;
    const symbol = context.evaluate(decision, environment);
    const values = [...keys, ...other].map((slot) => context.evaluate(slot, environment));
    if (symbol.kind !== 'choice' || values.some(({ kind }) => kind !== 'value')) {
      form.fits = symbol.kind === 'value' && symbol.value === null;
      return;
    }
    const known = values.map((value) => (value.kind === 'value' ? value.value : null));
    const matched = known.slice(keys.length);
    if (matched.includes(null)) return;
    const part = matchText(matched);
    const kind = `${part}${symbol.text ? 't' : 'n'}`;
    let layers = layersOf.get(kind);
    if (layers === undefined) {
      layers = layersFor(plan, chosen, parts.get(part) ?? [], symbol.text, context);
      layersOf.set(kind, layers);
    }
    if (layers === null) {
      form.fits = false;
      return;
    }
    const id = `${kind}/${matchText(known.slice(0, keys.length))}`;
    let into = classes.get(id);
    if (into === undefined) {
      into = { keys: known.slice(0, keys.length), layers, items: [] };
      classes.set(id, into);
    }
    into.items.push({ environment, guard, variable: symbol.variable });
  };
  context.joiner.join(plan, parent, visit, new Set(), component);
  return form.fits ? [...classes.values()] : null;
}

/**
 * The rows that items of one class may choose, as maps from the decision's value to the group: as many as a value
 * has groups. Null where a value has a group twice, so that its items count twice there.
 */
function layersFor(
  plan: SelectPlan,
  { component, slot }: ChosenKeys,
  rows: ComponentRows,
  text: boolean,
  context: ChosenSumsContext,
): Layer[] | null {
  const keySlots = plan.groupBy.flatMap((key) =>
    key.kind === 'slot' && key.component === component ? [key.slot] : [],
  );
  const groups = new Map<string, { readonly values: readonly SqlValue[]; readonly codes: Set<number> }>();
  for (const row of rows) {
    const code = context.modelValue(text, row[slot.slot] ?? null, slot.span);
    if (code === null) continue;
    const values = keySlots.map((one) => row[one] ?? null);
    const id = matchText(values);
    const known = groups.get(id);
    if (known === undefined) groups.set(id, { values, codes: new Set([code]) });
    else if (known.codes.has(code)) return null;
    else known.codes.add(code);
  }
  const drafts: { readonly taken: Set<number>; readonly groups: Draft[] }[] = [];
  for (const { values, codes } of groups.values()) {
    let draft = drafts.find(({ taken }) => ![...codes].some((code) => taken.has(code)));
    if (draft === undefined) {
      draft = { taken: new Set(), groups: [] };
      drafts.push(draft);
    }
    draft.groups.push({ values, codes: [...codes] });
    for (const code of codes) draft.taken.add(code);
  }
  return drafts.map((draft) => layerOf(draft.groups, context));
}

interface Draft {
  readonly values: readonly SqlValue[];
  readonly codes: readonly number[];
}

function layerOf(drafts: readonly Draft[], context: ChosenSumsContext): Layer {
  const name = drafts.map(({ values, codes }) => `${matchText(values)}=${codes.join(',')}`).join(';');
  if (drafts.every(({ codes }) => codes.length === 1)) {
    const groups = drafts.map(({ values, codes }) => ({ key: must(codes[0], 'value'), values }));
    return { classes: null, groups, name };
  }
  const entries = drafts.flatMap(({ codes }, key) => codes.map((code) => [code, key] as const));
  const classes = context.builder.classMap(entries.sort(([a], [b]) => a - b));
  return { classes, groups: drafts.map(({ values }, key) => ({ key, values })), name };
}
