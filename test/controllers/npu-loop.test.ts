import test from 'ava';
import { stoppedClock } from '../../engine/base/clock.js';
import { npu } from '../../engine/controllers/npu/controller.js';
import type { Effect } from '../../engine/loop/controller.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import { openLoop } from '../../engine/loop/open-loop.js';
import { Runner } from '../../engine/loop/runner.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import { designJson } from '../helpers/npu-designs.js';

const solver = createSolver();
test.after.always(() => solver.close());

interface NpuLoop {
  readonly store: Store;
  readonly effects: Effect[];
  readonly refusals: string[];
  readonly send: (type: string, fields: Record<string, unknown>) => Promise<void>;
}

function npuLoop(scheduler = 'Quick'): NpuLoop {
  const store = openStore(':memory:', 'state');
  const { loop } = openLoop(store, { controller: npu, scheduler, solve: solver.solve, clock: stoppedClock });
  const effects: Effect[] = [];
  const refusals: string[] = [];
  const note = (out: {
    readonly effects: readonly Effect[];
    readonly refusals: readonly { message: string }[];
  }): void => {
    effects.push(...out.effects);
    refusals.push(...out.refusals.map(({ message }) => message));
  };
  const runner = new Runner(loop, { onTaken: note, onTick: note });
  let atUs = 0;
  const send = async (type: string, fields: Record<string, unknown>): Promise<void> => {
    atUs += 1;
    await runner.take([{ atUs, type, fields }]);
  };
  return { store, effects, refusals, send };
}

const statusOf = (store: Store): unknown[] =>
  store.rows('select status from design order by design_id').map(([status]) => status);
const tilesOf = (store: Store, name: string): Record<string, unknown> =>
  Object.fromEntries(
    store
      .rows(
        `select p.name, p.current_tile from placeable as p join design as d on d.design_id = p.design_id
         where d.name = ? order by p.placeable_id`,
        [name],
      )
      .map(([part, tile]) => [String(part), tile]),
  );

for (const scheduler of ['Quick', 'Policies']) {
  test(`a declared design is placed and told (${scheduler})`, async (t) => {
    const { store, effects, refusals, send } = npuLoop(scheduler);
    await send('design', designJson('bblock'));
    t.deepEqual(refusals, []);
    t.deepEqual(statusOf(store), ['PLACED']);
    const placed = effects.find(({ type }) => type === 'placed');
    t.is(Object.keys(placed?.fields['tiles'] ?? {}).length, 9);
    t.is(store.rows('select 1 from tile_use where s2mm > s2mm_limit or mm2s > mm2s_limit').length, 0);
  });
}

test('the wires and their proof are told', async (t) => {
  const { effects, send } = npuLoop();
  await send('design', designJson('colordetect'));
  t.like(effects.find(({ type }) => type === 'wired')?.fields, {
    design: 'colordetect',
    measure: 'half_perimeter',
    value: 12,
    bound: 12,
    proved: true,
  });
});

test('designs share a device by columns until none are left', async (t) => {
  const { store, effects, send } = npuLoop('Compact');
  for (const id of ['one', 'two', 'three'])
    await send('design', { ...designJson('colordetect'), id, device: 'npu1_2col' });
  t.deepEqual(statusOf(store), ['PLACED', 'PLACED', 'FAILED']);
  const ticks = store.rows('select status from solve_run order by solve_run_id').map(([status]) => status);
  t.deepEqual(ticks, ['feasible', 'feasible', 'infeasible']);
  const columns = ['one', 'two'].map((id) =>
    Object.values(tilesOf(store, id)).map((tile) => Math.floor((Number(tile) % 10_000) / 100)),
  );
  t.deepEqual(
    columns.map((cols) => new Set(cols).size),
    [1, 1],
  );
  t.not(columns[0]?.[0], columns[1]?.[0]);
  const failed = effects.find(({ type }) => type === 'failed');
  t.regex(String(failed?.fields['reason']), /no core tile is left for `w0`/);
  await send('remove', { design: 'one' });
  await send('replace', { design: 'three' });
  t.deepEqual(statusOf(store), ['REMOVED', 'PLACED', 'PLACED']);
});

test('a tile that breaks moves as few parts as possible', async (t) => {
  const { store, send } = npuLoop();
  await send('design', { ...designJson('vvop_addkern'), device: 'npu1_2col' });
  const before = tilesOf(store, 'vvop_addkern');
  const broken = Number(before['w0']);
  await send('tile', {
    device: 'npu1_2col',
    col: Math.floor((broken % 10_000) / 100),
    row: broken % 100,
    usable: false,
  });
  t.deepEqual(statusOf(store), ['PLACED']);
  const after = tilesOf(store, 'vvop_addkern');
  t.deepEqual(
    Object.keys(before).filter((name) => before[name] !== after[name]),
    ['w0'],
  );
});

test('a pin holds when the design is placed anew, and a placed design stays otherwise', async (t) => {
  const { store, send } = npuLoop();
  await send('design', designJson('copy_kern'));
  await send('pin', { design: 'copy_kern', part: 'w0', col: 0, row: 5 });
  t.is(tilesOf(store, 'copy_kern')['w0'], 10_002);
  await send('replace', { design: 'copy_kern' });
  t.is(tilesOf(store, 'copy_kern')['w0'], 10_005);
});

test('what the compiler says becomes the state of the design', async (t) => {
  const { store, refusals, send } = npuLoop();
  await send('design', designJson('copy_kern'));
  await send('resolve', { design: 'copy_kern' });
  t.deepEqual(statusOf(store), ['RESOLVED']);
  await send('resolve', { design: 'copy_kern' });
  t.deepEqual(refusals, ['design `copy_kern` is RESOLVED and takes no resolve']);
  await send('replace', { design: 'copy_kern' });
  await send('fail', { design: 'copy_kern', reason: 'routing' });
  t.deepEqual(statusOf(store), ['FAILED']);
  t.is(tilesOf(store, 'copy_kern')['w0'], null);
});

const REFUSED: readonly (readonly [string, string, Record<string, unknown>, RegExp])[] = [
  ['a design that is none', 'design', { id: 'd' }, /device is missing, not a text/],
  ['a design for no device', 'design', { id: 'd', device: 'npu9' }, /there is no device `npu9`/],
  ['an unknown design', 'remove', { design: 'x' }, /there is no design `x`/],
  ['an unknown tile', 'tile', { device: 'npu2', col: 9, row: 9, usable: false }, /there is no tile \[9, 9\]/],
  ['a field of another name', 'replace', { design: 'copy_kern', why: 'so' }, /has no field `why`/],
  ['a pin of no part', 'pin', { design: 'copy_kern', part: 'w9' }, /has no part `w9`/],
  ['a second design of one name', 'design', designJson('copy_kern'), /there is a design `copy_kern` already/],
];

for (const [title, type, fields, message] of REFUSED) {
  test(`${title} is refused and changes nothing`, async (t) => {
    const { store, refusals, send } = npuLoop();
    await send('design', designJson('copy_kern'));
    const before = store.rows('select * from placeable');
    await send(type, fields);
    t.is(refusals.length, 1);
    t.regex(refusals[0] ?? '', message);
    t.deepEqual(store.rows('select * from placeable'), before);
  });
}
