import { must } from '../base/assert.js';
import { UnsafeIntegerError } from '../base/int.js';
import type { Grounded } from '../ground/ground.js';
import type { LoweredPolicy } from '../lower/lower.js';
import { evaluate, isInDomain } from '../model/evaluate.js';
import type { Assignment, Capacity, Constraint, Model, VariableId } from '../model/model.js';
import type { Feasibility } from '../solve/feasibility.js';
import { feasibilityOf } from '../solve/feasibility.js';
import { shrink } from '../solve/shrink.js';
import type { Answer } from '../solve/shrink.js';
import { submodelOf } from '../solve/submodel.js';
import { Weakener } from '../solve/weaken.js';
import type { MemberRow, Part } from './core-parts.js';
import { Parts } from './core-parts.js';
import type { CoreSearch } from './core-search.js';

/** A part of a clash with what of it clashes. */
export interface ClashingPart {
  readonly part: Part;
  readonly members: readonly MemberRow[];
  readonly keys: readonly number[];
  /** Decision columns that the part reads, `table.column`. */
  readonly columns: readonly string[];
}

export interface ClashingRows {
  /** Without any one part, member or key the others can hold. */
  readonly minimal: boolean;
  /** The time ended before it was known whether each one is needed. */
  readonly isSpent: boolean;
  readonly parts: readonly ClashingPart[];
}

/** What can be left out: a part, or a member or key of one. */
type Element =
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'member'; readonly part: Part; readonly member: MemberRow }
  | { readonly kind: 'key'; readonly part: Part; readonly key: number };

/** Answers around one that violates a single part are tried until this many in a row have shown nothing new. */
const MOST_IN_VAIN = 100;
/** Values of one decision that are tried. */
const MOST_VALUES = 64;

class RowSearch {
  private readonly parts: Parts;
  private readonly weakener: Weakener;
  private readonly model: Model;
  private readonly elements: Element[] = [];
  private readonly idsOf = new Map<Part, readonly number[]>();
  private readonly known = new Set<number>();
  /** The constraints of the set that is being shrunk, kept while it stays the same. */
  private last: { readonly all: ReadonlySet<number>; readonly of: Kept } | null = null;

  constructor(
    private readonly search: CoreSearch,
    grounded: Grounded,
    demands: readonly LoweredPolicy[],
  ) {
    this.parts = new Parts(grounded, demands);
    this.weakener = new Weakener(grounded.model);
    this.model = { ...grounded.model, constraints: this.parts.constraints, objectives: [] };
  }

  private idsOfPart(part: Part): readonly number[] {
    let ids = this.idsOf.get(part);
    if (ids === undefined) {
      const first = this.elements.length;
      this.elements.push(
        { kind: 'part', part },
        ...part.members.map((member): Element => ({ kind: 'member', part, member })),
        ...part.keys.map((key): Element => ({ kind: 'key', part, key })),
      );
      ids = this.elements.slice(first).map((_one, i) => first + i);
      this.idsOf.set(part, ids);
    }
    return ids;
  }

  private element(id: number): Element {
    return must(this.elements[id], 'element');
  }

  /** The constraints of some elements, by part. */
  private kept(ids: ReadonlySet<number>): Kept {
    const byPart = new Map<Part, Element[]>();
    for (const id of ids) {
      const element = this.element(id);
      const known = byPart.get(element.part);
      if (known === undefined) byPart.set(element.part, [element]);
      else known.push(element);
    }
    const kept: Kept = new Map();
    for (const [part, elements] of byPart) {
      if (elements.some((one) => one.kind === 'part')) kept.set(part, this.weakened(part, elements));
    }
    return kept;
  }

