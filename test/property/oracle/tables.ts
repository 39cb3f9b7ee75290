import type { Draw } from './draw.js';
import type { Column, Expr, ForeignKey, Policy, Table, Value } from './language.js';
import { columnOf, equal, literal } from './language.js';
import { print } from './print.js';

/** Most assignments that a case may have. */
const MOST_ASSIGNMENTS = 250;

/** Tables of a case, and the policies that give domains where the schema gives none. */
export interface Tables {
  readonly tables: readonly Table[];
  readonly domains: readonly Policy[];
  /** Keys of hosts are texts. */
  readonly textKeys: boolean;
}

interface DrawnColumn extends Column {
  readonly ddl: string;
  /** Written only where the schema bounds nothing. */
  readonly bound?: Expr;
  stored(): Value;
}

/** Hosts, items that choose hosts, pairs of numbers and hosts, and sometimes parts of items that choose too. */
export function drawTables(draw: Draw): Tables {
  const textKeys = draw.chance(25);
  const keys = (textKeys ? ['a', 'b', 'c'] : [1, 2, 3]).slice(0, 1 + draw.below(3));
  const host = hosts(draw, textKeys, keys);
  const pair = pairs(draw, textKeys, keys);
  const open = host.columns.some((one) => one.decision) ? 2 ** host.rows.length : 1;
  const { item, domains, assignments } = items(draw, textKeys, host, pair, open);
  const part = parts(draw, item, MOST_ASSIGNMENTS / assignments);
  const tables = [host, item, ...(pair === null ? [] : [pair]), ...(part === null ? [] : [part])];
  return { tables, domains, textKeys };
}

const plain = (name: string, type: Column['type']): Column => ({ name, type, decision: false, domain: [] });
const noRules = { uniques: [], checks: [], foreignKeys: [] };

function hosts(draw: Draw, textKeys: boolean, keys: readonly (number | string)[]): Table {
  const on = draw.chance(25);
  const columns: Column[] = [
    plain('id', textKeys ? 'text' : 'int'),
    plain('cap', 'int'),
    plain('zone', 'int'),
  ];
  if (on) columns.push({ name: 'controllable_on', type: 'int', decision: true, domain: [0, 1] });
  const declared = draw.pick([
    'controllable_on boolean',
    'controllable_on integer check (controllable_on in (0, 1))',
    'controllable_on integer not null check (controllable_on between 0 and 1)',
  ]);
  const isNotNull = declared.includes('not null');
  return {
    ...noRules,
    name: 'h',
    ddl: `create table h(id ${textKeys ? 'text' : 'integer'} primary key, cap integer, zone integer${on ? `, ${declared}` : ''})`,
    columns,
    rows: draw.chance(4)
      ? []
      : keys.map((key) => [
          key,
          draw.chance(5) ? null : draw.below(5),
          draw.nullable(draw.below(2)),
          ...(on ? [isNotNull ? draw.below(2) : draw.pick([null, 0, 1])] : []),
        ]),
  };
}

/** Ground rows that name numbers and hosts; a composite foreign key may refer to them. */
function pairs(draw: Draw, textKeys: boolean, keys: readonly (number | string)[]): Table | null {
  if (draw.chance(60)) return null;
  const rows: Value[][] = [];
  for (const a of [0, 1, 2]) {
    for (const k of keys) if (draw.chance(55)) rows.push([a, k, draw.nullable(draw.below(4))]);
  }
  return {
    ...noRules,
    name: 'z',
    ddl: `create table z(a integer, k ${textKeys ? 'text' : 'integer'}, v integer, primary key (a, k))`,
    columns: [plain('a', 'int'), plain('k', textKeys ? 'text' : 'int'), plain('v', 'int')],
    rows,
  };
}

