import type { BoundCapacity, BoundExpression, BoundPolicy, BoundSelect } from '../check/bound.js';
import { aliasOf, itemsOf, quoteName, render, renderColumn } from '../check/fragment.js';
import { aggregateSql, renderGuarded } from './aggregate-sql.js';
import { CONVEX_STEPS } from './balance.js';
import { componentsOf } from './components.js';
import { splitByKeys } from './key-split.js';

/**
 * A policy as plain SQL over written-back state: its rows are the violations. Made from the bound tree
 * alone, by other rules than the solver model, so that one can catch the other's mistakes.
 */
export interface CheckingQuery {
  readonly sql: string;
  /** Names of the result columns, for people: `request.request_id`. */
  readonly names: readonly string[];
  /** True where a parameter takes the domains of decisions: JSON of values by `domainKey`, or null. */
  readonly domains: boolean;
}

type ViolationQuery = Omit<CheckingQuery, 'domains'>;

/** The value of a soft constraint over written-back state: one row, one number. */
export interface SoftQuery {
  /** Name of the soft term; `<constraint>.balance` for the implicit one of a capacity_constraint. */
  readonly name: string;
  readonly sql: string;
  readonly domains: boolean;
}

const all = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` where ${conditions.map((one) => `(${one})`).join(' and ')}`;

const texts = (expressions: readonly BoundExpression[]): string[] =>
  expressions.map((one) => render(one.sql));

const decisions = (select: BoundSelect): BoundExpression[] =>
  select.conditions.filter((condition) => condition.kind !== 'ground');

const grounds = (select: BoundSelect): BoundExpression[] =>
  select.conditions.filter((condition) => condition.kind === 'ground');

/** The guard of a row as SQL, or null where there is none. */
function guardOf(select: BoundSelect): string | null {
  const conditions = texts(decisions(select)).map((text) => `(${text})`);
  return conditions.length === 0 ? null : conditions.join(' and ');
}

/** Identity columns of the base tables among some row sources. */
function identity(select: BoundSelect, items?: ReadonlySet<number>): { sql: string; name: string }[] {
  return select.items.flatMap(({ id, name, source }) => {
    if (source.kind !== 'table' || (items !== undefined && !items.has(id))) return [];
    return source.relation.identity.map((column) => ({
      sql: `${aliasOf(id)}.${quoteName(column)}`,
      name: `${name === '' ? source.relation.name : name}.${column}`,
    }));
  });
}

function unitText(select: BoundSelect, index: number): string {
  const unit = select.units[index];
  const [only] = unit?.items ?? [];
  const item = select.items.find((candidate) => candidate.id === only);
  if (unit === undefined || only === undefined) return '(select 1)';
  return item?.source.kind === 'derived'
    ? `(${derivedText(item.source.select)}) as ${aliasOf(only)}`
    : render(unit.sql);
}

/** `from` of the units that hold some row sources, comma-separated. */
function fromUnits(select: BoundSelect, items?: ReadonlySet<number>): string[] {
  return select.units.flatMap((unit, i) =>
    items === undefined || unit.items.some((item) => items.has(item)) ? [unitText(select, i)] : [],
  );
}

/** A select over decisions whose groups exist even where no guard holds. */
function derivedText(select: BoundSelect): string {
  const outputs = select.outputs.map(
    (output) => `${renderInGroup(select, output.expression.sql)} as ${quoteName(output.name)}`,
  );
  return groupedText(select, [], outputs.join(', '), []);
}

/** An expression beside the aggregates of a select's groups. */
function renderInGroup(select: BoundSelect, sql: BoundExpression['sql']): string {
  if (!hasDecisionKey(select)) return renderGuarded(sql, guardOf(select));
  const guard = memberGuard(select);
  return render(sql, (part) => {
    if (part.kind === 'aggregate') return aggregateSql(part.aggregate, guard);
    const key = select.groupBy.findIndex((one) => isColumn(one, part.item, part.column));
    return key === -1 ? renderColumn(part) : keyName(key);
  });
}

/**
 * `select OUT from ... group by ... having ...` on the guarded rows of a select.
 *
 * Rows whose guard is false must still make their group exist. Where the guard ties the keys to
 * the other sources by an equality, an outer join from the keys does the same as the product of both in a time
 * that does not multiply; otherwise the product is made.
 */
