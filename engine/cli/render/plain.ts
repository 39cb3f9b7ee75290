import type { Diagnostic } from '../../base/diagnostic.js';
import { DIAGNOSTIC_CAP, placeOf } from '../../base/diagnostic.js';
import type { Span } from '../../base/source.js';
import { countRest } from './more.js';
import { safeText } from './width.js';

function at(span: Span | undefined): string {
  return span === undefined ? '' : `${safeText(placeOf(span))}: `;
}

/** One line per diagnostic, `file:line:col: error code: message`, for editors, scripts and screen readers. */
export function renderPlain(diagnostics: readonly Diagnostic[]): string {
  const lines = diagnostics.slice(0, DIAGNOSTIC_CAP).map((diagnostic) => {
    const { code, severity, message, span, label, notes = [], help } = diagnostic;
    const parts = [`${at(span)}${severity} ${code}: ${safeText(message)}`];
    if (label !== undefined) parts.push(safeText(label));
    for (const note of notes) parts.push(`note: ${at(note.span)}${safeText(note.message)}`);
    if (help !== undefined) parts.push(`help: ${safeText(help)}`);
    return parts.join('; ');
  });
  const rest = countRest(diagnostics.slice(DIAGNOSTIC_CAP));
  if (rest !== '') lines.push(rest);
  return lines.map((line) => `${line}\n`).join('');
}
