import type { Diagnostic } from '../base/diagnostic.js';
import type { Code } from '../base/codes.js';
import type { Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { Expression, Select } from '../lang/ast.js';
import { CallBinder } from './bind-call.js';
import type { BoundExpression, BoundGround, BoundOrderKey, BoundSelect } from './bound.js';
import { boundParts, isGround } from './bound.js';
import type { Fragment } from './fragment.js';
import { itemsOf, render, splice } from './fragment.js';
import { CAPACITY_FUNCTIONS, isFunction } from './functions.js';
import { groundValues } from './ground-values.js';
import type { Scope } from './scope.js';
import { resolve } from './scope.js';
import type { Walker } from './walk.js';
import { collationOf } from './collation.js';
import { isAggregateCall } from './aggregate-call.js';

/** Where an expression stands. */
export interface Place {
  readonly scope: Scope;
  /** `rows`: aggregates are misplaced. `group`: columns must be grouped. `aggregate`: inside one. */
  readonly position: 'rows' | 'group' | 'aggregate';
  /** SQL of the `group by` expressions, for comparison. */
  readonly groupKeys: ReadonlySet<string>;
  /** True where a capacity function may stand: a top-level conjunct of a check, or the term of a soft constraint. */
  readonly capacity: 'hard' | 'soft' | 'no';
  /** The order of this select's rows, asked for where an aggregate depends on it; null where it was refused. */
  readonly order: () => readonly BoundOrderKey[] | null;
}

export type BindSubSelect = (select: Select, parent: Scope) => BoundSelect;

const isTrueLiteral = (expression: Expression): boolean =>
  expression.kind === 'literal' && (expression.text === 'true' || expression.text === '1');

const isCapacityCall = (expression: Expression): boolean =>
  expression.kind === 'call' &&
  CAPACITY_FUNCTIONS.some((name) => name === expression.name.text.toLowerCase());

/** SQL in which only what quotes hold tells letters apart. */
function normal(sql: string): string {
  const text = sql.replace(
    /('(?:[^']|'')*'|"(?:[^"]|"")*")|[^'"]+/g,
    (other, quoted: string | undefined) => quoted ?? other.replace(/\s+/g, ' ').toLowerCase(),
  );
  return text.trim();
}

/** The items of `(values (a), (b), ...)`, which is a list, or null for any other select. */
function valueList(select: Select): Expression[] | null {
  const { core, compound } = select;
  if (core.values === null || compound.length > 0 || select.with !== null || select.limit !== null)
    return null;
  const items = core.values.flatMap((row) => (row.length === 1 ? row : []));
  return items.length === core.values.length ? items : null;
}

/** True for a select that is more than rows with conditions and groups: only SQLite can say what it holds. */
const isMoreThanRows = (select: Select): boolean =>
  select.with !== null || select.limit !== null || select.compound.length > 0;

function isParenthesised(text: string): boolean {
  if (!text.startsWith('(') || !text.endsWith(')')) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    depth += text[i] === '(' ? 1 : text[i] === ')' ? -1 : 0;
    if (depth === 0) return i === text.length - 1;
  }
  return false;
}

/** Parts that are not ground in one expression; a thousand operators have some two thousand. */
const MOST_NODES = 20_000;

/** Nodes that a letter of a key may stand for at most; in truth each has letters of its own. */
const LETTERS = 4;

const COMPARISONS = new Set(['=', '!=', '<', '<=', '>', '>=']);

/** Binds expressions: ground subtrees become one piece of SQL, the rest a typed tree. */
export class ExpressionBinder {
  private readonly sizes = new WeakMap<BoundExpression, number>();
  /** The expression that was last refused for its size. */
  private refusedSize: Span | null = null;
  private readonly calls: CallBinder;

  /** `freshItem` numbers row sources of the policy set. */
  constructor(
    private readonly walker: Walker,
    private readonly bindSelect: BindSubSelect,
    private readonly diagnostics: Diagnostic[],
    private readonly freshItem: () => number,
  ) {
    this.calls = new CallBinder(this, freshItem);
  }

