import type { Diagnostic } from '../base/diagnostic.js';
import { suggestion } from '../base/suggest.js';
import type { Span } from '../base/source.js';
import { cover, textOf } from '../base/source.js';
import type { Name } from './ast.js';
import { RESERVED, isWordAt } from './keywords.js';
import type { KindNumber, TokenTable } from './token-table.js';
import { KIND } from './token-table.js';
import type { Token } from './token.js';

/** Stops the statement being parsed; the parser resumes at the next `;`. */
export class SyntaxStop extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** Words that are no alias without `as`; columns and tables may bear these names. */
const NOT_AN_ALIAS = new Set([
  ...RESERVED,
  ...'check maximize minimize filter match glob regexp over weight priority indexed'.split(' '),
]);

/** Words that may follow a table or a column; misspelt, they are read as its alias. */
const AFTER_ALIAS = (
  'from where group having order limit join left right full inner cross natural on using union intersect except ' +
  'window as check maximize minimize weight priority'
).split(' ');

const CALLABLE = new Set(['all', 'like', 'glob', 'match', 'regexp']);

/** Longer tokens are cut in messages. */
const LONGEST_SHOWN = 60;

/** How deep expressions and selects may nest; deeper text is refused instead of exhausting the stack. */
const MAX_DEPTH = 256;

/** How deep a tree may become, chains of operators included; SQLite's own limit. */
export const MAX_HEIGHT = 1000;

/** A cursor over tokens with the small moves every parser needs. */
export class TokenStream {
  private at = 0;
  private depth = 0;
  /** Where the last alias without `as` stands. */
  private aliasAt = -1;

  /** `sqlite`: the text of the database, in which `all(...)` is no aggregate. */
  constructor(
    private readonly table: TokenTable,
    readonly dialect: 'policy' | 'sqlite' = 'policy',
  ) {}

  /** Index of a token ahead; the last one, of kind `end`, repeats for ever. */
  private index(ahead: number): number {
    return Math.min(this.at + ahead, this.table.length - 1);
  }

  peek(ahead = 0): Token {
    return this.table.token(this.index(ahead));
  }

  /** Reads a token and returns it. */
  advance(): Token {
    const token = this.peek();
    this.skip();
    return token;
  }

  /** Reads a token. */
  skip(): void {
    if (this.at < this.table.length - 1) this.at += 1;
  }

  get isAtEnd(): boolean {
    return this.table.kind(this.at) === KIND.end;
  }

  /** Offset in the text of the token that comes next. */
  get start(): number {
    return this.table.start(this.at);
  }

  /** The span of the token that comes next. */
  get span(): Span {
    return this.table.span(this.at);
  }

  get kind(): KindNumber {
    return this.table.kind(this.at);
  }

  /** What the token that comes next means. */
  get text(): string {
    return this.table.text(this.at);
  }

  /** The operator that comes next, or the keyword in lower case, or ''; the grammar tells whether it is a name after all. */
  get symbol(): string {
    return this.table.symbol(this.at);
  }

  /** The same of the token behind it. */
  get symbolBehind(): string {
    return this.table.symbol(this.at + 1);
  }

  /** The span from a start to the last token read. */
  since(start: Span): Span {
    return this.at === 0 ? start : cover(start, this.table.span(this.at - 1));
  }

  /** The span from an offset to the last token read. */
  spanFrom(start: number): Span {
    return { source: this.table.source, start, end: this.table.end(this.at - 1) };
  }

  isWord(word: string, ahead = 0): boolean {
    const { table } = this;
    const index = this.index(ahead);
    const symbol = table.symbol(index);
    if (symbol !== '') return symbol === word && table.kind(index) === KIND.name;
    // Most words asked for are keywords and found above.
    const start = table.start(index);
    return (
      table.kind(index) === KIND.name &&
      table.end(index) - start === word.length &&
      isWordAt(table.source.text, start, word)
    );
  }

  isOperator(text: string, ahead = 0): boolean {
    return this.table.symbol(this.index(ahead)) === text;
  }

  /** Reads the words if all of them follow. */
  word(...words: readonly string[]): boolean {
    for (let i = 0; i < words.length; i += 1) if (!this.isWord(words[i] ?? '', i)) return false;
    for (let i = 0; i < words.length; i += 1) this.skip();
    return true;
  }

