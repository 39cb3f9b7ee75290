import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { Importer, ImportOptions } from './importer.js';

/**
 * The options of an importer from texts such as `seed=7`, with the importer's own values for those left out.
 * Throws DiagnosticError cli/usage for one that it does not have.
 */
export function readOptions(
  { name: format, options: known }: Pick<Importer, 'name' | 'options'>,
  given: readonly string[],
): ImportOptions {
  const values = new Map(
    known.flatMap(({ name, otherwise }): [string, string][] =>
      otherwise === null ? [] : [[name, otherwise]],
    ),
  );
  const names = known.map(({ name }) => name);
  for (const text of given) {
    const at = text.indexOf('=');
    const name = at === -1 ? text : text.slice(0, at);
    if (at === -1) throw optionError(`\`${text}\` gives no value`, 'write `--with NAME=VALUE`');
    if (!names.includes(name)) {
      const listed = known.map((one) => `${one.name}: ${one.meaning}`).join('; ');
      throw optionError(
        `\`${format}\` has no option \`${name}\``,
        didYouMean(name, names) ?? (names.length === 0 ? 'it has none' : listed),
      );
    }
    values.set(name, text.slice(at + 1));
  }
  return values;
}

/** A whole number among the options. Throws DiagnosticError cli/usage for anything else. */
export function wholeOption(options: ImportOptions, name: string, least: number): number {
  const text = options.get(name) ?? '';
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw optionError(`\`${name}\` is \`${text}\`, not a whole number from ${least}`);
}

/** A positive number among the options, or null where it was left out. Throws DiagnosticError cli/usage. */
export function numberOption(options: ImportOptions, name: string): number | null {
  const text = options.get(name);
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw optionError(`\`${name}\` is \`${text}\`, not a number above 0`);
}

/** One of some words among the options. Throws DiagnosticError cli/usage. */
export function wordOption<Word extends string>(
  options: ImportOptions,
  name: string,
  words: readonly Word[],
): Word {
  const text = options.get(name) ?? '';
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw optionError(
    `\`${name}\` is \`${text}\``,
    didYouMean(text, words) ?? `it is one of ${words.join(', ')}`,
  );
}

const optionError = (message: string, help?: string): DiagnosticError =>
  new DiagnosticError([{ code: 'cli/usage', severity: 'error', message, help }]);
