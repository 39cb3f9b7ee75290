import { readFileSync } from 'node:fs';
import test from 'ava';
import { parsePolicies } from '../engine/lang/parser.js';
import { openStore } from '../engine/store/open.js';
import type { Store } from '../engine/store/store.js';
import { Solver, compileHere } from './helpers/solve-here.js';

/** Listings 6.1, 6.2 and 6.3 of the thesis, as printed. */
const LISTINGS = readFileSync('test/cases/listings.sql', 'utf8');

const solver = new Solver();
test.after.always(() => solver.close());

function rack(...statements: readonly string[]): Store {
  const store = openStore(':memory:', 'state');
  for (const statement of statements) store.script(statement);
  return store;
}

const HOSTS = 'insert into host(host_id, cores, memslices) values (1, 8, 4), (2, 8, 7), (3, 8, 4)';
const placement = (store: Store): unknown =>
  store.rows('select request_id, controllable_dkernel from request order by request_id');

test('the listings of the thesis parse as printed', (t) => {
  const { statements, diagnostics } = parsePolicies({ name: 'listings.sql', text: LISTINGS });
  t.deepEqual(diagnostics, []);
  t.deepEqual(
    statements.map(({ name, clause }) => [name.text, clause?.kind]),
    [
      ['placed_constraint', 'check'],
      ['mem_cap', 'check'],
      ['app_locality_pending_constraint', 'maximize'],
    ],
  );
});

test('the listings compile against the schema of the rack', (t) => {
  const { compiled, diagnostics } = compileHere(rack(), LISTINGS);
  t.deepEqual(diagnostics, []);
  t.deepEqual(
    compiled?.tables.map(({ name }) => name),
    [],
    'they read the view of what waits; rows that it does not show stay as they are',
  );
});

test('a placed request stays, memory fits, and requests of a process share a host', async (t) => {
  const store = rack(
    HOSTS,
    'insert into process(process_id) values (7), (8)',
    // Placed on host 1, whose memory it takes up but for one slice.
    `insert into request(request_id, process_id, cores, memslices, status, current_dkernel, controllable_dkernel)
     values (1, 8, 1, 3, 'PLACED', 1, 1)`,
    `insert into request(request_id, process_id, cores, memslices)
     values (2, 7, 1, 2), (3, 7, 1, 2), (4, 7, 1, 2)`,
  );
  const result = await solver.solve(store, [LISTINGS]);
  t.is(result.status, 'optimal');
  // Only host 2 has room for the three of process 7 together.
  t.deepEqual(placement(store), [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 2],
  ]);
  const value = (name: string): number | undefined => result.soft.find((one) => one.name === name)?.value;
  t.is(value('app_locality_pending_constraint'), 3);
  // Spare slices are 1, 1 and 4; the largest capacity is 7.
  t.is(value('mem_cap.balance'), 1 - 7);
  t.is(result.levels[0]?.value, 3 + 1 - 7);
});

test('what is bound already takes memory from its host and is not decided again', async (t) => {
  const store = rack(
    HOSTS,
    'insert into process(process_id) values (7)',
    `insert into request(request_id, process_id, cores, memslices, status, current_dkernel, held_memslices)
     values (1, 7, 1, 5, 'BOUND', 2, 5)`,
    'insert into request(request_id, process_id, cores, memslices) values (2, 7, 1, 4), (3, 7, 1, 4)',
  );
  const result = await solver.solve(store, [LISTINGS]);
  t.is(result.status, 'optimal');
  const rows = store.rows('select controllable_dkernel from request order by request_id').flat();
  t.is(rows[0], null);
  t.deepEqual(rows.slice(1).sort(), [1, 3]);
});

test('requests beyond the memory of the rack are infeasible, blamed on mem_cap', async (t) => {
  const store = rack(
    HOSTS,
    'insert into process(process_id) values (7)',
    'insert into request(request_id, process_id, cores, memslices) values (1, 7, 1, 6), (2, 7, 1, 6)',
  );
  const result = await solver.solve(store, [LISTINGS]);
  t.is(result.status, 'infeasible');
  t.deepEqual(
    result.core?.constraints.map(({ name }) => name),
    ['mem_cap'],
  );
  t.deepEqual(placement(store), [
    [1, null],
    [2, null],
  ]);
});
