import type { Span } from '../base/source.js';
import type { ArithmeticOperator, CompareOperator } from '../lower/plan.js';
import { constantOf, sumOf } from '../model/builder.js';
import type { ModelBuilder } from '../model/builder.js';
import type { LinearExpression, Literal } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';
import { MIRROR } from './comparison.js';
import { GroundError } from './ground-error.js';
import type { Numeric, Operators } from './operators.js';
import type {
  BooleanSymbol,
  CasesSymbol,
  ExtremeSymbol,
  GuardedSymbol,
  RatioSymbol,
  Symbol,
} from './symbol.js';
import { UNKNOWN, truth } from './symbol.js';

/** Two extremes of up to this many pairs of rows are compared row by row; beyond, one of them as a number. */
const MOST_PAIRS = 400;
/** Decimals of a real number that is compared with an average. */
const MOST_DECIMALS = 9;

export type CompositeSymbol = CasesSymbol | ExtremeSymbol | RatioSymbol;

export function isComposite(symbol: Symbol): symbol is CompositeSymbol {
  return symbol.kind === 'cases' || symbol.kind === 'extreme' || symbol.kind === 'ratio';
}

/** Meaning of values that are made of others: cases, smallest and greatest, averages. */
export class Composites {
  constructor(
    private readonly builder: ModelBuilder,
    private readonly operators: Operators,
  ) {}

  /** The first branch whose condition is true; `otherwise` where none is. */
  choose(
    branches: readonly { readonly when: BooleanSymbol; readonly then: Symbol }[],
    otherwise: Symbol,
  ): Symbol {
    const { builder } = this;
    const made: GuardedSymbol[] = [];
    const before: Literal[] = [];
    for (const { when, then } of [...branches, { when: truth(TRUE), then: otherwise }]) {
      const guard = builder.and([when.isTrue, ...before]);
      before.push(negate(when.isTrue));
      if (guard !== FALSE) made.push({ guard, symbol: then });
    }
    const [only] = made;
    if (only !== undefined && made.length === 1) return only.symbol;
    const symbol: CasesSymbol = { kind: 'cases', branches: made };
    const isLogic = made.every(({ symbol: one }) => one.kind === 'boolean');
    return isLogic ? this.asBoolean(symbol, (one) => one as BooleanSymbol) : symbol;
  }

  /** The smallest or greatest of rows that are not null where their guard holds; a value where nothing is open. */
  extreme(greatest: boolean, rows: readonly GuardedSymbol[], span: Span): Symbol {
    const open = rows.filter(({ guard }) => guard !== FALSE);
    if (open.length === 0) return { kind: 'value', value: null };
    const settled = open.every(({ guard, symbol }) => guard === TRUE && symbol.kind === 'value');
    if (!settled) return { kind: 'extreme', greatest, rows: open };
    const isBeyond = (a: Symbol, b: Symbol): boolean =>
      this.operators.compare(greatest ? '>' : '<', a, b, span).isTrue === TRUE;
    return open.map(({ symbol }) => symbol).reduce((best, one) => (isBeyond(one, best) ? one : best));
  }

  private asBoolean(symbol: CasesSymbol, part: (symbol: Symbol) => BooleanSymbol): BooleanSymbol {
    const { builder } = this;
    const parts = symbol.branches.map(({ guard, symbol: one }) => ({ guard, value: part(one) }));
    const isTrue = builder.or(parts.map(({ guard, value }) => builder.and([guard, value.isTrue])));
    // Where no branch is null the disjunction says it all, and domains follow from it branch by branch.
    if (parts.every(({ value }) => value.isFalse === negate(value.isTrue))) return truth(isTrue);
    const isFalse = builder.or(parts.map(({ guard, value }) => builder.and([guard, value.isFalse])));
    return { kind: 'boolean', isTrue, isFalse };
  }

  /** Where the value is not null. */
  known(symbol: CompositeSymbol): Literal {
    const { builder } = this;
    switch (symbol.kind) {
      case 'cases': {
        const parts = symbol.branches.map(({ guard, symbol: one }) =>
          builder.and([guard, this.operators.knownOf(one)]),
        );
        return symbol.branches.every(({ symbol: one }) => this.operators.knownOf(one) === TRUE)
          ? TRUE
          : builder.or(parts);
      }
      case 'extreme':
        return builder.or(symbol.rows.map((row) => row.guard));
      case 'ratio':
        return symbol.known;
    }
  }

  condition(symbol: CompositeSymbol, span: Span): BooleanSymbol {
    if (symbol.kind === 'cases') return this.asBoolean(symbol, (one) => this.operators.condition(one, span));
    return this.compare('!=', symbol, { kind: 'value', value: 0 }, span);
  }

  numeric(symbol: CompositeSymbol, span: Span): Numeric | null {
    const { builder, operators } = this;
    const known = this.known(symbol);
    if (known === FALSE) return null;
    const expressionOf = (one: Symbol): LinearExpression =>
      operators.numeric(one, span)?.expression ?? constantOf(0);
    switch (symbol.kind) {
      case 'cases': {
        const parts = symbol.branches.map(({ guard, symbol: one }) => builder.when(guard, expressionOf(one)));
        return { expression: sumOf(parts.map((expression) => ({ expression, factor: 1 }))), known };
      }
      case 'extreme': {
        const entries = symbol.rows.map((row) => ({
          literal: row.guard,
          expression: expressionOf(row.symbol),
        }));
        const none = { literal: negate(known), expression: constantOf(0) };
        return { expression: builder.extreme(symbol.greatest, [...entries, none]), known };
      }
      case 'ratio':
        throw new GroundError(
          'lower/unsupported',
          'an average is a real number and can only be compared',
          span,
          'compare it, or take the sum',
        );
    }
  }

