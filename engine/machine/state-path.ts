import type { StateValue } from 'xstate';
import { InternalError, must } from '../base/assert.js';

/** A state as a table stores it: `BOUND`, or `active.idle` for a state inside another. */
export function statePath(value: StateValue): string {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value);
  if (entries.length !== 1) throw new InternalError('parallel states have no place in a state column');
  const [name, inner] = must(entries[0], 'the active state');
  return inner === undefined ? name : `${name}.${statePath(inner)}`;
}

/** The inverse of statePath. */
export function stateValue(path: string): StateValue {
  const dot = path.indexOf('.');
  return dot === -1 ? path : { [path.slice(0, dot)]: stateValue(path.slice(dot + 1)) };
}
