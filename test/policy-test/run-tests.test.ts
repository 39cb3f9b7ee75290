import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { must } from '../../engine/base/assert.js';
import { stoppedClock } from '../../engine/base/clock.js';
import { textOf } from '../../engine/base/source.js';
import { controllers } from '../../engine/controllers/index.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import { loadTests } from '../../engine/policy-test/load-tests.js';
import type { TestFileResult } from '../../engine/policy-test/run-test-file.js';
import { runTestFile } from '../../engine/policy-test/run-test-file.js';
import { tempFolder } from '../store/helpers/temp-folder.js';

const solver = createSolver();
test.after.always(() => solver.close());

const TABLES = `
  create table node (name text primary key, cpus integer not null) strict;
  create table pod (name text primary key, cpus integer, wish text, controllable_node text references node) strict;
  create table t (most integer, controllable_x integer check (controllable_x between 3 and 9)) strict;
  insert into node values ('n1', 4), ('n2', 2);`;
const POLICY = `
  create constraint cap as select * from pod join node on node.name = pod.controllable_node
  group by node.name, node.cpus check sum(pod.cpus) <= node.cpus;
  create constraint wished as select * from pod where wish is not null maximize controllable_node = wish weight 2;
  create constraint x_few as select * from t check controllable_x <= most;
  create constraint small_first as select * from pod minimize controllable_node = 'n1' priority 3;`;

async function run(
  t: ExecutionContext,
  text: string,
  files: Readonly<Record<string, string>> = { 'p.sql': POLICY },
): Promise<TestFileResult> {
  const folder = tempFolder(t);
  for (const [name, body] of Object.entries({ ...files, 'p.test.sql': text })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), body);
  }
  return runTestFile(loadTests(join(folder, 'p.test.sql'), controllers), () => true, {
    solve: solver.solve,
    limits: { timeMs: null, work: null, seed: 1 },
    clock: stoppedClock,
    observer: null,
  });
}

/** `source: message: actual` of every failure, and `code: place: message` of every diagnostic. */
function told({ results, diagnostics }: TestFileResult): string[] {
  const all = [...diagnostics, ...results.flatMap((result) => result.diagnostics)];
  return [
    ...results.flatMap(({ failures }) =>
      failures.map(({ span, message, actual }) => `${textOf(span)}: ${message}: ${actual}`),
    ),
    ...all.map(({ code, span, message }) => `${code}: ${span === undefined ? '' : textOf(span)}: ${message}`),
  ];
}

const inTest = (body: string): string => `${TABLES} create test t begin ${body} end;`;
const POD = "insert into pod values ('a', 3, 'n2', null);";
const HUGE = "insert into pod values ('a', 9, null, null);";

const holding = [
  `${POD} expect optimal; expect feasible;`,
  `${POD} expect objective priority 3 = -1; expect objective priority 0 = 0;`,
  `${POD} expect soft wished = 0; expect soft wished < 1; expect soft small_first = 2 - 1;`,
  `${POD} expect (select controllable_node from pod) = 'n1';`,
  `${POD} expect (select controllable_node from pod) <> (select 'n2');`,
  `${POD} expect (select wish, cpus from pod) = ('n2', 3);`,
  `${POD} expect (select name from node order by name desc) = ('n2', 'n1');`,
  `${POD} expect (select name from node) = ('n2', 'n1');`,
  `${POD} expect (select name, cpus from node) = (('n2', 2), ('n1', 4));`,
  `${POD} expect (select 1 from pod where controllable_node is null) = ();`,
  `expect (select null) = null; expect (select 1) <> null; expect (select 1.0) = 1; expect (select '1') <> 1;`,
  `${HUGE} expect infeasible; expect infeasible because (cap); expect diagnostic 'solve/infeasible';`,
  `${HUGE} expect infeasible; delete from pod; ${POD} expect optimal;`,
  `${POD} solve; update pod set wish = controllable_node; expect soft wished = 1;`,
  `insert into pod values ('a', null, null, null); expect optimal;`,
  `insert into t values (2, null); expect infeasible because (x_few); expect infeasible because (t.check1, x_few);`,
];

for (const body of holding) {
  test(`holds: ${body}`, async (t) => t.deepEqual(told(await run(t, inTest(body))), []));
}

