import type { Code } from '../base/codes.js';
import { CODES } from '../base/codes.js';
import { packagePath, readText } from '../store/files.js';

/** The pages of docs/diagnostics.md by the code in their heading, headings included. */
export function diagnosticPages(text: string): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  const parts = text.split(/^### (?=(?:[a-z]+\/[a-z0-9-]+|L[0-9]{3})\s*$)/m).slice(1);
  for (const part of parts) {
    const lineEnd = part.indexOf('\n');
    const code = part.slice(0, lineEnd).trim();
    // The heading of the next stage ends the page.
    const body = part.slice(lineEnd + 1).split(/^## /m)[0] ?? '';
    pages.set(code, `${code}\n\n${body.trim()}\n`);
  }
  return pages;
}

let shipped: ReadonlyMap<string, string> | undefined;

/** The page of a code: what it means, its smallest trigger, the way out. */
export function pageOf(code: Code): string {
  shipped ??= diagnosticPages(readText(packagePath('docs', 'diagnostics.md')));
  return shipped.get(code) ?? `${code}\n\n${CODES[code]}\n`;
}
