import type { Span } from '../base/source.js';
import type { CallExpression, Expression, OrderTerm, Select, Window } from '../lang/ast.js';
import type { Doc } from './doc.js';
import { concat, fill, group, indent, joined, line, nothing, space } from './doc.js';
import type { Part, TokenCursor } from './token-cursor.js';

type Binary = Extract<Expression, { kind: 'binary' }>;

/** A `case` and a chain of conditions up to these widths stand on one line. */
const WIDEST_CASE = 60;
const WIDEST_CHAIN = 80;

/** Operators of one level: a chain of them is broken before each. */
const LEVELS: readonly (readonly Binary['operator'][])[] = [
  ['or'],
  ['and'],
  ['<<', '>>', '&', '|'],
  ['+', '-'],
  ['*', '/', '%'],
  ['||', '->', '->>'],
];

/** Lays out expressions; every function takes the tokens of its node from the cursor. */
export class ExpressionLayout {
  constructor(
    private readonly cursor: TokenCursor,
    private readonly subSelect: (select: Select) => Doc,
  ) {}

  expression(expression: Expression): Doc {
    const { cursor } = this;
    const end = cursor.indexAt(expression.span.end);
    const own = this.parentheses(expression);
    if (own === 0) return this.bare(expression, end);
    const open = Array.from({ length: own }, () => cursor.next());
    let closed = concat(...open, this.bare(expression, end - own));
    for (let i = 0; i < own; i += 1) closed = cursor.closed(closed);
    return closed;
  }

  part(expression: Expression): Part {
    return { span: expression.span, layout: () => this.expression(expression) };
  }

  /** How many parentheses are around an expression without being part of it. */
  private parentheses(expression: Expression): number {
    const { cursor } = this;
    const first = firstInside(expression);
    const stop = first === null ? Infinity : cursor.indexAt(first.start);
    let count = 0;
    while (cursor.index + count < stop && cursor.isOperator('(', count)) count += 1;
    const isPart = expression.kind === 'rowValue' || expression.kind === 'scalarSelect';
    return isPart ? count - 1 : count;
  }

  private bare(expression: Expression, end: number): Doc {
    const { cursor } = this;
    switch (expression.kind) {
      case 'literal':
      case 'column':
        return cursor.run(end);
      case 'unary': {
        const sign = cursor.next();
        const isSign = expression.operator !== 'not' && !cursor.isOperator('-');
        return concat(sign, isSign ? nothing : space, this.expression(expression.operand));
      }
      case 'binary':
        return this.binary(expression, end);
      case 'between':
      case 'collate':
      case 'cast':
      case 'nullTest':
        return cursor.run(
          end,
          partsOf(expression).map((one) => this.part(one)),
        );
      case 'inList': {
        const tested = this.upToBracket(expression.operand);
        return concat(tested, space, this.bracketed(expression.list));
      }
      case 'inSelect': {
        const { operand, select } = expression;
        // `x in t` has a select only in the tree.
        const isWritten = this.isSelectAt(select.span);
        if (!isWritten) return cursor.run(end, [this.part(operand)]);
        return concat(this.upToBracket(operand), space, this.subSelect(select));
      }
      case 'exists':
        return concat(cursor.next(), space, this.subSelect(expression.select));
      case 'scalarSelect':
        return this.subSelect(expression.select);
      case 'case':
        return this.case(expression, end);
      case 'rowValue':
        return this.bracketed(expression.items);
      case 'call':
        return this.call(expression, end);
    }
  }

  private isSelectAt({ start }: Span): boolean {
    const ahead = this.cursor.indexAt(start) - this.cursor.index;
    return ['select', 'with', 'values'].some((word) => this.cursor.isWord(word, ahead));
  }

  /** The left side of `in` and the words up to the parenthesis. */
  private upToBracket(operand: Expression): Doc {
    const { cursor } = this;
    const tested = this.expression(operand);
    const words: Doc[] = [];
    while (!cursor.isOperator('(')) words.push(space, cursor.next());
    return concat(tested, ...words);
  }

  private binary(expression: Binary, end: number): Doc {
    const level = LEVELS.find((operators) => operators.includes(expression.operator));
    if (level === undefined) return this.comparison(expression, end);
    const operands: Expression[] = [expression.right];
    let { left } = expression;
    while (left.kind === 'binary' && level.includes(left.operator) && this.parentheses(left) === 0) {
      operands.unshift(left.right);
      left = left.left;
    }
    const first = this.expression(left);
    const [only, ...more] = operands;
    if (only !== undefined && more.length === 0 && endsInBrackets(expression)) {
      return concat(first, space, this.link(only));
    }
    const chain = concat(first, ...operands.map((operand) => concat(line, this.link(operand))));
    const isLogical = expression.operator === 'and' || expression.operator === 'or';
    return group(indent(isLogical ? upTo(WIDEST_CHAIN, chain) : chain));
  }

  /** An operator of a chain and what follows it. */
  private link(operand: Expression): Doc {
    const operator = this.cursor.next();
    return concat(operator, space, this.expression(operand));
  }

  /** Comparisons break inside the brackets they end with; without such, before the operator. */
  private comparison({ left, right, escape }: Binary, end: number): Doc {
    const { cursor } = this;
    const first = this.expression(left);
    const parts = [right, ...(escape === null ? [] : [escape])].map((one) => this.part(one));
    const rest = cursor.run(end, parts);
    return isBracketed(right) || isBracketed(left)
      ? concat(first, space, rest)
      : concat(first, group(indent(line, rest)));
  }

  /** A list in parentheses. */
  private bracketed(items: readonly Expression[]): Doc {
    return this.cursor.brackets(() => this.expressions(items));
  }

