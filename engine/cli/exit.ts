import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';

/** Every exit code of the program. */
export const EXIT = {
  done: 0,
  findings: 1,
  failed: 2,
  limit: 3,
  untrusted: 4,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each exit code tells a script; `edict help exit-codes` prints it. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done; nothing found',
  1: 'done; there are findings: errors in policies, failed tests, violations, infeasible, a refused or failed query',
  2: 'could not do it: usage, missing input, input or output, internal',
  3: 'the limit came before any answer',
  4: 'the database or the trace cannot be trusted',
  130: 'stopped by SIGINT',
  143: 'stopped by SIGTERM',
};

/** The exit code that one error stands for; warnings stand for none. */
function exitOfError({ code }: Diagnostic): ExitCode {
  switch (code) {
    case 'cli/usage':
    case 'fmt/fault':
    case 'cli/no-input':
    case 'cli/no-output':
    case 'cli/unknown-code':
    case 'cli/unknown-name':
    case 'cli/internal':
    case 'store/not-found':
    case 'store/not-a-database':
    case 'store/newer-version':
    case 'store/schema-drift':
    case 'store/not-adopted':
    case 'store/foreign-table':
    case 'store/io':
    case 'query/no-history':
    case 'query/no-tick':
    case 'solve/engine-fault':
    case 'solve/stale':
    case 'replay/version':
    case 'replay/unknown-format':
    case 'tap/bad-pattern':
    case 'import/bad-file':
    case 'import/not-in-design':
    case 'import/unknown-format':
    case 'import/unknown-instance':
    case 'import/not-empty':
    case 'export/undecided':
      return EXIT.failed;
    case 'solve/unknown':
      return EXIT.limit;
    case 'store/broken-chain':
    case 'store/damaged':
    case 'replay/bad-record':
    case 'replay/out-of-order':
      return EXIT.untrusted;
    default:
      return EXIT.findings;
  }
}

/** The gravest exit code among some diagnostics; `done` where none is an error. */
export function exitOf(diagnostics: readonly Diagnostic[]): ExitCode {
  let gravest: ExitCode = EXIT.done;
  for (const diagnostic of diagnostics.filter(isError)) {
    const code = exitOfError(diagnostic);
    if (code > gravest) gravest = code;
  }
  return gravest;
}

/** The table of exit codes for people. */
export function exitCodesText(): string {
  const lines = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return `Exit codes:\n${lines.join('\n')}\n`;
}