function groupedText(
  select: BoundSelect,
  clause: readonly BoundExpression[],
  outputs: string,
  having: readonly string[],
  extraKeys: readonly BoundExpression[] = [],
): string {
  if (hasDecisionKey(select)) return decisionGroupsText(select, outputs, having);
  const keyExpressions = [...select.groupBy, ...extraKeys];
  const keys = texts(keyExpressions);
  const guard = guardOf(select);
  const conditions = [...select.having.map((one) => renderInGroup(select, one.sql)), ...having];
  const tail = [
    groupByText(keys),
    conditions.length === 0 ? '' : ` having ${conditions.map((one) => `(${one})`).join(' and ')}`,
  ].join('');
  const split = splitByKeys(select, keyExpressions, clause);
  if (split === null || guard === null) {
    const from = fromUnits(select);
    return `select ${outputs}${from.length === 0 ? '' : ` from ${from.join(', ')}`}${all(texts(grounds(select)))}${tail}`;
  }
  const inner = fromUnits(select, split.members);
  const memberGround = texts(split.memberGround);
  const bothGround = texts(split.bothGround);
  const someMember = `exists (select 1 from ${inner.join(', ')}${all([...memberGround, ...bothGround])})`;
  // What members alone must fulfil stands inside, so that no product of them is made.
  const inside = [...texts(split.memberGuard), ...memberGround];
  const isOne = inner.length === 1;
  const members = isOne ? inner.join('') : `(${inner.join(' join ')}${on(inside)})`;
  const tie = on([...texts(split.bothGuard), ...(isOne ? inside : []), ...bothGround]);
  return (
    `select ${outputs} from ${fromUnits(select, split.keys).join(' join ')} ` +
    `left join ${members}${tie === '' ? ' on 1' : tie}${all([...texts(split.keyGround), someMember])}${tail}`
  );
}

const on = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` on ${conditions.map((one) => `(${one})`).join(' and ')}`;

const hasDecisionKey = (select: BoundSelect): boolean =>
  select.groupBy.some((key) => key.kind === 'decision');

function isColumn(key: BoundExpression, item: number, column: string): boolean {
  // A column seen through a view stands in parentheses.
  const [only, ...more] = key.sql.filter((part) => typeof part !== 'string' || !/^[\s()]*$/.test(part));
  if (more.length > 0 || only === undefined || typeof only === 'string' || only.kind !== 'column')
    return false;
  return only.item === item && only.column === column;
}

const keyName = (index: number): string => `keys.k${index}`;

/** A row belongs to the group of its decision; the row that stands for an empty group belongs to none. */
function memberGuard(select: BoundSelect): string {
  const own = select.groupBy.flatMap((key, i) =>
    key.kind === 'decision' ? [`(${render(key.sql)}) = ${keyName(i)}`] : [],
  );
  return [...own, guardOf(select)].filter((part) => part !== null).join(' and ');
}

/**
 * Groups by the value of a decision: one for every value of its domain, which is given as JSON. Without it
 * (outside a solve) only values that rows have make groups.
 */
function decisionGroupsText(select: BoundSelect, outputs: string, having: readonly string[]): string {
  const from = fromUnits(select);
  const where = all(texts(grounds(select)));
  const plain = select.groupBy.flatMap((key, i) =>
    key.kind === 'decision' ? [] : [`${render(key.sql)} as k${i}`],
  );
  const rows = `(select distinct ${['1 as one', ...plain].join(', ')} from ${from.join(', ')}${where}) as plain`;
  const domains = select.groupBy.flatMap((key, i) =>
    key.kind === 'decision' ? [`(${domainText(select, key)}) as domain${i}`] : [],
  );
  const columns = select.groupBy.map((key, i) =>
    key.kind === 'decision' ? `domain${i}.value as k${i}` : `plain.k${i}`,
  );
  const keys = `(select ${columns.join(', ')} from ${[rows, ...domains].join(' cross join ')}) as keys`;
  const ties = select.groupBy.map((key, i) => `(${render(key.sql)}) is ${keyName(i)}`);
  const on = [...texts(grounds(select)).map((text) => `(${text})`), ...ties].join(' and ');
  const conditions = [...select.having.map((one) => renderInGroup(select, one.sql)), ...having];
  const by = select.groupBy.map((_key, i) => keyName(i)).join(', ');
  return (
    `select ${outputs} from ${keys} left join ${from.length === 1 ? from.join('') : `(${from.join(' join ')})`} on ${on} ` +
    `group by ${by}${conditions.length === 0 ? '' : ` having ${conditions.map((one) => `(${one})`).join(' and ')}`}`
  );
}

