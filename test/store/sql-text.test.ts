import test from 'ava';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { normalizeSql, splitStatements, sqlTokens } from '../../engine/store/sql-text.js';

const split = test.macro((t, text: string, expected: readonly string[]) => {
  const statements = splitStatements(text);
  t.deepEqual(
    statements.map((statement) => statement.text),
    expected,
  );
  for (const statement of statements) t.is(text.slice(statement.start, statement.end), statement.text);
});

test('an empty script has no statements', split, ' ;; -- nothing ; here\n/* nor ; here */ ;', []);
test('the last semicolon may be missing', split, 'select 1; select 2', ['select 1', 'select 2']);
test('semicolons in quotes end nothing', split, `select ';', ";", \`;\`, [;]; select 'it''s;'`, [
  `select ';', ";", \`;\`, [;]`,
  `select 'it''s;'`,
]);
test('semicolons in comments end nothing', split, 'select 1 -- ;\n + /* ; */ 2; select 3', [
  'select 1 -- ;\n + /* ; */ 2',
  'select 3',
]);
test('a bracket is closed by the first closing one', split, 'select [a]]; select 2', [
  'select [a]]',
  'select 2',
]);
test('an unclosed quote or comment reaches to the end', split, `select 1; select '; select 2`, [
  'select 1',
  `select '; select 2`,
]);
test(
  'a trigger ends at the end of its body',
  split,
  'create temp trigger t after insert on n begin select case when 1 then 2 end; delete from n; end; select 1',
  [
    'create temp trigger t after insert on n begin select case when 1 then 2 end; delete from n; end',
    'select 1',
  ],
);
test('a byte order mark is white space', split, '\ufeffselect 1;', ['select 1']);

test('statements of any layout normalise alike', (t) => {
  t.is(
    normalizeSql('CREATE  TABLE a(B integer) -- note\n'),
    normalizeSql('create table a ( b /* x */ INTEGER )'),
  );
  t.not(normalizeSql(`select 'A'`), normalizeSql(`select 'a'`));
  t.not(normalizeSql('select ab'), normalizeSql('select a b'));
});

test('SQLite takes a script cut into statements as it takes the whole (seed 42)', (t) => {
  const piece = fc.constantFrom(
    ';',
    ' ',
    '\n',
    'select 1',
    `select ';'`,
    '-- c ;\n',
    '/* ; */',
    'create table a (b)',
    'create trigger g after insert on a begin delete from a; end',
    'insert into a values (1)',
    `"`,
    `'`,
    'end',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const script = pieces.join('');
      const outcome = (run: (database: Database.Database) => void): unknown => {
        const database = new Database(':memory:');
        try {
          run(database);
        } catch {
          return 'failed';
        }
        return database.prepare('select name, sql from sqlite_schema order by name').all();
      };
      const whole = outcome((database) => database.exec(script));
      const cut = outcome((database) => {
        for (const statement of splitStatements(script)) database.prepare(statement.text);
        for (const statement of splitStatements(script)) database.exec(statement.text);
      });
      // A statement over a table that the script makes cannot be prepared before; only whole successes compare.
      if (whole !== 'failed' && cut !== 'failed') t.deepEqual(cut, whole);
      const exact = outcome((database) => {
        for (const statement of splitStatements(script)) database.exec(statement.text);
      });
      t.deepEqual(exact, whole, script);
    }),
    { seed: 42, numRuns: 400 },
  );
});

test('tokens cover everything but white space and comments (seed 42)', (t) => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from(`ab1 '"[]\`-/*;\n().é`)) });
  fc.assert(
    fc.property(text, (sql) => {
      let last = 0;
      for (const token of sqlTokens(sql)) {
        t.true(token.start >= last && token.end > token.start && token.end <= sql.length);
        const gap = sql.slice(last, token.start);
        t.regex(gap, /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*$/, sql);
        last = token.end;
      }
    }),
    { seed: 42, numRuns: 500 },
  );
});
