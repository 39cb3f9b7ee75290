import type { CompareOperator } from '../lower/plan.js';
import type { ModelBuilder } from '../model/builder.js';
import type { VariableId } from '../model/model.js';
import { compareTexts, holds } from './comparison.js';
import type { BooleanSymbol } from './symbol.js';

/** A text that a decision chooses: the values of the decision by the text they stand for, null left out. */
export interface ChosenText {
  readonly variable: VariableId;
  readonly valuesByText: ReadonlyMap<string, readonly number[]>;
}

/** `left operator right`, text by text of the left side; null where either side is. */
export function compareChosenTexts(
  builder: ModelBuilder,
  operator: CompareOperator,
  left: ChosenText,
  right: ChosenText,
): BooleanSymbol {
  const rightTexts = [...right.valuesByText];
  const side = (wanted: boolean): number =>
    builder.or(
      [...left.valuesByText].map(([text, values]) => {
        const partners = rightTexts.flatMap(([other, codes]) =>
          holds(operator, compareTexts(text, other)) === wanted ? codes : [],
        );
        return builder.and([
          builder.member(left.variable, [...values]),
          builder.member(right.variable, partners),
        ]);
      }),
    );
  return { kind: 'boolean', isTrue: side(true), isFalse: side(false) };
}
