import type { Diagnostic } from '../../base/diagnostic.js';
import type { Span } from '../../base/source.js';
import { positionAt } from '../../base/source.js';
import { byteOffset } from './byte-offset.js';

/** A place in a text. Lines and columns from 1, columns in UTF-16 units, the end exclusive; `byte` from 0 in UTF-8. */
export interface JsonSpan {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly end_line: number;
  readonly end_col: number;
  readonly byte: number;
  readonly label: string | null;
}

export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  /** The place at fault first, then those that explain it. */
  readonly spans: readonly JsonSpan[];
  /** Explanations that have no place. */
  readonly notes: readonly string[];
  readonly help: string | null;
  /** What to put in place of a part of the text; null where no such change is known. */
  readonly fix: {
    readonly span: JsonSpan;
    readonly replacement: string;
    /** True where a tool may make the change unasked. */
    readonly applicable: boolean;
  } | null;
}

function spanJson(span: Span, label: string | undefined): JsonSpan {
  const { source } = span;
  const start = positionAt(source, span.start);
  const end = positionAt(source, span.end);
  return {
    file: source.name,
    line: start.line,
    col: start.col,
    end_line: end.line,
    end_col: end.col,
    byte: byteOffset(source, span.start),
    label: label ?? null,
  };
}

/** A diagnostic as scripts get it. */
export function renderJson(diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, message, span, label, notes = [], help, fix } = diagnostic;
  const spans = span === undefined ? [] : [spanJson(span, label)];
  const bare: string[] = [];
  for (const note of notes) {
    if (note.span === undefined) bare.push(note.message);
    else spans.push(spanJson(note.span, note.message));
  }
  // The text of a schema is nobody's to edit.
  const mends = fix !== undefined && !fix.span.source.name.startsWith('(');
  return {
    code,
    severity,
    message,
    spans,
    notes: bare,
    help: help ?? null,
    fix: mends ? { ...fix, span: spanJson(fix.span, undefined) } : null,
  };
}

/**
 * JSON that keeps every value of SQLite: integers beyond 2^53 and reals that are not finite become strings,
 * blobs become SQL literals such as `x'0aff'`.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, item: unknown) {
    // A Buffer turns itself into an object before it gets here.
    const original = this[key];
    if (original instanceof Uint8Array) return blobText(original);
    if (typeof item === 'bigint') return item.toString();
    return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  });
}

/** A blob as an SQL literal. */
export function blobText(blob: Uint8Array): string {
  return `x'${Buffer.from(blob).toString('hex')}'`;
}
