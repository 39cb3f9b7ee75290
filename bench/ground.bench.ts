import type { Clock } from '../engine/base/clock.js';
import type { CompiledPolicies } from '../engine/loop/compile.js';
import { groundErrors, prepare } from '../engine/loop/decide.js';
import type { Loads, Model } from '../engine/model/model.js';
import { propagate } from '../engine/solve/propagate.js';
import { packagePath, readPolicyPaths } from '../engine/store/files.js';
import type { Store } from '../engine/store/store.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { compiledOf, scheduledPolicies } from './compiled.js';
import type { ChosenRowsOptions } from './chosen-rows.js';
import { openChosenRows } from './chosen-rows.js';
import { openFilledRack } from './filled-rack.js';
import { growthExponent, measure, repetition, timesOf } from './measure.js';

const SCHEDULERS = ['DCMcap', 'DCMloc'] as const;

/** Policies to model: grounding a rack in use. */
export const ground: Bench = {
  name: 'ground',
  run(context) {
    const { smoke } = context;
    return Promise.resolve([
      ...groundTables(context, smoke ? [20, 100] : [100, 1000, 10_000], smoke ? [1, 3] : [1, 10, 50]),
      ...chosenTables(context, smoke ? SMALL : LARGE),
    ]);
  },
};

/** What a program without grounding would do: every request with every host that has room, as rows in JavaScript. */
const NAIVE = `
  select pending.id, unallocated.dkernel, pending.cores, pending.memslices, unallocated.cores, unallocated.memslices
  from pending cross join unallocated
  where unallocated.cores >= pending.cores and unallocated.memslices >= pending.memslices
  order by pending.id, unallocated.dkernel`;

interface Point {
  readonly scheduler: string;
  readonly hosts: number;
  readonly pending: number;
  readonly ms: number;
}

function groundTables(
  context: BenchContext,
  hostCounts: readonly number[],
  pendingCounts: readonly number[],
): Table[] {
  const rows: Row[] = [];
  const points: Point[] = [];
  for (const hosts of hostCounts) {
    for (const pending of pendingCounts) {
      context.note(`ground ${pending} requests on ${hosts} hosts`);
      const store = openFilledRack({ hosts, pending, heldPerHost: 4, seed: 1 });
      try {
        for (const scheduler of SCHEDULERS) {
          const compiled = compiledOf(store, scheduledPolicies(scheduler));
          const { row, ms } = groundRow(store, compiled, context);
          rows.push({ scheduler, hosts, requests: pending, ...row });
          points.push({ scheduler, hosts, pending, ms });
        }
        const { row, ms } = naiveRow(store, context.clock, context.smoke);
        rows.push({ scheduler: 'naive join', hosts, requests: pending, ...row });
        points.push({ scheduler: 'naive join', hosts, pending, ms });
      } finally {
        store.close();
      }
    }
  }
  const title = 'Grounding a rack in use, beside reading the product of requests and hosts';
  return [
    { name: 'ground', title, rows },
    {
      name: 'growth',
      title: 'Exponent b of median = a * size^b',
      rows: growthRows(points, hostCounts, pendingCounts),
    },
  ];
}

function groundRow(
  store: Store,
  compiled: CompiledPolicies,
  { clock, smoke }: BenchContext,
): { readonly row: Row; readonly ms: number } {
  const { grounded } = prepare(store, compiled);
  const [problem] = groundErrors(grounded, compiled);
  if (problem !== undefined) throw new Error(problem.message);
  const timing = measure(clock, repetition(smoke), () => prepare(store, compiled));
  const { variables, nodes, constraints } = grounded.model;
  return {
    ms: timing.medianMs,
    row: {
      ...timesOf(timing),
      variables: variables.length,
      nodes: nodes.length,
      constraints: constraints.length,
      terms: termCount(grounded.model),
      rows_per_s: null,
    },
  };
}

/** Numbers that the model holds: terms of sums, items and keys of capacities. */
function termCount(model: Model): number {
  const capacities = new Set(
    model.constraints.flatMap((constraint) => (constraint.kind === 'capacity' ? [constraint.capacity] : [])),
  );
  let count = 0;
  for (const { items, keys } of capacities) count += items.length + keys.length;
  for (const { soft } of model.objectives) {
    for (const { expression } of soft) count += expression.terms.length;
  }
  return count;
}

function naiveRow(store: Store, clock: Clock, smoke: boolean): { readonly row: Row; readonly ms: number } {
  const count = store.rows(NAIVE).length;
  const timing = measure(clock, repetition(smoke), () => store.rows(NAIVE));
  return {
    ms: timing.medianMs,
    row: {
      ...timesOf(timing),
      variables: null,
      nodes: null,
      constraints: null,
      terms: count,
      rows_per_s: (count * 1000) / timing.medianMs,
    },
  };
}

