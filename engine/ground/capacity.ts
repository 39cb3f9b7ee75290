import { must } from '../base/assert.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { CapacityResidual, QueryComponent, SelectPlan, SlotResidual } from '../lower/plan.js';
import { CONVEX_STEPS } from '../lower/balance.js';
import { constantOf, sumOf, truthOf } from '../model/builder.js';
import type { Capacity, LinearExpression, Literal, VariableId } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';
import type { Binding, ComponentRows, Environment } from './environment.js';
import type { Evaluator } from './evaluator.js';
import type { CapacityKeys } from './ground-cache.js';
import { GroundError } from './ground-error.js';
import { readsOf } from './guarded-rows.js';
import { rowOf } from './provenance.js';
import type { Symbol } from './symbol.js';

/** An item of a group: one base row that asks for something at whichever key its decision chooses. */
interface Item {
  readonly variable: VariableId;
  readonly text: boolean;
  readonly guard: Literal;
  readonly presence: Literal;
  readonly row: () => SqlRecord;
  /** Demand by key; `every` when it is the same at all keys of the group. */
  readonly demand: { readonly every: number } | ReadonlyMap<number, number>;
}

/** What one group of a capacity asks of the model. */
export interface CapacityGroup {
  readonly keys: SqlRecord;
  /** True where decisions and keys are texts, and key values their codes. */
  readonly text: boolean;
  /** Each base row's decision must be one of the group's keys, unless the row is left out. */
  readonly domains: readonly { readonly literal: Literal; readonly row: SqlRecord }[];
  /** The demands against the capacities, where every item asks the same at every key. */
  readonly capacity: Capacity | null;
  /** Otherwise one row per key: the sum of demands is at most the capacity. */
  readonly rows: readonly { readonly literal: Literal; readonly key: number }[];
  /** Per key the sum of the demands that its items have there, made when asked for. */
  readonly loads: () => readonly { readonly load: LinearExpression; readonly capacity: number }[];
}

/** Grounds a capacity call without making requests x hosts rows where the two sides meet only in `decision = key`. */
export function groundCapacity(
  call: CapacityResidual,
  plan: SelectPlan,
  evaluator: Evaluator,
): CapacityGroup[] {
  if (plan.groupBy.some((key) => key.kind === 'decision')) {
    throw new GroundError(
      'lower/unsupported',
      `\`${call.name}\` in groups by a decision is not supported`,
      call.span,
      'group by ground columns',
    );
  }
  const isApart = isFactored(call, plan);
  if (isApart && plan.groupBy.length === 0 && plan.matches.length === 0)
    return factored(call, plan, evaluator);
  return isApart && groupsMatch(plan) ? matched(call, plan, evaluator) : joined(call, plan, evaluator);
}

/** Numeric expression of the balance of a group. */
export function balanceOf(
  group: CapacityGroup,
  call: CapacityResidual,
  evaluator: Evaluator,
): LinearExpression {
  const { builder } = evaluator;
  if (call.name === 'balance_convex') {
    const terms = group.loads().flatMap(({ load, capacity }) =>
      CONVEX_STEPS.map(({ slope, quarters }) => {
        const above = sumOf([
          { expression: load, factor: 4 },
          { expression: constantOf(1), factor: -quarters * capacity },
        ]);
        const entries = [above, constantOf(0)].map((expression) => ({ literal: TRUE, expression }));
        return { expression: builder.extreme(true, entries), factor: -slope };
      }),
    );
    return sumOf(terms);
  }
  if (group.capacity !== null) return builder.numeric({ kind: 'balance', capacity: group.capacity });
  const loads = group.loads();
  const largest = loads.reduce((most, { capacity }) => Math.max(most, capacity), 0);
  const spares = loads.map(({ load, capacity }) => ({
    literal: TRUE,
    expression: sumOf([
      { expression: constantOf(capacity), factor: 1 },
      { expression: load, factor: -1 },
    ]),
  }));
  return sumOf([
    { expression: builder.extreme(false, spares), factor: 1 },
    { expression: constantOf(largest), factor: -1 },
  ]);
}

