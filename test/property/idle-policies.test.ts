import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { isError } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { catalogOf } from '../../engine/check/schema.js';
import { softValuesNow, violationsNow } from '../../engine/loop/check-state.js';
import { prepare } from '../../engine/loop/decide.js';
import { idlePolicies } from '../../engine/loop/idle-policies.js';
import { decisionsOf, writeDecisions } from '../../engine/loop/writeback.js';
import type { Model } from '../../engine/model/model.js';
import { introspect } from '../../engine/store/introspect.js';
import { StoreError } from '../../engine/store/store-error.js';
import { compileHere, databaseOf } from '../helpers/solve-here.js';
import { randomWorld } from './oracle/generate.js';
import { printWorld } from './oracle/print.js';

const RUNS = Number(process.env['EDICT_ORACLE_RUNS'] ?? 300);
const FIRST = Number(process.env['EDICT_ORACLE_SEED'] ?? 1);
const MOST_ASSIGNMENTS = 20_000;

function* assignments(model: Model, at = 0): Generator<number[]> {
  const variable = model.variables[at];
  if (variable === undefined) {
    yield [];
    return;
  }
  const low = variable.lo ?? -1;
  const tried = variable.values ?? Array.from({ length: (variable.hi ?? 4) - low + 1 }, (_one, i) => low + i);
  for (const value of tried) for (const rest of assignments(model, at + 1)) yield [value, ...rest];
}

/** What the warnings of one random case claim wrongly, and how many policies they name. */
function falseClaims(
  seed: number,
  narrow: boolean,
): { claims: number; codes: readonly string[]; wrong: string[] } {
  const nothing = { claims: 0, codes: [], wrong: [] };
  const { database, policies } = printWorld(randomWorld(seed));
  const store = databaseOf(...database);
  const { compiled } = compileHere(store, policies);
  if (compiled === null) return nothing;
  const { grounded } = prepare(store, compiled, { narrow });
  if (grounded.diagnostics.some(isError)) return nothing;
  // Texts that only a policy bounds cannot be listed.
  const isOpen = grounded.cells.some(
    ({ text, variable }) => text && grounded.model.variables[variable]?.values === null,
  );
  if (isOpen) return nothing;
  const warnings = idlePolicies(grounded, compiled, store, Infinity);
  const nameOf = (message: string): string => must(/`(.*?)`/.exec(message)?.[1], 'policy name');
  const idle = new Set(warnings.map(({ message }) => nameOf(message)));
  if (idle.size === 0) return nothing;
  const staying = compiled.policies.filter(({ policy }) => !idle.has(policy.name));
  const leaving = compiled.policies.filter(({ policy }) => idle.has(policy.name));
  const relations = new Map(catalogOf(introspect(store)).relations.map((one) => [one.name, one]));
  const undo = new Error('undo');
  const softSeen = new Map<string, number | null>();
  const wrong: string[] = [];
  let tried = 0;
  for (const values of assignments(grounded.model)) {
    if (++tried > MOST_ASSIGNMENTS) break;
    try {
      store.write(() => {
        writeDecisions(store, decisionsOf(grounded, values), relations);
        // Foreign keys are deferred to the commit, which does not come.
        if (store.rows('pragma foreign_key_check').length > 0) throw undo;
        if (violationsNow(store, staying, 1, grounded.domains).length > 0) throw undo;
        for (const { policy } of violationsNow(store, leaving, 1, grounded.domains)) {
          wrong.push(`${policy.policy.name} binds at ${values.join(',')}`);
        }
        for (const { name, value } of softValuesNow(store, leaving, grounded.domains)) {
          if (!softSeen.has(name)) softSeen.set(name, value);
          else if (softSeen.get(name) !== value) wrong.push(`${name} differs at ${values.join(',')}`);
        }
        throw undo;
      });
    } catch (error) {
      const refused = error instanceof StoreError && error.code.startsWith('SQLITE_CONSTRAINT');
      if (error !== undo && !refused) throw error;
    }
    if (wrong.length > 0) break;
  }
  store.close();
  const where = warnings.map(
    ({ code, message, span }) => `${code}: ${message} at ${span === undefined ? '' : textOf(span)}`,
  );
  return {
    claims: idle.size,
    codes: warnings.map(({ code }) => code),
    wrong: wrong.length === 0 ? [] : [...database, policies, ...where, ...wrong],
  };
}

test(`no policy that is said not to bind cuts off or ranks any assignment (seeds ${FIRST} to ${FIRST + RUNS - 1})`, (t) => {
  t.timeout(600_000);
  const codes = new Map<string, number>();
  for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
    for (const narrow of [true, false]) {
      const { wrong, codes: found } = falseClaims(seed, narrow);
      t.deepEqual(wrong, [], `seed ${seed}${narrow ? ', joins narrowed' : ''}`);
      for (const code of found) codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  }
  t.log(Object.fromEntries(codes));
  if (RUNS < 300) return;
  for (const code of ['ground/no-row', 'ground/always-holds', 'ground/implied', 'ground/constant-term']) {
    t.true((codes.get(code) ?? 0) > 0, `${code} is among them`);
  }
});
