import test from 'ava';
import { catalogOf } from '../../engine/check/schema.js';
import { introspect } from '../../engine/store/introspect.js';
import { databaseOf } from '../helpers/solve-here.js';
import { mutant } from './mutate.js';
import { problemOf } from './problem-of.js';
import { worlds } from './worlds.js';

const SEED = 51;
const RUNS = 3000;

test(`${RUNS} mutated policies are read, checked, printed and laid out, or refused with a place (seed ${SEED})`, (t) => {
  t.timeout(300_000);
  const all = worlds();
  let read = 0;
  for (let number = 0; number < RUNS; number += 1) {
    const made = mutant(all, SEED, number);
    const problem = problemOf(made, number % 10 === 0);
    if (problem !== null)
      t.fail(`number ${number}: ${problem}\n${JSON.stringify(made.source.text.slice(0, 2000))}`);
    read += 1;
  }
  t.is(read, RUNS);
});

test('a text of the fuzz follows from its seed and number', (t) => {
  const all = worlds();
  const texts = Array.from({ length: 50 }, (_one, number) => mutant(all, SEED, number).source.text);
  t.deepEqual(
    texts,
    texts.map((_one, number) => mutant(worlds(), SEED, number).source.text),
  );
  t.true(new Set(texts).size > 45);
});

test('a long run of spaces anywhere in a policy costs no more than reading it', (t) => {
  const store = databaseOf(
    'create table t (id integer primary key, g integer, name text, controllable_v integer)',
  );
  const catalog = catalogOf(introspect(store));
  store.close();
  const world = { texts: [], catalog: () => catalog };
  const text =
    'create constraint "a b" as select t.id as i from t where (id) in (-1, +2) and name = (\'x\') -- why\n' +
    'check (controllable_v) between - 1 and ((3) /* more */ + 1) and not (false) and (null) is null ' +
    'and (select count(*) from t as o where o.controllable_v = t.controllable_v) <= (2);';
  for (const { index: start } of text.matchAll(/\w+|[^\s\w]/g)) {
    for (const before of ['', '(']) {
      const spaced = `${text.slice(0, start)}${before}${' '.repeat(20_000)}${text.slice(start)}`;
      t.is(
        problemOf({ source: { name: 'p.sql', text: spaced }, world }, true),
        null,
        `at ${start} ${before}`,
      );
    }
  }
  t.is(
    problemOf(
      { source: { name: 'p.sql', text: text.replace('-- why', `--${' '.repeat(50_000)}x`) }, world },
      true,
    ),
    null,
  );
});
