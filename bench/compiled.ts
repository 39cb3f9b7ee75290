import { must } from '../engine/base/assert.js';
import type { SourceFile } from '../engine/base/source.js';
import { catalogOf } from '../engine/check/schema.js';
import { rack } from '../engine/controllers/rack/controller.js';
import type { CompiledPolicies } from '../engine/loop/compile.js';
import { compilePolicies } from '../engine/loop/compile.js';
import { readShippedPolicies } from '../engine/store/files.js';
import { introspect } from '../engine/store/introspect.js';
import type { Store } from '../engine/store/store.js';

/** The policies of a scheduler of the rack. */
export function scheduledPolicies(scheduler: string): SourceFile[] {
  const shipped = must(rack.schedulers[scheduler], scheduler);
  return shipped.kind === 'policies' ? readShippedPolicies(shipped.paths) : [];
}

/** Policies compiled against a database. Throws where they cannot be. */
export function compiledOf(store: Store, sources: readonly SourceFile[]): CompiledPolicies {
  const { compiled, diagnostics } = compilePolicies(sources, catalogOf(introspect(store)));
  return must(compiled, () => diagnostics.map(({ message }) => message).join('; '));
}
