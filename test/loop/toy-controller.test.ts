import test from 'ava';
import { stoppedClock } from '../../engine/base/clock.js';
import { catalogOf } from '../../engine/check/schema.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { CompiledPolicies } from '../../engine/loop/compile.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import type { Batch, Controller, Decision, Effect } from '../../engine/loop/controller.js';
import type { Decider } from '../../engine/loop/loop.js';
import { Loop } from '../../engine/loop/loop.js';
import { Runner } from '../../engine/loop/runner.js';
import { must } from '../../engine/base/assert.js';
import { introspect } from '../../engine/store/introspect.js';
import { journalDigest } from '../../engine/store/journal.js';
import { openStore } from '../../engine/store/open.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import type { Store } from '../../engine/store/store.js';
import { solver } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

const SCHEMA = `
create table shelf (shelf_id integer primary key, width_mm integer not null) strict;
create table book (
  book_id integer primary key,
  width_mm integer not null,
  arrived_us integer not null,
  skipped integer not null default 0,
  controllable_shelf integer references shelf,
  current_shelf integer references shelf
) strict;
create view cart as select book_id, width_mm, controllable_shelf from book where current_shelf is null and skipped = 0;
create view gap as
select shelf_id, width_mm - (select coalesce(sum(width_mm), 0) from book where current_shelf = shelf_id) as free_mm from shelf;
`;

const POLICY = `
create constraint fits as
select * from cart join gap on gap.shelf_id = cart.controllable_shelf
check capacity(cart.controllable_shelf, gap.shelf_id, cart.width_mm, gap.free_mm);
create constraint low_shelves as select * from cart minimize controllable_shelf;
`;

/** Books to shelves: nothing of it is known to the core. */
const library: Controller = {
  name: 'library',
  tables: ['book'],
  events: ['shelf', 'book'],
  schedulers: {},
  defaultScheduler: 'none',
  trigger: { kind: 'batch', delayUs: 1000, requests: 2 },
  receive: (event, { rows, nowUs }) => {
    const { id, width } = event.fields;
    if (event.type === 'shelf') rows.run('insert into shelf values (?, ?)', Number(id), Number(width));
    else
      rows.run(
        'insert into book (book_id, width_mm, arrived_us) values (?, ?, ?)',
        Number(id),
        Number(width),
        nowUs,
      );
  },
  waiting: (rows) => {
    const found = rows.all(
      'select book_id, arrived_us from book where current_shelf is null and skipped = 0 order by arrived_us, book_id',
    );
    return {
      table: 'book',
      keys: found.map((row) => ({ book_id: row['book_id'] ?? null })),
      oldestUs: found[0] === undefined ? null : Number(found[0]['arrived_us']),
    };
  },
  defer: (keys, reason, { rows, emit }) => {
    for (const key of keys) {
      rows.run('update book set skipped = 1 where book_id = ?', key['book_id'] ?? null);
      emit({ type: 'stays-on-cart', fields: { book: key['book_id'], reason } });
    }
  },
  readmit: ({ rows }) => void rows.run('update book set skipped = 0 where current_shelf is null'),
  commit: (decisions, { rows, emit }) => {
    for (const { key, value } of decisions) {
      rows.run('update book set current_shelf = ? where book_id = ?', value, key['book_id'] ?? null);
      emit({ type: 'shelved', fields: { book: key['book_id'], shelf: value } });
    }
  },
  metrics: (rows) => ({ shelved: Number(rows.get('select count(current_shelf) as n from book')?.['n']) }),
};

/** A loop over an empty library; `decider` is handed the compiled policies. */
function libraryLoop(decider: (checks: CompiledPolicies) => Decider): {
  readonly runner: Runner;
  readonly store: Store;
  readonly effects: Effect[];
  readonly refusals: Diagnostic[];
} {
  const store = openStore(':memory:', 'state');
  store.write(() => store.script(SCHEMA));
  const catalog = catalogOf(introspect(store));
  const { compiled } = compilePolicies([{ name: 'library.sql', text: POLICY }], catalog);
  const relations = new Map(catalog.relations.map((relation) => [relation.name, relation]));
  const loop = new Loop(store, {
    controller: library,
    decider: decider(must(compiled, 'policies')),
    mode: 'best-effort',
    trigger: library.trigger,
    limits: { timeMs: null, work: null, seed: 1 },
    relations,
    solve: solver.solve,
    clock: stoppedClock,
  });
  const effects: Effect[] = [];
  const refusals: Diagnostic[] = [];
  const runner = new Runner(loop, {
    onTick: (result) => {
      effects.push(...result.effects);
      refusals.push(...result.refusals);
    },
  });
  return { runner, store, effects, refusals };
}

test('a made-up controller of another domain works with the core untouched', async (t) => {
  const { runner, store, effects } = libraryLoop((checks) => ({
    kind: 'policies',
    name: 'shelving',
    checks,
  }));
  await runner.take([
    { atUs: 0, type: 'shelf', fields: { id: 1, width: 100 } },
    { atUs: 0, type: 'shelf', fields: { id: 2, width: 60 } },
  ]);
  await runner.take([{ atUs: 10, type: 'book', fields: { id: 1, width: 70 } }]);
  t.deepEqual(effects, [], 'one book waits for a second one or for its time');
  await runner.take([{ atUs: 20, type: 'book', fields: { id: 2, width: 50 } }]);
  t.deepEqual(effects, [
    { type: 'shelved', fields: { book: 1, shelf: 1 } },
    { type: 'shelved', fields: { book: 2, shelf: 2 } },
  ]);
  effects.length = 0;
  await runner.take([{ atUs: 30, type: 'book', fields: { id: 3, width: 40 } }]);
  await runner.decideUntil(10_000);
  t.deepEqual(effects, [{ type: 'stays-on-cart', fields: { book: 3, reason: 'does not fit under fits' } }]);
  t.deepEqual(library.metrics(rowsOf(store)), { shelved: 2 });
  t.not(journalDigest(store), '0'.repeat(64));
});

test('what a scheduler without a solver decides against a policy is undone, and the scheduler is named', async (t) => {
  const decide = ({ table, keys }: Batch): Decision[] =>
    keys.map((key) => ({ table, key, column: 'controllable_shelf', value: 1, previous: null }));
  const { runner, store, effects, refusals } = libraryLoop((checks) => ({
    kind: 'direct',
    name: 'first-shelf',
    decide,
    checks,
  }));
  await runner.take([{ atUs: 0, type: 'shelf', fields: { id: 1, width: 60 } }]);
  await runner.take([{ atUs: 10, type: 'book', fields: { id: 1, width: 70 } }]);
  await runner.decideUntil(10_000);
  t.deepEqual(
    refusals.map(({ code, message }) => [code, message.replace(/ \(.*/, '')]),
    Array.from({ length: 2 }, () => [
      'solve/engine-fault',
      'SQLite finds `fits` violated by what `first-shelf` decided',
    ]),
    'the batch, then the book by itself',
  );
  t.deepEqual(effects, [
    { type: 'stays-on-cart', fields: { book: 1, reason: 'first-shelf finds no place for it' } },
  ]);
  t.deepEqual(store.rows('select controllable_shelf from book'), [[null]]);
});
