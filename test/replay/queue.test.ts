import test from 'ava';
import fc from 'fast-check';
import { InternalError } from '../../engine/base/assert.js';
import { VirtualClock } from '../../engine/replay/clock.js';
import { EventQueue } from '../../engine/replay/queue.js';

test('entries come out by time, those of one time in the order they went in (seed 42)', (t) => {
  const step = fc.option(fc.nat({ max: 9 }), { nil: null, freq: 3 });
  const property = fc.property(fc.array(step), (steps) => {
    const queue = new EventQueue<number>();
    let expected: { timeUs: number; item: number }[] = [];
    steps.forEach((timeUs, item) => {
      if (timeUs === null) {
        t.deepEqual(queue.pop(), expected.shift() ?? null);
      } else {
        queue.push(timeUs, item);
        // A stable sort by time is the specification.
        expected = [...expected, { timeUs, item }].sort((a, b) => a.timeUs - b.timeUs);
      }
      t.is(queue.size, expected.length);
      t.is(queue.nextUs, expected[0]?.timeUs ?? null);
    });
    while (expected.length > 0) t.deepEqual(queue.pop(), expected.shift());
    t.is(queue.pop(), null);
  });
  fc.assert(property, { seed: 42, numRuns: 300 });
});

test('the virtual clock moves to due times and never back', (t) => {
  const clock = new VirtualClock();
  t.is(clock.nowUs, 0);
  clock.advanceTo(5);
  clock.advanceTo(5);
  t.is(clock.nowUs, 5);
  t.throws(
    () => {
      clock.advanceTo(4);
    },
    { instanceOf: InternalError },
  );
  t.is(clock.nowUs, 5);
});
