import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { isError } from '../../engine/base/diagnostic.js';
import { positionAt, textOf } from '../../engine/base/source.js';
import { readDesign } from '../../engine/controllers/npu/read-design.js';
import type { MlirDesign } from '../../engine/importers/mlir/device-design.js';
import { readMlirAie } from '../../engine/importers/mlir/read-mlir-aie.js';
import { writePlacement } from '../../engine/importers/mlir/write-placement.js';

const FILES = ['passthrough', 'split_join', 'cascade'] as const;
const textOfFile = (name: string): string => readFileSync(`fixtures/npu/${name}.mlir`, 'utf8');
const read = (text: string, pinned = true): ReturnType<typeof readMlirAie> =>
  readMlirAie({ name: 'some/x.mlir', text }, { pinned });

function designsOf(name: string, pinned = true): readonly MlirDesign[] {
  const { designs, diagnostics } = readMlirAie(
    { name: `fixtures/npu/${name}.mlir`, text: textOfFile(name) },
    { pinned },
  );
  if (diagnostics.some(isError)) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return designs;
}

const only = (name: string, pinned = true): MlirDesign => must(designsOf(name, pinned)[0], 'a design');

for (const name of FILES) {
  test(`the designs of ${name}.mlir are designs by the rules of the JSON format`, (t) => {
    for (const { design } of designsOf(name)) t.deepEqual(readDesign(design).problems, []);
  });
}

test('a core with two fifos becomes a worker with stack, ends and transfers', (t) => {
  const { design } = only('passthrough');
  t.is(design.id, 'passthrough');
  t.is(design.device, 'npu1_1col');
  t.deepEqual(design.workers, [{ id: 'tile_0_2', stackBytes: 2048, buffers: [] }]);
  t.deepEqual(design.fifos[0], {
    id: 'in',
    objBytes: 1024,
    shape: [1024],
    dtype: 'uint8',
    viaDma: false,
    streamTransform: false,
    producer: { kind: 'runtime', ref: 'shim:in', depth: 2 },
    consumers: [{ kind: 'worker', ref: 'tile_0_2', depth: 2, maxAcquire: 1 }],
  });
  const whole = { tensor: [4096], offset: 0 };
  t.deepEqual(design.runtime, {
    fills: [
      {
        fifo: 'in',
        tasks: 1,
        hostArg: 0,
        firstPattern: { ...whole, sizes: [1, 1, 1, 4096], strides: [0, 0, 0, 1] },
      },
    ],
    drains: [{ fifo: 'out', tasks: 1, hostArg: 1, firstPattern: { ...whole, sizes: [4096], strides: [1] } }],
  });
  t.deepEqual(design.pins, { tile_0_2: [0, 2], 'shim:in': [0, 0], 'shim:out': [0, 0] });
});

test('coordinates of physical tiles are only what was before where they are not to hold', (t) => {
  const { design } = only('passthrough', false);
  t.deepEqual(design.pins, {});
  t.deepEqual(design.placement, { tile_0_2: [0, 2], 'shim:in': [0, 0], 'shim:out': [0, 0] });
});

