import type { BooleanNode, ClassMap, Literal, NodeId, VariableId } from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import type { Affine } from './affine.js';
import { columnAffine, combine, sum } from './affine.js';
import type { Encoder } from './encoder.js';
import type { Need } from './need.js';
import { ABOVE, BELOW } from './need.js';
import type { ClassTruths } from './variable-columns.js';
import type { Range } from './range.js';
import { addRanges, scaleRange } from './range.js';

type Same = Extract<BooleanNode, { kind: 'same' }>;

/** One side of an equality. */
interface Side {
  readonly variable: VariableId;
  readonly classes: ClassMap | null;
}

/** A side and what it is compared with. */
interface SharedSide {
  readonly side: Side;
  readonly others: readonly Side[];
}

/** Classes of both sides, with the truth of each side choosing them. */
interface Matched {
  readonly kind: number;
  readonly left: Affine;
  readonly right: Affine;
}

const sidesOf = (node: Same): [Side, Side] => [
  { variable: node.left, classes: node.leftClasses },
  { variable: node.right, classes: node.rightClasses },
];

/** Encodes `same` nodes: by class where a side has one column per value, else as a difference of two values. */
export class EqualityEncoder {
  private readonly known = new Map<string, ClassTruths>();
  private readonly classIds = new Map<ClassMap | null, number>();
  private readonly apart: { readonly sides: [Side, Side] }[] = [];

  constructor(private readonly encoder: Encoder) {}

  private classesOf(side: Side): ClassTruths {
    const key = this.keyOf(side);
    let known = this.known.get(key);
    if (known === undefined) {
      known = this.encoder.columns.classesOf(side.variable, side.classes);
      this.known.set(key, known);
    }
    return known;
  }

  private isListed({ variable }: Side): boolean {
    return this.encoder.columns.shapeOf(variable) !== 'interval';
  }

  /** Both sides are compared by value and neither has one column per value. */
  private isDifference([left, right]: [Side, Side]): boolean {
    return left.classes === null && right.classes === null && !this.isListed(left) && !this.isListed(right);
  }

  private difference([left, right]: [Side, Side]): { affine: Affine; range: Range } {
    const { encoder } = this;
    const affine = combine([
      [1, encoder.columns.variable(left.variable)],
      [-1, encoder.columns.variable(right.variable)],
    ]);
    const range = addRanges(
      encoder.columns.rangeOf(left.variable),
      scaleRange(-1, encoder.columns.rangeOf(right.variable)),
    );
    return { affine, range };
  }

  /** Values of an interval side by class; the keys of its class map, or the other side's classes themselves. */
  private valuesByClass(side: Side, kinds: Iterable<number>): Map<number, number[]> {
    const found = new Map<number, number[]>();
    if (side.classes === null) {
      for (const kind of kinds) found.set(kind, [kind]);
      return found;
    }
    for (const [value, kind] of side.classes) {
      const known = found.get(kind);
      if (known === undefined) found.set(kind, [value]);
      else known.push(value);
    }
    for (const values of found.values()) values.sort((a, b) => a - b);
    return found;
  }

  private truths(side: Side, kinds: Iterable<number>, need: Need): ReadonlyMap<number, Affine> {
    const { encoder } = this;
    if (this.isListed(side)) return this.classesOf(side).byClass;
    const truths = new Map<number, Affine>();
    for (const [kind, values] of this.valuesByClass(side, kinds)) {
      truths.set(kind, encoder.member(side.variable, values, need));
    }
    return truths;
  }

  /** Classes that both sides may choose; at least one side is listed or has a class map. */
  private matched([one, other]: [Side, Side], need: Need): Matched[] {
    const [first, second] = this.isListed(one) || one.classes !== null ? [one, other] : [other, one];
    const left = this.truths(first, [], need);
    const right = this.truths(second, left.keys(), need);
    const shared: Matched[] = [];
    for (const [kind, truth] of left) {
      const match = right.get(kind);
      if (match !== undefined) shared.push({ kind, left: truth, right: match });
    }
    return shared;
  }

