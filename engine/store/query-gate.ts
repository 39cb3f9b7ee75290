import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { SqlToken } from './sql-text.js';
import { isWord, sqlTokens } from './sql-text.js';

const READING = ['select', 'values', 'with'] as const;
const ALLOWED = '`select`, `values`, `with ... select`, and `explain` of those';

function refuse(source: SourceFile, token: SqlToken | undefined, message: string): Diagnostic {
  const start = token?.start ?? source.text.length;
  const span = { source, start, end: token?.end ?? start };
  return { code: 'query/refused', severity: 'error', message, span, help: `allowed are ${ALLOWED}` };
}

/** The verb that a `with` leads to: the first one outside all parentheses. */
function verbAfterWith(tokens: readonly SqlToken[]): SqlToken | undefined {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth -= 1;
    if (depth !== 0) continue;
    // `replace` is also a function and a name; the statement goes on with `into`.
    if (isWord(token, 'replace') && isWord(tokens[index + 1], 'into')) return token;
    if (['select', 'values', 'insert', 'update', 'delete'].some((verb) => isWord(token, verb))) return token;
  }
  return undefined;
}

/**
 * Says why a text is not exactly one statement that only reads, or null where it is.
 * Looks at words only and runs before SQLite sees the text, because SQLite obeys a pragma while preparing it.
 */
export function refuseQuery(source: SourceFile): Diagnostic | null {
  const tokens = [...sqlTokens(source.text)];
  const hidden = source.text.indexOf('\0');
  if (hidden !== -1) {
    // SQLite stops reading there; what follows would escape the checks.
    const token = { kind: 'symbol', text: '\0', start: hidden, end: hidden + 1 } as const;
    return refuse(source, token, 'a query holds no zero character');
  }
  let at = 0;
  if (isWord(tokens[at], 'explain')) {
    at += 1;
    if (isWord(tokens[at], 'query') && isWord(tokens[at + 1], 'plan')) at += 2;
  }
  const head = tokens[at];
  if (head === undefined || head.text === ';') return refuse(source, head, 'there is no query');
  if (!READING.some((word) => isWord(head, word))) {
    return refuse(source, head, `\`${head.text}\` does not begin a query`);
  }
  const semicolon = tokens.findIndex((token) => token.kind === 'symbol' && token.text === ';');
  const body = semicolon === -1 ? tokens.slice(at) : tokens.slice(at, semicolon);
  const second = semicolon === -1 ? undefined : tokens.slice(semicolon).find((token) => token.text !== ';');
  if (second !== undefined) return refuse(source, second, 'a query is one statement');
  if (isWord(head, 'with')) {
    const verb = verbAfterWith(body);
    if (verb !== undefined && !isWord(verb, 'select') && !isWord(verb, 'values')) {
      return refuse(source, verb, `\`with ... ${verb.text}\` writes`);
    }
  }
  return null;
}
