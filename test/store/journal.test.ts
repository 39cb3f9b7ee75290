import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { InternalError } from '../../engine/base/assert.js';
import type { JournalEntry } from '../../engine/store/journal.js';
import {
  GENESIS,
  appendJournal,
  journalDigest,
  readJournal,
  verifyJournal,
} from '../../engine/store/journal.js';
import { openStore } from '../../engine/store/open.js';
import { readSolveRuns, recordSolveRun } from '../../engine/store/solve-run.js';
import type { Store } from '../../engine/store/store.js';
import { StoreError } from '../../engine/store/store-error.js';

const ENTRIES: readonly JournalEntry[] = [
  { tick: 0, kind: 'input', atUs: 0, body: { type: 'arrive', id: 1 } },
  { tick: 0, kind: 'refusal', atUs: 0, body: { code: 'loop/not-served' } },
  { tick: 1, kind: 'stale', atUs: 3000, body: { why: 'state changed' } },
  {
    tick: 1,
    kind: 'decision',
    atUs: 3000,
    body: { column: 'c', value: 9007199254740993n, text: 'a\nb "é"' },
  },
  { tick: 1, kind: 'effect', atUs: 3000, body: ['placed', 1, null] },
  { tick: 1, kind: 'outcome', atUs: 3000, body: { status: 'optimal' } },
];

function storeWith(entries: readonly JournalEntry[]): Store {
  const store = openStore(':memory:', 'state');
  store.write(() => appendJournal(store, entries));
  return store;
}

/** Opens the journal to changes that a damaged disk or a foreign hand would make. */
function unlocked(store: Store): Store {
  for (const [name] of store.rows(`select name from sqlite_schema where type = 'trigger'`)) {
    store.script(`drop trigger "${String(name)}"`);
  }
  store.script('pragma ignore_check_constraints = on');
  return store;
}

test('the chain is what the documentation says', (t) => {
  const store = storeWith(ENTRIES);
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const first = sha(`${'0'.repeat(64)}\ninput 0 0\n{"id":1,"type":"arrive"}`);
  const second = sha(`${first}\nrefusal 0 0\n{"code":"loop/not-served"}`);
  const stale = sha(`${second}\nstale 1 3000\n{"why":"state changed"}`);
  const rows = [...readJournal(store)];
  t.deepEqual(
    rows.slice(0, 3).map((row) => [row.seq, row.hash, row.digest]),
    [
      [1, first, first],
      [2, second, second],
      [3, stale, second],
    ],
  );
  t.deepEqual(verifyJournal(store), { status: 'whole', rows: 6, digest: journalDigest(store) });
  t.is(rows.at(-1)?.digest, journalDigest(store));
});

test('an empty journal is whole and its digest is the genesis', (t) => {
  const store = storeWith([]);
  t.is(journalDigest(store), GENESIS);
  t.deepEqual(verifyJournal(store), { status: 'whole', rows: 0, digest: GENESIS });
});

test('the digest does not depend on stale rows or on how entries were batched', (t) => {
  const all = storeWith(ENTRIES);
  const oneByOne = openStore(':memory:', 'state');
  for (const entry of ENTRIES) {
    if (entry.kind !== 'stale') oneByOne.write(() => appendJournal(oneByOne, [entry]));
  }
  t.is(journalDigest(oneByOne), journalDigest(all));
  t.is(verifyJournal(oneByOne).status, 'whole');
  t.not(journalDigest(storeWith(ENTRIES.slice(0, 5))), journalDigest(all));
});

test('journal rows can be read by tick', (t) => {
  const store = storeWith(ENTRIES);
  t.deepEqual(
    [...readJournal(store, 1, 1)].map((row) => row.kind),
    ['stale', 'decision', 'effect', 'outcome'],
  );
  t.is([...readJournal(store, 2)].length, 0);
});

test('an entry belongs to the transaction it was made in', (t) => {
  const store = storeWith(ENTRIES);
  const before = journalDigest(store);
  t.throws(() => appendJournal(store, ENTRIES), { instanceOf: InternalError });
  t.throws(() =>
    store.write(() => {
      appendJournal(store, ENTRIES);
      throw new Error('no');
    }),
  );
  store.write(() => {
    t.throws(() =>
      store.savepoint(() => {
        appendJournal(store, ENTRIES);
        throw new Error('no');
      }),
    );
    appendJournal(store, ENTRIES.slice(2, 3));
  });
  t.is(journalDigest(store), before);
  t.is(verifyJournal(store).status, 'whole');
});