test('links, depths per end, transforms, repeats, buffers and logical tiles are read', (t) => {
  const { design } = only('split_join');
  t.is(design.id, 'split_join');
  t.deepEqual(design.links, [
    {
      id: 'link:in',
      kind: 'split',
      tileType: 'mem',
      inputs: ['in'],
      outputs: ['in_left', 'in_right'],
      offsetsElems: [0, 512],
    },
    {
      id: 'link:out',
      kind: 'join',
      tileType: 'mem',
      inputs: ['out_left', 'out_right'],
      outputs: ['out'],
      offsetsElems: [0, 512],
    },
    {
      id: 'link:table',
      kind: 'forward',
      tileType: 'mem',
      inputs: ['table'],
      outputs: ['table_all'],
      offsetsElems: [],
    },
  ]);
  const fifo = (id: string) =>
    must(
      design.fifos.find((one) => one.id === id),
      id,
    );
  t.deepEqual(fifo('in_left').consumers, [{ kind: 'worker', ref: 'left', depth: 4, maxAcquire: 3 }]);
  t.is(fifo('in_left').producer.depth, 2);
  t.true(fifo('in').streamTransform);
  t.true(fifo('out_left').streamTransform);
  t.false(fifo('out_right').streamTransform);
  t.is(fifo('table_all').repeatCount, 4);
  t.is(fifo('table_all').consumers.length, 2);
  t.true(fifo('out_right').viaDma);
  // The larger of what two branches take.
  t.is(fifo('sums').producer.maxAcquire, 2);
  t.is(fifo('in_left').objBytes, 1024);
  t.deepEqual(design.workers, [
    { id: 'left', stackBytes: 0xd00, buffers: [{ id: 'rtp_left', bytes: 64, kind: 'rtp' }] },
    { id: 'right', buffers: [{ id: 'scratch', bytes: 512, kind: 'static' }] },
  ]);
  t.deepEqual(design.memoryAccess, [{ core: 'right', owner: 'left' }]);
  t.deepEqual(design.pins, { left: [null, 3], 'shim:table': [1, null], 'link:table': [1, 1] });
  // One logical tile that two fifos name is one part.
  t.is(fifo('in').producer.ref, 'shim:shim');
  t.is(fifo('out').consumers[0]?.ref, 'shim:shim');
  t.deepEqual(
    [...design.runtime.fills, ...design.runtime.drains].map(({ fifo: id, tasks }) => [id, tasks]),
    [
      ['table', 1],
      ['in', 2],
      ['out', 1],
    ],
  );
  t.is(design.runtime.fills[1]?.firstPattern?.offset, 16);
});

test('a file may hold several devices, and each is a design', (t) => {
  const [chain, copy] = designsOf('cascade').map(({ design }) => design);
  t.is(chain?.id, 'chain');
  t.deepEqual(chain?.cascades, [{ source: 'first', destination: 'second' }]);
  // Three descriptors are configured at a time, and the loop frees what it configures.
  t.deepEqual(chain?.runtime.fills, [{ fifo: 'values', tasks: 3, hostArg: 0 }]);
  t.is(copy?.id, 'two_1');
  t.deepEqual(copy?.links[0]?.tileType, 'core');
  t.deepEqual(copy?.workers, []);
});

test('a pattern that is known at run time only is left out with a warning', (t) => {
  const { diagnostics } = read(textOfFile('cascade'));
  t.deepEqual(
    diagnostics.map(({ severity, span }) => [severity, span === undefined ? '' : textOf(span)]),
    [['warning', 'aie.dma_bd']],
  );
});

for (const name of FILES) {
  test(`writing the placement that ${name}.mlir has leaves it byte for byte`, (t) => {
    for (const design of designsOf(name)) {
      if (name === 'split_join') continue;
      const where = design.design.pins;
      const positionOf = (part: string): readonly [number, number] => {
        const [col, row] = must(where[part], part);
        return [must(col, 'a column'), must(row, 'a row')];
      };
      t.is(writePlacement(design, positionOf), textOfFile(name));
    }
    t.pass();
  });
}