function numberColumn(draw: Draw): DrawnColumn {
  const name = 'controllable_n';
  const domain = draw.pick([
    [0, 1],
    [0, 1, 2],
    [-1, 0, 2],
    [-2, 3],
  ]);
  const isRange = domain[1] === 1;
  const list = domain.join(', ');
  const bySchema = isRange && draw.chance(70) ? `between 0 and ${domain.length - 1}` : `in (${list})`;
  const common = { name, type: 'int', decision: true, domain, stored: () => null } as const;
  if (draw.chance(70)) return { ...common, ddl: `${name} integer check (${name} ${bySchema})` };
  const at = columnOf('d', name);
  const either = domain.map((one) => equal(at, literal(one))).reduce((a, b): Expr => ({ k: 'or', a, b }));
  const bounds: Expr = {
    k: 'and',
    a: { k: 'cmp', op: '>=', a: at, b: literal(domain[0] ?? 0) },
    b: { k: 'cmp', op: '<', a: at, b: literal(domain.length) },
  };
  const listed: Expr = { k: 'in', not: false, a: at, list: domain.map(literal) };
  const between: Expr = {
    k: 'between',
    not: false,
    a: at,
    lo: literal(domain[0] ?? 0),
    hi: literal(domain.length - 1),
  };
  const bound = draw.pick(isRange ? [either, bounds, listed, between] : [either, listed]);
  return { ...common, ddl: `${name} integer`, bound };
}

function textColumn(draw: Draw): DrawnColumn {
  const name = 'controllable_s';
  const common = { name, type: 'text', decision: true, domain: ['a', 'b'], stored: () => null } as const;
  if (draw.chance(60)) return { ...common, ddl: `${name} text check (${name} in ('a', 'b'))` };
  const at = columnOf('d', name);
  const list = [literal('a'), literal('b')];
  return { ...common, ddl: `${name} text`, bound: { k: 'in', not: false, a: at, list } };
}

function flagColumn(draw: Draw): DrawnColumn {
  const name = 'controllable_b';
  const ddl = draw.pick([`${name} boolean`, `${name} integer check (${name} in (0, 1))`]);
  return {
    name,
    type: 'int',
    decision: true,
    domain: [0, 1],
    ddl,
    stored: () => draw.pick([null, 0, 1]),
  };
}

