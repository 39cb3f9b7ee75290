import type { Diagnostic } from '../../base/diagnostic.js';
import { isError } from '../../base/diagnostic.js';

/** `7 more errors and 1 more warning are not shown`; '' for none. */
export function countRest(rest: readonly Diagnostic[]): string {
  const errors = rest.filter(isError).length;
  const warnings = rest.length - errors;
  const parts = [countOf(errors, 'error'), countOf(warnings, 'warning')].filter((part) => part !== '');
  if (parts.length === 0) return '';
  return `${parts.join(' and ')} ${rest.length === 1 ? 'is' : 'are'} not shown`;
}

function countOf(count: number, what: string): string {
  if (count === 0) return '';
  return `${count} more ${what}${count === 1 ? '' : 's'}`;
}
