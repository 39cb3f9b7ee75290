import test from 'ava';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import { applyDirectly, readMigrations } from '../../engine/store/migrations.js';

const SEED = 20261121;

/** A change to one of a few requests; several of them are refused by the schema, which must change nothing. */
const change = fc.record({
  kind: fc.constantFrom('insert', 'replace', 'ignore', 'update', 'move', 'delete'),
  id: fc.integer({ min: 1, max: 4 }),
  process: fc.integer({ min: 1, max: 2 }),
  host: fc.integer({ min: 1, max: 2 }),
  status: fc.constantFrom('PENDING', 'BOUND', 'RELEASED'),
  cores: fc.integer({ min: 0, max: 4 }),
  memslices: fc.integer({ min: 0, max: 4 }),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function openRack(migrationCount = Infinity): Database.Database {
  const database = new Database(':memory:');
  database.pragma('foreign_keys = on');
  applyDirectly(database, readMigrations().slice(0, migrationCount));
  database.exec(`
    insert into host (host_id, cores, memslices) values (1, 8, 8), (2, 8, 8);
    insert into process (process_id) values (1), (2)`);
  return database;
}

const INSERT = `into request
  (request_id, process_id, cores, memslices, status, current_dkernel, held_cores, held_memslices)
  values (?, ?, 4, 4, ?, ?, ?, ?)`;

function apply(
  database: Database.Database,
  { kind, id, process, host, status, cores, memslices }: Change,
): void {
  const held = status === 'BOUND' ? [cores, memslices] : [0, 0];
  const statements = {
    insert: [`insert ${INSERT}`, [id, process, status, host, ...held]],
    replace: [`insert or replace ${INSERT}`, [id, process, status, host, ...held]],
    ignore: [`insert or ignore ${INSERT}`, [id, process, status, host, ...held]],
    update: [
      'update request set status = ?, current_dkernel = ?, held_cores = ?, held_memslices = ? where request_id = ?',
      [status, host, ...held, id],
    ],
    move: [
      'update request set process_id = ?, request_id = ? where request_id = ?',
      [process, (id % 4) + 1, id],
    ],
    delete: ['delete from request where request_id = ?', [id]],
  } as const;
  const [sql, parameters] = statements[kind];
  try {
    database.prepare(sql).run(...parameters);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SqliteError') throw error;
  }
}

const OF_HOSTS = [
  'select host_id, held_cores, held_memslices from host order by 1',
  `select host_id, coalesce(sum(r.held_cores), 0), coalesce(sum(r.held_memslices), 0)
   from host left join request as r on r.current_dkernel = host_id and r.status = 'BOUND' group by 1 order by 1`,
] as const;
const OF_PROCESSES = [
  'select process_id, host_id, requests, cores, memslices from holding order by 1, 2',
  `select process_id, current_dkernel, count(*), sum(held_cores), sum(held_memslices)
   from request where status = 'BOUND' group by 1, 2 order by 1, 2`,
] as const;

/** What is kept beside what the requests say. */
function sums(database: Database.Database): { readonly kept: unknown[]; readonly said: unknown[] } {
  const rows = (sql: string): unknown => database.prepare(sql).raw().all();
  const side = (index: 0 | 1): unknown[] => [rows(OF_HOSTS[index]), rows(OF_PROCESSES[index])];
  return { kept: side(0), said: side(1) };
}

test(`the kept sums are those of the bound requests after any changes (seed ${SEED})`, (t) => {
  let bound = 0;
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const database = openRack();
      for (const one of changes) {
        apply(database, one);
        const { kept, said } = sums(database);
        t.deepEqual(kept, said, JSON.stringify(changes));
      }
      bound += Number(database.prepare('select count(*) from holding').pluck().get());
      database.close();
    }),
    { seed: SEED, numRuns: 300 },
  );
  t.true(bound > 100, `${bound}`);
});

test('a database of the first release gets the sums of its requests', (t) => {
  const database = openRack(1);
  for (const [id, host, status] of [
    [1, 1, 'BOUND'],
    [2, 1, 'BOUND'],
    [3, 2, 'BOUND'],
    [4, 2, 'RELEASED'],
  ] as const) {
    apply(database, { kind: 'insert', id, process: 1, host, status, cores: id, memslices: 1 });
  }
  for (const statement of must(readMigrations()[1], 'the second migration').statements)
    database.exec(statement);
  const { kept, said } = sums(database);
  t.deepEqual(kept, said);
  t.deepEqual(kept[0], [
    [1, 3, 2],
    [2, 3, 1],
  ]);
  apply(database, { kind: 'delete', id: 1, process: 1, host: 1, status: 'BOUND', cores: 0, memslices: 0 });
  const after = sums(database);
  t.deepEqual(after.kept, after.said);
});

test('a bound request is not replaced, also where the schema would allow it', (t) => {
  const database = openRack();
  database.prepare(`insert ${INSERT}`).run(1, 1, 'BOUND', 1, 2, 2);
  t.throws(() => database.prepare(`insert or replace ${INSERT}`).run(1, 1, 'PENDING', null, 0, 0), {
    any: true,
    message: 'a bound request is released before its number is used again',
  });
});
