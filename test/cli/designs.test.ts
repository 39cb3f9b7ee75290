import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { openStore } from '../../engine/store/open.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

const PASSTHROUGH = 'fixtures/npu/passthrough.mlir';

const databaseIn = (t: ExecutionContext): string => join(tempFolder(t), 'npu.db');

/** Puts every part of a kind on one tile of the only device that designs use. */
function place(db: string, tiles: Readonly<Record<string, number>>): void {
  const store = openStore(db, 'state');
  store.write(() => {
    for (const [kind, tile] of Object.entries(tiles))
      store.run('update placeable set controllable_tile = ? where kind = ?', [tile, kind]);
  });
  store.close();
}

test('designs in MLIR are declared and said, and the same file is not taken twice', async (t) => {
  const db = databaseIn(t);
  const first = await runCliHere(['import', 'mlir-aie', PASSTHROUGH, '--db', db]);
  t.is(first.exit, 0, first.stderr);
  t.true(first.stdout.includes('passthrough for npu1_1col: 1 worker, 2 fifos, 0 links'));
  const again = await runCliHere(['import', 'mlir-aie', PASSTHROUGH, '--db', db]);
  t.is(again.exit, 2);
  t.true(again.stderr.includes('there is a design `passthrough` already'));
});

test('one design of several is taken by its name', async (t) => {
  const db = databaseIn(t);
  const file = 'fixtures/npu/cascade.mlir';
  const one = await runCliHere(['import', 'mlir-aie', file, '--db', db, '--instance', 'chain', '--json']);
  t.is(one.exit, 0, one.stdout);
  t.deepEqual((JSON.parse(one.stdout) as { designs: unknown }).designs, ['chain']);
  const none = await runCliHere(['import', 'mlir-aie', file, '--db', db, '--instance', 'chains']);
  t.is(none.exit, 2);
  t.true(none.stderr.includes('import/unknown-instance'));
});

test('an exported MLIR file has the tiles of the database and is the same otherwise', async (t) => {
  const db = databaseIn(t);
  await runCliHere(['import', 'mlir-aie', PASSTHROUGH, '--db', db, '--free']);
  place(db, { worker: 10_005, runtime: 10_000 });
  const { exit, stdout } = await runCliHere(['export', 'mlir-aie', PASSTHROUGH, '--db', db]);
  t.is(exit, 0);
  t.is(stdout, readFileSync(PASSTHROUGH, 'utf8').replace('aie.tile(0, 2)', 'aie.tile(0, 5)'));
});

test('what has no tile yet is not exported, nor what the database does not know', async (t) => {
  const db = databaseIn(t);
  await runCliHere(['import', 'mlir-aie', PASSTHROUGH, '--db', db]);
  const undecided = await runCliHere(['export', 'mlir-aie', PASSTHROUGH, '--db', db]);
  t.is(undecided.exit, 2);
  t.true(undecided.stderr.includes('3 of 3 parts of `passthrough` have no tile yet'));
  const unknown = await runCliHere(['export', 'mlir-aie', 'fixtures/npu/cascade.mlir', '--db', db]);
  t.true(unknown.stderr.includes('the database has no design of the file'));
  const nothing = await runCliHere(['export', 'mlir-aie', '--db', db]);
  t.true(nothing.stderr.includes('takes the file'));
});

test('designs in JSON are declared, and exported with the tiles of their parts', async (t) => {
  const folder = tempFolder(t);
  const [db, file] = [join(folder, 'npu.db'), join(folder, 'design.json')];
  const design = {
    id: 'one',
    device: 'npu1_1col',
    workers: [{ id: 'w0' }],
    fifos: [
      {
        id: 'in',
        objBytes: 64,
        producer: { kind: 'runtime', ref: 'shim:in' },
        consumers: [{ kind: 'worker', ref: 'w0' }],
      },
    ],
    pins: { w0: [0, 2] },
  };
  writeFileSync(file, JSON.stringify(design));
  const { exit, stderr } = await runCliHere(['import', 'npu-design', file, '--db', db, '--free']);
  t.is(exit, 0, stderr);
  place(db, { worker: 10_004, runtime: 10_000 });
  const { stdout } = await runCliHere(['export', 'npu-design', file, '--db', db]);
  t.deepEqual(JSON.parse(stdout), { ...design, placement: { w0: [0, 4], 'shim:in': [0, 0] } });
});

test('a JSON file that is no design tells what is wrong, and where in the document', async (t) => {
  const folder = tempFolder(t);
  const [db, file] = [join(folder, 'npu.db'), join(folder, 'design.json')];
  writeFileSync(file, '[{"id": "x", "device": "npu1_1col", "workers": [{"name": "w"}]}]');
  const wrong = await runCliHere(['import', 'npu-design', file, '--db', db]);
  t.is(wrong.exit, 2);
  t.true(wrong.stderr.includes('`workers[0].id` of `x` is missing'), wrong.stderr);
  writeFileSync(file, '{"id": ');
  const torn = await runCliHere(['import', 'npu-design', file, '--db', db]);
  t.true(torn.stderr.includes('this is no JSON'));
});

test('what a verifier refuses in MLIR is shown where it stands', async (t) => {
  const folder = tempFolder(t);
  const file = join(folder, 'deep.mlir');
  const text = readFileSync('fixtures/npu/split_join.mlir', 'utf8').replace('([0, 512] [])', '([0] [])');
  writeFileSync(file, text);
  const { exit, stderr } = await runCliHere(['import', 'mlir-aie', file, '--db', join(folder, 'npu.db')]);
  t.is(exit, 2);
  t.regex(stderr, /deep\.mlir:2\d:5/);
});
