import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { must } from '../../engine/base/assert.js';
import { tempFolder } from '../store/helpers/temp-folder.js';
import { runCliHere } from './helpers/run-cli-here.js';
import { MAIN, runCliProcess } from './helpers/run-cli-process.js';

const POLICY = `create constraint few as select * from t check controllable_x <= most;`;
const TABLE = `create table t (id integer primary key, most integer, controllable_x integer check (controllable_x between 3 and 9));`;
const PASSING = `${TABLE} create test fits begin insert into t (most) values (5); expect optimal; end;
  create test refused begin insert into t (most) values (2); expect infeasible because (few); end;`;
const HARD_NAME = '"<a> & #b \\ \u0007"';
const FAILING = `${TABLE} create test ${HARD_NAME} begin insert into t (most) values (2); expect optimal; expect (select 1) = '<&>'; end;
  create test breaks begin insert into gone values (2); expect optimal; end;`;
const BROKEN = `create test t begin expect optiml; end;`;

function folderOf(t: ExecutionContext, tests: Readonly<Record<string, string>>): string {
  const folder = tempFolder(t);
  for (const [name, text] of Object.entries(tests)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, `${name}.sql`), POLICY);
    writeFileSync(join(folder, `${name}.test.sql`), text);
  }
  return folder;
}

test('all passed is exit 0: names to stdout, time to stderr', async (t) => {
  const folder = folderOf(t, { few: PASSING });
  const { exit, stdout, stderr } = await runCliHere(['test', folder]);
  t.deepEqual(
    [exit, stdout],
    [0, `${folder}/few.test.sql\n  ok    fits\n  ok    refused\n2 tests: 2 passed\n`],
  );
  t.regex(stderr, /^in [0-9.]+ s\n$/);
  for (const format of ['pretty', 'human']) {
    t.is((await runCliHere(['test', folder, '--format', format])).stdout, stdout);
  }
});

