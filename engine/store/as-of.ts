import { must } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import { historyState } from './history.js';
import { GENESIS } from './journal.js';
import type { RememberedTable } from './history-schema.js';
import { HISTORY, quoted, rememberedTables } from './history-schema.js';
import { notAdopted } from './open.js';
import { openSnapshot, snapshotOf } from './snapshot.js';
import type { Store } from './store.js';

/**
 * A copy in memory of what the database held when a tick had been committed and nothing had come since; tick 0 is
 * before the first. The copy has the tables, rows and views of then, but no triggers and no history; `state_version` and
 * the migrations are those of now. Throws DiagnosticError: store/not-adopted, query/no-history, query/no-tick.
 */
export function stateAsOf(store: Store, tick: number): Store {
  const seq = store.read(() => endOf(store, tick));
  const copy = openSnapshot(snapshotOf(store));
  try {
    const tables = rememberedTables(copy);
    copy.script('pragma foreign_keys = off');
    copy.write(() => {
      for (const [name] of copy.rows("select name from sqlite_schema where type = 'trigger'")) {
        copy.run(`drop trigger ${quoted(String(name))}`);
      }
      for (const table of tables) {
        turnBack(copy, table, seq);
        copy.run(`drop table ${table.history}`);
      }
      copy.run(`drop table ${HISTORY}`);
      copy.run('delete from journal where seq > ?', [seq]);
      copy.run('delete from solve_run where tick > ?', [tick]);
      copy.run(
        `update meta set journal_seq = ?, (journal_hash, journal_digest) =
           (select coalesce(max(hash), ?), coalesce(max(digest), ?) from journal where seq = ?)`,
        [seq, GENESIS, GENESIS, seq],
      );
    });
    return copy;
  } catch (error) {
    copy.close();
    throw error;
  }
}

/** The row of the journal that ends a tick; 0 before the first. */
function endOf(store: Store, tick: number): number {
  const path = store.path;
  if (!store.adopted) throw new DiagnosticError([notAdopted(path)]);
  const history = historyState(store);
  if (history.kind === 'none') throw noHistory(`\`${path}\` does not keep what its rows were`);
  if (history.kind === 'outdated')
    throw noHistory(`the tables of \`${path}\` have changed since its history began`);
  const [last] = store.rows("select coalesce(max(tick), 0) from journal where kind = 'outcome'");
  const lastTick = Number(must(last, 'the last tick')[0]);
  if (tick > lastTick) {
    const message = `there has been no tick ${tick}; the last one is ${lastTick}`;
    throw new DiagnosticError([{ code: 'query/no-tick', severity: 'error', message }]);
  }
  const [end] = store.rows("select coalesce(max(seq), 0) from journal where kind = 'outcome' and tick = ?", [
    tick,
  ]);
  const seq = Number(must(end, 'the end of a tick')[0]);
  if (seq < history.sinceSeq) throw noHistory(`the history of \`${path}\` begins after tick ${tick}`);
  return seq;
}

function noHistory(message: string): DiagnosticError {
  const help = '`edict init --db FILE --history` keeps it from then on';
  const diagnostic: Diagnostic = { code: 'query/no-history', severity: 'error', message, help };
  return new DiagnosticError([diagnostic]);
}

/** Gives every row that has changed since what it was at first after `seq`. */
function turnBack(
  copy: Store,
  { name, history, columns, key, kept, keptKey }: RememberedTable,
  seq: number,
): void {
  const since = `from ${history} where journal_seq >= ?`;
  copy.run(
    `delete from ${quoted(name)} where (${key.join(', ')}) in (select ${keptKey.join(', ')} ${since})`,
    [seq],
  );
  copy.run(
    `insert into ${quoted(name)} (${columns.join(', ')}) select ${kept.join(', ')} from ${history}
      where absent = 0 and history_id in (select min(history_id) ${since} group by ${keptKey.join(', ')})`,
    [seq],
  );
}
