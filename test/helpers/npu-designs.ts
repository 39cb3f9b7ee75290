import { readFileSync } from 'node:fs';
import { must } from '../../engine/base/assert.js';
import { declare } from '../../engine/controllers/npu/declare.js';
import type { Design } from '../../engine/controllers/npu/design.js';
import { readDesign } from '../../engine/controllers/npu/read-design.js';
import { openStore } from '../../engine/store/open.js';
import { rowsOf } from '../../engine/store/rows-of.js';
import type { Store } from '../../engine/store/store.js';

export interface Usage {
  readonly s2mm: number;
  readonly mm2s: number;
  readonly bd: number;
  readonly lock: number;
  readonly bytes: number;
}

/** A design of the thesis with what is known of its hand placement. */
export interface DesignCase {
  readonly id: string;
  readonly device: string;
  readonly table71: string | null;
  readonly thesis_placer_legal: boolean;
  readonly enumeration?: { readonly legal: number; readonly workerAssignments: number };
  readonly reference: {
    readonly placement: Readonly<Record<string, readonly [number, number]>>;
    readonly usage: Readonly<Record<string, Usage>>;
    readonly sharedMemoryFifos: readonly string[];
    readonly hpwl: number;
    readonly hops: number;
    readonly columns: number;
    readonly memTileBdsByChannel?: Readonly<Record<string, { readonly feasible: boolean }>>;
  };
}

interface MicroFifo {
  readonly id: string;
  readonly objBytes: number;
  readonly depths: readonly number[];
  readonly producer: string;
  readonly consumers: readonly string[];
}

export interface MicroCase {
  readonly id: string;
  readonly description: string;
  readonly device: string;
  readonly workers?: readonly string[];
  readonly fifos?: readonly MicroFifo[];
  readonly links?: readonly {
    readonly id: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  }[];
  readonly constraints?: readonly Readonly<Record<string, unknown>>[];
  readonly expect: Readonly<Record<string, unknown>>;
}

const data = JSON.parse(readFileSync('test/cases/iron_designs.json', 'utf8')) as {
  readonly designs: readonly (DesignCase & Readonly<Record<string, unknown>>)[];
  readonly micro: readonly MicroCase[];
};

export const designCases: readonly DesignCase[] = data.designs;
export const microCases: readonly MicroCase[] = data.micro;

export const caseOf = (id: string): DesignCase =>
  must(
    designCases.find((one) => one.id === id),
    id,
  );

const DESIGN_FIELDS = [
  'id',
  'device',
  'workers',
  'fifos',
  'links',
  'description',
  'example',
  'configuration',
];

/** The JSON of a design as `edict import npu-design` takes it: the graph alone, without what was found out about it. */
export function designJson(
  id: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const whole = must(
    data.designs.find((one) => one.id === id),
    id,
  ) as Readonly<Record<string, unknown>>;
  const runtime = whole['runtime'] as { fills: unknown; drains: unknown } | undefined;
  const fields = Object.fromEntries(DESIGN_FIELDS.map((name) => [name, whole[name]]));
  const transfers =
    runtime === undefined ? {} : { runtime: { fills: runtime.fills, drains: runtime.drains } };
  return { ...fields, ...transfers, ...more };
}

export const placementJson = (id: string): Record<string, unknown> => ({
  ...caseOf(id).reference.placement,
});

/** A micro case in the same form: `runtime` and names of links become ends, every worker takes one object at a time. */
export function microJson(micro: MicroCase): Record<string, unknown> {
  const links = micro.links ?? [];
  const names = new Set<string>(links.map(({ id }) => id));
  const window = micro.id === 'window-depth' ? 3 : 1;
  const end = (fifo: MicroFifo, ref: string, at: number): Record<string, unknown> => {
    const depth = fifo.depths[at] ?? 2;
    if (ref === 'runtime') return { kind: 'runtime', ref: `shim:${fifo.id}`, depth };
    if (names.has(ref)) return { kind: 'link', ref, depth };
    return { kind: 'worker', ref, depth, maxAcquire: window };
  };
  const constraints = micro.constraints ?? [];
  const workersOf = (one: Readonly<Record<string, unknown>>): unknown[] =>
    [one['worker'], one['core'], one['owner'], one['source'], one['destination']].filter(
      (name) => name !== undefined,
    );
  const workers = [...new Set([...(micro.workers ?? []), ...constraints.flatMap(workersOf)])];
  const pins = constraints.filter(({ kind }) => kind === 'pin').map(({ worker, tile }) => [worker, tile]);
  const ofKind = (kind: string): Readonly<Record<string, unknown>>[] =>
    constraints.filter((one) => one['kind'] === kind);
  return {
    id: micro.id,
    device: micro.device,
    workers: workers.map((id) => ({ id })),
    fifos: (micro.fifos ?? []).map((fifo) => ({
      id: fifo.id,
      objBytes: fifo.objBytes,
      producer: end(fifo, fifo.producer, 0),
      consumers: fifo.consumers.map((ref, i) => end(fifo, ref, i + 1)),
    })),
    links: links.map((link) => ({
      ...link,
      kind: link.inputs.length > 1 ? 'join' : link.outputs.length > 1 ? 'split' : 'forward',
    })),
    pins: Object.fromEntries(pins) as unknown,
    memoryAccess: ofKind('memAccess').map(({ core, owner }) => ({ core, owner })),
    cascades: ofKind('cascade').map(({ source, destination }) => ({ source, destination })),
  };
}

/** Throws with all problems. */
export function designOf(json: unknown): Design {
  const { design, problems } = readDesign(json);
  if (design === null) throw new Error(problems.map(({ path, message }) => `${path} ${message}`).join('; '));
  return design;
}

/** A database in memory with these designs declared. */
export function npuStore(...designs: readonly unknown[]): Store {
  const store = openStore(':memory:', 'state');
  store.write(() => {
    for (const json of designs) {
      const declared = declare(designOf(json), 0, rowsOf(store));
      if (declared.status === 'refused') throw new Error(declared.message);
    }
  });
  return store;
}
