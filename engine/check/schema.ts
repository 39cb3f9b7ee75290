import type { SourceFile } from '../base/source.js';
import type { Column, ColumnType, Relation } from '../catalog/catalog.js';
import { Catalog, isDecisionName } from '../catalog/catalog.js';
import type { ColumnClauses } from './column-clauses.js';
import { columnClauses } from './column-clauses.js';
import type { RawColumn, RawRelation, RawSchema } from '../catalog/raw-schema.js';

/** What a declared type means to policies; SQLite's own affinity rules, with `bool` set apart. */
export function columnType(declared: string): ColumnType {
  const type = declared.toLowerCase();
  if (type.includes('bool')) return 'boolean';
  if (type.includes('int')) return 'integer';
  if (type.includes('char') || type.includes('clob') || type.includes('text')) return 'text';
  if (type.includes('real') || type.includes('floa') || type.includes('doub')) return 'real';
  return 'any';
}

function columnFrom(
  raw: RawColumn,
  kind: RawRelation['kind'],
  clauses: ReturnType<typeof columnClauses>,
): Column {
  const name = raw.name.toLowerCase();
  return {
    name: raw.name,
    type: columnType(raw.type),
    notNull: raw.notNull,
    decision: kind === 'table' && isDecisionName(raw.name),
    collation: clauses.get(name)?.collation ?? null,
    followsDecision: followsDecision(name, clauses),
  };
}

function followsDecision(name: string, clauses: ReturnType<typeof columnClauses>): boolean {
  const from = clauses.get(name)?.computedFrom ?? [];
  // SQLite has no generated columns that follow themselves.
  return from.some((one) => isDecisionName(one) || (one !== name && followsDecision(one, clauses)));
}

function primaryKey(raw: RawRelation): string[] {
  return raw.columns
    .filter((column) => column.primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
    .map((column) => column.name);
}

/** The primary key as stored; the rowid where there is none, or where a decision in it may be stored as null. */
function identityOf(raw: RawRelation, key: readonly string[]): readonly string[] {
  const isOpen = raw.columns.some(
    ({ name, primaryKey: part, notNull }) => part > 0 && !notNull && isDecisionName(name),
  );
  return key.length === 0 || (isOpen && !raw.withoutRowid) ? ['rowid'] : key;
}

/**
 * The live database's own description as a catalog, so that policies work on a schema never seen before.
 * A foreign key that names no parent column means the parent's primary key.
 */
export function catalogOf(schema: RawSchema): Catalog {
  const rawByName = new Map(schema.relations.map((raw) => [raw.name.toLowerCase(), raw]));
  const relations = schema.relations.map((raw): Relation => {
    const source: SourceFile = { name: `(database schema) ${raw.name}`, text: raw.sql };
    const clauses = raw.kind === 'table' ? columnClauses(source) : new Map<string, ColumnClauses>();
    const key = primaryKey(raw);
    const foreignKeys = raw.foreignKeys.map(({ columns, parent, parentColumns }) => {
      const target = rawByName.get(parent.toLowerCase());
      const implied = target === undefined ? [] : primaryKey(target);
      return { columns, parent, parentColumns: parentColumns.length > 0 ? parentColumns : implied };
    });
    return {
      name: raw.name,
      kind: raw.kind,
      columns: raw.columns.map((column) => columnFrom(column, raw.kind, clauses)),
      identity: raw.kind === 'view' ? [] : identityOf(raw, key),
      hasRowid: raw.kind === 'table' && !raw.withoutRowid,
      uniques: raw.uniques,
      otherUniques: raw.otherUniques.map(({ name, sql }) => ({
        name: `(database schema) ${name}`,
        text: sql,
      })),
      foreignKeys,
      source,
    };
  });
  return new Catalog(relations);
}