test('logical tiles get the numbers of their place, and nothing else changes', (t) => {
  const design = only('split_join');
  const places: Readonly<Record<string, readonly [number, number]>> = {
    left: [0, 3],
    right: [1, 3],
    'shim:shim': [0, 0],
    'shim:table': [1, 0],
    'link:in': [0, 1],
    'link:out': [0, 1],
    'link:table': [1, 1],
  };
  const text = writePlacement(design, (part) => must(places[part], part));
  const expected = textOfFile('split_join')
    .replace('%shim = aie.logical_tile<ShimNOCTile>(?, ?)', '%shim = aie.logical_tile<ShimNOCTile>(0, 0)')
    .replace('ShimNOCTile>(1, ?)', 'ShimNOCTile>(1, 0)')
    .replace('%mem_in = aie.logical_tile<MemTile>(?, ?)', '%mem_in = aie.logical_tile<MemTile>(0, 1)')
    .replace('%mem_out = aie.logical_tile<MemTile>(?, ?)', '%mem_out = aie.logical_tile<MemTile>(0, 1)')
    .replace('CoreTile>(?, 3)', 'CoreTile>(0, 3)')
    .replace('%right = aie.logical_tile<CoreTile>(?, ?)', '%right = aie.logical_tile<CoreTile>(1, 3)');
  t.is(text, expected);
  t.deepEqual(must(read(text).designs[0], 'a design').design.pins, places);
});

test('parts that share a tile and are placed apart name tiles of their own', (t) => {
  const design = only('passthrough', false);
  const text = writePlacement(design, (part) =>
    part === 'tile_0_2' ? [0, 4] : part === 'shim:in' ? [0, 0] : [1, 0],
  );
  t.is(
    text,
    textOfFile('passthrough')
      .replace('%tile_0_0 = aie.tile(0, 0)', '%tile_0_0 = aie.tile(0, 0)\n    %tile_1_0 = aie.tile(1, 0)')
      .replace('%tile_0_2 = aie.tile(0, 2)', '%tile_0_2 = aie.tile(0, 4)')
      .replace('@out(%tile_0_2, {%tile_0_0}', '@out(%tile_0_2, {%tile_1_0}'),
  );
  const again = must(read(text).designs[0], 'a design').design;
  t.deepEqual(again.pins, { tile_0_2: [0, 4], 'shim:in': [0, 0], 'shim:out': [1, 0] });
});

test('any placement that is written is the one that is read again, seed 7', (t) => {
  const files = FILES.flatMap((name) => designsOf(name, false).map((design, i) => ({ name, design, i })));
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.nat(2), { minLength: 40, maxLength: 40 }),
      ({ design, i }, numbers) => {
        const kinds = new Map(design.uses.map(({ part, tile }) => [part, tile] as const));
        const taken = new Set<string>();
        const places = new Map<string, readonly [number, number]>();
        let drawn = 0;
        const draw = (): number => numbers[drawn++ % numbers.length] ?? 0;
        for (const [part, tile] of kinds) {
          const isWorker = design.design.workers.some(({ id }) => id === part);
          let place: [number, number] = [tile.col ?? draw(), tile.row ?? (tile.kind === 'shim' ? 0 : 1)];
          if (tile.isPhysical || tile.kind === 'core') {
            place = [
              draw(),
              tile.kind === 'shim'
                ? 0
                : tile.kind === 'mem'
                  ? 1
                  : tile.isPhysical
                    ? 2 + draw()
                    : (tile.row ?? 2 + draw()),
            ];
          }
          while (isWorker && taken.has(place.join())) place = [place[0] + 1, place[1]];
          if (isWorker) taken.add(place.join());
          places.set(part, place);
        }
        const text = writePlacement(design, (part) => must(places.get(part), part));
        const { designs, diagnostics } = read(text);
        const again = must(designs[i], 'the design').design.pins;
        return (
          !diagnostics.some(isError) &&
          [...places].every(([part, place]) => String(again[part]) === String(place))
        );
      },
    ),
    { seed: 7, numRuns: 300 },
  );
  t.pass();
});

const device = (body: string): string =>
  `module {\n  aie.device(npu1_1col) {\n    %s = aie.tile(0, 0)\n    %m = aie.tile(0, 1)\n    %c = aie.tile(0, 2)\n    %d = aie.tile(0, 3)\n${body}\n  }\n}\n`;
const ofBytes = ': !aie.objectfifo<memref<16xi8>>';
const core = (body: string, tile = '%c'): string => `aie.core(${tile}) { ${body} aie.end }`;
const fifo = (name: string, from: string, to: string, rest = ''): string =>
  `aie.objectfifo @${name}(${from}, {${to}}, 2 : i32) ${rest} ${ofBytes}`;

