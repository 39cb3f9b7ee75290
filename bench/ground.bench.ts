import { must } from '../engine/base/assert.js';
import type { Clock } from '../engine/base/clock.js';
import type { SourceFile } from '../engine/base/source.js';
import { catalogOf } from '../engine/check/schema.js';
import { rack } from '../engine/controllers/rack/controller.js';
import { parsePolicies } from '../engine/lang/parser.js';
import type { CompiledPolicies } from '../engine/loop/compile.js';
import { compilePolicies } from '../engine/loop/compile.js';
import { groundErrors, prepare } from '../engine/loop/decide.js';
import type { Model } from '../engine/model/model.js';
import { readShippedPolicies } from '../engine/store/files.js';
import { introspect } from '../engine/store/introspect.js';
import type { Store } from '../engine/store/store.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { openFilledRack } from './filled-rack.js';
import { generatedPolicies } from './generated-policies.js';
import { growthExponent, measure, repetition, timesOf } from './measure.js';

const SCHEDULERS = ['DCMcap', 'DCMloc'] as const;

/** Text to model: parsing, compiling, and grounding a rack in use. */
export const ground: Bench = {
  name: 'ground',
  run(context) {
    const { smoke } = context;
    return Promise.resolve([
      compileTable(context),
      parseTable(context),
      ...groundTables(context, smoke ? [20, 100] : [100, 1000, 10_000], smoke ? [1, 3] : [1, 10, 50]),
    ]);
  },
};

function shippedPolicies(scheduler: string): SourceFile[] {
  const shipped = must(rack.schedulers[scheduler], scheduler);
  return shipped.kind === 'policies' ? readShippedPolicies(shipped.paths) : [];
}

function compiledOf(store: Store, sources: readonly SourceFile[]): CompiledPolicies {
  const { compiled, diagnostics } = compilePolicies(sources, catalogOf(introspect(store)));
  return must(compiled, () => diagnostics.map(({ message }) => message).join('; '));
}

/** Compiling a policy set beside reading the rows it is about, which every solve does again. */
function compileTable({ smoke, clock, note }: BenchContext): Table {
  const hosts = smoke ? 100 : 10_000;
  note(`compile beside ${hosts} hosts`);
  const store = openFilledRack({ hosts, pending: hosts, heldPerHost: 2, seed: 1 });
  try {
    const repeat = repetition(smoke);
    const catalog = catalogOf(introspect(store));
    const read = measure(clock, repeat, () => [
      store.rows('select * from pending order by id'),
      store.rows('select * from unallocated order by dkernel'),
    ]);
    const sets: readonly (readonly [string, readonly SourceFile[]])[] = [
      ...[...SCHEDULERS, 'DCMfew'].map((name) => [name, shippedPolicies(name)] as const),
      ['100 generated', generatedPolicies(smoke ? 8 : 100)],
    ];
    const schema = measure(clock, repeat, () => catalogOf(introspect(store)));
    const row = (name: string, policies: number, bytes: number, timing: typeof read): Row => ({
      what: name,
      policies,
      bytes,
      ...timesOf(timing),
      of_reading_share: timing.medianMs / read.medianMs,
    });
    const rows = [
      row('read the schema', 0, 0, schema),
      ...sets.map(([name, sources]) => {
        const timing = measure(clock, repeat, () => compilePolicies(sources, catalog));
        const { policies } = compiledOf(store, sources);
        return row(`compile ${name}`, policies.length, bytesOf(sources), timing);
      }),
      row(`read ${hosts} requests and ${hosts} hosts`, 0, 0, read),
    ];
    return { name: 'compile', title: 'Compiling once, beside reading the rows of one solve', rows };
  } finally {
    store.close();
  }
}

function parseTable({ smoke, clock, note }: BenchContext): Table {
  note('parse');
  const rows = (smoke ? [8] : [100, 1000, 4000]).map((count): Row => {
    const text = generatedPolicies(count)
      .map((source) => source.text)
      .join('\n');
    const timing = measure(clock, repetition(smoke), () => parsePolicies({ name: 'all.sql', text }));
    return {
      policies: count,
      bytes: text.length,
      ...timesOf(timing),
      mb_per_s: text.length / 1000 / timing.medianMs,
    };
  });
  return { name: 'parse', title: 'Parsing one file of generated policies', rows };
}

function bytesOf(sources: readonly SourceFile[]): number {
  return sources.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}

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
          const compiled = compiledOf(store, shippedPolicies(scheduler));
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
