import test from 'ava';
import { textOf } from '../../engine/base/source.js';
import { tokenize } from '../../engine/lang/lexer.js';

const lex = (text: string): ReturnType<typeof tokenize> => tokenize({ name: 'x.sql', text });
const kinds = (text: string): string[] =>
  lex(text)
    .tokens.slice(0, -1)
    .map((token) => `${token.kind}${token.quoted ? '!' : ''}:${token.text}`);

const TOKENS: readonly (readonly [rule: string, text: string, tokens: readonly string[]])[] = [
  ['words are names', 'Select t1 _x a$b', ['name:Select', 'name:t1', 'name:_x', 'name:a$b']],
  ['letters beyond ASCII are letters', 'größe 数', ['name:größe', 'name:数']],
  ['names in double quotes', '"a ""b"" c"', ['name!:a "b" c']],
  ['names in backticks', '`a ``b`` c`', ['name!:a `b` c']],
  ['names in brackets end at the first bracket', '[a "b]', ['name!:a "b']],
  ['strings keep their case and their quotes', "'It''s' ''", ["string:It's", 'string:']],
  ['blobs', "x'00ff' X''", ['blob:00ff', 'blob:']],
  ['a name may end in x', "max 'a'", ['name:max', 'string:a']],
  ['integers', '0 12 0x1F 1_000', ['number:0', 'number:12', 'number:0x1F', 'number:1_000']],
  [
    'reals',
    '1.5 .5 5. 1e3 1.5E-2 1e+10',
    ['number:1.5', 'number:.5', 'number:5.', 'number:1e3', 'number:1.5E-2', 'number:1e+10'],
  ],
  ['a range of digits and dots', '1.5.5', ['number:1.5', 'number:.5']],
  [
    'operators, the longest first',
    '->>-> || <<>> <= >= <> != == = < > + - * / % & | ~ ( ) , . ;',
    '->> -> || << >> <= >= <> != == = < > + - * / % & | ~ ( ) , . ;'
      .split(' ')
      .map((one) => `operator:${one}`),
  ],
  ['line comments', 'a -- b\nc --', ['name:a', 'name:c']],
  ['block comments do not nest', 'a /* b /* c */ d', ['name:a', 'name:d']],
  ['a comment mark inside a string', "'--' '/*'", ['string:--', 'string:/*']],
  ['parameters', '? :a @b $c', ['parameter:?', 'parameter::a', 'parameter:@b', 'parameter:$c']],
  ['a byte order mark is space', '\ufeffselect', ['name:select']],
  ['every kind of white space', 'a\tb\r\nc\fd', ['name:a', 'name:b', 'name:c', 'name:d']],
];

for (const [rule, text, tokens] of TOKENS) {
  test(`tokens: ${rule}`, (t) => {
    t.deepEqual(kinds(text), tokens);
    t.deepEqual(lex(text).diagnostics, []);
  });
}

const ERRORS: readonly (readonly [text: string, code: string, underlined: string])[] = [
  ["select 'abc", 'parse/unterminated', "'"],
  ['select "abc', 'parse/unterminated', '"'],
  ['select `abc', 'parse/unterminated', '`'],
  ['select [abc', 'parse/unterminated', '['],
  ["select x'00", 'parse/unterminated', 'x'],
  ['select /* abc', 'parse/unterminated', '/'],
  ['a # b', 'parse/unexpected-character', '#'],
  ['a ^ b', 'parse/unexpected-character', '^'],
  ['a \\ b', 'parse/unexpected-character', '\\'],
  ['a ! b', 'parse/unexpected-character', '!'],
  ['12abc', 'parse/unexpected-character', '12abc'],
  ['1_', 'parse/unexpected-character', '1_'],
  ['0xg', 'parse/unexpected-character', '0xg'],
  ['a : b', 'parse/unexpected-character', ':'],
  ['a \u0000 b', 'parse/unexpected-character', '\u0000'],
];

for (const [text, code, underlined] of ERRORS) {
  test(`${JSON.stringify(text)} is refused at ${JSON.stringify(underlined)}`, (t) => {
    const [diagnostic, ...more] = lex(text).diagnostics;
    t.is(more.length, 0);
    t.is(diagnostic?.code, code as never);
    t.is(diagnostic?.span && textOf(diagnostic.span), underlined);
  });
}

test('a text of nothing but short tokens is read whole', (t) => {
  const text = '(a,'.repeat(5000);
  t.deepEqual(kinds(text), Array.from({ length: 5000 }, () => ['operator:(', 'name:a', 'operator:,']).flat());
});

test('tokens and the gaps between them give the text back', (t) => {
  const text =
    "create constraint c as -- why\n select \"a\"\"b\", 'x''y', x'00' /* z */ from [t] where 1.5e3 <> ?;";
  const { tokens } = lex(text);
  let rebuilt = '';
  for (const { span } of tokens) rebuilt += text.slice(rebuilt.length, span.start) + textOf(span);
  t.is(rebuilt, text);
  t.is(tokens[tokens.length - 1]?.kind, 'end');
});