test('SQLite itself refuses to change, remove or insert journal rows', (t) => {
  const store = storeWith(ENTRIES);
  const zeros = `'${GENESIS}', '${GENESIS}'`;
  const attempts = [
    'update journal set tick = 9 where seq = 2',
    'delete from journal where seq = 6',
    'delete from journal',
    `insert or replace into journal values (2, 0, 'input', 0, '{}', ${zeros})`,
    `insert into journal values (9, 0, 'input', 0, '{}', ${zeros})`,
    `insert into journal (tick, kind, at_us, body, hash, digest) values (0, 'input', 0, '{}', ${zeros})`,
    `insert into journal values (7, 0, 'gossip', 0, '{}', ${zeros})`,
    `insert into journal values (7, 0, 'input', 0, 'no json', ${zeros})`,
  ];
  for (const sql of attempts) t.throws(() => store.run(sql), { instanceOf: StoreError }, sql);
  t.is(verifyJournal(store).status, 'whole');
});

test('verification names the first row that was changed, removed or added', (t) => {
  const cases: readonly (readonly [string, number])[] = [
    ['update journal set tick = 2 where seq = 2', 2],
    [`update journal set kind = 'stale' where seq = 4`, 4],
    [`update journal set kind = 'outcome' where seq = 3`, 3],
    ['update journal set at_us = at_us + 1 where seq = 5', 5],
    [`update journal set body = '{"why":"State changed"}' where seq = 3`, 3],
    [`update journal set hash = replace(hash, substr(hash, 1, 1), 'g') where seq = 6`, 6],
    [`update journal set digest = replace(digest, substr(digest, 1, 1), 'g') where seq = 3`, 3],
    ['delete from journal where seq = 1', 1],
    ['delete from journal where seq = 4', 4],
    ['delete from journal where seq >= 5', 5],
    ['delete from journal', 1],
    ['update journal set seq = 7 where seq = 6', 6],
    ['update journal set seq = -1 where seq = 6', 1],
    ['update meta set journal_seq = 5', 6],
    [`update meta set journal_hash = '${GENESIS}'`, 6],
    [`update meta set journal_digest = '${GENESIS}'`, 6],
  ];
  for (const [sql, seq] of cases) {
    const store = unlocked(storeWith(ENTRIES));
    t.true(store.run(sql) > 0, sql);
    const report = verifyJournal(store);
    if (report.status !== 'broken') {
      t.fail(`not noticed: ${sql}`);
      continue;
    }
    t.is(report.seq, seq, sql);
    t.is(report.diagnostic.code, 'store/broken-chain');
  }
});

test('no changed byte of any value escapes verification (seed 42)', (t) => {
  const texts = ['kind', 'body', 'hash', 'digest'] as const;
  fc.assert(
    fc.property(
      fc.nat({ max: ENTRIES.length - 1 }),
      fc.constantFrom(...texts),
      fc.nat(),
      fc.integer({ min: 1, max: 127 }),
      (index, column, at, mask) => {
        const store = unlocked(storeWith(ENTRIES));
        const [value] =
          store.rows(`select cast(${column} as blob) from journal where seq = ?`, [index + 1])[0] ?? [];
        const bytes = Uint8Array.from(value as Uint8Array);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ mask;
        store.run(`update journal set ${column} = cast(? as text) where seq = ?`, [bytes, index + 1]);
        const report = verifyJournal(store);
        t.is(report.status === 'broken' ? report.seq : 0, index + 1);
        store.close();
      },
    ),
    { seed: 42, numRuns: 150 },
  );
});

test('solve runs keep their figures and leave the digest alone', (t) => {
  const store = storeWith(ENTRIES);
  const before = journalDigest(store);
  const run = { tick: 1, at_us: 3000, status: 'optimal', backend: 'highs', solve_us: 4200 } as const;
  store.write(() => {
    recordSolveRun(store, run);
    recordSolveRun(store, { ...run, tick: 2, status: 'stale', backend: null });
  });
  t.deepEqual(
    readSolveRuns(store).map((row) => [row.solve_run_id, row.status, row.backend, row.solve_us, row.levels]),
    [
      [1, 'optimal', 'highs', 4200, '[]'],
      [2, 'stale', null, 4200, '[]'],
    ],
  );
  t.is(readSolveRuns(store, 2).length, 1);
  t.is(journalDigest(store), before);
});
