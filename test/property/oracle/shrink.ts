import type { Expr, Policy, Select, Table, World } from './language.js';
import { partsOf } from './language.js';
import { namedBy, selectsOf } from './reads.js';

const without = <T>(items: readonly T[], at: number): T[] => items.filter((_item, i) => i !== at);

/** Lists with one item left out, or with one expression replaced by a part of it. */
function smallerLists(items: readonly Expr[]): Expr[][] {
  return [
    ...items.map((_item, i) => without(items, i)),
    ...items.flatMap((item, i) =>
      partsOf(item).map((part) => items.map((old, at) => (at === i ? part : old))),
    ),
  ];
}

function smallerSelects(select: Select): Select[] {
  return [
    ...smallerLists(select.where).map((where) => ({ ...select, where })),
    ...smallerLists(select.having).map((having) => ({ ...select, having })),
    ...without2(select.groupBy).map((groupBy) => ({ ...select, groupBy })),
    ...select.from.flatMap((source, i) => [
      ...smallerLists(source.on)
        .filter((on) => on.length > 0)
        .map((on) => ({ ...select, from: select.from.map((old, at) => (at === i ? { ...old, on } : old)) })),
      ...(source.nested === true
        ? [{ ...select, from: select.from.map((old, at) => (at === i ? { ...old, nested: false } : old)) }]
        : []),
    ]),
    ...(select.from.length > 1 ? [{ ...select, from: select.from.slice(0, -1) }] : []),
  ];
}

const without2 = (items: readonly Expr[]): Expr[][] => items.map((_item, i) => without(items, i));

function smallerPolicies(policy: Policy): Policy[] {
  return [
    ...smallerLists(policy.parts)
      .filter((parts) => parts.length > 0)
      .map((parts) => ({ ...policy, parts })),
    ...smallerSelects(policy.select).map((select) => ({ ...policy, select })),
  ];
}

/** The keys of hosts are the values of those who choose among them. */
function withoutRow(from: World, table: Table, r: number): World {
  const key = table.rows[r]?.[0];
  const tables = from.tables.map((old): Table => {
    const columns = old.columns.map((column) =>
      table.name === 'h' && column.name === 'controllable_h'
        ? { ...column, domain: column.domain.filter((one) => one !== key) }
        : column,
    );
    return old === table ? { ...old, rows: without(old.rows, r) } : { ...old, columns };
  });
  return { ...from, tables };
}

function candidates(from: World): World[] {
  const isRead = (name: string): boolean =>
    [
      ...from.policies.map((one) => selectsOf(one.select, one.parts)),
      ...from.views.map((one) => one.select),
    ].some((select) => namedBy(select).has(name));
  return [
    ...from.policies
      .map((policy, i) => ({ policy, world: { ...from, policies: without(from.policies, i) } }))
      .filter(({ policy }) => policy.isDomain !== true)
      .map(({ world }) => world),
    ...from.views.flatMap((view, i) =>
      isRead(view.name) ? [] : [{ ...from, views: without(from.views, i) }],
    ),
    ...from.tables.flatMap((table) => table.rows.map((_row, r) => withoutRow(from, table, r))),
    ...from.policies.flatMap((policy, i) =>
      policy.isDomain === true
        ? []
        : smallerPolicies(policy).map((one) => ({
            ...from,
            policies: from.policies.map((old, o) => (o === i ? one : old)),
          })),
    ),
    ...from.views.flatMap((view, i) =>
      smallerSelects(view.select).map((select) => ({
        ...from,
        views: from.views.map((old, o) => (o === i ? { ...view, select } : old)),
      })),
    ),
  ];
}

/** The smallest world that still fails: policies, views, rows, conditions and parts of them left out one by one. */
export async function shrink(world: World, fails: (smaller: World) => Promise<boolean>): Promise<World> {
  for (let at = world; ;) {
    let next: World | null = null;
    for (const candidate of candidates(at)) {
      if (candidate.policies.every((one) => one.isDomain === true)) continue;
      if (await fails(candidate).catch(() => false)) {
        next = candidate;
        break;
      }
    }
    if (next === null) return at;
    at = next;
  }
}
