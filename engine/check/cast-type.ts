import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import { suggestion } from '../base/suggest.js';
import type { Expression } from '../lang/ast.js';

/** Parts of a type's name that give it a meaning, as SQLite's rules of affinity have it. */
const MEANINGFUL = /int|char|clob|text|blob|real|floa|doub/i;

/** Names that mean a number by having no meaning of their own. */
const NUMERIC = ['numeric', 'decimal', 'number', 'boolean', 'bool', 'date', 'datetime', 'timestamp'];

const KNOWN = ['integer', 'int', 'bigint', 'text', 'varchar', 'blob', 'real', 'double', 'float', ...NUMERIC];

/** A warning where `cast` names a type that SQLite does not know, and so takes for `numeric`; none where all is well. */
export function unknownCastType(cast: Extract<Expression, { kind: 'cast' }>): Diagnostic[] {
  const { type, span } = cast;
  if (MEANINGFUL.test(type) || NUMERIC.includes(type.toLowerCase())) return [];
  const { source } = span;
  const start = source.text.slice(0, span.end).lastIndexOf(type);
  const place: Span = start < span.start ? span : { source, start, end: start + type.length };
  return [
    {
      code: 'type/unknown-type',
      severity: 'warning',
      message: `SQLite knows no type \`${type}\` and makes a number of the value`,
      span: place,
      ...suggestion({ text: type, span: place }, KNOWN),
    },
  ];
}
