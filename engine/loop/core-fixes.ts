import { must } from '../base/assert.js';
import { isError } from '../base/diagnostic.js';
import { byText } from '../base/order.js';
import type { BoundExpression } from '../check/bound.js';
import { ground } from '../ground/ground.js';
import { rowText } from '../ground/ground-error.js';
import type { LoweredPolicy } from '../lower/lower.js';
import { sumOf, truthOf } from '../model/builder.js';
import type { BooleanNode, Capacity, Constraint, LinearExpression, Literal, Model } from '../model/model.js';
import { isNegated, negate, nodeOf, positive } from '../model/model.js';
import { feasibilityOf } from '../solve/feasibility.js';
import { finiteDomains } from '../solve/finite-domains.js';
import { keyRecord } from './core-parts.js';
import type { ClashingPart } from './core-rows.js';
import type { CoreSearch } from './core-search.js';
import { isCurrent } from './decide.js';
import type { CoreFix } from './infeasible-core.js';

/** Keys of one capacity that are tried, those with the most room first. */
const MOST_KEYS = 3;
/** Constraints that are tried to be done without. */
const MOST_LEFT_OUT = 5;

/**
 * Changes each of which alone lets all the policies and the schema hold, the least one of its kind: more room at a
 * key, another bound, one policy less. Each was proved by a solve of the whole; what could not be proved in time is
 * not told. INVARIANT: `search.prepared` has no answer.
 */
export async function fixesOf(
  search: CoreSearch,
  demands: readonly LoweredPolicy[],
  parts: readonly ClashingPart[],
): Promise<CoreFix[]> {
  const fixes: CoreFix[] = [];
  let lastMs = expectedMs(search.prepared.grounded.model);
  const { clock } = search.budget;
  const attempts = [
    ...parts.flatMap((part) => keysOf(part).map((key) => () => moreRoom(search, part, key))),
    ...demands.map((demand) => () => otherBound(search, demand)),
    ...leftOut(search, demands).map((demand) => () => without(search, demand)),
  ];
  for (const attempt of attempts) {
    const left = search.timeLeft();
    // What took long once would end too late; nothing stops a solve before it has reached a backend.
    if (left !== null && left <= lastMs) break;
    const started = clock.nowMs();
    const fix = await attempt();
    lastMs = clock.nowMs() - started;
    if (fix !== null) fixes.push(fix);
  }
  return fixes.sort((a, b) => {
    const [left, right] = [costOf(a), costOf(b)];
    return left === right ? byText(a.constraint, b.constraint) : left - right;
  });
}

/** Values of decisions and nodes that a solve of the whole gets through in a millisecond, on a slow machine. */
const PER_MS = 20;

function expectedMs({ variables, nodes }: Model): number {
  const values = variables.reduce((sum, variable) => sum + (variable.values?.length ?? 1), 0);
  return (values + nodes.length) / PER_MS;
}

/** How much is changed; to do without a constraint is the last resort. */
function costOf(fix: CoreFix): number {
  switch (fix.change) {
    case 'capacity':
      return fix.to - fix.from;
    case 'bound':
      return fix.by;
    case 'constraint':
      return Infinity;
  }
}

function keysOf({ part, keys }: ClashingPart): { readonly key: number; readonly capacity: number }[] {
  const [constraint] = part.constraints;
  if (constraint?.kind !== 'capacity') return [];
  const clashing = new Set(keys);
  return constraint.capacity.keys
    .filter(({ key }) => clashing.has(key))
    .sort((a, b) => b.capacity - a.capacity || a.key - b.key)
    .slice(0, MOST_KEYS);
}

function leftOut({ compiled }: CoreSearch, demands: readonly LoweredPolicy[]): LoweredPolicy[] {
  return demands.filter((demand) => compiled.policies.includes(demand)).slice(0, MOST_LEFT_OUT);
}

/** A model under construction from another one. */
class Extension {
  private readonly nodes: BooleanNode[];

  constructor(private readonly base: Model) {
    this.nodes = [...base.nodes];
  }

  add(node: BooleanNode): Literal {
    this.nodes.push(node);
    return positive(this.nodes.length - 1);
  }

  model(constraints: readonly Constraint[], least: LinearExpression, extra: Partial<Model> = {}): Model {
    const soft = [{ name: 'least', weight: -1, expression: least }];
    return { ...this.base, ...extra, nodes: this.nodes, constraints, objectives: [{ priority: 0, soft }] };
  }
}

/** The least value of what the model minimises, where that is proved. */
async function leastOf(search: CoreSearch, model: Model): Promise<number | null> {
  const outcome = await search.solve(model, search.timeLeft());
  const [level] = outcome.status === 'optimal' ? outcome.levels : [];
  return level === undefined ? null : -level.value + 0;
}

/** How much room one key of a capacity would have to have. */
async function moreRoom(
  search: CoreSearch,
  { part }: ClashingPart,
  { key, capacity }: { readonly key: number; readonly capacity: number },
): Promise<CoreFix | null> {
  const { model, origins, texts } = search.prepared.grounded;
  const { policy } = part.demand;
  // The same group in the grounding of the whole.
  const whole = model.constraints.find(({ kind, origin }) => {
    const found = must(origins[origin], 'origin');
    return kind === 'capacity' && found.policy === policy && rowText(found.row) === rowText(part.row);
  });
  if (whole?.kind !== 'capacity') return null;
  const extension = new Extension(model);
  const keys = whole.capacity.keys.filter((one) => one.key !== key);
  const constraints = model.constraints.map((one): Constraint =>
    one === whole ? { ...whole, capacity: { ...whole.capacity, keys } } : one,
  );
  const load = loadAt(whole.capacity, key, extension);
  const to = await leastOf(search, extension.model(constraints, load));
  if (to === null) return null;
  const row = { ...part.row, ...keyRecord(part.origin, texts, key) };
  return { constraint: policy.name, change: 'capacity', row, from: capacity, to };
}

