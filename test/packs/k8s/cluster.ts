import type { Random } from '../../../engine/base/random.js';
import { seededRandom } from '../../../engine/base/random.js';
import type { SqlRecord } from '../../../engine/base/sql-value.js';
import type { TableRow } from '../../../bench/traces/k8s-cluster.js';

export type Labels = Readonly<Record<string, string>>;

export interface Expression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

export interface Toleration {
  readonly key: string;
  readonly operator: 'Equal' | 'Exists';
  readonly value: string;
  readonly effect: '' | Taint['effect'];
}

export interface Node {
  readonly name: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly isCordoned: boolean;
  readonly isReady: boolean;
  readonly cpu: number;
}

export interface PodTerm {
  readonly anti: boolean;
  readonly topologyKey: string;
  readonly selector: readonly Expression[];
  /** null: the pod's own. */
  readonly namespaces: readonly string[] | null;
}

export interface Spread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number | null;
  readonly selector: readonly Expression[];
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export interface Template {
  readonly name: string;
  readonly namespace: string;
  readonly priority: number;
  readonly labels: Labels;
  readonly cpu: number;
  readonly nodeSelector: Labels;
  /** Terms of required node affinity; null for none. */
  readonly nodeTerms: readonly (readonly Expression[])[] | null;
  readonly tolerations: readonly Toleration[];
  readonly ports: readonly { readonly ip: string; readonly port: number }[];
  readonly terms: readonly PodTerm[];
  readonly spreads: readonly Spread[];
}

export interface Pod {
  readonly name: string;
  readonly template: Template;
  /** Node it runs on; null while it waits. */
  readonly node: string | null;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  readonly templates: readonly Template[];
  readonly pods: readonly Pod[];
}

/**
 * A tiny cluster in which every kind of rule comes up. Affinity only names pods of templates made earlier or of the
 * own one, so that some order of starting exists wherever pods go together.
 */
export function randomCluster(
  seed: number,
  { running, waiting }: { readonly running: number; readonly waiting: number },
): Cluster {
  const random = seededRandom(seed);
  const nodes = Array.from({ length: 2 + random.below(2) }, (_one, i) => randomNode(`n${i}`, random));
  const templates: Template[] = [];
  for (let i = 0; i < 2 + random.below(2); i += 1) templates.push(randomTemplate(i, random));
  const pods = Array.from({ length: running + waiting }, (_one, i): Pod => {
    const template = pick(templates, random);
    return { name: `p${i}`, template, node: i < running ? pick(nodes, random).name : null };
  });
  return { nodes, templates, pods };
}

function randomNode(name: string, random: Random): Node {
  const labels: Record<string, string> = {};
  if (random.below(6) > 0) labels['zone'] = pick(['a', 'b'], random);
  if (random.below(2) > 0) labels['disk'] = pick(['ssd', 'hdd'], random);
  if (random.below(2) > 0) labels['size'] = pick(['4', '8', 'big'], random);
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;
  const taint = (): Taint => ({
    key: pick(['x', 'y'], random),
    value: pick(['', '1'], random),
    effect: pick(effects, random),
  });
  return {
    name,
    labels,
    taints: random.below(3) === 0 ? [taint()] : [],
    isCordoned: random.below(12) === 0,
    isReady: random.below(12) > 0,
    cpu: 2 + random.below(4),
  };
}

function randomTemplate(index: number, random: Random): Template {
  const sometimes = <T>(make: () => T): T[] => (random.below(3) === 0 ? [make()] : []);
  const app = `t${index}`;
  const podTerm = (anti: boolean): PodTerm => ({
    anti,
    topologyKey: pick(['zone', 'kubernetes.io/hostname'], random),
    selector: random.below(2) === 0 ? appSelector(app) : podSelector(anti ? 3 : index + 1, random),
    namespaces: random.below(4) === 0 ? ['default', 'shop'] : null,
  });
  return {
    name: app,
    namespace: random.below(5) === 0 ? 'shop' : 'default',
    priority: 10 * random.below(3),
    labels: { app, tier: pick(['front', 'back'], random) },
    cpu: random.below(3),
    nodeSelector: Object.fromEntries(sometimes(() => ['disk', 'ssd'])),
    nodeTerms:
      random.below(3) === 0
        ? Array.from({ length: 1 + random.below(2) }, () => [
            nodeExpression(random),
            ...sometimes(() => nodeExpression(random)),
          ])
        : null,
    tolerations: sometimes((): Toleration => ({
      key: pick(['x', 'y', 'node.kubernetes.io/unschedulable'], random),
      operator: pick(['Equal', 'Exists'] as const, random),
      value: pick(['', '1'], random),
      effect: pick(['', 'NoSchedule', 'NoExecute'] as const, random),
    })),
    ports: sometimes(() => ({ ip: pick(['0.0.0.0', '10.0.0.1', '10.0.0.2'], random), port: 80 })),
    terms: [...sometimes(() => podTerm(false)), ...sometimes(() => podTerm(true))],
    spreads: sometimes((): Spread => ({
      topologyKey: pick(['zone', 'kubernetes.io/hostname'], random),
      maxSkew: 1 + random.below(2),
      minDomains: random.below(3) === 0 ? 2 + random.below(2) : null,
      selector: podSelector(3, random),
      honorsAffinity: random.below(2) === 0,
      honorsTaints: random.below(2) === 0,
    })),
  };
}

