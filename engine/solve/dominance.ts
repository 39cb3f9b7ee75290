import { must } from '../base/assert.js';
import { byNumber } from '../base/order.js';
import { classOf } from '../model/evaluate.js';
import { indexIn, lowerIndex, mergeSorted } from '../model/search.js';
import type { ClassMap, Model, Variable, VariableId } from '../model/model.js';
import { SharedLists } from '../model/shared-lists.js';
import { listed } from './domain.js';
import { RoomTable } from './room-table.js';
import type { Apart, ModelFacts, ValueFacts } from './value-facts.js';
import { factsOf, fixedValue } from './value-facts.js';

/** Fewer values than this are not worth looking at. */
const FEW = 3;

/** What a dominating value must be: how many of them, and pairwise different under which class maps. */
interface Demand {
  readonly needed: number;
  readonly signature: Int32Array;
  readonly distinct: readonly ClassMap[];
  /** Classes that are taken for good, per class map (null: by value). */
  readonly banned: ReadonlyMap<ClassMap | null, ReadonlySet<number>>;
}

/** Numbers values so that two get the same number only while every mark given for them agrees. */
class Signature {
  private count = 1;

  constructor(private ids: Int32Array) {}

  static of(size: number): Signature {
    return new Signature(new Int32Array(size));
  }

  copy(): Signature {
    const copy = new Signature(this.ids.slice());
    copy.count = this.count;
    return copy;
  }

  get numbers(): Int32Array {
    return this.ids;
  }

  /** Splits off the values at some indices; costs only as much as these are many. */
  refineByIndices(indices: Iterable<number>): void {
    const renamed = new Map<number, number>();
    for (const index of indices) {
      const own = this.ids[index] ?? 0;
      let id = renamed.get(own);
      if (id === undefined) {
        id = this.count;
        this.count += 1;
        renamed.set(own, id);
      }
      this.ids[index] = id;
    }
  }

  refineByClass(values: readonly number[], classes: ClassMap): void {
    const byClass = new Map<number | undefined, Map<number, number>>();
    let next = 0;
    for (let index = 0; index < this.ids.length; index += 1) {
      const kind = classes.get(values[index] ?? 0);
      let byId = byClass.get(kind);
      if (byId === undefined) {
        byId = new Map();
        byClass.set(kind, byId);
      }
      const own = this.ids[index] ?? 0;
      let id = byId.get(own);
      if (id === undefined) {
        id = next;
        next += 1;
        byId.set(own, id);
      }
      this.ids[index] = id;
    }
    this.count = next;
  }
}

/** The largest few numbers given so far, at most `limit`. */
class Largest {
  private readonly ascending: number[] = [];

  constructor(private readonly limit: number) {}

  /** Whether `limit` of them are at least `value`. */
  allReach(value: number): boolean {
    return this.ascending.length >= this.limit && (this.ascending[0] ?? -Infinity) >= value;
  }

  add(value: number): void {
    if (this.ascending.length >= this.limit) {
      if ((this.ascending[0] ?? 0) >= value) return;
      this.ascending.shift();
    }
    this.ascending.splice(lowerIndex(this.ascending, value), 0, value);
  }
}

/** Indices of `values` that are in `list`; both ascend. */
function indicesOf(values: readonly number[], list: readonly number[]): number[] {
  const indices: number[] = [];
  if (list.length * 8 < values.length) {
    for (const value of list) {
      const index = indexIn(values, value);
      if (index >= 0) indices.push(index);
    }
    return indices;
  }
  for (let index = 0, at = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    while ((list[at] ?? Infinity) < value) at += 1;
    if (list[at] === value) indices.push(index);
  }
  return indices;
}

class Pruner {
  private readonly facts: ModelFacts;
  private readonly fixed: (number | null)[];
  private readonly rooms: RoomTable;
  private readonly lists = new SharedLists();
  private readonly mapIds = new Map<ClassMap, number>();
  private readonly signatures = new Map<string, Signature>();
  private readonly strictOnes = new Map<Signature, Map<string, Signature>>();
  private readonly results: {
    values: readonly number[];
    capacities: string;
    demands: Demand[];
    kept: readonly number[];
  }[] = [];

  constructor(private readonly model: Model) {
    this.facts = factsOf(model);
    this.fixed = model.variables.map((_, id) => fixedValue(model, id));
    this.rooms = new RoomTable(model, this.facts.capacities, this.fixed);
  }

  private factsOf(variable: VariableId): ValueFacts {
    return must(this.facts.variables[variable], () => `variable ${variable}`);
  }

