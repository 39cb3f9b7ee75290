import { seededRandom } from '../engine/base/random.js';
import { ModelBuilder, sumOf, truthOf } from '../engine/model/builder.js';
import type { Capacity, LinearExpression, Model } from '../engine/model/model.js';

/** Requests of cores, slices and a process on unlike hosts: the placement problem P1. */
export interface P1Options {
  readonly requests: number;
  readonly hosts: number;
  /** `loose`: hosts are 20 to 70 % used. `tight`: demand is 85 % of what is free. */
  readonly kind: 'loose' | 'tight';
  /** What is gained beside others of its process: once beside `any`, which is the default, or beside `each` of them. */
  readonly siblings?: 'any' | 'each';
  readonly seed: number;
}

interface Host {
  readonly key: number;
  readonly cores: number;
  readonly memslices: number;
}

const CORE_SIZES = [16, 32, 64, 128] as const;
const SLICES_PER_CORE = [2, 4, 8] as const;
const TIGHT_SHARE = 0.85;
/** Requests of a process, on average. */
const PER_PROCESS = 4;
/** Hosts that a process already holds something of, at most. */
const HELD_HOSTS = 3;

/**
 * Hard: each request on one host, cores and slices of each host suffice. Soft: 4096 per request on a host
 * where its process already holds something, 1024 per request beside another of its process, or per ordered pair,
 * 64 times the cores and 16 times the slices that the fullest host has left.
 */
export function p1Model({ requests, hosts, kind, seed, siblings: counted = 'any' }: P1Options): Model {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[], fallback: T): T => list[random.below(list.length)] ?? fallback;
  const free: Host[] = Array.from({ length: hosts }, (_, index) => {
    const cores = pick(CORE_SIZES, 64);
    const memslices = cores * pick(SLICES_PER_CORE, 4);
    const left = 0.3 + 0.5 * random.next();
    return { key: index + 1, cores: Math.floor(cores * left), memslices: Math.floor(memslices * left) };
  });
  const processes = Math.max(1, Math.round(requests / PER_PROCESS));
  const held = Array.from({ length: processes }, () =>
    Array.from({ length: 1 + random.below(HELD_HOSTS) }, () => 1 + random.below(hosts)),
  );
  const asked = Array.from({ length: requests }, () => {
    const [cores, memslices] = random.below(2) === 0 ? [1 + random.below(8), 0] : [0, 1 + random.below(32)];
    return { process: random.below(processes), cores, memslices };
  });
  const room = kind === 'loose' ? free : tightened(free, asked);
  const builder = new ModelBuilder();
  const values = room.map(({ key }) => key);
  const variables = asked.map((_, index) =>
    builder.variable({ values, lo: 1, hi: hosts, label: `request[${index}]` }, null),
  );
  const capacityOf = (resource: 'cores' | 'memslices'): Capacity => ({
    items: asked.map((request, index) => ({
      variable: variables[index] ?? 0,
      demand: request[resource],
      presence: null,
    })),
    keys: room.map((host) => ({ key: host.key, capacity: host[resource] })),
  });
  const cores = capacityOf('cores');
  const memslices = capacityOf('memslices');
  builder.capacity(cores, 0);
  builder.capacity(memslices, 1);
  const total = (expressions: readonly LinearExpression[]): LinearExpression =>
    sumOf(expressions.map((expression) => ({ expression, factor: 1 })));
  const besideHeld = asked.map(({ process }, index) =>
    truthOf(builder.member(variables[index] ?? 0, held[process] ?? [])),
  );
  const besideSibling = asked.map(({ process }, index) => {
    const own = variables[index] ?? 0;
    const siblings = variables.filter((_, other) => other !== index && asked[other]?.process === process);
    const same = siblings.map((other) => builder.same(own, null, other, null));
    return counted === 'any' ? truthOf(builder.or(same)) : total(same.map(truthOf));
  });
  const soft = [
    { name: 'beside_held', weight: 4096, expression: total(besideHeld) },
    { name: 'beside_sibling', weight: 1024, expression: total(besideSibling) },
    { name: 'cores_left', weight: 64, expression: builder.numeric({ kind: 'balance', capacity: cores }) },
    {
      name: 'slices_left',
      weight: 16,
      expression: builder.numeric({ kind: 'balance', capacity: memslices }),
    },
  ];
  return builder.build([{ priority: 0, soft }]);
}

/** The same hosts with so much less room that the demand is 85 % of it, and every host can take any one request. */
function tightened(free: readonly Host[], asked: readonly Omit<Host, 'key'>[]): Host[] {
  const scaled = (resource: 'cores' | 'memslices'): ((host: Host) => number) => {
    const demand = asked.reduce((sum, request) => sum + request[resource], 0);
    const supply = free.reduce((sum, host) => sum + host[resource], 0);
    const largest = Math.max(...asked.map((request) => request[resource]));
    const factor = Math.min(1, demand / TIGHT_SHARE / supply);
    return (host) => Math.max(largest, Math.ceil(host[resource] * factor));
  };
  const cores = scaled('cores');
  const memslices = scaled('memslices');
  return free.map((host) => ({ key: host.key, cores: cores(host), memslices: memslices(host) }));
}
