import { readFileSync, readdirSync } from 'node:fs';

/** One worked case of test/cases/policy_language.json or of test/cases/language/. */
export interface PolicyCase {
  readonly id: string;
  readonly feature: string;
  readonly schema: readonly string[];
  readonly data: readonly string[];
  readonly policy: readonly string[];
  /** Further files of the policy set. */
  readonly files?: readonly string[];
  readonly expect: {
    readonly status: 'optimal' | 'infeasible' | 'error';
    readonly rows?: { readonly sql: string; readonly values: readonly (readonly unknown[])[] };
    readonly assertSql?: readonly { readonly sql: string; readonly equals: unknown }[];
    readonly objective?: number;
    /** Values of several priorities, highest first. */
    readonly levels?: readonly number[];
    /** Unweighted values of soft terms by name. */
    readonly soft?: Readonly<Record<string, number>>;
    /** Codes of the warnings. */
    readonly warnings?: readonly string[];
    readonly coreIncludes?: readonly string[];
    readonly minimalCoreExcludes?: readonly string[];
    /** A neutral kind, or a code of the engine. */
    readonly code?: string;
    readonly about?: string;
  };
}

export function policyCases(): readonly PolicyCase[] {
  return JSON.parse(readFileSync('test/cases/policy_language.json', 'utf8')) as readonly PolicyCase[];
}

/** Cases for what the language says and the 150 cases do not ask. */
export function ownCases(): readonly PolicyCase[] {
  const folder = 'test/cases/language';
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as readonly PolicyCase[]);
}
