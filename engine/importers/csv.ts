import { DiagnosticError } from '../base/diagnostic.js';
import { readDataFile } from './read-data-file.js';

/** One row of a CSV file, by column name. */
export interface CsvRow {
  /** The field as it stands. */
  text(column: string): string;
  /** Throws DiagnosticError unless the field is an integer of at least `min`. */
  integer(column: string, min?: number): number;
  /** As `integer`, but null for an empty field. */
  optional(column: string, min?: number): number | null;
  /** The number of a name such as `host-12`. Throws DiagnosticError for any other text. */
  numbered(column: string, prefix: string): number;
  /** Throws DiagnosticError unless the field is one of these words. */
  word<Word extends string>(column: string, words: readonly Word[]): Word;
  /** A DiagnosticError that names the file and the row. */
  problem(message: string): DiagnosticError;
}

const INTEGER = /^-?\d+$/;
const DIGITS = /^\d+$/;

/**
 * Reads a CSV file without quoted fields, gzipped or plain; the whole text is held, rows are made one by one.
 * The first row names the columns, and must name at least those asked for; the others are left out.
 */
export function* readCsv(path: string, columns: readonly string[]): Generator<CsvRow> {
  const lines = readDataFile(path, 'replay/bad-record').text.split('\n');
  const fail = (line: number, message: string): DiagnosticError =>
    new DiagnosticError([
      { code: 'replay/bad-record', severity: 'error', message: `${path}, row ${line}: ${message}` },
    ]);
  const names = (lines[0] ?? '').replace(/\r$/, '').split(',');
  for (const column of columns) {
    if (!names.includes(column)) throw fail(1, `there is no column \`${column}\``);
  }
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text === '' || text === '\r') continue;
    const fields = text.replace(/\r$/, '').split(',');
    const line = index + 1;
    if (fields.length !== names.length) {
      throw fail(line, `${fields.length} fields where the first row has ${names.length}`);
    }
    yield rowOf(new Map(names.map((name, at) => [name, fields[at] ?? ''])), (message) => fail(line, message));
  }
}

function rowOf(fields: ReadonlyMap<string, string>, problem: (message: string) => DiagnosticError): CsvRow {
  const get = (column: string): string => fields.get(column) ?? '';
  const integer = (column: string, min = 0): number => {
    const text = get(column);
    const value = Number(text);
    if (INTEGER.test(text) && Number.isSafeInteger(value) && value >= min) return value;
    throw problem(`\`${column}\` is \`${text}\`, not an integer from ${min}`);
  };
  return {
    text: get,
    integer,
    optional: (column, min) => (get(column) === '' ? null : integer(column, min)),
    numbered: (column, prefix) => {
      const text = get(column);
      const value = Number(text.slice(prefix.length));
      if (text.startsWith(prefix) && DIGITS.test(text.slice(prefix.length)) && Number.isSafeInteger(value))
        return value;
      throw problem(`\`${column}\` is \`${text}\`, not \`${prefix}\` and a number`);
    },
    word: (column, words) => {
      const found = words.find((word) => word === get(column));
      if (found !== undefined) return found;
      throw problem(`\`${column}\` is \`${get(column)}\`, not one of ${words.join(', ')}`);
    },
    problem,
  };
}
