import test from 'ava';
import { readDesign } from '../../engine/controllers/npu/read-design.js';
import { designCases, designJson, designOf } from '../helpers/npu-designs.js';

type Json = Record<string, unknown>;

const worker = (id: string): Json => ({ id });
const end = (kind: string, ref: string, more: Json = {}): Json => ({ kind, ref, ...more });
const fifo = (id: string, producer: Json, ...consumers: Json[]): Json => ({
  id,
  objBytes: 64,
  producer,
  consumers,
});
const small = (more: Json): Json => ({
  id: 'd',
  device: 'npu1_1col',
  workers: [worker('a'), worker('b')],
  fifos: [fifo('f', end('worker', 'a'), end('worker', 'b'))],
  ...more,
});

/** What is changed of a small design, and the problems that this makes. */
const REFUSED: readonly (readonly [string, Json, readonly string[]])[] = [
  ['a field of another name', { cascade: [] }, ['cascade is no field of this object']],
  ['a type', { workers: [{ id: 3 }] }, ['workers[0].id is 3, not a text']],
  [
    'a depth of 0',
    { fifos: [fifo('f', end('worker', 'a', { depth: 0 }), end('worker', 'b'))] },
    ['fifos[0].producer.depth is 0, not an integer from 1 to 65536'],
  ],
  ['a fifo without consumer', { fifos: [fifo('f', end('worker', 'a'))] }, ['fifos[0] `f` has no consumer']],
  [
    'an unknown worker',
    { fifos: [fifo('f', end('worker', 'a'), end('worker', 'c'))] },
    ['fifos[0].consumers[0] there is no worker `c`'],
  ],
  [
    'more taken than the depth',
    { fifos: [fifo('f', end('worker', 'a', { depth: 2, maxAcquire: 3 }), end('worker', 'b'))] },
    ['fifos[0].producer takes 3 objects at a time, its depth is 2'],
  ],
  [
    'two parts of one name',
    { workers: [worker('a'), worker('a')], fifos: [] },
    ['workers[1] `a` is the name of `workers[0]` already'],
  ],
  [
    'two fifos of one name',
    {
      fifos: [
        fifo('f', end('worker', 'a'), end('worker', 'b')),
        fifo('f', end('worker', 'a'), end('worker', 'b')),
      ],
    },
    ['fifos[1] there are two fifos `f`'],
  ],
  [
    'an end in main memory of another name',
    { fifos: [fifo('f', end('runtime', 'in'), end('worker', 'b'))] },
    ['fifos[0].producer `in` does not start with `shim:`'],
  ],
  [
    'a split of two inputs',
    {
      fifos: [
        fifo('x', end('worker', 'a'), end('link', 'l')),
        fifo('y', end('worker', 'a'), end('link', 'l')),
        fifo('z', end('link', 'l'), end('worker', 'b')),
      ],
      links: [{ id: 'l', kind: 'split', inputs: ['x', 'y'], outputs: ['z'] }],
    },
    ['links[0] a split of 2 to 1 fifos'],
  ],
  [
    'a split on a core tile',
    {
      fifos: [
        fifo('x', end('worker', 'a'), end('link', 'l')),
        fifo('z', end('link', 'l'), end('worker', 'b')),
      ],
      links: [{ id: 'l', kind: 'split', tileType: 'core', inputs: ['x'], outputs: ['z'] }],
    },
    ['links[0] a split needs a memory tile'],
  ],
  [
    'offsets for other fifos',
    {
      fifos: [
        fifo('x', end('worker', 'a'), end('link', 'l')),
        fifo('z', end('link', 'l'), end('worker', 'b')),
      ],
      links: [{ id: 'l', kind: 'split', inputs: ['x'], outputs: ['z'], offsetsElems: [0, 8] }],
    },
    ['links[0] 2 offsets for 1 fifos'],
  ],
  [
    'a fifo in two links',
    {
      fifos: [
        fifo('x', end('worker', 'a'), end('link', 'l')),
        fifo('y', end('link', 'l'), end('link', 'm')),
        fifo('z', end('link', 'm'), end('worker', 'b')),
      ],
      links: [
        { id: 'l', kind: 'forward', inputs: ['x'], outputs: ['y'] },
        { id: 'm', kind: 'forward', inputs: ['y'], outputs: ['z'] },
      ],
    },
    ['fifos[1] `y` is in more than one link'],
  ],
  [
    'a link that its fifo does not name',
    { links: [{ id: 'l', kind: 'forward', inputs: ['f'], outputs: ['f'] }] },
    ['links[0] `f` is no fifo that ends at `l`', 'links[0] `f` is no fifo that begins at `l`'],
  ],
  [
    'outputs of a split that repeat unequally',
    {
      fifos: [
        fifo('x', end('worker', 'a'), end('link', 'l')),
        { ...fifo('y', end('link', 'l'), end('worker', 'b')), repeatCount: 2 },
        fifo('z', end('link', 'l'), end('worker', 'b')),
      ],
      links: [{ id: 'l', kind: 'split', inputs: ['x'], outputs: ['y', 'z'] }],
    },
    ['links[0] the outputs of `l` repeat unequally'],
  ],
  [
    'a fill of a fifo between workers',
    { runtime: { fills: [{ fifo: 'f' }] } },
    ['runtime.fills[0] `f` has no end in main memory to fill it from'],
  ],
  [
    'a pin of nothing',
    { pins: { c: [0, 2] } },
    ['pins there is no worker, link or end `c` to say the place of'],
  ],
  [
    'a hint of another kind',
    { hints: { a: 'any_mem' } },
    ['hints.a is "any_mem", not any_core, the kind of tile that `a` needs'],
  ],
  [
    'a cascade to itself',
    { cascades: [{ source: 'a', destination: 'a' }] },
    ['cascades[0] `a` is on both sides'],
  ],
];

for (const [title, change, expected] of REFUSED) {
  test(`${title} is refused`, (t) => {
    const { problems } = readDesign(small(change));
    t.deepEqual(
      problems.map(({ path, message }) => `${path} ${message}`),
      [...expected],
    );
  });
}

test('all problems of a document are told in one go', (t) => {
  const { problems } = readDesign(
    { id: '', device: 1, workers: [{ stackBytes: -1 }], fifos: 'none' },
    'designs[2]',
  );
  t.deepEqual(problems.map(({ path }) => path).sort(), [
    'designs[2].device',
    'designs[2].fifos',
    'designs[2].id',
    'designs[2].workers[0].id',
    'designs[2].workers[0].stackBytes',
  ]);
});

test('a pin names a column, a row or both, and a range says where else', (t) => {
  const design = designOf(
    small({
      pins: { a: [0, null] },
      ranges: { b: { rows: [3, 4] } },
      hints: { a: 'any_core' },
      columns: [0, 0],
    }),
  );
  t.deepEqual(design.where.get('a'), { cols: [0, 0], rows: null });
  t.deepEqual(design.where.get('b'), { cols: null, rows: [3, 4] });
  t.deepEqual(design.columns, [0, 0]);
});

for (const { id } of designCases) {
  test(`${id} is a design as the format has it`, (t) => {
    const { design, problems } = readDesign(designJson(id));
    t.deepEqual(problems, []);
    t.is(design?.id, id);
  });
}
