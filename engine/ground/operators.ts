import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import type { ArithmeticOperator, CompareOperator } from '../lower/plan.js';
import { constantOf, isConstant, sumOf, truthOf } from '../model/builder.js';
import type { ModelBuilder } from '../model/builder.js';
import type { ClassMap, LinearExpression, Literal, VariableId } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';
import { MIRROR, compareTexts, holds } from './comparison.js';
import type { ChosenText } from './text-order.js';
import { compareChosenTexts } from './text-order.js';
import { Composites, isComposite } from './composite.js';
import type { Amounts } from './choice-classes.js';
import { ChoiceClasses } from './choice-classes.js';
import { GroundError } from './ground-error.js';
import type { BooleanSymbol, ChoiceMap, Symbol, TextCodes } from './symbol.js';
import { UNKNOWN, constantTruth, truth, valueSymbol } from './symbol.js';

/** A number over decisions that is null where `known` does not hold. */
export interface Numeric {
  readonly expression: LinearExpression;
  readonly known: Literal;
}

function certain(expression: LinearExpression): Numeric;
function certain(expression: LinearExpression | null): Numeric | null;
function certain(expression: LinearExpression | null): Numeric | null {
  return expression === null ? null : { expression, known: TRUE };
}

/** Keys for which a column of the chosen row is not null, and what that says of each variable. */
interface KnownKeys {
  readonly keys: readonly number[];
  readonly literals: Map<VariableId, Literal>;
}

const ALL: KnownKeys = { keys: [], literals: new Map() };

/** SQL operators over symbols: exact, or a GroundError that says what cannot be given its meaning. */
export class Operators {
  private readonly classMaps = new Map<ChoiceMap, ClassMap>();
  private readonly knownKeys = new Map<ChoiceMap, KnownKeys>();
  private readonly comparisons = new Map<ChoiceMap, Map<string, { yes: number[]; no: number[] }>>();
  readonly choices: ChoiceClasses;
  readonly composites: Composites;

  constructor(
    private readonly builder: ModelBuilder,
    private readonly texts: TextCodes,
  ) {
    this.composites = new Composites(builder, this);
    this.choices = new ChoiceClasses(builder, texts);
  }

  and(parts: readonly BooleanSymbol[]): BooleanSymbol {
    return {
      kind: 'boolean',
      isTrue: this.builder.and(parts.map((part) => part.isTrue)),
      isFalse: this.builder.or(parts.map((part) => part.isFalse)),
    };
  }

  or(parts: readonly BooleanSymbol[]): BooleanSymbol {
    return {
      kind: 'boolean',
      isTrue: this.builder.or(parts.map((part) => part.isTrue)),
      isFalse: this.builder.and(parts.map((part) => part.isFalse)),
    };
  }

  not(part: BooleanSymbol): BooleanSymbol {
    return { kind: 'boolean', isTrue: part.isFalse, isFalse: part.isTrue };
  }

  /** A value used as a condition: null stays unknown, a number is true unless it is 0. */
  condition(symbol: Symbol, span: Span): BooleanSymbol {
    switch (symbol.kind) {
      case 'boolean':
        return symbol;
      case 'value': {
        const { value } = symbol;
        if (value === null) return UNKNOWN;
        if (typeof value === 'number') return constantTruth(value !== 0);
        if (typeof value === 'bigint') return constantTruth(value !== 0n);
        throw new GroundError('type/mismatch', 'a text is no condition', span);
      }
      case 'choice':
      case 'number':
        return this.compare('!=', symbol, valueSymbol(0), span);
      case 'cases':
      case 'extreme':
      case 'ratio':
        return this.composites.condition(symbol, span);
    }
  }

  /** Where a value is not null. */
  knownOf(symbol: Symbol): Literal {
    switch (symbol.kind) {
      case 'value':
        return symbol.value === null ? FALSE : TRUE;
      case 'number':
        return symbol.known;
      case 'boolean':
        return symbol.isTrue === negate(symbol.isFalse)
          ? TRUE
          : this.builder.or([symbol.isTrue, symbol.isFalse]);
      case 'choice':
        return this.known(symbol);
      case 'cases':
      case 'extreme':
      case 'ratio':
        return this.composites.known(symbol);
    }
  }

  /** A value as a symbol of number kind. */
  asNumber(symbol: Symbol, span: Span): Symbol {
    const number = this.numeric(symbol, span);
    return number === null ? valueSymbol(null) : numberSymbol(number);
  }

