import { must } from '../base/assert.js';
import type { Grounded } from '../ground/ground.js';
import type { LoweredPolicy } from '../lower/lower.js';
import { evaluate } from '../model/evaluate.js';
import type { Assignment, Constraint, Model } from '../model/model.js';
import type { Feasibility } from '../solve/feasibility.js';
import { feasibilityOf } from '../solve/feasibility.js';
import type { Answer } from '../solve/shrink.js';
import { shrink } from '../solve/shrink.js';
import { submodelOf } from '../solve/submodel.js';
import type { Element } from './core-elements.js';
import { Elements } from './core-elements.js';
import type { MemberRow, Part } from './core-parts.js';
import { Parts } from './core-parts.js';
import type { CoreSearch } from './core-search.js';
import { Witness } from './core-witness.js';

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

class RowSearch {
  private readonly parts: Parts;
  private readonly elements: Elements;
  private readonly model: Model;
  private readonly known = new Set<number>();
  /** What tells about the set that is being shrunk, kept while it stays the same. */
  private last: { readonly all: ReadonlySet<number>; readonly witness: Witness } | null = null;

  constructor(
    private readonly search: CoreSearch,
    grounded: Grounded,
    demands: readonly LoweredPolicy[],
  ) {
    this.parts = new Parts(grounded, demands);
    this.elements = new Elements(grounded.model);
    this.model = { ...grounded.model, constraints: this.parts.constraints, objectives: [] };
  }

  private test(constraints: readonly Constraint[]): Promise<Feasibility> {
    const model = this.elements.model(constraints);
    return feasibilityOf(model, constraints, this.search.solve, this.search.timeLeft);
  }

  private readonly isOver = (): boolean => {
    const left = this.search.timeLeft();
    return left !== null && left <= 0;
  };

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
    while (!this.isOver()) {
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
    const ids = [...parts].flatMap((part) => this.elements.idsOf(part));
    const ofKind = (kind: Element['kind']): number[] =>
      ids.filter((id) => this.elements.at(id).kind === kind).sort((a, b) => b - a);
    return [...ofKind('part'), ...ofKind('member'), ...ofKind('key')];
  }

  private async ask(rest: ReadonlySet<number>, all: ReadonlySet<number>): Promise<Answer> {
    const kept = this.elements.kept(rest);
    const found = await this.test([...kept.values()].flat());
    switch (found.kind) {
      case 'unknown':
        return { feasible: null, sufficient: null, needed: [] };
      case 'feasible': {
        if (this.last?.all !== all) this.last = { all, witness: new Witness(this.elements, all) };
        const needed = this.last.witness.neededBy(found.values, this.known, this.isOver);
        for (const id of needed) this.known.add(id);
        return { feasible: true, sufficient: null, needed };
      }
      case 'infeasible': {
        // Members of a part that is left out say nothing any more.
        const origins = found.blamed === null ? null : new Set(found.blamed);
        const blamed = new Set(
          [...kept].flatMap(([part, own]) =>
            own.some(({ origin }) => origins?.has(origin) ?? true) ? [part] : [],
          ),
        );
        const sufficient = [...rest].filter((id) => blamed.has(this.elements.at(id).part));
        return { feasible: false, sufficient, needed: [] };
      }
    }
  }

  async run(): Promise<ClashingRows | null> {
    const start = await this.grow();
    if (start === null) return null;
    const { minimal, isSpent, kept } = await shrink(
      start,
      (rest, all) => this.ask(rest, all),
      this.search.budget,
    );
    const elements = kept.map((id) => this.elements.at(id));
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

/** The rows of clashing demands that clash; null where the time ended before any were found. */
export function clashingRows(
  search: CoreSearch,
  grounded: Grounded,
  demands: readonly LoweredPolicy[],
): Promise<ClashingRows | null> {
  return new RowSearch(search, grounded, demands).run();
}
