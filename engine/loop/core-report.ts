import type { Diagnostic, Note } from '../base/diagnostic.js';
import { byText } from '../base/order.js';
import type { Span } from '../base/source.js';
import { positionAt } from '../base/source.js';
import type { SqlRecord } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import { definitionOf } from '../check/column-clauses.js';
import type { Grounded } from '../ground/ground.js';
import { rowText } from '../ground/ground-error.js';
import type { TextCodes } from '../ground/symbol.js';
import type { DecisionCell } from '../ground/variables.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { Clash } from './core-demands.js';
import { fixText } from './core-fixes.js';
import { keyRecord, memberRecord } from './core-parts.js';
import type { ClashingPart, ClashingRows } from './core-rows.js';
import type { CoreSearch } from './core-search.js';
import type { CoreConstraint, CoreDomain, CoreFix, CoreGroup, InfeasibleCore } from './infeasible-core.js';

/** A core and what is said about it. */
export interface CoreFound {
  readonly core: InfeasibleCore;
  readonly diagnostic: Diagnostic;
}

/** Rows of one constraint that people are shown; the JSON has them all. */
const SHOWN_ROWS = 5;

/** A core by name, then rows; `rows` is null where the time ended before any were found. */
export function reportCore(
  { compiled, prepared }: CoreSearch,
  clash: Clash,
  rows: ClashingRows | null,
  isOver: boolean,
  fixes: readonly CoreFix[],
): CoreFound {
  const demands = [...clash.demands].sort((a, b) => byText(a.policy.name, b.policy.name));
  const parts = rows?.parts ?? [];
  const constraints = demands.map((demand) =>
    constraintOf(
      demand,
      parts.filter(({ part }) => part.demand === demand),
      prepared.grounded.texts,
      compiled.implied.includes(demand),
    ),
  );
  const minimal = clash.minimal && rows?.minimal === true;
  const isSpent = isOver || clash.isSpent || rows?.isSpent === true;
  const core: InfeasibleCore = {
    minimal,
    unproved: minimal ? null : isSpent ? 'time' : 'undecided',
    constraints,
    domains: clash.grounded === null ? [] : domainsOf(clash.grounded, parts),
    fixes,
  };
  return { core, diagnostic: diagnosticOf(core, demands.map(spanOf)) };
}

const spanOf = ({ policy }: LoweredPolicy): Span => policy.statement.name.span;

function constraintOf(
  demand: LoweredPolicy,
  parts: readonly ClashingPart[],
  texts: TextCodes,
  implied: boolean,
): CoreConstraint {
  const span = spanOf(demand);
  const groups = parts.flatMap((part) => (isGroup(part) ? [groupOf(part, texts)] : []));
  const rows = parts.flatMap((part): SqlRecord[] => {
    if (!isGroup(part)) return [part.part.row];
    const { group, rows: members, keys } = groupOf(part, texts);
    return [group, ...members, ...keys];
  });
  return {
    name: demand.policy.name,
    file: span.source.name,
    line: positionAt(span.source, span.start).line,
    implied,
    rows: distinct(rows.filter((row) => Object.keys(row).length > 0)),
    groups,
    columns: implied ? [...new Set(parts.flatMap(({ columns }) => columns))].sort(byText) : [],
  };
}

const isGroup = ({ part }: ClashingPart): boolean => part.members.length > 0 || part.keys.length > 0;

function groupOf({ part, members, keys }: ClashingPart, texts: TextCodes): CoreGroup {
  return {
    group: part.row,
    rows: members.map((member) => memberRecord(part.demand, member)),
    keys: keys.map((key) => keyRecord(part.origin, texts, key)),
    every_key: keys.length > 0 && keys.length === part.keys.length,
  };
}

function distinct(rows: readonly SqlRecord[]): SqlRecord[] {
  return [...new Map(rows.map((row) => [rowText(row), row])).values()];
}

/** What the schema lets the decisions of a clash be. */
function domainsOf(grounded: Grounded, parts: readonly ClashingPart[]): CoreDomain[] {
  const found = new Map<string, CoreDomain>();
  const columns = new Set(parts.flatMap((part) => part.columns));
  for (const { relation, column, variable } of grounded.cells) {
    const name = `${relation.name}.${column}`;
    const { values = null } = grounded.model.variables[variable] ?? {};
    if (values === null || found.has(name) || !columns.has(name)) continue;
    const from = parentOf(relation, column);
    found.set(name, { table: relation.name, column, from, values: values.length });
  }
  return [...found].sort(([a], [b]) => byText(a, b)).map(([, domain]) => domain);
}

function parentOf(relation: Relation, column: string): string | null {
  const key = relation.foreignKeys.find(
    ({ columns }) => columns.length === 1 && columns[0]?.toLowerCase() === column.toLowerCase(),
  );
  return key === undefined ? null : `${key.parent}(${key.parentColumns.join(', ') || 'rowid'})`;
}

