import test from 'ava';
import { Catalog } from '../../engine/catalog/catalog.js';
import { lintPolicies } from '../../engine/lint/lint.js';

/** `line: code message` of what is found in a text. */
function found(...lines: readonly string[]): string[] {
  return lintPolicies([{ name: 'p.sql', text: lines.join('\n') }], new Catalog([])).map(
    ({ code, message, span }) =>
      `${(span?.source.text.slice(0, span.start).split('\n').length ?? 0).toString()}: ${code} ${message}`,
  );
}

const ABOUT = '-- About it.';
const NULL = 'a comparison with null is never true; a check takes it for kept';

test('an ignore above a line takes out what is found in it, and nothing else', (t) => {
  t.deepEqual(
    found(
      ABOUT,
      'create constraint p as',
      '-- edict:ignore L016 it is meant to be never true',
      'select * from t where a = null',
      'check b = null;',
    ),
    [`5: L016 ${NULL}`],
  );
});

test('an ignore at the end of a line is for that line', (t) => {
  t.deepEqual(
    found(
      ABOUT,
      'create constraint p as select * from t where a = null -- edict:ignore L016 as meant',
      'check b > 0;',
    ),
    [],
  );
});

test('an ignore may stand above other comments and name several rules', (t) => {
  t.deepEqual(
    found(
      '-- edict:ignore L002, L016 an old name',
      '-- About it.',
      'create constraint P as select * from t where a = null check b > 0;',
    ),
    [],
  );
});

test('an ignore without a reason is a finding of its own', (t) => {
  for (const text of ['-- edict:ignore L016', '-- edict:ignore L016  ', '-- edict:ignore L016:']) {
    t.deepEqual(
      found(ABOUT, 'create constraint p as', text, 'select * from t where a = null check b > 0;'),
      ['3: L023 this ignore of L016 gives no reason'],
      text,
    );
  }
});

test('an ignore that takes out nothing is a finding of its own, with or without a reason', (t) => {
  t.deepEqual(
    found(
      ABOUT,
      'create constraint p as -- edict:ignore L016 not here',
      'select * from t where a = null check b > 0; -- edict:ignore L014',
    ),
    [
      '2: L024 nothing here breaks the rule L016',
      `3: L016 ${NULL}`,
      '3: L024 nothing here breaks the rule L014',
    ],
  );
});

test('an ignore for what needs columns that are not known is left alone', (t) => {
  const text = [
    ABOUT,
    'create constraint p as select * from t',
    '-- edict:ignore L011 they are shared evenly',
    'check a / 2 > b;',
  ];
  t.deepEqual(found(...text), []);
  const known = ['create view t as select 1 as a, 2 as b;', ...text];
  t.true(found(...known).some((one) => one.includes('L024 nothing here breaks the rule L011')));
});

test('an ignore of a rule that is not there names the nearest', (t) => {
  const [diagnostic] = lintPolicies(
    [
      {
        name: 'p.sql',
        text: `${ABOUT}\n-- edict:ignore L16 why\ncreate constraint p as select * from t check a > b;`,
      },
    ],
    new Catalog([]),
  );
  t.is(diagnostic?.code, 'L024');
  t.is(diagnostic?.message, 'there is no rule `L16`');
  t.regex(diagnostic?.help ?? '', /`L016`/);
  t.deepEqual(found(ABOUT, '-- edict:ignore', 'create constraint p as select * from t check a > b;'), [
    '2: L024 this ignore names no rule',
  ]);
});

test('what looks like an ignore inside a string is none', (t) => {
  t.deepEqual(
    found(ABOUT, "create constraint p as select * from t where a = '-- edict:ignore L016 x' check b > 0;"),
    [],
  );
});

test('a text that cannot be read brings its errors, and its ignores are left alone', (t) => {
  t.deepEqual(
    found(
      ABOUT,
      '-- edict:ignore L016 why',
      'create constraint p as selct * from t;',
      ABOUT,
      'create constraint q as select * from t check a = null;',
    ),
    ['3: parse/unexpected-token expected `select`, found `selct`', `5: L016 ${NULL}`],
  );
});
