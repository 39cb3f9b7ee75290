import type { Diagnostic } from '../../base/diagnostic.js';
import type { SourceFile } from '../../base/source.js';

export type MlirTokenKind =
  /** `%arg0`, `%0#1` */
  | 'value'
  /** `@name`, `@"any name"` */
  | 'symbol'
  /** `^bb0` */
  | 'block'
  /** `!aie.objectfifo` */
  | 'type'
  /** `#aie.device` */
  | 'attribute'
  /** `aie.tile`, `memref` */
  | 'word'
  | 'number'
  | 'string'
  /** One character of punctuation, `->` or `::`. */
  | 'mark';

/** A piece of MLIR text; offsets are those of the source. */
export interface MlirToken {
  readonly kind: MlirTokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** True where only blanks stand before it on its line. */
  readonly leads: boolean;
}

const TOKEN =
  /([%^][\w$.-]+(?:#\d+)?)|(@(?:[\w$.-]+|"[^"\n]*"))|([!#][A-Za-z_][\w$.]*)|([A-Za-z_][\w$.]*)|(0x[0-9a-fA-F]+|-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|("(?:[^"\\\n]|\\.)*")|(->|::|[{}()[\]<>,:=?*+\-/|#!.;&])/y;

const SPACE = /(?:\s|\/\/[^\n]*)+/y;

/** Splits MLIR text; comments are dropped. What starts no token becomes a diagnostic and is left out. */
export function lexMlir(source: SourceFile): { tokens: MlirToken[]; diagnostics: Diagnostic[] } {
  const { text } = source;
  const tokens: MlirToken[] = [];
  const diagnostics: Diagnostic[] = [];
  let leads = true;
  for (let at = 0; at < text.length;) {
    SPACE.lastIndex = at;
    const space = SPACE.exec(text);
    if (space !== null) {
      leads ||= space[0].includes('\n');
      at = SPACE.lastIndex;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      diagnostics.push({
        code: 'import/bad-file',
        severity: 'error',
        message: text[at] === '"' ? 'the string is never closed' : 'this character starts nothing in MLIR',
        span: { source, start: at, end: at + 1 },
      });
      at += 1;
      continue;
    }
    tokens.push({ kind: kindOf(match), text: match[0], start: at, end: TOKEN.lastIndex, leads });
    leads = false;
    at = TOKEN.lastIndex;
  }
  return { tokens, diagnostics };
}

function kindOf([text, value, symbol, named, word, number, string]: RegExpExecArray): MlirTokenKind {
  if (value !== undefined) return text.startsWith('^') ? 'block' : 'value';
  if (symbol !== undefined) return 'symbol';
  if (named !== undefined) return text.startsWith('!') ? 'type' : 'attribute';
  if (word !== undefined) return 'word';
  if (number !== undefined) return 'number';
  return string === undefined ? 'mark' : 'string';
}
