import type picocolors from 'picocolors';
import type { Environment, Sink } from '../environment.js';

/** Functions that colour a text, or leave it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

export type ColorWhen = 'auto' | 'always' | 'never';

/** The command line wins over FORCE_COLOR, that over NO_COLOR and TERM=dumb, and those over what the stream is. */
export function wantsColor(sink: Sink, when: ColorWhen, variables: Environment['variables']): boolean {
  if (when !== 'auto') return when === 'always';
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = variables;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  if ((no !== undefined && no !== '') || term === 'dumb') return false;
  return sink.isTTY === true;
}
