import type { Diagnostic } from '../base/diagnostic.js';
import { must } from '../base/assert.js';
import { suggestion } from '../base/suggest.js';
import type { Span } from '../base/source.js';
import { cover } from '../base/source.js';
import type { Name } from './ast.js';
import type { Token } from './token.js';

/** Stops the statement being parsed; the parser resumes at the next `;`. */
export class SyntaxStop extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** Words that cannot be a name without quotes, because the grammar needs them where a name could stand. */
const RESERVED = new Set(
  (
    'add all and as between by case check collate create cross default distinct else end escape except exists foreign from ' +
    'full glob group having in inner intersect into is isnull join left like limit match natural not notnull null offset ' +
    'on or order outer over primary references regexp returning right select set table then to union unique ' +
    'using values when where window with maximize minimize filter'
  ).split(' '),
);
/** Reserved only as an implicit alias; columns and tables may bear these names. */
const NOT_AN_ALIAS = new Set([...RESERVED, 'weight', 'priority', 'indexed']);
/** Words of RESERVED that may still name a column: they are keywords in clause position only. */
const SOFT = new Set(['check', 'maximize', 'minimize', 'filter', 'match', 'glob', 'regexp', 'over']);

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
    private readonly tokens: readonly Token[],
    readonly dialect: 'policy' | 'sqlite' = 'policy',
  ) {}

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? must(this.tokens[this.tokens.length - 1], 'end token');
  }

  advance(): Token {
    const token = this.peek();
    if (this.at < this.tokens.length - 1) this.at += 1;
    return token;
  }

  /** The span from a start to the last token read. */
  since(start: Span): Span {
    const last = this.tokens[this.at - 1];
    return last === undefined ? start : cover(start, last.span);
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && !token.quoted && token.text.toLowerCase() === word;
  }

  isOperator(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'operator' && token.text === text;
  }

  /** Reads the words if all of them follow. */
  word(...words: readonly string[]): boolean {
    if (!words.every((word, i) => this.isWord(word, i))) return false;
    for (let i = 0; i < words.length; i += 1) this.advance();
    return true;
  }

  /** Reads `group by` or `order by`; the first word cannot stand alone. */
  wordsBy(first: string): boolean {
    if (!this.word(first)) return false;
    this.expectWord('by');
    return true;
  }

  operator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.advance();
    return true;
  }

  expectWord(word: string): Token {
    if (!this.isWord(word)) this.fail(`expected \`${word}\``, [word]);
    return this.advance();
  }

  expectOperator(text: string): Token {
    if (!this.isOperator(text)) this.fail(`expected \`${text}\``);
    return this.advance();
  }

  /** A name where only a name can stand. */
  name(what: string): Name {
    const token = this.peek();
    const reserved = !token.quoted && RESERVED.has(token.text.toLowerCase());
    if (token.kind !== 'name' || (reserved && !SOFT.has(token.text.toLowerCase()))) {
      // SQLite also takes a string where a name must stand; a policy then means something else than it shows.
      this.fail(`expected ${what}`);
    }
    this.advance();
    return { text: token.text, span: token.span };
  }

  isName(): boolean {
    const token = this.peek();
    if (token.kind !== 'name') return false;
    const word = token.text.toLowerCase();
    return token.quoted || !RESERVED.has(word) || SOFT.has(word);
  }

  /** A keyword that is also a function: `all(...)`, `like(...)`. */
  isCallOfKeyword(): boolean {
    const token = this.peek();
    return token.kind === 'name' && CALLABLE.has(token.text.toLowerCase()) && this.isOperator('(', 1);
  }

  /** `as name`, or a name that follows directly and is no keyword. */
  alias(): Name | null {
    if (this.word('as')) return this.name('an alias');
    const token = this.peek();
    if (token.kind !== 'name') return null;
    if (!token.quoted && NOT_AN_ALIAS.has(token.text.toLowerCase())) return null;
    this.aliasAt = this.at;
    this.advance();
    return { text: token.text, span: token.span };
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
    while (this.peek().kind !== 'end' && !this.isWord('create')) {
      if (this.operator(';')) return;
      this.advance();
    }
  }

  /** Moves to the next such word, or to the end. */
  skipTo(word: string): void {
    while (this.peek().kind !== 'end' && !this.isWord(word)) this.advance();
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
    const alias = this.tokens[this.at - 1];
    if (alias === undefined || this.aliasAt !== this.at - 1 || alias.quoted) return;
    if (suggestion(alias, AFTER_ALIAS).help === undefined) return;
    const what = token.kind === 'end' ? 'nothing' : `\`${shortText(token)}\``;
    this.failAt(alias, `\`${alias.text}\` is read as an alias here, and ${what} follows it`, AFTER_ALIAS);
  }
}

function shortText({ span }: Token): string {
  const text = span.source.text.slice(span.start, span.end);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
