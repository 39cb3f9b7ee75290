import test from 'ava';
import { ModelBuilder, sumOf, truthOf } from '../../engine/model/builder.js';
import { dump } from '../../engine/model/dump.js';
import { negate } from '../../engine/model/model.js';

test('a dump shows every part of a model on a line of its own', (t) => {
  const builder = new ModelBuilder();
  const host = builder.variable(
    { values: [1, 2, 5], lo: 1, hi: 5, label: 'request[3].controllable_host' },
    2,
  );
  const size = builder.variable({ values: null, lo: 0, hi: null, label: 'quota' }, null);
  const racks = new Map([
    [1, 10],
    [2, 10],
  ]);
  const liked = builder.member(host, [1, 2]);
  const small = builder.atMost(size, 7);
  builder.assert(builder.or([negate(liked), small]), 4);
  builder.assert(negate(builder.same(host, racks, size, null)), 5);
  const value = {
    constant: 1,
    terms: [{ of: { kind: 'variable', variable: size }, coefficient: -2 }],
  } as const;
  const gated = builder.when(liked, value);
  builder.assert(builder.linear(gated, -3, null), 6);
  const capacity = {
    items: [{ variable: host, demand: 3, presence: small }],
    keys: [{ key: 1, capacity: 9 }],
  };
  builder.capacity(capacity, 7);
  const soft = { name: 'liked', weight: 0.5, expression: sumOf([{ expression: truthOf(liked), factor: 4 }]) };
  t.is(
    dump(builder.build([{ priority: 1, soft: [soft] }])),
    `v0 request[3].controllable_host in {1 2 5} hint 2
v1 quota in [0, inf]
n0 true
n1 v0 in {1 2}
n2 v1 <= 7
n3 or !n1 n2
n4 c0(v0) = v1
n5 -3 <= 1*w0 <= inf
w0 when n1: -2*v1 + 1
c0 1:10 2:10
assert n3 (origin 4)
assert !n4 (origin 5)
assert n5 (origin 6)
capacity items 3@v0?n2; keys 1:9 (origin 7)
maximise at 1: liked = 4*n1 weight 0.5
`,
  );
});