/** A decision that the schema leaves no value is a core by itself; null where there is none. */
export function emptyDomainCore({ cells, model }: Grounded): CoreFound | null {
  const isEmpty = ({ variable }: DecisionCell): boolean => model.variables[variable]?.values?.length === 0;
  const empty = cells.find(isEmpty);
  if (empty === undefined) return null;
  const { relation, column, key } = empty;
  const name = `${relation.name}.${column}`;
  const span = definitionOf(relation.source, [column]);
  const from = parentOf(relation, column);
  const parent = from?.replace(/\(.*/, '') ?? null;
  const row = Object.fromEntries(Object.entries(key).map(([at, value]) => [`${relation.name}.${at}`, value]));
  const core: InfeasibleCore = {
    minimal: true,
    unproved: null,
    constraints: [
      {
        name,
        file: span.source.name,
        line: positionAt(span.source, span.start).line,
        implied: true,
        rows: [row],
        groups: [],
        columns: [name],
      },
    ],
    domains: [{ table: relation.name, column, from, values: 0 }],
    fixes: [],
  };
  const rows = cells.filter((cell) => cell.column === column && cell.relation === relation).length;
  return {
    core,
    diagnostic: {
      code: 'solve/infeasible',
      severity: 'error',
      message:
        `the schema leaves \`${name}\` no value to take: ` +
        (parent === null
          ? 'its type has none'
          : `\`${parent}\` has no row that its foreign key could refer to`),
      span,
      notes: [
        {
          message: `${rows} row${rows === 1 ? '' : 's'} of \`${relation.name}\` wait${rows === 1 ? 's' : ''} for a value`,
        },
      ],
      help: parent === null ? 'check the column' : `add rows to \`${parent}\``,
    },
  };
}

/** The core as a diagnostic: the first constraint under the carets, the others and the rows as notes. */
function diagnosticOf(core: InfeasibleCore, spans: readonly Span[]): Diagnostic {
  const { constraints, domains, minimal, fixes } = core;
  const names = constraints.map(({ name }) => `\`${name}\``);
  const isSchemaAlone = constraints.length > 0 && constraints.every(({ implied }) => implied);
  const notes = constraints.flatMap((constraint, i): Note[] => {
    const rows = rowsText(constraint);
    if (i === 0 && rows === '') return [];
    const message = rows === '' ? `\`${constraint.name}\` is here` : `\`${constraint.name}\` for ${rows}`;
    return [{ message, span: i === 0 ? undefined : spans[i] }];
  });
  const columns = [...new Set(constraints.flatMap((one) => one.columns))].map((column) => `\`${column}\``);
  const whatever = isSchemaAlone && columns.length > 0 ? `, whatever ${columns.join(' and ')} may be` : '';
  const together = names.length > 1 ? ' together' : '';
  return {
    code: 'solve/infeasible',
    severity: 'error',
    message: `${names.join(', ')} cannot hold${together}${whatever}${minimal ? '' : ' (not shown to be minimal)'}`,
    span: spans[0],
    notes: [...notes, ...domains.map((domain) => ({ message: domainText(domain) }))],
    help: fixes.length === 0 ? undefined : `any one of these would fix it: ${fixes.map(fixText).join('; ')}`,
  };
}

/** `t.id=1; t.id=2`, for groups `zone=a (t.id=1; t.id=2)`, for capacities `t.id=1; t.id=2 at h.id=3`. */
export function rowsText({ rows, groups }: CoreConstraint, most = SHOWN_ROWS): string {
  const inside = new Set(groups.flatMap((one) => [one.group, ...one.rows, ...one.keys].map(rowText)));
  const plain = rows.map(rowText).filter((row) => !inside.has(row));
  return limited([...plain, ...groups.map((group) => groupText(group, most))], most);
}

function groupText({ group, rows, keys, every_key: isEvery }: CoreGroup, most: number): string {
  const [name] = Object.keys(keys[0] ?? {});
  const places =
    isEvery && keys.length > 1
      ? `any of ${keys.length} \`${name ?? 'key'}\``
      : limited(keys.map(rowText), most);
  const parts = [limited(rows.map(rowText), most), ...(places === '' ? [] : [`at ${places}`])];
  const text = parts.filter((part) => part !== '').join(' ');
  const title = rowText(group);
  if (title === '') return text;
  return text === '' ? title : `${title} (${text})`;
}

function limited(items: readonly string[], most: number): string {
  const more = items.length > most ? [`and ${items.length - most} more`] : [];
  return [...items.slice(0, most), ...more].join('; ');
}

export function domainText({ table, column, from, values }: CoreDomain): string {
  const name = `\`${table}.${column}\``;
  if (from === null) return `${name} is 0 or 1`;
  return `${name} is one of ${values} value${values === 1 ? '' : 's'} of \`${from}\``;
}
