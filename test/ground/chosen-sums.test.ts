import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { ground } from '../../engine/ground/ground.js';
import type { Grounded } from '../../engine/ground/ground.js';
import type { Loads } from '../../engine/model/model.js';
import type { Store } from '../../engine/store/store.js';
import { everyAssignment } from '../helpers/enumerate.js';
import { compileHere, databaseOf } from '../helpers/solve-here.js';

const SCHEMA = [
  'create table host(id integer primary key, zone integer not null)',
  'create table kind(id integer primary key, price integer not null)',
  'create table room(host integer not null references host, kind integer not null references kind, size integer not null, primary key (host, kind))',
  `create table item(id integer primary key, home integer not null references host, team integer not null, controllable_host integer not null references host)`,
  'create table need(item integer not null references item, kind integer not null references kind, amount integer, primary key (item, kind))',
  'create table way(start integer not null, finish integer not null, cost integer not null, primary key (start, finish))',
  'create table wants(team integer not null, near integer not null)',
];

const NEED = `select * from need as n join item as i on i.id = n.item
  join room as r on r.host = i.controllable_host and r.kind = n.kind`;

/** Each reads what a decision chooses; none may need a row per item and host. */
const POLICIES: Readonly<Record<string, string>> = {
  'a sum per chosen row': `${NEED} group by r.host, r.kind, r.size check sum(n.amount) <= r.size`,
  'a cost above a bound': `${NEED} join kind as k on k.id = n.kind group by r.host, r.kind, r.size, k.price
    minimize k.price * max(0, sum(n.amount) - r.size)`,
  'a count per place of the chosen row': `select * from item as i join host as h on h.id = i.controllable_host
    group by h.zone check count(*) <= 2`,
  'a count that a condition filters': `${NEED} group by r.host
    minimize max(1, count(n.amount) filter (where n.amount <> 0))`,
  'keys on both sides': `select * from item as i join host as h on h.id = i.controllable_host
    group by i.team, h.zone check count(*) between 0 and 1`,
  'a group over several matches': `${NEED} group by r.host minimize max(0, sum(n.amount))`,
  'a sum of what moves': `select * from need as n join item as i on i.id = n.item
    join room as r on r.host = i.controllable_host and r.kind = n.kind
    where i.controllable_host <> i.home group by r.host, r.kind check sum(n.amount) <= 2`,
  'what stays and what goes': `${NEED} group by r.host, r.kind, r.size check sum(n.amount) + coalesce((
      select sum(o.amount) from need as o join item as j on j.id = o.item
      where j.home = r.host and o.kind = r.kind and j.controllable_host <> j.home), 0) <= r.size - 1`,
  'a column by two keys': `select * from item as i join way as w
    on w.start = i.home and w.finish = i.controllable_host minimize w.cost`,
  'a column by two keys, added up': `select * from item as i join way as w
    on w.start = i.home and w.finish = i.controllable_host group by i.team check sum(w.cost) <= 4`,
  'different places': `select * from item as i join host as h on h.id = i.controllable_host
    group by i.team check count(distinct h.zone) >= 2`,
  'one of them near': `select * from item as i join wants as w on w.team = i.team
    join host as h on h.id = i.controllable_host check h.zone in (
      select g.zone from item as j join host as g on g.id = j.controllable_host where j.team = w.near)`,
  'a capacity per kind': `${NEED} where n.amount >= 0 group by n.kind
    check capacity(i.controllable_host, r.host, n.amount, r.size)`,
  'all on hosts of their own':
    'select * from item as i where i.controllable_host <> i.home check all_different(i.controllable_host)',
};