  /**
   * Positive equalities among `literals` by a side that at least two of them share; the rest as they are.
   * Only nodes that `isOpen` are looked at, and only listed sides.
   */
  sharedSides(
    literals: readonly Literal[],
    isOpen: (id: NodeId) => boolean,
  ): { shared: SharedSide[]; rest: Literal[] } {
    const candidates = new Map<Literal, [Side, Side]>();
    const counts = new Map<string, number>();
    for (const literal of literals) {
      const node = this.encoder.model.nodes[nodeOf(literal)];
      if (isNegated(literal) || node?.kind !== 'same' || !isOpen(nodeOf(literal))) continue;
      const sides = sidesOf(node);
      if (!sides.every((side) => this.isListed(side)) || node.left === node.right) continue;
      candidates.set(literal, sides);
      for (const side of sides) counts.set(this.keyOf(side), (counts.get(this.keyOf(side)) ?? 0) + 1);
    }
    const groups = new Map<string, { side: Side; others: Side[] }>();
    const rest: Literal[] = [];
    for (const literal of literals) {
      const sides = candidates.get(literal);
      if (sides === undefined) {
        rest.push(literal);
        continue;
      }
      const countOf = (side: Side): number => counts.get(this.keyOf(side)) ?? 0;
      const [left, right] = sides;
      const [side, other] = countOf(right) > countOf(left) ? [right, left] : [left, right];
      if (countOf(side) < 2) {
        rest.push(literal);
        continue;
      }
      const known = groups.get(this.keyOf(side));
      if (known === undefined) groups.set(this.keyOf(side), { side, others: [other] });
      else known.others.push(other);
    }
    return { shared: [...groups.values()], rest };
  }

  /** A sum that is 0 where a listed side equals none of the others. */
  likeAny({ side, others }: SharedSide): Affine {
    const { builder } = this.encoder;
    const byClass = new Map<number, Affine[]>();
    for (const other of others) {
      for (const [kind, truth] of this.classesOf(other).byClass) {
        const known = byClass.get(kind);
        if (known === undefined) byClass.set(kind, [truth]);
        else known.push(truth);
      }
    }
    const parts: Affine[] = [];
    for (const [kind, left] of this.classesOf(side).byClass) {
      const right = byClass.get(kind);
      if (right === undefined) continue;
      const any = sum(right);
      const meaning = { kind: 'both', left, right: any } as const;
      const product = columnAffine(builder.column(0, 1, false, meaning));
      builder.row(
        combine([
          [1, left],
          [-1, product],
        ]),
        0,
        Infinity,
      );
      builder.row(
        combine([
          [1, any],
          [-1, product],
        ]),
        0,
        Infinity,
      );
      parts.push(product);
    }
    return sum(parts);
  }

  /** Ties `truth` to the equality. */
  rows(node: Same, truth: Affine, need: Need): void {
    const { encoder } = this;
    const { builder } = encoder;
    const sides = sidesOf(node);
    if (this.isDifference(sides)) {
      const { affine, range } = this.difference(sides);
      const what = `${encoder.columns.labelOf(node.left)} = ${encoder.columns.labelOf(node.right)}`;
      // A big-M row needs its switch to be an integer, which the column of an equality is not.
      const truthMeaning = { kind: 'within', of: affine, lo: 0, hi: 0 } as const;
      const integral = columnAffine(builder.column(0, 1, true, truthMeaning));
      builder.row(
        combine([
          [1, truth],
          [-1, integral],
        ]),
        0,
        0,
      );
      encoder.reify(integral, () => affine, range, 0, 0, need, what);
      return;
    }
    const matched = this.matched(sides, need);
    if ((need & BELOW) !== 0) {
      const both = matched.map(({ left, right }) => {
        const column = builder.column(0, 1, false, { kind: 'product', left, right });
        const product = columnAffine(column);
        builder.row(
          combine([
            [1, left],
            [-1, product],
          ]),
          0,
          Infinity,
        );
        builder.row(
          combine([
            [1, right],
            [-1, product],
          ]),
          0,
          Infinity,
        );
        return product;
      });
      builder.row(
        combine([
          [1, sum(both)],
          [-1, truth],
        ]),
        0,
        Infinity,
      );
    }
    if ((need & ABOVE) !== 0) {
      for (const { left, right } of matched) {
        builder.row(
          combine([
            [1, left],
            [1, right],
            [-1, truth],
          ]),
          -Infinity,
          1,
        );
      }
    }
  }

