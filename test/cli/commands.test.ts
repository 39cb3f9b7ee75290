import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { CODES } from '../../engine/base/codes.js';
import { packagePath } from '../../engine/store/files.js';
import { openStore } from '../../engine/store/open.js';
import type { CliEnd, CliSetting } from './helpers/run-cli-here.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

interface Document {
  readonly schema_version: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly message: string;
    readonly help: string | null;
    readonly spans: readonly { readonly file: string; readonly line: number; readonly col: number }[];
  }[];
  readonly [field: string]: unknown;
}

/** A plain database with hosts and requests. */
function shopOf(folder: string): string {
  const path = join(folder, 'shop.db');
  writeFileSync(path, '');
  const store = openStore(path, 'plain');
  for (const statement of [
    'create table host (host_id integer primary key, cores integer not null)',
    `create table request (request_id integer primary key, cores integer not null,
       controllable_host integer references host)`,
    'insert into host values (1, 4), (2, 8)',
    'insert into request values (1, 2, null)',
  ]) {
    store.run(statement);
  }
  store.close();
  return path;
}

async function jsonOf(
  argv: readonly string[],
  setting?: CliSetting,
): Promise<{ end: CliEnd; document: Document }> {
  const end = await runCliHere([...argv, '--json'], setting);
  return { end, document: JSON.parse(end.stdout) as Document };
}

// solve with settings

test('weights, priorities and enforcement of policies may be set for a run', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const policies = join(folder, 'p.sql');
  writeFileSync(
    policies,
    `create constraint small as select * from request maximize controllable_host = 1;
     create constraint large as select * from request maximize controllable_host = 2;
     create constraint never as select * from request check controllable_host = 3;`,
  );
  const solve = async (...more: string[]): Promise<Document> =>
    (await jsonOf(['solve', '--db', db, '--policies', policies, '--dry-run', ...more])).document;
  const chosen = ({ assignments }: Document): unknown => (assignments as { value: number }[])[0]?.value;
  const unforced = ['--advisory', 'never'];
  t.is((await solve())['status'], 'infeasible');
  t.is(chosen(await solve(...unforced, '--weight', 'SMALL=2')), 1);
  t.is(chosen(await solve(...unforced, '--weight', 'large=1.5')), 2);
  t.is(chosen(await solve(...unforced, '--weight', 'large=9', '--priority', 'small=1')), 1);
  const advised = await solve(...unforced, '--advisory', 'large', '--weight', 'small=0.5');
  t.is(chosen(advised), 1);
  t.deepEqual(
    advised.diagnostics.map(({ code }) => code),
    ['solve/advisory-violated'],
  );
  const refused = await solve('--weight', 'smal=2', '--priority', 'never=1');
  t.deepEqual(
    refused.diagnostics.map(({ code, help }) => [code, help]),
    [
      ['bind/unknown-policy', 'did you mean `small`?'],
      ['bind/unknown-policy', 'make it advisory, or leave it out of the policies'],
    ],
  );
  const misread = await runCliHere(['solve', '--db', db, '--policies', policies, '--weight', 'small=-1']);
  t.is(misread.exit, 2);
  t.regex(misread.stderr, /--weight small=-1/);
});

// init

test('init creates a database, and says when there is nothing to do', async (t) => {
  const path = join(tempFolder(t), 'new.db');
  const first = await runCliHere(['init', '--db', path]);
  t.is(first.exit, 0);
  t.true(first.stdout.startsWith(`created \`${path}\`\n  applied 0001_initial\n`));
  const second = await runCliHere(['init', '--db', path]);
  t.deepEqual(second, { exit: 0, stdout: `\`${path}\` is up to date\n`, stderr: '' });
  t.deepEqual(await runCliHere(['init', '--db', path, '-q']), { exit: 0, stdout: '', stderr: '' });
});

test('init adopts a database of other use and keeps its rows', async (t) => {
  const folder = tempFolder(t);
  const path = join(folder, 'own.db');
  writeFileSync(path, '');
  const store = openStore(path, 'plain');
  store.run('create table book (book_id integer primary key)');
  store.run('insert into book values (7)');
  store.close();
  const { end, document } = await jsonOf(['init', '--db', path]);
  t.is(end.exit, 0);
  t.is(document['deed'], 'adopted');
  t.is(document['database'], path);
  const query = await jsonOf(['query', '--db', path, 'select book_id from book']);
  t.deepEqual(query.document['rows'], [[7]]);
});

