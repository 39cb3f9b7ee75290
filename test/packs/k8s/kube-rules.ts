import type { Cluster, Expression, Labels, Node, Pod, PodTerm, Spread, Taint, Template } from './cluster.js';

/** A pod with the node it is on. */
interface Placed {
  readonly pod: Pod;
  readonly node: Node;
}

function labelsOf({ name, labels }: Node): Labels {
  return { 'kubernetes.io/hostname': name, ...labels };
}

function holds({ key, operator, values }: Expression, labels: Labels): boolean {
  const value = labels[key];
  const number = value === undefined || !/^\d+$/.test(value) ? null : Number(value);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return number !== null && number > Number(values[0]);
    case 'Lt':
      return number !== null && number < Number(values[0]);
  }
}

const matches = (selector: readonly Expression[], labels: Labels): boolean =>
  selector.every((expression) => holds(expression, labels));

function tolerates({ tolerations }: Template, taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === '' || effect === taint.effect) &&
      (key === '' || key === taint.key) &&
      (operator === 'Exists' || value === taint.value),
  );
}

function isUntainted(template: Template, taints: readonly Taint[]): boolean {
  return taints.every((taint) => taint.effect === 'PreferNoSchedule' || tolerates(template, taint));
}

function affinityLetsIn({ nodeSelector, nodeTerms }: Template, node: Node): boolean {
  const labels = labelsOf(node);
  return (
    Object.entries(nodeSelector).every(([key, value]) => labels[key] === value) &&
    (nodeTerms === null || nodeTerms.some((term) => term.length > 0 && matches(term, labels)))
  );
}

/** Conditions, cordon, taints, node selector, node affinity. */
function nodeLetsIn(template: Template, node: Node): boolean {
  const made: Taint[] = [];
  const taint = (key: string): Taint => ({
    key: `node.kubernetes.io/${key}`,
    value: '',
    effect: 'NoSchedule',
  });
  if (node.isCordoned) made.push(taint('unschedulable'));
  if (!node.isReady) made.push(taint('not-ready'));
  return isUntainted(template, [...node.taints, ...made]) && affinityLetsIn(template, node);
}

function portsClash(a: Template, b: Template): boolean {
  return a.ports.some((x) =>
    b.ports.some((y) => x.port === y.port && (x.ip === y.ip || x.ip === '0.0.0.0' || y.ip === '0.0.0.0')),
  );
}

function means(owner: Template, term: PodTerm, other: Template): boolean {
  const namespaces = term.namespaces ?? [owner.namespace];
  return namespaces.includes(other.namespace) && matches(term.selector, other.labels);
}

function shareDomain(key: string, a: Node, b: Node): boolean {
  const value = labelsOf(a)[key];
  return value !== undefined && value === labelsOf(b)[key];
}

function antiAffinityAllows(one: Placed, others: readonly Placed[]): boolean {
  const against = (owner: Placed, other: Placed): boolean =>
    owner.pod.template.terms.some(
      (term) =>
        term.anti &&
        means(owner.pod.template, term, other.pod.template) &&
        shareDomain(term.topologyKey, owner.node, other.node),
    );
  return others.every((other) => !against(one, other) && !against(other, one));
}

/** kube-scheduler's filter, the rule of the first pod of a group included, beside pods that are there already. */
function affinityAllows({ pod, node }: Placed, there: readonly Placed[]): boolean {
  const { template } = pod;
  const terms = template.terms.filter(({ anti }) => !anti);
  if (terms.length === 0) return true;
  if (terms.some(({ topologyKey }) => labelsOf(node)[topologyKey] === undefined)) return false;
  const isPeer = (other: Template): boolean => terms.every((term) => means(template, term, other));
  const peers = there.filter((other) => isPeer(other.pod.template));
  const isMet = terms.every(({ topologyKey }) =>
    peers.some((peer) => shareDomain(topologyKey, peer.node, node)),
  );
  if (isMet) return true;
  const counted = peers.some((peer) =>
    terms.some(({ topologyKey }) => labelsOf(peer.node)[topologyKey] !== undefined),
  );
  return !counted && isPeer(template);
}

/** Some order of starting in which the affinity of each pod is met by those that are there before it. */
function someOrder(started: readonly Placed[], there: readonly Placed[]): boolean {
  return (
    started.length === 0 ||
    started.some(
      (one) =>
        affinityAllows(one, there) &&
        someOrder(
          started.filter((other) => other !== one),
          [...there, one],
        ),
    )
  );
}

