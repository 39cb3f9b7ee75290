import { must } from '../base/assert.js';
import { UnsafeIntegerError } from '../base/int.js';
import { evaluate, isInDomain } from '../model/evaluate.js';
import type { Assignment, Capacity, Model, VariableId } from '../model/model.js';
import type { Submodel } from '../solve/submodel.js';
import { submodelOf } from '../solve/submodel.js';
import type { Elements, Kept } from './core-elements.js';
import type { Part } from './core-parts.js';

/** Answers around one that violates a single part are tried until this many in a row have shown nothing new. */
const MOST_IN_VAIN = 100;
/** Values of one decision that are tried. */
const MOST_VALUES = 64;

/**
 * Shows elements of a clash to be needed without a solve: where an assignment satisfies all but one element, the
 * others can hold without that one. One such assignment often leads to another for the next element.
 */
export class Witness {
  private readonly kept: Kept;
  private readonly submodel: Submodel;
  private readonly partOf: ReadonlyMap<number, Part>;

  constructor(
    private readonly elements: Elements,
    /** All the elements that clash. */
    private readonly all: ReadonlySet<number>,
  ) {
    this.kept = elements.kept(all);
    const constraints = [...this.kept.values()].flat();
    this.submodel = submodelOf(elements.model(constraints), constraints);
    this.partOf = new Map(
      [...this.kept].flatMap(([part, own]) => own.map(({ origin }) => [origin, part] as const)),
    );
  }

  /** Elements that an answer to most of the others, or an assignment like it, shows to be needed. */
  neededBy(answer: Assignment, known: ReadonlySet<number>, isOver: () => boolean): Set<number> {
    const needed = new Set<number>();
    const isOpen = (id: number): boolean => this.all.has(id) && !needed.has(id) && !known.has(id);
    const start = this.submodel.project(answer);
    if (!this.look(start, isOpen, needed)) return needed;
    const openKeys = (origin: number): number[] => {
      const part = must(this.partOf.get(origin), 'part');
      return part.keys.filter((key) => isOpen(this.elements.keyIdOf(part, key)));
    };
    let inVain = 0;
    for (const neighbour of neighbours(this.submodel.model, start, openKeys)) {
      if (inVain >= MOST_IN_VAIN || isOver()) break;
      const before = needed.size;
      this.look(neighbour, isOpen, needed);
      inVain = needed.size > before ? 0 : inVain + 1;
    }
    return needed;
  }

  /** Adds what an assignment shows to be needed; answers whether it violates a single part. */
  private look(values: Assignment, isOpen: (id: number) => boolean, needed: Set<number>): boolean {
    const part = this.onlyViolated(values);
    if (part === null) return false;
    for (const id of this.candidates(part, values)) if (isOpen(id)) needed.add(id);
    return true;
  }

  /** The part that alone is violated, or null. */
  private onlyViolated(values: Assignment): Part | null {
    try {
      const { violated, outOfDomain } = evaluate(this.submodel.model, values);
      if (outOfDomain.length > 0) return null;
      const parts = new Set(violated.map((origin) => must(this.partOf.get(origin), 'part')));
      const [only] = parts;
      return parts.size === 1 ? (only ?? null) : null;
    } catch (error) {
      if (error instanceof UnsafeIntegerError) return null;
      throw error;
    }
  }

  /** Elements of a violated part without which it would not be. */
  private candidates(part: Part, values: Assignment): number[] {
    const { elements, all } = this;
    const whole = this.submodel.expand(values);
    const [constraint, ...more] = must(this.kept.get(part), 'constraints');
    if (
      more.length === 0 &&
      constraint?.kind === 'capacity' &&
      constraint.capacity.items.every(({ presence }) => presence === null)
    )
      return this.capacityCandidates(part, constraint.capacity, whole);
    const own = elements.idsOf(part).filter((id) => all.has(id));
    return own.filter((id) => {
      if (elements.at(id).kind === 'part') return true;
      const rest = own.filter((one) => one !== id).map((one) => elements.at(one));
      const left = elements.left(part, rest);
      return evaluate(elements.model(left), whole).violated.length === 0;
    });
  }

  private capacityCandidates(part: Part, capacity: Capacity, values: Assignment): number[] {
    const found = [this.elements.idOf(part)];
    const [full, ...more] = fullKeys(capacity, values);
    // Without one of several full keys the others are still full.
    if (full === undefined || more.length > 0) return found;
    found.push(this.elements.keyIdOf(part, full.key));
    const demandOf = new Map<VariableId, number>();
    for (const { variable, demand } of capacity.items) {
      if (values[variable] === full.key) demandOf.set(variable, (demandOf.get(variable) ?? 0) + demand);
    }
    this.elements.memberIds(part).forEach((id, i) => {
      let demand = 0;
      for (const variable of part.members[i]?.variables ?? []) demand += demandOf.get(variable) ?? 0;
      if (demand >= full.excess) found.push(id);
    });
    return found;
  }
}

/**
 * Assignments that differ little from one: what a full key holds moved to another key, and single decisions changed.
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
      if (full === undefined || key === full.key) continue;
      const moved = [...values];
      for (const { variable } of items)
        if (moved[variable] === full.key && isAllowed(variable, key)) moved[variable] = key;
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

/** Keys that hold more than they can if every item counts, with how much more. */
function fullKeys({ items, keys }: Capacity, values: Assignment): { key: number; excess: number }[] {
  const load = new Map<number, number>();
  for (const { variable, demand } of items) {
    const key = values[variable];
    if (key !== undefined) load.set(key, (load.get(key) ?? 0) + demand);
  }
  const room = roomOf(keys);
  return [...load].flatMap(([key, sum]) => {
    const excess = sum - (room.get(key) ?? Infinity);
    return excess > 0 ? [{ key, excess }] : [];
  });
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
