import { isError } from '../../../engine/base/diagnostic.js';
import type { Diagnostic } from '../../../engine/base/diagnostic.js';
import { positionAt } from '../../../engine/base/source.js';
import { groundErrors, prepare } from '../../../engine/loop/decide.js';
import type { Grounded } from '../../../engine/ground/ground.js';
import type { CompiledPolicies } from '../../../engine/loop/compile.js';
import type { Store } from '../../../engine/store/store.js';
import { compileHere, databaseOf, shown } from '../../helpers/solve-here.js';
import type { Policy, Select, World } from './language.js';
import { printWorld } from './print.js';
import { reachedFrom, selectsOf } from './reads.js';

/** A policy that the engine refuses, with the code of a reason. */
export interface RefusedPolicy {
  readonly policy: Policy;
  readonly code: string;
}

/** What is left of a world without the policies that the engine refuses. */
export interface Taken {
  readonly world: World;
  readonly refused: readonly RefusedPolicy[];
  /** Null where every policy is refused. */
  readonly engine: {
    readonly store: Store;
    readonly compiled: CompiledPolicies;
    readonly grounded: Grounded;
  } | null;
  readonly problems: readonly string[];
}

/** Reasons that a construct of the language may be refused for. */
const REFUSALS = new Set([
  'lower/unsupported',
  'lower/no-lineage',
  'lower/outer-join-on-decision',
  // Also where the engine cannot show that such a row never counts; the caller looks at what is taken.
  'ground/null-term',
  'ground/bad-argument',
  // The order of two texts that decisions choose.
  'type/mismatch',
]);

/** Drops policies until the engine takes what is left. */
export function take(world: World): Taken {
  const refused: RefusedPolicy[] = [];
  const problems: string[] = [];
  for (let at = world; ;) {
    if (at.policies.every((one) => one.isDomain === true))
      return { world: at, refused, engine: null, problems };
    const { database, policies, names } = printWorld(at);
    const store = databaseOf(...database);
    const { compiled, diagnostics } = compileHere(store, policies);
    const errors = diagnostics.filter(isError);
    let grounded: Grounded | null = null;
    if (compiled !== null && errors.length === 0) {
      // Without narrowed joins, so that each policy can be looked at alone.
      const whole = prepare(store, compiled, { narrow: false }).grounded;
      grounded = whole;
      errors.push(...groundErrors(whole, compiled));
    }
    if (errors.length === 0 && compiled !== null && grounded !== null) {
      return { world: at, refused, engine: { store, compiled, grounded }, problems };
    }
    const dropped = new Map<string, string>();
    for (const error of errors) {
      if (!REFUSALS.has(error.code)) problems.push(`${shown([error]).join('')} (${error.message})`);
      const name = statementOf(error, names);
      if (name === null) problems.push(`${error.code} has no place: ${error.message}`);
      else for (const reader of [name, ...readersOf(at, name)]) dropped.set(reader, error.code);
    }
    for (const policy of at.policies) {
      const code = dropped.get(policy.name);
      if (code !== undefined) refused.push({ policy, code });
    }
    const left = at.policies.filter(({ name }) => !dropped.has(name));
    const views = at.views.filter(({ name }) => !dropped.has(name));
    // Without its bounds nothing can be said of a decision; a check of its table has refused all its readers.
    const isUnbounded = at.policies.some(({ name, isDomain }) => isDomain === true && dropped.has(name));
    if (problems.length > 0 || isUnbounded) return { world: at, refused, engine: null, problems };
    if (left.length + views.length === at.policies.length + at.views.length) {
      problems.push(`an error of no policy: ${shown(errors).join('; ')}`);
      return { world: at, refused, engine: null, problems };
    }
    at = { ...at, policies: left, views };
  }
}

/** The statement of the policy set or the relation of the database that a diagnostic stands in. */
function statementOf({ span }: Diagnostic, names: readonly string[]): string | null {
  if (span === undefined) return null;
  const { name } = span.source;
  if (!name.startsWith('policy')) return /(\w+)\W*$/.exec(name)?.[1] ?? null;
  return names[positionAt(span.source, span.start).line - 1] ?? null;
}

/** Policies and views that read a relation. */
function readersOf(world: World, name: string): string[] {
  const isReader = (select: Select): boolean => reachedFrom(world, [select]).all.has(name);
  return [
    ...world.policies.filter(({ select, parts }) => isReader(selectsOf(select, parts))),
    ...world.views.filter(({ select }) => isReader(select)),
  ].map((one) => one.name);
}