function isFactored(call: CapacityResidual, plan: SelectPlan): boolean {
  const { decision, key, demand, capacity } = call;
  if (plan.components.length !== 2 || decision.depth !== 0) return false;
  if (decision.component === key.component || plan.components.some((component) => component.kind !== 'query'))
    return false;
  const onlyReads = (residual: CapacityResidual['demand'], component: number): boolean =>
    [...readsOf(residual, plan.components.length)].every((one) => one === component);
  return (
    onlyReads(demand, decision.component) &&
    onlyReads(capacity, key.component) &&
    plan.conditions.every(
      (condition, i) => call.keyConditions.includes(i) || onlyReads(condition, decision.component),
    )
  );
}

function bindOne(plan: SelectPlan, component: number, row: readonly SqlValue[]): Environment {
  const bindings: (Binding | null)[] = plan.components.map((_one, i) =>
    i === component ? { kind: 'row', row } : null,
  );
  return { plan, bindings, parent: null };
}

/** True where the groups are formed by the columns that items and keys are matched by, and by all of them. */
function groupsMatch({ groupBy, matches }: SelectPlan): boolean {
  const isKey = (slot: SlotResidual): boolean =>
    groupBy.some((key) => key.kind === 'slot' && key.component === slot.component && key.slot === slot.slot);
  const isMatched = (key: SelectPlan['groupBy'][number]): boolean =>
    key.kind === 'slot' &&
    matches.some(({ left, right }) =>
      [left, right].some((slot) => slot.component === key.component && slot.slot === key.slot),
    );
  return matches.every(({ left, right }) => isKey(left) || isKey(right)) && groupBy.every(isMatched);
}

function sidesOf(
  call: CapacityResidual,
  plan: SelectPlan,
): { readonly items: QueryComponent; readonly keys: QueryComponent } {
  const items = plan.components[call.decision.component];
  const keys = plan.components[call.key.component];
  if (items?.kind !== 'query' || keys?.kind !== 'query') throw new TypeError('a capacity over derived rows');
  return { items, keys };
}

function factored(call: CapacityResidual, plan: SelectPlan, evaluator: Evaluator): CapacityGroup[] {
  const { items, keys } = sidesOf(call, plan);
  const itemRows = evaluator.componentRows(items, null);
  const keyRows = evaluator.componentRows(keys, null);
  if (itemRows.length === 0 || keyRows.length === 0) return [];
  return [groupOf(call, plan, evaluator, itemRows, keyRows, {})];
}

/** A group per value of the matched columns: every item of it may choose every key of it. */
function matched(call: CapacityResidual, plan: SelectPlan, evaluator: Evaluator): CapacityGroup[] {
  const { items, keys } = sidesOf(call, plan);
  const slotsOf = (component: number): number[] =>
    plan.matches.map(({ left, right }) => (left.component === component ? left.slot : right.slot));
  const { joiner } = evaluator;
  const byItem = joiner.partition(evaluator.componentRows(items, null), slotsOf(call.decision.component));
  const byKey = joiner.partition(evaluator.componentRows(keys, null), slotsOf(call.key.component));
  return [...byItem].flatMap(([text, itemRows]) => {
    const keyRows = byKey.get(text);
    if (keyRows === undefined) return [];
    const values = plan.groupBy.map((key, i): [string, SqlValue] => {
      const [row] = key.component === call.key.component ? keyRows : itemRows;
      const value = key.kind === 'slot' ? (row?.[key.slot] ?? null) : null;
      return [plan.groupNames[i] ?? '', value];
    });
    return [groupOf(call, plan, evaluator, itemRows, keyRows, Object.fromEntries(values))];
  });
}

