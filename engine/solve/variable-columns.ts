import { must, unreachable } from '../base/assert.js';
import { classOf } from '../model/evaluate.js';
import type { ClassMap, Model, VariableId } from '../model/model.js';
import { indexIn } from '../model/search.js';
import type { Affine } from './affine.js';
import { columnAffine, combine, constantAffine } from './affine.js';
import { Domain, listed } from './domain.js';
import type { Choice } from './mip.js';
import type { MipBuilder } from './mip-builder.js';
import { Unsupported } from './mip-builder.js';
import type { Range } from './range.js';
import type { Shape } from './shapes.js';
import { shapesOf } from './shapes.js';

/** Truth of choosing each class, and of choosing a value without one. */
export interface ClassTruths {
  readonly byClass: ReadonlyMap<number, Affine>;
  readonly none: Affine;
}

/** The columns of a model's variables, made when first asked for. */
export class VariableColumns {
  readonly choices: (Choice | null)[];
  private readonly shapes: readonly Shape[];
  private readonly domains: readonly Domain[];
  private readonly lists = new Map<VariableId, readonly number[]>();

  constructor(
    private readonly model: Model,
    private readonly builder: MipBuilder,
  ) {
    this.choices = model.variables.map(() => null);
    this.shapes = shapesOf(model);
    this.domains = model.variables.map((variable) => Domain.of(variable));
  }

  labelOf(variable: VariableId): string {
    return this.model.variables[variable]?.label ?? `variable ${variable}`;
  }

  shapeOf(variable: VariableId): Shape {
    return must(this.shapes[variable], () => `variable ${variable}`);
  }

  /** Values in column order, or null for a variable that is one column. */
  listOf(variable: VariableId): readonly number[] | null {
    if (this.shapeOf(variable) === 'interval') return null;
    const { values, lo, hi } = must(this.model.variables[variable], () => `variable ${variable}`);
    if (values !== null) return values;
    let list = this.lists.get(variable);
    if (list === undefined) {
      list = listed(lo ?? 0, hi ?? 0);
      this.lists.set(variable, list);
    }
    return list;
  }

  rangeOf(variable: VariableId): Range {
    return must(this.domains[variable], () => `variable ${variable}`);
  }

  choiceOf(variable: VariableId): Choice {
    const known = this.choices[variable];
    if (known !== null && known !== undefined) return known;
    const choice = this.makeChoice(variable);
    this.choices[variable] = choice;
    return choice;
  }

  private makeChoice(variable: VariableId): Choice {
    const values = this.listOf(variable);
    if (values === null) {
      const { lo, hi } = this.rangeOf(variable);
      return { kind: 'integer', column: this.builder.column(lo, hi, true, { kind: 'variable', variable }) };
    }
    const [low = 0, high] = values;
    if (high === undefined) return { kind: 'fixed', value: low };
    if (values.length === 2) {
      const column = this.builder.column(0, 1, true, { kind: 'choice', variable, value: high });
      return { kind: 'binary', low, high, column };
    }
    const first = this.builder.columnCount;
    for (const value of values) this.builder.column(0, 1, true, { kind: 'choice', variable, value });
    const all = values.map((_, index) => first + index);
    this.builder.row({ constant: 0, columns: all, factors: all.map(() => 1) }, 1, 1);
    return { kind: 'oneHot', values, first };
  }

  /** The value of a variable. */
  variable(variable: VariableId): Affine {
    const choice = this.choiceOf(variable);
    switch (choice.kind) {
      case 'fixed':
        return constantAffine(choice.value);
      case 'integer':
        return columnAffine(choice.column);
      default:
        return this.sumOver(variable, (_, value) => value);
    }
  }

  /** Sum of weight(index, value) * [variable = value] over the list of a variable. */
  sumOver(variable: VariableId, weight: (index: number, value: number) => number): Affine {
    const choice = this.choiceOf(variable);
    switch (choice.kind) {
      case 'fixed':
        return constantAffine(weight(0, choice.value));
      case 'binary': {
        const base = weight(0, choice.low);
        return combine([
          [1, constantAffine(base)],
          [weight(1, choice.high) - base, columnAffine(choice.column)],
        ]);
      }
      case 'oneHot': {
        // One column is 1, so that the most frequent weight may be a constant and need no entry.
        const weights = choice.values.map((value, index) => weight(index, value));
        const constant = mostFrequent(weights);
        const columns: number[] = [];
        const factors: number[] = [];
        weights.forEach((own, index) => {
          if (own === constant) return;
          columns.push(choice.first + index);
          factors.push(own - constant);
        });
        return { constant, columns, factors };
      }
      case 'integer':
        throw new Unsupported(`${this.labelOf(variable)} would need one column per value`);
      default:
        return unreachable(choice);
    }
  }

  /** Truth of choosing one of `values` (ascending), for listed variables. */
  member(variable: VariableId, values: readonly number[]): Affine {
    const list = must(this.listOf(variable), () => `values of variable ${variable}`);
    if (2 * values.length <= list.length) {
      return this.pick(
        variable,
        values.map((value) => indexIn(list, value)).filter((index) => index >= 0),
      );
    }
    const wanted = new Set(values);
    return this.sumOver(variable, (_, value) => (wanted.has(value) ? 1 : 0));
  }

  /** Sum of the columns of some indices of a listed variable. */
  private pick(variable: VariableId, indices: readonly number[]): Affine {
    const choice = this.choiceOf(variable);
    if (choice.kind !== 'oneHot') return this.sumOver(variable, (index) => (indices.includes(index) ? 1 : 0));
    return {
      constant: 0,
      columns: indices.map((index) => choice.first + index),
      factors: indices.map(() => 1),
    };
  }

  /** Truth per class that a listed variable may choose, and of choosing a value without one. */
  classesOf(variable: VariableId, classes: ClassMap | null): ClassTruths {
    const members = new Map<number, number[]>();
    const unclassed: number[] = [];
    const list = must(this.listOf(variable), () => `values of variable ${variable}`);
    list.forEach((value, index) => {
      const kind = classOf(classes, value);
      const known = kind === undefined ? unclassed : members.get(kind);
      if (known !== undefined) known.push(index);
      else if (kind !== undefined) members.set(kind, [index]);
    });
    const byClass = new Map<number, Affine>();
    for (const [kind, indices] of members) byClass.set(kind, this.pick(variable, indices));
    return { byClass, none: this.pick(variable, unclassed) };
  }
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  let best = values[0] ?? 0;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
