import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { placeOf, sortDiagnostics } from '../../engine/base/diagnostic.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { prepare } from '../../engine/loop/decide.js';
import { QUICK_BUDGET, THOROUGH_BUDGET, idlePolicies } from '../../engine/loop/idle-policies.js';
import { compileHere, databaseOf } from '../helpers/solve-here.js';

const SCHEMA = [
  'create table host (host_id integer primary key, cores integer not null, name text)',
  'create table blank (a integer)',
  `create table request (
     request_id integer primary key, cores integer not null, status text,
     controllable_host integer not null references host,
     controllable_n integer not null check (controllable_n between 0 and 9))`,
  "create view waiting as select * from request where status = 'WAITING'",
  "create view lost as select * from request where status = 'LOST'",
  "insert into host values (1, 4, 'a'), (2, 8, 'b'), (3, 8, 'c')",
  "insert into request values (1, 2, 'WAITING', 1, 0), (2, 3, 'WAITING', 1, 0), (3, 3, 'DONE', 1, 0)",
];

function idle(text: string, budget = THOROUGH_BUDGET): readonly Diagnostic[] {
  const store = databaseOf(...SCHEMA);
  try {
    const compiled = must(compileHere(store, text).compiled, 'compiled policies');
    return store.read(() =>
      sortDiagnostics(idlePolicies(prepare(store, compiled).grounded, compiled, store, budget)),
    );
  } finally {
    store.close();
  }
}

/** A second policy by which the rows of `request` are decided, whatever the first one reads. */
const DECIDED =
  ' create constraint decided as select * from request maximize controllable_n + controllable_host;';

const REASONS: readonly (readonly [what: string, text: string, says: string, place: string])[] = [
  [
    'a relation without rows',
    'select * from request join blank on blank.a = request.cores check controllable_n > 0',
    '`blank` has no row',
    'blank',
  ],
  [
    'a condition that no row satisfies',
    "select * from request where cores > 1 and status = 'PLACED' and cores > 100 check controllable_n > 0",
    "`status = 'PLACED'` holds on none of the 3 rows of `request`",
    "status = 'PLACED'",
  ],
  [
    'a condition of a join',
    'select * from request as r join host as h on h.cores = r.cores * 7 check r.controllable_n > h.host_id',
    '`h.cores = r.cores * 7` holds on none of the 9 rows that `r`, `h` join to',
    'h.cores = r.cores * 7',
  ],
  [
    'a condition on the relation that a decision joins',
    'select * from request join host on host_id = controllable_host where host.cores > 100 check controllable_n > 0',
    '`host.cores > 100` holds on none of the 3 rows of `host`',
    'host.cores > 100',
  ],
  [
    'a condition without columns',
    'select * from request where 1 = 2 check controllable_n > 0',
    '`1 = 2` holds never',
    '1 = 2',
  ],
  [
    'a condition on groups',
    'select * from request group by status having count(*) > 10 check sum(controllable_n) > 0',
    'no group satisfies `count(*) > 10`',
    'count(*) > 10',
  ],
  [
    'a condition on decisions',
    'select * from request where controllable_host > 3 check controllable_n > 0',
    'no values left to its decisions satisfy `controllable_host > 3`',
    'controllable_host > 3',
  ],
  [
    'a condition inside a view of the database, with its place in a note',
    'select * from lost check controllable_n > 0',
    "`status = 'LOST'` holds on none of the 3 rows of `request`",
    'c',
  ],
  [
    'a table function',
    "select * from request join json_each('[]') as j on j.value = cores check controllable_n > 0",
    '`j` has no row',
    "json_each('[]') as j",
  ],
  [
    'an outer join',
    'select * from blank left join host on host_id = a check 1',
    'a part of its `from` has no row',
    'c',
  ],
  [
    'a grouped sub-query, of which no part is blamed',
    'select * from (select status, sum(controllable_n) as n from request where cores > 50 group by status) as s check s.n > 0',
    'its joins and conditions leave no row',
    'c',
  ],
];

