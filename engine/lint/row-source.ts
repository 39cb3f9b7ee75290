import type { Catalog, ColumnType, Relation } from '../catalog/catalog.js';
import { isDecisionName } from '../catalog/catalog.js';
import { TABLE_FUNCTIONS } from '../check/functions.js';
import { outputName } from '../check/source-names.js';
import type { FromItem, PolicyStatement, Select } from '../lang/ast.js';
import { fromParts } from '../lang/visit.js';

/** What is known of a column without asking the binder. */
export interface LintColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** null where it is not known. */
  readonly nullable: boolean | null;
  readonly decision: boolean;
}

/** One alias in `from`. */
export interface RowSource {
  readonly alias: string;
  readonly item: Exclude<FromItem, { kind: 'join' }>;
  /** null where the relation or its columns are not known. */
  readonly columns: readonly LintColumn[] | null;
  /** The base table behind it, where it is one. */
  readonly table: Relation | null;
}

/** Relations by name as far as texts and schema tell. */
export class Sources {
  private readonly views = new Map<string, Select>();
  private readonly open = new Set<string>();

  constructor(
    private readonly catalog: Catalog,
    statements: readonly PolicyStatement[],
  ) {
    for (const { name, select, clause } of statements) {
      if (clause === null) this.views.set(name.text.toLowerCase(), select);
    }
  }

  /** Row sources of a `from`; `common` are names that its `with` defines. */
  of(from: FromItem | null, common: ReadonlySet<string>): RowSource[] {
    return fromParts(from).map((item) => {
      if (item.kind === 'select') {
        return { alias: item.alias?.text ?? '', item, columns: this.outputs(item.select), table: null };
      }
      const alias = item.alias?.text ?? item.name.text;
      if (item.args !== null) {
        const names = TABLE_FUNCTIONS.get(item.name.text.toLowerCase());
        return { alias, item, columns: names?.map(plain) ?? null, table: null };
      }
      const key = item.name.text.toLowerCase();
      if (common.has(key)) return { alias, item, columns: null, table: null };
      const view = this.views.get(key);
      if (view !== undefined) return { alias, item, columns: this.viewColumns(key, view), table: null };
      const relation = this.catalog.relation(key);
      if (relation === undefined) return { alias, item, columns: null, table: null };
      const table = relation.kind === 'table' ? relation : null;
      return { alias, item, columns: columnsOf(relation), table };
    });
  }

  private viewColumns(key: string, select: Select): readonly LintColumn[] | null {
    if (this.open.has(key)) return null;
    this.open.add(key);
    const columns = this.outputs(select);
    this.open.delete(key);
    return columns;
  }

  private outputs({ core, with: common }: Select): readonly LintColumn[] | null {
    if (core.values !== null) return null;
    const sources = this.of(
      core.from,
      new Set(common?.tables.map(({ name }) => name.text.toLowerCase()) ?? []),
    );
    const columns: LintColumn[] = [];
    for (const column of core.columns) {
      if (column.kind === 'expression') {
        const { expression } = column;
        const found = expression.kind === 'column' ? findColumn(sources, expression) : null;
        columns.push({ ...(found?.column ?? plain('')), name: outputName(column) });
        continue;
      }
      const wanted = column.qualifier?.text.toLowerCase();
      for (const source of sources) {
        if (wanted !== undefined && source.alias.toLowerCase() !== wanted) continue;
        if (source.columns === null) return null;
        columns.push(...source.columns);
      }
    }
    return columns;
  }
}

const plain = (name: string): LintColumn => ({
  name,
  type: 'any',
  nullable: null,
  decision: isDecisionName(name),
});

function columnsOf(relation: Relation): LintColumn[] {
  const isTable = relation.kind === 'table';
  return relation.columns.map(({ name, type, notNull, decision }) => ({
    name,
    type,
    nullable: isTable ? !notNull && !decision : null,
    decision: decision || (!isTable && isDecisionName(name)),
  }));
}

const ROWID = new Set(['rowid', 'oid', '_rowid_']);

/** The column of one source under a name, or null. */
export function columnIn({ columns, table }: RowSource, name: string): LintColumn | null {
  const wanted = name.toLowerCase();
  const found = columns?.find((column) => column.name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const isRowid = table?.hasRowid === true && ROWID.has(wanted);
  return isRowid ? { name, type: 'integer', nullable: false, decision: false } : null;
}

/** The one source that a column expression can mean; null where none, several or unknown ones could. */
export function findColumn(
  sources: readonly RowSource[],
  {
    qualifier,
    name,
  }: { readonly qualifier: { readonly text: string } | null; readonly name: { readonly text: string } },
): { readonly source: RowSource; readonly column: LintColumn } | null {
  const asked = sources.filter(
    ({ alias }) => qualifier === null || alias.toLowerCase() === qualifier.text.toLowerCase(),
  );
  if (asked.some(({ columns }) => columns === null)) return null;
  const found = asked.flatMap((source) => {
    const column = columnIn(source, name.text);
    return column === null ? [] : [{ source, column }];
  });
  const [only, ...more] = found;
  return only === undefined || more.length > 0 ? null : only;
}
