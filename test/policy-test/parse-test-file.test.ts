import test from 'ava';
import fc from 'fast-check';
import { textOf } from '../../engine/base/source.js';
import { parseTestFile } from '../../engine/policy-test/parse-test-file.js';
import type { TestFile } from '../../engine/policy-test/test-file.js';

function parse(text: string): { file: TestFile; problems: string[] } {
  const { file, diagnostics } = parseTestFile({ name: 'x.test.sql', text });
  const problems = diagnostics.map(({ code, message, span, help }) => {
    const place = span === undefined ? '' : textOf(span);
    return [code, message, place, ...(help === undefined ? [] : [help])].join(' | ');
  });
  return { file, problems };
}

const inTest = (body: string): string => `create test t begin ${body} end;`;

test('settings, rows and tests are read in their order', (t) => {
  const { file, problems } = parse(`
    use schema 'a.sql', 'b.sql'; use controller rack; use policies 'x.sql', '../base';
    insert into host values (1);
    with n(i) as (values (1)) insert into host select i from n;
    create test one begin insert into host values (2); solve; update host set x = 1; expect optimal; end;
    create test "two words" begin expect infeasible because (a, b.check1, "unique(c, d)"); end;`);
  t.deepEqual(problems, []);
  t.deepEqual(
    file.uses.map(({ kind, text }) => `${kind} ${text}`),
    ['schema a.sql', 'schema b.sql', 'controller rack', 'policies x.sql', 'policies ../base'],
  );
  t.deepEqual(
    file.setup.map(({ text }) => text),
    ['insert into host values (1)', 'with n(i) as (values (1)) insert into host select i from n'],
  );
  const [one, two] = file.tests;
  t.deepEqual(
    one?.steps.map((step) => step.kind),
    ['statement', 'solve', 'statement', 'expect'],
  );
  t.is(two?.name.text, 'two words');
  const [step] = two?.steps ?? [];
  const names = step?.kind === 'expect' && step.expectation.kind === 'status' ? step.expectation.because : [];
  t.deepEqual(
    names?.map(({ text }) => text),
    ['a', 'b.check1', 'unique(c, d)'],
  );
});

test('a statement ends where SQLite ends it', (t) => {
  const trigger = `create temp trigger keep after insert on t begin
      update t set a = case when a > 1 then 'end;' else 2 end; -- end;
      delete from u where b = 'x;y' /* ; end; */;
    end`;
  const insert = `insert into t values ('a;b', "end", [;], \`;\`) -- ; end;`;
  const { file, problems } = parse(inTest(`${insert}\n; ${trigger}; expect optimal;`));
  t.deepEqual(problems, []);
  const texts = file.tests[0]?.steps.flatMap((step) => (step.kind === 'statement' ? [step.sql.text] : []));
  t.deepEqual(texts, [insert.replace(/ --.*/, ''), trigger]);
});

test('what a query is compared with is told apart by its shape', (t) => {
  const shapes: readonly (readonly [string, unknown])[] = [
    ['= 3', ['=', '3']],
    ['>= -1', ['>=', '-1']],
    ['!= (select max(a) from t)', ['<>', '(select max(a) from t)']],
    ['= (1 + 2) * (3)', ['=', '(1 + 2) * (3)']],
    ['= (7)', ['=', '7']],
    ['= ()', []],
    ["= ('a', (1 + 2))", ["'a'", '(1 + 2)']],
    [
      "= (('a', 1), ('b', max(2, 3)))",
      [
        ["'a'", '1'],
        ["'b'", 'max(2, 3)'],
      ],
    ],
    ['= ((1), (2))', [['1'], ['2']]],
    ['= (1, (select 2))', ['1', '(select 2)']],
  ];
  for (const [text, shape] of shapes) {
    const { file, problems } = parse(inTest(`expect (select a from t) ${text};`));
    t.deepEqual(problems, [], text);
    const [step] = file.tests[0]?.steps ?? [];
    const expected =
      step?.kind === 'expect' && step.expectation.kind === 'query' ? step.expectation.expected : null;
    const found =
      expected?.kind === 'value'
        ? [expected.comparison, expected.value.text]
        : expected?.kind === 'list'
          ? expected.values.map((value) => value.text)
          : expected?.rows.map((row) => row.map((value) => value.text));
    t.deepEqual(found, shape, text);
  }
});