  expressions(items: readonly Expression[]): Doc {
    return this.list(items.map((item) => () => this.expression(item)));
  }

  /** What commas separate: as much on a line as fits. */
  list(items: readonly (() => Doc)[]): Doc {
    return fill(this.items(items));
  }

  /** Each item with the comma behind it. */
  items(items: readonly (() => Doc)[]): Doc[] {
    return items.map((layout, i) =>
      i === items.length - 1 ? layout() : concat(layout(), this.cursor.next()),
    );
  }

  private case({ operand, branches, otherwise }: Extract<Expression, { kind: 'case' }>, end: number): Doc {
    const { cursor } = this;
    const head = cursor.next();
    const subject = operand === null ? nothing : concat(space, this.expression(operand));
    const lines = branches.map(({ when, then }) =>
      cursor.run(cursor.indexAt(then.span.end), [this.part(when), this.part(then)]),
    );
    if (otherwise !== null)
      lines.push(cursor.run(cursor.indexAt(otherwise.span.end), [this.part(otherwise)]));
    const last = cursor.run(end);
    return group(upTo(WIDEST_CASE, concat(head, subject, indent(line, joined(lines, line)), line, last)));
  }

  private call(call: CallExpression, end: number): Doc {
    const { cursor } = this;
    const name = cursor.next();
    const [only, ...more] = call.args;
    const isHugged = only !== undefined && more.length === 0 && endsInBrackets(only);
    const args = cursor.brackets(() => this.arguments(call), isHugged);
    const tail: Doc[] = [];
    if (call.filter !== null) tail.push(space, cursor.next(), space, this.filter(call.filter));
    if (cursor.index < end) tail.push(space, cursor.next(), space);
    if (call.over?.kind === 'window') tail.push(this.window(call.over));
    return concat(name, args, ...tail, cursor.run(end));
  }

  private arguments({ args, orderBy }: CallExpression): Doc {
    const { cursor } = this;
    if (args.length === 0 && orderBy.length === 0) return cursor.isOperator('*') ? cursor.next() : nothing;
    const distinct = cursor.isWord('distinct') ? [cursor.next(), space] : [];
    const star = cursor.isOperator('*') ? [cursor.next()] : [];
    const list = this.expressions(args);
    const order = orderBy.length === 0 ? [] : [line, this.orderBy(orderBy)];
    return concat(...distinct, ...star, list, ...order);
  }

  private filter(condition: Expression): Doc {
    const { cursor } = this;
    return cursor.brackets(() => concat(cursor.next(), space, this.expression(condition)));
  }

  /** The parentheses of a window and what they hold. */
  window({ partitionBy, orderBy }: Window): Doc {
    const { cursor } = this;
    return cursor.brackets(() => {
      const parts: Doc[] = [];
      const isAt = (...words: readonly string[]): boolean => words.some((word) => cursor.isWord(word));
      if (!isAt('partition', 'order', 'range', 'rows', 'groups') && !cursor.isOperator(')'))
        parts.push(cursor.next());
      if (isAt('partition'))
        parts.push(concat(cursor.next(), space, cursor.next(), space, this.expressions(partitionBy)));
      if (isAt('order')) parts.push(this.orderBy(orderBy));
      if (!cursor.isOperator(')')) parts.push(this.frame());
      return joined(parts, line);
    });
  }

  private frame(): Doc {
    const { cursor } = this;
    let depth = 0;
    let end = cursor.index;
    for (let ahead = 0; depth > 0 || !cursor.isOperator(')', ahead); ahead += 1) {
      if (cursor.isOperator('(', ahead)) depth += 1;
      if (cursor.isOperator(')', ahead)) depth -= 1;
      end += 1;
    }
    return cursor.run(end);
  }

  /** `order by` and its terms. */
  orderBy(terms: readonly OrderTerm[]): Doc {
    const { cursor } = this;
    const head = concat(cursor.next(), space, cursor.next());
    const items = terms.map(({ expression }, i) => {
      const term = this.expression(expression);
      const words: Doc[] = [];
      while (['asc', 'desc', 'nulls', 'first', 'last'].some((word) => cursor.isWord(word)))
        words.push(space, cursor.next());
      return concat(term, ...words, i === terms.length - 1 ? nothing : cursor.next());
    });
    return concat(head, space, indent(fill(items)));
  }
}

/** What must be broken where it is wider. */
const upTo = (width: number, content: Doc): Doc =>
  content.width > width ? { ...content, forced: true } : content;

/** What an expression begins with inside its parentheses, or null where it begins with a word of its own. */
function firstInside(expression: Expression): Span | null {
  switch (expression.kind) {
    case 'binary':
      return expression.left.span;
    case 'between':
    case 'nullTest':
    case 'inList':
    case 'inSelect':
    case 'collate':
      return expression.operand.span;
    case 'rowValue':
      return expression.items[0]?.span ?? null;
    case 'scalarSelect':
      return expression.select.span;
    default:
      return null;
  }
}

function partsOf(
  expression: Extract<Expression, { kind: 'between' | 'collate' | 'cast' | 'nullTest' }>,
): readonly Expression[] {
  return expression.kind === 'between'
    ? [expression.operand, expression.low, expression.high]
    : [expression.operand];
}

function isBracketed({ kind }: Expression): boolean {
  return ['call', 'scalarSelect', 'rowValue', 'case', 'cast', 'inList', 'inSelect', 'exists'].includes(kind);
}

/** True where a long expression is broken inside the brackets at its end: `a + (select ...)`. */
function endsInBrackets(expression: Expression): boolean {
  if (expression.kind !== 'binary') return isBracketed(expression);
  const { operator, left, right } = expression;
  const isChain = left.kind === 'binary' || operator === 'and' || operator === 'or';
  return !isChain && endsInBrackets(right);
}
