import type { Diagnostic } from '../base/diagnostic.js';
import type { LoopEvent } from '../loop/controller.js';

/** One line of stdin: an event, nothing to do (blank, or a trace's header), or a mistake. */
export type EventLine =
  | { readonly kind: 'event'; readonly event: Omit<LoopEvent, 'atUs'>; readonly atUs: number | null }
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly diagnostic: Diagnostic };

/** Reads a line; `at_us` may be left out, the loop then stamps it with its arrival. */
export function readEventLine(text: string, line: number): EventLine {
  if (text.trim() === '') return { kind: 'blank' };
  const bad = (message: string): EventLine => ({
    kind: 'bad',
    diagnostic: { code: 'replay/bad-record', severity: 'error', message: `line ${line} of stdin ${message}` },
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad('is not JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return bad('is no object');
  const { at_us: atUs, type, ...fields } = value as Record<string, unknown>;
  if ('edict_trace' in fields) return { kind: 'blank' };
  if (typeof type !== 'string' || type === '') return bad('lacks a `type`');
  if (atUs === undefined) return { kind: 'event', event: { type, fields }, atUs: null };
  if (typeof atUs !== 'number' || !Number.isSafeInteger(atUs) || atUs < 0) {
    return bad('has an `at_us` that is no whole number of microseconds');
  }
  return { kind: 'event', event: { type, fields }, atUs };
}
