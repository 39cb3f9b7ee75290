import test from 'ava';
import fc from 'fast-check';
import type { Extent, Shelf } from '../../engine/controllers/rack/micro.js';
import { countUnits, giveHighest, takeLowest } from '../../engine/controllers/rack/micro.js';
import { cutIntoUnits, throughCache } from '../../engine/controllers/rack/units.js';

const unitsOf = (extents: readonly Extent[]): number[] =>
  extents.flatMap(([first, count]) => Array.from({ length: count }, (_, offset) => first + offset));

/** A shelf from a list of units, one extent each, so that neighbours are not merged yet. */
const shelfOf = (total: number, taken: readonly number[]): Shelf => ({
  total,
  taken: [...taken].sort((a, b) => a - b).map((unit) => [unit, 1]),
});

test('units are taken from the lowest on, in as few extents as the gaps allow', (t) => {
  t.deepEqual(takeLowest(shelfOf(10, [2, 3, 7]), 5)?.extents, [
    [0, 2],
    [4, 3],
  ]);
  t.deepEqual(takeLowest(shelfOf(4, []), 4)?.extents, [[0, 4]]);
  t.deepEqual(takeLowest(shelfOf(4, [0]), 0)?.extents, []);
  t.is(takeLowest(shelfOf(4, [0]), 4), null);
});

test('units that a shrunken host no longer has are not given away', (t) => {
  t.deepEqual(takeLowest(shelfOf(4, [0, 6]), 3)?.extents, [[1, 3]]);
  t.is(takeLowest(shelfOf(4, [0, 6]), 4), null);
});

test('taking gives the lowest free units, once each, and leaves a shelf that counts them as taken (seed 42)', (t) => {
  const property = fc.property(
    fc.nat({ max: 40 }),
    fc.uniqueArray(fc.nat({ max: 45 })),
    fc.array(fc.nat({ max: 12 }), { maxLength: 5 }),
    (total, taken, wants) => {
      let shelf = shelfOf(total, taken);
      let free = Array.from({ length: total }, (_, unit) => unit).filter((unit) => !taken.includes(unit));
      for (const want of wants) {
        const result = takeLowest(shelf, want);
        t.is(result === null, want > free.length);
        if (result === null) continue;
        t.deepEqual(unitsOf(result.extents), free.slice(0, want));
        free = free.slice(want);
        shelf = result.shelf;
      }
    },
  );
  fc.assert(property, { seed: 42, numRuns: 500 });
});

test('giving back frees the highest units and keeps the rest, nothing lost (seed 43)', (t) => {
  const property = fc.property(fc.uniqueArray(fc.nat({ max: 40 })), fc.nat({ max: 50 }), (units, asked) => {
    const held = shelfOf(0, units).taken;
    const count = Math.min(asked, units.length);
    const { kept, freed } = giveHighest(held, count);
    const sorted = [...units].sort((a, b) => a - b);
    t.deepEqual(unitsOf(kept), sorted.slice(0, sorted.length - count));
    t.deepEqual(unitsOf(freed), sorted.slice(sorted.length - count));
    t.is(countUnits(freed), count);
  });
  fc.assert(property, { seed: 43, numRuns: 300 });
});

test('an extent that is given back in part is split at its high end', (t) => {
  t.deepEqual(
    giveHighest(
      [
        [2, 4],
        [10, 2],
      ],
      3,
    ),
    {
      kept: [[2, 3]],
      freed: [
        [5, 1],
        [10, 2],
      ],
    },
  );
});

test('cutting an amount keeps its sum and its numbers, cores first (seed 44)', (t) => {
  const property = fc.property(fc.nat(99), fc.nat(9), fc.nat(9), (first, cores, memslices) => {
    const cut = cutIntoUnits(first, { cores, memslices });
    t.deepEqual(
      cut.map(({ id }) => id),
      Array.from({ length: cores + memslices }, (_, index) => first + index),
    );
    t.deepEqual(
      cut.map(({ amount }) => amount),
      [
        ...Array.from({ length: cores }, () => ({ cores: 1, memslices: 0 })),
        ...Array.from({ length: memslices }, () => ({ cores: 0, memslices: 1 })),
      ],
    );
  });
  fc.assert(property, { seed: 44, numRuns: 100 });
});

test('no byte is lost between cache, slices and what the process gets (seed 45)', (t) => {
  const amount = fc.nat({ max: 10_000 });
  const property = fc.property(amount, amount, fc.integer({ min: 1, max: 3000 }), (asked, cached, slice) => {
    const bytes = asked + 1;
    const { memslices, cachedBytes, spareBytes } = throughCache(bytes, cached, slice);
    t.is(cached + memslices * slice, bytes + cachedBytes + spareBytes);
    t.true(spareBytes >= 0 && spareBytes < slice);
    t.is(memslices === 0, bytes <= cached);
  });
  fc.assert(property, { seed: 45, numRuns: 300 });
});
