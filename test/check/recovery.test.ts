import test from 'ava';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { placeOf } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { catalogOf } from '../../engine/check/schema.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';

const store = openStore(':memory:', 'plain');
store.script(`
  create table host (host_id integer primary key, cores integer not null, name text);
  create table request (
    request_id integer primary key, cores integer not null, status text,
    controllable_host integer references host);
  create view busy as select * from host where cores > 1;
`);
const catalog = catalogOf(introspect(store));

function diagnose(text: string): readonly Diagnostic[] {
  return compilePolicies([{ name: 'p.sql', text }], catalog).diagnostics;
}

/** `code: what is underlined -> what is put in its place`. */
function shown({ code, span, fix }: Diagnostic): string {
  const place = span === undefined ? '(nowhere)' : textOf(span);
  return `${code}: ${place}${fix === undefined ? '' : ` -> ${fix.replacement}`}`;
}

/** What a misspelt word costs: one diagnostic, at the word, with the word that was meant. */
const MISSPELT: readonly (readonly [what: string, text: string, says: string])[] = [
  ['a table', 'select * from hots check 1', 'bind/unknown-table: hots -> host'],
  ['a view of the database', 'select * from buzy check 1', 'bind/unknown-table: buzy -> busy'],
  ['a column', 'select * from host check core > 1', 'bind/unknown-column: core -> cores'],
  ['a qualified column', 'select * from host as h check h.core > 1', 'bind/unknown-column: core -> cores'],
  ['an alias', 'select * from host as big check bog.cores > 1', 'bind/unknown-table: bog -> big'],
  ['the alias of a star', 'select bog.* from host as big check 1', 'bind/unknown-table: bog -> big'],
  ['a function', 'select * from host check abss(cores) > 1', 'bind/unknown-function: abss -> abs'],
  [
    'an aggregate',
    'select * from host group by name check summ(cores) > 1',
    'bind/unknown-function: summ -> sum',
  ],
  [
    'a capacity function',
    'select * from request join host on host_id = controllable_host check capacity_constrain(controllable_host, host_id, request.cores, host.cores)',
    'bind/unknown-function: capacity_constrain -> capacity_constraint',
  ],
  [
    'a table function',
    "select * from json_eech('[]') as j check 1",
    'bind/unknown-function: json_eech -> json_each',
  ],
  ['a quoted name', 'select * from "hots" check 1', 'bind/unknown-table: "hots" -> "host"'],
  ['`select`', 'selct * from host check 1', 'parse/unexpected-token: selct -> select'],
  ['`from`', 'select * form host check 1', 'parse/unexpected-token: form -> from'],
  ['`from` behind a column', 'select cores form host check 1', 'parse/unexpected-token: form -> from'],
  ['`where`', 'select * from host wher cores > 1 check 1', 'parse/unexpected-token: wher -> where'],
  [
    '`where` behind an alias',
    'select * from host h wher cores > 1 check 1',
    'parse/unexpected-token: wher -> where',
  ],
  ['`join`', 'select * from host joim request on 1 check 1', 'parse/unexpected-token: joim -> join'],
  [
    '`on`',
    'select * from host join request onn request.cores = 1 check 1',
    'parse/unexpected-token: onn -> on',
  ],
  ['`group`', 'select * from host gruop by name check 1', 'parse/unexpected-token: gruop -> group'],
  ['`by`', 'select * from host group buy name check 1', 'parse/unexpected-token: buy -> by'],
  [
    '`having`',
    'select * from host group by name havin count(*) > 1 check 1',
    'parse/unexpected-token: havin -> having',
  ],
  ['`between`', 'select * from host check cores betwen 1 and 2', 'parse/unexpected-token: betwen -> between'],
  ['`in`', 'select * from host check cores inn (1, 2)', 'parse/unexpected-token: inn -> in'],
  [
    '`exists`',
    'select * from host check exsts (select 1 from request)',
    'parse/unexpected-token: exsts -> exists',
  ],
  ['`check`', 'select * from host chek cores > 0', 'parse/unexpected-token: chek -> check'],
  ['`maximize`', 'select * from host maximise cores', 'parse/unexpected-token: maximise -> maximize'],
  [
    '`minimize` behind an alias',
    'select * from host h minimise h.cores',
    'parse/unexpected-token: minimise -> minimize',
  ],
  ['`weight`', 'select * from host maximize cores wieght 3', 'parse/unexpected-token: wieght -> weight'],
  [
    '`priority`',
    'select * from host maximize cores weight 3 prioirty 1',
    'parse/unexpected-token: prioirty -> priority',
  ],
  ['the type of a cast', 'select * from host check cast(name as txt) > 1', 'type/unknown-type: txt -> text'],
];