  /** Variables coupled by equality of values, fixed ones left out; each group in id order. */
  private groups(): VariableId[][] {
    const seen = new Set<VariableId>();
    const groups: VariableId[][] = [];
    this.facts.variables.forEach((_, start) => {
      if (seen.has(start) || this.fixed[start] !== null) return;
      const group = new Set([start]);
      for (const variable of group) {
        seen.add(variable);
        for (const peer of this.factsOf(variable).equals) if (this.fixed[peer] === null) group.add(peer);
      }
      groups.push([...group].sort(byNumber));
    });
    return groups;
  }

  prune(): Model {
    const variables = [...this.model.variables];
    let pruned = false;
    for (const group of this.groups()) {
      const kept = this.keptOf(group);
      if (kept === null) continue;
      pruned = true;
      for (const id of group) {
        const variable = must(variables[id], 'variable');
        variables[id] = narrowed(variable, kept);
      }
    }
    return pruned ? { ...this.model, variables } : this.model;
  }

  /** Values of a group that must stay, ascending, or null where none can go. */
  private keptOf(group: readonly VariableId[]): readonly number[] | null {
    const capacities = new Set<number>();
    const domains: (readonly number[])[] = [];
    for (const id of group) {
      const facts = this.factsOf(id);
      const { values } = must(this.model.variables[id], 'variable');
      if (facts.raw || values === null || values.length < FEW) return null;
      if (!domains.includes(values)) domains.push(values);
      for (const capacity of facts.capacities) {
        if (this.facts.tainted.has(capacity)) return null;
        capacities.add(capacity);
      }
    }
    const [first] = domains;
    if (first === undefined) return null;
    const values = domains.reduce(mergeSorted, first);
    const users = this.users(group, capacities);
    if (values.length <= Math.min(...this.neededCounts(group, users))) return null;
    const base = this.signature(group, values, domains);
    const demands = this.demands(group, users, values, base);
    const kept = this.run(values, [...capacities].sort(byNumber), demands);
    return kept.length === values.length ? null : kept;
  }

  /** Values that no node tells apart get one number. Many variables ask for the same: it is made once. */
  private signature(
    group: readonly VariableId[],
    values: readonly number[],
    domains: readonly (readonly number[])[],
  ): Signature {
    const facts = group.map((id) => this.factsOf(id));
    const key = [
      this.lists.idOf(values),
      domains.map((domain) => this.lists.idOf(domain)).join(','),
      [...new Set(facts.flatMap(({ lists }) => lists.map((list) => this.lists.idOf(list))))].sort(byNumber),
      [...new Set(facts.flatMap(({ bounds }) => bounds))].sort(byNumber),
      [...new Set(facts.flatMap(({ classMaps }) => [...classMaps].map((map) => this.mapId(map))))].sort(
        byNumber,
      ),
    ].join(';');
    let made = this.signatures.get(key);
    if (made === undefined) {
      made = Signature.of(values.length);
      for (const id of group) this.refineBy(made, values, id);
      for (const domain of domains) {
        if (domain !== values) made.refineByIndices(indicesOf(values, domain));
      }
      this.signatures.set(key, made);
    }
    return made;
  }

  /** A signature that also tells apart what some class maps do. */
  private strict(base: Signature, values: readonly number[], maps: ReadonlySet<ClassMap>): Signature {
    if (maps.size === 0) return base;
    const key = [...maps]
      .map((map) => this.mapId(map))
      .sort(byNumber)
      .join(',');
    let byMaps = this.strictOnes.get(base);
    if (byMaps === undefined) {
      byMaps = new Map();
      this.strictOnes.set(base, byMaps);
    }
    let made = byMaps.get(key);
    if (made === undefined) {
      made = base.copy();
      for (const classes of maps) made.refineByClass(values, classes);
      byMaps.set(key, made);
    }
    return made;
  }

  private mapId(classes: ClassMap): number {
    const known = this.mapIds.get(classes);
    if (known !== undefined) return known;
    this.mapIds.set(classes, this.mapIds.size);
    return this.mapIds.size - 1;
  }

  /** Free variables that might sit on a value: of the group and of every capacity it takes part in. */
  private users(group: readonly VariableId[], capacities: ReadonlySet<number>): Set<VariableId> {
    const users = new Set(group);
    for (const index of capacities) {
      for (const { variable } of must(this.facts.capacities[index], 'capacity').items) {
        if (this.fixed[variable] === null) users.add(variable);
      }
    }
    return users;
  }

  private refineBy(signature: Signature, values: readonly number[], id: VariableId): void {
    const { lists, bounds, classMaps } = this.factsOf(id);
    for (const list of lists) signature.refineByIndices(indicesOf(values, list));
    for (const bound of bounds) signature.refineByIndices(listed(0, lowerIndex(values, bound + 1) - 1));
    for (const classes of classMaps) signature.refineByClass(values, classes);
  }