function items(
  draw: Draw,
  textKeys: boolean,
  host: Table,
  pair: Table | null,
  open: number,
): { item: Table; domains: Policy[]; assignments: number } {
  const keyType = textKeys ? 'text' : 'int';
  const keys = host.rows.map((row) => row[0]).filter((key) => key !== null && key !== undefined);
  const decisions: DrawnColumn[] = [
    {
      name: 'controllable_h',
      type: keyType,
      decision: true,
      domain: keys,
      ddl: `controllable_h ${textKeys ? 'text' : 'integer'} references h(id)`,
      stored: () => (draw.chance(40) || keys.length === 0 ? null : draw.pick(keys)),
    },
  ];
  if (draw.chance(40)) decisions.push(numberColumn(draw));
  if (draw.chance(12)) decisions.push(textColumn(draw));
  if (draw.chance(12)) decisions.push(flagColumn(draw));
  const has = (name: string): boolean => decisions.some((one) => one.name === name);
  const lists = draw.chance(20);
  const at = (name: string): Expr => columnOf('', name);
  const checks: Expr[] = [];
  if (has('controllable_n')) {
    const n = at('controllable_n');
    if (draw.chance(12)) checks.push({ k: 'cmp', op: '<>', a: n, b: at('w') });
    if (draw.chance(12))
      checks.push({ k: 'or', a: { k: 'cmp', op: '<', a: n, b: literal(2) }, b: equal(at('g'), literal(1)) });
    if (draw.chance(8))
      checks.push({ k: 'cmp', op: '<=', a: { k: 'arith', op: '*', a: n, b: n }, b: at('w') });
  }
  if (has('controllable_b') && draw.chance(30))
    checks.push({ k: 'or', a: at('controllable_b'), b: { k: 'cmp', op: '>', a: at('w'), b: literal(1) } });
  const uniques: string[][] = [];
  if (draw.chance(7)) uniques.push(['controllable_h']);
  if (draw.chance(7)) uniques.push(['g', 'controllable_h']);
  if (has('controllable_n') && draw.chance(10)) uniques.push(['controllable_h', 'controllable_n']);
  const foreignKeys: ForeignKey[] = [];
  if (pair !== null && draw.chance(40)) {
    const number = has('controllable_n') && draw.chance(50) ? 'controllable_n' : 'g';
    foreignKeys.push({ columns: [number, 'controllable_h'], parent: 'z', parentColumns: ['a', 'k'] });
  }
  const options = draw.pick(['', '', ' strict', ' without rowid', ' strict, without rowid']);
  const isStrict = options.includes('strict');
  const parts = [
    'id integer primary key',
    'g integer',
    'w integer',
    ...(lists ? ['js text'] : []),
    ...decisions.map(({ ddl }) =>
      isStrict ? ddl.replace('boolean', 'integer check (controllable_b in (0, 1))') : ddl,
    ),
    ...uniques.map((names) => `unique (${names.join(', ')})`),
    ...checks.map((one) => `check ${print(one)}`),
    ...foreignKeys.map(
      ({ columns, parent, parentColumns }) =>
        `foreign key (${columns.join(', ')}) references ${parent}(${parentColumns.join(', ')})`,
    ),
  ];
  const rows: Value[][] = [];
  const perRow = decisions.reduce((product, one) => product * Math.max(1, one.domain.length), 1);
  const wanted = draw.chance(5) ? 0 : 1 + draw.below(4);
  let assignments = open;
  // Stored values must be storable; keys and checks accept null.
  const isFree = checks.length + uniques.length + foreignKeys.length === 0;
  for (let id = 1; id <= wanted && assignments * perRow <= MOST_ASSIGNMENTS; id += 1) {
    assignments *= perRow;
    rows.push([
      id,
      draw.nullable(draw.below(2)),
      draw.nullable(draw.below(4)),
      ...(lists ? [draw.nullable(listOf(draw, keys))] : []),
      ...decisions.map((one) => (isFree ? one.stored() : null)),
    ]);
  }
  const domains = decisions.flatMap(({ name, bound }): Policy[] => {
    if (bound === undefined) return [];
    const select = {
      from: [{ alias: 'd', relation: 't', join: 'comma', on: [] }],
      where: [],
      groupBy: [],
      having: [],
      out: [],
    } as const;
    return [
      {
        name: `dom${name.slice(-2)}`,
        select,
        clause: 'check',
        parts: [bound],
        weight: 1,
        priority: 0,
        isDomain: true,
      },
    ];
  });
  const columns = [
    plain('id', 'int'),
    plain('g', 'int'),
    plain('w', 'int'),
    ...(lists ? [plain('js', 'text')] : []),
    ...decisions.map(({ name, type, decision, domain }) => ({ name, type, decision, domain })),
  ];
  const ddl = `create table t(${parts.join(', ')})${options}`;
  return { item: { name: 't', ddl, columns, rows, uniques, checks, foreignKeys }, domains, assignments };
}

/** A JSON array of hosts. */
function listOf(draw: Draw, keys: readonly Value[]): string {
  return JSON.stringify(keys.filter(() => draw.chance(50)));
}

function parts(draw: Draw, item: Table, most: number): Table | null {
  if (most < 2 || item.rows.length === 0 || draw.chance(65)) return null;
  const rows: Value[][] = [];
  for (let id = 1; id <= 2 && 2 ** id <= most; id += 1) {
    rows.push([id, draw.nullable(draw.pick(item.rows)[0] ?? null), draw.below(3), null]);
  }
  const isKey = draw.chance(20);
  const columns = [
    plain('id', 'int'),
    plain('ti', 'int'),
    plain('q', 'int'),
    { name: 'controllable_m', type: 'int', decision: true, domain: [1, 3] } as const,
  ];
  return {
    name: 'u',
    ddl:
      'create table u(id integer primary key, ti integer references t(id), q integer not null, ' +
      `controllable_m integer check (controllable_m in (1, 3))${isKey ? ', unique (ti, controllable_m)' : ''})`,
    columns,
    rows,
    uniques: isKey ? [['ti', 'controllable_m']] : [],
    checks: [],
    foreignKeys: [],
  };
}
