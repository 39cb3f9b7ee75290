import type { Code } from '../../base/codes.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { SourceFile } from '../../base/source.js';
import type { MlirToken, MlirTokenKind } from './mlir-lexer.js';
import type { MlirFile, MlirOp } from './mlir-tree.js';
import { spanOf } from './mlir-tree.js';

/** Value of an attribute: the tokens behind `=`; none for an attribute that is only named. */
export interface MlirAttribute {
  readonly key: MlirToken;
  readonly tokens: readonly MlirToken[];
}

const OPENING = new Set(['(', '[', '{', '<']);
const CLOSING = new Set([')', ']', '}', '>']);

/** Reads the tokens of one operation. Every method that expects something throws DiagnosticError import/bad-file. */
export class OpReader {
  private at = 0;
  private readonly source: SourceFile;
  private readonly tokens: readonly MlirToken[];
  private readonly before: MlirToken;

  constructor(file: Pick<MlirFile, 'source'>, op: Pick<MlirOp, 'tokens' | 'nameToken'>) {
    this.source = file.source;
    this.tokens = op.tokens;
    this.before = op.nameToken;
  }

  get next(): MlirToken | undefined {
    return this.tokens[this.at];
  }

  /** Passes a token of this text where it is next. */
  take(text: string): boolean {
    if (this.next?.text !== text) return false;
    this.at += 1;
    return true;
  }

  expect(text: string): MlirToken {
    const token = this.next;
    if (token?.text !== text) this.fail(`\`${text}\` is expected here`);
    this.at += 1;
    return token;
  }

  value(): MlirToken {
    return this.ofKind('value', 'a value such as `%tile_0_2`');
  }

  /** A symbol's name, without `@` and quotes. */
  symbol(): { readonly name: string; readonly token: MlirToken } {
    const token = this.ofKind('symbol', 'a symbol such as `@in`');
    return { name: symbolName(token), token };
  }

  word(): MlirToken {
    return this.ofKind('word', 'a word');
  }

  /** A whole number; its type, where there is one, is passed. */
  integer(): number {
    const token = this.ofKind('number', 'a whole number');
    const value = Number(token.text);
    if (!Number.isSafeInteger(value)) this.fail('a whole number is expected here', 'import/bad-file', token);
    if (this.take(':')) this.word();
    return value;
  }

  /** What `read` reads, between brackets with commas between. */
  list<T>(open: string, close: string, read: () => T): T[] {
    this.expect(open);
    const found: T[] = [];
    if (this.take(close)) return found;
    do found.push(read());
    while (this.take(','));
    this.expect(close);
    return found;
  }

  /** `{a = 1, b}`, where it is next; else nothing. */
  attributes(): ReadonlyMap<string, MlirAttribute> {
    const found = new Map<string, MlirAttribute>();
    if (this.next?.text !== '{') return found;
    this.list('{', '}', () => {
      const key = this.next;
      if (key === undefined || (key.kind !== 'word' && key.kind !== 'string'))
        this.fail('the name of an attribute is expected here');
      this.at += 1;
      found.set(key.text.replace(/^"|"$/g, ''), {
        key,
        tokens: this.take('=') ? this.until([',', '}']) : [],
      });
    });
    return found;
  }

  /** Tokens up to one of these texts that stands in no bracket, or to the end; that one stays. */
  until(texts: readonly string[]): readonly MlirToken[] {
    const from = this.at;
    let depth = 0;
    for (; this.at < this.tokens.length; this.at += 1) {
      const text = this.next?.text ?? '';
      if (depth === 0 && texts.includes(text)) break;
      if (OPENING.has(text)) depth += 1;
      else if (CLOSING.has(text)) depth -= 1;
    }
    return this.tokens.slice(from, this.at);
  }

  /** The text of all that is left up to one of these texts. */
  textUntil(texts: readonly string[]): string {
    const tokens = this.until(texts);
    const first = tokens[0];
    return first === undefined ? '' : this.source.text.slice(first.start, tokens.at(-1)?.end);
  }

  /** Nothing may be left. */
  end(): void {
    if (this.next !== undefined) this.fail('nothing is known that could stand here', 'import/not-in-design');
  }

  /** Throws a diagnostic with a caret under a token, the next one where none is given. */
  fail(
    message: string,
    code: Code = 'import/bad-file',
    token = this.next ?? this.tokens.at(-1) ?? this.before,
  ): never {
    throw new DiagnosticError([{ code, severity: 'error', message, span: spanOf(this.source, token) }]);
  }

  private ofKind(kind: MlirTokenKind, what: string): MlirToken {
    const token = this.next;
    if (token?.kind !== kind) this.fail(`${what} is expected here`);
    this.at += 1;
    return token;
  }
}

export const symbolName = (token: MlirToken): string => token.text.slice(1).replace(/^"|"$/g, '');