function domainText(select: BoundSelect, key: Extract<BoundExpression, { kind: 'decision' }>): string {
  const source = select.items.find((item) => item.id === key.item)?.source;
  const table = source?.kind === 'table' ? source.relation.name : '';
  const path = `'$.${JSON.stringify(domainKey(table, key.column)).replaceAll("'", "''")}'`;
  const present = `(select json_group_array(distinct ${quoteName(key.column)}) from ${quoteName(table)})`;
  return `select value from json_each(coalesce(json_extract((select given from domains_given), ${path}), ${present}))`;
}

/** The name under which the domain of a column is given. */
export const domainKey = (table: string, column: string): string => `${table}.${column}`;

/** True where the query of a policy reads domains, in it or in a view that it unfolds. */
const readsDomains = (select: BoundSelect): boolean =>
  hasDecisionKey(select) ||
  select.items.some(({ source }) => source.kind === 'derived' && readsDomains(source.select));

/** Without a key all rows are one group, but no row is no group, as SQL has it only where something is grouped by. */
export const groupByText = (keys: readonly string[]): string =>
  ` group by ${keys.length === 0 ? 'null' : keys.map((key) => (INTEGER.test(key) ? 'null' : key)).join(', ')}`;

/** SQLite takes an integer as the number of a result column; as a key it tells no row from another. */
const INTEGER = /^[\s()+-]*[0-9]+[\s()]*$/;

/** Top-level conjuncts of a bound check. */
export function checkParts(expression: BoundExpression): BoundExpression[] {
  const parts: BoundExpression[] = [];
  const add = (one: BoundExpression): void => {
    if (one.kind === 'and') one.operands.forEach(add);
    else parts.push(one);
  };
  add(expression);
  return parts;
}

/** One query per independent part of the policy; together they return every violation. */
export function checkingQueries(policy: BoundPolicy): CheckingQuery[] {
  const domains = readsDomains(policy.select);
  return violationQueries(policy).map(({ sql, names }) => ({
    sql: withDomains(sql, domains),
    names,
    domains,
  }));
}

/** A query in which `domains_given` holds the parameter. */
const withDomains = (sql: string, domains: boolean): string =>
  domains ? `with domains_given as (select ? as given) ${sql}` : sql;

function violationQueries(policy: BoundPolicy): ViolationQuery[] {
  if (policy.clause.kind !== 'check') return [];
  const { select } = policy;
  const parts = checkParts(policy.clause.expression);
  const capacities = parts.filter((part) => part.kind === 'capacity');
  const plain = parts.filter((part) => part.kind !== 'capacity');
  const queries = capacities.flatMap((call) => [overload(select, call), outside(select, call)]);
  if (plain.length > 0) queries.push(select.grouped ? groupCheck(select, plain) : rowCheck(select, plain));
  return queries;
}

/**
 * Queries whose rows are what a check is about in written-back state, violated or not: the rows, groups and items
 * that its conditions leave. Groups of which no row is there do not count.
 */
export function subjectQueries(policy: BoundPolicy): CheckingQuery[] {
  if (policy.clause.kind !== 'check') return [];
  const { select } = policy;
  const parts = checkParts(policy.clause.expression);
  const plain = parts.filter((part) => part.kind !== 'capacity');
  const queries = parts.flatMap((part) =>
    part.kind === 'capacity'
      ? [rowsWhere(select, '1', [`(${render(part.decision.sql)}) = (${render(part.key.sql)})`])]
      : [],
  );
  if (plain.length > 0)
    queries.push(select.grouped ? presentGroups(select, plain) : rowsWhere(select, '1', []));
  const domains = readsDomains(select);
  return queries.map((sql) => ({ sql: withDomains(sql, domains), names: ['1'], domains }));
}

function presentGroups(select: BoundSelect, parts: readonly BoundExpression[]): string {
  const guard = hasDecisionKey(select) ? memberGuard(select) : guardOf(select);
  const present = guard === null ? [] : [`count(*) filter (where ${guard}) > 0`];
  return groupedText(select, parts, 'count(*)', present);
}

function rowsWhere(select: BoundSelect, outputs: string, more: readonly string[]): string {
  const from = fromUnits(select);
  return `select ${outputs}${from.length === 0 ? '' : ` from ${from.join(', ')}`}${all([...texts(select.conditions), ...more])}`;
}

