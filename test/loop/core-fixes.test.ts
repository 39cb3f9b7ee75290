import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { stoppedClock } from '../../engine/base/clock.js';
import { fixText } from '../../engine/loop/core-fixes.js';
import { solveDatabase } from '../../engine/loop/solve-database.js';
import type { SolveResult } from '../../engine/loop/solve-database.js';
import { Solver, databaseOf } from '../helpers/solve-here.js';

const solver = new Solver();
test.after.always(() => solver.close());

const DATABASE = [
  'create table h(id integer primary key, cap integer, zone text)',
  "insert into h values (1, 3, 'a'), (2, 5, 'a'), (3, 3, 'b')",
  'create table t(id integer primary key, g integer, w integer, controllable_h integer references h(id))',
  'insert into t(id, g, w) values (1, 1, 2), (2, 1, 2), (3, 1, 2), (4, 2, 1)',
];

const room =
  'create constraint room as select * from t join h on h.id = t.controllable_h check capacity(t.controllable_h, h.id, t.w, h.cap)';
const at = (host: number): string =>
  `create constraint at_${host} as select * from t where g = 1 check controllable_h = ${host}`;

function solve(
  policies: readonly string[],
  database: readonly string[] = DATABASE,
  coreMs: number | null = null,
): Promise<SolveResult> {
  return solveDatabase(databaseOf(...database), [{ name: 'policy.sql', text: policies.join(';\n') }], {
    limits: { timeMs: null, work: null, seed: 1 },
    dryRun: true,
    clock: stoppedClock,
    coreMs,
    reportFixes: true,
    solve: solver.solver,
  });
}

const fixesOf = ({ core }: SolveResult): string[] => must(core, 'core').fixes.map(fixText);

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'the least room that one key needs, before doing without a policy',
    [room, at(1)],
    ['room for 6 instead of 3 at h.id=1 in `room`', 'doing without `at_1`', 'doing without `room`'],
  ],
  [
    'the same for several keys, the least first',
    [room, 'create constraint low as select * from t where g = 1 check controllable_h in (1, 3)'],
    [
      'room for 4 instead of 3 at h.id=1 in `room`',
      'room for 4 instead of 3 at h.id=3 in `room`',
      'doing without `low`',
      'doing without `room`',
    ],
  ],
  [
    'the least bound of a sum that is the same for every group',
    [
      'create constraint load as select * from t join h on h.id = t.controllable_h group by h.zone check sum(t.w) <= 4',
      at(1),
    ],
    ['a bound of `load` that is larger by 2', 'doing without `at_1`', 'doing without `load`'],
  ],
  [
    'the greatest bound of what asks for too much',
    [
      'create constraint far as select * from t check sum(controllable_h) >= 11',
      'create constraint near as select * from t where id <> 1 check controllable_h < 3',
    ],
    ['a bound of `far` that is smaller by 2', 'doing without `far`', 'doing without `near`'],
  ],
  [
    'nothing that leaves another clash standing',
    [
      room,
      at(1),
      'create constraint few as select * from t join h on h.id = t.controllable_h group by h.zone check sum(t.w) <= 4',
    ],
    ['doing without `at_1`'],
  ],
  [
    'no bound of an average, whose sums are scaled',
    [
      'create constraint fair as select * from t check avg(controllable_h) <= 1',
      'create constraint far as select * from t where id = 1 check controllable_h = 3',
    ],
    ['doing without `fair`', 'doing without `far`'],
  ],
];

for (const [rule, policies, fixes] of cases) {
  test(`a fix is ${rule}`, async (t) => {
    t.deepEqual(fixesOf(await solve(policies)).sort(), [...fixes].sort());
    t.deepEqual(fixesOf(await solve(policies))[0], fixes[0]);
  });
}

test('a fix lets everything hold, and one step less does not', async (t) => {
  const withRoom = (cap: number): Promise<SolveResult> =>
    solve([room, at(1)], [...DATABASE, `update h set cap = ${cap} where id = 1`]);
  t.is((await withRoom(6)).status, 'optimal');
  t.is((await withRoom(5)).status, 'infeasible');
});

test('without time nothing is told that would fix it', async (t) => {
  t.deepEqual(fixesOf(await solve([room, at(1)], DATABASE, 0)), []);
});

test('a column without any value has no fix among the policies', async (t) => {
  const database = [
    'create table h(id integer primary key)',
    must(DATABASE[2], 't'),
    'insert into t(id) values (1)',
  ];
  t.deepEqual(
    fixesOf(await solve(['create constraint all_t as select * from t check controllable_h > 0'], database)),
    [],
  );
});