const refused: readonly (readonly [string, string])[] = [
  [
    "use shema 'a';",
    'parse/unexpected-token | expected `schema`, `policies` or `controller`, found `shema` | shema | did you mean `schema`?',
  ],
  ['use schema a;', 'parse/unexpected-token | expected a path in single quotes, found `a` | a'],
  [
    "insert into t values (1); use schema 'a';",
    'parse/unexpected-token | `use` stands behind other statements | use | settings come first in the file',
  ],
  [
    'expect optimal;',
    'parse/unexpected-token | `expect` stands outside a test | expect | it belongs into `create test NAME begin ... end;`',
  ],
  [
    'insrt into t values (1);',
    'parse/unexpected-token | expected `use`, `create test` or a statement that changes rows, found `insrt` | insrt | did you mean `insert`?',
  ],
  [
    'pragma user_version = 1;',
    'parse/unexpected-token | expected `use`, `create test` or a statement that changes rows, found `pragma` | pragma',
  ],
  [
    inTest("attach 'x.db' as x; expect optimal;"),
    'parse/unexpected-token | expected a statement that changes rows, `solve`, `expect` or `end`, found `attach` | attach',
  ],
  [
    inTest('select 1; expect optimal;'),
    'parse/unexpected-token | a query alone tests nothing | select | `expect (select ...) = VALUE;` compares what it gives',
  ],
  [
    'create constraint c as select * from t check 1;',
    "parse/unexpected-token | a test file defines no policy | create | `use policies 'FILE';` names the file that does",
  ],
  [
    inTest('expect optiml;'),
    'parse/unexpected-token | expected a status, `objective`, `soft`, `diagnostic` or a query in parentheses, found `optiml` | optiml | did you mean `optimal`?',
  ],
  [inTest('expect infeasible becuse (a);'), 'parse/unexpected-token | expected `;`, found `becuse` | becuse'],
  [
    inTest('expect objective 3;'),
    'parse/unexpected-token | expected `=` or another comparison, found `3` | 3',
  ],
  [inTest('expect objective = ;'), 'parse/unexpected-token | expected a number, found `;` | ;'],
  [
    inTest('expect objective priority high = 3;'),
    'parse/unexpected-token | expected a whole number, found `high` | high',
  ],
  [inTest('expect (select 1;'), 'parse/unexpected-token | this parenthesis is never closed | ('],
  [
    inTest('expect (selct 1) = 1;'),
    'parse/unexpected-token | expected a query, found `selct` | selct | did you mean `select`?',
  ],
  [
    inTest('expect (select 1);'),
    'parse/unexpected-token | expected `=` or another comparison, found `;` | ;',
  ],
  [
    inTest('expect (select 1) > (1, 2);'),
    'parse/unexpected-token | rows are compared with `=`, not with `>` | > | compare a count: `expect (select count(*) from ...) >= 2`',
  ],
  [
    inTest('expect (select 1) = (1, );'),
    'parse/unexpected-token | a value is missing between the commas | (1, )',
  ],
  [
    inTest("expect diagnostic 'ground/nul-term';"),
    "cli/unknown-code | there is no diagnostic `ground/nul-term` | 'ground/nul-term' | did you mean `ground/null-term`?",
  ],
  [
    inTest('insert into t values (1);'),
    'test/no-expectation | the test `t` expects nothing, so it cannot fail | t | for example `expect optimal;` or `expect infeasible because (NAME);`',
  ],
  ['create test t begin expect optimal;', 'parse/unexpected-token | the test `t` has no `end;` | t'],
  [
    'create test t expect optimal; end;',
    'parse/unexpected-token | expected `begin`, found `expect` | expect',
  ],
  [
    inTest('expect optimal;') + inTest('expect optimal;').replace(' t ', ' T '),
    'test/duplicate-name | two tests of this file are called `T` | T',
  ],
  [
    inTest("insert into t values ('a); expect optimal;"),
    "parse/unterminated | this string is never closed | '",
  ],
];

for (const [text, problem] of refused) {
  test(`refused at its place: ${text}`, (t) => t.is(parse(text).problems[0], problem));
}

test('one mistake does not hide the next, nor the tests around it', (t) => {
  const { file, problems } = parse(`
    insrt into t values (1);
    create test a begin selct 1; expect optmal; expect optimal; end;
    create test b begin expect optimal;
    create test c expect optimal; end
    create test d begin expect optimal end;
    end;
    create test e begin expect optimal; end;`);
  t.deepEqual(
    problems.map((problem) => problem.split(' | ')[2]),
    ['insrt', 'selct', 'optmal', 'b', 'expect', 'create', 'end', 'end'],
  );
  t.deepEqual(
    file.tests.map(({ name, steps }) => `${name.text} ${steps.length}`),
    ['a 1', 'b 1', 'c 1', 'd 1', 'e 1'],
  );
});

const WORDS =
  'create test trigger begin end expect solve use schema policies ; ; ( ) , = \' " optimal because select insert a 1 -- /*';

test('any text is read to its end, whatever stands in it (seed 7)', (t) => {
  const words = fc.array(fc.constantFrom(...WORDS.split(' ')), { maxLength: 30 });
  fc.assert(
    fc.property(words, (list) => {
      const { problems, file } = parse(list.join(' '));
      return problems.length > 0 || file.tests.every(({ steps }) => steps.length > 0);
    }),
    { seed: 7, numRuns: 3000 },
  );
  t.pass();
});
