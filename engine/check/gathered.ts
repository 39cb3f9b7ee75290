import type { BoundExpression, BoundItem, BoundUnit } from './bound.js';
import type { Scope, ScopeSource } from './scope.js';

/** A select being bound: what its `from` has contributed so far. */
export interface Gathered {
  /** The select around it, whose names conditions may also use. */
  readonly parent: Scope | null;
  /** Names of common tables, which have been refused with their `with`. */
  readonly common: Set<string>;
  items: BoundItem[];
  units: BoundUnit[];
  conditions: BoundExpression[];
  sources: ScopeSource[];
  merged: Set<string>;
}

export function nothingGathered(parent: Scope | null): Gathered {
  return { parent, common: new Set(), items: [], units: [], conditions: [], sources: [], merged: new Set() };
}