  bind(expression: Expression, place: Place): BoundExpression {
    if (place.position === 'group') this.requireGrouped(expression, place);
    return this.expression(expression, place);
  }

  /** Text of an expression as generated SQL would hold it. */
  private textFor(expression: Expression, scope: Scope): string {
    const walk = this.walker.expression(expression, scope);
    if (walk.aggregates.length > 0) return '';
    return normal(render(splice(expression.span, walk.replacements)));
  }

  groupKey(expression: Expression, scope: Scope): string {
    let text = this.textFor(expression, scope);
    while (isParenthesised(text)) text = text.slice(1, -1).trim();
    return text;
  }

  /** Every column beside an aggregate must be grouped, or stand inside one. */
  private requireGrouped(expression: Expression, place: Place): void {
    // Writing out the text of every part of a long expression would take long; one that is too long is no key.
    const { nodes } = this.walker.seen(expression, place.scope);
    const isShort = [...place.groupKeys].some((key) => key.length * LETTERS >= nodes);
    if (isShort && place.groupKeys.has(this.groupKey(expression, place.scope))) return;
    const inner = (...parts: readonly (Expression | null)[]): void => {
      for (const part of parts) if (part !== null) this.requireGrouped(part, place);
    };
    switch (expression.kind) {
      case 'column': {
        const resolution = resolve(place.scope, expression);
        // Only columns of this select's own rows are in question; outer ones are fixed.
        if (resolution.kind === 'diagnostic' || resolution.depth > 0) return;
        // Nothing is known of the columns of a relation that is not there.
        if (resolution.column.meaning === null) return;
        this.fail('type/ungrouped-column', expression.span, {
          message: `column \`${textOf(expression.span)}\` is neither grouped nor inside an aggregate`,
          help: `add \`${textOf(expression.span)}\` to \`group by\`, or put it inside an aggregate such as \`all(...)\``,
        });
        return;
      }
      case 'call':
        // A function that does not exist may have been meant for an aggregate.
        if (!isAggregateCall(expression) && isFunction(expression.name.text.toLowerCase()))
          inner(...expression.args);
        return;
      case 'unary':
      case 'cast':
      case 'collate':
      case 'nullTest':
        inner(expression.operand);
        return;
      case 'binary':
        inner(expression.left, expression.right, expression.escape);
        return;
      case 'between':
        inner(expression.operand, expression.low, expression.high);
        return;
      case 'inList':
        inner(expression.operand, ...expression.list);
        return;
      case 'inSelect':
        inner(expression.operand);
        this.requireGroupedIn(expression.select, place);
        return;
      case 'exists':
      case 'scalarSelect':
        this.requireGroupedIn(expression.select, place);
        return;
      case 'case':
        inner(expression.operand, expression.otherwise);
        for (const { when, then } of expression.branches) inner(when, then);
        return;
      case 'rowValue':
        inner(...expression.items);
        return;
      case 'literal':
        return;
    }
  }

  /** Columns of the group that a sub-query reads. */
  private requireGroupedIn(select: Select, place: Place): void {
    const own = new Set(
      place.scope.sources.flatMap(({ columns, rowid }) =>
        [...columns, ...(rowid === null ? [] : [rowid])].map((column) => column.meaning?.sql),
      ),
    );
    for (const { span, by } of this.walker.select(select, place.scope).replacements) {
      if (!own.has(by) || place.groupKeys.has(normal(render(by)))) continue;
      this.fail('type/ungrouped-column', span, {
        message: `column \`${textOf(span)}\` of the rows is neither grouped nor inside an aggregate`,
        help: `add \`${textOf(span)}\` to \`group by\``,
      });
    }
  }

  fail(code: Code, span: Span, details: { message: string; help?: string | undefined }): BoundExpression {
    this.diagnostics.push({ code, severity: 'error', span, message: details.message, help: details.help });
    return { kind: 'ground', sql: ['null'], span };
  }