  private weakened(part: Part, elements: readonly Element[]): readonly Constraint[] {
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

  private test(constraints: readonly Constraint[]): Promise<Feasibility> {
    const model = this.weakener.model(constraints);
    return feasibilityOf(model, constraints, this.search.solve, this.search.timeLeft);
  }

  private get isOver(): boolean {
    const left = this.search.timeLeft();
    return left !== null && left <= 0;
  }

  /** Parts that clash, all their elements: those of a proof, or those that answers to the others violate. */
  private async grow(): Promise<number[] | null> {
    const all = await this.test(this.parts.constraints);
    if (all.kind === 'infeasible' && all.blamed !== null) {
      const origins = new Set(all.blamed);
      return this.inOrder(this.parts.constraints.filter(({ origin }) => origins.has(origin)));
    }
    const byOrigin = new Map(this.parts.constraints.map((constraint) => [constraint.origin, constraint]));
    const found = new Set<Part>();
    let values: Assignment = submodelOf(this.model, []).expand([]);
    while (!this.isOver) {
      const { violated } = evaluate(this.model, values);
      const before = found.size;
      for (const origin of violated) found.add(this.parts.of(must(byOrigin.get(origin), 'constraint')));
      if (found.size === before) return null;
      const constraints = [...found].flatMap((part) => part.constraints);
      const answer = await this.test(constraints);
      if (answer.kind === 'unknown') return null;
      if (answer.kind === 'infeasible') {
        const origins = answer.blamed === null ? null : new Set(answer.blamed);
        return this.inOrder(constraints.filter(({ origin }) => origins?.has(origin) ?? true));
      }
      ({ values } = answer);
    }
    return null;
  }

  /** Elements of the parts of some constraints: parts first, then members, then keys, of each kind the last first. */
  private inOrder(constraints: readonly Constraint[]): number[] {
    const parts = new Set(constraints.map((constraint) => this.parts.of(constraint)));
    const ids = [...parts].flatMap((part) => this.idsOfPart(part));
    const ofKind = (kind: Element['kind']): number[] =>
      ids.filter((id) => this.element(id).kind === kind).sort((a, b) => b - a);
    return [...ofKind('part'), ...ofKind('member'), ...ofKind('key')];
  }

  private async ask(rest: ReadonlySet<number>, all: ReadonlySet<number>): Promise<Answer> {
    const kept = this.kept(rest);
    const constraints = [...kept.values()].flat();
    const found = await this.test(constraints);
    switch (found.kind) {
      case 'unknown':
        return { feasible: null, sufficient: null, needed: [] };
      case 'feasible':
        return { feasible: true, sufficient: null, needed: this.neededBy(found.values, all) };
      case 'infeasible': {
        // Members of a part that is left out say nothing any more.
        const origins = found.blamed === null ? null : new Set(found.blamed);
        const blamed = new Set(
          [...kept].flatMap(([part, own]) =>
            own.some(({ origin }) => origins?.has(origin) ?? true) ? [part] : [],
          ),
        );
        const sufficient = [...rest].filter((id) => blamed.has(this.element(id).part));
        return { feasible: false, sufficient, needed: [] };
      }
    }
  }

  /** Elements that an answer to all but a few, or one like it, shows to be needed. */
  private neededBy(values: Assignment, all: ReadonlySet<number>): number[] {
    if (this.last?.all !== all) this.last = { all, of: this.kept(all) };
    const { of } = this.last;
    const constraints = [...of.values()].flat();
    const submodel = submodelOf(this.weakener.model(constraints), constraints);
    const witness = new Witness(submodel.model, of);
    const start = submodel.project(values);
    const needed = new Set<number>();
    const isOpen = (id: number): boolean => all.has(id) && !needed.has(id) && !this.known.has(id);
    const look = (answer: Assignment): boolean => {
      const part = witness.onlyViolated(answer);
      if (part === null) return false;
      const whole = submodel.expand(answer);
      const before = needed.size;
      for (const id of this.suspects(part, whole)) {
        if (isOpen(id) && this.satisfiedWithout(id, all, whole)) needed.add(id);
      }
      return needed.size > before;
    };
    look(start);
    if (witness.onlyViolated(start) !== null) {
      const openKeys = (origin: number): number[] =>
        this.idsOfPart(witness.part(origin)).flatMap((id) => {
          const element = this.element(id);
          return element.kind === 'key' && isOpen(id) ? [element.key] : [];
        });
      let inVain = 0;
      for (const neighbour of neighbours(submodel.model, start, openKeys)) {
        if (inVain >= MOST_IN_VAIN || this.isOver) break;
        inVain = look(neighbour) ? 0 : inVain + 1;
      }
    }
    for (const id of needed) this.known.add(id);
    return [...needed];
  }

  /** Elements of a violated part that may be what it is violated by. */
  private suspects(part: Part, values: Assignment): readonly number[] {
    const ids = this.idsOfPart(part);
    const [constraint] = part.constraints;
    if (constraint?.kind !== 'capacity') return ids;
    const [full, ...more] = fullKeys(constraint.capacity, values);
    if (full === undefined || more.length > 0) return ids.slice(0, 1);
    return ids.filter((id) => {
      const element = this.element(id);
      if (element.kind === 'part') return true;
      if (element.kind === 'key') return element.key === full;
      return [...element.member.variables].some((variable) => values[variable] === full);
    });
  }

  /** Whether an answer that violates nothing but the part of an element satisfies the part without the element. */
  private satisfiedWithout(id: number, all: ReadonlySet<number>, values: Assignment): boolean {
    const element = this.element(id);
    const { part } = element;
    // A capacity that is violated at one key is satisfied without it: `suspects` names no other key.
    if (element.kind !== 'member') return true;
    const [constraint] = part.constraints;
    if (constraint?.kind === 'capacity' && constraint.capacity.items.every((item) => item.presence === null))
      return this.fitsWithout(part, element.member, constraint.capacity, all, values);
    const rest = this.idsOfPart(part).filter((one) => one !== id && all.has(one));
    const constraints = this.weakened(
      part,
      rest.map((one) => this.element(one)),
    );
    return evaluate(this.weakener.model(constraints), values).violated.length === 0;
  }

  private fitsWithout(
    part: Part,
    member: MemberRow,
    { items, keys }: Capacity,
    all: ReadonlySet<number>,
    values: Assignment,
  ): boolean {
    const kept = new Set<VariableId>();
    for (const id of this.idsOfPart(part)) {
      const element = this.element(id);
      if (element.kind !== 'member' || element.member === member || !all.has(id)) continue;
      for (const variable of element.member.variables) kept.add(variable);
    }
    return fullKeys({ items: items.filter(({ variable }) => kept.has(variable)), keys }, values).length === 0;
  }

  async run(): Promise<ClashingRows | null> {
    const start = await this.grow();
    if (start === null) return null;
    const { minimal, isSpent, kept } = await shrink(
      start,
      (rest, all) => this.ask(rest, all),
      this.search.budget,
    );
    const elements = kept.map((id) => this.element(id));
    const parts = elements.flatMap((element): ClashingPart[] => {
      if (element.kind !== 'part') return [];
      const own = elements.filter((one) => one.part === element.part);
      return [
        {
          part: element.part,
          members: own.flatMap((one) => (one.kind === 'member' ? [one.member] : [])),
          keys: own.flatMap((one) => (one.kind === 'key' ? [one.key] : [])),
          columns: this.parts.columnsOf(element.part),
        },
      ];
    });
    parts.sort((a, b) => a.part.firstOrigin - b.part.firstOrigin);
    return { minimal, isSpent, parts };
  }
}

/**
 * Answers that differ little from one: what a full key holds moved to another key, and single decisions changed.
 * `openKeys` are keys of a capacity that are worth trying.
 */
function* neighbours(
  model: Model,
  values: Assignment,
  openKeys: (origin: number) => readonly number[],
): Generator<Assignment> {
  const isAllowed = (variable: VariableId, value: number): boolean =>
    isInDomain(must(model.variables[variable], 'variable'), value);
  const wanted = model.variables.map(({ values: domain }) => new Set((domain ?? []).slice(0, MOST_VALUES)));
  for (const constraint of model.constraints) {
    if (constraint.kind !== 'capacity') continue;
    const { items } = constraint.capacity;
    const [full] = fullKeys(constraint.capacity, values);
    for (const key of openKeys(constraint.origin)) {
      for (const { variable } of items) wanted[variable]?.add(key);
      if (full === undefined || key === full) continue;
      const moved = [...values];
      for (const { variable } of items)
        if (moved[variable] === full && isAllowed(variable, key)) moved[variable] = key;
      yield moved;
    }
  }
  for (const [variable, candidates] of wanted.entries()) {
    for (const value of candidates) {
      if (value === values[variable] || !isAllowed(variable, value)) continue;
      const changed = [...values];
      changed[variable] = value;
      yield changed;
    }
  }
}

/** Keys that hold more than they can if every item counts, present or not. */
function fullKeys({ items, keys }: Capacity, values: Assignment): number[] {
  const load = new Map<number, number>();
  for (const { variable, demand } of items) {
    const key = values[variable];
    if (key !== undefined) load.set(key, (load.get(key) ?? 0) + demand);
  }
  const room = roomOf(keys);
  return [...load].flatMap(([key, sum]) => (sum > (room.get(key) ?? Infinity) ? [key] : []));
}

const rooms = new WeakMap<Capacity['keys'], ReadonlyMap<number, number>>();

function roomOf(keys: Capacity['keys']): ReadonlyMap<number, number> {
  let room = rooms.get(keys);
  if (room === undefined) {
    room = new Map(keys.map(({ key, capacity }) => [key, capacity]));
    rooms.set(keys, room);
  }
  return room;
}

type Kept = Map<Part, readonly Constraint[]>;

/** Looks for the parts that an assignment violates. */
class Witness {
  private readonly partOf: ReadonlyMap<number, Part>;

  constructor(
    private readonly model: Model,
    kept: Kept,
  ) {
    this.partOf = new Map(
      [...kept].flatMap(([part, constraints]) => constraints.map(({ origin }) => [origin, part] as const)),
    );
  }

  part(origin: number): Part {
    return must(this.partOf.get(origin), 'part');
  }

  /** The part that alone is violated, or null. */
  onlyViolated(values: Assignment): Part | null {
    try {
      const { violated, outOfDomain } = evaluate(this.model, values);
      if (outOfDomain.length > 0) return null;
      const parts = new Set(violated.map((origin) => this.part(origin)));
      const [only] = parts;
      return parts.size === 1 ? (only ?? null) : null;
    } catch (error) {
      if (error instanceof UnsafeIntegerError) return null;
      throw error;
    }
  }
}

/** The rows of clashing demands that clash; null where the time ended before any were found. */
export function clashingRows(
  search: CoreSearch,
  grounded: Grounded,
  demands: readonly LoweredPolicy[],
): Promise<ClashingRows | null> {
  return new RowSearch(search, grounded, demands).run();
}