function statements(items: number, hosts: number, kinds: number): string[] {
  const list = (count: number, row: (i: number) => string): string[] =>
    Array.from({ length: count }, (_one, i) => row(i));
  const insert = (table: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : [`insert into ${table} values ${rows.join(', ')}`];
  const pairs = (n: number, m: number): (readonly [number, number])[] =>
    list(n, String).flatMap((_one, a) => list(m, String).map((_other, b) => [a, b] as const));
  return [
    ...insert(
      'host',
      list(hosts, (i) => `(${i}, ${i % 3})`),
    ),
    ...insert(
      'kind',
      list(kinds, (i) => `(${i}, ${1 + (i % 2)})`),
    ),
    // The last host has no room of the last kind.
    ...insert(
      'room',
      pairs(hosts, kinds)
        .filter(([host, kind]) => hosts > 3 || host < hosts - 1 || kind < kinds - 1)
        .map(([host, kind]) => `(${host}, ${kind}, ${2 + ((host + kind) % 3)})`),
    ),
    ...insert(
      'item',
      list(items, (i) => `(${i}, ${i % hosts}, ${i % 4 === 3 ? 1 : i % 2}, ${i % hosts})`),
    ),
    ...insert(
      'need',
      pairs(items, kinds).map(([item, kind]) => {
        const amount = (item + kind) % 4 === 3 ? 'null' : String(((item * 3 + kind) % 4) - 1);
        return `(${item}, ${kind}, ${amount})`;
      }),
    ),
    ...insert(
      'way',
      pairs(hosts, hosts).map(([a, b]) => `(${a}, ${b}, ${(a * 2 + b * 3) % 4})`),
    ),
    'insert into wants values (0, 1)',
  ];
}

const policy = (name: string): string => `create constraint c as ${must(POLICIES[name], name)};`;

for (const name of Object.keys(POLICIES)) {
  test(`the model says of every assignment what SQLite says: ${name}`, (t) => {
    const store = databaseOf(...SCHEMA, ...statements(4, 3, 2));
    const seen = everyAssignment(store, policy(name));
    t.is(seen.length, 81);
    for (const { values, model, sqlite, modelSoft, sqliteSoft } of seen) {
      t.is(model, sqlite, values);
      t.deepEqual(modelSoft, sqliteSoft, values);
    }
    const kept = new Set(seen.map((one) => `${one.model} ${JSON.stringify(one.modelSoft)}`));
    t.true(kept.size > 1, 'the policy tells assignments apart');
    store.close();
  });
}

/** Everything that a model holds: what a search or a backend has to read at least. */
function sizeOf({ model }: Grounded): number {
  const loads = new Set<Loads>();
  let size = model.variables.length + model.nodes.length + model.numerics.length + model.constraints.length;
  for (const numeric of model.numerics) if (numeric.kind === 'load') loads.add(numeric.loads);
  for (const { items } of loads) size += items.length;
  for (const node of model.nodes) {
    if (node.kind === 'or') size += node.literals.length;
    if (node.kind === 'linear') size += node.expression.terms.length;
  }
  for (const { soft } of model.objectives) for (const { expression } of soft) size += expression.terms.length;
  for (const constraint of model.constraints) {
    if (constraint.kind === 'capacity')
      size += constraint.capacity.items.length + constraint.capacity.keys.length;
  }
  return size;
}

function grounded(store: Store, text: string): { readonly size: number; readonly rows: number } {
  const { compiled } = compileHere(store, text);
  let rows = 0;
  const reader = {
    rows: (sql: string, parameters: readonly (string | number | bigint | null | Uint8Array)[] = []) => {
      const read = store.rows(sql, parameters);
      rows += read.length;
      return read;
    },
  };
  const result = ground(must(compiled, 'policies'), reader);
  return { size: sizeOf(result), rows };
}

for (const name of Object.keys(POLICIES)) {
  test(`neither rows nor model grow with items times hosts: ${name}`, (t) => {
    const at = (items: number, hosts: number): { readonly size: number; readonly rows: number } => {
      const store = databaseOf(...SCHEMA, ...statements(items, hosts, 2));
      const found = grounded(store, policy(name));
      store.close();
      return found;
    };
    const [small, large] = [at(120, 20), at(240, 40)];
    // Costs of ways are read once per pair of hosts: as many as the table has.
    const table = name.startsWith('a column by two keys') ? 40 * 40 - 20 * 20 : 0;
    t.true(large.size <= 2.4 * small.size + 40, `${small.size} to ${large.size}`);
    t.true(large.rows - table <= 2.4 * small.rows, `${small.rows} to ${large.rows}`);
  });
}