test('init warns of a table that was changed by hand and does not fail', async (t) => {
  const path = join(tempFolder(t), 'state.db');
  await runCliHere(['init', '--db', path]);
  const store = openStore(path, 'plain');
  store.run('alter table host add column shelf integer');
  store.close();
  const end = await runCliHere(['init', '--db', path]);
  t.is(end.exit, 0);
  t.regex(end.stderr, /^warning\[store\/schema-drift\]/);
});

// check

test('check is silent on policies that are right', async (t) => {
  const end = await runCliHere(['check', packagePath('policies', 'rack')]);
  t.deepEqual(end, { exit: 0, stdout: '', stderr: '' });
  const named = await runCliHere(['check', packagePath('policies', 'rack', 'base'), '--controller', 'rack']);
  t.deepEqual(named, { exit: 0, stdout: '', stderr: '' });
});

test('check reads stdin for `-` and calls it what it is told to', async (t) => {
  const stdin = 'create constraint c as select * from hots check 1;';
  const end = await runCliHere(['check', '-', '--stdin-name', 'draft.sql', '--format', 'plain'], { stdin });
  t.is(end.exit, 1);
  t.is(
    end.stderr,
    'draft.sql:1:38: error bind/unknown-table: no table or view `hots`; help: did you mean `host`?\n',
  );
  const unnamed = await runCliHere(['check', '-', '--format=plain'], { stdin });
  t.true(unnamed.stderr.startsWith('<stdin>:1:38: '));
});

test('check reports the errors of all files in one run, in JSON as one document on stdout', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  writeFileSync(join(folder, 'a.sql'), 'create constraint a as select * from host check core > 0;');
  writeFileSync(join(folder, 'b.sql'), '\n\ncreate constraint b as selct * from host check 1;\n');
  writeFileSync(join(folder, 'b.test.sql'), 'not read');
  const { end, document } = await jsonOf(['check', folder, '--db', db]);
  t.is(end.exit, 1);
  t.is(end.stderr, '');
  t.is(document.schema_version, 1);
  t.deepEqual(
    document.diagnostics.map(({ code, spans: [span] }) => [code, span?.file, span?.line, span?.col]),
    [
      ['bind/unknown-column', `${folder}/a.sql`, 1, 49],
      ['parse/unexpected-token', `${folder}/b.sql`, 3, 24],
    ],
  );
});

test('check reports what SQLite would refuse, also on a database without rows', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const stdin = 'create constraint c as select * from host check abs(cores, 2) > 0;';
  for (const argv of [
    ['check', '-', '--db', db],
    ['check', '-'],
  ]) {
    const { end, document } = await jsonOf(argv, { stdin });
    t.is(end.exit, 1);
    t.deepEqual(
      document.diagnostics.map(({ code, message }) => [code, message]),
      [['ground/sql', 'SQLite refuses a query of `c`: wrong number of arguments to function abs()']],
    );
  }
});

test('check says nothing about a database whose schema only its own program can make', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const store = openStore(db, 'plain');
  store.run('create virtual table note using fts5 (text)');
  store.run('create view noted as select host_id, text from host join note on note.rowid = host_id');
  store.close();
  const stdin = 'create constraint c as select * from noted check host_id > 0;';
  t.deepEqual(await runCliHere(['check', '-', '--db', db, '-q'], { stdin }), {
    exit: 0,
    stdout: '',
    stderr: '',
  });
});

test('check warns of policies that cannot bind on the rows of the database, and does not fail for it', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const stdin = `create constraint early as select * from request where request_id > 5 check controllable_host = 1;
    create constraint big as select * from request join host on host_id = controllable_host check host.cores > 4;
    create constraint any_host as select * from request check controllable_host > 0;`;
  const { end, document } = await jsonOf(['check', '-', '--db', db], { stdin });
  t.is(end.exit, 0);
  t.deepEqual(
    document.diagnostics.map(({ code, message }) => [code, message]),
    [
      ['ground/no-row', '`early` cannot bind: `request_id > 5` holds on none of the 1 row of `request`'],
      [
        'ground/always-holds',
        '`any_host` cannot bind: its check holds on its only row or group, whatever is decided',
      ],
    ],
  );
  const without = await jsonOf(['check', '-', '--db', db], {
    stdin: "create constraint c as select * from request check controllable_host = 'one';",
  });
  t.is(without.end.exit, 1, 'what solving would refuse of the rows is an error');
});