const NOT_IN_DESIGN = 'import/not-in-design';
const BAD = 'import/bad-file';

/** What is refused: the text, the code, what stands under the carets, a piece of the message. */
const REFUSED: readonly (readonly [name: string, text: string, code: string, under: string, said: string])[] =
  [
    ['flows', device('aie.flow(%c, DMA : 0, %m, DMA : 0)'), NOT_IN_DESIGN, 'aie.flow', 'no word'],
    ['locks', device('%l = aie.lock(%c, 0)'), NOT_IN_DESIGN, 'aie.lock', 'no word'],
    ['memory programs', device('aie.mem(%c) { aie.end }'), NOT_IN_DESIGN, 'aie.mem', 'no word'],
    [
      'locks inside of cores',
      device(core('aie.use_lock(%l, Acquire, 1)')),
      NOT_IN_DESIGN,
      'aie.use_lock',
      'in a core',
    ],
    [
      'acquires outside of cores',
      device('func.func @f() {\n aie.objectfifo.acquire @x(Consume, 1)\n return }'),
      NOT_IN_DESIGN,
      'aie.objectfifo.acquire',
      'outside of any core',
    ],
    [
      'unknown attributes of fifos',
      device(fifo('a', '%s', '%c', '{new_thing = 1 : i32}')),
      NOT_IN_DESIGN,
      'new_thing',
      'not known',
    ],
    ['programmable logic', device(fifo('a', '%s', '%c', '{plio = true}')), NOT_IN_DESIGN, 'plio', 'no word'],
    [
      'unknown attributes of cores',
      device('aie.core(%c) { aie.end } {fast = true}'),
      NOT_IN_DESIGN,
      'fast',
      'not known',
    ],
    [
      'other kinds of logical tiles',
      device('%x = aie.logical_tile<ShimPLTile>(?, ?)'),
      NOT_IN_DESIGN,
      'ShimPLTile',
      'kinds',
    ],
    ['ends on memory tiles without a link', device(fifo('a', '%s', '%m')), NOT_IN_DESIGN, '%m', 'no link'],
    [
      'ends on tiles without a core',
      device(fifo('a', '%s', '%c')),
      NOT_IN_DESIGN,
      '%c',
      'neither a core nor a link',
    ],
    ['buffers on memory tiles', device('%b = aie.buffer(%m) : memref<16xi32>'), NOT_IN_DESIGN, '%m', 'core'],
    ['unknown devices', 'aie.device(npu9) { }', NOT_IN_DESIGN, 'npu9', 'no device'],
    [
      'the generic form',
      device('%x = "aie.tile"() <{col = 0 : i32, row = 4 : i32}> : () -> index'),
      NOT_IN_DESIGN,
      '"aie.tile"',
      'generic',
    ],
    [
      'loops that configure more and more',
      device(
        `${core('')}\n${fifo('a', '%s', '%c')}\naie.runtime_sequence(%a: memref<16xi8>) {\nscf.for %i = %c0 to %c1 step %c2 {\n` +
          `%t = aiex.dma_configure_task_for @a {\naie.dma_bd(%a : memref<16xi8>, 0, 16)\naie.end }\n} }`,
      ),
      NOT_IN_DESIGN,
      'scf.for',
      'each turn',
    ],
    ['unknown tiles', device(fifo('a', '%s', '%e')), BAD, '%e', 'no tile'],
    ['unknown fifos', device('aie.objectfifo.link [@a] -> [@b]([] [])'), BAD, '@a', 'no fifo'],
    [
      'fifos of one name',
      device(`${core('')}\n${fifo('a', '%s', '%c')}\n${fifo('a', '%c', '%s')}`),
      BAD,
      '@a',
      'two fifos',
    ],
    ['too few depths', device(`aie.objectfifo @a(%s, {%c}, [2]) ${ofBytes}`), BAD, '[', '2 ends have 1'],
    [
      'objects of unknown size',
      device('aie.objectfifo @a(%s, {%c}, 2 : i32) : !aie.objectfifo<memref<?xi8>>'),
      BAD,
      '!aie.objectfifo',
      'constant shape',
    ],
    [
      'acquires beyond the depth',
      device(`${fifo('a', '%s', '%c')}\n${core('\naie.objectfifo.acquire @a(Consume, 3)\n')}`),
      BAD,
      '@a',
      'holds 2',
    ],
    [
      'acquires at the wrong end',
      device(`${fifo('a', '%s', '%c')}\n${core('\naie.objectfifo.acquire @a(Produce, 1)\n')}`),
      BAD,
      '@a',
      'no such end',
    ],
    ['two cores of one tile', device(`${core('')}\n${core('')}`), BAD, '%c', 'a core already'],
    ['cores on memory tiles', device(core('', '%m')), BAD, '%m', 'mem tile'],
    [
      'links without a common tile',
      device(
        `${core('')}\n${core('', '%d')}\n${fifo('a', '%s', '%c')}\n${fifo('b', '%d', '%s')}\naie.objectfifo.link [@a] -> [@b]([] [])`,
      ),
      BAD,
      'aie.objectfifo.link',
      'in common',
    ],
    ['a region that is never closed', 'module {\n  aie.device(npu1) {\n  }\n', BAD, '{', 'never closed'],
    ['a bracket too many', 'module {\n}\n}\n', BAD, '}', 'nothing is open'],
    ['a bracket that does not match', device('%x = aie.tile(0, 4]'), BAD, ']', 'expected'],
    ['characters of no token', device('§'), BAD, '§', 'starts nothing'],
    ['a string that is never closed', device('%x = aie.tile(0, 4) {a = "b}'), BAD, '"', 'never closed'],
    ['tiles without numbers', device('%x = aie.tile(0)'), BAD, ')', '`,` is expected'],
    ['no device at all', 'module { }\n', BAD, 'm', 'no `aie.device`'],
  ];