function spreadAllows(one: Placed, all: readonly Placed[], nodes: readonly Node[]): boolean {
  const { template } = one.pod;
  const keys = template.spreads.map(({ topologyKey }) => topologyKey);
  return template.spreads.every((spread) => isEven(spread, one, all, nodes, keys));
}

function isEven(
  { topologyKey, maxSkew, minDomains, selector, honorsAffinity, honorsTaints }: Spread,
  { pod: { template }, node }: Placed,
  all: readonly Placed[],
  nodes: readonly Node[],
  keys: readonly string[],
): boolean {
  const counted = nodes.filter(
    (candidate) =>
      keys.every((key) => labelsOf(candidate)[key] !== undefined) &&
      (!honorsAffinity || affinityLetsIn(template, candidate)) &&
      (!honorsTaints || isUntainted(template, candidate.taints)),
  );
  if (!counted.includes(node)) return false;
  const pods = new Map<string, number>();
  for (const candidate of counted) pods.set(labelsOf(candidate)[topologyKey] ?? '', 0);
  for (const { pod: other, node: on } of all) {
    const isCounted =
      other.template.namespace === template.namespace && matches(selector, other.template.labels);
    const domain = labelsOf(on)[topologyKey] ?? '';
    if (isCounted && counted.includes(on)) pods.set(domain, (pods.get(domain) ?? 0) + 1);
  }
  const least = minDomains !== null && pods.size < minDomains ? 0 : Math.min(...pods.values());
  return (pods.get(labelsOf(node)[topologyKey] ?? '') ?? 0) <= least + maxSkew;
}

/** True where every pod that starts keeps kube-scheduler's rules with all others where they are; '' is nowhere. */
export function isAllowed({ nodes, pods }: Cluster, places: ReadonlyMap<string, string>): boolean {
  const all = pods.flatMap((pod): Placed[] => {
    const node = nodes.find(({ name }) => name === (pod.node ?? places.get(pod.name)));
    return node === undefined ? [] : [{ pod, node }];
  });
  const started = all.filter(({ pod }) => pod.node === null);
  const fits = started.every((one) => {
    const { template } = one.pod;
    const others = all.filter((other) => other !== one);
    const beside = others.filter(({ node }) => node === one.node);
    const cpu = beside.reduce((sum, { pod }) => sum + pod.template.cpu, template.cpu);
    return (
      nodeLetsIn(template, one.node) &&
      (template.cpu === 0 || cpu <= one.node.cpu) &&
      beside.every(({ pod }) => !portsClash(template, pod.template)) &&
      antiAffinityAllows(one, others) &&
      spreadAllows(one, all, nodes)
    );
  });
  return (
    fits &&
    someOrder(
      started,
      all.filter(({ pod }) => pod.node !== null),
    )
  );
}

/** The most important pods first, then as many as possible: pods placed of each priority, the highest first. */
export function bestPlacement(cluster: Cluster): readonly number[] {
  const waiting = cluster.pods.filter(({ node }) => node === null);
  const priorities = [...new Set(waiting.map(({ template }) => template.priority))].sort((a, b) => b - a);
  let best = priorities.map(() => -1);
  const places = new Map<string, string>();
  const counts = (): number[] =>
    priorities.map(
      (priority) =>
        waiting.filter(({ name, template }) => template.priority === priority && places.get(name) !== '')
          .length,
    );
  const isBetter = (one: readonly number[]): boolean => {
    const at = one.findIndex((count, i) => count !== best[i]);
    return at !== -1 && (one[at] ?? 0) > (best[at] ?? 0);
  };
  const visit = (at: number): void => {
    const pod = waiting[at];
    if (pod === undefined) {
      const found = counts();
      if (isBetter(found) && isAllowed(cluster, places)) best = found;
      return;
    }
    for (const name of ['', ...cluster.nodes.map((node) => node.name)]) {
      places.set(pod.name, name);
      visit(at + 1);
    }
  };
  visit(0);
  return best;
}

/** Pods placed of each priority by an answer, in the order of `bestPlacement`. */
export function placedOf({ pods }: Cluster, places: ReadonlyMap<string, string>): readonly number[] {
  const waiting = pods.filter(({ node }) => node === null);
  const priorities = [...new Set(waiting.map(({ template }) => template.priority))].sort((a, b) => b - a);
  return priorities.map(
    (priority) =>
      waiting.filter(
        ({ name, template }) => template.priority === priority && (places.get(name) ?? '') !== '',
      ).length,
  );
}
