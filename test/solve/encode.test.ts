import test from 'ava';
import { ModelBuilder, constantOf, sumOf, truthOf } from '../../engine/model/builder.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Model } from '../../engine/model/model.js';
import { negate } from '../../engine/model/model.js';
import { columnsOf, decodeColumns, encodeModel, restingValue } from '../../engine/solve/encode.js';
import type { Encoding } from '../../engine/solve/mip.js';
import { integerColumnCount } from '../../engine/solve/mip.js';
import { interval, linear, list } from '../helpers/model-parts.js';
import { assignmentsOf, randomModel } from './random-model.js';
import { accepted } from './random-model.js';

type MipEncoding = Extract<Encoding, { kind: 'mip' }>;

function encoded(model: Model): MipEncoding {
  const encoding = encodeModel(model);
  if (encoding.kind !== 'mip') throw new Error(JSON.stringify(encoding));
  return encoding;
}

function refusal(model: Model): string {
  const encoding = encodeModel(model);
  return encoding.kind === 'unsupported' ? encoding.detail : `not refused: ${encoding.kind}`;
}

test('an interval is one integer column, also beyond 32 bits', (t) => {
  const builder = new ModelBuilder();
  builder.variable(interval(0, 2 ** 50), null);
  builder.assert(builder.linear(linear([0, 3]), null, 2 ** 51), 0);
  const { mip } = encoded(builder.build([]));
  t.is(mip.columnCount, 1);
  t.is(mip.columnUpper[0], 2 ** 50);
});

test('a choice between two values is one column, between more one column per value', (t) => {
  const builder = new ModelBuilder();
  builder.variable(list(3, 9), null);
  builder.variable(list(1, 5, 7), null);
  builder.assert(builder.linear(linear([0, 1], [1, 1]), null, 12), 0);
  t.is(encoded(builder.build([])).mip.columnCount, 1 + 3);
});

test('a condition on one listed variable needs no column and no switch', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 5, 9), null);
  const odd = builder.or([builder.member(x, [1, 9]), builder.linear(linear([x, 2]), 10, 10)]);
  const value = builder.when(odd, linear([x, 3]));
  const { mip } = encoded(
    builder.build([{ priority: 0, soft: [{ name: 's', weight: 1, expression: value }] }]),
  );
  t.is(mip.columnCount, 4);
  t.is(mip.rowCount, 1);
});

test('a capacity that cannot bind makes no row', (t) => {
  const builder = new ModelBuilder();
  const items = [0, 1].map((id) => {
    builder.variable(list(1, 2, 3), null);
    return { variable: id, demand: 2, presence: null };
  });
  const keys = [
    { key: 1, capacity: 4 },
    { key: 2, capacity: 3 },
    { key: 3, capacity: 9 },
  ];
  builder.capacity({ items, keys }, 0);
  t.is(encoded(builder.build([])).mip.rowCount, 2 + 1);
});

test('variables that must differ pairwise share one row per value', (t) => {
  const builder = new ModelBuilder();
  const ids = [0, 1, 2, 3].map(() => builder.variable(list(1, 2, 3, 4), null));
  for (const a of ids)
    for (const b of ids) if (a < b) builder.assert(negate(builder.same(a, null, b, null)), 0);
  t.is(encoded(builder.build([])).mip.rowCount, 4 + 4);
});

test('no coefficient of the program is zero', (t) => {
  const builder = new ModelBuilder();
  builder.variable(interval(0, 5), null);
  builder.variable(interval(0, 5), null);
  const model = builder.build([]);
  const zero: Model = {
    ...model,
    nodes: [...model.nodes, { kind: 'linear', expression: linear([0, 1], [1, 0]), lo: 1, hi: 3 }],
    constraints: [{ kind: 'assert', literal: 2, origin: 0 }],
  };
  const { mip } = encoded(zero);
  t.deepEqual([...mip.values], [1, 1]);
});

test('a variable that nothing reads has no column and rests on its hint or near 0', (t) => {
  t.is(restingValue(interval(null, null), null), 0);
  t.is(restingValue(interval(null, -3), null), -3);
  t.is(restingValue(interval(4, null), null), 4);
  t.is(restingValue(list(2, 7), 7), 7);
  t.is(restingValue(list(2, 7), 5), 2);
});

test('a switch over more than ten million is refused with the name of the variable', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 2 ** 40, 'container[7].controllable_limit'), null);
  const y = builder.variable(list(1, 2, 3), null);
  builder.assert(builder.or([builder.atMost(x, 5), builder.member(y, [2])]), 0);
  t.regex(refusal(builder.build([])), /container\[7\]\.controllable_limit spans \d+, more than the 10000000/);
});

