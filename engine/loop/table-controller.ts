import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import { didYouMean } from '../base/suggest.js';
import type { Catalog, Relation } from '../catalog/catalog.js';
import { DECISION_PREFIX, columnOf } from '../catalog/catalog.js';
import { quoteName } from '../check/fragment.js';
import type { Controller, ControllerContext, Decision, LoopEvent } from './controller.js';
import { writeCells } from './writeback.js';

/** Tables of the engine itself; events may not write them. */
const CORE_TABLES = new Set(['meta', 'journal', 'solve_run', 'timer', 'applied_migration']);

/**
 * Serves any schema without a controller: events put and delete rows, `solve` decides, and an accepted
 * decision `controllable_x` is copied to its committed twin `current_x` where the table has one.
 */
export function tableController(catalog: Catalog): Controller {
  return {
    name: 'tables',
    tables: catalog.relations.filter((one) => one.kind === 'table').map((one) => one.name),
    events: ['put', 'delete'],
    // No policies of its own: whoever runs it names them.
    schedulers: { policies: { kind: 'policies', paths: [] } },
    defaultScheduler: 'policies',
    // Only `solve` decides: nothing here knows which rows wait.
    trigger: { kind: 'batch', delayUs: Number.MAX_SAFE_INTEGER, requests: Number.MAX_SAFE_INTEGER },
    receive: (event, context) => receive(catalog, event, context),
    waiting: () => ({ table: '', keys: [], oldestUs: null }),
    defer: () => undefined,
    readmit: () => undefined,
    commit: (decisions, context) => commit(catalog, decisions, context),
    metrics: (rows) => {
      if (catalog.relation('metrics') === undefined) return {};
      const record = rows.get('select * from metrics') ?? {};
      return Object.fromEntries(
        Object.entries(record).map(([name, value]) => [name, value === null ? null : Number(value)]),
      );
    },
  };
}

type Refuse = (message: string, help?: string) => void;

function receive(catalog: Catalog, event: LoopEvent, context: ControllerContext): void {
  const refuse: Refuse = (message, help) => context.refuse({ code: 'loop/bad-event', message, help });
  const { table } = event.fields;
  if (typeof table !== 'string') {
    refuse(`a \`${event.type}\` event names its \`table\``);
    return;
  }
  const relation = catalog.relation(table);
  if (relation?.kind !== 'table' || CORE_TABLES.has(relation.name)) {
    const names = catalog.relations.filter((one) => one.kind === 'table' && !CORE_TABLES.has(one.name));
    refuse(
      `there is no table \`${table}\``,
      didYouMean(
        table,
        names.map((one) => one.name),
      ),
    );
    return;
  }
  const field = event.type === 'put' ? 'row' : 'key';
  const row = recordOf(event.fields[field], relation, field, refuse);
  if (row === null) return;
  if (event.type === 'put') put(relation, row, context, refuse);
  else remove(relation, row, context, refuse);
}

/** Checks names and kinds of a row's fields; a boolean is 0 or 1. */
function recordOf(value: unknown, relation: Relation, field: string, refuse: Refuse): SqlRecord | null {
  if (
    value === null ||
    typeof value !== 'object' ||
    Array.isArray(value) ||
    Object.keys(value).length === 0
  ) {
    refuse(`\`${field}\` is an object with at least one column`);
    return null;
  }
  const record: Record<string, SqlValue> = {};
  for (const [name, cell] of Object.entries(value as Record<string, unknown>)) {
    const column = columnOf(relation, name);
    if (column === undefined) {
      refuse(
        `\`${relation.name}\` has no column \`${name}\``,
        didYouMean(
          name,
          relation.columns.map((one) => one.name),
        ),
      );
      return null;
    }
    if (cell === null || typeof cell === 'number' || typeof cell === 'string') record[column.name] = cell;
    else if (typeof cell === 'boolean') record[column.name] = cell ? 1 : 0;
    else {
      refuse(`\`${name}\` is neither number, text nor null`);
      return null;
    }
  }
  return record;
}

function put(relation: Relation, row: SqlRecord, context: ControllerContext, refuse: Refuse): void {
  const names = Object.keys(row);
  const keyed = relation.identity[0] !== 'rowid';
  const missing = keyed ? relation.identity.filter((name) => !names.includes(name)) : [];
  if (missing.length > 0) {
    refuse(`the row lacks its key column \`${missing.join('`, `')}\``);
    return;
  }
  const columns = names.map(quoteName).join(', ');
  const values = names.map(() => '?').join(', ');
  const rest = names.filter((name) => !relation.identity.includes(name));
  const set = rest.map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`).join(', ');
  const conflict = keyed
    ? ` on conflict (${relation.identity.map(quoteName).join(', ')}) do ${rest.length === 0 ? 'nothing' : `update set ${set}`}`
    : '';
  context.rows.run(
    `insert into ${quoteName(relation.name)} (${columns}) values (${values})${conflict}`,
    ...Object.values(row),
  );
}

function remove(relation: Relation, key: SqlRecord, context: ControllerContext, refuse: Refuse): void {
  const missing = relation.identity.filter((name) => name !== 'rowid' && !(name in key));
  if (missing.length > 0) {
    refuse(`\`key\` lacks \`${missing.join('`, `')}\``);
    return;
  }
  const where = Object.keys(key)
    .map((name) => `${quoteName(name)} is ?`)
    .join(' and ');
  const changed = context.rows.run(
    `delete from ${quoteName(relation.name)} where ${where}`,
    ...Object.values(key),
  );
  if (changed > 0) return;
  context.refuse({ code: 'loop/not-served', message: `\`${relation.name}\` has no such row` });
}

/** Copies what was decided into the committed twins and says so. */
function commit(catalog: Catalog, decisions: readonly Decision[], context: ControllerContext): void {
  const twins = decisions.flatMap((decision): Decision[] => {
    const relation = catalog.relation(decision.table);
    const suffix = decision.column.slice(DECISION_PREFIX.length).replace(/^_/, '');
    const twin = relation === undefined ? undefined : columnOf(relation, `current_${suffix}`);
    return twin === undefined ? [] : [{ ...decision, column: twin.name }];
  });
  writeCells((sql, params) => context.rows.run(sql, ...params), twins);
  for (const { table, key, column, value, previous } of decisions)
    if (value !== previous) context.emit({ type: 'decided', fields: { table, key, column, value } });
}
