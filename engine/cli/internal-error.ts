import type { Diagnostic } from '../base/diagnostic.js';
import type { Environment } from './environment.js';
import { safeText } from './render/width.js';

/** What people see when the program itself is at fault; the stack only where they ask for it. */
export function internalErrorText(error: unknown, variables: Environment['variables']): string {
  const { EDICT_DEBUG: debug = '' } = variables;
  const message = error instanceof Error ? error.message : String(error);
  const head = `internal error: ${safeText(message)}\n`;
  if (debug !== '' && debug !== '0') {
    return `${head}${error instanceof Error ? (error.stack ?? '') : ''}\n`;
  }
  return `${head}  = help: this is a fault of edict, not of its input; with EDICT_DEBUG=1 it prints where\n`;
}

/** The same for programs. */
export function internalError(error: unknown): Diagnostic {
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'cli/internal',
    severity: 'error',
    message: `internal error: ${message}`,
    help: 'with EDICT_DEBUG=1 stderr tells where',
  };
}