  assertSame(node: Same): void {
    const { encoder } = this;
    const { builder } = encoder;
    const sides = sidesOf(node);
    const [left, right] = sides;
    if (this.isDifference(sides)) {
      builder.row(this.difference(sides).affine, 0, 0);
    } else if (this.isListed(left) && this.isListed(right)) {
      const own = this.classesOf(left);
      const other = this.classesOf(right);
      for (const [kind, truth] of own.byClass) {
        const match = other.byClass.get(kind);
        builder.row(
          match === undefined
            ? truth
            : combine([
                [1, truth],
                [-1, match],
              ]),
          0,
          0,
        );
      }
      for (const [kind, truth] of other.byClass) if (!own.byClass.has(kind)) builder.row(truth, 0, 0);
      // With a class on this side the other one has the same class, and so has one too.
      builder.row(own.none, 0, 0);
    } else {
      const truth = columnAffine(builder.column(1, 1, false, { kind: 'within', of: sum([]), lo: 0, hi: 0 }));
      this.rows(node, truth, BELOW);
    }
  }

  assertDifferent(node: Same): void {
    const { encoder } = this;
    const sides = sidesOf(node);
    const [left, right] = sides;
    if (this.isDifference(sides)) {
      const { affine, range } = this.difference(sides);
      const what = `${encoder.columns.labelOf(node.left)} = ${encoder.columns.labelOf(node.right)}`;
      encoder.reify({ constant: 0, columns: [], factors: [] }, () => affine, range, 0, 0, ABOVE, what);
    } else if (this.isListed(left) && this.isListed(right)) {
      this.apart.push({ sides });
    } else {
      for (const match of this.matched(sides, ABOVE)) {
        encoder.builder.row(sum([match.left, match.right]), -Infinity, 1);
      }
    }
  }

  /**
   * Rows for all asserted inequalities of listed variables. Variables that differ pairwise share one row per
   * class, which is tighter than one per pair and class.
   */
  finish(): void {
    for (const group of cliquesOf(
      this.apart.map(({ sides }) => sides),
      (side) => this.keyOf(side),
    )) {
      const byClass = new Map<number, Affine[]>();
      for (const { variable, classes } of group) {
        for (const [kind, truth] of this.classesOf({ variable, classes }).byClass) {
          const known = byClass.get(kind);
          if (known === undefined) byClass.set(kind, [truth]);
          else known.push(truth);
        }
      }
      for (const truths of byClass.values()) {
        if (truths.length > 1) this.encoder.builder.row(sum(truths), -Infinity, 1);
      }
    }
  }

  private keyOf({ variable, classes }: Side): string {
    let id = this.classIds.get(classes);
    if (id === undefined) {
      id = this.classIds.size;
      this.classIds.set(classes, id);
    }
    return `${variable}/${id}`;
  }
}

/** Covers all pairs by groups whose members are all pairwise given; greedy, in order of first mention. */
function cliquesOf(pairs: readonly [Side, Side][], keyOf: (side: Side) => string): Side[][] {
  const sides = new Map<string, Side>();
  const neighbours = new Map<string, Set<string>>();
  const open = new Map<string, Set<string>>();
  const link = (from: string, to: string): void => {
    for (const graph of [neighbours, open]) {
      const known = graph.get(from);
      if (known === undefined) graph.set(from, new Set([to]));
      else known.add(to);
    }
  };
  const groups: Side[][] = [];
  for (const [left, right] of pairs) {
    const a = keyOf(left);
    const b = keyOf(right);
    sides.set(a, left);
    sides.set(b, right);
    if (a === b) {
      groups.push([left, right]);
      continue;
    }
    link(a, b);
    link(b, a);
  }
  for (const [start, left] of open) {
    while (left.size > 0) {
      const group = [start];
      for (const candidate of [...left, ...(neighbours.get(start) ?? [])]) {
        if (group.includes(candidate)) continue;
        if (group.every((member) => neighbours.get(member)?.has(candidate) === true)) group.push(candidate);
      }
      for (const member of group) for (const other of group) open.get(member)?.delete(other);
      groups.push(group.flatMap((key) => sides.get(key) ?? []));
    }
  }
  return groups;
}