for (const [what, text, says] of MISSPELT) {
  test(`${what}, misspelt, is one diagnostic that names what was meant`, (t) => {
    t.deepEqual(diagnose(`create constraint c as ${text}`).map(shown), [says]);
  });
}

for (const [what, text, says] of [
  ['`create`', 'crate constraint c as select * from host check 1', 'parse/unexpected-token: crate -> create'],
  [
    '`constraint`',
    'create constrain c as select * from host check 1',
    'parse/unexpected-token: constrain -> constraint',
  ],
  ['`view`', 'create veiw c as select * from host', 'parse/unexpected-token: veiw -> view'],
  ['`as`', 'create constraint c az select * from host check 1', 'parse/unexpected-token: az -> as'],
  [
    'a view of the policy set',
    'create view small as select * from host; create constraint c as select * from smal check 1',
    'bind/unknown-table: smal -> small',
  ],
] as const) {
  test(`${what}, misspelt, is one diagnostic that names what was meant`, (t) => {
    t.deepEqual(diagnose(text).map(shown), [says]);
  });
}

const NO_CASCADE: readonly (readonly [rule: string, text: string, says: readonly string[]])[] = [
  [
    'a misspelt table takes its columns with it, qualified by either spelling',
    'create constraint c as select * from hst join request on host.cores = hst.cor where x = 1 group by hst.y check sum(hst.z) > host.w',
    ['bind/unknown-table: hst -> host'],
  ],
  [
    'columns of other tables are still checked beside a misspelt one',
    'create constraint c as select * from hst join request on request.cors = hst.cor check 1',
    ['bind/unknown-table: hst -> host', 'bind/unknown-column: cors -> cores'],
  ],
  [
    'a character that cannot be read is the only error of its statement',
    'create constraint c as select * from hots check core # 3 frm',
    ['parse/unexpected-character: #'],
  ],
  [
    'characters that cannot be read are one error where they stand together',
    'create constraint c as select * from host check cores > ##! 3; create constraint d as select * from host check core > 1',
    ['parse/unexpected-character: ##!', 'bind/unknown-column: core -> cores'],
  ],
  [
    'a string that is never closed ends with its line',
    "create constraint c as select * from host where name = 'x check 1;\ncreate constraint d as select * from host where name = 'y' check core > 1;",
    ["parse/unterminated: '", 'bind/unknown-column: core -> cores'],
  ],
  [
    'a name that is never closed ends with its line',
    'create constraint c as select * from "host check 1;\ncreate constraint d as select * from "host" check core > 1;',
    ['parse/unterminated: "', 'bind/unknown-column: core -> cores'],
  ],
  [
    'views that a comment without an end has swallowed are not missed',
    'create constraint c as select * from small check 1; /* create view small as select * from host;',
    ['parse/unterminated: /'],
  ],
  [
    'a view whose text cannot be read is not missed, nor are its columns',
    'create view small az select * from host; create constraint c as select * from small check small.cor > 1 and cores > 1',
    ['parse/unexpected-token: az -> as'],
  ],
  [
    'a view with a misspelt column has whatever column its users ask for',
    'create view small as select hst_id from host; create constraint c as select * from small check host_id > 1',
    ['bind/unknown-column: hst_id -> host_id'],
  ],
  [
    'a misspelt aggregate does not leave its columns ungrouped',
    'create constraint c as select * from request group by status check cunt(cores) > 1',
    ['bind/unknown-function: cunt -> count'],
  ],
  [
    'names of a select list without effect are still checked, beside an aggregate too',
    'create constraint c as select cor, hots.* from request group by status check count(*) > 1',
    ['bind/unknown-column: cor', 'bind/unknown-table: hots'],
  ],
  [
    'a misspelt column in `group by` leaves nothing ungrouped',
    'create constraint c as select * from request group by stats, cores + 1 check max(controllable_host) > request_id and status = 1',
    ['bind/unknown-column: stats -> status'],
  ],
  [
    'a misspelt column makes the expression around it no second mistake',
    'create constraint c as select * from request group by controllable_host & coers check count(*) > 1',
    ['bind/unknown-column: coers -> cores'],
  ],
  [
    'a missing `;` does not cost the statement after it, nor the one before',
    'create constraint c as select * from host check core > 0\ncreate constraint d as select * from hots check 1',
    [
      'bind/unknown-column: core -> cores',
      'parse/unexpected-token:  -> ;',
      'bind/unknown-table: hots -> host',
    ],
  ],
  [
    'the body of a trigger is part of one mistake',
    'create trigger t after insert on host begin delete from host; select 1; end; create constraint c as select * from hots check 1',
    ['parse/not-a-policy: trigger', 'bind/unknown-table: hots -> host'],
  ],
];

