import { must } from '../engine/base/assert.js';
import type { SqlRecord } from '../engine/base/sql-value.js';

/** One NUMA node and what is left of it. */
interface Node {
  readonly cores: number;
  readonly gib: number;
}

interface Slot {
  readonly rack: number;
  readonly host: number;
  /** Positions of one node, or of both. */
  readonly nodes: readonly number[];
}

interface Vm {
  readonly cores: number;
  readonly gib: number;
  readonly numaCount: number;
  readonly strategy: string;
  readonly group: number | null;
  readonly label: number | null;
}

/** Hosts and VMs in the order they came. */
export interface VmInput {
  readonly nodes: readonly Node[];
  /** By host, one node before both. */
  readonly slots: readonly Slot[];
  /** Positions of the two nodes of each host. */
  readonly hosts: readonly (readonly number[])[];
  readonly vms: readonly Vm[];
}

/** What is known of a slot that is allowed when a VM looks at it. */
interface Offer {
  readonly cores: number;
  /** Large VMs, of 16 cores and 32 GiB in each node, that the host and the rack still have room for. */
  readonly whole: number;
  readonly rackRoom: number;
  /** Affinity groups of the rack. */
  readonly groups: number;
  readonly strategy: string;
  /** True where the VM's group, and its label if it has one, is in the rack already. */
  readonly isHome: boolean;
}

/** What one by one placement prefers among the slots that are allowed. */
export interface GreedyRule {
  readonly name: string;
  /** Smaller is better; equal ones are taken in order of slots. null: the first slot will do. */
  readonly cost: ((offer: Offer) => number) | null;
}

/** Alternatives in plain code; all of them keep the hard rules and place each VM as it comes. */
export const GREEDY_RULES: readonly GreedyRule[] = [
  { name: 'first fit', cost: null },
  { name: 'best fit (fewest free cores)', cost: ({ cores }) => cores },
  { name: 'best fit (hosts of no use to large VMs)', cost: ({ cores, whole }) => whole * 1000 + cores },
  { name: 'as the candidates prefer, one by one', cost: candidateCost },
];

/** The preferences of the view vm_candidate without a solver: what is left of its lead is the batch's. */
function candidateCost({ cores, whole, rackRoom, groups, strategy, isHome }: Offer): number {
  const tight = whole * 1000 + cores;
  if (strategy === 'affinity') return (isHome ? 0 : 2 * groups - rackRoom) * 1e6 + tight;
  if (strategy === 'fault_domain') return (isHome ? -1000 : -rackRoom) * 1e6 + tight;
  return (groups > 0 ? 1e6 : 0) + tight;
}

export interface GreedyResult {
  readonly placed: number;
  readonly refused: number;
  readonly refusedCores: number;
  readonly coreShare: number;
  readonly largeLeft: number;
}

/** Reads the rows of a trace for the schema pack numa_vm. */
export function readVmInput(rowsOf: (table: string) => readonly SqlRecord[]): VmInput {
  const rackOf = new Map(rowsOf('vm_host').map((row) => [Number(row['host_id']), Number(row['rack_id'])]));
  const nodes: Node[] = [];
  const byHost = new Map<number, number[]>();
  for (const row of rowsOf('vm_numa_node')) {
    const host = Number(row['host_id']);
    byHost.set(host, [...(byHost.get(host) ?? []), nodes.length]);
    nodes.push({ cores: Number(row['cores']), gib: Number(row['memory_gib']) });
  }
  const slots = [...byHost].flatMap(([host, own]): Slot[] => {
    const rack = must(rackOf.get(host), 'rack of a host');
    return [...own.map((node) => [node]), own].map((used) => ({ rack, host, nodes: used }));
  });
  const vms = rowsOf('vm').map((row): Vm => {
    const optional = (name: string): number | null => (row[name] == null ? null : Number(row[name]));
    return {
      cores: Number(row['cores']),
      gib: Number(row['memory_gib']),
      numaCount: Number(row['numa_count']),
      strategy: String(row['strategy']),
      group: optional('group_id'),
      label: optional('fault_domain'),
    };
  });
  return { nodes, slots, hosts: [...byHost.values()], vms };
}