  /** A value used as a number, or null where it is always null. */
  numeric(symbol: Symbol, span: Span): Numeric | null {
    switch (symbol.kind) {
      case 'value':
        return certain(this.constant(symbol.value, span));
      case 'number':
        return symbol;
      case 'boolean': {
        const known = this.knownOf(symbol);
        return known === FALSE ? null : { expression: truthOf(symbol.isTrue), known };
      }
      case 'choice':
        return this.choiceNumber(symbol, span);
      case 'cases':
      case 'extreme':
      case 'ratio':
        return this.composites.numeric(symbol, span);
    }
  }

  private constant(value: SqlValue, span: Span): LinearExpression | null {
    if (value === null) return null;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return constantOf(value + 0);
    if (typeof value === 'bigint') {
      throw new GroundError(
        'ground/unsafe-integer',
        `the integer ${value} is beyond 2^53`,
        span,
        'scale the column down',
      );
    }
    if (typeof value === 'number') {
      throw new GroundError(
        'ground/not-an-integer',
        `the value ${value} is no integer`,
        span,
        'scale the column to a smaller unit and store integers',
      );
    }
    throw new GroundError('type/mismatch', 'a text cannot be computed with', span);
  }

  private choiceNumber(choice: Extract<Symbol, { kind: 'choice' }>, span: Span): Numeric | null {
    const { variable, map } = choice;
    if (map === null) {
      if (choice.text)
        throw new GroundError('type/mismatch', 'a text decision cannot be computed with', span);
      return certain({ constant: 0, terms: [{ of: { kind: 'variable', variable }, coefficient: 1 }] });
    }
    const { byAmount, filled } = this.amountsOf(map, span);
    const known = filled.length === map.size ? TRUE : this.builder.member(variable, filled);
    if (known === FALSE) return null;
    const expression = sumOf(
      [...byAmount].map(([amount, values]) => ({
        expression: truthOf(this.builder.member(variable, values)),
        factor: amount,
      })),
    );
    return { expression, known };
  }

  /** The numbers of a column of chosen rows; refuses any other column. */
  amountsOf(map: ChoiceMap, span: Span): Amounts {
    return this.choices.amountsOf(map, (cell) => this.constant(cell, span)?.constant ?? null);
  }

  compare(operator: CompareOperator, left: Symbol, right: Symbol, span: Span): BooleanSymbol {
    if (left.kind === 'value' && right.kind === 'value')
      return this.compareValues(operator, left.value, right.value, span);
    if (isComposite(left) || isComposite(right)) return this.composites.compare(operator, left, right, span);
    if (left.kind === 'value') return this.compare(MIRROR[operator], right, left, span);
    if (right.kind === 'value') {
      const { value } = right;
      if (value === null) return UNKNOWN;
      if (left.kind === 'choice') return this.compareChoice(operator, left, value, span);
      if (
        left.kind === 'boolean' &&
        (operator === '=' || operator === '!=') &&
        (value === 0 || value === 1)
      ) {
        return (operator === '=') === (value === 1) ? left : this.not(left);
      }
      return this.compareNumber(operator, this.numeric(left, span), value, span);
    }
    if (left.kind === 'choice' && right.kind === 'choice') {
      const same = this.sameChoice(left, right, span);
      if (same !== null && operator === '=') return same;
      if (same !== null && operator === '!=') return this.not(same);
      if (left.text && right.text) {
        const [a, b] = [this.chosenText(operator, left, span), this.chosenText(operator, right, span)];
        return compareChosenTexts(this.builder, operator, a, b);
      }
    }
    return this.compareNumbers(operator, this.numeric(left, span), this.numeric(right, span));
  }

  private compareValues(operator: CompareOperator, a: SqlValue, b: SqlValue, span: Span): BooleanSymbol {
    const order = this.order(a, b, span);
    return order === null ? UNKNOWN : constantTruth(holds(operator, order));
  }

  private order(a: SqlValue, b: SqlValue, span: Span): number | null {
    if (a === null || b === null) return null;
    if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
    const numeric = (value: SqlValue): value is number | bigint =>
      typeof value === 'number' || typeof value === 'bigint';
    if (numeric(a) && numeric(b)) return a < b ? -1 : a > b ? 1 : 0;
    throw new GroundError(
      'type/mismatch',
      'a number is compared with a text',
      span,
      'compare columns of one type',
    );
  }

