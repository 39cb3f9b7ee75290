import type { Diagnostic } from '../base/diagnostic.js';
import { isError, sortDiagnostics } from '../base/diagnostic.js';
import { digestText } from '../base/digest.js';
import type { SourceFile } from '../base/source.js';
import type { Catalog, Relation } from '../catalog/catalog.js';
import { bindPolicies, parsePolicySet } from '../check/bind.js';
import { impliedStatements } from '../check/implied.js';
import type { PolicySettings } from '../check/policy-settings.js';
import { applySettings, noSettings } from '../check/policy-settings.js';
import { computedKeys } from '../check/partial-keys.js';
import type { LoweredPolicy } from '../lower/lower.js';
import { lowerPolicy } from '../lower/lower.js';
import { decisionTables } from '../lower/tables-read.js';
import { readerOf } from './reader-of.js';

/** A policy set compiled against a schema. Holds no row; serves every tick until the schema changes. */
export interface CompiledPolicies {
  readonly policies: readonly LoweredPolicy[];
  /** Hard policies that are reported and not enforced. */
  readonly advisory: readonly LoweredPolicy[];
  /** What the schema itself demands of the decisions that the policies read. */
  readonly implied: readonly LoweredPolicy[];
  /** Tables all of whose decisions are solved, because a policy reads the table itself. */
  readonly tables: readonly Relation[];
  /** SHA-256 of the texts, in order. */
  readonly digest: string;
}

/** Text to compiled policies; null when a diagnostic is an error. */
export function compilePolicies(
  sources: readonly SourceFile[],
  catalog: Catalog,
  settings: PolicySettings = noSettings,
): { compiled: CompiledPolicies | null; diagnostics: readonly Diagnostic[] } {
  const parsed = parsePolicySet(sources);
  const set = applySettings(parsed.statements, settings);
  const bound = bindPolicies([...set.enforced, ...set.advisory], catalog, parsed.unread);
  const diagnostics = sortDiagnostics([...parsed.diagnostics, ...set.diagnostics, ...bound.diagnostics]);
  if (diagnostics.some(isError)) return { compiled: null, diagnostics };
  const isAdvisory = new Set(set.advisory);
  const all = bound.policies.map(lowerPolicy);
  const policies = all.filter(({ policy }) => !isAdvisory.has(policy.statement));
  const advisory = all.filter(({ policy }) => isAdvisory.has(policy.statement));
  const read = new Map(bound.tables.map((relation) => [relation.name, relation]));
  for (const { plan } of policies) decisionTables(plan, read);
  const refused = [...read.values()].flatMap((relation) => computedKeyErrors(relation, policies));
  if (refused.length > 0)
    return { compiled: null, diagnostics: sortDiagnostics([...diagnostics, ...refused]) };
  const implied = bindPolicies([...read.values()].flatMap(impliedStatements), catalog);
  if (implied.diagnostics.some(isError)) return { compiled: null, diagnostics: implied.diagnostics };
  const digest = digestText(sources.map((source) => source.text).join('\0'));
  return {
    compiled: {
      policies,
      advisory,
      implied: implied.policies.map(lowerPolicy),
      tables: bound.tables,
      digest,
    },
    diagnostics,
  };
}

function computedKeyErrors(relation: Relation, policies: readonly LoweredPolicy[]): Diagnostic[] {
  return computedKeys(relation).map((span) => ({
    code: 'lower/unsupported',
    severity: 'error',
    message: `a unique index of \`${relation.name}\` over an expression of a decision is not supported yet`,
    span: readerOf(relation.name, policies)?.policy.statement.name.span,
    notes: [{ message: 'the expression is here', span }],
    help: 'index the column itself, or drop the index and write the rule as a policy',
  }));
}