/** A group of some items, each of which may choose each of some keys. */
function groupOf(
  call: CapacityResidual,
  plan: SelectPlan,
  evaluator: Evaluator,
  itemRows: ComponentRows,
  keyRows: ComponentRows,
  group: SqlRecord,
): CapacityGroup {
  const itemSide = sidesOf(call, plan).items;
  const keySide = plan.matches.length === 0 ? sidesOf(call, plan).keys : null;
  const items: Item[] = [];
  const text = decisionSymbol(
    call,
    evaluator,
    bindOne(plan, call.decision.component, must(itemRows[0], 'row')),
  ).text;
  const { keys, rowsOfKey } = keysOf(call, plan, keySide, keyRows, text, evaluator);
  // A key that several rows give takes a demand once for each, as the rows of the product do.
  const repeats = [...rowsOfKey].some(([, rows]) => rows > 1);
  const bindings = plan.components.map((): Binding | null => null);
  const environment = { plan, bindings, parent: null };
  for (const row of itemRows) {
    bindings[call.decision.component] = { kind: 'row', row };
    const presence = evaluator.presence(itemSide, row);
    const conditions: Literal[] = [];
    plan.conditions.forEach((condition, i) => {
      if (!call.keyConditions.includes(i))
        conditions.push(evaluator.condition(condition, environment).isTrue);
    });
    const { variable } = decisionSymbol(call, evaluator, environment);
    const every = amount(evaluator.evaluate(call.demand, environment), 'demand', call, environment);
    const guard = evaluator.and([...conditions, presence]);
    const demand = repeats ? new Map([...rowsOfKey].map(([key, rows]) => [key, every * rows])) : { every };
    const rowNow = (): SqlRecord => rowOf(bindOne(plan, call.decision.component, row));
    items.push({ variable, text, guard, presence, row: rowNow, demand });
  }
  return finish(group, items, keys, evaluator);
}

/** The capacities of the key side, and how many rows give each key where some give the same. */
function keysOf(
  call: CapacityResidual,
  plan: SelectPlan,
  /** Null for a part of the component's rows. */
  component: QueryComponent | null,
  rows: ComponentRows,
  text: boolean,
  evaluator: Evaluator,
): { readonly keys: CapacityKeys; readonly rowsOfKey: ReadonlyMap<number, number> } {
  const { key, capacity } = call;
  if (component !== null && !text && capacity.kind === 'slot' && capacity.depth === 0 && key.depth === 0) {
    const keys = evaluator.cache.capacityKeys(component, rows, key.slot, capacity.slot);
    if (keys !== null) return { keys, rowsOfKey: new Map() };
  }
  const capacities = new KeyCapacities(call, evaluator);
  const rowsOfKey = new Map<number, number>();
  for (const row of rows) {
    const added = capacities.add(bindOne(plan, key.component, row), text);
    if (added !== null) rowsOfKey.set(added, (rowsOfKey.get(added) ?? 0) + 1);
  }
  return { keys: capacities.sorted(), rowsOfKey };
}

