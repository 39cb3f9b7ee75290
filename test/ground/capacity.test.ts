import test from 'ava';
import { isError } from '../../engine/base/diagnostic.js';
import { acceptedBy, everyAssignment, groundHere } from '../helpers/enumerate.js';
import { databaseOf, shown } from '../helpers/solve-here.js';

const TABLES = [
  'create table h(id integer primary key, cap integer, zone integer)',
  'create table t(id integer primary key, w integer, zone integer, controllable_h integer references h(id))',
  'create table slot(h integer, cap integer)',
];
const ROWS = [
  'insert into h values (1, 3, 0), (2, 2, 1)',
  'insert into t values (1, 2, 0, null), (2, 1, 1, null), (3, 0, 1, null)',
];

const capacity = (from: string, call: string): string =>
  `create constraint c as select * from ${from} check ${call}`;
const CALL = 'capacity(t.controllable_h, h.id, t.w, h.cap)';
const BOTH = CALL.replace('capacity', 'capacity_constraint');
const JOIN = 't join h on h.id = t.controllable_h';

/** Assignments that hold, as hosts of items 1, 2, 3. */
const MEANINGS: readonly (readonly [rule: string, policy: string, accepted: string])[] = [
  ['demands of a key fit into its capacity', capacity(JOIN, CALL), '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2'],
  ['`= true` says nothing more', capacity(JOIN, `${BOTH} = true`), '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2'],
  ['no join condition is needed', capacity('t join h on 1 = 1', CALL), '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2'],
  ['a key that is left out can be chosen by nobody', capacity(`${JOIN} where h.id = 1`, CALL), '1,1,1'],
  [
    'a guard leaves demands out, not decisions',
    capacity(`${JOIN} where t.controllable_h < 2`, CALL),
    '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2 2,2,1 2,2,2',
  ],
  [
    'a ground condition leaves rows out altogether',
    capacity(`${JOIN} where t.id <> 1`, CALL),
    '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2 2,2,1 2,2,2',
  ],
  [
    'every row may choose among the keys of its group, also those that a ground join keeps from it',
    capacity('t join h on h.zone = t.zone', CALL),
    // Item 1 meets host 1 only, items 2 and 3 host 2 only: elsewhere they ask for nothing.
    '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2 2,2,1 2,2,2',
  ],
  ['each group has keys of its own', capacity('t join h on h.zone = t.zone group by h.zone', CALL), '1,2,2'],
  [
    'a key that is null can be chosen by nobody, and hides nobody',
    capacity(
      't join h on h.zone = t.controllable_h',
      'capacity(t.controllable_h, h.zone, t.w, h.cap)',
    ).replace(' check', ' where t.id = 2 check'),
    '1,1,1 1,1,2 2,1,1 2,1,2',
  ],
  [
    'without any key nothing is asked',
    capacity(`${JOIN} where h.id > 9`, CALL),
    '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2 2,2,1 2,2,2',
  ],
  [
    'a key that two rows give takes each demand twice',
    capacity('t join slot on slot.h = t.controllable_h', 'capacity(t.controllable_h, slot.h, t.w, slot.cap)'),
    '2,1,1 2,1,2',
  ],
  [
    'a capacity beside another conjunct',
    capacity(JOIN, `${CALL} and count(*) = 3`),
    '1,1,1 1,1,2 1,2,1 1,2,2 2,1,1 2,1,2',
  ],
  [
    'a key that is an expression',
    capacity('t join h on 1 = 1', 'capacity(t.controllable_h, 3 - h.id, t.w, h.cap)'),
    // Key 2 has 3, key 1 has 2.
    '1,2,1 1,2,2 2,1,1 2,1,2 2,2,1 2,2,2',
  ],
];

for (const [rule, policy, accepted] of MEANINGS) {
  test(`capacity: ${rule}`, (t) => {
    const store = databaseOf(...TABLES, ...ROWS, 'insert into slot values (1, 2), (1, 2), (2, 2)');
    const seen = everyAssignment(store, policy);
    t.is(acceptedBy('model', seen), accepted, 'the model');
    t.is(acceptedBy('sqlite', seen), accepted, 'SQLite');
  });
}

