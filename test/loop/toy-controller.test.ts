import test from 'ava';
import { stoppedClock } from '../../engine/base/clock.js';
import { catalogOf } from '../../engine/check/schema.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import type { Controller } from '../../engine/loop/controller.js';
import { Loop } from '../../engine/loop/loop.js';
import { Runner } from '../../engine/loop/runner.js';
import { must } from '../../engine/base/assert.js';
import { introspect } from '../../engine/store/introspect.js';
import { journalDigest } from '../../engine/store/journal.js';
import { openStore } from '../../engine/store/open.js';
import { rowsOf } from '../../engine/store/rows-of.js';
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

test('a made-up controller of another domain works with the core untouched', async (t) => {
  const store = openStore(':memory:', 'state');
  store.write(() => store.script(SCHEMA));
  const catalog = catalogOf(introspect(store));
  const { compiled, diagnostics } = compilePolicies([{ name: 'library.sql', text: POLICY }], catalog);
  t.deepEqual(diagnostics, []);
  const relations = new Map(catalog.relations.map((relation) => [relation.name, relation]));
  const loop = new Loop(store, {
    controller: library,
    decider: { kind: 'policies', name: 'shelving', checks: must(compiled, 'policies') },
    mode: 'best-effort',
    trigger: library.trigger,
    limits: { timeMs: null, work: null, seed: 1 },
    relations,
    solve: solver.solve,
    clock: stoppedClock,
  });
  const effects: unknown[] = [];
  const runner = new Runner(loop, { onTick: (result) => effects.push(...result.effects) });
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
