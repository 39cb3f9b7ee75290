import type { Random } from '../../engine/base/random.js';
import { seededRandom } from '../../engine/base/random.js';
import type { SqlRecord } from '../../engine/base/sql-value.js';

/** What a generated cluster looks like. */
export interface K8sClusterOptions {
  readonly zones: number;
  /** Nodes of each zone. */
  readonly nodes: number;
  /** Workloads; each is one template. */
  readonly workloads: number;
  /** Running pods of each workload. */
  readonly running: number;
  /** Pods that wait, dealt to the first workloads, one of each kind. */
  readonly waiting: number;
  readonly seed: number;
}

/** 200 nodes in four zones, some half full. */
export const K8S_CLUSTER_DEFAULTS: K8sClusterOptions = {
  zones: 4,
  nodes: 50,
  workloads: 80,
  running: 20,
  waiting: 20,
  seed: 1,
};

/** One row to insert. */
export interface TableRow {
  readonly table: string;
  readonly row: SqlRecord;
}

type Put = (table: string, row: SqlRecord) => void;

interface Node {
  readonly name: string;
  readonly zone: number;
  /** False where ordinary pods may not start. */
  readonly isOpen: boolean;
  cpu: number;
}

/** Thousandths of a core; each comes with so many MiB. */
const NODE_CPU = 16_000;
const MIB_PER_CPU = 4;

/** What a workload asks for beside resources, in turn. */
const KINDS = ['plain', 'selector', 'affinity', 'anti', 'spread', 'beside', 'port', 'tolerant'] as const;
type Kind = (typeof KINDS)[number];

interface Workload {
  readonly name: string;
  readonly kind: Kind;
  readonly cpu: number;
}

/**
 * A cluster in rows of the schema pack k8s, in an order that foreign keys allow: zones of equal nodes, of which
 * some are tainted, unready or cordoned; workloads, each asking for one thing; their running pods; waiting pods.
 */
export function k8sCluster(options: K8sClusterOptions): TableRow[] {
  const random = seededRandom(options.seed);
  const rows: TableRow[] = [];
  const put: Put = (table, row) => void rows.push({ table, row });
  const nodes = putNodes(options, random, put);
  const workloads = Array.from({ length: options.workloads }, (_one, i) => putWorkload(i, random, put));
  for (const workload of workloads) putRunning(workload, nodes, options.running, random, put);
  for (let pod = 0; pod < options.waiting; pod += 1) {
    const workload = workloads[pod % Math.min(workloads.length, KINDS.length)];
    if (workload !== undefined) put('pod', { name: `waiting-${pod}`, template: workload.name });
  }
  return rows;
}

function putNodes(options: K8sClusterOptions, random: Random, put: Put): Node[] {
  const nodes: Node[] = [];
  for (let i = 0; i < options.zones * options.nodes; i += 1) {
    const zone = i % options.zones;
    const name = `node-${i}`;
    const fate = random.below(20);
    put('node', { name, unschedulable: fate === 0 ? 1 : 0 });
    put('node_label', { node: name, key: 'topology.kubernetes.io/zone', value: `zone-${zone}` });
    put('node_label', { node: name, key: 'disk', value: random.below(4) === 0 ? 'ssd' : 'hdd' });
    put('node_label', { node: name, key: 'generation', value: String(1 + random.below(5)) });
    put('node_resource', { node: name, resource: 'cpu', allocatable: NODE_CPU });
    put('node_resource', { node: name, resource: 'memory', allocatable: NODE_CPU * MIB_PER_CPU });
    put('node_resource', { node: name, resource: 'pods', allocatable: 110 });
    if (fate === 1) put('node_condition', { node: name, type: 'Ready', status: 'False' });
    if (fate === 2) put('node_taint', { node: name, key: 'dedicated', value: 'batch', effect: 'NoSchedule' });
    if (fate === 3) put('node_taint', { node: name, key: 'spot', effect: 'PreferNoSchedule' });
    nodes.push({ name, zone, isOpen: fate > 2, cpu: NODE_CPU });
  }
  return nodes;
}

function putWorkload(index: number, random: Random, put: Put): Workload {
  const kind = KINDS[index % KINDS.length] ?? 'plain';
  const template = `${kind}-${index}`;
  const cpu = 100 * (1 + random.below(10));
  put('template', { name: template, priority: 100 * random.below(3) });
  put('template_label', { template, key: 'app', value: template });
  put('container_resource', { template, resource: 'cpu', request_amount: cpu });
  put('container_resource', { template, resource: 'memory', request_amount: cpu * MIB_PER_CPU });
  putApp(template, put);
  putWish(template, kind, index, put);
  return { name: template, kind, cpu };
}

/** A selector of the workload's own pods, named as the workload. */
function putApp(template: string, put: Put): void {
  put('label_selector', { selector: template });
  const expression = { key: 'app', operator: 'In', value_list: JSON.stringify([template]) };
  put('label_selector_expression', { selector: template, ...expression });
}

function putWish(template: string, kind: Kind, index: number, put: Put): void {
  switch (kind) {
    case 'plain':
      return;
    case 'selector':
      put('node_selector', { template, key: 'disk', value: 'ssd' });
      return;
    case 'affinity': {
      put('node_affinity_term', { template, term: 'new', weight: null });
      const newer = { key: 'generation', operator: 'Gt', value_list: '["2"]' };
      put('node_affinity_expression', { template, term: 'new', ...newer });
      put('node_affinity_term', { template, term: 'ssd', weight: 10 });
      const ssd = { key: 'disk', operator: 'In', value_list: '["ssd"]' };
      put('node_affinity_expression', { template, term: 'ssd', ...ssd });
      return;
    }
    case 'anti': {
      const term = { term: 'apart', anti: 1, topology_key: 'kubernetes.io/hostname', selector: template };
      put('pod_affinity_term', { template, ...term });
      return;
    }
    case 'spread':
      put('topology_spread', {
        template,
        spread: 'zone',
        topology_key: 'topology.kubernetes.io/zone',
        selector: template,
      });
      return;
    case 'beside': {
      const other = `plain-${index - KINDS.indexOf('beside')}`;
      const term = { term: 'beside', topology_key: 'topology.kubernetes.io/zone', selector: other };
      put('pod_affinity_term', { template, ...term });
      return;
    }
    case 'port':
      put('host_port', { template, host_port: 8000 + index });
      return;
    case 'tolerant':
      put('toleration', { template, key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' });
      return;
  }
}

/** Running pods on open nodes with room: one a node where the workload wants that, else anywhere. */
function putRunning(
  workload: Workload,
  nodes: readonly Node[],
  count: number,
  random: Random,
  put: Put,
): void {
  const used = new Set<Node>();
  const zones = new Set(nodes.map(({ zone }) => zone)).size;
  for (let pod = 0; pod < count; pod += 1) {
    const start = random.below(nodes.length);
    const turned = [...nodes.slice(start), ...nodes.slice(0, start)];
    const node = turned.find(
      (one) =>
        one.isOpen &&
        one.cpu >= workload.cpu &&
        !used.has(one) &&
        (workload.kind !== 'spread' || one.zone === pod % zones),
    );
    if (node === undefined) continue;
    if (workload.kind === 'anti' || workload.kind === 'port') used.add(node);
    node.cpu -= workload.cpu;
    const name = `${workload.name}-${pod}`;
    put('pod', { name, template: workload.name, phase: 'Running', node_name: node.name });
  }
}