function loadAt({ items }: Capacity, key: number, extension: Extension): LinearExpression {
  return sumOf(
    items.map(({ variable, demand, presence }) => {
      const there = extension.add({ kind: 'member', variable, values: [key] });
      const counts =
        presence === null
          ? there
          : negate(extension.add({ kind: 'or', literals: [negate(there), negate(presence)] }));
      return { expression: truthOf(counts), factor: demand };
    }),
  );
}

/** By how much the bound of a comparison would have to be another one, the same on all its rows. */
async function otherBound(search: CoreSearch, { policy }: LoweredPolicy): Promise<CoreFix | null> {
  if (!isPlainBound(policy.clause.expression)) return null;
  const { model, origins } = search.prepared.grounded;
  const extension = new Extension(model);
  const slack = model.variables.length;
  const variable = { lo: 0, hi: null, values: null, label: 'by' };
  const constraints: Constraint[] = [];
  let sense: 'larger' | 'smaller' | null = null;
  for (const constraint of model.constraints) {
    if (must(origins[constraint.origin], 'origin').policy !== policy) {
      constraints.push(constraint);
      continue;
    }
    const bound = constraint.kind === 'assert' ? upperBound(model, constraint.literal) : null;
    if (bound === null || (sense !== null && sense !== bound.sense)) return null;
    ({ sense } = bound);
    const terms = [
      ...bound.expression.terms,
      { of: { kind: 'variable', variable: slack } as const, coefficient: -1 },
    ];
    const literal = extension.add({
      kind: 'linear',
      expression: { constant: bound.expression.constant, terms },
      lo: null,
      hi: bound.hi,
    });
    constraints.push({ ...constraint, kind: 'assert', literal });
  }
  if (sense === null) return null;
  const least = {
    constant: 0,
    terms: [{ of: { kind: 'variable', variable: slack } as const, coefficient: 1 }],
  };
  const by = await leastOf(
    search,
    extension.model(constraints, least, {
      variables: [...model.variables, variable],
      hints: [...model.hints, null],
    }),
  );
  return by === null || by <= 0 ? null : { constraint: policy.name, change: 'bound', by, sense };
}

interface UpperBound {
  readonly expression: LinearExpression;
  readonly hi: number;
  /** What the bound in the policy would have to become. */
  readonly sense: 'larger' | 'smaller';
}

/** An asserted literal as `expression <= hi`, where it is one bound and no more. */
function upperBound({ nodes }: Model, literal: Literal): UpperBound | null {
  const node = must(nodes[nodeOf(literal)], 'node');
  if (node.kind === 'atMost') {
    const of = { kind: 'variable', variable: node.variable } as const;
    return isNegated(literal)
      ? {
          expression: { constant: 0, terms: [{ of, coefficient: -1 }] },
          hi: -node.bound - 1,
          sense: 'smaller',
        }
      : { expression: { constant: 0, terms: [{ of, coefficient: 1 }] }, hi: node.bound, sense: 'larger' };
  }
  if (node.kind !== 'linear') return null;
  const { expression, lo, hi } = node;
  const isUpper = hi !== null && lo === null;
  if (!isUpper && (lo === null || hi !== null)) return null;
  const mirrored = sumOf([{ expression, factor: -1 }]);
  if (isUpper) {
    return isNegated(literal)
      ? { expression: mirrored, hi: -hi - 1, sense: 'smaller' }
      : { expression, hi, sense: 'larger' };
  }
  return isNegated(literal)
    ? { expression, hi: must(lo, 'bound') - 1, sense: 'larger' }
    : { expression: mirrored, hi: -must(lo, 'bound'), sense: 'smaller' };
}

/** A comparison with a number that is written in the policy, of something that is not scaled to compare it. */
function isPlainBound(expression: BoundExpression): boolean {
  if (expression.kind !== 'compare' || expression.operator === '=' || expression.operator === '!=')
    return false;
  const { left, right } = expression;
  const isAverage = (one: BoundExpression): boolean => one.kind === 'aggregate' && one.name === 'avg';
  const isSimple = (one: BoundExpression): boolean =>
    one.kind === 'decision' || (one.kind === 'aggregate' && !isAverage(one));
  return (left.kind === 'ground' && isSimple(right)) || (right.kind === 'ground' && isSimple(left));
}

/** Whether everything else holds together without one policy. */
async function without(search: CoreSearch, { policy }: LoweredPolicy): Promise<CoreFix | null> {
  const { store, compiled, prepared } = search;
  const policies = compiled.policies.filter((one) => one.policy !== policy);
  const input = { policies, implied: compiled.implied, tables: compiled.tables };
  const grounded = store.read(() =>
    isCurrent(store, prepared) ? ground(input, store, { like: prepared.grounded, finiteDomains }) : null,
  );
  if (grounded === null || grounded.diagnostics.some(isError)) return null;
  const { model } = grounded;
  const found = await feasibilityOf(model, model.constraints, search.solve, search.timeLeft);
  return found.kind === 'feasible' ? { constraint: policy.name, change: 'constraint' } : null;
}

/** One fix in words, after `any one of these would fix it`. */
export function fixText(fix: CoreFix): string {
  switch (fix.change) {
    case 'capacity':
      return `room for ${fix.to} instead of ${fix.from} at ${rowText(fix.row)} in \`${fix.constraint}\``;
    case 'bound':
      return `a bound of \`${fix.constraint}\` that is ${fix.sense} by ${fix.by}`;
    case 'constraint':
      return `doing without \`${fix.constraint}\``;
  }
}
