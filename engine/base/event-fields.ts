import type { Code } from './codes.js';
import { didYouMean } from './suggest.js';

/** An event that cannot be served, thrown before anything is written and reported at the controller's door. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: Extract<Code, 'loop/bad-event' | 'loop/not-served' | 'loop/unknown-event'>,
    message: string,
    readonly help?: string,
  ) {
    super(message);
  }
}

/**
 * The fields of one event as a controller asks for them; what was never asked for is unknown.
 * Throws Refusal `loop/bad-event` for a field that is missing, unknown or out of its range.
 */
export class EventFields {
  private readonly known = new Set<string>();

  constructor(
    private readonly type: string,
    private readonly fields: Readonly<Record<string, unknown>>,
  ) {}

  integer(name: string, min: number, max: number): number {
    const value = this.optional(name, min, max);
    if (value === null) throw this.bad(`lacks \`${name}\``);
    return value;
  }

  optional(name: string, min: number, max: number): number | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    throw this.bad(`has \`${name}\` = ${JSON.stringify(value)}, not an integer from ${min} to ${max}`);
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.take(name);
    if (value === undefined || value === null) return otherwise;
    if (typeof value === 'boolean') return value;
    throw this.bad(`has \`${name}\` = ${JSON.stringify(value)}, not true or false`);
  }

  /** A text that is not empty, or null where the field is left out. */
  text(name: string): string | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    if (typeof value === 'string' && value !== '') return value;
    throw this.bad(`has \`${name}\` = ${JSON.stringify(value)}, not a text`);
  }

  /** One of these texts; the first one where the field is left out. */
  word<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.text(name) ?? words[0];
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    throw this.bad(`has \`${name}\` = ${JSON.stringify(value)}`, `there are ${words.join(', ')}`);
  }

  /** A list of whatever values, or null where the field is left out. */
  list(name: string): readonly unknown[] | null {
    const value = this.take(name);
    if (value === undefined || value === null) return null;
    if (Array.isArray(value)) return value as readonly unknown[];
    throw this.bad(`has \`${name}\` = ${JSON.stringify(value)}, not a list`);
  }

  /** A list of integers of one range. */
  integers(name: string, min: number, max: number): readonly number[] {
    const values = this.list(name);
    if (values === null) throw this.bad(`lacks \`${name}\``);
    return values.map((value) => {
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
        return value;
      throw this.bad(`has ${JSON.stringify(value)} in \`${name}\`, not an integer from ${min} to ${max}`);
    });
  }

  /** Names of fields that nobody has asked for. */
  unasked(): readonly string[] {
    return Object.keys(this.fields).filter((name) => !this.known.has(name));
  }

  /** Refuses fields that nobody has asked for. */
  done(): void {
    const [unknown] = this.unasked();
    if (unknown !== undefined) throw this.bad(`has no field \`${unknown}\``, didYouMean(unknown, this.known));
  }

  bad(problem: string, help?: string): Refusal {
    return new Refusal('loop/bad-event', `\`${this.type}\` ${problem}`, help);
  }

  private take(name: string): unknown {
    this.known.add(name);
    return this.fields[name];
  }
}
