import type { Code } from '../base/codes.js';
import type { Diagnostic } from '../base/diagnostic.js';

/** What a policy that changes nothing on the rows at hand is warned of for. */
const IDLE: ReadonlySet<Code> = new Set([
  'ground/no-row',
  'ground/always-holds',
  'ground/implied',
  'ground/constant-term',
]);

/** As many are worth reading on each run; a set made for many kinds of rows has dozens. */
const MOST_SHOWN = 3;

/** The diagnostics without the warnings of idle policies, and the line for people that counts these, where they are many. */
export function foldIdle(
  diagnostics: readonly Diagnostic[],
  db: string,
): { diagnostics: readonly Diagnostic[]; line: string | null } {
  const rest = diagnostics.filter(({ code }) => !IDLE.has(code));
  const count = diagnostics.length - rest.length;
  if (count <= MOST_SHOWN) return { diagnostics, line: null };
  return {
    diagnostics: rest,
    line: `${count} policies change nothing on these rows: \`edict check --db ${db}\` of them tells why`,
  };
}