  /** Reads one of the words, if one follows. */
  oneOf<const T extends string>(words: readonly T[]): T | null {
    for (const word of words) if (this.word(word)) return word;
    return null;
  }

  /** Reads `group by` or `order by`; the first word cannot stand alone. */
  wordsBy(first: string): boolean {
    if (!this.word(first)) return false;
    this.expectWord('by');
    return true;
  }

  operator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.skip();
    return true;
  }

  expectWord(word: string): void {
    if (!this.word(word)) this.fail(`expected \`${word}\``, [word]);
  }

  expectOperator(text: string): void {
    if (!this.operator(text)) this.fail(`expected \`${text}\``);
  }

  /** A name where only a name can stand. */
  name(what: string): Name {
    // SQLite also takes a string where a name must stand; a policy then means something else than it shows.
    if (!this.isName()) this.fail(`expected ${what}`);
    return this.anyName();
  }

  /** The name that comes next, whatever it is. */
  private anyName(): Name {
    const name = { text: this.table.text(this.at), span: this.table.span(this.at) };
    this.skip();
    return name;
  }

  isName(): boolean {
    const kind = this.table.kind(this.at);
    if (kind !== KIND.name) return kind === KIND.quotedName;
    return !RESERVED.has(this.symbol);
  }

  /** A keyword that is also a function: `all(...)`, `like(...)`. */
  isCallOfKeyword(): boolean {
    return CALLABLE.has(this.symbol) && this.isOperator('(', 1);
  }

  /** `as name`, or a name that follows directly and is no keyword. */
  alias(): Name | null {
    if (this.word('as')) return this.name('an alias');
    const kind = this.table.kind(this.at);
    if (kind !== KIND.name && kind !== KIND.quotedName) return null;
    if (kind === KIND.name && NOT_AN_ALIAS.has(this.symbol)) return null;
    this.aliasAt = this.at;
    return this.anyName();
  }

  /** Runs a nested rule, refusing nesting that would exhaust the stack. */
  nested<T>(rule: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail(`nesting deeper than ${MAX_DEPTH} levels`);
    try {
      return rule();
    } finally {
      this.depth -= 1;
    }
  }

  /** Moves past the next `;`, or to the next `create`, which nothing else begins with: recovery after an error. */
  recover(): void {
    this.depth = 0;
    while (!this.isAtEnd && !this.isWord('create')) {
      if (this.operator(';')) return;
      this.skip();
    }
  }

  /** Moves to the next such word, or to the end. */
  skipTo(word: string): void {
    while (!this.isAtEnd && !this.isWord(word)) this.skip();
  }

  /** Stops at the token that comes next; `words` are those that could stand in its place. */
  fail(message: string, words: readonly string[] = [], help?: string): never {
    const token = this.peek();
    this.failAtAlias(token);
    const found = token.kind === 'end' ? 'the end of the text' : `\`${shortText(token)}\``;
    throw new SyntaxStop({
      code: 'parse/unexpected-token',
      severity: 'error',
      message: `${message}, found ${found}`,
      span: token.span,
      help,
      ...(token.kind === 'name' && !token.quoted ? suggestion(token, words) : {}),
    });
  }

  /** Stops at a word that was taken for a name, because of what follows it. */
  failAt(name: Name, message: string, words: readonly string[], help?: string): never {
    throw new SyntaxStop({
      code: 'parse/unexpected-token',
      severity: 'error',
      message,
      span: name.span,
      help,
      ...suggestion(name, words),
    });
  }

  /** `from request chek cores > 0`: what cannot follow an alias shows that the alias was meant for a keyword. */
  private failAtAlias(token: Token): void {
    if (this.aliasAt === -1 || this.aliasAt !== this.at - 1) return;
    const alias = this.table.token(this.aliasAt);
    if (alias.quoted) return;
    if (suggestion(alias, AFTER_ALIAS).help === undefined) return;
    const what = token.kind === 'end' ? 'nothing' : `\`${shortText(token)}\``;
    this.failAt(alias, `\`${alias.text}\` is read as an alias here, and ${what} follows it`, AFTER_ALIAS);
  }
}

function shortText({ span }: Token): string {
  const text = textOf(span);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