test('solve warns of policies that cannot bind, and neither fails nor decides otherwise for it', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const policy = join(folder, 'p.sql');
  writeFileSync(
    policy,
    'create constraint early as select * from request where request_id > 5 check controllable_host = 1; create constraint big as select * from request maximize controllable_host;',
  );
  const { end, document } = await jsonOf(['solve', '--db', db, '--policies', policy]);
  t.is(end.exit, 0);
  t.is(document['status'], 'optimal');
  t.deepEqual(
    document.diagnostics.map(({ code }) => code),
    ['ground/no-row'],
  );
  const empty = openStore(db, 'plain');
  empty.run('delete from request');
  empty.close();
  const idle = await jsonOf(['solve', '--db', db, '--policies', policy]);
  t.deepEqual(idle.document.diagnostics, [], 'nothing is said where nothing is to be decided');
});

test('solve counts idle policies where they are many, and lists them for programs', async (t) => {
  const db = shopOf(tempFolder(t));
  const idle = (count: number): string =>
    Array.from(
      { length: count },
      (_one, i) =>
        `create constraint early_${i} as select * from request where request_id > 5 check controllable_host = 1;`,
    ).join('\n');
  const few = await runCliHere(['solve', '--db', db, '--policies', '-'], { stdin: idle(3) });
  t.is(few.stderr.split('cannot bind:').length - 1, 3);
  for (const format of ['human', 'plain']) {
    const many = await runCliHere(['solve', '--db', db, '--policies', '-', '--format', format], {
      stdin: idle(4),
    });
    t.is(
      many.stderr,
      `4 policies change nothing on these rows: \`edict check --db ${db}\` of them tells why\n`,
    );
  }
  const { document } = await jsonOf(['solve', '--db', db, '--policies', '-'], { stdin: idle(4) });
  t.is(document.diagnostics.length, 4);
});

test('check works on any database and does not change a byte of it', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const before = readFileSync(db);
  const stdin =
    'create constraint fits as select * from request join host on host_id = controllable_host check host.cores > 4;';
  t.deepEqual(await runCliHere(['check', '-', '--db', db], { stdin }), { exit: 0, stdout: '', stderr: '' });
  t.deepEqual(readFileSync(db), before);
  t.deepEqual(readdirSync(folder), ['shop.db']);
});

test('check colours only where it may', async (t) => {
  const stdin = 'create constraint c as select * from hots check 1;';
  const dull = await runCliHere(['check', '-'], { stdin });
  const bright = await runCliHere(['check', '-'], { stdin, terminal: true });
  const refused = await runCliHere(['check', '-', '--no-color'], { stdin, terminal: true });
  const forced = await runCliHere(['--color=always', 'check', '-'], { stdin });
  t.false(dull.stderr.includes('\u001b['));
  t.true(bright.stderr.includes('\u001b[31m'));
  t.is(refused.stderr, dull.stderr);
  t.is(forced.stderr, bright.stderr);
});

// query

test('query prints a table and keeps numbers to the right', async (t) => {
  const db = shopOf(tempFolder(t));
  const end = await runCliHere(['query', '--db', db, 'select host_id, cores, null as note from host']);
  t.deepEqual(end, {
    exit: 0,
    stdout: 'host_id  cores  note\n-------  -----  ----\n      1      4  NULL\n      2      8  NULL\n',
    stderr: '',
  });
});

test('query answers in JSON with columns, rows, truncated and ms; large integers are strings', async (t) => {
  const db = shopOf(tempFolder(t));
  const sql = `select 9007199254740993 as large, 9007199254740991 as safe, x'0a' as blob, 9e999 as endless, null as none`;
  const { end, document } = await jsonOf(['query', '--db', db, sql]);
  t.is(end.exit, 0);
  t.deepEqual(document['columns'], ['large', 'safe', 'blob', 'endless', 'none']);
  t.deepEqual(document['rows'], [['9007199254740993', 9007199254740991, "x'0a'", 'Infinity', null]]);
  t.is(document['truncated'], false);
  t.is(typeof document['ms'], 'number');
  t.deepEqual(document.diagnostics, []);
});

