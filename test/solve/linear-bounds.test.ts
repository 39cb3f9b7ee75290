import test from 'ava';
import { databaseOf, Solver } from '../helpers/solve-here.js';

const solver = new Solver();
test.after.always(() => solver.close());

const SCHEMA = [
  'create table t(id integer primary key, controllable_x integer, controllable_y integer)',
  'insert into t values (1, null, null)',
];
const onT = (name: string, rest: string): string => `create constraint ${name} as select * from t ${rest}`;
const SUM = 'controllable_x + controllable_y between 0 and 10';
const DIFFERENCE = 'controllable_x - controllable_y between -4 and 4';

test('bounds that only several linear constraints give together are found', async (t) => {
  const store = databaseOf(...SCHEMA);
  const policies = [
    onT('box', `check ${SUM} and ${DIFFERENCE}`),
    onT('holes', 'check controllable_x <> 7 and controllable_x * controllable_y <> 12'),
    onT('wish', 'maximize 3 * controllable_x + controllable_y'),
  ];
  const result = await solver.solve(store, policies);
  t.is(result.status, 'optimal');
  // (7, 3) is the corner; 7 is a hole, and 6 * 2 and 6 * 4 leave out (6, 2) alone.
  t.is(result.levels[0]?.value, 22);
  t.deepEqual(store.rows('select controllable_x, controllable_y from t'), [[6, 4]]);
});

test('what the linear constraints leave open still asks for a bound', async (t) => {
  const store = databaseOf(...SCHEMA);
  const result = await solver.solve(store, [
    onT('strip', `check ${SUM}`),
    onT('holes', 'check controllable_x <> 7'),
  ]);
  t.is(result.status, null);
  t.deepEqual(
    result.diagnostics.map(({ code }) => code),
    ['ground/unbounded-decision'],
  );
});

test('a decision without bounds that only linear constraints read needs none', async (t) => {
  const store = databaseOf(...SCHEMA);
  const result = await solver.solve(store, [
    onT('sum', `check ${SUM}`),
    onT('wish', 'maximize controllable_x + controllable_y'),
  ]);
  t.is(result.status, 'optimal');
  t.is(result.levels[0]?.value, 10);
});