function rowCheck(select: BoundSelect, parts: readonly BoundExpression[]): ViolationQuery {
  const columns = identity(select);
  const outputs = columns.length === 0 ? '1' : columns.map((column) => column.sql).join(', ');
  const violated = `not (${parts.map((part) => `(${render(part.sql)})`).join(' and ')})`;
  return { sql: rowsWhere(select, outputs, [violated]), names: columns.map((column) => column.name) };
}

function groupCheck(select: BoundSelect, parts: readonly BoundExpression[]): ViolationQuery {
  const violated = `not (${parts.map((part) => `(${renderInGroup(select, part.sql)})`).join(' and ')})`;
  const keys = hasDecisionKey(select) ? select.groupBy.map((_key, i) => keyName(i)) : texts(select.groupBy);
  return {
    sql: groupedText(select, parts, keys.length === 0 ? 'count(*)' : keys.join(', '), [violated]),
    names: keys.length === 0 ? ['rows'] : select.groupBy.map(nameOf),
  };
}

/** Keys whose present demands exceed their capacity. */
function overload(select: BoundSelect, call: BoundCapacity): ViolationQuery {
  const key = render(call.key.sql);
  const demand = `sum(${render(call.demand.sql)})`;
  const capacity = `max(${render(call.capacity.sql)})`;
  const keys = [...texts(select.groupBy), key];
  const chosen = `(${render(call.decision.sql)}) = (${key})`;
  return {
    sql:
      `select ${[...keys, demand, capacity].join(', ')} from ${fromUnits(select).join(', ')}` +
      `${all([...texts(select.conditions), chosen])} group by ${keys.join(', ')} having ${demand} > ${capacity}`,
    names: [...select.groupBy.map(nameOf), nameOf(call.key), 'demand', 'capacity'],
  };
}

/** Rows whose decision is none of the keys of their group. */
function outside(select: BoundSelect, call: BoundCapacity): ViolationQuery {
  const decision = render(call.decision.sql);
  const key = render(call.key.sql);
  const columns = identity(select, new Set([call.decision.item]));
  const names = columns.map((column) => column.name);
  const outputs = columns.map((column) => column.sql);
  const components = componentsOf(select, [call]);
  const ofKey = components.find((items) => [...itemsOf(call.key.sql)].some((item) => items.includes(item)));
  const ofDecision = components.find((items) => items.includes(call.decision.item));
  if (ofKey && ofDecision && ofKey !== ofDecision && select.groupBy.length === 0) {
    const keySide = new Set(ofKey);
    const onKeySide = (condition: BoundExpression): boolean =>
      [...itemsOf(condition.sql)].some((item) => keySide.has(item));
    const keyUnits = fromUnits(select, keySide);
    const keyGround = texts(grounds(select).filter(onKeySide));
    const others = new Set(components.flatMap((items) => (items === ofKey ? [] : items)));
    // No key row, no ground row: then nothing is asked of the decision.
    const conditions = [
      ...texts(grounds(select).filter((condition) => !onKeySide(condition))),
      `exists (select 1 from ${keyUnits.join(', ')}${all(keyGround)})`,
      `(${key}) is null`,
    ];
    // An outer join looks a key up where it can, and elsewhere has an index made for it once.
    const on = [`(${key}) = (${decision})`, ...keyGround].map((one) => `(${one})`).join(' and ');
    const keys = keySide.size === 1 ? keyUnits.join('') : `(${keyUnits.join(' join ')})`;
    return {
      sql: `select ${outputs.join(', ')} from ${fromUnits(select, others).join(' join ')} left join ${keys} on ${on}${all(conditions)}`,
      names,
    };
  }
  // All rows once, to look for each decision among the keys of all rows of its group.
  const groups = texts(select.groupBy);
  const cells = [
    `${decision} as d`,
    `${key} as k`,
    ...groups.map((text, i) => `${text} as g${i}`),
    ...outputs.map((text, i) => `${text} as o${i}`),
  ];
  const ofGroup = groups.map((_text, i) => ` and other.g${i} is own.g${i}`).join('');
  return {
    sql:
      `with made as materialized (select ${cells.join(', ')} from ${fromUnits(select).join(', ')}${all(texts(grounds(select)))}) ` +
      `select distinct ${outputs.map((_text, i) => `own.o${i}`).join(', ')} from made as own ` +
      `where not exists (select 1 from made as other where other.k = own.d${ofGroup})`,
    names,
  };
}

