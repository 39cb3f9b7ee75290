import test from 'ava';
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