test('a failed or broken test, or a broken file, is exit 1, and the others are run all the same', async (t) => {
  const folder = folderOf(t, { a: FAILING, b: BROKEN, c: PASSING });
  const { exit, stdout, stderr } = await runCliHere(['test', folder]);
  t.is(exit, 1);
  t.regex(stdout, /^4 tests: 2 passed, 1 failed, 2 could not be run$/m);
  t.regex(stdout, /^ {2}FAIL {2}<a> & #b \\ \\u0007$/m);
  t.regex(stdout, /^ {2}ERROR breaks$/m);
  t.regex(stdout, /^ {2}ERROR its tests cannot be run$/m);
  t.regex(stderr, /error\[test\/sql\][^]*error\[parse\/unexpected-token\]/);
});

test('what could not be run is exit 2', async (t) => {
  t.is((await runCliHere(['test', '/nowhere'])).exit, 2);
  t.is((await runCliHere(['test', folderOf(t, { a: PASSING }), '--run', '('])).exit, 2);
  t.is((await runCliHere(['test', folderOf(t, { a: PASSING }), '--solver', 'none'])).exit, 2);
  const unknown = `use controller rak; ${PASSING}`;
  t.is((await runCliHere(['test', folderOf(t, { a: unknown })])).exit, 2);
});

test('no test to run is a warning, and an error where that was asked for', async (t) => {
  const folder = folderOf(t, { a: PASSING });
  const none = await runCliHere(['test', folder, '--run', 'nothing']);
  t.is(none.exit, 0);
  t.regex(none.stderr, /^warning\[test\/none-found\]/);
  t.is((await runCliHere(['test', folder, '--run', 'nothing', '--fail-on-empty'])).exit, 1);
  t.is((await runCliHere(['test', folder, '--run', 'fits', '--fail-on-empty'])).exit, 0);
});

test('--run selects by name and by file and name; --list lists', async (t) => {
  const folder = folderOf(t, { a: PASSING, 'sub/b': PASSING });
  const listed = async (...args: string[]): Promise<string> =>
    (await runCliHere(['test', folder, '--list', ...args])).stdout.replaceAll(folder, '');
  t.is(
    await listed(),
    '/a.test.sql:1 fits\n/a.test.sql:2 refused\n/sub/b.test.sql:1 fits\n/sub/b.test.sql:2 refused\n',
  );
  t.is(await listed('--run', '^fits$'), '/a.test.sql:1 fits\n/sub/b.test.sql:1 fits\n');
  t.is(await listed('--run', 'sub/.*:refused'), '/sub/b.test.sql:2 refused\n');
  const { stdout } = await runCliHere(['test', folder, '--run', 'sub/']);
  t.regex(stdout, /sub\/b\.test\.sql\n {2}ok {4}fits\n {2}ok {4}refused\n2 tests: 2 passed/);
  const { tests } = JSON.parse((await runCliHere(['test', folder, '--list', '--json'])).stdout) as {
    tests: unknown[];
  };
  t.is(tests.length, 4);
});

test('without a path the folder `policies` is looked at, and else the current one', async (t) => {
  const here = folderOf(t, { 'policies/a': PASSING, b: PASSING });
  const end = await runCliProcess(['test'], { cwd: here });
  t.regex(end.stdout, /^policies\/a\.test\.sql\n/);
  t.regex(end.stdout, /\n2 tests: 2 passed\n$/);
  const inside = await runCliProcess(['test'], { cwd: join(here, 'policies') });
  t.regex(inside.stdout, /^a\.test\.sql\n/);
});

interface Document {
  readonly schema_version: number;
  readonly tests: number;
  readonly failed: number;
  readonly errors: number;
  readonly files: readonly {
    readonly broken: boolean;
    readonly tests: readonly {
      readonly name: string;
      readonly outcome: string;
      readonly failures: readonly {
        readonly line: number;
        readonly source: string;
        readonly actual: string;
      }[];
    }[];
  }[];
  readonly diagnostics: readonly { readonly code: string }[];
}

test('--format json is one document with everything', async (t) => {
  const folder = folderOf(t, { a: FAILING, b: BROKEN, c: PASSING });
  const { stdout, stderr, exit } = await runCliHere(['test', folder, '--format', 'json']);
  const document = JSON.parse(stdout) as Document;
  t.deepEqual([exit, stderr, document.schema_version], [1, '', 1]);
  t.deepEqual([document.tests, document.failed, document.errors], [4, 1, 2]);
  const [a, b, c] = document.files;
  t.deepEqual(
    [...must(a, 'a').tests, ...must(c, 'c').tests].map(({ outcome }) => outcome),
    ['failed', 'error', 'passed', 'passed'],
  );
  t.true(b?.broken);
  t.deepEqual(
    a?.tests[0]?.failures.map(({ line, source, actual }) => [line, source, actual]),
    [
      [1, 'expect optimal', 'infeasible because (few, t.check1)'],
      [1, "expect (select 1) = '<&>'", '1'],
    ],
  );
  t.deepEqual(
    document.diagnostics.map(({ code }) => code),
    ['test/sql', 'parse/unexpected-token'],
  );
});

test('--format tap is TAP 14: a plan, numbered points, escaped descriptions, closed blocks', async (t) => {
  const folder = folderOf(t, { a: FAILING, b: BROKEN, c: PASSING });
  const { stdout } = await runCliHere(['test', folder, '--format', 'tap']);
  const lines = stdout.trimEnd().split('\n');
  t.deepEqual(lines.slice(0, 2), ['TAP version 14', '1..5']);
  const points = lines.filter((line) => /^(not )?ok /.test(line)).map((line) => line.replace(folder, ''));
  t.deepEqual(points, [
    'not ok 1 - /a.test.sql <a> & \\#b \\\\ \\\\u0007',
    'not ok 2 - /a.test.sql breaks',
    'not ok 3 - /b.test.sql can be run',
    'ok 4 - /c.test.sql fits',
    'ok 5 - /c.test.sql refused',
  ]);
  t.is(lines.filter((line) => line === '  ---').length, 3);
  t.is(lines.filter((line) => line === '  ...').length, 3);
  t.true(
    lines.slice(2).every((line) => /^((not )?ok \d+ - | {2})/.test(line)),
    'nothing else stands in it',
  );
  const none = await runCliHere(['test', folder, '--run', 'nothing', '--format', 'tap']);
  t.regex(none.stdout, /^TAP version 14\n1\.\.1\nnot ok 1 - .*b\.test\.sql can be run\n/);
});

/** Tags that do not close in order, and characters that XML forbids; '' for a well-formed text. */
function illFormed(xml: string): string {
  const open: string[] = [];
  for (const [tag, name = ''] of xml.matchAll(/<([/?]?[a-z]+)(?: [a-z]+="[^"<]*")*[/?]?>/g)) {
    if (tag.startsWith('<?') || tag.endsWith('/>')) continue;
    if (!tag.startsWith('</')) open.push(name);
    else if (open.pop() !== name.slice(1)) return tag;
  }
  const texts = xml.replace(/<([/?]?[a-z]+)(?: [a-z]+="[^"<]*")*[/?]?>/g, '');
  const stray = /[<>]|&(?!amp;|lt;|gt;|quot;|#\d+;)|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/.exec(texts);
  return stray?.[0] ?? open.join(' ');
}

test('--format junit is well-formed XML that counts what failed', async (t) => {
  const folder = folderOf(t, { a: FAILING, b: BROKEN, c: PASSING });
  const { stdout } = await runCliHere(['test', folder, '--format', 'junit']);
  t.is(illFormed(stdout), '');
  t.regex(stdout, /<testsuites name="edict" tests="5" failures="1" errors="2" time="[0-9.]+">/);
  t.is([...stdout.matchAll(/<testcase /g)].length, 5);
  t.is([...stdout.matchAll(/<failure /g)].length, 2);
  t.regex(stdout, /name="&lt;a&gt; &amp; #b \\ \ufffd"/);
  t.regex(stdout, /&lt;&amp;&gt;/);
});

test('--coverage tells per file what was seen, and lists what was not with file and line', async (t) => {
  const folder = folderOf(t, { a: PASSING.replace(/create test refused[^]*/, ''), b: PASSING });
  writeFileSync(join(folder, 'untested.sql'), `\n${POLICY}`);
  const { stdout, exit } = await runCliHere(['test', folder, '--coverage']);
  t.is(exit, 0);
  const lines = stdout.replaceAll(folder, '').replaceAll(/ +/g, ' ').split('\n');
  t.deepEqual(lines.slice(lines.indexOf('coverage constraints binding slack %') + 2, -2), [
    '/a.sql 1 1 1 100',
    '/b.sql 1 1 1 100',
    '/untested.sql 1 0 0 0',
    'total 3 2 2 66.6',
    'not covered:',
    ' /untested.sql:2: few: never seen refusing anything',
    ' /untested.sql:2: few: never seen letting anything pass',
  ]);
});

test('--threshold is exit 1 below it, also where all tests pass', async (t) => {
  const folder = folderOf(t, { a: PASSING.replace(/create test fits[^]*?end;/, '') });
  const end = await runCliHere(['test', folder, '--threshold', '51']);
  t.is(end.exit, 1);
  t.regex(end.stderr, /^error\[test\/low-coverage\]: the tests cover 50 % of the policies, less than 51 %$/m);
  t.is((await runCliHere(['test', folder, '--threshold', '50'])).exit, 0);
  t.is((await runCliHere(['test', folder, '--threshold', '101'])).exit, 2);
});

interface Coverage {
  readonly coverage: {
    readonly percent: number;
    readonly constraints: readonly {
      readonly name: string;
      readonly line: number;
      readonly binding: { readonly name: string } | null;
      readonly slack: { readonly name: string } | null;
      readonly missing: readonly string[];
    }[];
  };
}

test('the JSON document names the first test that showed each half', async (t) => {
  const folder = folderOf(t, { a: PASSING });
  const { coverage } = JSON.parse(
    (await runCliHere(['test', folder, '--coverage', '--json'])).stdout,
  ) as Coverage;
  t.is(coverage.percent, 100);
  t.deepEqual(
    coverage.constraints.map(({ name, line, binding, slack, missing }) => [
      name,
      line,
      binding?.name,
      slack?.name,
      missing,
    ]),
    [['few', 1, 'fits', 'fits', []]],
  );
});

test('--mutants tells which small mistakes no test notices, once all tests pass', async (t) => {
  const folder = folderOf(t, { a: PASSING, b: PASSING.replace(/create test refused[^]*/, '') });
  const { stdout, exit } = await runCliHere(['test', folder, '--mutants']);
  t.is(exit, 0);
  const lines = stdout.replaceAll(folder, '').replaceAll(/ +/g, ' ').split('\n');
  t.deepEqual(lines.slice(lines.indexOf('mutants made killed %') + 2, -2), [
    '/a.sql 2 1 50',
    '/b.sql 2 0 0',
    'total 4 1 25',
    'no test notices:',
    ' /a.sql:1: `<=` becomes `<`',
    ' /b.sql:1: `few` asks for nothing',
    ' /b.sql:1: `<=` becomes `<`',
  ]);
  interface Mutants {
    readonly mutants?: {
      readonly made: number;
      readonly mutants: readonly { readonly killed_by: string | null }[];
    };
  }
  const json = JSON.parse((await runCliHere(['test', folder, '--mutants', '--json'])).stdout) as Mutants;
  t.deepEqual(
    json.mutants?.mutants.map((one) => one.killed_by),
    ['refused', null, null, null],
  );
  const failing = await runCliHere(['test', folderOf(t, { a: FAILING }), '--mutants', '--json']);
  t.is((JSON.parse(failing.stdout) as Mutants).mutants, undefined);
});

test('--watch runs again what a change affects, until it is stopped', async (t) => {
  const folder = folderOf(t, { a: PASSING, 'sub/b': PASSING });
  const child = spawn(process.execPath, [MAIN, 'test', folder, '--watch'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let stdout = '';
  let rounds = 0;
  let woken: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    rounds += text.split('waiting for changes').length - 1;
    woken();
  });
  const round = async (wanted: number): Promise<string> => {
    while (rounds < wanted) await new Promise<void>((done) => (woken = done));
    const said = stdout.replaceAll(folder, '');
    stdout = '';
    return said;
  };
  t.regex(await round(1), /^\/a\.test\.sql\n[^]*\/sub\/b\.test\.sql\n[^]*4 tests: 4 passed\n$/);
  writeFileSync(join(folder, 'sub', 'b.sql'), POLICY.replace('<=', '>'));
  t.regex(await round(2), /^\/sub\/b\.test\.sql\n[^]*2 tests: 1 passed, 1 failed\n$/);
  writeFileSync(join(folder, 'a.test.sql'), PASSING.replace('create test fits', 'create test renamed'));
  t.regex(await round(3), /^\/a\.test\.sql\n {2}ok {4}renamed\n[^]*2 tests: 2 passed\n$/);
  writeFileSync(join(folder, 'new.sql'), POLICY);
  writeFileSync(join(folder, 'new.test.sql'), PASSING);
  t.regex(await round(4), /^\/new\.test\.sql\n/);
  const ended = new Promise((done) => child.on('close', (_code, signal) => done(signal)));
  child.kill('SIGTERM');
  t.is(await ended, 'SIGTERM');
});