  /** Keys for which a comparison of their cells with a value is true, and false. */
  private compared(
    operator: CompareOperator,
    map: ChoiceMap,
    value: Exclude<SqlValue, null>,
    span: Span,
  ): { readonly yes: readonly number[]; readonly no: readonly number[] } {
    let byQuestion = this.comparisons.get(map);
    if (byQuestion === undefined) {
      byQuestion = new Map();
      this.comparisons.set(map, byQuestion);
    }
    const question = `${operator}${typeof value}${String(value)}`;
    let known = byQuestion.get(question);
    if (known === undefined) {
      known = { yes: [], no: [] };
      for (const [key, cell] of map) {
        const order = this.order(cell, value, span);
        if (order !== null) (holds(operator, order) ? known.yes : known.no).push(key);
      }
      byQuestion.set(question, known);
    }
    return known;
  }

  /** A decision, or a column of the row it chooses, against a known value. */
  private compareChoice(
    operator: CompareOperator,
    choice: Extract<Symbol, { kind: 'choice' }>,
    value: Exclude<SqlValue, null>,
    span: Span,
  ): BooleanSymbol {
    const { builder } = this;
    const { variable, map } = choice;
    if (map !== null) {
      const { yes, no } = this.compared(operator, map, value, span);
      return {
        kind: 'boolean',
        isTrue: builder.member(variable, yes),
        isFalse: builder.member(variable, no),
      };
    }
    if (choice.text) return this.compareText(operator, variable, value, span);
    if (typeof value === 'string' || value instanceof Uint8Array) {
      throw new GroundError('type/mismatch', 'an integer decision is compared with a text', span);
    }
    if (typeof value === 'number') return truth(this.bounded(operator, variable, value));
    // Beyond 2^53 no model value can equal it; only its side of the number line matters.
    const side = value > 0n ? -1 : 1;
    return constantTruth(holds(operator, side));
  }

  private bounded(operator: CompareOperator, variable: number, value: number): Literal {
    const { builder } = this;
    switch (operator) {
      case '=':
        return Number.isInteger(value) ? builder.member(variable, [value]) : FALSE;
      case '!=':
        return Number.isInteger(value) ? negate(builder.member(variable, [value])) : TRUE;
      case '<=':
        return builder.atMost(variable, Math.floor(value));
      case '<':
        return builder.atMost(variable, Math.ceil(value) - 1);
      case '>':
        return negate(builder.atMost(variable, Math.floor(value)));
      case '>=':
        return negate(builder.atMost(variable, Math.ceil(value) - 1));
    }
  }

  private compareText(
    operator: CompareOperator,
    variable: number,
    value: SqlValue,
    span: Span,
  ): BooleanSymbol {
    const { builder, texts } = this;
    if (typeof value !== 'string') {
      throw new GroundError('type/mismatch', 'a text decision is compared with a number', span);
    }
    if (operator === '=') return truth(builder.member(variable, [texts.code(value)]));
    if (operator === '!=') return truth(negate(builder.member(variable, [texts.code(value)])));
    const domain = this.textDomain(operator, variable, span);
    const kept = domain.filter((code) => holds(operator, compareTexts(texts.text(code) ?? '', value)));
    return truth(builder.member(variable, kept));
  }

  /** The codes a text decision may take: without a domain its order against others has no end. */
  private textDomain(operator: CompareOperator, variable: number, span: Span): readonly number[] {
    const domain = this.builder.variableAt(variable).values;
    if (domain !== null) return domain;
    throw new GroundError(
      'lower/unsupported',
      `\`${operator}\` on a text decision needs a domain from a foreign key or a \`check\` of its table`,
      span,
      'compare with `=` or `in`',
    );
  }

  private chosenText(
    operator: CompareOperator,
    { variable, map }: Extract<Symbol, { kind: 'choice' }>,
    span: Span,
  ): ChosenText {
    const cells: Iterable<readonly [number, SqlValue]> =
      map ??
      this.textDomain(operator, variable, span).map((code) => [code, this.texts.text(code) ?? ''] as const);
    const valuesByText = new Map<string, number[]>();
    for (const [value, cell] of cells) {
      if (cell === null) continue;
      if (typeof cell !== 'string')
        throw new GroundError('type/mismatch', 'a text decision is compared with a number', span);
      const known = valuesByText.get(cell);
      if (known === undefined) valuesByText.set(cell, [value]);
      else known.push(value);
    }
    return { variable, valuesByText };
  }

