import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import type { FloorPlan } from '../../engine/cli/draw/floor-plan.js';
import { tileAt } from '../../engine/cli/draw/floor-plan.js';
import { planSvg } from '../../engine/cli/draw/plan-svg.js';
import { planText } from '../../engine/cli/draw/plan-text.js';
import { readFloorPlans } from '../../engine/cli/draw/read-floor-plans.js';
import { layOut } from '../../engine/cli/draw/route-fifos.js';
import { must } from '../../engine/base/assert.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import { designCases, designJson, npuStore, placementJson } from '../helpers/npu-designs.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

/** The plan of a design as the hand placed it. */
function planOf(id: string): FloorPlan {
  const store = npuStore(designJson(id, { placement: placementJson(id) }));
  const [plan] = store.write(() => readFloorPlans(rowsOf(store), null));
  store.close();
  return must(plan, id);
}

/** A database file with designs, placed as the hand did where `placed`. */
function databaseWith(t: ExecutionContext, ids: readonly string[], placed = true): string {
  const store = npuStore(...ids.map((id) => designJson(id, placed ? { placement: placementJson(id) } : {})));
  const path = join(tempFolder(t), 'npu.db');
  writeFileSync(path, store.serialize());
  store.close();
  return path;
}

const draw = (db: string, ...more: string[]) => runCliHere(['draw', '--db', db, ...more]);

test('a placement is drawn as text of 80 columns in ASCII', async (t) => {
  const { exit, stdout } = await draw(databaseWith(t, ['bblock']));
  t.is(exit, 0);
  t.is(
    stdout,
    `bblock on npu1_1col: 4 of 4 core, 1 of 1 mem, 1 of 1 shim tiles; 8 fifos by DMA, 2 in shared memory

        column 0
       +------------------------+
 5 core| w2                     |
       | 2>0 bd5 73%            |
       +----------####----------+
 4 core| w3                     |
       | 2>1 bd5 77%            |
       +----------####----------+
 3 core| w1                     |
       | 2>0 bd5 73%            |
       +------------------------+
 2 core| w0                     |
       | 2>1 bd5 58%            |
       +------------------------+
 1 mem | l0 l1                  |
       | 2>4 bd14 20%           |
       +------------------------+
 0 shim| inOF_act_L3L2          |
       | inOF_wts_0_L3L2        |
       | outOFL2L3              |
       | 1>2 bd3                |
       +------------------------+

2>1: DMA channels in and out; bd: buffer descriptors; %: data memory in use
= #: neighbours share memory

inOF_act_L3L2    DMA              8192 B  (0,0) -> (0,1) (0,2)
skip_buf         DMA              8192 B  (0,1) -> (0,4)
inOF_wts_0_L3L2  DMA             69632 B  (0,0) -> (0,1)
wts_buf_00       DMA             16384 B  (0,1) -> (0,2)
wts_buf_01       DMA             36864 B  (0,1) -> (0,3) (0,5)
wts_buf_02       DMA             16384 B  (0,1) -> (0,4)
act_2_3_5        DMA              2048 B  (0,2) -> (0,3) (0,5)
act_3_4          shared in (0,3)  1024 B  (0,3) -> (0,4)
act_5_4          shared in (0,5)  1024 B  (0,5) -> (0,4)
outOFL2L3        DMA              8192 B  (0,4) -> (0,0)
`,
  );
});

test('on a terminal lines are drawn as lines, and `--no-unicode` takes them away', async (t) => {
  const db = databaseWith(t, ['bblock']);
  const terminal = await runCliHere(['draw', '--db', db], { terminal: true });
  t.true(terminal.stdout.includes('┼──────────║║║║──────────┼'));
  const plain = await runCliHere(['draw', '--db', db, '--no-unicode'], { terminal: true });
  t.regex(plain.stdout, /^[\n\x20-\x7e]*$/);
});

for (const { id } of designCases) {
  test(`the drawing of ${id} fits 80 columns and tells the use that is known`, (t) => {
    const plan = planOf(id);
    const text = planText(plan, { width: 80, unicode: false });
    t.deepEqual(
      text.split('\n').filter((line, i) => i > 0 && line.length > 80),
      [],
    );
    t.regex(text, /^[\n\x20-\x7e]*$/);
    const known = must(
      designCases.find((one) => one.id === id),
      id,
    ).reference;
    for (const [place, usage] of Object.entries(known.usage)) {
      const [col = 0, row = 0] = place.split(',').map(Number);
      const tile = must(tileAt(plan, col, row), place);
      t.is(tile.use.s2mm.used, usage.s2mm, `${place} channels in`);
      t.is(tile.use.mm2s.used, usage.mm2s, `${place} channels out`);
      t.is(tile.use.bytes.used, usage.bytes, `${place} bytes`);
    }
    const shared = plan.fifos.filter(({ way }) => way !== 'dma').map(({ name }) => name);
    t.deepEqual(shared.sort(), [...known.sharedMemoryFifos].sort());
  });

  test(`lines of two fifos of ${id} never lie upon each other, nor cross a tile`, (t) => {
    const plan = planOf(id);
    const layout = layOut(plan);
    const taken = new Map<string, string>();
    const problems: string[] = [];
    for (const { fifo, lines } of layout.routes) {
      for (const points of lines) {
        for (const [i, [x1, y1]] of points.slice(0, -1).entries()) {
          const [x2, y2] = must(points[i + 1], 'a point');
          t.true(x1 === x2 || y1 === y2, 'lines are straight');
          // Every unit of a line belongs to one fifo alone.
          const isDown = x1 === x2;
          const [from, to] = isDown
            ? [Math.min(y1, y2), Math.max(y1, y2)]
            : [Math.min(x1, x2), Math.max(x1, x2)];
          for (let at = Math.ceil(from); at < to; at += 1) {
            const key = isDown ? `x${x1}:${at}` : `y${y1}:${at}`;
            const other = taken.get(key);
            if (other !== undefined && other !== fifo.name)
              problems.push(`${other} and ${fifo.name} at ${key}`);
            taken.set(key, fifo.name);
          }
          for (const { col, row } of plan.tiles) {
            const [left, top] = [must(layout.x[col], 'a column'), must(layout.y[row], 'a row')];
            const [right, bottom] = [left + layout.tileWidth, top + layout.tileHeight];
            const crosses =
              Math.max(x1, x2) > left &&
              Math.min(x1, x2) < right &&
              Math.max(y1, y2) > top &&
              Math.min(y1, y2) < bottom;
            if (crosses) problems.push(`${fifo.name} crosses (${col},${row})`);
          }
        }
      }
    }
    t.deepEqual(problems, []);
  });
}

