import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { LoopEvent } from '../../engine/loop/controller.js';
import { replay } from '../../engine/replay/replay.js';
import { readTrace, writeTrace } from '../../engine/replay/trace.js';
import { journalDigest, verifyJournal } from '../../engine/store/journal.js';
import { migrate } from '../../engine/store/migrate.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import { rackLoop, solver } from '../helpers/rack-loop.js';

test.after.always(() => solver.close());

/** Kills per run; `EDICT_KILL_POINTS=all` kills before every single call of the store. */
const POINTS = process.env['EDICT_KILL_POINTS'] ?? '24';

const events: LoopEvent[] = [
  { atUs: 0, type: 'host', fields: { host: 1, cores: 4, memslices: 8 } },
  { atUs: 0, type: 'host', fields: { host: 2, cores: 4, memslices: 8 } },
  { atUs: 1000, type: 'allocate', fields: { process: 1, cores: 3, memslices: 2, id: 1 } },
  { atUs: 2000, type: 'allocate', fields: { process: 1, cores: 2, memslices: 0, id: 2 } },
  { atUs: 2000, type: 'allocate', fields: { process: 2, cores: 3, memslices: 0, id: 3 } },
  { atUs: 3000, type: 'release', fields: { request: 1 } },
  { atUs: 9000, type: 'allocate', fields: { process: 2, cores: 1, memslices: 1, id: 4 } },
];

const child = fileURLToPath(new URL('../helpers/kill-child.js', import.meta.url));

function runChild(database: string, trace: string, nth: number): { killed: boolean; calls: number } {
  const result = spawnSync(process.execPath, [child, database, trace, String(nth)], { encoding: 'utf8' });
  return { killed: result.signal === 'SIGKILL', calls: Number(result.stdout) };
}

/** What must hold of the rack between any two transactions. */
function inconsistencies(store: Store): unknown[] {
  return [
    ...store.rows(
      "select 'integrity', integrity_check from pragma_integrity_check where integrity_check <> 'ok'",
    ),
    ...store.rows('select * from pragma_foreign_key_check'),
    ...store.rows(
      `select 'extents', request_id from request where held_cores <>
         (select coalesce(sum(count), 0) from core_extent where core_extent.request_id = request.request_id)`,
    ),
    ...store.rows("select 'over', * from over_committed"),
    // A decision that is journalled is a decision that is stored, and the other way round.
    ...store.rows(
      `select 'decision', request_id from request where controllable_dkernel is not null and not exists (
         select 1 from journal where kind = 'decision' and json_extract(body, '$.key.request_id') = request_id)`,
    ),
    ...store.rows(
      `select 'bound', request_id from request where status in ('BOUND', 'RELEASED') and bound_us is not null and not exists (
         select 1 from journal where kind = 'effect' and json_extract(body, '$.type') = 'bound'
           and json_extract(body, '$.request') = request_id)`,
    ),
  ];
}

test('kill -9 between two statements of a tick leaves a database that is consistent and goes on to the same digest', async (t) => {
  t.timeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), 'edict-kill-'));
  const trace = join(folder, 'trace.jsonl');
  const fresh = join(folder, 'fresh.db');
  try {
    writeTrace(trace, { controller: 'rack', notes: {} }, events);
    await migrate(fresh);
    const whole = join(folder, 'whole.db');
    copyFileSync(fresh, whole);
    const { calls, killed } = runChild(whole, trace, 0);
    t.false(killed);
    t.true(calls > 100, `${calls} calls`);
    const finished = openStore(whole, 'state');
    const digest = journalDigest(finished);
    t.deepEqual(inconsistencies(finished), []);
    finished.close();
    const step = POINTS === 'all' ? 1 : Math.ceil(calls / Number(POINTS));
    let kills = 0;
    for (let nth = 1; nth <= calls; nth += step) {
      const path = join(folder, `kill-${nth}.db`);
      copyFileSync(fresh, path);
      if (!runChild(path, trace, nth).killed) continue;
      kills += 1;
      const store = openStore(path, 'state');
      t.is(verifyJournal(store).status, 'whole', `killed before call ${nth}`);
      t.deepEqual(inconsistencies(store), [], `killed before call ${nth}`);
      const { loop } = rackLoop({ scheduler: 'DCMloc' }, store);
      await replay(readTrace(trace).records, loop, { untilUs: null });
      t.is(journalDigest(store), digest, `killed before call ${nth}`);
      t.deepEqual(inconsistencies(store), []);
      store.close();
    }
    t.true(kills >= Math.min(20, calls), `${kills} kills`);
    t.log(`${kills} kills among ${calls} store calls`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