  /** Model values are told apart exactly; a collation that holds different texts for equal has no place beside them. */
  requireBinary(expression: Expression, scope: Scope): void {
    const collation = collationOf(expression, scope);
    if (collation === null) return;
    this.unsupported(
      expression.span,
      `the collation \`${collation}\``,
      'compare in a view, or declare the column without it',
    );
  }

  unsupported(span: Span, construct: string, instead: string): BoundExpression {
    return this.fail('lower/unsupported', span, {
      message: `${construct} over a decision is not supported yet`,
      help: instead,
    });
  }

  /** The sides of a comparison of two integer columns of different row sources of this select, or null. */
  private sidesOf(expression: Expression, scope: Scope): NonNullable<BoundGround['sides']> | null {
    if (expression.kind !== 'binary' || !COMPARISONS.has(expression.operator)) return null;
    const side = (part: Expression): BoundGround | null => {
      if (part.kind !== 'column') return null;
      const found = resolve(scope, part);
      if (found.kind === 'diagnostic' || found.depth > 0) return null;
      const { meaning } = found.column;
      return meaning?.kind === 'ground' && meaning.integer === true ? { ...meaning, span: part.span } : null;
    };
    const left = side(expression.left);
    const right = side(expression.right);
    if (left === null || right === null) return null;
    const [a] = itemsOf(left.sql);
    const [b] = itemsOf(right.sql);
    return a === b ? null : { operator: expression.operator as '=', left, right };
  }

  /** True for `and`, `or` and `not` over such a comparison: it is bound part by part, with the same meaning. */
  private isLogicOverSides(expression: Expression, scope: Scope): boolean {
    const has = (part: Expression): boolean =>
      this.sidesOf(part, scope) !== null || this.isLogicOverSides(part, scope);
    if (expression.kind === 'unary') return expression.operator === 'not' && has(expression.operand);
    if (expression.kind !== 'binary' || (expression.operator !== 'and' && expression.operator !== 'or'))
      return false;
    // Chains lean to the left: the short side first.
    return has(expression.right) || has(expression.left);
  }

  /** Binds without asking whether columns are grouped. */
  expression(expression: Expression, place: Place): BoundExpression {
    const { isMixed } = this.walker.seen(expression, place.scope);
    if (!isMixed && !this.isLogicOverSides(expression, place.scope)) {
      const walk = this.walker.expression(expression, place.scope);
      const [window] = walk.windows;
      if (window !== undefined) {
        const instead =
          'compute it in a sub-select in `from` that reads no decision, or in a view of the database';
        return this.unsupported(window.span, 'a window function', instead);
      }
      const sql = splice(expression.span, walk.replacements);
      const sides = this.sidesOf(expression, place.scope);
      return { kind: 'ground', sql, span: expression.span, ...(sides === null ? {} : { sides }) };
    }
    const bound = this.mixed(expression, place);
    return this.sizeOf(bound) <= MOST_NODES ? bound : this.tooLarge(expression.span);
  }

  /** Refuses an expression for its size, once for all that are nested in one another. */
  private tooLarge(span: Span): BoundExpression {
    const before = this.refusedSize;
    this.refusedSize = span;
    if (before?.source === span.source && span.start <= before.start && before.end <= span.end) {
      return { kind: 'ground', sql: ['null'], span };
    }
    return this.unsupported(span, 'an expression of this size', 'compute parts of it in views');
  }

  /**
   * How many parts that are not ground an expression has. One that it reads several times, as `between` and `nullif` do,
   * counts as often; nested in one another, such expressions would grow without end.
   */
  private sizeOf(bound: BoundExpression): number {
    if (isGround(bound)) return 0;
    const known = this.sizes.get(bound);
    if (known !== undefined) return known;
    const size = boundParts(bound).reduce((sum, part) => sum + this.sizeOf(part), 1);
    this.sizes.set(bound, size);
    return size;
  }