function joined(call: CapacityResidual, plan: SelectPlan, evaluator: Evaluator): CapacityGroup[] {
  interface Draft {
    readonly keys: SqlRecord;
    readonly capacities: KeyCapacities;
    readonly items: Map<string, Item & { demand: Map<number, number> }>;
  }
  const groups = new Map<string, Draft>();
  // Conditions on decisions become guards below: the ground rows are wanted, whatever the guard says.
  const conditions = new Set(plan.conditions.map((_condition, i) => i));
  evaluator.joiner.join(
    plan,
    null,
    (environment) => {
      const keys = plan.groupBy.map((slot) => evaluator.evaluate(slot, environment));
      const record = Object.fromEntries(
        keys.map((symbol, i) => [plan.groupNames[i] ?? '', symbol.kind === 'value' ? symbol.value : null]),
      );
      const id = JSON.stringify(Object.values(record).map(String));
      let group = groups.get(id);
      if (group === undefined) {
        group = { keys: record, capacities: new KeyCapacities(call, evaluator), items: new Map() };
        groups.set(id, group);
      }
      const { variable, text } = decisionSymbol(call, evaluator, environment);
      const key = group.capacities.add(environment, text);
      const guards = plan.conditions.flatMap((condition, i) =>
        call.keyConditions.includes(i) ? [] : [evaluator.condition(condition, environment).isTrue],
      );
      const presence = presenceOf(environment, evaluator);
      const guard = evaluator.and([...guards, presence]);
      const itemId = `${variable}/${guard}`;
      let item = group.items.get(itemId);
      if (item === undefined) {
        item = { variable, text, guard, presence, row: () => itemRow(call, environment), demand: new Map() };
        group.items.set(itemId, item);
      }
      const asked = amount(evaluator.evaluate(call.demand, environment), 'demand', call, environment);
      if (key !== null) item.demand.set(key, (item.demand.get(key) ?? 0) + asked);
    },
    conditions,
  );
  return [...groups.values()].map((group) =>
    finish(group.keys, [...group.items.values()], group.capacities.sorted(), evaluator),
  );
}

function presenceOf(environment: Environment, evaluator: Evaluator): Literal {
  const literals = environment.plan.components.map((component, i) => {
    const binding = environment.bindings[i];
    return component.kind === 'query' && binding?.kind === 'row'
      ? evaluator.presence(component, binding.row)
      : TRUE;
  });
  return evaluator.and(literals);
}

function itemRow(call: CapacityResidual, environment: Environment): SqlRecord {
  const { plan, bindings, parent } = environment;
  const only = bindings.map((binding, i) => (i === call.decision.component ? binding : null));
  return rowOf({ plan, bindings: only, parent });
}

function decisionSymbol(
  call: CapacityResidual,
  evaluator: Evaluator,
  environment: Environment,
): { variable: VariableId; text: boolean } {
  const symbol = evaluator.evaluate(call.decision, environment);
  if (symbol.kind === 'choice' && symbol.map === null)
    return { variable: symbol.variable, text: symbol.text };
  throw onRow(
    new GroundError(
      'ground/bad-argument',
      `\`${call.name}\` needs a row with a decision`,
      call.decision.span,
    ),
    environment,
  );
}

function onRow(error: GroundError, environment: Environment): GroundError {
  const diagnostic = GroundError.onRow(error, rowOf(environment));
  return Object.assign(error, { diagnostic });
}

/** A demand or capacity: a non-negative integer. */
function amount(
  symbol: Symbol,
  what: 'demand' | 'capacity',
  call: CapacityResidual,
  environment: Environment,
): number {
  const value = symbol.kind === 'value' ? symbol.value : null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const { span } = what === 'demand' ? call.demand : call.capacity;
  const found =
    value === null
      ? 'null'
      : typeof value === 'number' && value < 0
        ? `negative (${value})`
        : `\`${String(value)}\``;
  throw onRow(
    new GroundError(
      'ground/bad-argument',
      `the ${what} of \`${call.name}\` is ${found}; it must be a non-negative integer`,
      span,
      what === 'capacity' ? 'clamp it in the view: `max(0, ...)`' : undefined,
    ),
    environment,
  );
}

/** Capacities by key of one group; one key with two capacities is refused. */
class KeyCapacities {
  private readonly byKey = new Map<number, number>();

  constructor(
    private readonly call: CapacityResidual,
    private readonly evaluator: Evaluator,
  ) {}