function growthRows(
  points: readonly Point[],
  hostCounts: readonly number[],
  pendingCounts: readonly number[],
): Row[] {
  return [...SCHEDULERS, 'naive join'].flatMap((scheduler) => {
    const own = points.filter((point) => point.scheduler === scheduler);
    const inHosts = pendingCounts.map((pending): Row => {
      const fit = own.filter((point) => point.pending === pending);
      const exponent = growthExponent(fit.map(({ hosts, ms }) => ({ size: hosts, ms })));
      return { scheduler, grows: 'hosts', fixed: `${pending} requests`, exponent };
    });
    const inRequests = hostCounts.map((hosts): Row => {
      const fit = own.filter((point) => point.hosts === hosts);
      const exponent = growthExponent(fit.map(({ pending, ms }) => ({ size: pending, ms })));
      return { scheduler, grows: 'requests', fixed: `${hosts} hosts`, exponent };
    });
    return [...inHosts, ...inRequests];
  });
}

/** Policies that read what decisions choose: sums, lists, distinct values, pairs. */
const CHOOSING = [
  'capacity',
  'load',
  'balance',
  'transient',
  'spread',
  'dependency',
  'conflict',
  'process_move',
  'service_move',
] as const;

/** Sizes by what grows in them. */
type Series = Readonly<Record<'items' | 'hosts', readonly ChosenRowsOptions[]>>;

const LARGE: Series = {
  items: [1250, 2500, 5000].map((items) => ({ items, hosts: 100, resources: 12 })),
  hosts: [625, 1250, 2500, 5000].map((hosts) => ({ items: 2000, hosts, resources: 2 })),
};
const SMALL: Series = {
  items: [20, 40].map((items) => ({ items, hosts: 10, resources: 2 })),
  hosts: [10, 20].map((hosts) => ({ items: 20, hosts, resources: 2 })),
};

interface ChosenPoint {
  readonly policy: string;
  readonly size: number;
  readonly groundMs: number;
  readonly presolveMs: number;
}

/** Items that choose hosts, as either grows; rows and columns of their product would be items x hosts. */
function chosenTables(context: BenchContext, series: Series): Table[] {
  const rows: Row[] = [];
  const growth: Row[] = [];
  for (const grows of ['items', 'hosts'] as const) {
    const points: ChosenPoint[] = [];
    for (const options of series[grows]) {
      const store = openChosenRows(options);
      try {
        for (const policy of CHOOSING) {
          context.note(`ground ${policy} of ${options.items} items on ${options.hosts} hosts`);
          const { row, groundMs, presolveMs } = chosenRow(store, policy, context);
          rows.push({ policy, ...options, ...row });
          points.push({ policy, size: options[grows], groundMs, presolveMs });
        }
      } finally {
        store.close();
      }
    }
    for (const policy of CHOOSING) {
      const own = points.filter((point) => point.policy === policy);
      growth.push({
        policy,
        grows,
        ground: growthExponent(own.map(({ size, groundMs }) => ({ size, ms: groundMs }))),
        presolve: growthExponent(own.map(({ size, presolveMs }) => ({ size, ms: presolveMs }))),
      });
    }
  }
  return [
    { name: 'chosen-rows', title: 'Policies that read what items choose, one at a time', rows },
    { name: 'chosen-rows-growth', title: 'Exponent b of median = a * size^b, per stage', rows: growth },
  ];
}

function chosenRow(
  store: Store,
  policy: string,
  { clock, smoke }: BenchContext,
): { readonly row: Row; readonly groundMs: number; readonly presolveMs: number } {
  const compiled = compiledOf(store, readPolicyPaths([packagePath('policies', 'roadef', `${policy}.sql`)]));
  const { grounded } = prepare(store, compiled);
  const [problem] = groundErrors(grounded, compiled);
  if (problem !== undefined) throw new Error(problem.message);
  const { model } = grounded;
  const ground = measure(clock, repetition(smoke), () => prepare(store, compiled));
  const presolve = measure(clock, repetition(smoke), () => propagate(model));
  return {
    groundMs: ground.medianMs,
    presolveMs: presolve.medianMs,
    row: {
      ground_ms: ground.medianMs,
      presolve_ms: presolve.medianMs,
      nodes: model.nodes.length,
      numbers: model.numerics.length,
      constraints: model.constraints.length,
      items_of_loads: itemsOfLoads(model),
    },
  };
}

function itemsOfLoads({ numerics }: Model): number {
  const loads = new Set<Loads>();
  for (const numeric of numerics) if (numeric.kind === 'load') loads.add(numeric.loads);
  return [...loads].reduce((sum, { items }) => sum + items.length, 0);
}