test('query reads a file, stdin, and knows every format', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const file = join(folder, 'hosts.sql');
  writeFileSync(file, '\ufeffselect host_id from host where host_id = 1;');
  const from = async (...argv: readonly string[]): Promise<string> =>
    (
      await runCliHere(['query', '--db', db, ...argv], {
        stdin: 'select host_id from host where host_id = 1',
      })
    ).stdout;
  t.is(await from('-f', file, '--format', 'csv'), 'host_id\r\n1\r\n');
  t.is(await from('-', '--format', 'ndjson'), '{"host_id":1}\n');
  t.is(await from('-f', '-', '--format', 'markdown'), '| host_id |\n| ---: |\n| 1 |\n');
});

test('query says on stderr that there are more rows', async (t) => {
  const db = shopOf(tempFolder(t));
  const end = await runCliHere([
    'query',
    '--db',
    db,
    '--max-rows',
    '1',
    '--format',
    'csv',
    'select host_id from host',
  ]);
  t.is(end.exit, 0);
  t.is(end.stdout, 'host_id\r\n1\r\n');
  t.is(end.stderr, 'only the first 1 rows are shown; `--max-rows` sets how many are read\n');
  const { document } = await jsonOf(['query', '--db', db, '--max-rows', '1', 'select host_id from host']);
  t.is(document['truncated'], true);
});

for (const [what, sql, code, place, help] of [
  ['an unknown table', 'select * from hosts', 'query/failed', 15, 'did you mean `host`?'],
  ['an unknown column', 'select host.core from host', 'query/failed', 13, 'did you mean `cores`?'],
  ['an unknown function', 'select square(cores) from host', 'query/failed', 8, undefined],
  ['an ambiguous name', 'select cores from host, request', 'query/failed', 8, undefined],
  ['a syntax error', 'select * form host', 'query/failed', 10, undefined],
  ['a writing statement', 'update host set cores = 0', 'query/refused', 1, undefined],
  ['a pragma', 'pragma journal_mode = wal', 'query/refused', 1, undefined],
  ['two statements', 'select 1; delete from host', 'query/refused', 11, undefined],
  ['nothing', '  -- no query', 'query/refused', 14, undefined],
] as const) {
  test(`query reports ${what} as one ${code} with its place and leaves the database as it was`, async (t) => {
    const folder = tempFolder(t);
    const db = shopOf(folder);
    const before = readFileSync(db);
    const { end, document } = await jsonOf(['query', '--db', db, sql]);
    t.is(end.exit, 1);
    t.deepEqual(
      document.diagnostics.map((diagnostic) => [
        diagnostic.code,
        diagnostic.spans[0]?.file,
        diagnostic.spans[0]?.col,
      ]),
      [[code, '<query>', place]],
    );
    if (help !== undefined) t.is(document.diagnostics[0]?.help, help);
    t.deepEqual(readFileSync(db), before);
    t.deepEqual(readdirSync(folder), ['shop.db']);
  });
}

test('query ends what runs too long', async (t) => {
  const db = shopOf(tempFolder(t));
  const sql = 'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n';
  const end = await runCliHere(['query', '--db', db, '--timeout', '100', sql]);
  t.is(end.exit, 1);
  t.regex(end.stderr, /^error\[query\/timeout\]: the query ran longer than 100 ms\n/);
});

// explain and version

test('explain lists all codes, prints the page of one and suggests the nearest', async (t) => {
  const list = await runCliHere(['explain']);
  t.deepEqual(
    list.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]),
    Object.keys(CODES),
  );
  const page = await runCliHere(['explain', 'bind/unknown-column']);
  t.is(page.exit, 0);
  t.regex(page.stdout, /^bind\/unknown-column\n\nNo relation in scope has the column\./);
  t.notRegex(page.stdout, /bind\/ambiguous-column/, 'only its own page');
  for (const wrong of ['bind/unknown-colum', 'unknown-column']) {
    const { end, document } = await jsonOf(['explain', wrong]);
    t.is(end.exit, 2);
    t.is(document.diagnostics[0]?.code, 'cli/unknown-code');
    t.is(document.diagnostics[0]?.help, 'did you mean `bind/unknown-column`?');
  }
});

test('version prints the version of the package, in JSON with those of Node and SQLite', async (t) => {
  const manifest = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string };
  t.is((await runCliHere(['version'])).stdout, `edict ${manifest.version}\n`);
  t.is((await runCliHere(['--version'])).stdout, `${manifest.version}\n`);
  const { document } = await jsonOf(['version']);
  t.is(document['version'], manifest.version);
  t.is(document['node'], process.versions.node);
  t.regex(String(document['sqlite']), /^3\./);
});