  /** At least one side is composite. */
  compare(operator: CompareOperator, left: Symbol, right: Symbol, span: Span): BooleanSymbol {
    const { operators } = this;
    if (left.kind === 'cases')
      return this.asBoolean(left, (one) => operators.compare(operator, one, right, span));
    if (right.kind === 'cases')
      return this.asBoolean(right, (one) => operators.compare(operator, left, one, span));
    if (left.kind === 'extreme') {
      const isLarge = right.kind === 'extreme' && left.rows.length * right.rows.length > MOST_PAIRS;
      return this.compareExtreme(operator, left, isLarge ? operators.asNumber(right, span) : right, span);
    }
    if (right.kind === 'extreme') return this.compareExtreme(MIRROR[operator], right, left, span);
    return this.compareRatio(operator, left, right, span);
  }

  private compareExtreme(
    operator: CompareOperator,
    extreme: ExtremeSymbol,
    other: Symbol,
    span: Span,
  ): BooleanSymbol {
    const { operators } = this;
    switch (operator) {
      case '=': {
        const below = this.compareExtreme('<=', extreme, other, span);
        return operators.and([below, this.compareExtreme('>=', extreme, other, span)]);
      }
      case '!=':
        return operators.not(this.compareExtreme('=', extreme, other, span));
      case '<':
      case '<=':
        return this.everyOrSome(extreme.greatest, operator, extreme, other, span);
      case '>':
      case '>=':
        return this.everyOrSome(!extreme.greatest, operator, extreme, other, span);
    }
  }

  /** The greatest is at most x where every row is; it is at least x where some row is. The smallest the other way round. */
  private everyOrSome(
    every: boolean,
    operator: CompareOperator,
    extreme: ExtremeSymbol,
    other: Symbol,
    span: Span,
  ): BooleanSymbol {
    const { builder, operators } = this;
    const rows = extreme.rows.map(({ guard, symbol }) => ({
      guard,
      holds: operators.compare(operator, symbol, other, span),
    }));
    const known = this.known(extreme);
    const all = (side: 'isTrue' | 'isFalse'): Literal =>
      builder.and([known, ...rows.map(({ guard, holds }) => builder.or([negate(guard), holds[side]]))]);
    const some = (side: 'isTrue' | 'isFalse'): Literal =>
      builder.or(rows.map(({ guard, holds }) => builder.and([guard, holds[side]])));
    return every
      ? { kind: 'boolean', isTrue: all('isTrue'), isFalse: some('isFalse') }
      : { kind: 'boolean', isTrue: some('isTrue'), isFalse: all('isFalse') };
  }

  private compareRatio(operator: CompareOperator, left: Symbol, right: Symbol, span: Span): BooleanSymbol {
    const { builder, operators } = this;
    const a = this.asRatio(left, span);
    const b = this.asRatio(right, span);
    if (a === null || b === null) return UNKNOWN;
    // Denominators are positive where they are known.
    const side = (numerator: LinearExpression, denominator: LinearExpression): Symbol => ({
      kind: 'number',
      expression: builder.product(numerator, denominator),
      known: builder.and([a.known, b.known]),
    });
    return operators.compare(
      operator,
      side(a.numerator, b.denominator),
      side(b.numerator, a.denominator),
      span,
    );
  }

  /** A number as a ratio; null where it is always null. */
  private asRatio(symbol: Symbol, span: Span): RatioSymbol | null {
    if (symbol.kind === 'ratio') return symbol;
    if (symbol.kind === 'value' && typeof symbol.value === 'number' && !Number.isInteger(symbol.value))
      return decimal(symbol.value, span);
    const number = this.operators.numeric(symbol, span);
    if (number === null) return null;
    return { kind: 'ratio', numerator: number.expression, denominator: constantOf(1), known: number.known };
  }

  /** Sums and differences of ratios, and multiples of one; null for anything else. */
  arithmetic(operator: ArithmeticOperator, left: Symbol, right: Symbol, span: Span): Symbol {
    const { builder } = this;
    const a = this.asRatio(left, span);
    const b = this.asRatio(right, span);
    if (a === null || b === null) return { kind: 'value', value: null };
    const known = builder.and([a.known, b.known]);
    switch (operator) {
      case '+':
      case '-': {
        const numerator = sumOf([
          { expression: builder.product(a.numerator, b.denominator), factor: 1 },
          { expression: builder.product(b.numerator, a.denominator), factor: operator === '+' ? 1 : -1 },
        ]);
        const denominator = builder.product(a.denominator, b.denominator);
        return { kind: 'ratio', numerator, denominator, known };
      }
      case '*':
        return {
          kind: 'ratio',
          numerator: builder.product(a.numerator, b.numerator),
          denominator: builder.product(a.denominator, b.denominator),
          known,
        };
      case '/':
      case '%':
        throw new GroundError(
          'lower/unsupported',
          `\`${operator}\` of an average is not supported`,
          span,
          'multiply the other side of the comparison instead',
        );
    }
  }
}

/** A real number as the ratio that its shortest decimal text says. */
function decimal(value: number, span: Span): RatioSymbol {
  for (let digits = 1; digits <= MOST_DECIMALS; digits += 1) {
    const scale = 10 ** digits;
    const scaled = Math.round(value * scale);
    if (Number.isSafeInteger(scaled) && scaled / scale === value) {
      return { kind: 'ratio', numerator: constantOf(scaled), denominator: constantOf(scale), known: TRUE };
    }
  }
  throw new GroundError(
    'ground/not-an-integer',
    `the value ${value} has too many decimals to be compared exactly`,
    span,
    `round it to at most ${MOST_DECIMALS} decimals`,
  );
}