  /** Binds what mentions a decision or an aggregate. */
  private mixed(expression: Expression, place: Place): BoundExpression {
    const notCapacity: Place = { ...place, capacity: 'no' };
    const part = (inner: Expression): BoundExpression => {
      this.requireBinary(inner, place.scope);
      return this.expression(inner, notCapacity);
    };
    const { span } = expression;
    const sqlOf = (...children: readonly BoundExpression[]): Fragment =>
      splice(
        span,
        children.map((child) => ({ span: child.span, by: child.sql })),
      );
    switch (expression.kind) {
      case 'column': {
        const resolution = resolve(place.scope, expression);
        if (resolution.kind === 'column' && resolution.column.refused !== undefined) {
          return this.unsupported(span, resolution.column.refused, 'write its expression into the policy');
        }
        if (resolution.kind === 'diagnostic' || resolution.column.meaning === null) {
          return { kind: 'ground', sql: ['null'], span };
        }
        return { ...resolution.column.meaning, span };
      }
      case 'unary': {
        if (expression.operator === '~')
          return this.unsupported(span, 'bitwise `~`', 'compute it in a ground column');
        const operand = part(expression.operand);
        const sql = sqlOf(operand);
        if (expression.operator === 'not') return { kind: 'not', operand, sql, span };
        if (expression.operator === '+') return { ...operand, sql, span };
        return { kind: 'negative', operand, sql, span };
      }
      case 'binary':
        return this.binary(expression, place);
      case 'between': {
        const operand = part(expression.operand);
        const low = part(expression.low);
        const high = part(expression.high);
        const sql = sqlOf(operand, low, high);
        const both: BoundExpression = {
          kind: 'and',
          operands: [
            { kind: 'compare', operator: '>=', left: operand, right: low, sql, span },
            { kind: 'compare', operator: '<=', left: operand, right: high, sql, span },
          ],
          sql,
          span,
        };
        return expression.negated ? { kind: 'not', operand: both, sql, span } : both;
      }
      case 'nullTest':
        return this.fail('type/null-test-on-decision', span, {
          message: `\`${textOf(expression.operand.span)}\` is a decision and never null in an answer`,
          help: 'test a plain column, or leave the test out',
        });
      case 'inList': {
        const operand = part(expression.operand);
        const list = expression.list.map(part);
        const sql = sqlOf(operand, ...list);
        const inside: BoundExpression = { kind: 'inList', operand, list, sql, span };
        return expression.negated ? { kind: 'not', operand: inside, sql, span } : inside;
      }
      case 'inSelect': {
        const values = valueList(expression.select);
        if (values !== null) {
          const operand = part(expression.operand);
          const list = values.map(part);
          const sql = sqlOf(operand, ...list);
          const inside: BoundExpression = { kind: 'inList', operand, list, sql, span };
          return expression.negated ? { kind: 'not', operand: inside, sql, span } : inside;
        }
        const operand = part(expression.operand);
        const sql = splice(span, [
          { span: operand.span, by: operand.sql },
          { span: expression.select.span, by: this.selectText(expression.select, place.scope) },
        ]);
        const { columns, decision, decisionRows, windows } = this.walker.select(
          expression.select,
          place.scope,
        );
        const isWhole =
          !decision && !decisionRows && (isMoreThanRows(expression.select) || windows.length > 0);
        const select =
          isWhole && columns.length === 1
            ? this.wholeSelect(expression.select, place.scope)
            : this.bindSelect(expression.select, place.scope);
        if (select.outputs.length !== 1) {
          return this.fail('type/bad-argument', expression.select.span, {
            message: `a select inside \`in\` has one column, this one has ${select.outputs.length}`,
          });
        }
        const inside: BoundExpression = { kind: 'inSelect', operand, select, sql, span };
        return expression.negated ? { kind: 'not', operand: inside, sql, span } : inside;
      }
      case 'exists':
      case 'scalarSelect': {
        const text = this.selectText(expression.select, place.scope);
        const sql = splice(span, [{ span: expression.select.span, by: text }]);
        const select = this.bindSelect(expression.select, place.scope);
        if (expression.kind === 'exists') return { kind: 'exists', select, sql, span };
        if (select.outputs.length !== 1 || !select.grouped || select.groupBy.length > 0) {
          return this.unsupported(
            span,
            'a scalar sub-query that is no single aggregate',
            'write `(select sum(...) from ...)`, or join the row',
          );
        }
        return { kind: 'scalar', select, sql, span };
      }
      case 'call':
        return this.calls.bind(expression, place);
      case 'case':
        return this.case(expression, place);
      case 'cast':
        return this.unsupported(span, '`cast`', 'compare without a cast');
      case 'collate':
        return this.unsupported(span, '`collate`', 'compare without a collation');
      case 'rowValue':
        return this.unsupported(span, 'a row value', 'compare the columns one by one');
      case 'literal':
        return { kind: 'ground', sql: [textOf(span)], span };
    }
  }

