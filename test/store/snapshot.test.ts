import { join } from 'node:path';
import test from 'ava';
import { migrate } from '../../engine/store/migrate.js';
import { openSnapshot, snapshotOf } from '../../engine/store/snapshot.js';
import { openStore } from '../../engine/store/open.js';
import { tempFolder } from '../cli/helpers/temp-folder.js';

test('a snapshot of a file with a write-ahead log opens in memory, whoever holds the file', async (t) => {
  const path = join(tempFolder(t), 'state.db');
  await migrate(path);
  const writer = openStore(path, 'state');
  t.teardown(() => writer.close());
  t.is(writer.record('pragma journal_mode')?.['journal_mode'], 'wal');
  writer.write(() => writer.run(`insert into host (host_id, cores, memslices) values (1, 8, 64)`));
  const reader = openStore(path, 'read');
  t.teardown(() => reader.close());
  for (const store of [writer, reader]) {
    const copy = openSnapshot(snapshotOf(store));
    t.is(copy.record('select cores from host')?.['cores'], 8);
    copy.write(() => copy.run('update host set cores = 9'));
    copy.close();
  }
  t.is(writer.record('select cores from host')?.['cores'], 8, 'the copy is its own');
});
