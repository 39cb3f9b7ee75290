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

/** Where each pod is that is not where the cluster has it; '' is nowhere. */
export type Places = ReadonlyMap<string, string>;

function locationOf(pod: Pod, places: Places): string {
  return places.get(pod.name) ?? pod.node ?? '';
}

/** True where every pod that starts keeps kube-scheduler's rules with all others where they are. */
export function isAllowed({ nodes, pods }: Cluster, places: Places): boolean {
  const all = pods.flatMap((pod): Placed[] => {
    const node = nodes.find(({ name }) => name === locationOf(pod, places));
    return node === undefined ? [] : [{ pod, node }];
  });
  const started = all.filter(({ pod, node }) => pod.node !== node.name);
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
      all.filter(({ pod, node }) => pod.node === node.name),
    )
  );
}

const isWaiting = ({ node }: Pod): boolean => node === null;

/** Every way of putting some pods on nodes or nowhere, starting with those of the first pod that are tried last. */
function* placements(pods: readonly Pod[], choices: (pod: Pod) => readonly string[]): Generator<Places> {
  const [first, ...others] = pods;
  if (first === undefined) {
    yield new Map();
    return;
  }
  for (const rest of placements(others, choices)) {
    for (const place of choices(first)) yield new Map([...rest, [first.name, place]]);
  }
}

function isGreater(one: readonly number[], other: readonly number[] | null): boolean {
  if (other === null) return true;
  const at = one.findIndex((value, i) => value !== other[i]);
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0);
}

function best(
  all: Iterable<Places>,
  isValid: (places: Places) => boolean,
  worth: (places: Places) => readonly number[],
): readonly number[] | null {
  let found: readonly number[] | null = null;
  for (const places of all) {
    const value = worth(places);
    if (isGreater(value, found) && isValid(places)) found = value;
  }
  return found;
}

const prioritiesOf = (pods: readonly Pod[]): readonly number[] =>
  [...new Set(pods.map(({ template }) => template.priority))].sort((a, b) => b - a);

/** Waiting pods placed of each priority, the highest first. */
export function placedOf({ pods }: Cluster, places: Places): readonly number[] {
  const waiting = pods.filter(isWaiting);
  return prioritiesOf(waiting).map(
    (priority) =>
      waiting.filter((pod) => pod.template.priority === priority && locationOf(pod, places) !== '').length,
  );
}

/** The most important pods first, then as many as possible, as `placedOf` tells it. */
export function bestPlacement(cluster: Cluster): readonly number[] | null {
  const everywhere = ['', ...cluster.nodes.map(({ name }) => name)];
  return best(
    placements(cluster.pods.filter(isWaiting), () => everywhere),
    (places) => isAllowed(cluster, places),
    (places) => placedOf(cluster, places),
  );
}

/** Pods that may be evicted, and the waiting ones that they may be evicted for. */
function partiesOf({ pods }: Cluster): { readonly victims: readonly Pod[]; readonly causes: readonly Pod[] } {
  const waiting = pods.filter(isWaiting);
  const limit = prioritiesOf(waiting)[0] ?? -Infinity;
  return {
    victims: pods.filter((pod) => !isWaiting(pod) && pod.template.priority < limit),
    causes: waiting.filter(({ template }) => template.priority === limit),
  };
}

/**
 * What preemption wants, in this order: place the most important waiting pods, evict as few as possible of the most
 * important victims, of the next and so on, place the other waiting pods.
 */
export function preemptionWorth(cluster: Cluster, places: Places): readonly number[] {
  const { victims, causes } = partiesOf(cluster);
  const placed = placedOf(cluster, places);
  const evicted = prioritiesOf(victims).map(
    (priority) =>
      -victims.filter((pod) => pod.template.priority === priority && locationOf(pod, places) === '').length,
  );
  return causes.length === 0 ? placed : [placed[0] ?? 0, ...evicted, ...placed.slice(1)];
}

/** Nobody goes without a cause that starts on its node, and nobody else starts there. */
export function hasCauses(cluster: Cluster, places: Places): boolean {
  const { victims, causes } = partiesOf(cluster);
  const started = cluster.pods.filter((pod) => isWaiting(pod) && locationOf(pod, places) !== '');
  return victims.every((victim) => {
    if (locationOf(victim, places) !== '') return true;
    const there = started.filter((pod) => locationOf(pod, places) === victim.node);
    return there.length > 0 && there.every((pod) => causes.includes(pod));
  });
}

export function bestPreemption(cluster: Cluster): readonly number[] | null {
  const { victims } = partiesOf(cluster);
  const everywhere = ['', ...cluster.nodes.map(({ name }) => name)];
  return best(
    placements([...victims, ...cluster.pods.filter(isWaiting)], (pod) =>
      pod.node === null ? everywhere : ['', pod.node],
    ),
    (places) => hasCauses(cluster, places) && isAllowed(cluster, places),
    (places) => preemptionWorth(cluster, places),
  );
}
