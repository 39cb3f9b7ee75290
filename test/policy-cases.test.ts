import { readFileSync } from 'node:fs';
import test from 'ava';
import type { Code } from '../engine/base/codes.js';
import { isCode } from '../engine/base/codes.js';
import { must } from '../engine/base/assert.js';
import { isError } from '../engine/base/diagnostic.js';
import { textOf } from '../engine/base/source.js';
import type { SolveResult } from '../engine/loop/solve-database.js';
import type { BackendName } from '../engine/solve/solver.js';
import type { Store } from '../engine/store/store.js';
import { ownCases, policyCases } from './helpers/policy-cases.js';
import type { PolicyCase } from './helpers/policy-cases.js';
import { Solver, databaseOf, shown } from './helpers/solve-here.js';

/** The neutral error kinds of the cases and the codes that say the same. */
const CODES_BY_KIND: Readonly<Record<string, readonly Code[]>> = {
  parse: ['parse/unexpected-token', 'parse/unexpected-character', 'parse/unterminated', 'parse/not-a-policy'],
  'unknown-table': ['bind/unknown-table'],
  'unknown-column': ['bind/unknown-column'],
  'ambiguous-column': ['bind/ambiguous-column'],
  'unknown-function': ['bind/unknown-function'],
  'duplicate-name': ['bind/duplicate-name'],
  'no-constraints': ['bind/no-constraints'],
  'missing-alias': ['bind/missing-alias'],
  'ungrouped-column': ['type/ungrouped-column'],
  'aggregate-position': ['type/aggregate-position'],
  'null-test-on-decision': ['type/null-test-on-decision'],
  'bad-argument': ['type/bad-argument', 'ground/bad-argument'],
  'unbounded-decision': ['ground/unbounded-decision'],
};

/** Cases whose construct is refused so far: each must give a diagnostic with a place, never an answer. */
const NOT_YET = new Set(JSON.parse(readFileSync('test/cases/not-yet.json', 'utf8')) as string[]);

const solver = new Solver();
test.after.always(() => solver.close());

const policyText = (policy: PolicyCase['policy']): string => policy.join(';\n');

async function run(
  one: PolicyCase,
  only: BackendName | null = null,
): Promise<{ store: Store; result: SolveResult }> {
  const store = databaseOf(...one.schema, ...one.data);
  return { store, result: await solver.solve(store, [policyText(one.policy), ...(one.files ?? [])], only) };
}

/** Everything in which an answer differs from what the case expects. */
function differences({ expect, policy }: PolicyCase, store: Store, result: SolveResult): string[] {
  const problems: string[] = [];
  const want = (what: string, actual: unknown, expected: unknown): void => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      problems.push(`${what}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
    }
  };
  const errors = result.diagnostics.filter(isError);
  if (expect.status === 'error') {
    want('status', result.status === 'model_invalid' ? null : result.status, null);
    const wanted = expect.code ?? '';
    const codes = isCode(wanted) ? [wanted] : must(CODES_BY_KIND[wanted], `codes of ${wanted}`);
    const meant = errors.find(({ code }) => codes.includes(code));
    if (meant === undefined) return [...problems, `no ${codes.join(' or ')} in ${shown(errors).join('; ')}`];
    const about = expect.about ?? '';
    // Where the case names a piece of the text, the carets stand under it.
    const under = meant.span === undefined ? '' : textOf(meant.span);
    if (policyText(policy).includes(about)) want(`${under} holds ${about}`, under.includes(about), true);
    return problems;
  }
  want('status', result.status, expect.status);
  if (result.status === null) return [...problems, ...shown(errors)];
  // That there is no answer is said as an error, too.
  want('errors', shown(errors.filter(({ code }) => code !== 'solve/infeasible')), []);
  if (expect.rows !== undefined) want('rows', store.rows(expect.rows.sql), expect.rows.values);
  for (const { sql, equals } of expect.assertSql ?? []) want(sql, store.rows(sql)[0]?.[0], equals);
  if (expect.objective !== undefined) {
    const [level, ...more] = result.levels;
    want('levels', more.length, 0);
    want('objective', level?.value, expect.objective);
    want('bound', level?.bound, expect.objective);
    want('gap', level?.gap, 0);
  }
  if (expect.levels !== undefined) {
    want(
      'levels',
      result.levels.map(({ value }) => value),
      expect.levels,
    );
    want(
      'bounds',
      result.levels.map(({ bound }) => bound),
      expect.levels,
    );
  }
  const soft = new Map(result.soft.map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(expect.soft ?? {})) want(`soft ${name}`, soft.get(name), value);
  const warnings = result.diagnostics
    .filter(({ severity }) => severity === 'warning')
    .map(({ code }) => code);
  if (expect.warnings !== undefined) want('warnings', warnings, expect.warnings);
  const names = result.core?.constraints.map(({ name }) => name) ?? [];
  for (const name of expect.coreIncludes ?? []) {
    if (!names.includes(name)) problems.push(`core ${names.join(', ')} lacks ${name}`);
  }
  if (expect.status === 'infeasible') {
    want('minimal', result.core?.minimal, true);
    for (const name of expect.minimalCoreExcludes ?? []) {
      if (names.includes(name)) problems.push(`minimal core ${names.join(', ')} has ${name}`);
    }
  }
  return problems;
}

const cases = [...policyCases(), ...ownCases()];

test('the list of cases that are refused so far names cases that exist', (t) => {
  t.is(policyCases().length, 150);
  const ids = new Set(cases.map(({ id }) => id));
  t.is(ids.size, cases.length);
  t.deepEqual(
    [...NOT_YET].filter((id) => !ids.has(id)),
    [],
  );
});

for (const one of cases) {
  if (NOT_YET.has(one.id)) {
    test(`refused so far: ${one.id} (${one.feature})`, async (t) => {
      const { store, result } = await run(one);
      t.not(differences(one, store, result).length, 0, 'it passes now: take it off test/cases/not-yet.json');
      t.is(result.status, null, 'a construct without its meaning must not be solved');
      const errors = result.diagnostics.filter(isError);
      t.not(errors.length, 0);
      for (const { code, span } of errors) {
        t.truthy(span, code);
        t.true(code.startsWith('lower/'), `${code} does not say that the construct is missing`);
      }
    });
    continue;
  }
  test(`${one.id}: ${one.feature}`, async (t) => {
    const { store, result } = await run(one);
    t.deepEqual(differences(one, store, result), []);
  });
  if (one.expect.status === 'error') continue;
  test(`each backend alone agrees on ${one.id}`, async (t) => {
    const highs = await run(one, 'highs');
    t.deepEqual(differences(one, highs.store, highs.result), []);
    const simplex = await run(one, 'simplex');
    // It takes small programs only; then it says so and answers nothing.
    if (simplex.result.status === 'unknown') t.is(simplex.result.backend, null);
    else t.deepEqual(differences(one, simplex.store, simplex.result), []);
  });
}
