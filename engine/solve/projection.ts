import { unreachable } from '../base/assert.js';
import { byNumber } from '../base/order.js';
import type { ClassMap, LinearExpression, Literal, Model, NodeId, VariableId } from '../model/model.js';
import { isNegated, negate, nodeOf } from '../model/model.js';
import { indexIn } from '../model/search.js';
import type { Knowledge } from './bounds.js';
import { truthOfLiteral } from './bounds.js';
import type { Domain } from './domain.js';
import { supportOfList } from './list-support.js';
import type { Range } from './range.js';
import { EVERYTHING, addRanges, divideRange, has, hullOf, intersectRanges, isEmpty, point } from './range.js';
import { readsOfNode } from './reads.js';

/** Values that a variable may still take: an ascending list, or a range. May hold too many, never too few. */
export type Projection = readonly number[] | Range;

const isList = (projection: Projection): projection is readonly number[] => Array.isArray(projection);
const NOTHING: Projection = [];

function meet(a: Projection, b: Projection): Projection {
  if (isList(a)) return a.filter((value) => (isList(b) ? indexIn(b, value) >= 0 : has(b, value)));
  if (isList(b)) return meet(b, a);
  const range = intersectRanges(a, b);
  return isEmpty(range) ? NOTHING : range;
}

function join(parts: readonly Projection[]): Projection {
  if (parts.every(isList)) {
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : [...new Set(parts.flat())].sort(byNumber);
  }
  let hull: Range = { lo: Infinity, hi: -Infinity };
  for (const part of parts) {
    if (!isList(part)) hull = hullOf(hull, part);
    else if (part.length > 0) hull = hullOf(hull, { lo: part[0] ?? 0, hi: part.at(-1) ?? 0 });
  }
  return hull;
}

/** Nodes that read more variables than this are not projected. */
const LOOKED_AT = 8;
/** Disjunctions of nodes deeper than this are not looked into. */
const DEEPEST = 12;

/** What is known during propagation, as far as projections read it. */
export interface ProjectionContext extends Knowledge {
  domainOf(variable: VariableId): Domain;
  /** Classes a variable may still choose, or null where they are too many to list. */
  classesOf(variable: VariableId, classes: ClassMap | null): ReadonlySet<number> | null;
}

/**
 * What the truth of a literal says about one variable alone: members and bounds exactly, disjunction as
 * union, conjunction as intersection, everything else as no restriction.
 */
export class Projector {
  private readonly mentions = new Map<NodeId, readonly VariableId[] | null>();

  constructor(
    private readonly model: Model,
    private readonly context: ProjectionContext,
  ) {}

  /** Variables a node reads through all its children, or null where they are many. */
  variablesOf(id: NodeId, depth = 0): readonly VariableId[] | null {
    const known = this.mentions.get(id);
    if (known !== undefined) return known;
    const result = this.computeVariables(id, depth);
    this.mentions.set(id, result);
    return result;
  }

  private computeVariables(id: NodeId, depth: number): readonly VariableId[] | null {
    if (depth > DEEPEST) return null;
    const { variables, nodes, loads } = readsOfNode(this.model, id);
    if (loads.length > 0) return null;
    const all = new Set(variables);
    for (const child of nodes) {
      const inner = this.variablesOf(child, depth + 1);
      if (inner === null) return null;
      for (const variable of inner) all.add(variable);
      if (all.size > LOOKED_AT) return null;
    }
    return all.size > LOOKED_AT ? null : [...all];
  }

  /** What is left of a variable where at least one of the literals holds. */
  projectAny(literals: readonly Literal[], variable: VariableId): Projection {
    return this.union(literals, variable, 0);
  }

