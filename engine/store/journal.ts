import { hash as digestOf } from 'node:crypto';
import type { Selectable } from 'kysely';
import { assert, must } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { canonicalJson } from '../base/digest.js';
import { core, queryFirst } from './query.js';
import type { SqlParam, Store } from './store.js';
import type { JournalTable } from './tables.js';

export type JournalKind = JournalTable['kind'];

export interface JournalEntry {
  readonly tick: number;
  readonly kind: JournalKind;
  /** Logical time, microseconds. */
  readonly atUs: number;
  /** Any JSON value; keys are sorted, bigints become decimal strings. */
  readonly body: unknown;
}

export type JournalRow = Selectable<JournalTable>;

/** What stands before the first row, in both chains. */
export const GENESIS = '0'.repeat(64);

/** sha256(previous LF kind SP tick SP at_us LF body): no two rows share a text, because body has no raw newline. */
function link(previous: string, kind: string, tick: SqlNumber, atUs: SqlNumber, body: string): string {
  return digestOf('sha256', `${previous}\n${kind} ${tick} ${atUs}\n${body}`, 'hex');
}

type SqlNumber = number | bigint;

interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly digest: string;
}

function headOf(store: Store): Head {
  const query = core
    .selectFrom('meta')
    .select(['journal_seq as seq', 'journal_hash as hash', 'journal_digest as digest']);
  return must(queryFirst(store, query), 'row of table meta');
}

/** Rows that one statement adds, which takes less than as many statements. */
const AT_ONCE = 16;
const INSERT = 'insert into journal (seq, tick, kind, at_us, body, hash, digest) values';
const ROW = '(?, ?, ?, ?, ?, ?, ?)';
const INSERT_ROW = `${INSERT} ${ROW}`;
const INSERT_ROWS = `${INSERT} ${Array.from({ length: AT_ONCE }, () => ROW).join(', ')}`;

/**
 * Adds entries at the journal's end, each chained to the one before.
 * `hash` covers every row; `digest` skips `stale` rows, because whether an answer comes too late depends on the machine.
 * INVARIANT: inside `store.write`, so that entries and what they tell of commit together.
 */
export function appendJournal(store: Store, entries: readonly JournalEntry[]): void {
  assert(store.inTransaction, 'a journal entry outside a transaction');
  if (entries.length === 0) return;
  let { seq, hash, digest } = headOf(store);
  const rows = entries.map(({ tick, kind, atUs, body }): SqlParam[] => {
    assert(body !== undefined, 'a journal entry without a body');
    const text = canonicalJson(body);
    seq += 1;
    // Until the first stale row both chains are one, and then it is hashed once.
    const isShared = hash === digest;
    hash = link(hash, kind, tick, atUs, text);
    if (kind !== 'stale') digest = isShared ? hash : link(digest, kind, tick, atUs, text);
    return [seq, tick, kind, atUs, text, hash, digest];
  });
  for (let at = 0; at < rows.length;) {
    const count = rows.length - at >= AT_ONCE ? AT_ONCE : 1;
    store.run(count === 1 ? INSERT_ROW : INSERT_ROWS, rows.slice(at, at + count).flat());
    at += count;
  }
  store.run('update meta set journal_seq = ?, journal_hash = ?, journal_digest = ?', [seq, hash, digest]);
}

/** One text for all that was taken in, decided and sent out; GENESIS for an empty journal. */
export function journalDigest(store: Store): string {
  return headOf(store).digest;
}

export type ChainReport =
  | { readonly status: 'whole'; readonly rows: number; readonly digest: string }
  /** `seq` is the first row that does not hash to what it says, or the first missing one. */
  | { readonly status: 'broken'; readonly seq: number; readonly diagnostic: Diagnostic };

/** Recomputes both chains from the first row on. */
export function verifyJournal(store: Store): ChainReport {
  return store.read(() => {
    const head = headOf(store);
    let seq = 0;
    let hash = GENESIS;
    let digest = GENESIS;
    for (const row of store.iterate(
      'select seq, kind, tick, at_us, body, hash, digest from journal order by seq',
    )) {
      const [rowSeq, kind, tick, atUs, body, rowHash, rowDigest] = row as [
        SqlNumber,
        string,
        SqlNumber,
        SqlNumber,
        string,
        string,
        string,
      ];
      seq += 1;
      if (rowSeq !== seq) return broken(seq, 'is missing');
      const isShared = hash === digest;
      hash = link(hash, kind, tick, atUs, body);
      if (kind !== 'stale') digest = isShared ? hash : link(digest, kind, tick, atUs, body);
      if (hash !== rowHash || digest !== rowDigest) return broken(seq, 'does not hash to what it says');
    }
    if (seq < head.seq) return broken(seq + 1, 'is missing');
    // Rows after the recorded head were not added by `appendJournal`.
    if (seq > head.seq) return broken(head.seq + 1, 'was added behind the recorded end');
    if (hash !== head.hash || digest !== head.digest) {
      return broken(seq, 'is not the recorded end of the chain');
    }
    return { status: 'whole', rows: seq, digest };
  });
}

function broken(seq: number, what: string): ChainReport & { status: 'broken' } {
  return {
    status: 'broken',
    seq,
    diagnostic: {
      code: 'store/broken-chain',
      severity: 'error',
      message: `row ${seq} of the journal ${what}`,
      help: `rows up to ${seq - 1} can be trusted`,
    },
  };
}

/** Journal rows of a span of ticks, both ends included, in order. */
export function* readJournal(
  store: Store,
  fromTick = 0,
  toTick = Number.MAX_SAFE_INTEGER,
): Generator<JournalRow> {
  const { sql, parameters } = core
    .selectFrom('journal')
    .select(['seq', 'tick', 'kind', 'at_us', 'body', 'hash', 'digest'])
    .where('tick', '>=', fromTick)
    .where('tick', '<=', toTick)
    .orderBy('seq')
    .compile();
  for (const row of store.iterate(sql, parameters as readonly number[])) {
    const [seq, tick, kind, at_us, body, hash, digest] = row as [
      number,
      number,
      JournalKind,
      number,
      string,
      string,
      string,
    ];
    yield { seq, tick, kind, at_us, body, hash, digest };
  }
}
