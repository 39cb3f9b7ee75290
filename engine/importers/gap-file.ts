import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { SourceFile, Span } from '../base/source.js';
import { NumberReader } from './number-reader.js';

/** A generalised assignment problem; agents and items are numbered from 0. */
export interface GapInstance {
  readonly name: string;
  /** By agent, then by item. */
  readonly costs: readonly (readonly number[])[];
  /** By agent, then by item. */
  readonly weights: readonly (readonly number[])[];
  /** By agent. */
  readonly capacities: readonly number[];
}

const TEXT_ORDER =
  'a problem is the number of agents and of items, the costs by agent, the weights by agent, and the capacities; several problems come after their number';
const JSON_SHAPE =
  'each line is an object with `name`, `cost` and `weight` (a list of lists, by agent and item) and `capacity` (a list)';
/** Counts beyond this are taken for a file of another kind rather than tried. */
const MOST = 1_000_000;

/**
 * The problem of this name in a file of JSON lines or in the OR-Library's text; a text names its problems 1, 2, 3 ...
 * The name may be null where there is one only. Throws DiagnosticError: import/bad-file, import/unknown-instance.
 */
export function readGapInstance(source: SourceFile, name: string | null): GapInstance {
  return source.text.trimStart().startsWith('{') ? fromJsonLines(source, name) : fromText(source, name);
}

interface Found<T> {
  readonly name: string;
  readonly make: () => T;
}

function choose<T>(source: SourceFile, found: readonly Found<T>[], name: string | null): T {
  const [first, ...more] = found;
  const chosen = name === null && more.length === 0 ? first : found.find((one) => one.name === name);
  if (chosen !== undefined) return chosen.make();
  const names = found.map((one) => one.name);
  const message =
    name === null
      ? `\`${source.name}\` holds ${names.length} problems; which one is meant?`
      : `\`${source.name}\` holds no problem \`${name}\``;
  const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? `, ... ${names.at(-1) ?? ''}` : ''}`;
  const help = (name === null ? null : didYouMean(name, names)) ?? `\`--instance NAME\` takes one of ${some}`;
  throw new DiagnosticError([{ code: 'import/unknown-instance', severity: 'error', message, help }]);
}

function badFile(message: string, span: Span): DiagnosticError {
  return new DiagnosticError([
    { code: 'import/bad-file', severity: 'error', message, span, help: JSON_SHAPE },
  ]);
}

function fromJsonLines(source: SourceFile, name: string | null): GapInstance {
  const found: Found<GapInstance>[] = [];
  let start = 0;
  for (const line of source.text.split('\n')) {
    const span: Span = { source, start, end: start + line.length };
    start += line.length + 1;
    if (line.trim() === '') continue;
    const parsed = jsonOf(line, span);
    if (typeof parsed['name'] !== 'string') throw badFile('the problem has no `name`', span);
    const own = parsed['name'];
    found.push({ name: own, make: () => instanceOf(own, parsed, span) });
  }
  return choose(source, found, name);
}

function jsonOf(line: string, span: Span): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch (error) {
    throw badFile(
      `the line is not whole JSON: ${error instanceof Error ? error.message : String(error)}`,
      span,
    );
  }
  throw badFile('the line is no JSON object', span);
}

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function instanceOf(name: string, parsed: Readonly<Record<string, unknown>>, span: Span): GapInstance {
  const fail = (what: string): DiagnosticError => badFile(`problem \`${name}\`: ${what}`, span);
  const listOf = (value: unknown, field: string, length: number | null): number[] => {
    if (!Array.isArray(value) || !value.every(isAmount))
      throw fail(`\`${field}\` is no list of whole numbers from 0`);
    if (length !== null && value.length !== length)
      throw fail(`\`${field}\` has ${value.length} numbers where there are ${length} items`);
    return value;
  };
  const capacities = listOf(parsed['capacity'], 'capacity', null);
  const tableOf = (field: string, items: number | null): number[][] => {
    const rows: unknown = parsed[field];
    if (!Array.isArray(rows) || rows.length !== capacities.length)
      throw fail(`\`${field}\` has not one list for each of ${capacities.length} capacities`);
    const first = listOf(rows[0] ?? [], field, items);
    return rows.map((row: unknown) => listOf(row, field, first.length));
  };
  const costs = tableOf('cost', null);
  return { name, costs, weights: tableOf('weight', costs[0]?.length ?? 0), capacities };
}

function fromText(source: SourceFile, name: string | null): GapInstance {
  const count = problemCount(source);
  const reader = new NumberReader(source, TEXT_ORDER);
  if (count !== null) reader.next(() => 'the number of problems');
  const found: Found<GapInstance>[] = [];
  for (let problem = 1; problem <= (count ?? 1); problem += 1) {
    const instance = readProblem(reader, String(problem));
    found.push({ name: instance.name, make: () => instance });
  }
  reader.finish(`the capacities of problem ${count ?? 1}`);
  return choose(source, found, name);
}

/** The number of problems in front of a text with several, null where it begins with its only problem. */
function problemCount({ text }: SourceFile): number | null {
  const words = text.trim().split(/\s+/);
  const [agents, items] = words.map(Number);
  return words.length === 2 + 2 * (agents ?? 0) * (items ?? 0) + (agents ?? 0) ? null : Number(words[0]);
}

function readProblem(reader: NumberReader, name: string): GapInstance {
  const of = `of problem ${name}`;
  const agents = reader.next(() => `the number of agents ${of}`, 1, MOST);
  const items = reader.next(() => `the number of items ${of}`, 0, MOST);
  const table = (what: string): number[][] =>
    Array.from({ length: agents }, (_none, agent) =>
      reader.list(items, (item) => `the ${what} of item ${item} for agent ${agent} ${of}`),
    );
  const costs = table('cost');
  const weights = table('weight');
  const capacities = reader.list(agents, (agent) => `the capacity of agent ${agent} ${of}`);
  return { name, costs, weights, capacities };
}