test('a condition on a variable without bounds is refused', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, null, 'x'), null);
  const y = builder.variable(list(1, 2, 3), null);
  builder.assert(builder.or([builder.atMost(x, 5), builder.member(y, [2])]), 0);
  t.regex(refusal(builder.build([])), /x spans an unbounded range/);
});

test('a row that cannot hold whatever is chosen makes the program infeasible', (t) => {
  const builder = new ModelBuilder();
  builder.variable(list(1), null);
  const model = builder.build([]);
  const impossible: Model = {
    ...model,
    nodes: [...model.nodes, { kind: 'linear', expression: linear([0, 1]), lo: 2, hi: null }],
    constraints: [{ kind: 'assert', literal: 2, origin: 0 }],
  };
  t.deepEqual(encodeModel(impossible), { kind: 'infeasible' });
});

test('columns that are no integers decode to no value', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 4), null);
  const y = builder.variable(interval(0, 9), null);
  builder.assert(builder.linear(linear([x, 1], [y, 1]), 3, null), 0);
  const model = builder.build([]);
  const { choices } = encoded(model);
  t.deepEqual(decodeColumns(model, choices, Float64Array.of(0, 1 - 1e-9, 1e-9, 3 + 1e-9)), [2, 3]);
  t.deepEqual(decodeColumns(model, choices, Float64Array.of(0.5, 0, 0.5, 3)), [NaN, 3]);
  t.deepEqual(decodeColumns(model, choices, Float64Array.of(1, 0, 1, 3)), [NaN, 3]);
  t.deepEqual(decodeColumns(model, choices, Float64Array.of(1, 0, 0, 3.01)), [1, NaN]);
});

test('weights with decimals make an integral objective with a scale', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(interval(0, 9), null);
  const soft = [
    { name: 'a', weight: 0.5, expression: linear([x, 2]) },
    { name: 'b', weight: 0.25, expression: sumOf([{ expression: constantOf(3), factor: 1 }]) },
  ];
  const [objective] = encoded(builder.build([{ priority: 0, soft }])).mip.objectives;
  t.is(objective?.scale, 100);
  t.is(objective?.step, 100);
  t.is(objective?.constant, 75);
});

/** Row activities of column values, checked against the rows. */
function violatedRow({ mip }: MipEncoding, columns: Float64Array): number | null {
  for (let row = 0; row < mip.rowCount; row += 1) {
    let activity = 0;
    for (let at = mip.starts[row] ?? 0; at < (mip.starts[row + 1] ?? 0); at += 1) {
      activity += (mip.values[at] ?? 0) * (columns[mip.indices[at] ?? 0] ?? 0);
    }
    const slack = 1e-9;
    if (activity < (mip.rowLower[row] ?? 0) - slack || activity > (mip.rowUpper[row] ?? 0) + slack)
      return row;
  }
  return null;
}

test('every solution of a model is a point of its program with the same level values', (t) => {
  let points = 0;
  for (let seed = 1; seed <= 150; seed += 1) {
    const model = randomModel(seed);
    const encoding = encodeModel(model);
    if (encoding.kind !== 'mip') continue;
    for (const values of assignmentsOf(model)) {
      const evaluation = evaluate(model, values);
      if (!accepted(evaluation)) continue;
      const columns = columnsOf(model, encoding.meanings, values);
      if (columns === null) break;
      points += 1;
      t.is(violatedRow(encoding, columns), null, `seed ${seed}, values ${values.join()}`);
      encoding.mip.objectives.forEach(({ cost, constant, scale }, index) => {
        let value = constant;
        cost.forEach((factor, column) => (value += factor * (columns[column] ?? 0)));
        t.is(value / scale, evaluation.levels[index] ?? NaN, `seed ${seed}`);
      });
    }
  }
  t.true(points > 1000);
});

test('the literals of a count are shared by all that read them', (t) => {
  const builder = new ModelBuilder();
  const x = builder.variable(list(1, 2, 3), null);
  const y = builder.variable(list(1, 2, 3), null);
  const equal = builder.same(x, null, y, null);
  builder.assert(builder.or([equal, builder.member(x, [1])]), 0);
  const soft = { name: 's', weight: 1, expression: truthOf(equal) };
  const { mip } = encoded(builder.build([{ priority: 0, soft: [soft] }]));
  t.is(integerColumnCount(mip), 6);
  t.is(mip.columnCount, 6 + 1 + 3);
});
