import { didYouMean } from '../../base/suggest.js';

/** What is wrong with a JSON document, and where. */
export interface Problem {
  /** Such as `fifos[2].producer.depth`. */
  readonly path: string;
  readonly message: string;
  readonly help?: string | undefined;
}

/** Most problems of one document that are told. */
const MOST = 20;

/** Collects problems; reading goes on with a stand-in, so that one run shows all of them. */
export class Problems {
  readonly found: Problem[] = [];

  add(path: string, message: string, help?: string): void {
    if (this.found.length < MOST) this.found.push({ path, message, help });
  }
}

/** One value of a document and its path. */
export class JsonReader {
  constructor(
    private readonly value: unknown,
    readonly path: string,
    private readonly problems: Problems,
  ) {}

  /** True where the field is left out, or null. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  bad(expected: string): void {
    const shown = this.value === undefined ? 'is missing' : `is ${shownOf(this.value)}`;
    this.problems.add(this.path, `${shown}, not ${expected}`);
  }

  /** Fields of an object; another one than `known` is a problem. */
  fields<Name extends string>(known: readonly Name[]): Readonly<Record<Name, JsonReader>> {
    const record = recordOf(this.value);
    if (record === null) this.bad('an object');
    for (const name of Object.keys(record ?? {})) {
      if (known.some((one) => one === name)) continue;
      this.problems.add(this.at(name), 'is no field of this object', didYouMean(name, known));
    }
    const entries = known.map((name) => [
      name,
      new JsonReader(record?.[name], this.at(name), record === null ? new Problems() : this.problems),
    ]);
    return Object.fromEntries(entries) as Readonly<Record<Name, JsonReader>>;
  }

  /** Entries of an object used as a map, in its order; none where it is left out. */
  entries(): readonly (readonly [string, JsonReader])[] {
    if (this.isAbsent) return [];
    const record = recordOf(this.value);
    if (record === null) this.bad('an object');
    return Object.entries(record ?? {}).map(([name, value]) => [
      name,
      new JsonReader(value, this.at(name), this.problems),
    ]);
  }

  /** Items of a list; none where it is left out. */
  items(): readonly JsonReader[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.value)) {
      this.bad('a list');
      return [];
    }
    return this.value.map((one: unknown, i) => new JsonReader(one, `${this.path}[${i}]`, this.problems));
  }

  text(): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    this.bad('a text');
    return '';
  }

  integer(min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    this.bad(max === Number.MAX_SAFE_INTEGER ? `an integer from ${min}` : `an integer from ${min} to ${max}`);
    return min;
  }

  flag(otherwise: boolean): boolean {
    if (this.isAbsent) return otherwise;
    if (typeof this.value === 'boolean') return this.value;
    this.bad('true or false');
    return otherwise;
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.value);
    if (found !== undefined) return found;
    this.bad(`one of ${words.join(', ')}`);
    return words[0] as Word;
  }

  /** What `read` makes of it, or null where it is left out. */
  optional<T>(read: (reader: this) => T): T | null {
    return this.isAbsent ? null : read(this);
  }

  private at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

function shownOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