  /** Equality of two choices by class, where both have finitely many values; else null. */
  private sameChoice(
    left: Extract<Symbol, { kind: 'choice' }>,
    right: Extract<Symbol, { kind: 'choice' }>,
    span: Span,
  ): BooleanSymbol | null {
    const { builder } = this;
    const finite = (choice: typeof left): boolean =>
      choice.map !== null || choice.text || builder.variableAt(choice.variable).values !== null;
    if (!finite(left) || !finite(right)) return null;
    if (left.text !== right.text) return null;
    const classes = (choice: typeof left): ClassMap | null =>
      choice.map === null ? null : this.classMap(choice.map, choice.text, span);
    const same = builder.same(left.variable, classes(left), right.variable, classes(right));
    const [a, b] = [this.known(left), this.known(right)];
    if (a === TRUE && b === TRUE) return truth(same);
    return { kind: 'boolean', isTrue: same, isFalse: builder.and([negate(same), a, b]) };
  }

  /** Where the column of a chosen row is not null. Many rows ask for one column, so that answers are kept. */
  known({ variable, map }: Extract<Symbol, { kind: 'choice' }>): Literal {
    if (map === null) return TRUE;
    let known = this.knownKeys.get(map);
    if (known === undefined) {
      const filled = [...map].flatMap(([key, cell]) => (cell === null ? [] : [key]));
      known = filled.length === map.size ? ALL : { keys: filled, literals: new Map() };
      this.knownKeys.set(map, known);
    }
    if (known === ALL) return TRUE;
    let literal = known.literals.get(variable);
    if (literal === undefined) {
      literal = this.builder.member(variable, known.keys);
      known.literals.set(variable, literal);
    }
    return literal;
  }

  private classMap(map: ChoiceMap, text: boolean, span: Span): ClassMap {
    let classes = this.classMaps.get(map);
    if (classes === undefined) {
      const made = new Map<number, number>();
      for (const [key, cell] of map) {
        if (cell === null) continue;
        if (typeof cell === 'string' && text) made.set(key, this.texts.code(cell));
        else if (typeof cell === 'number' && !text) made.set(key, cell);
        else {
          const message = 'texts, numbers or blobs of one column are compared with a decision';
          throw new GroundError('type/mismatch', message, span, 'compare columns of one type');
        }
      }
      classes = made;
      this.classMaps.set(map, classes);
    }
    return classes;
  }

  private compareNumber(
    operator: CompareOperator,
    number: Numeric | null,
    value: Exclude<SqlValue, null>,
    span: Span,
  ): BooleanSymbol {
    if (number === null) return UNKNOWN;
    if (typeof value === 'number' && !Number.isInteger(value)) {
      switch (operator) {
        case '=':
        case '!=':
          return this.where(number.known, operator === '!=' ? TRUE : FALSE);
        case '<':
        case '<=':
          return this.compareNumbers('<=', number, certain(constantOf(Math.floor(value))));
        case '>':
        case '>=':
          return this.compareNumbers('>=', number, certain(constantOf(Math.ceil(value))));
      }
    }
    return this.compareNumbers(operator, number, certain(this.constant(value, span)));
  }

  /** A truth that is null where `known` does not hold. */
  private where(known: Literal, literal: Literal): BooleanSymbol {
    if (known === TRUE) return truth(literal);
    const { builder } = this;
    return {
      kind: 'boolean',
      isTrue: builder.and([known, literal]),
      isFalse: builder.and([known, negate(literal)]),
    };
  }

  private compareNumbers(
    operator: CompareOperator,
    left: Numeric | null,
    right: Numeric | null,
  ): BooleanSymbol {
    if (left === null || right === null) return UNKNOWN;
    const difference = sumOf([
      { expression: left.expression, factor: 1 },
      { expression: right.expression, factor: -1 },
    ]);
    const holds = (): Literal => {
      switch (operator) {
        case '=':
          return this.between(difference, 0, 0);
        case '!=':
          return negate(this.between(difference, 0, 0));
        case '<=':
          return this.between(difference, null, 0);
        case '<':
          return this.between(difference, null, -1);
        case '>=':
          return this.between(difference, 0, null);
        case '>':
          return this.between(difference, 1, null);
      }
    };
    return this.where(this.builder.and([left.known, right.known]), holds());
  }