  /** `case x when v` compares; `case when c` asks. The first branch that is true counts. */
  private case(expression: Extract<Expression, { kind: 'case' }>, place: Place): BoundExpression {
    const { span } = expression;
    const inner: Place = { ...place, capacity: 'no' };
    const replaced: { span: Span; by: Fragment }[] = [];
    const part = (one: Expression): BoundExpression => {
      this.requireBinary(one, place.scope);
      const bound = this.expression(one, inner);
      replaced.push({ span: bound.span, by: bound.sql });
      return bound;
    };
    const operand = expression.operand === null ? null : part(expression.operand);
    const branches = expression.branches.map(({ when, then }) => {
      const asked = part(when);
      const condition: BoundExpression =
        operand === null
          ? asked
          : { kind: 'compare', operator: '=', left: operand, right: asked, sql: asked.sql, span: asked.span };
      return { when: condition, then: part(then) };
    });
    const otherwise = expression.otherwise === null ? null : part(expression.otherwise);
    return { kind: 'case', branches, otherwise, sql: splice(span, replaced), span };
  }

  /** A ground select of one column, however it is written, as rows that SQLite makes. */
  private wholeSelect(select: Select, scope: Scope): BoundSelect {
    const source: Fragment = [
      '(with whole(value) as (',
      ...this.selectText(select, scope),
      ') select value from whole)',
    ];
    return groundValues(this.freshItem(), source, select.span);
  }

  /** A nested select's text with the names of outer row sources put in. */
  private selectText(select: Select, scope: Scope): Fragment {
    return splice(select.span, this.walker.select(select, scope).replacements);
  }

  private binary(expression: Extract<Expression, { kind: 'binary' }>, place: Place): BoundExpression {
    const { operator, span } = expression;
    if (operator === '=' && isTrueLiteral(expression.right) && isCapacityCall(expression.left)) {
      return this.expression(expression.left, place);
    }
    const inner: Place = operator === 'and' ? place : { ...place, capacity: 'no' };
    if (operator !== 'and' && operator !== 'or') {
      this.requireBinary(expression.left, place.scope);
      this.requireBinary(expression.right, place.scope);
    }
    const left = this.expression(expression.left, inner);
    const right = this.expression(expression.right, inner);
    const sql = splice(span, [
      { span: expression.left.span, by: left.sql },
      { span: expression.right.span, by: right.sql },
    ]);
    if (operator === 'and' || operator === 'or')
      return { kind: operator, operands: [left, right], sql, span };
    if (COMPARISONS.has(operator)) {
      return { kind: 'compare', operator: operator as '=', left, right, sql, span };
    }
    switch (operator) {
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        return { kind: 'arithmetic', operator, left, right, sql, span };
      case 'is':
      case 'is not': {
        const { right: side } = expression;
        const isTruth = side.kind === 'literal' && side.type === 'boolean';
        const wanted = isTruth && side.text.toLowerCase() === 'true';
        const same: BoundExpression = isTruth
          ? { kind: 'truth', wanted, operand: left, sql, span }
          : { kind: 'is', left, right, sql, span };
        return operator === 'is' ? same : { kind: 'not', operand: same, sql, span };
      }
      default:
        return this.unsupported(span, `\`${operator}\``, 'compute it over ground columns');
    }
  }
}
