import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { openStore } from '../../engine/store/open.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

/** A database and policies that cannot hold on it, as arguments. */
function clash(t: ExecutionContext, room: number): string[] {
  const folder = tempFolder(t);
  const db = join(folder, 'clash.db');
  writeFileSync(db, '');
  const store = openStore(db, 'plain');
  store.script(`create table h(id integer primary key, cap integer);
    insert into h values (1, ${room}), (2, 5);
    create table t(id integer primary key, w integer, controllable_h integer references h(id));
    insert into t(id, w) values (1, 2), (2, 2);`);
  store.close();
  const policies = join(folder, 'p.sql');
  writeFileSync(
    policies,
    `create constraint room as select * from t join h on h.id = t.controllable_h
       check capacity(t.controllable_h, h.id, t.w, h.cap);
     create constraint early as select * from t check controllable_h < 2;`,
  );
  return ['solve', '--db', db, '--policies', policies];
}

test('what clashes is a table with its places, its rows and what would fix it', async (t) => {
  const { exit, stdout, stderr } = await runCliHere(clash(t, 3));
  t.is(exit, 1);
  t.deepEqual(
    stdout
      .replace(/\S*p\.sql/g, 'p.sql')
      .replace(/ +$/gm, '')
      .replace(/sql:(\d) +/g, 'sql:$1  ')
      .split('\n'),
    [
      'infeasible: `early`, `room` cannot hold together',
      stdout.split('\n')[1] ?? '',
      '  early       p.sql:3  t.id=1; t.id=2',
      '  room        p.sql:1  t.id=1; t.id=2 at h.id=1',
      '  given: `t.controllable_h` is one of 2 values of `h(id)`',
      'minimal: yes',
      'any one of these would fix it:',
      '  room for 4 instead of 3 at h.id=1 in `room`',
      '  doing without `early`',
      '  doing without `room`',
      '',
    ],
  );
  t.regex(stderr, /error\[solve\/infeasible\]/);
});

test('the same as JSON has every row, the groups and the fixes as data', async (t) => {
  const { exit, stdout } = await runCliHere([...clash(t, 3), '--json']);
  t.is(exit, 1);
  const { status, core } = JSON.parse(stdout) as {
    status: string;
    core: {
      constraints: { name: string; line: number; rows: unknown[]; groups: unknown[] }[];
      [field: string]: unknown;
    };
  };
  t.is(status, 'infeasible');
  const { constraints, ...rest } = core;
  t.deepEqual(rest, {
    minimal: true,
    unproved: null,
    domains: [{ table: 't', column: 'controllable_h', from: 'h(id)', values: 2 }],
    fixes: [
      { constraint: 'room', change: 'capacity', row: { 'h.id': 1 }, from: 3, to: 4 },
      { constraint: 'early', change: 'constraint' },
      { constraint: 'room', change: 'constraint' },
    ],
  });
  t.deepEqual(
    constraints.map(({ name, line, rows, groups }) => ({ name, line, rows, groups })),
    [
      { name: 'early', line: 3, rows: [{ 't.id': 1 }, { 't.id': 2 }], groups: [] },
      {
        name: 'room',
        line: 1,
        rows: [{ 't.id': 1 }, { 't.id': 2 }, { 'h.id': 1 }],
        groups: [
          { group: {}, rows: [{ 't.id': 1 }, { 't.id': 2 }], keys: [{ 'h.id': 1 }], every_key: false },
        ],
      },
    ],
  );
});

test('the fix that is named fixes it', async (t) => {
  t.is((await runCliHere(clash(t, 4))).exit, 0);
});