for (const [what, text, says, place] of REASONS) {
  test(`a policy without rows is told why: ${what}`, (t) => {
    const [found, ...more] = idle(`create constraint c as ${text};${DECIDED}`);
    t.deepEqual(more, []);
    t.is(found?.code, 'ground/no-row');
    t.is(found?.severity, 'warning');
    t.is(found?.message, `\`c\` cannot bind: ${says}`);
    t.is(found?.span && textOf(found.span), place);
  });
}

test('what leaves no row inside a view is shown there, below the policy', (t) => {
  const [found] = idle(`create constraint c as select * from lost check controllable_n > 0;${DECIDED}`);
  const [note] = found?.notes ?? [];
  t.is(note?.span && textOf(note.span), "status = 'LOST'");
  t.regex(note?.span === undefined ? '' : placeOf(note.span), /^\(database schema\) lost:/);
});

const OTHERS: readonly (readonly [rule: string, text: string, codes: readonly string[]])[] = [
  [
    'a check without decisions that is true',
    'create constraint c as select * from host check cores > 0',
    ['c: ground/always-holds'],
  ],
  [
    'a check without decisions that is false binds',
    'create constraint c as select * from host check cores > 4',
    [],
  ],
  [
    'a check that its ground part makes true',
    'create constraint c as select * from request check cores > 0 or controllable_n = 3',
    ['c: ground/always-holds'],
  ],
  [
    'a check that the foreign key makes true',
    'create constraint c as select * from request check controllable_host in (1, 2, 3, 4)',
    ['c: ground/always-holds'],
  ],
  [
    'a check that a check of the table makes true',
    'create constraint c as select * from request check controllable_n + cores <= 12',
    ['c: ground/implied'],
  ],
  [
    'a check that the table leaves one value short of true binds',
    'create constraint c as select * from request check controllable_n + cores <= 11',
    [],
  ],
  [
    'the later one of two that say the same',
    'create constraint c as select * from request check controllable_n < 5; create constraint d as select * from request check controllable_n <= 4',
    ['d: ground/implied'],
  ],
  [
    'what two others say together',
    `create constraint c as select * from request check controllable_n < 5;
     create constraint d as select * from request check controllable_host < 2;
     create constraint e as select * from request check controllable_n + controllable_host < 6`,
    ['e: ground/implied'],
  ],
  [
    'capacities larger than all demands together',
    'create constraint c as select * from request join host on host_id = controllable_host check capacity(controllable_host, host_id, request.cores, host.cores * 10)',
    ['c: ground/implied'],
  ],
  [
    'capacities that also ask for balance do something',
    'create constraint c as select * from request join host on host_id = controllable_host check capacity_constraint(controllable_host, host_id, request.cores, host.cores * 10)',
    [],
  ],
  [
    'capacities that one demand too many would break bind',
    'create constraint c as select * from request join host on host_id = controllable_host check capacity(controllable_host, host_id, request.cores, 7)',
    [],
  ],
  [
    'a term without decisions',
    'create constraint c as select * from request maximize cores',
    ['c: ground/constant-term'],
  ],
  [
    'a term that the schema makes constant',
    'create constraint c as select * from request maximize controllable_host > 0',
    ['c: ground/constant-term'],
  ],
  [
    'a term that cancels out',
    'create constraint c as select * from request minimize controllable_n - controllable_n',
    ['c: ground/constant-term'],
  ],
  [
    'a term that differs is none',
    'create constraint c as select * from request maximize controllable_host > 1',
    [],
  ],
];

for (const [rule, text, codes] of OTHERS) {
  test(`policies that cannot bind: ${rule}`, (t) => {
    t.deepEqual(
      idle(text).map(({ code, message }) => `${/^`(\w+)`/.exec(message)?.[1] ?? ''}: ${code}`),
      codes,
    );
  });
}

test('without budget the search for what is implied is left out, and nothing else', (t) => {
  const text =
    'create constraint c as select * from request check controllable_n < 50; create constraint d as select * from blank check 1;';
  t.deepEqual(
    idle(text, 0).map(({ code }) => code),
    ['ground/no-row'],
  );
  t.deepEqual(
    idle(text, QUICK_BUDGET).map(({ code }) => code),
    ['ground/implied', 'ground/no-row'],
  );
});