  /** The key's model value, or null for a key that no decision can choose. */
  add(environment: Environment, text: boolean): number | null {
    const { call, evaluator } = this;
    const symbol = evaluator.evaluate(call.key, environment);
    const value = symbol.kind === 'value' ? symbol.value : null;
    const capacity = amount(evaluator.evaluate(call.capacity, environment), 'capacity', call, environment);
    const key = evaluator.modelValue(text, value, call.key.span);
    if (key === null && value !== null) {
      const message = `no decision can choose the key ${String(value)} of \`${call.name}\``;
      throw onRow(new GroundError('ground/bad-argument', message, call.key.span), environment);
    }
    if (key === null) return null;
    const known = this.byKey.get(key);
    if (known !== undefined && known !== capacity) {
      const message = `the key ${String(value)} has two capacities, ${known} and ${capacity}`;
      throw onRow(new GroundError('ground/bad-argument', message, call.capacity.span), environment);
    }
    this.byKey.set(key, capacity);
    return key;
  }

  sorted(): CapacityKeys {
    return [...this.byKey].map(([key, capacity]) => ({ key, capacity })).sort((a, b) => a.key - b.key);
  }
}

function finish(
  keys: SqlRecord,
  items: readonly Item[],
  sorted: CapacityKeys,
  evaluator: Evaluator,
): CapacityGroup {
  const { builder } = evaluator;
  const domains = new Map<Literal, SqlRecord>();
  let listed: number[] | null = null;
  const values = (): readonly number[] => (listed ??= sorted.map(({ key }) => key));
  // Decisions of one column share their domain: whether the keys cover it is asked once.
  const covered = new Map<readonly number[], boolean>();
  const amongKeys = (variable: VariableId): Literal => {
    const domain = builder.variableAt(variable).values;
    if (domain === null || domain.length === 0) return builder.member(variable, values());
    const known = covered.get(domain) ?? areKeys(domain, sorted);
    covered.set(domain, known);
    return known ? TRUE : builder.member(variable, values());
  };
  for (const item of items) {
    const literal = builder.or([amongKeys(item.variable), negate(item.presence)]);
    if (literal !== TRUE) domains.set(literal, item.row());
  }
  const uniform = items.map((item) => uniformDemand(item, sorted));
  const loadAt = (key: number): LinearExpression =>
    sumOf(
      items.map((item) => ({
        expression: truthOf(builder.and([item.guard, builder.member(item.variable, [key])])),
        factor: demandAt(item, key),
      })),
    );
  const common = {
    loads: () => sorted.map(({ key, capacity }) => ({ load: loadAt(key), capacity })),
    keys,
    text: items.some((item) => item.text),
    domains: [...domains].map(([literal, row]) => ({ literal, row })),
  };
  if (uniform.every((demand) => demand !== null)) {
    const capacity = evaluator.capacityOf({
      keys: sorted,
      items: items.flatMap((item, i) => {
        const demand = uniform[i] ?? 0;
        // Zero demand fits anywhere.
        if (demand === 0 || item.guard === FALSE) return [];
        return [{ variable: item.variable, demand, presence: item.guard === TRUE ? null : item.guard }];
      }),
    });
    return { ...common, capacity, rows: [] };
  }
  const rows = sorted.map(({ key, capacity }) => {
    return { literal: builder.linear(loadAt(key), null, capacity), key };
  });
  return { ...common, capacity: null, rows };
}

function demandAt(item: Item, key: number): number {
  return 'every' in item.demand ? item.demand.every : (item.demand.get(key) ?? 0);
}

/** Whether every value is a key; both ascend. */
function areKeys(values: readonly number[], keys: CapacityKeys): boolean {
  let at = 0;
  for (const value of values) {
    while ((keys[at]?.key ?? Infinity) < value) at += 1;
    if (keys[at]?.key !== value) return false;
  }
  return true;
}

function uniformDemand(item: Item, keys: CapacityKeys): number | null {
  if ('every' in item.demand) return item.demand.every;
  const [first] = keys;
  if (first === undefined) return 0;
  const demand = demandAt(item, first.key);
  return keys.every(({ key }) => demandAt(item, key) === demand) ? demand : null;
}
