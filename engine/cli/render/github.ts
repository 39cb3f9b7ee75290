import type { Diagnostic } from '../../base/diagnostic.js';
import { placeOf } from '../../base/diagnostic.js';
import type { Span } from '../../base/source.js';
import { positionAt } from '../../base/source.js';
import { isFile } from './is-file.js';

/** What the runner takes for the text of a message. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** What it takes for the value of a property, which ends at a comma or a colon. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function placeProperties(span: Span): string[] {
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  const lines = [`file=${property(span.source.name)}`, `line=${start.line}`, `endLine=${end.line}`];
  // Columns over several lines mean nothing to an annotation.
  return start.line === end.line ? [...lines, `col=${start.col}`, `endColumn=${end.col}`] : lines;
}

function textOf({ message, label, span, notes = [], help }: Diagnostic): string {
  const lines = [message];
  if (label !== undefined) lines.push(label);
  if (span !== undefined && !isFile(span.source)) lines.push(`at ${placeOf(span)}`);
  for (const note of notes) {
    lines.push(`note: ${note.message}${note.span === undefined ? '' : ` (${placeOf(note.span)})`}`);
  }
  if (help !== undefined) lines.push(`help: ${help}`);
  return lines.join('\n');
}

/** One workflow command of GitHub Actions per diagnostic; each becomes an annotation of the changed files. */
export function renderGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map((diagnostic) => {
      const { code, severity, span } = diagnostic;
      const place = span === undefined || !isFile(span.source) ? [] : placeProperties(span);
      const properties = [...place, `title=${property(code)}`].join(',');
      return `::${severity} ${properties}::${data(textOf(diagnostic))}\n`;
    })
    .join('');
}