const failing: readonly (readonly [string, readonly string[]])[] = [
  [`${POD} expect infeasible;`, ['expect infeasible: the solve ended otherwise: optimal']],
  [`${HUGE} expect optimal;`, ['expect optimal: the solve ended otherwise: infeasible because (cap)']],
  [
    `${HUGE} expect infeasible because ();`,
    ['expect infeasible because (): it is infeasible for another reason: infeasible because (cap)'],
  ],
  [
    `${HUGE} expect objective = 1;`,
    [
      'expect objective = 1: the solve has no objective: infeasible because (cap)',
      'expect objective = 1: the solve gave no answer: infeasible because (cap)',
    ],
  ],
  [
    `${POD} expect objective = -1;`,
    [
      'expect objective = -1: the objective has several levels; name one with `priority N`: objective priority 3 = -1, objective priority 0 = 0',
    ],
  ],
  [
    `${POD} expect objective priority 1 = 0;`,
    [
      'expect objective priority 1 = 0: no level has priority 1: objective priority 3 = -1, objective priority 0 = 0',
    ],
  ],
  [
    `${POD} expect objective priority 3 > -1;`,
    ['expect objective priority 3 > -1: the objective is another: objective priority 3 = -1'],
  ],
  [
    `${POD} expect soft wished = 1;`,
    ['expect soft wished = 1: the soft constraint has another value: soft wished = 0'],
  ],
  [
    `${POD} expect soft cap.balance = 1;`,
    ['expect soft cap.balance = 1: the solve has no such value: optimal'],
  ],
  [
    `${POD} expect (select cpus from pod) = '3';`,
    ["expect (select cpus from pod) = '3': the value is another: 3"],
  ],
  [
    `${POD} expect (select cpus from pod) > null;`,
    ['expect (select cpus from pod) > null: the value is another: 3'],
  ],
  [
    `${POD} expect (select name, cpus from pod) = 3;`,
    ['expect (select name, cpus from pod) = 3: the query gives no single value: 1 row of 2 columns'],
  ],
  [
    `${POD} expect (select cpus from pod where 0) = null;`,
    ['expect (select cpus from pod where 0) = null: the query gives no single value: no row of 1 column'],
  ],
  [
    `${POD} expect (select name from node order by name) = ('n2', 'n1');`,
    ["expect (select name from node order by name) = ('n2', 'n1'): the rows are others: 2 rows"],
  ],
  [
    `${POD} expect (select name from node) = (('n1'), ('n1'));`,
    ["expect (select name from node) = (('n1'), ('n1')): the rows are others: 2 rows"],
  ],
  [
    `${POD} expect diagnostic 'ground/null-term'; expect infeasible;`,
    [
      "expect diagnostic 'ground/null-term': the solve has no such diagnostic: no diagnostic",
      'expect infeasible: the solve ended otherwise: optimal',
    ],
  ],
  [
    `${HUGE} expect (select count(*) from pod) = 1;`,
    ['expect (select count(*) from pod) = 1: the solve gave no answer: infeasible because (cap)'],
  ],
  [
    `${HUGE} solve; delete from pod; expect optimal;`,
    ['solve: the solve gave no answer: infeasible because (cap)'],
  ],
];

for (const [body, failures] of failing) {
  test(`fails: ${body}`, async (t) => {
    const ended = await run(t, inTest(body));
    t.deepEqual(told(ended), failures);
    t.is(ended.results[0]?.outcome, 'failed');
  });
}

const broken: readonly (readonly [string, string])[] = [
  [
    'insert into podd values (1); expect optimal;',
    'test/sql: podd: SQLite refuses this: no such table: podd',
  ],
  [
    "insert into pod values ('a', 'many', null, null); expect optimal;",
    "test/sql: insert into pod values ('a', 'many', null, null): SQLite refuses this: cannot store TEXT value in INTEGER column pod.cpus",
  ],
  [
    'insert into pod values (1) form; expect optimal;',
    'test/sql: form: SQLite refuses this: near "form": syntax error',
  ],
  ['expect (select cpu from pod) = 1;', 'test/sql: cpu: SQLite refuses this: no such column: cpu'],
  ['expect (select 1) = twice(1);', 'test/sql: twice: SQLite refuses this: no such function: twice'],
  [
    "expect (with x as (select 1) insert into node values ('n', 1) returning name) = 1;",
    "test/sql: with x as (select 1) insert into node values ('n', 1) returning name: SQLite refuses this: attempt to write a readonly database",
  ],
];

for (const [body, diagnostic] of broken) {
  test(`cannot be run: ${body}`, async (t) => {
    const ended = await run(t, inTest(body));
    t.deepEqual(told(ended), [diagnostic]);
    t.is(ended.results[0]?.outcome, 'error');
  });
}

