import type { Diagnostic } from '../base/diagnostic.js';
import type { BoundPolicy } from '../check/bound.js';
import type { Grounded } from '../ground/ground.js';
import type { Reader } from '../ground/reader.js';
import type { Constraint, SoftTerm } from '../model/model.js';
import type { Entailment } from '../solve/entails.js';
import { entailmentOf } from '../solve/entails.js';
import type { CompiledPolicies } from './compile.js';
import { whyNoRow } from './empty-join.js';

/** Constraints, nodes and variables that may be gone through to find what others imply, where every millisecond counts. */
export const QUICK_BUDGET = 10_000;

/** The same where people wait for findings. */
export const THOROUGH_BUDGET = 20_000_000;

/** What a policy has contributed to the model. */
interface Share {
  readonly policy: BoundPolicy;
  readonly constraints: readonly Constraint[];
  readonly terms: readonly SoftTerm[];
  readonly rows: number;
}

/**
 * Policies that cannot change any answer on the data at hand, each as a warning with its reason. Taken out together
 * they leave the answers as they are; none is named that could bind, but one that cannot may go unnoticed.
 *
 * - `budget` limits the search for what is implied; the other reasons cost next to nothing.
 * - Where some policies have shaped what others ask for, the search is left out: the ones may not go for the others' sake.
 * - INVARIANT: `grounded` has no error and was read in the state that `reader` still sees.
 */
export function idlePolicies(
  grounded: Grounded,
  compiled: CompiledPolicies,
  reader: Reader,
  budget: number,
): Diagnostic[] {
  const shares = sharesOf(grounded, compiled);
  const found: Diagnostic[] = [];
  const busy: Share[] = [];
  for (const share of shares) {
    const reason = plainReason(share, reader);
    if (reason === null) busy.push(share);
    else found.push(reason);
  }
  return grounded.shaped ? found : [...found, ...impliedOnes(grounded, busy, budget)];
}

function sharesOf({ model, origins, rowCounts }: Grounded, { policies }: CompiledPolicies): Share[] {
  const constraints = new Map<string, Constraint[]>();
  for (const constraint of model.constraints) {
    const origin = origins[constraint.origin];
    if (origin === undefined || origin.implied) continue;
    const own = constraints.get(origin.policy.name);
    if (own === undefined) constraints.set(origin.policy.name, [constraint]);
    else own.push(constraint);
  }
  const terms = model.objectives.flatMap(({ soft }) => soft);
  return policies.map(({ policy }) => ({
    policy,
    constraints: constraints.get(policy.name) ?? [],
    terms: terms.filter(({ name }) => name === policy.name || name === `${policy.name}.balance`),
    rows: rowCounts.get(policy.name) ?? 0,
  }));
}

const isConstantTerm = ({ expression }: SoftTerm): boolean => expression.terms.length === 0;

/** Why a policy that has put nothing into the model does so; null where it has. */
function plainReason(share: Share, reader: Reader): Diagnostic | null {
  const { policy, constraints, terms, rows } = share;
  if (constraints.length > 0 || !terms.every(isConstantTerm)) return null;
  if (rows === 0) return { code: 'ground/no-row', severity: 'warning', ...whyNoRow(policy, reader) };
  return policy.clause.kind === 'check' ? alwaysHolds(policy, rows) : constantTerm(policy);
}

function alwaysHolds({ name, statement }: BoundPolicy, rows: number): Diagnostic {
  const where = rows === 1 ? 'its only row or group' : `each of its ${rows} rows or groups`;
  return {
    code: 'ground/always-holds',
    severity: 'warning',
    message: `\`${name}\` cannot bind: its check holds on ${where}, whatever is decided`,
    span: statement.clause?.expression.span ?? statement.name.span,
  };
}

function constantTerm({ name, statement }: BoundPolicy): Diagnostic {
  return {
    code: 'ground/constant-term',
    severity: 'warning',
    message: `\`${name}\` says nothing about what is better: its term is the same whatever is decided`,
    span: statement.clause?.expression.span ?? statement.name.span,
  };
}

function impliedDiagnostic({ name, statement }: BoundPolicy, byOthers: boolean): Diagnostic {
  return {
    code: 'ground/implied',
    severity: 'warning',
    message: `\`${name}\` cannot bind: ${byOthers ? 'the other policies and the schema leave' : 'the schema leaves'} its decisions only values for which it holds`,
    span: statement.clause?.expression.span ?? statement.name.span,
  };
}

/** Policies whose share follows from the schema alone, then those that follow from it and the policies that stay. */
function impliedOnes({ model, origins }: Grounded, shares: readonly Share[], budget: number): Diagnostic[] {
  const size = model.constraints.length + model.nodes.length + model.variables.length;
  let passes = Math.floor(budget / Math.max(1, size));
  if (passes === 0) return [];
  const schema = model.constraints.filter(({ origin }) => origins[origin]?.implied === true);
  const found: Diagnostic[] = [];
  const staying: Share[] = [];
  const probes = shares.flatMap(({ constraints }) => constraints);
  const expressions = shares.flatMap(({ terms }) => terms.map(({ expression }) => expression));
  const bySchema = entailmentOf(model, schema, probes, expressions);
  passes -= 1;
  if (bySchema === null) return [];
  for (const share of shares) {
    if (!share.terms.every((term) => isConstantTerm(term) || isFixed(term, bySchema))) staying.push(share);
    else if (share.policy.clause.kind !== 'check') found.push(constantTerm(share.policy));
    else if (share.constraints.every((one) => bySchema.holds(one)))
      found.push(impliedDiagnostic(share.policy, false));
    else staying.push(share);
  }
  // From the last to the first, so that of two that say the same the first one stays.
  for (const share of [...staying].reverse()) {
    if (share.constraints.length === 0 || share.terms.length > 0) continue;
    if (passes === 0) break;
    passes -= 1;
    const others = staying.filter((one) => one !== share).flatMap(({ constraints }) => constraints);
    const rest = entailmentOf(model, [...schema, ...others], share.constraints);
    if (rest === null || !share.constraints.every((one) => rest.holds(one))) continue;
    staying.splice(staying.indexOf(share), 1);
    found.push(impliedDiagnostic(share.policy, true));
  }
  return found;
}

function isFixed({ expression }: SoftTerm, known: Entailment): boolean {
  const { lo, hi } = known.range(expression);
  return lo === hi && Number.isFinite(lo);
}