const BALANCES: readonly (readonly [rule: string, policy: string, values: string])[] = [
  // Capacities 3 and 2, demands 2 and 1: of 1,1: spare 0 and 2; 1,2: 1 and 1; 2,1: 2 and 0; 2,2: 3 and -1.
  [
    'the smallest spare minus the largest capacity',
    `create constraint c as select * from ${JOIN} where t.id < 3 maximize balance(t.controllable_h, h.id, t.w, h.cap)`,
    '-3 -2 -3 -4',
  ],
  ['a capacity_constraint adds it', capacity(`${JOIN} where t.id < 3`, BOTH), '-3 -2 -3 -4'],
  [
    'summed over groups',
    `create constraint c as select * from ${JOIN} where t.id < 3 group by t.zone maximize balance(t.controllable_h, h.id, t.w, h.cap)`,
    '-3 -4 -4 -5',
  ],
  [
    'a key that is null is none',
    'create constraint c as select * from t join slot on 1 = 1 where t.id = 1 maximize balance(t.controllable_h, slot.h, t.w, slot.cap)',
    // Key 1 has 9, key 2 has 5, and what has no key has 0; item 1 asks for 2.
    '-4 -4 -6 -6',
  ],
  [
    'no row, no term',
    `create constraint c as select * from ${JOIN} where t.id > 9 maximize balance(t.controllable_h, h.id, t.w, h.cap)`,
    '0 0 0 0',
  ],
];

for (const [rule, policy, values] of BALANCES) {
  test(`balance: ${rule}`, (t) => {
    const store = databaseOf(
      ...TABLES,
      ...ROWS,
      'delete from t where id = 3',
      'insert into slot values (1, 9), (2, 5), (null, 0)',
    );
    const seen = everyAssignment(store, policy);
    const of = (soft: Readonly<Record<string, number | null>>): string =>
      String(soft['c'] ?? soft['c.balance']);
    t.is(seen.map((one) => of(one.modelSoft)).join(' '), values, 'the model');
    t.is(seen.map((one) => of(one.sqliteSoft)).join(' '), values, 'SQLite');
  });
}

const BAD: readonly (readonly [rule: string, rows: string, policy: string, message: RegExp, note: RegExp])[] =
  [
    [
      'a negative capacity',
      'update h set cap = -1 where id = 2',
      capacity(JOIN, CALL),
      /capacity .* negative \(-1\)/,
      /h\.id=2/,
    ],
    [
      'a null capacity',
      'update h set cap = null where id = 2',
      capacity(JOIN, CALL),
      /capacity .* null/,
      /h\.id=2/,
    ],
    [
      'a negative demand',
      'update t set w = -4 where id = 2',
      capacity(JOIN, CALL),
      /demand .* negative \(-4\)/,
      /t\.id=2/,
    ],
    [
      'a null demand',
      'update t set w = null where id = 2',
      capacity(JOIN, CALL),
      /demand .* null/,
      /t\.id=2/,
    ],
    [
      'a null demand in a grouped call',
      'update t set w = null where id = 2',
      capacity(`${JOIN} group by h.zone`, CALL),
      /demand .* null/,
      /t\.id=2/,
    ],
    [
      'a demand that is no integer',
      'update t set w = 0.5 where id = 2',
      capacity(JOIN, CALL),
      /demand .* `0.5`/,
      /t\.id=2/,
    ],
    [
      'a key that is no integer',
      'insert into slot values (1, 5), (1.5, 6)',
      capacity(
        't join slot on slot.h = t.controllable_h',
        'capacity(t.controllable_h, slot.h, t.w, slot.cap)',
      ),
      /no decision can choose the key 1\.5/,
      /slot\.rowid=2/,
    ],
    [
      'one key with two capacities',
      'insert into slot values (1, 5), (1, 6)',
      capacity(
        't join slot on slot.h = t.controllable_h',
        'capacity(t.controllable_h, slot.h, t.w, slot.cap)',
      ),
      /the key 1 has two capacities, 5 and 6/,
      /slot\.rowid=2/,
    ],
  ];

for (const [rule, rows, policy, message, note] of BAD) {
  test(`a capacity names the row that gives ${rule}`, (t) => {
    const { grounded, diagnostics } = groundHere(databaseOf(...TABLES, ...ROWS, rows), [policy]);
    t.is(grounded, null);
    const [error, ...more] = diagnostics.filter(isError);
    t.is(more.length, 0);
    t.is(error?.code, 'ground/bad-argument');
    t.regex(error?.message ?? '', message);
    t.regex(error?.notes?.[0]?.message ?? '', note);
    t.truthy(error?.span);
  });
}

test('a key of another kind than the decision is refused, not skipped', (t) => {
  const { diagnostics } = groundHere(
    databaseOf(...TABLES, ...ROWS, 'create table k(name text)', "insert into k values ('1')"),
    [capacity('t join k on 1 = 1', 'capacity(t.controllable_h, k.name, t.w, 9)')],
  );
  t.deepEqual(shown(diagnostics), ['type/mismatch: k.name']);
});
