import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { catalogOf } from '../check/schema.js';
import { introspect } from '../store/introspect.js';
import { StoreError } from '../store/store-error.js';
import type { Store } from '../store/store.js';
import type { SoftValue, Violation } from './check-state.js';
import { softValuesNow, violationsNow } from './check-state.js';
import { compilePolicies } from './compile.js';

export interface AuditResult {
  readonly violations: readonly Violation[];
  readonly soft: readonly SoftValue[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Rows beyond this are not listed per checking query. */
const MOST_ROWS = 1000;

/** Which rows violate which policy now; nothing is solved and nothing written. */
export function audit(store: Store, sources: readonly SourceFile[]): AuditResult {
  return store.read(() => {
    const { compiled, diagnostics } = compilePolicies(sources, catalogOf(introspect(store)));
    if (compiled === null) return { violations: [], soft: [], diagnostics };
    const { policies } = compiled;
    try {
      return {
        violations: violationsNow(store, policies, MOST_ROWS),
        soft: softValuesNow(store, policies),
        diagnostics,
      };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const message = `SQLite refuses a checking query: ${error.message}`;
      return {
        violations: [],
        soft: [],
        diagnostics: [...diagnostics, { code: 'ground/sql', severity: 'error', message }],
      };
    }
  });
}
