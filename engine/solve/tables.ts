import { must, unreachable } from '../base/assert.js';
import { classOf, truncatedQuotient } from '../model/evaluate.js';
import type {
  ClassMap,
  LinearExpression,
  Literal,
  Model,
  NumericNode,
  TermOf,
  VariableId,
} from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import { numericParts } from '../model/numeric-parts.js';
import type { Entity } from '../model/order.js';
import { entityOfNumeric, evaluationOrder, forEachChild } from '../model/order.js';
import { readsOfNode } from './reads.js';
import { indexIn } from '../model/search.js';

/** An entity reads no open variable, exactly one, or several. */
const NONE = -1;
const SEVERAL = -2;

/**
 * Truths and numbers of entities that depend on one listed variable, per value of its domain. Such an entity
 * is a sum over the variable's columns and needs no column of its own.
 */
export class Tables {
  private readonly sole = new Map<Entity, number>();
  private readonly tables = new Map<Entity, Float64Array>();

  /** `listOf` gives a variable's values in column order, or null where it has no column per value. */
  constructor(
    private readonly model: Model,
    private readonly listOf: (variable: VariableId) => readonly number[] | null,
  ) {
    for (const entity of evaluationOrder(model).order) this.sole.set(entity, this.computeSole(entity));
  }

  private merge(a: number, b: number): number {
    if (a === NONE || a === b) return b;
    return b === NONE ? a : SEVERAL;
  }

  private variableSole(variable: VariableId): number {
    const list = this.listOf(variable);
    if (list === null) return SEVERAL;
    return list.length === 1 ? NONE : variable;
  }

  private computeSole(entity: Entity): number {
    let sole = NONE;
    if (entity < 0) {
      const numeric = must(this.model.numerics[~entity], 'numeric node');
      if (numeric.kind === 'balance' || numeric.kind === 'load') return SEVERAL;
      for (const { terms } of numericParts(numeric).expressions) {
        for (const { of } of terms) {
          if (of.kind === 'variable') sole = this.merge(sole, this.variableSole(of.variable));
        }
      }
    } else {
      const node = this.model.nodes[entity];
      if (node?.kind === 'linear') {
        for (const { of } of node.expression.terms) {
          if (of.kind === 'variable') sole = this.merge(sole, this.variableSole(of.variable));
        }
      } else {
        for (const variable of readsOfNode(this.model, entity).variables) {
          sole = this.merge(sole, this.variableSole(variable));
        }
      }
    }
    forEachChild(this.model, entity, (child) => {
      sole = this.merge(sole, this.sole.get(child) ?? NONE);
    });
    return sole;
  }

  /** The one listed variable an entity depends on; null for several; 'constant' for none. */
  variableOf(entity: Entity): VariableId | 'constant' | null {
    const sole = this.sole.get(entity) ?? NONE;
    if (sole === SEVERAL) return null;
    return sole === NONE ? 'constant' : sole;
  }

  variableOfTerm(of: TermOf): VariableId | 'constant' | null {
    switch (of.kind) {
      case 'variable': {
        const sole = this.variableSole(of.variable);
        if (sole === SEVERAL) return null;
        return sole === NONE ? 'constant' : sole;
      }
      case 'literal':
        return this.variableOf(nodeOf(of.literal));
      case 'numeric':
        return this.variableOf(entityOfNumeric(of.numeric));
      default:
        return unreachable(of);
    }
  }

  /** One number per value of the entity's variable (a single one for a constant). Ask only where `variableOf` is not null. */
  tableOf(entity: Entity): Float64Array {
    const known = this.tables.get(entity);
    if (known !== undefined) return known;
    const sole = this.sole.get(entity) ?? NONE;
    const size = sole < 0 ? 1 : (this.listOf(sole)?.length ?? 1);
    const table = new Float64Array(size);
    for (let index = 0; index < size; index += 1) table[index] = this.valueAt(entity, index);
    this.tables.set(entity, table);
    return table;
  }

  private entityAt(entity: Entity, index: number): number {
    const table = this.tableOf(entity);
    return table.length === 1 ? (table[0] ?? 0) : (table[index] ?? 0);
  }

  private literalAt(literal: Literal, index: number): number {
    const truth = this.entityAt(nodeOf(literal), index);
    return isNegated(literal) ? 1 - truth : truth;
  }

  private variableAt(variable: VariableId, index: number): number {
    const list = must(this.listOf(variable), () => `values of variable ${variable}`);
    return must(list.length === 1 ? list[0] : list[index], () => `value of variable ${variable}`);
  }

  termAt(of: TermOf, index: number): number {
    switch (of.kind) {
      case 'variable':
        return this.variableAt(of.variable, index);
      case 'literal':
        return this.literalAt(of.literal, index);
      case 'numeric':
        return this.entityAt(entityOfNumeric(of.numeric), index);
      default:
        return unreachable(of);
    }
  }

  private expressionAt({ constant, terms }: LinearExpression, index: number): number {
    let total = constant;
    for (const { of, coefficient } of terms) total += coefficient * this.termAt(of, index);
    return total;
  }

  private classAt(variable: VariableId, classes: ClassMap | null, index: number): number | undefined {
    return classOf(classes, this.variableAt(variable, index));
  }

  private numberAt(numeric: NumericNode, index: number): number {
    switch (numeric.kind) {
      case 'balance':
      case 'load':
        return 0;
      case 'when':
        return this.literalAt(numeric.literal, index) === 1
          ? this.expressionAt(numeric.expression, index)
          : 0;
      case 'extreme': {
        const held = numeric.entries.filter(({ literal }) => this.literalAt(literal, index) === 1);
        const values = held.map(({ expression }) => this.expressionAt(expression, index));
        return values.reduce((a, b) => (a < b === numeric.greatest ? b : a), values[0] ?? 0);
      }
      case 'product':
        return this.expressionAt(numeric.left, index) * this.expressionAt(numeric.right, index);
      case 'quotient':
        return truncatedQuotient(
          this.expressionAt(numeric.dividend, index),
          this.expressionAt(numeric.divisor, index),
        );
      default:
        return unreachable(numeric);
    }
  }

  private valueAt(entity: Entity, index: number): number {
    if (entity < 0) {
      const numeric = must(this.model.numerics[~entity], 'numeric node');
      return this.numberAt(numeric, index);
    }
    const node = must(this.model.nodes[entity], 'Boolean node');
    switch (node.kind) {
      case 'true':
        return 1;
      case 'member':
        return indexIn(node.values, this.variableAt(node.variable, index)) >= 0 ? 1 : 0;
      case 'atMost':
        return this.variableAt(node.variable, index) <= node.bound ? 1 : 0;
      case 'linear': {
        const value = this.expressionAt(node.expression, index);
        return value >= (node.lo ?? -Infinity) && value <= (node.hi ?? Infinity) ? 1 : 0;
      }
      case 'same': {
        const left = this.classAt(node.left, node.leftClasses, index);
        return left !== undefined && left === this.classAt(node.right, node.rightClasses, index) ? 1 : 0;
      }
      case 'or':
        return node.literals.some((literal) => this.literalAt(literal, index) === 1) ? 1 : 0;
      default:
        return unreachable(node);
    }
  }
}