for (const [rule, text, says] of NO_CASCADE) {
  test(rule, (t) => {
    t.deepEqual(diagnose(text).map(shown), says);
  });
}

test('a name of the select list is answered with the expression to write instead', (t) => {
  for (const [list, clause, instead] of [
    ['count(*) as n', 'group by status check n > 1', 'count(*)'],
    ['sum(cores) as Total', 'group by status check total > 1', 'sum(cores)'],
    ['controllable_host as h', 'check h > 1', 'controllable_host'],
    ['controllable_host + 1 as h', 'check h > 1', '(controllable_host + 1)'],
  ] as const) {
    const text = `create constraint c as select ${list} from request ${clause}`;
    const [diagnostic, ...more] = diagnose(text);
    t.deepEqual(more, []);
    t.is(diagnostic?.code, 'bind/unknown-column');
    t.regex(diagnostic?.message ?? '', /is a name of the select list, which has no effect here$/);
    const { fix } = diagnostic ?? {};
    t.is(fix?.replacement, instead);
    const { start = 0, end = 0 } = fix?.span ?? {};
    const mended = `${text.slice(0, start)}${fix?.replacement ?? ''}${text.slice(end)}`;
    t.deepEqual(diagnose(mended), [], mended);
  }
});

test('a constraint read as a table is named as what it is', (t) => {
  const [diagnostic] = diagnose(
    'create constraint a as select * from host check 1; create constraint b as select * from a check 1',
  );
  t.is(diagnostic?.code, 'bind/unknown-table');
  const [note] = diagnostic?.notes ?? [];
  t.is(note?.span && placeOf(note.span), 'p.sql:1:19');
});

test('several equally near names are all named, and no tool takes one of them unasked', (t) => {
  const [diagnostic] = diagnose(
    'create view va as select * from host; create view vb as select * from host; create constraint c as select * from vx check 1',
  );
  t.is(diagnostic?.help, 'did you mean `va` or `vb`?');
  t.false(diagnostic?.fix?.applicable);
});

test('ten mistakes of a file are ten diagnostics, in the order of the text', (t) => {
  const text = `
    create view small as select * from hots where cores < 3;                              -- 1: a table
    create constraint a as select * from small check small.cores > 0 and small.x > 0;
    create constraint b as select * from request check core > 0;                          -- 2: a column
    create constraint c as select * from request chek cores > 0;                          -- 3: a keyword
    create constraint d as select * from request as r check q.cores > 0;                  -- 4: an alias
    create constraint e as select * from request where status = 'open check cores > 0;    -- 5: a quote
    create constraint f as select * from request check cores > 0 #;                       -- 6: a character
    create constraint g as select count(*) as n from request group by status check n > 1; -- 7: the select list
    create constraint h as select * from request group by status check cores > 1;         -- 8: not grouped
    delete from request;                                                                  -- 9: not a policy
    create constraint a as select * from request check abs(cores) is not null        -- 10: a name twice
  `;
  const found = diagnose(text);
  t.deepEqual(
    found.map(({ code, span }) => `${code}: ${span === undefined ? '' : textOf(span)}`),
    [
      'bind/unknown-table: hots',
      'bind/unknown-column: core',
      'parse/unexpected-token: chek',
      'bind/unknown-table: q',
      "parse/unterminated: '",
      'parse/unexpected-character: #',
      'bind/unknown-column: n',
      'type/ungrouped-column: cores',
      'parse/not-a-policy: delete',
      'bind/duplicate-name: a',
    ],
  );
});
