import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { migrate } from '../../engine/store/migrate.js';
import { openStore } from '../../engine/store/open.js';
import { runChild } from './helpers/run-child.js';
import { tempFolder } from './helpers/temp-folder.js';

async function accounts(path: string): Promise<void> {
  await migrate(path);
  const store = openStore(path, 'state');
  store.script(`create table account (account_id integer primary key, amount integer not null) strict;
    insert into account values (1, 1000000), (2, 0)`);
  store.close();
}

test('a process killed between two statements of a write leaves what it had committed and no more', async (t) => {
  const folder = tempFolder(t);
  const fresh = join(folder, 'fresh.db');
  await accounts(fresh);
  for (const killAt of [1, 2, 7, 40]) {
    const path = join(folder, `killed-${killAt}.db`);
    copyFileSync(fresh, path);
    const end = await runChild('write-child', path, '100', String(killAt));
    t.is(end.signal, 'SIGKILL');
    const acknowledged = end.stdout.split('\n').filter((line) => line !== '').length;
    t.is(acknowledged, killAt - 1);
    t.true(existsSync(`${path}-wal`));
    const store = openStore(path, 'state');
    t.deepEqual(store.rows('select amount from account order by account_id'), [
      [1000000 - acknowledged],
      [acknowledged],
    ]);
    t.is(store.stateVersion(), acknowledged);
    t.deepEqual(store.rows('pragma integrity_check'), [['ok']]);
    store.write(() => store.bumpState());
    store.close();
  }
});

test('writers of several processes wait for each other and never see a lock error', async (t) => {
  const path = join(tempFolder(t), 'shared.db');
  await accounts(path);
  const times = 300;
  const ends = await Promise.all([1, 2, 3].map(() => runChild('write-child', path, String(times))));
  for (const end of ends) t.deepEqual([end.code, end.stderr], [0, '']);
  const store = openStore(path, 'state');
  t.deepEqual(store.rows('select amount from account order by account_id'), [
    [1000000 - 3 * times],
    [3 * times],
  ]);
  t.is(store.stateVersion(), 3 * times);
  store.close();
});