const appSelector = (app: string): Expression[] => [{ key: 'app', operator: 'In', values: [app] }];

/** Pods of the first `known` templates. */
function podSelector(known: number, random: Random): Expression[] {
  const apps = Array.from({ length: known }, (_one, i) => `t${i}`);
  const known3: Expression = { key: 'app', operator: 'In', values: apps };
  switch (random.below(4)) {
    case 0:
      return [known3, { key: 'tier', operator: 'NotIn', values: ['back'] }];
    case 1:
      return [
        known3,
        { key: 'tier', operator: pick(['Exists', 'DoesNotExist'] as const, random), values: [] },
      ];
    default:
      return appSelector(pick(apps, random));
  }
}

function nodeExpression(random: Random): Expression {
  const expressions: readonly Expression[] = [
    { key: 'zone', operator: 'In', values: ['a'] },
    { key: 'zone', operator: 'NotIn', values: ['b'] },
    { key: 'disk', operator: 'Exists', values: [] },
    { key: 'disk', operator: 'DoesNotExist', values: [] },
    { key: 'size', operator: 'Gt', values: ['5'] },
    { key: 'size', operator: 'Lt', values: ['8'] },
  ];
  return pick(expressions, random);
}

function pick<T>(from: readonly T[], random: Random): T {
  const found = from[random.below(from.length)];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}

/** The cluster as rows of the schema pack k8s, in an order that foreign keys allow. */
export function rowsOf({ nodes, templates, pods }: Cluster): TableRow[] {
  const rows: TableRow[] = [];
  const put = (table: string, row: SqlRecord): void => void rows.push({ table, row });
  for (const { name: node, labels, taints, isCordoned, isReady, cpu } of nodes) {
    put('node', { name: node, unschedulable: isCordoned ? 1 : 0 });
    for (const [key, value] of Object.entries(labels)) put('node_label', { node, key, value });
    for (const taint of taints) put('node_taint', { node, ...taint });
    if (!isReady) put('node_condition', { node, type: 'Ready', status: 'False' });
    put('node_resource', { node, resource: 'cpu', allocatable: cpu });
  }
  let selectors = 0;
  const selector = (expressions: readonly Expression[]): string => {
    selectors += 1;
    const name = `s${selectors}`;
    put('label_selector', { selector: name });
    expressions.forEach(({ key, operator, values }, i) => {
      const row = { position: i, key, operator, value_list: JSON.stringify(values) };
      put('label_selector_expression', { selector: name, ...row });
    });
    return name;
  };
  for (const one of templates) {
    const template = one.name;
    put('template', { name: template, namespace: one.namespace, priority: one.priority });
    for (const [key, value] of Object.entries(one.labels)) put('template_label', { template, key, value });
    if (one.cpu > 0) put('container_resource', { template, resource: 'cpu', request_amount: one.cpu });
    for (const [key, value] of Object.entries(one.nodeSelector))
      put('node_selector', { template, key, value });
    (one.nodeTerms ?? []).forEach((expressions, i) => {
      put('node_affinity_term', { template, term: `n${i}` });
      expressions.forEach(({ key, operator, values }, position) => {
        const row = { position, key, operator, value_list: JSON.stringify(values) };
        put('node_affinity_expression', { template, term: `n${i}`, ...row });
      });
    });
    for (const toleration of one.tolerations) put('toleration', { template, ...toleration });
    for (const { ip, port } of one.ports) put('host_port', { template, host_ip: ip, host_port: port });
    one.terms.forEach(({ anti, topologyKey, selector: means, namespaces }, i) => {
      const term = `a${i}`;
      const row = { anti: anti ? 1 : 0, topology_key: topologyKey, selector: selector(means) };
      put('pod_affinity_term', { template, term, ...row });
      for (const namespace of namespaces ?? []) put('pod_affinity_namespace', { template, term, namespace });
    });
    one.spreads.forEach((spread, i) => {
      put('topology_spread', {
        template,
        spread: `d${i}`,
        topology_key: spread.topologyKey,
        max_skew: spread.maxSkew,
        min_domains: spread.minDomains,
        selector: selector(spread.selector),
        node_affinity_policy: spread.honorsAffinity ? 'Honor' : 'Ignore',
        node_taints_policy: spread.honorsTaints ? 'Honor' : 'Ignore',
      });
    });
  }
  for (const { name, template, node } of pods) {
    put('pod', {
      name,
      template: template.name,
      node_name: node,
      phase: node === null ? 'Pending' : 'Running',
    });
  }
  return rows;
}