test('a drawing as SVG names tiles, links and fifos, and is one element', async (t) => {
  const out = join(tempFolder(t), 'resnet.svg');
  const { exit, stdout } = await draw(databaseWith(t, ['resnet']), '--format', 'svg', '--out', out);
  t.is(exit, 0);
  t.is(stdout, '');
  const svg = readFileSync(out, 'utf8');
  t.regex(svg, /^<svg [^>]*viewBox="0 0 \d+ \d+"[^]*<\/svg>\n$/);
  for (const said of [
    'core 0,4: w2; in 2 of 2, out 1 of 2 channels; 5 of 16 descriptors',
    'act3_03_04: w1 (0,3) to w2 (0,4); 1024 bytes; shared memory of (0,3)',
    'act1_00_02_01: shim:act1_00_02_01 (0,0) to l0 (0,1), w0 (0,2); 2048 bytes; DMA',
    'column 2',
  ]) {
    t.true(svg.includes(said), said);
  }
});

test('in a report the drawing takes the colours of the page and comes with tables', async (t) => {
  const { exit, stdout } = await draw(databaseWith(t, ['colordetect']), '--format', 'html');
  t.is(exit, 0);
  t.true(stdout.startsWith('<!doctype html>'));
  t.true(stdout.includes('Placement of colordetect'));
  t.true(stdout.includes('Fifos on npu1_1col'));
  const svg = planSvg(planOf('colordetect'), { standalone: false });
  t.false(svg.includes(' style='), 'a content security policy forbids styles in attributes');
});

test('designs of one device are drawn together, or one alone with its own use', async (t) => {
  const db = databaseWith(t, ['copy_dma', 'copy_kern']);
  const both = await draw(db, '--json');
  const planned = (end: { stdout: string }): FloorPlan =>
    must((JSON.parse(end.stdout) as { plans: readonly FloorPlan[] }).plans[0], 'a plan');
  t.deepEqual(planned(both).designs, ['copy_dma', 'copy_kern']);
  t.is(planned(both).tiles.find(({ kind }) => kind === 'shim')?.use.mm2s.used, 2);
  const one = await draw(db, '--json', '--design', 'copy_kern');
  t.deepEqual(planned(one).designs, ['copy_kern']);
  t.is(planned(one).tiles.find(({ kind }) => kind === 'shim')?.use.mm2s.used, 1);
  t.deepEqual(
    planned(one).fifos.map(({ design }) => design),
    ['copy_kern', 'copy_kern'],
  );
});

test('nothing placed and no such design are errors, and the database stays as it was', async (t) => {
  const db = databaseWith(t, ['bblock'], false);
  const before = readFileSync(db);
  const none = await draw(db);
  t.is(none.exit, 2);
  t.true(none.stderr.includes('no design has a tile yet'));
  const unknown = await draw(db, '--design', 'bbock');
  t.true(unknown.stderr.includes('did you mean `bblock`?'), unknown.stderr);
  t.deepEqual(readFileSync(db), before);
});

test('of a device with very many columns those in use are drawn', (t) => {
  const json = {
    id: 'versal',
    device: 'xcvc1902',
    workers: [{ id: 'w0' }, { id: 'w1' }],
    fifos: [
      {
        id: 'a',
        objBytes: 64,
        producer: { kind: 'worker', ref: 'w0', maxAcquire: 1 },
        consumers: [{ kind: 'worker', ref: 'w1', maxAcquire: 1 }],
      },
    ],
    placement: { w0: [30, 2], w1: [31, 2] },
  };
  const store = npuStore(json);
  const [plan] = store.write(() => readFloorPlans(rowsOf(store), null));
  const { x } = layOut(must(plan, 'a plan'));
  t.deepEqual(Object.keys(x), ['30', '31']);
  const text = planText(must(plan, 'a plan'), { width: 80, unicode: false });
  t.true(text.includes('col 30'));
  t.true(text.split('\n').length < 60);
});