  /** Exact where the domain is a list, else the hull of what is no list. */
  private union(literals: readonly Literal[], variable: VariableId, depth: number): Projection {
    const { values } = this.context.domainOf(variable);
    const parts: Projection[] = [];
    for (const literal of literals) {
      const part = this.project(literal, variable, depth);
      if (part === EVERYTHING) return EVERYTHING;
      parts.push(part);
    }
    if (values === null || parts.every(isList)) return join(parts);
    return join(parts.map((part) => (isList(part) ? part : values.filter((value) => has(part, value)))));
  }

  project(literal: Literal, variable: VariableId, depth = 0): Projection {
    const truth = truthOfLiteral(this.context, literal);
    if (truth === 0) return NOTHING;
    const id = nodeOf(literal);
    if (depth > DEEPEST || this.variablesOf(id)?.includes(variable) !== true) return EVERYTHING;
    const node = this.model.nodes[id];
    const wanted = !isNegated(literal);
    switch (node?.kind) {
      case undefined:
      case 'true':
        return EVERYTHING;
      case 'member':
        return wanted ? node.values : this.without((value) => indexIn(node.values, value) >= 0, variable);
      case 'atMost':
        return wanted ? { lo: -Infinity, hi: node.bound } : { lo: node.bound + 1, hi: Infinity };
      case 'linear':
        return this.projectLinear(node.expression, node.lo, node.hi, variable, wanted);
      case 'same': {
        if (!wanted || node.left === node.right) return EVERYTHING;
        const isLeft = node.left === variable;
        const other = isLeft
          ? this.context.classesOf(node.right, node.rightClasses)
          : this.context.classesOf(node.left, node.leftClasses);
        const own = isLeft ? node.leftClasses : node.rightClasses;
        if (other === null) return EVERYTHING;
        if (own === null) return [...other].sort(byNumber);
        if (this.covers(other, variable, own)) return EVERYTHING;
        return this.without((value) => !other.has(own.get(value) ?? NaN), variable);
      }
      case 'or': {
        if (wanted) return this.union(node.literals, variable, depth + 1);
        let left: Projection = EVERYTHING;
        for (const child of node.literals)
          left = meet(left, this.project(negate(child), variable, depth + 1));
        return left;
      }
      default:
        return unreachable(node);
    }
  }

  /** True where every value of a listed domain has one of some classes; kept per list, not asked value by value. */
  private covers(classes: ReadonlySet<number>, variable: VariableId, own: ClassMap): boolean {
    const { values } = this.context.domainOf(variable);
    if (values === null) return false;
    const support = supportOfList(values, own);
    if (!support.total || support.classes.size > classes.size) return false;
    for (const kind of support.classes) if (!classes.has(kind)) return false;
    return true;
  }

  /** The listed domain less some values; everything where the domain is no list. */
  private without(excluded: (value: number) => boolean, variable: VariableId): Projection {
    const { values } = this.context.domainOf(variable);
    return values === null ? EVERYTHING : values.filter((value) => !excluded(value));
  }

  private projectLinear(
    { constant, terms }: LinearExpression,
    lo: number | null,
    hi: number | null,
    variable: VariableId,
    wanted: boolean,
  ): Projection {
    const [term] = terms;
    if (terms.length !== 1 || term?.of.kind !== 'variable' || term.coefficient === 0) return EVERYTHING;
    const bounds = addRanges({ lo: lo ?? -Infinity, hi: hi ?? Infinity }, point(-constant));
    const range = divideRange(bounds, term.coefficient);
    if (wanted) return isEmpty(range) ? NOTHING : range;
    if (isEmpty(range)) return EVERYTHING;
    const below: Range = { lo: -Infinity, hi: range.lo - 1 };
    const above: Range = { lo: range.hi + 1, hi: Infinity };
    if (range.lo === -Infinity) return range.hi === Infinity ? NOTHING : above;
    if (range.hi === Infinity) return below;
    return this.without((value) => has(range, value), variable);
  }
}

/** Narrows a domain to a projection; answers whether it did. */
export function applyProjection(domain: Domain, projection: Projection): boolean {
  return isList(projection) ? domain.intersectList(projection) : domain.intersectRange(projection);
}