test('help exit-codes prints the table that the contract has', async (t) => {
  const { exit, stdout } = await runCliHere(['help', 'exit-codes']);
  t.is(exit, 0);
  t.deepEqual(
    [...stdout.matchAll(/^ +(\d+) {2}\S/gm)].map(([, code]) => code),
    ['0', '1', '2', '3', '4', '130', '143'],
  );
});

test('help names every command and every flag that all commands take', async (t) => {
  const top = await runCliHere(['--help']);
  t.is(top.exit, 0);
  t.is(top.stderr, '');
  for (const name of ['init', 'check', 'query', 'explain', 'version'])
    t.regex(top.stdout, new RegExp(`^  ${name} `, 'm'));
  const one = await runCliHere(['check', '-h']);
  t.is(one.exit, 0);
  for (const flag of [
    '--db',
    '--controller',
    '--stdin-name',
    '--format',
    '--json',
    '-q',
    '--color',
    '--no-color',
    '--cwd',
  ]) {
    t.true(one.stdout.includes(flag), flag);
  }
  t.is((await runCliHere(['help', 'check'])).stdout, one.stdout);
});

// bad input

interface BadInput {
  readonly title: string;
  readonly argv: (folder: string) => readonly string[];
  readonly exit: number;
  readonly code: string;
  readonly message?: RegExp;
  readonly help?: string;
}

const policy = (text: string) => (folder: string) => {
  writeFileSync(join(folder, 'p.sql'), text);
  return ['check', join(folder, 'p.sql'), '--db', join(folder, 'shop.db')];
};

