import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile, Span } from '../base/source.js';

const INTEGER = /^-?\d+$/;
/** Longer words are cut in messages. */
const LONGEST = 40;

/**
 * Reads a text of whole numbers between white space, one after the other. Whatever is wrong is thrown as
 * DiagnosticError import/bad-file at its place.
 */
export class NumberReader {
  readonly #source: SourceFile;
  readonly #words: Iterator<RegExpMatchArray>;
  readonly #help: string;
  #last: Span;

  /** `help` says in which order the numbers of this format stand. */
  constructor(source: SourceFile, help: string) {
    this.#source = source;
    this.#words = source.text.matchAll(/\S+/g);
    this.#help = help;
    this.#last = { source, start: 0, end: 0 };
  }

  /** The next number. `what` names it in messages: `the capacity of machine 3`. */
  next(what: () => string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    const word = this.#take();
    if (word === null) throw this.problem(`the file ends where ${what()} should stand`);
    const value = Number(word);
    if (!INTEGER.test(word) || !Number.isSafeInteger(value))
      throw this.problem(`${what()} is ${quoted(word)}, not a whole number`);
    if (value < min || value > max) throw this.problem(`${what()} is ${word}, ${rangeText(min, max)}`);
    return value;
  }

  /** So many numbers; `what` names the one at an index. */
  list(count: number, what: (index: number) => string, min?: number, max?: number): number[] {
    return Array.from({ length: count }, (_none, index) => this.next(() => what(index), min, max));
  }

  /** Throws unless all numbers were read; `what` is what stood last. */
  finish(what: string): void {
    const word = this.#take();
    if (word !== null) throw this.problem(`${quoted(word)} is left over behind ${what}`);
  }

  /** A problem at the number that was read last. */
  problem(message: string): DiagnosticError {
    return new DiagnosticError([
      { code: 'import/bad-file', severity: 'error', message, span: this.#last, help: this.#help },
    ]);
  }

  #take(): string | null {
    const next = this.#words.next();
    if (next.done === true) {
      const end = this.#source.text.trimEnd().length;
      this.#last = { source: this.#source, start: end, end };
      return null;
    }
    const [word] = next.value;
    const start = next.value.index ?? 0;
    this.#last = { source: this.#source, start, end: start + word.length };
    return word;
  }
}

const quoted = (word: string): string => `\`${word.length > LONGEST ? `${word.slice(0, LONGEST)}…` : word}\``;

const rangeText = (min: number, max: number): string =>
  max === Number.MAX_SAFE_INTEGER
    ? `less than ${min}`
    : max < min
      ? 'and none can stand there'
      : `not from ${min} to ${max}`;