test('every test starts from the rows of the file, whatever others did', async (t) => {
  const ended = await run(
    t,
    `${TABLES} ${POD}
     create test one begin delete from pod; delete from node; create table more (x); expect optimal; end;
     create test two begin expect (select count(*) from node) = 2; expect (select name, controllable_node from pod) = ('a', 'n1'); end;
     create test three begin create table more (x); expect optimal; end;`,
  );
  t.deepEqual(told(ended), []);
  t.is(ended.results.length, 3);
});

test('errors in the policies are told once per failing test, and may be expected', async (t) => {
  const policy = 'create constraint cap as select * from pod check cpuz > 0;';
  const text = `${inTest('expect optimal;')} create test u begin expect diagnostic 'bind/unknown-column'; end;`;
  const ended = await run(t, text, { 'p.sql': policy });
  t.deepEqual(
    ended.results.map(({ outcome }) => outcome),
    ['failed', 'passed'],
  );
  const [failure, diagnostic, ...rest] = told(ended);
  t.regex(
    must(failure, 'failure'),
    /^expect optimal: the solve ended otherwise: diagnostic 'bind\/unknown-column' at /,
  );
  t.regex(must(diagnostic, 'diagnostic'), /^bind\/unknown-column: cpuz: /);
  t.deepEqual(rest, []);
});

test('settings name schema files, policies and controllers, relative to the file', async (t) => {
  const ended = await run(
    t,
    `use schema 'sub/tables.sql'; use policies 'sub/p', 'other.sql';
     create test t begin ${HUGE} expect infeasible because (cap); end;`,
    {
      'sub/tables.sql': TABLES,
      'sub/p/a.sql': POLICY,
      'other.sql': 'create constraint o as select * from pod maximize 1;',
    },
  );
  t.deepEqual(told(ended), []);
  t.is(ended.loaded.policies.length, 2);
});

test('a controller brings its tables and base policies, to which the policy beside the test is added', async (t) => {
  const text = `use controller rack;
    insert into host (host_id, cores, memslices) values (1, 4, 4);
    insert into process (process_id) values (1);
    create test t begin
      insert into request (process_id, cores, memslices) values (1, 5, 1);
      expect infeasible because (core_cap);
    end;`;
  const ended = await run(t, text, { 'p.sql': 'create constraint o as select * from pending maximize 1;' });
  t.deepEqual(told(ended), []);
  const names = ended.loaded.policies.map(({ name }) => name.replace(/.*\//, ''));
  t.deepEqual(names, ['core_cap.sql', 'mem_cap.sql', 'placed.sql', 'p.sql']);
});

const unloadable: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    "use schema 'gone.sql'; create test t begin expect optimal; end;",
    { 'p.sql': POLICY },
    /^test\/no-file: 'gone.sql': there is no file or folder/,
  ],
  [
    "use policies 'sub'; create test t begin expect optimal; end;",
    { 'sub/a.txt': '' },
    /^test\/no-file: 'sub': the folder `sub` holds no policy file/,
  ],
  [
    'use controller rak; create test t begin expect optimal; end;',
    {},
    /^cli\/unknown-name: rak: there is no controller `rak`/,
  ],
  ['create test t begin expect optimal; end;', {}, /^test\/no-policies: : /],
  [
    inTest('expect infeasible because (capp);'),
    { 'p.sql': POLICY },
    /^test\/unknown-constraint: capp: no policy under test has the hard constraint `capp`/,
  ],
  [
    inTest('expect infeasible because (wished);'),
    { 'p.sql': POLICY },
    /^test\/unknown-constraint: wished: the constraint `wished` is soft/,
  ],
  [
    inTest('expect soft cap = 1;'),
    { 'p.sql': POLICY },
    /^test\/unknown-constraint: cap: the constraint `cap` is hard/,
  ],
  [
    'insert into gone values (1); create test t begin expect optimal; end;',
    { 'p.sql': POLICY },
    /^test\/sql: gone: SQLite refuses this: no such table: gone/,
  ],
];

for (const [text, files, problem] of unloadable) {
  test(`none of its tests is run: ${text}`, async (t) => {
    const ended = await run(t, text, files);
    t.is(ended.results.length, 0);
    const [first, ...more] = told(ended);
    t.regex(must(first, 'diagnostic'), problem);
    t.deepEqual(more, []);
  });
}
