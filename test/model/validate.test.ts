import test from 'ava';
import type { BooleanNode, Model } from '../../engine/model/model.js';
import { validate } from '../../engine/model/validate.js';

const sound: Model = {
  variables: [{ values: [1, 2], lo: 1, hi: 2, label: 'x' }],
  nodes: [{ kind: 'true' }, { kind: 'member', variable: 0, values: [1] }],
  numerics: [],
  constraints: [{ kind: 'assert', literal: 2, origin: 0 }],
  objectives: [],
  hints: [null],
};

const withNode = (node: BooleanNode): Model => ({
  ...sound,
  nodes: [...sound.nodes, node],
  constraints: [{ kind: 'assert', literal: 4, origin: 0 }],
});

test('a sound model has no problems', (t) => {
  t.deepEqual(validate(sound), []);
});

test('a coefficient of zero is no problem', (t) => {
  const terms = [{ of: { kind: 'variable', variable: 0 }, coefficient: 0 }] as const;
  t.deepEqual(
    validate(withNode({ kind: 'linear', expression: { constant: 0, terms }, lo: 0, hi: null })),
    [],
  );
});

const broken: readonly [string, Model, RegExp][] = [
  ['node 0 is not true', { ...sound, nodes: [] }, /node 0/],
  ['a list does not ascend', withNode({ kind: 'member', variable: 0, values: [2, 1] }), /ascending/],
  ['a list repeats a value', withNode({ kind: 'member', variable: 0, values: [1, 1] }), /ascending/],
  ['a value is no safe integer', withNode({ kind: 'atMost', variable: 0, bound: 2 ** 53 }), /safe integer/],
  ['a bound is fractional', withNode({ kind: 'atMost', variable: 0, bound: 0.5 }), /safe integer/],
  ['a variable is unknown', withNode({ kind: 'atMost', variable: 7, bound: 1 }), /variable 7/],
  ['a literal is unknown', withNode({ kind: 'or', literals: [99] }), /literal 99/],
  ['a node reads itself', withNode({ kind: 'or', literals: [4] }), /reads itself/],
  [
    'a row has no bound',
    withNode({ kind: 'linear', expression: { constant: 0, terms: [] }, lo: null, hi: null }),
    /no bound/,
  ],
  [
    'an interval is empty',
    { ...sound, variables: [{ values: null, lo: 2, hi: 1, label: 'x' }] },
    /interval of variable 0 is empty/,
  ],
  ['hints are missing', { ...sound, hints: [] }, /hint/],
  [
    'a demand is negative',
    {
      ...sound,
      constraints: [
        {
          kind: 'capacity',
          origin: 0,
          capacity: { items: [{ variable: 0, demand: -1, presence: null }], keys: [] },
        },
      ],
    },
    /demand/,
  ],
  [
    'the keys of a capacity repeat',
    {
      ...sound,
      constraints: [
        {
          kind: 'capacity',
          origin: 0,
          capacity: {
            items: [],
            keys: [
              { key: 1, capacity: 1 },
              { key: 1, capacity: 2 },
            ],
          },
        },
      ],
    },
    /keys/,
  ],
  [
    'priorities do not descend',
    {
      ...sound,
      objectives: [
        { priority: 0, soft: [] },
        { priority: 1, soft: [] },
      ],
    },
    /priorities/,
  ],
  [
    'a weight is no number',
    {
      ...sound,
      objectives: [
        { priority: 0, soft: [{ name: 's', weight: NaN, expression: { constant: 0, terms: [] } }] },
      ],
    },
    /weight of s/,
  ],
];

for (const [name, model, pattern] of broken) {
  test(`a model is refused when ${name}`, (t) => {
    const problems = validate(model);
    t.is(problems.length > 0, true);
    t.regex(problems.join('\n'), pattern);
  });
}

test('a cycle through a numeric node is found', (t) => {
  const model: Model = {
    ...withNode({
      kind: 'linear',
      expression: { constant: 0, terms: [{ of: { kind: 'numeric', numeric: 0 }, coefficient: 1 }] },
      lo: 0,
      hi: null,
    }),
    numerics: [{ kind: 'when', literal: 4, expression: { constant: 1, terms: [] } }],
  };
  t.regex(validate(model).join(), /reads itself/);
});
