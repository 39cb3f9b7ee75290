import test from 'ava';
import fc from 'fast-check';
import { canonicalJson } from '../../engine/base/digest.js';

const SEED = 11;

/** The same text by `JSON.stringify` alone. */
function reference(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(entries);
  });
}

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, undefined, NaN, Infinity, -0, 2n ** 60n, 1e21, 0.1),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom('0', '10', '9', '01', '4294967295', '-1', 'é', '__proto__'),
      ),
      tie('tree'),
      { maxKeys: 5 },
    ),
  ),
}));

test(`canonical JSON is what JSON makes of sorted keys (seed ${SEED})`, (t) => {
  fc.assert(
    fc.property(tree, (value) => {
      if (value === undefined) t.throws(() => canonicalJson(value), { instanceOf: TypeError });
      else t.is(canonicalJson(value), reference(value));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

test('the order in which keys were set does not matter', (t) => {
  const text = '{"2":0,"10":0,"a":[{"x":1,"y":2}],"b":"1"}';
  t.is(canonicalJson({ b: 1n, 10: 0, a: [{ y: 2, x: 1 }], 2: 0 }), text);
  t.is(canonicalJson({ 2: 0, a: [{ x: 1, y: 2 }], 10: 0, b: 1n }), text);
});