const BAD: readonly BadInput[] = [
  {
    title: 'an unknown table',
    argv: policy('create constraint c as select * from requests check 1;'),
    exit: 1,
    code: 'bind/unknown-table',
    help: 'did you mean `request`?',
  },
  {
    title: 'an unknown column',
    argv: policy('create constraint c as select * from request check core > 0;'),
    exit: 1,
    code: 'bind/unknown-column',
    help: 'did you mean `cores`?',
  },
  {
    title: 'an unknown function',
    argv: policy('create constraint c as select * from request check summ(cores) > 0;'),
    exit: 1,
    code: 'bind/unknown-function',
    help: 'did you mean `sum`?',
  },
  {
    title: 'an ambiguous name',
    argv: policy('create constraint c as select * from request join host on 1 check cores > 0;'),
    exit: 1,
    code: 'bind/ambiguous-column',
  },
  {
    title: 'a syntax error',
    argv: policy('create constraint c as select * form request check 1;'),
    exit: 1,
    code: 'parse/unexpected-token',
  },
  { title: 'an empty policy', argv: policy(''), exit: 1, code: 'bind/no-constraints' },
  {
    title: 'an empty policy folder',
    argv: (folder) => {
      mkdirSync(join(folder, 'empty'));
      return ['check', join(folder, 'empty')];
    },
    exit: 2,
    code: 'cli/no-input',
    message: /holds no policy file$/,
  },
  {
    title: 'a policy file that is not there',
    argv: (folder) => ['check', join(folder, 'missing.sql')],
    exit: 2,
    code: 'cli/no-input',
  },
  {
    title: 'a database that is not there',
    argv: (folder) => ['check', packagePath('policies'), '--db', join(folder, 'missing.db')],
    exit: 2,
    code: 'store/not-found',
  },
  {
    title: 'a query file that is not there',
    argv: (folder) => ['query', '--db', join(folder, 'shop.db'), '-f', join(folder, 'missing.sql')],
    exit: 2,
    code: 'cli/no-input',
  },
  ...(['check', 'query', 'init'] as const).map((command) => ({
    title: `a file that is not a database, given to ${command}`,
    argv: (folder: string) => {
      const path = join(folder, 'notes.db');
      writeFileSync(path, 'this is a text and no database '.repeat(100));
      return { check: ['check', packagePath('policies')], query: ['query', 'select 1'], init: ['init'] }[
        command
      ].concat('--db', path);
    },
    exit: 2,
    code: 'store/not-a-database',
  })),
  {
    title: 'a folder as the database',
    argv: (folder) => ['query', '--db', folder, 'select 1'],
    exit: 2,
    code: 'store/not-a-database',
  },
  {
    title: 'a database that is not there, named as it was given',
    argv: () => ['query', '--db', 'missing/../missing.db', 'select 1'],
    exit: 2,
    code: 'store/not-found',
    message: /`missing\/\.\.\/missing\.db`/,
  },
  {
    title: 'a name that the state tables need',
    argv: (folder) => {
      const path = join(folder, 'clash.db');
      writeFileSync(path, '');
      const store = openStore(path, 'plain');
      store.run('create table pending (a)');
      store.close();
      return ['init', '--db', path];
    },
    exit: 2,
    code: 'store/foreign-table',
  },
  {
    title: 'an unknown controller',
    argv: () => ['check', packagePath('policies'), '--controller', 'rak'],
    exit: 2,
    code: 'cli/unknown-name',
    help: 'did you mean `rack`?',
  },
  {
    title: 'an unknown command',
    argv: () => ['chek'],
    exit: 2,
    code: 'cli/usage',
    help: 'did you mean `check`?',
  },
  {
    title: 'an unknown flag',
    argv: () => ['version', '--cwdd'],
    exit: 2,
    code: 'cli/usage',
    help: 'did you mean `--cwd`?',
  },
  {
    title: 'an unknown format',
    argv: () => ['version', '--format', 'jsn'],
    exit: 2,
    code: 'cli/usage',
    help: 'did you mean `json`?',
  },
  {
    title: 'a format of another command',
    argv: () => ['version', '--format', 'markdown'],
    exit: 2,
    code: 'cli/usage',
    help: 'it has human, plain, json',
  },
  { title: 'an unknown colour', argv: () => ['version', '--color=blue'], exit: 2, code: 'cli/usage' },
  { title: 'a flag without its value', argv: () => ['init', '--db'], exit: 2, code: 'cli/usage' },
  { title: 'an argument too many', argv: () => ['version', 'now'], exit: 2, code: 'cli/usage' },
  { title: 'no file to check', argv: () => ['check'], exit: 2, code: 'cli/usage' },
  {
    title: 'a database beside a controller',
    argv: () => ['check', 'p.sql', '--db', 'a.db', '--controller', 'rack'],
    exit: 2,
    code: 'cli/usage',
  },
  { title: 'no database to query', argv: () => ['query', 'select 1'], exit: 2, code: 'cli/usage' },
  { title: 'no query', argv: () => ['query', '--db', 'a.db'], exit: 2, code: 'cli/usage' },
  {
    title: 'two queries',
    argv: () => ['query', '--db', 'a.db', '-f', 'a.sql', 'select 1'],
    exit: 2,
    code: 'cli/usage',
  },
  ...['-1', '1.5', 'soon', '', '99999999999999999'].map((value) => ({
    title: `a time limit of "${value}"`,
    argv: () => ['query', '--db', 'a.db', `--timeout=${value}`, 'select 1'],
    exit: 2,
    code: 'cli/usage',
  })),
  {
    title: 'a folder to work in that is not there',
    argv: () => ['--cwd', '/no/such/folder', 'version'],
    exit: 2,
    code: 'cli/no-input',
  },
];

for (const { title, argv, exit, code, message, help } of BAD) {
  test(`${title} is one ${code}, exit ${exit}, and no file changes`, async (t) => {
    const folder = tempFolder(t);
    const db = shopOf(folder);
    const before = readFileSync(db);
    const args = argv(folder);
    const files = readdirSync(folder);
    const end = await runCliHere(args);
    t.is<number, number>(end.exit, exit);
    t.is(end.stdout, '');
    t.deepEqual(
      [...end.stderr.matchAll(/^(?:error|warning)\[(.*?)\]: (.*)$/gm)].map(([, found]) => found),
      [code],
    );
    t.notRegex(end.stderr, /internal error|\n {4}at /);
    if (message !== undefined) t.regex(end.stderr.split('\n')[0] ?? '', message);
    if (help !== undefined) t.true(end.stderr.includes(`= help: ${help}\n`), end.stderr);
    t.deepEqual(readFileSync(db), before);
    t.deepEqual(readdirSync(folder), files);
  });
}