  private apartOf(group: readonly VariableId[]): Apart[] {
    return group.flatMap((id) => this.factsOf(id).apart).filter(({ peer }) => !group.includes(peer));
  }

  /** Dominating values needed when the classes of inequalities stay, and when they may change (or Infinity). */
  private neededCounts(group: readonly VariableId[], users: ReadonlySet<VariableId>): [number, number] {
    const apart = this.apartOf(group);
    const byValue = new Set(users);
    for (const { peer, own, other } of apart) {
      if (own === null && other === null && this.fixed[peer] === null) byValue.add(peer);
    }
    if (group.length > 1 || apart.every(({ own }) => own === null)) return [byValue.size, Infinity];
    const peers = new Map<VariableId, { maps: Set<string>; sameMap: boolean }>();
    const names = new Map<ClassMap | null, number>();
    const nameOf = (classes: ClassMap | null): number => {
      if (!names.has(classes)) names.set(classes, names.size);
      return names.get(classes) ?? 0;
    };
    for (const { peer, own, other } of apart) {
      if (this.fixed[peer] !== null) continue;
      const known = peers.get(peer) ?? { maps: new Set<string>(), sameMap: false };
      known.maps.add(`${nameOf(own)}/${nameOf(other)}`);
      known.sameMap ||= own === other;
      peers.set(peer, known);
    }
    let blocked = 0;
    for (const id of new Set([...byValue, ...peers.keys()])) {
      if (group.includes(id)) continue;
      const peer = peers.get(id);
      if (peer === undefined) blocked += 1;
      else blocked += peer.maps.size + (!peer.sameMap && byValue.has(id) ? 1 : 0);
    }
    return [byValue.size, blocked + 1];
  }

  private demands(
    group: readonly VariableId[],
    users: ReadonlySet<VariableId>,
    values: readonly number[],
    base: Signature,
  ): Demand[] {
    const apart = this.apartOf(group);
    const [kept, changed] = this.neededCounts(group, users);
    const maps = new Set<ClassMap>();
    for (const id of group) for (const { own } of this.factsOf(id).apart) if (own !== null) maps.add(own);
    const strict = this.strict(base, values, maps);
    const banned = new Map<ClassMap | null, Set<number>>();
    for (const { peer, own, other } of apart) {
      const value = this.fixed[peer] ?? null;
      const kind = value === null ? undefined : classOf(other, value);
      if (kind === undefined) continue;
      const known = banned.get(own);
      if (known === undefined) banned.set(own, new Set([kind]));
      else known.add(kind);
    }
    const demands: Demand[] = [{ needed: kept, signature: strict.numbers, distinct: [], banned }];
    if (changed !== Infinity)
      demands.push({ needed: changed, signature: base.numbers, distinct: [...maps], banned });
    return demands;
  }

  /** The same question is asked once: most requests of a batch are alike. */
  private run(
    values: readonly number[],
    capacities: readonly number[],
    demands: Demand[],
  ): readonly number[] {
    const key = capacities.join(',');
    for (const known of this.results) {
      if (
        known.capacities === key &&
        sameValues(known.values, values) &&
        sameDemands(known.demands, demands)
      ) {
        return known.kept;
      }
    }
    const kept = this.compute(values, capacities, demands);
    this.results.push({ values, capacities: key, demands, kept });
    return kept;
  }

  private compute(
    values: readonly number[],
    capacities: readonly number[],
    demands: Demand[],
  ): readonly number[] {
    const { order, rooms, blocked } = this.rooms.ranking(capacities, values);
    const searches = demands.map((demand) => new Search(values, rooms.slice(1), demand));
    const removed = new Uint8Array(values.length);
    let count = 0;
    for (const index of order) {
      if (searches.some((search) => search.isDominated(index))) {
        removed[index] = 1;
        count += 1;
      } else if (blocked[index] === 0) {
        for (const search of searches) search.keep(index);
      }
    }
    return count === 0 ? values : values.filter((_, index) => removed[index] === 0);
  }
}

/** Values kept so far, and whether enough of them dominate the next one. Values come roomiest first. */
class Search {
  /** Kept values by signature; they have at least the room of later ones in the first capacity. */
  private readonly kept: number[][] = [];
  /** With two capacities the largest rooms in the second one say all. */
  private readonly largest: Largest[] = [];
  private readonly second: Float64Array | null;

  constructor(
    private readonly values: readonly number[],
    private readonly others: readonly Float64Array[],
    private readonly demand: Demand,
  ) {
    const [second] = others;
    this.second = others.length === 1 && second !== undefined && demand.distinct.length === 0 ? second : null;
  }

