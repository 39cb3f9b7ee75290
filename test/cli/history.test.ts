import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { packagePath } from '../../engine/store/files.js';
import { runCliHere } from './helpers/run-cli-here.js';

const TRACE = packagePath('fixtures', 'traces', 'rack', 'dinos-small.jsonl');
const COUNT =
  'select (select count(*) from request where current_dkernel is not null), (select max(tick) from journal)';

test('query --at asks the state of an earlier tick, and the database stays as it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'edict-history-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [db, plain] = [join(folder, 'rack.db'), join(folder, 'plain.db')];
  const begun = await runCliHere(['init', '--db', db, '--history', '--json']);
  t.is((JSON.parse(begun.stdout) as { history: string }).history, 'begun');
  const replay = ['replay', TRACE, '--scheduler', 'RoundRobin', '--until', '60000', '--json', '--db'];
  const digests = await Promise.all(
    [db, plain].map(async (file) => {
      const { stdout } = await runCliHere([...replay, file]);
      return (JSON.parse(stdout) as { digest: string }).digest;
    }),
  );
  t.is(digests[0], digests[1], 'the digest is that of a replay without a history');
  const rowsAt = async (...at: string[]): Promise<unknown> => {
    const { stdout } = await runCliHere(['query', '--db', db, ...at, COUNT, '--json']);
    return (JSON.parse(stdout) as { rows: unknown }).rows;
  };
  const now = await rowsAt();
  const placed = "select count(*) from journal where kind = 'decision' and tick <= 2";
  const { stdout } = await runCliHere(['query', '--db', db, placed, '--format', 'csv']);
  t.deepEqual(await rowsAt('--at', '2'), [[Number(stdout.split('\n')[1]), 2]]);
  t.deepEqual(await rowsAt('--at', '0'), [[0, null]]);
  t.deepEqual(await rowsAt(), now);
  const far = await runCliHere(['query', '--db', db, '--at', '999999', COUNT]);
  t.is(far.exit, 2);
  t.regex(far.stderr, /query\/no-tick.*there has been no tick 999999/);
  const without = await runCliHere(['query', '--db', plain, '--at', '1', COUNT]);
  t.is(without.exit, 2);
  t.regex(without.stderr, /query\/no-history/);
  t.regex((await runCliHere(['init', '--db', db, '--no-history'])).stdout, /is forgotten/);
  t.is((await runCliHere(['query', '--db', db, '--at', '1', COUNT])).exit, 2);
  t.deepEqual(readdirSync(folder).sort(), ['plain.db', 'rack.db']);
});
