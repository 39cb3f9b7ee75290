import { must } from '../base/assert.js';
import type { Constraint, Model, VariableId } from '../model/model.js';
import { Weakener } from '../solve/weaken.js';
import type { MemberRow, Part } from './core-parts.js';

/** What can be left out of a clash: a part, or a member or key of one. */
export type Element =
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'member'; readonly part: Part; readonly member: MemberRow }
  | { readonly kind: 'key'; readonly part: Part; readonly key: number };

/** Parts of some elements, each with what is left of its constraints. */
export type Kept = ReadonlyMap<Part, readonly Constraint[]>;

/** Numbers for elements: a part, then its members, then its keys, one after the other. */
export class Elements {
  private readonly elements: Element[] = [];
  private readonly firsts = new Map<Part, number>();
  private readonly keys = new Map<Part, ReadonlyMap<number, number>>();
  private readonly weakener: Weakener;

  constructor(base: Model) {
    this.weakener = new Weakener(base);
  }

  at(id: number): Element {
    return must(this.elements[id], 'element');
  }

  idOf(part: Part): number {
    let first = this.firsts.get(part);
    if (first === undefined) {
      first = this.elements.length;
      this.elements.push(
        { kind: 'part', part },
        ...part.members.map((member): Element => ({ kind: 'member', part, member })),
        ...part.keys.map((key): Element => ({ kind: 'key', part, key })),
      );
      this.firsts.set(part, first);
    }
    return first;
  }

  /** The part itself and all its members and keys. */
  idsOf(part: Part): number[] {
    const first = this.idOf(part);
    return Array.from({ length: 1 + part.members.length + part.keys.length }, (_one, i) => first + i);
  }

  memberIds(part: Part): number[] {
    const first = this.idOf(part) + 1;
    return part.members.map((_member, i) => first + i);
  }

  keyIdOf(part: Part, key: number): number {
    let ids = this.keys.get(part);
    if (ids === undefined) {
      const first = this.idOf(part) + 1 + part.members.length;
      ids = new Map(part.keys.map((one, i) => [one, first + i]));
      this.keys.set(part, ids);
    }
    return must(ids.get(key), 'key');
  }

  kept(ids: Iterable<number>): Kept {
    const byPart = new Map<Part, Element[]>();
    for (const id of ids) {
      const element = this.at(id);
      const known = byPart.get(element.part);
      if (known === undefined) byPart.set(element.part, [element]);
      else known.push(element);
    }
    const kept = new Map<Part, readonly Constraint[]>();
    for (const [part, elements] of byPart) {
      if (elements.some((one) => one.kind === 'part')) kept.set(part, this.left(part, elements));
    }
    return kept;
  }

  /** What is left of a part of which only some elements are kept. */
  left(part: Part, elements: readonly Element[]): readonly Constraint[] {
    const { members, keys } = part;
    if (elements.length === 1 + members.length + keys.length) return part.constraints;
    const keptMembers = new Set(elements.flatMap((one) => (one.kind === 'member' ? [one.member] : [])));
    const keptKeys = new Set(elements.flatMap((one) => (one.kind === 'key' ? [one.key] : [])));
    const dropped = new Set<VariableId>();
    for (const member of members) {
      if (!keptMembers.has(member)) for (const variable of member.variables) dropped.add(variable);
    }
    return part.constraints.flatMap(
      (constraint) =>
        this.weakener.weaken(constraint, {
          variable: (variable) => dropped.has(variable),
          key: (key) => !keptKeys.has(key),
        }) ?? [],
    );
  }

  /** Constraints that `kept` or `left` gave, as a model. */
  model(constraints: readonly Constraint[]): Model {
    return this.weakener.model(constraints);
  }
}
