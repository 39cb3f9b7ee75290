import { readFileSync } from 'node:fs';

/** One worked case of test/cases/policy_language.json. */
export interface PolicyCase {
  readonly id: string;
  readonly feature: string;
  readonly schema: readonly string[];
  readonly data: readonly string[];
  readonly policy: readonly string[];
  readonly expect: {
    readonly status: 'optimal' | 'infeasible' | 'error';
    readonly rows?: { readonly sql: string; readonly values: readonly (readonly unknown[])[] };
    readonly assertSql?: readonly { readonly sql: string; readonly equals: unknown }[];
    readonly objective?: number;
    readonly coreIncludes?: readonly string[];
    readonly minimalCoreExcludes?: readonly string[];
    readonly code?: string;
    readonly about?: string;
  };
}

export function policyCases(): readonly PolicyCase[] {
  return JSON.parse(readFileSync('test/cases/policy_language.json', 'utf8')) as readonly PolicyCase[];
}
