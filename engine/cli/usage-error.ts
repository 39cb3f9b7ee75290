import { DiagnosticError } from '../base/diagnostic.js';

/** What to throw when the command line itself is at fault; exit 2. */
export function usageError(message: string, help?: string): DiagnosticError {
  return new DiagnosticError([{ code: 'cli/usage', severity: 'error', message, help }]);
}
