/** One token of SQL text; white space and comments are left out. */
export interface SqlToken {
  /** `word` covers keywords, plain names and numbers; `quoted` covers strings and quoted names. */
  readonly kind: 'word' | 'quoted' | 'symbol';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One statement without its semicolon; offsets count UTF-16 units of the whole text. */
export interface SqlStatement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SPACE = new Set([' ', '\t', '\n', '\f', '\r', '\ufeff']);
const WORD = /[A-Za-z0-9_$\u0080-\uffff]+/y;

function endOfQuoted(text: string, start: number, close: string): number {
  for (let i = text.indexOf(close, start + 1); i !== -1; i = text.indexOf(close, i + 2)) {
    // A doubled quote stands for itself; brackets know no doubling.
    if (close === ']' || text[i + 1] !== close) return i + 1;
  }
  return text.length;
}

/**
 * Tokens as SQLite's own tokenizer cuts them, as far as finding statements asks for:
 * a comment or quote that is never closed reaches to the end of the text.
 */
export function* sqlTokens(text: string): Generator<SqlToken> {
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACE.has(char)) {
      at += 1;
    } else if (text.startsWith('--', at)) {
      const lineEnd = text.indexOf('\n', at);
      at = lineEnd === -1 ? text.length : lineEnd + 1;
    } else if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      at = close === -1 ? text.length : close + 2;
    } else {
      const start = at;
      let kind: SqlToken['kind'] = 'symbol';
      WORD.lastIndex = at;
      if (char === "'" || char === '"' || char === '`' || char === '[') {
        kind = 'quoted';
        at = endOfQuoted(text, at, char === '[' ? ']' : char);
      } else if (WORD.test(text)) {
        kind = 'word';
        at = WORD.lastIndex;
      } else {
        at += 1;
      }
      yield { kind, text: text.slice(start, at), start, end: at };
    }
  }
}

/** True where the tokens are a word of exactly this lower-case text. */
export function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

function isSemicolon(token: SqlToken | undefined): boolean {
  return token?.kind === 'symbol' && token.text === ';';
}

function opensTrigger(tokens: readonly SqlToken[]): boolean {
  const second = isWord(tokens[1], 'temp') || isWord(tokens[1], 'temporary') ? 2 : 1;
  return isWord(tokens[0], 'create') && isWord(tokens[second], 'trigger');
}

/** Cuts a script at its semicolons. The body of a trigger ends at `; end ;`, as in SQLite's shell. */
export function splitStatements(text: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let tokens: SqlToken[] = [];
  const finish = (): void => {
    const first = tokens[0];
    const last = tokens.at(-1);
    if (first !== undefined && last !== undefined) {
      statements.push({ text: text.slice(first.start, last.end), start: first.start, end: last.end });
    }
    tokens = [];
  };
  for (const token of sqlTokens(text)) {
    const inBody = opensTrigger(tokens) && !(isWord(tokens.at(-1), 'end') && isSemicolon(tokens.at(-2)));
    if (isSemicolon(token) && !inBody) finish();
    else tokens.push(token);
  }
  finish();
  return statements;
}

/** The same statement however it is laid out: comments gone, one space between tokens, words in lower case. */
export function normalizeSql(text: string): string {
  const parts: string[] = [];
  for (const token of sqlTokens(text))
    parts.push(token.kind === 'word' ? token.text.toLowerCase() : token.text);
  return parts.join(' ');
}
