import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SqlRecord } from '../base/sql-value.js';
import type { TraceEvent } from '../replay/trace.js';
import { readCsv } from './csv.js';
import type { Imported, Importer } from './importer.js';

/**
 * Topology-aware placement of virtual machines: two-NUMA hosts in racks, and requests with affinity rules.
 * Source: mdl1104/Dataset-for-topology-aware-VM-placement, production data of a cloud, CC0 1.0, as CSV.
 *
 * Becomes rows of `vm_rack`, `vm_host`, `vm_numa_node` (two for each host, `host_id * 2 + numa`) and `vm`, as
 * the schema pack numa_vm has them, and a `solve` after every batch of requests.
 */
export const numaVm: Importer = {
  name: 'numa-vm',
  takes:
    'a file of VM requests with `hosts.csv.gz` beside it, or the folder of both (then `vm_requests_C1.csv.gz`)',
  options: [],
  open: (path) => openNumaVm(path),
};

/** Requests that are decided together. */
const SOLVE_EVERY = 50;
/** The source has an order but no times; batches stand a second apart. */
const BATCH_US = 1_000_000;

export function openNumaVm(path: string, solveEvery: number = SOLVE_EVERY): Imported {
  const requests = statSync(path).isDirectory() ? join(path, 'vm_requests_C1.csv.gz') : path;
  const hosts = join(dirname(requests), 'hosts.csv.gz');
  return {
    header: {
      controller: null,
      notes: {
        schema: 'numa_vm',
        source: 'mdl1104/Dataset-for-topology-aware-VM-placement @ 28c0112',
        licence: 'CC0-1.0',
      },
    },
    events: {
      *[Symbol.iterator]() {
        yield* hostEvents(hosts);
        yield* requestEvents(requests, solveEvery);
      },
    },
  };
}

function put(atUs: number, table: string, row: SqlRecord): TraceEvent {
  return { atUs, type: 'put', fields: { table, row } };
}

function* hostEvents(path: string): Generator<TraceEvent> {
  const racks = new Set<number>();
  const hosts = new Set<number>();
  const columns = [
    'rack_id',
    ...[0, 1].flatMap((numa) => [`numa${numa}_free_cpu`, `numa${numa}_free_ram_gib`]),
  ];
  for (const row of readCsv(path, ['host_id', ...columns])) {
    const host = row.numbered('host_id', 'host-');
    const rack = row.integer('rack_id');
    if (hosts.has(host)) throw row.problem(`host ${host} is there twice`);
    hosts.add(host);
    if (!racks.has(rack)) yield put(0, 'vm_rack', { rack_id: rack });
    racks.add(rack);
    yield put(0, 'vm_host', { host_id: host, rack_id: rack });
    for (const numa of [0, 1]) {
      yield put(0, 'vm_numa_node', {
        numa_node_id: host * 2 + numa,
        host_id: host,
        numa,
        cores: row.integer(`numa${numa}_free_cpu`),
        memory_gib: row.integer(`numa${numa}_free_ram_gib`),
      });
    }
  }
}

const STRATEGIES = ['none', 'affinity', 'anti-affinity', 'fault_domain'] as const;

function* requestEvents(path: string, solveEvery: number): Generator<TraceEvent> {
  const columns = ['seq', 'vcpus', 'ram_gib', 'numa_nodes', 'strategy', 'group_id', 'fault_domain'];
  let count = 0;
  let lastSeq = -1;
  for (const row of readCsv(path, columns)) {
    const seq = row.integer('seq', lastSeq + 1);
    lastSeq = seq;
    const numaCount = row.integer('numa_nodes', 1);
    if (numaCount > 2) throw row.problem('`numa_nodes` is more than 2');
    const strategy = row.word('strategy', STRATEGIES);
    const group = row.optional('group_id');
    const faultDomain = row.optional('fault_domain');
    if ((strategy === 'none') !== (group === null))
      throw row.problem('a strategy and a `group_id` go together');
    if ((strategy === 'fault_domain') !== (faultDomain !== null)) {
      throw row.problem('`fault_domain` is for that strategy, and only for it');
    }
    const atUs = (Math.floor(count / solveEvery) + 1) * BATCH_US;
    yield put(atUs, 'vm', {
      vm_id: seq,
      seq,
      cores: row.integer('vcpus', 1),
      memory_gib: row.integer('ram_gib', 1),
      numa_count: numaCount,
      strategy,
      group_id: group,
      fault_domain: faultDomain,
    });
    count += 1;
    if (count % solveEvery === 0) yield { atUs, type: 'solve', fields: {} };
  }
  if (count % solveEvery !== 0)
    yield { atUs: Math.ceil(count / solveEvery) * BATCH_US, type: 'solve', fields: {} };
}