  /** lo <= expression <= hi; a single variable becomes a bound on it, which domains can use directly. */
  private between(expression: LinearExpression, lo: number | null, hi: number | null): Literal {
    const { builder } = this;
    const [term, ...others] = expression.terms;
    if (isConstant(expression) || term === undefined || others.length > 0)
      return builder.linear(expression, lo, hi);
    const { coefficient, of } = term;
    if (of.kind === 'literal') {
      const inside = (value: number): boolean => (lo === null || value >= lo) && (hi === null || value <= hi);
      const whenTrue = inside(expression.constant + coefficient);
      const whenFalse = inside(expression.constant);
      if (whenTrue === whenFalse) return whenTrue ? TRUE : FALSE;
      return whenTrue ? of.literal : negate(of.literal);
    }
    if (of.kind !== 'variable') return builder.linear(expression, lo, hi);
    const ends = [lo, hi].map((bound) =>
      bound === null ? null : (bound - expression.constant) / coefficient,
    );
    const [low, high] = coefficient > 0 ? ends : [ends[1], ends[0]];
    const least = low === null || low === undefined ? null : Math.ceil(low);
    const most = high === null || high === undefined ? null : Math.floor(high);
    if (least !== null && least === most) return builder.member(of.variable, [least]);
    if (least !== null && most !== null && least > most) return FALSE;
    return builder.and([
      least === null ? TRUE : negate(builder.atMost(of.variable, least - 1)),
      most === null ? TRUE : builder.atMost(of.variable, most),
    ]);
  }

  arithmetic(operator: ArithmeticOperator, left: Symbol, right: Symbol, span: Span): Symbol {
    if (left.kind === 'ratio' || right.kind === 'ratio')
      return this.composites.arithmetic(operator, left, right, span);
    const shifted = this.shiftedExtreme(operator, left, right, span);
    if (shifted !== null) return shifted;
    const a = this.numeric(left, span);
    const b = this.numeric(right, span);
    if (a === null || b === null) return valueSymbol(null);
    const known = this.builder.and([a.known, b.known]);
    if (operator === '/' || operator === '%') return this.quotient(operator, a, b, known);
    if (operator !== '*') {
      const expression = sumOf([
        { expression: a.expression, factor: 1 },
        { expression: b.expression, factor: operator === '+' ? 1 : -1 },
      ]);
      return numberSymbol({ expression, known });
    }
    if (isConstant(a.expression)) {
      const expression = sumOf([{ expression: b.expression, factor: a.expression.constant }]);
      return numberSymbol({ expression, known });
    }
    if (isConstant(b.expression)) {
      const expression = sumOf([{ expression: a.expression, factor: b.expression.constant }]);
      return numberSymbol({ expression, known });
    }
    const factor = [left, right].find((side) => side.kind === 'boolean');
    if (factor !== undefined) {
      const other = factor === left ? b : a;
      return numberSymbol({ expression: this.builder.when(factor.isTrue, other.expression), known });
    }
    return numberSymbol({ expression: this.builder.product(a.expression, b.expression), known });
  }

  /** SQLite's integer division: truncated towards zero, null for a divisor of 0. */
  private quotient(operator: '/' | '%', a: Numeric, b: Numeric, known: Literal): Symbol {
    const { builder } = this;
    const isZero = this.between(b.expression, 0, 0);
    const defined = builder.and([known, negate(isZero)]);
    if (defined === FALSE) return valueSymbol(null);
    const quotient = builder.quotient(a.expression, b.expression);
    if (operator === '/') return numberSymbol({ expression: quotient, known: defined });
    const rest = sumOf([
      { expression: a.expression, factor: 1 },
      { expression: builder.product(quotient, b.expression), factor: -1 },
    ]);
    return numberSymbol({ expression: rest, known: defined });
  }

  /** A smallest or greatest plus, minus or times a known number stays one of its rows, and is compared row by row. */
  private shiftedExtreme(
    operator: ArithmeticOperator,
    left: Symbol,
    right: Symbol,
    span: Span,
  ): Symbol | null {
    const [extreme, other] = left.kind === 'extreme' ? [left, right] : [right, left];
    if (extreme.kind !== 'extreme' || other.kind !== 'value' || typeof other.value !== 'number') return null;
    if (operator === '/' || operator === '%') return null;
    const isTurned = (operator === '-' && extreme === right) || (operator === '*' && other.value < 0);
    const rows = extreme.rows.map(({ guard, symbol }) => ({
      guard,
      symbol:
        extreme === left
          ? this.arithmetic(operator, symbol, right, span)
          : this.arithmetic(operator, left, symbol, span),
    }));
    return { kind: 'extreme', greatest: extreme.greatest !== isTurned, rows };
  }
}

/** Folds to a value where nothing is left to decide. */
export function numberSymbol({ expression, known }: Numeric): Symbol {
  if (known === FALSE) return valueSymbol(null);
  return known === TRUE && isConstant(expression)
    ? valueSymbol(expression.constant)
    : { kind: 'number', expression, known };
}