  keep(index: number): void {
    const { signature, banned, needed } = this.demand;
    if (banned.size > 0 && isBanned(banned, this.values[index] ?? 0)) return;
    const own = signature[index] ?? 0;
    if (this.second === null) {
      (this.kept[own] ??= []).push(index);
    } else {
      (this.largest[own] ??= new Largest(needed)).add(this.second[index] ?? 0);
    }
  }

  isDominated(index: number): boolean {
    const { signature, needed, distinct } = this.demand;
    const own = signature[index] ?? 0;
    if (this.second !== null) return this.largest[own]?.allReach(this.second[index] ?? 0) ?? false;
    const candidates = this.kept[own] ?? [];
    if (candidates.length < needed) return false;
    if (this.others.length === 0 && distinct.length === 0) return true;
    const taken = distinct.map(() => new Set<number>());
    let found = 0;
    for (const candidate of candidates) {
      if (!this.others.every((room) => (room[candidate] ?? 0) >= (room[index] ?? 0))) continue;
      if (distinct.length > 0) {
        const kinds = distinct.map((classes) => classes.get(this.values[candidate] ?? 0));
        if (kinds.some((kind, at) => kind !== undefined && taken[at]?.has(kind) === true)) continue;
        kinds.forEach((kind, at) => {
          if (kind !== undefined) taken[at]?.add(kind);
        });
      }
      found += 1;
      if (found >= needed) return true;
    }
    return false;
  }
}

function isBanned(banned: Demand['banned'], value: number): boolean {
  for (const [classes, kinds] of banned) {
    const kind = classOf(classes, value);
    if (kind !== undefined && kinds.has(kind)) return true;
  }
  return false;
}

function sameValues(a: readonly number[] | Int32Array, b: readonly number[] | Int32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

function sameDemands(a: readonly Demand[], b: readonly Demand[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((own, index) => {
    const other = must(b[index], 'demand');
    const plain = own.banned.size === 0 && other.banned.size === 0;
    return (
      plain &&
      own.needed === other.needed &&
      own.distinct.length === other.distinct.length &&
      own.distinct.every((classes, at) => classes === other.distinct[at]) &&
      sameValues(own.signature, other.signature)
    );
  });
}

function narrowed(variable: Variable, kept: readonly number[]): Variable {
  const { values, label } = variable;
  if (values === null) return variable;
  const own = intersection(values, kept);
  return { label, values: own, lo: own[0] ?? null, hi: own.at(-1) ?? null };
}

/** Both ascend; the second list itself where it lies wholly inside the first. */
function intersection(values: readonly number[], kept: readonly number[]): readonly number[] {
  const indices = indicesOf(kept, values);
  return indices.length === kept.length ? kept : indices.map((index) => kept[index] ?? 0);
}

/**
 * Removes values that some optimal assignment does without: R-dominance pruning. Exact; the model keeps its
 * optimum on every level, or its infeasibility.
 *
 * A group G is a set of variables coupled by equality of values (a single variable mostly). Let R count the
 * variables that are not fixed and belong to G, to a capacity (hard or of a balance) that a variable of G takes
 * part in, or must differ in value from one of G. Value v leaves all domains of G when R kept values v' of it
 * - look like v to every node: the same lists, bounds, classes and domains; and
 * - have at least v's room (capacity less what fixed items take) in each of those capacities; a value that is no
 *   key counts nowhere, which is unlimited room.
 *
 * Proof. Take a best assignment with as few variables on removed values as possible, and suppose part of G is
 * on a removed v. The other R - 1 variables use at most R - 1 values, so that one of the R dominating values,
 * v', is used by none of them. Move what G has on v to v'. No node changes its truth: lists, bounds and classes
 * agree; equalities by value hold among those moved together and fail towards all others, who are neither on v'
 * nor move. The load on v' is that which v had from G, within its room. The spare capacity of v grows, that of
 * v' stays at least v's old one, so that no balance falls; balances that anything might want small end the
 * pruning of their items. No raw value is read (else G is left alone). So the assignment is as good as before
 * with fewer variables on removed values: a contradiction. R - 1 dominating values could all be in use.
 *
 * For a single variable x with asserted inequalities of classes (anti-affinity by rack) those classes may differ
 * too, when the dominating values are pairwise different under each such class map. Then every other variable
 * rules out at most one of them by sitting on it and one per pair of class maps by its class (these coincide for
 * a pair of equal maps), so that one more dominating value than can be ruled out suffices. Classes of fixed peers
 * rule values out for good.
 */
export function pruneDominated(model: Model): Model {
  return new Pruner(model).prune();
}
