import type { SqlValue } from '../base/sql-value.js';
import type { LinearExpression, Literal, VariableId } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';

/** Value of a column of the chosen row, by the model value that chooses it. */
export type ChoiceMap = ReadonlyMap<number, SqlValue>;

/** The value of a residual while grounding: known now, or an expression over variables. */
export type Symbol =
  | { readonly kind: 'value'; readonly value: SqlValue }
  /** The decision itself (`map` null), or a column of the row that the decision chooses. */
  | {
      readonly kind: 'choice';
      readonly variable: VariableId;
      readonly text: boolean;
      readonly map: ChoiceMap | null;
    }
  /** Null where `known` does not hold; the expression then means nothing. */
  | { readonly kind: 'number'; readonly expression: LinearExpression; readonly known: Literal }
  /** Three-valued: where neither holds the value is null. */
  | { readonly kind: 'boolean'; readonly isTrue: Literal; readonly isFalse: Literal }
  | CasesSymbol
  | ExtremeSymbol
  | RatioSymbol;

/** A symbol with the literal under which it counts. */
export interface GuardedSymbol {
  readonly guard: Literal;
  readonly symbol: Symbol;
}

/** One of several values. INVARIANT: in every assignment exactly one guard holds. */
export interface CasesSymbol {
  readonly kind: 'cases';
  readonly branches: readonly GuardedSymbol[];
}

/** The smallest or greatest of the rows whose guard holds, where none is null; null where no guard holds. */
export interface ExtremeSymbol {
  readonly kind: 'extreme';
  readonly greatest: boolean;
  readonly rows: readonly GuardedSymbol[];
}

/** numerator / denominator as a real number; null where `known` does not hold, and positive denominators where it does. */
export interface RatioSymbol {
  readonly kind: 'ratio';
  readonly numerator: LinearExpression;
  readonly denominator: LinearExpression;
  readonly known: Literal;
}

export type BooleanSymbol = Extract<Symbol, { kind: 'boolean' }>;

export const valueSymbol = (value: SqlValue): Symbol => ({ kind: 'value', value });
export const UNKNOWN: BooleanSymbol = { kind: 'boolean', isTrue: FALSE, isFalse: FALSE };

/** A truth value that is never null. */
export const truth = (literal: Literal): BooleanSymbol => ({
  kind: 'boolean',
  isTrue: literal,
  isFalse: negate(literal),
});

export const constantTruth = (value: boolean): BooleanSymbol => truth(value ? TRUE : FALSE);

/** Texts as model values. Codes are given in the order of first use, which grounding keeps fixed. */
export class TextCodes {
  private readonly codes = new Map<string, number>();
  private readonly texts: string[] = [];

  code(text: string): number {
    let code = this.codes.get(text);
    if (code === undefined) {
      code = this.texts.length;
      this.texts.push(text);
      this.codes.set(text, code);
    }
    return code;
  }

  text(code: number): string | undefined {
    return this.texts[code];
  }
}
