import type { Diagnostic } from './diagnostic.js';
import type { Span } from './source.js';

/** Names listed at most where several are equally near. */
const MOST_LISTED = 3;

/** Edit distance with transpositions, ignoring case; Infinity beyond `limit`. */
function distance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return Infinity;
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i += 1) {
    const row: number[] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      if (i === 0) {
        row.push(j);
        continue;
      }
      const above = rows[i - 1] ?? [];
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The candidates nearest to `name`, sorted; none when no one is near enough to be meant (a third of its letters). */
export function nearestAll(name: string, candidates: Iterable<string>): readonly string[] {
  let best: string[] = [];
  let bestDistance = Math.max(1, Math.floor(name.length / 3));
  for (const candidate of [...new Set(candidates)].sort()) {
    // A name of one or two letters is near to everything short; only its other case is meant then.
    const d = distance(name, candidate, bestDistance);
    if (d > bestDistance || d >= Math.max(name.length, candidate.length)) continue;
    if (d < bestDistance) best = [];
    bestDistance = d;
    best.push(candidate);
  }
  return best;
}

/** `a`, `b` or `c`, each in backticks. */
function choice(names: readonly string[]): string {
  const quoted = names.slice(0, MOST_LISTED).map((name) => `\`${name}\``);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** Help text for an unknown name. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const best = nearestAll(name, candidates);
  return best.length === 0 ? undefined : `did you mean ${choice(best)}?`;
}

/** A bare name of SQL, or one in double quotes. */
function asWritten(written: string, name: string): string {
  const quoted = /^["`[]/.test(written);
  return quoted || !/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/**
 * Help and fix for an unknown name in a text: `{...suggestion(name, candidates)}` in a diagnostic.
 * The fix is applicable where one candidate is nearer than all others.
 */
export function suggestion(
  name: { readonly text: string; readonly span: Span },
  candidates: Iterable<string>,
): Pick<Diagnostic, 'help' | 'fix'> {
  const best = nearestAll(name.text, candidates);
  const [first] = best;
  if (first === undefined) return {};
  const { span } = name;
  const replacement = asWritten(span.source.text.slice(span.start, span.end), first);
  return { help: `did you mean ${choice(best)}?`, fix: { span, replacement, applicable: best.length === 1 } };
}