for (const [name, text, code, under, said] of REFUSED) {
  test(`refused with a place: ${name}`, (t) => {
    const { diagnostics } = read(text);
    const found = diagnostics.find(
      ({ code: one, span }) => one === code && span !== undefined && textOf(span) === under,
    );
    t.true(
      found?.message.includes(said),
      JSON.stringify(
        diagnostics.map((one) => [
          one.code,
          one.message,
          one.span && textOf(one.span),
          one.span && positionAt(one.span.source, one.span.start),
        ]),
      ),
    );
  });
}

test('two links cannot ask for one tile that nobody knows yet', (t) => {
  const text = textOfFile('split_join')
    .replaceAll('%mem_out', '%mem_in')
    .replace(/^.*%mem_in = .*\n(?=.*%mem_in = )/m, '');
  const { diagnostics } = read(text);
  t.true(diagnostics.some(({ message }) => message.includes('are to share `%mem_in`')));
});

test('whatever is cut from a text, reading it ends with a design or a diagnostic, seed 11', (t) => {
  const texts = FILES.map(textOfFile);
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(60),
      fc.constantFrom('', '{', '}', '(', '"', '%x = ', '\n'),
      (text, from, length, put) => {
        const at = from % text.length;
        const { designs, diagnostics } = read(text.slice(0, at) + put + text.slice(at + length));
        return designs.length > 0 || diagnostics.some(isError);
      },
    ),
    { seed: 11, numRuns: 600 },
  );
  t.pass();
});

test('deep nesting is refused, not followed', (t) => {
  const deep = 'scf.if %c {\n'.repeat(5000);
  const { diagnostics } = read(device(deep));
  t.true(diagnostics.some(({ message }) => message.includes('nested deeper')));
});
