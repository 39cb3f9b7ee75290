import { isCode } from '../../engine/base/codes.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { isError } from '../../engine/base/diagnostic.js';
import type { SourceFile, Span } from '../../engine/base/source.js';
import { formatPolicies } from '../../engine/format/format-policies.js';
import { parsePolicies } from '../../engine/lang/parser.js';
import { printPolicies } from '../../engine/lang/print.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import { withoutSpans } from '../helpers/without-spans.js';
import type { Mutant } from './mutate.js';

/** Milliseconds that one reading, or one compilation, may take. */
const MOST_MS = 100;

/** What is wrong with what the engine makes of a text, or null. `format`: its layout is looked at, too. */
export function problemOf({ source, world }: Mutant, format: boolean): string | null {
  try {
    const { statements, diagnostics } = parsePolicies(source);
    const wrong = problemOfDiagnostics(diagnostics);
    if (wrong !== null) return wrong;
    const slow = timeProblem('reading', () => parsePolicies(source));
    if (slow !== null) return slow;
    if (diagnostics.some(isError)) return null;
    const unlike = problemOfPrint(statements);
    if (unlike !== null) return unlike;
    const { compiled, diagnostics: found } = compilePolicies([source], world.catalog());
    if (compiled === null && found.length === 0) return 'refused without a word';
    if (compiled !== null && found.some(isError)) return 'compiled, and yet there is an error';
    return (
      problemOfDiagnostics(found) ??
      timeProblem('compiling', () => compilePolicies([source], world.catalog())) ??
      (format ? problemOfLayout(source) : null)
    );
  } catch (error) {
    return `throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

/** The best of five runs counts, and of wall and CPU time the smaller, so that a busy machine is not taken for a slow program. */
function timeProblem(what: string, work: () => unknown): string | null {
  let best = Infinity;
  for (let run = 0; run < 5; run += 1) {
    const started = performance.now();
    const { user, system } = process.cpuUsage();
    work();
    const cpu = process.cpuUsage({ user, system });
    best = Math.min(best, performance.now() - started, (cpu.user + cpu.system) / 1000);
    if (best <= MOST_MS) return null;
  }
  return `${what} takes ${best.toFixed(0)} ms`;
}

function problemOfDiagnostics(diagnostics: readonly Diagnostic[]): string | null {
  for (const { code, message, span, notes = [] } of diagnostics) {
    if (!isCode(code)) return `no code ${String(code)}`;
    if (message === '') return `${code} says nothing`;
    if (span === undefined && code !== 'bind/no-constraints') return `${code} has no place`;
    for (const place of [span, ...notes.map((note) => note.span)]) {
      if (place !== undefined && !isWithin(place)) return `${code} lies outside its text`;
    }
  }
  return null;
}

const isWithin = ({ start, end, source }: Span): boolean =>
  source.name !== '' && start >= 0 && start <= end && end <= source.text.length;

function problemOfPrint(statements: Parameters<typeof printPolicies>[0]): string | null {
  const printed = printPolicies(statements);
  const again = parsePolicies({ name: 'printed.sql', text: printed });
  const [problem] = again.diagnostics;
  // Parentheses that the text did without may nest too deep: `a in (1) + 1 in (1) + 1 ...`.
  if (problem !== undefined) {
    return /nesting deeper/.test(problem.message)
      ? null
      : `what is printed cannot be read: ${problem.message}`;
  }
  const same = JSON.stringify(withoutSpans(again.statements)) === JSON.stringify(withoutSpans(statements));
  return same ? null : `what is printed has another tree: ${printed.slice(0, 2000)}`;
}

function problemOfLayout(source: SourceFile): string | null {
  const { text, diagnostics } = formatPolicies(source);
  if (text === null) return `no layout: ${diagnostics.map(({ message }) => message).join('; ')}`;
  const again = formatPolicies({ name: source.name, text }).text;
  return again === text ? null : 'its layout is laid out otherwise';
}