/** Where the members of one group are. */
interface Group {
  readonly racks: Map<number, number | null>;
  readonly hosts: Set<number>;
}

function isAllowed({ strategy, label }: Vm, group: Group, slot: Slot): boolean {
  switch (strategy) {
    case 'affinity':
      return group.racks.size === 0 || group.racks.has(slot.rack);
    case 'anti-affinity':
      return !group.hosts.has(slot.host);
    case 'fault_domain':
      return !group.racks.has(slot.rack) || group.racks.get(slot.rack) === label;
    default:
      return true;
  }
}

/** Places VM after VM; what was placed stays. */
export function runGreedy({ nodes, slots, hosts, vms }: VmInput, { cost }: GreedyRule): GreedyResult {
  const cores = nodes.map((node) => node.cores);
  const gib = nodes.map((node) => node.gib);
  const least = (amounts: readonly number[], used: readonly number[]): number =>
    Math.min(...used.map((node) => amounts[node] ?? 0));
  const wholeOf = (used: readonly number[]): number =>
    Math.min(Math.floor(least(cores, used) / 16), Math.floor(least(gib, used) / 32));
  const pairOf = new Map(hosts.flatMap((own) => own.map((node) => [node, own] as const)));
  const rackRoom = new Map<number, number>();
  const addRoom = (rack: number, amount: number): void =>
    void rackRoom.set(rack, (rackRoom.get(rack) ?? 0) + amount);
  for (const { rack, nodes: used } of slots) if (used.length === 2) addRoom(rack, wholeOf(used));
  const affinityGroups = new Map<number, Set<number | null>>();
  const groups = new Map<string, Group>();
  let placed = 0;
  let refusedCores = 0;
  for (const vm of vms) {
    const key = `${vm.strategy}/${String(vm.group)}`;
    const group = groups.get(key) ?? { racks: new Map<number, number | null>(), hosts: new Set<number>() };
    groups.set(key, group);
    const needCores = vm.cores / vm.numaCount;
    const needGib = vm.gib / vm.numaCount;
    let best: Slot | null = null;
    let bestCost = Infinity;
    for (const slot of slots) {
      if (slot.nodes.length !== vm.numaCount) continue;
      const free = { cores: least(cores, slot.nodes), gib: least(gib, slot.nodes) };
      if (free.cores < needCores || free.gib < needGib || !isAllowed(vm, group, slot)) continue;
      const pair = must(pairOf.get(slot.nodes[0] ?? -1), 'nodes of a host');
      const { strategy, label } = vm;
      const home = group.racks.get(slot.rack);
      const offer = (): Offer => ({
        cores: free.cores,
        whole: wholeOf(pair),
        rackRoom: rackRoom.get(slot.rack) ?? 0,
        groups: affinityGroups.get(slot.rack)?.size ?? 0,
        strategy,
        isHome: home !== undefined && home === label,
      });
      const found = cost === null ? 0 : cost(offer());
      if (found >= bestCost) continue;
      best = slot;
      bestCost = found;
      if (cost === null) break;
    }
    if (best === null) {
      refusedCores += vm.cores;
      continue;
    }
    placed += 1;
    const pair = must(pairOf.get(best.nodes[0] ?? -1), 'nodes of a host');
    const before = wholeOf(pair);
    for (const node of best.nodes) {
      cores[node] = (cores[node] ?? 0) - needCores;
      gib[node] = (gib[node] ?? 0) - needGib;
    }
    addRoom(best.rack, wholeOf(pair) - before);
    if (vm.strategy === 'affinity') {
      const known = affinityGroups.get(best.rack) ?? new Set<number | null>();
      affinityGroups.set(best.rack, known.add(vm.group));
    }
    group.racks.set(best.rack, vm.label);
    group.hosts.add(best.host);
  }
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0);
  const all = sum(nodes.map((node) => node.cores));
  return {
    placed,
    refused: vms.length - placed,
    refusedCores,
    coreShare: (all - sum(cores)) / all,
    largeLeft: sum(hosts.map(wholeOf)),
  };
}