test('a database of a newer version is refused by init and can still be read', async (t) => {
  const folder = tempFolder(t);
  const db = join(folder, 'state.db');
  await runCliHere(['init', '--db', db]);
  const store = openStore(db, 'plain');
  store.run(`insert into applied_migration select '9999_future', checksum from applied_migration limit 1`);
  store.close();
  const before = readFileSync(db);
  const end = await runCliHere(['init', '--db', db]);
  t.is(end.exit, 2);
  t.regex(
    end.stderr,
    /^error\[store\/newer-version\]: .* was written by a newer version, which applied `9999_future`\n/,
  );
  t.is((await runCliHere(['query', '--db', db, 'select 1'])).exit, 0);
  t.is((await runCliHere(['check', packagePath('policies', 'rack', 'base'), '--db', db])).exit, 0);
  t.deepEqual(readFileSync(db), before);
  t.deepEqual(readdirSync(folder), ['state.db']);
});

test('a damaged database is exit 4', async (t) => {
  const db = join(tempFolder(t), 'state.db');
  await runCliHere(['init', '--db', db]);
  const bytes = readFileSync(db);
  bytes.fill(0xa5, 100, 4096);
  writeFileSync(db, bytes);
  const end = await runCliHere(['check', packagePath('policies', 'rack', 'base'), '--db', db]);
  t.is(end.exit, 4);
  t.regex(end.stderr, /^error\[store\/damaged\]: .* is damaged: /);
});

for (const argv of [
  ['chek'],
  ['version', '--format', 'plain'],
  ['query', '--format', 'csv', '--db', 'a', 'select 1'],
]) {
  test(`in JSON a wrong command line is a document too: ${argv.join(' ')} --json`, async (t) => {
    const { end, document } = await jsonOf(argv);
    t.is(end.exit, 2);
    t.is(end.stderr, '');
    t.is(document.schema_version, 1);
    t.is(document.diagnostics[0]?.code, 'cli/usage');
  });
}

test('no command at all prints the help on stderr, exit 2', async (t) => {
  const end = await runCliHere([]);
  t.is(end.exit, 2);
  t.is(end.stdout, '');
  t.true(end.stderr.startsWith('Usage: edict'));
});

test('audit tells violations to scanners and reviews at the policies', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const file = join(folder, 'big.sql');
  writeFileSync(file, 'create constraint big as select * from host check cores > 4;');
  const argv = ['audit', '--db', db, '--policies', file];
  const github = await runCliHere([...argv, '--format', 'github']);
  t.is(github.exit, 1);
  t.true(
    github.stdout.startsWith(
      `::error file=${file},line=1,endLine=1,col=19,endColumn=22,title=audit/violated::`,
    ),
  );
  t.regex(github.stdout, /::`big` is violated by the row [\w.]*host_id=1\n$/);
  const sarif = await runCliHere([...argv, '--format', 'sarif']);
  const log = JSON.parse(sarif.stdout) as { runs: { results: { ruleId: string; level: string }[] }[] };
  t.deepEqual(
    log.runs[0]?.results.map(({ ruleId, level }) => [ruleId, level]),
    [['audit/violated', 'error']],
  );
});

test('audit tells what soft constraints are worth, by priority, and which policies have more violations than it lists', async (t) => {
  const folder = tempFolder(t);
  const db = join(folder, 'many.db');
  const store = openStore(db, 'plain', { create: true });
  store.script('create table item (item_id integer primary key, lane integer, controllable_lane integer)');
  store.script(
    'with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500) insert into item select i, i % 2, i % 3 from n',
  );
  store.close();
  const file = join(folder, 'lanes.sql');
  writeFileSync(
    file,
    `create constraint nowhere as select * from item check controllable_lane > 5;
     create constraint first_lane as select * from item check controllable_lane < 2;
     create constraint stays as select * from item minimize controllable_lane <> lane weight 0.5 priority 1;
     create constraint low as select * from item where lane = 1 minimize controllable_lane weight 2;
     create constraint some_lane as select * from item where item_id < 10 maximize controllable_lane weight 1;`,
  );
  const argv = ['audit', '--db', db, '--policies', file];
  const { end, document } = await jsonOf(argv);
  t.is(end.exit, 1);
  const { violations, ...others } = document as unknown as { violations: { policy: string }[] };
  const listed = (name: string): number => violations.filter(({ policy }) => policy === name).length;
  t.deepEqual([listed('nowhere'), listed('first_lane')], [1000, 500]);
  t.like(others, {
    cut: ['nowhere'],
    soft: [
      { name: 'stays', value: 1000, weight: 0.5, priority: 1 },
      { name: 'low', value: 750, weight: 2, priority: 0 },
      { name: 'some_lane', value: 9, weight: 1, priority: 0 },
    ],
    objectives: [
      { priority: 1, value: -500 },
      { priority: 0, value: 9 - 2 * 750 },
    ],
  });
  const plain = await runCliHere(argv);
  t.true(plain.stdout.endsWith('\nobjective -500, -1491\n  stays = 1000\n  low = 750\n  some_lane = 9\n'));
  t.regex(plain.stderr, /`nowhere` is violated by more rows than are listed/);
});

