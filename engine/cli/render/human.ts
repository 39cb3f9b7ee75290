import type { Diagnostic } from '../../base/diagnostic.js';
import { DIAGNOSTIC_CAP, placeOf } from '../../base/diagnostic.js';
import type { Span } from '../../base/source.js';
import type { Colors } from './colors.js';
import type { Excerpt } from './excerpt.js';
import { excerptOf } from './excerpt.js';
import { countRest } from './more.js';
import { safeText } from './width.js';

interface Snippet {
  readonly span: Span;
  readonly excerpt: Excerpt;
}

function snippetOf(span: Span): Snippet {
  return { span, excerpt: excerptOf(span) };
}

/** Place, line and carets; the gutter is as wide as the largest line number of the diagnostic. */
function draw(
  { span, excerpt }: Snippet,
  label: string,
  digits: number,
  colors: Colors,
  paint: (text: string) => string,
): string[] {
  const gutter = ' '.repeat(digits + 2);
  const bar = colors.blue('|');
  const number = colors.blue(String(excerpt.line).padStart(digits + 1));
  const until = excerpt.endLine === null ? '' : ` (to line ${excerpt.endLine})`;
  const carets = paint(`${'^'.repeat(excerpt.width)}${until}${label === '' ? '' : ` ${safeText(label)}`}`);
  return [
    `${' '.repeat(digits + 1)}${colors.blue('-->')} ${safeText(placeOf(span))}`,
    `${gutter}${bar}`,
    `${number} ${bar} ${excerpt.text}`.trimEnd(),
    `${gutter}${bar} ${' '.repeat(excerpt.indent)}${carets}`,
  ];
}

function renderOne(diagnostic: Diagnostic, colors: Colors, withPage: boolean): string[] {
  const { code, severity, message, span, label = '', notes = [], help } = diagnostic;
  const loud = severity === 'error' ? colors.red : colors.yellow;
  const lines = [`${loud(`${severity}[${code}]`)}${colors.bold(`: ${safeText(message)}`)}`];
  const snippets = [span, ...notes.map((note) => note.span)].map((place) =>
    place === undefined ? null : snippetOf(place),
  );
  const numbers = snippets.map((snippet) => String(snippet?.excerpt.line ?? '').length);
  const digits = Math.max(1, ...numbers);
  const gutter = ' '.repeat(digits + 2);
  const [main, ...others] = snippets;
  if (main !== null && main !== undefined) lines.push(...draw(main, label, digits, colors, loud));
  const remarks: string[] = [];
  const remark = (title: string, text: string): void => {
    remarks.push(`${gutter}${colors.blue('=')} ${colors.bold(title)}: ${safeText(text)}`);
  };
  for (const [i, note] of notes.entries()) {
    const snippet = others[i] ?? null;
    if (snippet === null) remark('note', note.message);
    else {
      const title = `${gutter}${colors.blue('=')} ${colors.bold('note')}: ${safeText(note.message)}`;
      remarks.push(title, ...draw(snippet, '', digits, colors, colors.blue));
    }
  }
  if (help !== undefined) remark('help', help);
  if (withPage) remark('docs', `edict explain ${code}`);
  if (main !== null && main !== undefined && remarks.length > 0) lines.push(`${gutter}${colors.blue('|')}`);
  return [...lines, ...remarks];
}

/** Diagnostics for people, the first 20 of them; each points into its text. */
export function renderHuman(diagnostics: readonly Diagnostic[], colors: Colors): string {
  const explained = new Set<string>();
  const blocks = diagnostics.slice(0, DIAGNOSTIC_CAP).map((diagnostic) => {
    // A wrong command line needs no page.
    const isNew = !explained.has(diagnostic.code) && !diagnostic.code.startsWith('cli/');
    explained.add(diagnostic.code);
    return `${renderOne(diagnostic, colors, isNew).join('\n')}\n`;
  });
  const rest = countRest(diagnostics.slice(DIAGNOSTIC_CAP));
  if (rest !== '') blocks.push(`${colors.bold(rest)}\n`);
  return blocks.join('\n');
}
