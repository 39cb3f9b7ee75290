import type { Clock } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { Relation } from '../catalog/catalog.js';
import type { PolicySettings } from '../check/policy-settings.js';
import { catalogOf } from '../check/schema.js';
import { introspect } from '../store/introspect.js';
import type { Store } from '../store/store.js';
import type { CompiledPolicies } from './compile.js';
import { compilePolicies } from './compile.js';

/** A policy set compiled for one database, to be solved on it for as long as its schema stays. */
export interface CompiledDatabase {
  /** Null when a diagnostic is an error. */
  readonly compiled: CompiledPolicies | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly relations: ReadonlyMap<string, Relation>;
  /** Wall milliseconds that it took. */
  readonly ms: number;
}

/** Reads the schema of the database and compiles the policies against it. */
export function compileDatabase(
  store: Store,
  sources: readonly SourceFile[],
  { clock, settings }: { readonly clock: Clock; readonly settings?: PolicySettings },
): CompiledDatabase {
  const startedMs = clock.nowMs();
  const catalog = catalogOf(store.read(() => introspect(store)));
  const { compiled, diagnostics } = compilePolicies(sources, catalog, settings);
  const relations = new Map(catalog.relations.map((relation) => [relation.name, relation]));
  return { compiled, diagnostics, relations, ms: clock.nowMs() - startedMs };
}
