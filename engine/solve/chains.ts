import { must } from '../base/assert.js';
import { addExact } from '../base/int.js';
import type { BooleanNode, ClassMap, LinearExpression, VariableId } from '../model/model.js';

/** A choice under a class map: what `same` compares. */
export interface Side {
  readonly variable: VariableId;
  readonly classes: ClassMap | null;
}

/** Sets of sides that are equal to each other, in the order in which they were met. */
export class Equalities {
  private readonly byVariable = new Map<VariableId, Map<ClassMap | null, Side[]>>();
  private readonly all = new Set<Side[]>();

  private setOf(side: Side): Side[] {
    let byClasses = this.byVariable.get(side.variable);
    if (byClasses === undefined) {
      byClasses = new Map();
      this.byVariable.set(side.variable, byClasses);
    }
    let set = byClasses.get(side.classes);
    if (set === undefined) {
      set = [side];
      byClasses.set(side.classes, set);
      this.all.add(set);
    }
    return set;
  }

  join(left: Side, right: Side): void {
    const into = this.setOf(left);
    const from = this.setOf(right);
    if (into === from) return;
    for (const side of from) {
      into.push(side);
      this.byVariable.get(side.variable)?.set(side.classes, into);
    }
    this.all.delete(from);
  }

  /** Equalities of the sides that are kept, each with the next one of its set; none where nothing of a set is dropped. */
  among(dropped: (variable: VariableId) => boolean): BooleanNode[] {
    return [...this.all].flatMap((set) => {
      const kept = set.filter(({ variable }) => !dropped(variable));
      if (kept.length === set.length) return [];
      return kept.slice(1).map((right, i): BooleanNode => {
        const left = must(kept[i], 'left side');
        return {
          kind: 'same',
          left: left.variable,
          leftClasses: left.classes,
          right: right.variable,
          rightClasses: right.classes,
        };
      });
    });
  }
}

/** Bounds on differences of two variables: below[a][b] = d means a - b <= d. */
export class Differences {
  private readonly below = new Map<VariableId, Map<VariableId, number>>();

  /** Takes `expression <= hi` where that is such a bound. */
  take({ constant, terms }: LinearExpression, hi: number): void {
    const [left, right, ...more] = terms;
    if (left?.of.kind !== 'variable' || right?.of.kind !== 'variable' || more.length > 0) return;
    const size = Math.abs(left.coefficient);
    if (left.coefficient !== -right.coefficient) return;
    const [a, b] =
      left.coefficient > 0 ? [left.of.variable, right.of.variable] : [right.of.variable, left.of.variable];
    this.add(a, b, Math.floor(addExact(hi, -constant) / size));
  }

  private add(a: VariableId, b: VariableId, most: number): boolean {
    let row = this.below.get(a);
    if (row === undefined) {
      row = new Map();
      this.below.set(a, row);
    }
    const known = row.get(b);
    if (known !== undefined && known <= most) return false;
    row.set(b, most);
    return true;
  }

  /** Bounds among the variables that are kept that follow only with those that are dropped. */
  among(dropped: (variable: VariableId) => boolean): BooleanNode[] {
    const found = new Map<string, BooleanNode>();
    const out = [...new Set([...this.below.values()].flatMap((row) => [...row.keys()]))].filter(dropped);
    for (const middle of out) {
      const after = [...(this.below.get(middle) ?? [])];
      for (const [a, row] of this.below) {
        const before = row.get(middle);
        if (a === middle || before === undefined) continue;
        for (const [b, most] of after) {
          if (a === b || !this.add(a, b, addExact(before, most)) || dropped(a) || dropped(b)) continue;
          found.set(`${a}/${b}`, difference(a, b, addExact(before, most)));
        }
      }
    }
    return [...found.values()];
  }
}

function difference(a: VariableId, b: VariableId, hi: number): BooleanNode {
  const terms = [
    { of: { kind: 'variable', variable: a } as const, coefficient: 1 },
    { of: { kind: 'variable', variable: b } as const, coefficient: -1 },
  ];
  return { kind: 'linear', expression: { constant: 0, terms }, lo: null, hi };
}