/** Values of the policy's soft terms, the implicit balance of a capacity_constraint included. */
export function softQueries(policy: BoundPolicy): SoftQuery[] {
  const { select, clause } = policy;
  const domains = readsDomains(select);
  const query = (name: string, sql: string): SoftQuery => ({ name, sql: withDomains(sql, domains), domains });
  if (clause.kind === 'check') {
    return checkParts(clause.expression).flatMap((part) =>
      part.kind === 'capacity' && part.name === 'capacity_constraint'
        ? [query(`${policy.name}.balance`, balanceText(select, part))]
        : [],
    );
  }
  const { expression } = clause;
  if (expression.kind === 'capacity') return [query(policy.name, balanceText(select, expression))];
  if (select.grouped) {
    const value = `${renderInGroup(select, expression.sql)} as v`;
    const perGroup = groupedText(select, [expression], value, []);
    return [query(policy.name, `select coalesce(sum(v), 0) from (${perGroup})`)];
  }
  const from = fromUnits(select);
  const where = all(texts(select.conditions));
  return [
    query(
      policy.name,
      `select coalesce(sum(${render(expression.sql)}), 0)${from.length === 0 ? '' : ` from ${from.join(', ')}`}${where}`,
    ),
  ];
}

/** The convex balance of the loads `l` on capacities `c`, as in `ground/capacity.ts`. */
const convexText = `-sum(${CONVEX_STEPS.map(({ slope, quarters }) => `${slope} * max(0, 4 * l - ${quarters} * c)`).join(' + ')})`;

/** (Smallest spare capacity over the keys) minus (largest capacity), summed over the groups. */
function balanceText(select: BoundSelect, call: BoundCapacity): string {
  const key = render(call.key.sql);
  const groupKeys = select.groupBy.map((one, i) => `${render(one.sql)} as g${i}`);
  const chosen: BoundExpression = {
    kind: 'compare',
    operator: '=',
    left: call.decision,
    right: call.key,
    sql: ['(', ...call.decision.sql, ') = (', ...call.key.sql, ')'],
    span: call.span,
  };
  // A key that is null is none.
  const isKey: BoundExpression = {
    kind: 'ground',
    sql: ['(', ...call.key.sql, ') is not null'],
    span: call.span,
  };
  const guarded: BoundSelect = { ...select, conditions: [...select.conditions, isKey, chosen] };
  const demand = render(call.demand.sql);
  const capacity = render(call.capacity.sql);
  const isPlain = select.groupBy.length === 0 && select.having.length === 0;
  const split = isPlain ? splitByKeys(guarded, [call.key], [call]) : null;
  if (split !== null && split.bothGround.length + split.memberGuard.length === 0) {
    const loaded =
      `(select max(${capacity}) as c, coalesce(sum(${demand}), 0) as l ` +
      `from ${fromUnits(select).join(', ')}${all(texts(guarded.conditions))} group by ${key})`;
    // A key without a load adds nothing to the convex form.
    if (call.name === 'balance_convex') return `select coalesce(${convexText}, 0) from ${loaded}`;
    // Loads are not negative: the smallest spare is that of a key with a load, or the smallest capacity of all.
    const ends =
      `select min(${capacity}) as lo, max(${capacity}) as hi ` +
      `from ${fromUnits(select, split.keys).join(', ')}${all(texts(split.keyGround))}`;
    const members = `exists (select 1 from ${fromUnits(select, split.members).join(', ')}${all(texts(split.memberGround))})`;
    const smallest = `min(lo, coalesce((select min(c - l) from ${loaded}), lo))`;
    return `select coalesce(sum(${smallest} - hi), 0) from (${ends}) where ${members}`;
  }
  const load = `coalesce(sum(${demand}) filter (where ${guardOf(guarded) ?? '1'}), 0) as l`;
  const outputs = [...groupKeys, `${key} as k`, `max(${capacity}) as c`, load].join(', ');
  const perKey = groupedText(guarded, [call], outputs, [], [call.key]);
  const by = groupByText(groupKeys.map((_key, i) => `g${i}`));
  const value = call.name === 'balance_convex' ? convexText : 'min(c - l) - max(c)';
  return `select coalesce(sum(v), 0) from (select ${value} as v from (${perKey})${by})`;
}

function nameOf(expression: BoundExpression): string {
  return expression.span.source.text.slice(expression.span.start, expression.span.end);
}