// lint

test('lint reports findings as warnings and ends with 1, is silent and ends with 0 without any', async (t) => {
  const folder = tempFolder(t);
  const db = shopOf(folder);
  const file = join(folder, 'fits.sql');
  writeFileSync(
    file,
    '-- A request fits.\ncreate constraint fits as select * from request join host on host_id = controllable_host check host.cores >= request.cores;\n',
  );
  const { end, document } = await jsonOf(['lint', file, '--db', db]);
  t.is(end.exit, 1);
  t.deepEqual(
    document.diagnostics.map(({ code, spans: [span] }) => [code, span?.line, span?.col]),
    [
      ['L007', 2, 62],
      ['L007', 2, 72],
    ],
  );
  const github = await runCliHere(['lint', file, '--db', db, '--format', 'github']);
  t.regex(github.stdout, /^::warning file=.*fits\.sql,line=2,endLine=2,col=62,endColumn=69,title=L007::/);
  const fixed = await runCliHere(['lint', folder, '--db', db, '--fix']);
  t.deepEqual(fixed, { exit: 0, stdout: '', stderr: 'fixed 2 findings in 1 file\n' });
  t.regex(readFileSync(file, 'utf8'), /on host\.host_id = request\.controllable_host check/);
  t.deepEqual(await runCliHere(['lint', file, '--db', db]), { exit: 0, stdout: '', stderr: '' });
});

test('lint --fix makes what one fix leaves to the next, and leaves alone what is ignored, unread or not UTF-8', async (t) => {
  const folder = tempFolder(t);
  const ignored =
    '-- A.\ncreate constraint a as\n-- edict:ignore L019 as in the paper\nselect * from request where cores > 1 or cores > 2 and cores > 3 check 1 > cores;\n';
  const texts: Record<string, string | Uint8Array> = {
    'a.sql': ignored,
    'b.sql':
      '-- B.\ncreate constraint b as selct * from request check cores > 1 or cores > 2 and cores > 3;\n',
    'c.sql': Buffer.concat([
      Buffer.from('-- C'),
      Uint8Array.from([0xff]),
      Buffer.from(`\n${ignored.slice(5)}`),
    ]),
    'd.sql':
      '-- D.\ncreate constraint d as select cores from request where cores > 1 and cores > 1 and cores > 1 check cores > 1 or cores > 2 and cores > 3;\n',
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  const { end, document } = await jsonOf(['lint', folder, '--fix']);
  t.is(end.exit, 1);
  t.is(document['files'], 1);
  t.is(document['fixed'], 4);
  for (const name of ['a.sql', 'b.sql', 'c.sql']) {
    t.deepEqual(readFileSync(join(folder, name)), Buffer.from(texts[name] ?? ''), name);
  }
  t.is(
    readFileSync(join(folder, 'd.sql'), 'utf8'),
    '-- D.\ncreate constraint d as select * from request where cores > 1 check cores > 1 or (cores > 2 and cores > 3);\n',
  );
});

test('lint reads stdin beside files, and cannot change it', async (t) => {
  const stdin = '-- A.\ncreate constraint a as select * from request check cores = null;';
  const end = await runCliHere(['lint', '-', '--stdin-name', 'a.sql', '--format', 'plain'], { stdin });
  t.is(end.exit, 1);
  t.regex(end.stderr, /^a\.sql:2:52: warning L016: /);
  const fix = await runCliHere(['lint', '-', '--fix'], { stdin });
  t.is(fix.exit, 2);
  t.regex(fix.stderr, /^error\[cli\/usage\]/);
});

test('explain knows the rules of lint', async (t) => {
  const end = await runCliHere(['explain', 'L012']);
  t.is(end.exit, 0);
  t.regex(end.stdout, /^L012\n\n[^]*edict|^L012\n\nNo condition ties/);
  const unknown = await runCliHere(['explain', 'L0012']);
  t.regex(unknown.stderr, /did you mean/);
});
