import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { tapsOf } from '../../engine/cli/tap/tap-input.js';
import { tapReport } from '../../engine/cli/tap/tap-report.js';
import type { CliEnd } from './helpers/run-cli-here.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

const tap = (words: string): Promise<CliEnd> => runCliHere(['tap', ...words.split(' ')]);

test('a tiling is shown with its patterns, their descriptors and the order of visits', async (t) => {
  const { exit, stdout } = await tap('4x4 --tile 2x2 --tile-order col --on shim');
  t.is(exit, 0);
  t.is(
    stdout,
    `tensor 4x4: 4 patterns, 16 visits, 16 of 16 elements, none twice
0: offset 0 sizes 1,1,2,2 strides 0,0,1,4
   fits one descriptor: shim
1: offset 2 sizes 1,1,2,2 strides 0,0,1,4
   fits one descriptor: shim
2: offset 8 sizes 1,1,2,2 strides 0,0,1,4
   fits one descriptor: shim
3: offset 10 sizes 1,1,2,2 strides 0,0,1,4
   fits one descriptor: shim

last visit of each element
  0  2  4  6
  1  3  5  7
  8 10 12 14
  9 11 13 15
`,
  );
});

test('a pattern that fits no descriptor is shown with those that make its visits', async (t) => {
  const { exit, stdout } = await tap('3x8 --sizes 65,4 --strides 0,2 --on core --count');
  t.is(exit, 0);
  t.is(
    stdout,
    `tensor 3x8: 1 pattern, 260 visits, 4 of 24 elements, up to 65 times
0: offset 0 sizes 65,4 strides 0,2
   core: does not fit (iterations); 2 descriptors do
      offset 0 sizes 64,1,1,4 strides 0,0,0,2
      offset 0 sizes 1,1,1,4 strides 0,0,0,2

visits of each element
 65  . 65  . 65  . 65  .
  .  .  .  .  .  .  .  .
  .  .  .  .  .  .  .  .
`,
  );
});

test('visits that no descriptors make are findings on the tile that was asked for', async (t) => {
  const words = '8x8 --sizes 8,8 --strides 1,8 --element-bytes 1';
  t.is((await tap(`${words} --on mem`)).exit, 1);
  t.is((await tap(words)).exit, 0);
});

test('a tensor too large for a map is judged all the same', async (t) => {
  const { exit, stdout } = await tap('65536x65536');
  t.is(exit, 0);
  t.true(stdout.startsWith('tensor 65536x65536: 1 pattern, 4294967296 visits\n'));
});

test('the answer in JSON has every pattern with its descriptors', async (t) => {
  const { stdout } = await tap('2x600 --sizes 2,300 --strides 600,1 --on core --json');
  const document = JSON.parse(stdout) as { patterns: unknown; accesses: number };
  t.is(document.accesses, 600);
  const part = { offset: 0, sizes: [2, 1, 1, 300], strides: [600, 0, 0, 1] };
  t.deepEqual(document.patterns, [
    {
      offset: 0,
      sizes: [2, 300],
      strides: [600, 1],
      descriptors: [{ tile: 'core', fits: false, reasons: ['d0_wrap'], descriptors: 1, parts: [part] }],
    },
  ]);
});

test('a report shows maps, and each tile as a step', async (t) => {
  const file = join(tempFolder(t), 'tap.html');
  const { exit } = await tap(`8x8 --tile 2x2 --group 2x2 --report ${file}`);
  t.is(exit, 0);
  const text = readFileSync(file, 'utf8');
  t.true(text.startsWith('<!doctype html>'));
  for (const part of ['Access patterns over 8 x 8', 'pattern 3, 1.1', 'Buffer descriptors']) {
    t.true(text.includes(part), part);
  }
  const sequence = tapsOf([8, 8], { tile: [2, 2], group: [2, 2] });
  const { sections } = tapReport(sequence, [], 4);
  const animation = sections.find((section) => section.kind === 'animation');
  t.is(animation?.frames.length, 16);
  t.deepEqual(animation?.frames[1]?.active, [2, 3, 10, 11]);
  t.is(animation?.frames[15]?.values[63], 63);
  t.is(animation?.frames[14]?.values[63], null);
});

test('long patterns have no more steps than a report can show', (t) => {
  const { sections } = tapReport(tapsOf([512, 512], { tile: [8, 8] }), [], 4);
  const animation = sections.find((section) => section.kind === 'animation');
  t.is(animation?.frames.length, 64);
  t.regex(animation?.note ?? '', /first 64 of 4096 steps/);
});

test('fills and drains of a database are looked at by design and fifo', async (t) => {
  const folder = tempFolder(t);
  const db = join(folder, 'npu.db');
  await runCliHere(['import', 'mlir-aie', 'fixtures/npu/split_join.mlir', '--db', db]);
  const all = await tap(`--db ${db} --design split_join`);
  t.is(all.exit, 0, all.stderr);
  t.true(all.stdout.includes('fill in of split_join\ntensor 256x64: 1 pattern, 12288 visits'));
  t.true(all.stdout.includes('drain out of split_join'));
  t.false(all.stdout.includes('last visit'), 'no maps where there are several');
  const one = await tap(`--db ${db} --fifo table --report ${join(folder, 'table.html')}`);
  t.is(one.exit, 0, one.stderr);
  t.true(one.stdout.startsWith('fill table of split_join\n'));
  t.true(one.stdout.includes('last visit of each element'));
  t.true(readFileSync(join(folder, 'table.html'), 'utf8').includes('Access patterns over 1 x 32'));
  const json = await tap(`--db ${db} --json`);
  const { transfers } = JSON.parse(json.stdout) as { transfers: readonly { label: string }[] };
  t.deepEqual(
    transfers.map(({ label }) => label),
    ['fill in of split_join', 'drain out of split_join', 'fill table of split_join'],
  );
  t.true(
    (await tap(`--db ${db} --fifo none`)).stderr.includes('no fill or drain with a pattern of that name'),
  );
  t.is((await tap(`--db ${db} --report ${join(folder, 'x.html')}`)).exit, 2);
  t.is((await tap(`4x4 --db ${db}`)).exit, 2);
  t.is((await tap('--on shim')).exit, 2);
});

test('what cannot be asked for is a usage error', async (t) => {
  for (const words of [
    '4',
    '4x4 --offset 1',
    '4x4 --sizes 4',
    '4x4 --sizes 4 --strides 1 --tile 2x2',
    '4xx4',
  ]) {
    const { exit, stderr } = await tap(words);
    t.is(exit, words === '4' ? 0 : 2, stderr);
  }
});
