import { cover, textOf } from '../base/source.js';
import type {
  CallExpression,
  Expression,
  FromItem,
  LiteralExpression,
  Name,
  OrderTerm,
  Select,
  SelectCore,
  Window,
} from './ast.js';
import { KIND } from './token-table.js';
import type { TokenStream } from './token-stream.js';
import { MAX_HEIGHT } from './token-stream.js';

/** Parses the selects inside expressions; given by the select parser, which in turn parses expressions. */
export type SelectRule = (stream: TokenStream) => Select;

/** Words that are values, where no name of a column is quoted like them. */
const CONSTANTS = new Map<string, LiteralExpression['type']>([
  ['true', 'boolean'],
  ['false', 'boolean'],
  ['current_date', 'clock'],
  ['current_time', 'clock'],
  ['current_timestamp', 'clock'],
]);

/** Words that begin the frame of a window. */
const FRAMES = ['range', 'rows', 'groups'];

type Binary = Extract<Expression, { kind: 'binary' }>;

/** Operators that bind tighter than `=`, and how tight. */
const TIGHTER = new Map<string, readonly [operator: Binary['operator'], tightness: number]>(
  (
    [
      ['<', '<=', '>', '>='],
      ['&', '|', '<<', '>>'],
      ['+', '-'],
      ['*', '/', '%'],
      ['||', '->', '->>'],
    ] as const
  ).flatMap((level, i) => level.map((operator) => [operator, [operator, i]] as const)),
);

const LIKES = ['like', 'glob', 'match', 'regexp'] as const;
/** Words before which `not` may stand. */
const NEGATED = new Set<string>(['between', 'in', ...LIKES]);

/** SQLite's expression grammar by precedence climbing; every node carries its span. */
export class ExpressionParser {
  /** Levels of the expression read last; a chain `a or b or c ...` leans to the left and has one for each link. */
  private height = 0;
  /** Levels of the tallest expression of the select being read. */
  private tallest = 0;

  constructor(
    private readonly stream: TokenStream,
    private readonly select: SelectRule,
  ) {}

  expression(): Expression {
    const expression = this.stream.nested(() => this.or());
    this.tallest = Math.max(this.tallest, this.height);
    return expression;
  }

  /** Notes that a node stands over parts of some height; too tall a tree would exhaust the stack of whoever walks it. */
  private raise(height: number): void {
    this.height = height + 1;
    if (this.height > MAX_HEIGHT) this.stream.fail(`an expression of more than ${MAX_HEIGHT} levels`);
  }

  /** A select inside an expression; its tallest expression counts as read last. */
  private subSelect(): Select {
    const before = this.tallest;
    this.tallest = 0;
    const select = this.select(this.stream);
    this.height = this.tallest;
    this.tallest = Math.max(before, this.height);
    return select;
  }

  /** A node over a left side of some height and a right side that was read last. */
  private binary(
    left: Expression,
    height: number,
    operator: Binary['operator'],
    right: Expression,
    escape: Expression | null = null,
  ): Expression {
    this.raise(Math.max(height, this.height));
    return { kind: 'binary', operator, left, right, escape, span: cover(left.span, (escape ?? right).span) };
  }

  private or(): Expression {
    let left = this.and();
    while (this.stream.symbol === 'or') {
      const { height } = this;
      this.stream.skip();
      left = this.binary(left, height, 'or', this.and());
    }
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.stream.symbol === 'and') {
      const { height } = this;
      this.stream.skip();
      left = this.binary(left, height, 'and', this.not());
    }
    return left;
  }

  private not(): Expression {
    const { stream } = this;
    if (stream.symbol !== 'not') return this.equality();
    const { start } = stream;
    stream.skip();
    const operand = stream.nested(() => this.not());
    this.raise(this.height);
    return { kind: 'unary', operator: 'not', operand, span: stream.spanFrom(start) };
  }

  private equality(): Expression {
    let left = this.tight(0, this.postfix());
    for (;;) {
      const next = this.equalityTail(left);
      if (next === null) return left;
      left = next;
    }
  }

  /** One operator of the level of `=`, or null when none follows. */
  private equalityTail(left: Expression): Expression | null {
    const { stream, height } = this;
    switch (stream.symbol) {
      case '=':
      case '==':
        stream.skip();
        return this.binary(left, height, '=', this.tighter());
      case '!=':
      case '<>':
        stream.skip();
        return this.binary(left, height, '!=', this.tighter());
      case 'is':
        stream.skip();
        return this.isTail(left);
      case 'isnull':
        stream.skip();
        // What ends here may still be the left side of an operator that binds tighter: `a notnull + 1`.
        return this.tight(0, this.nullTest(left, height, false));
      case 'notnull':
        stream.skip();
        return this.tight(0, this.nullTest(left, height, true));
      case 'not':
        if (stream.word('not', 'null')) return this.tight(0, this.nullTest(left, height, true));
        if (!NEGATED.has(stream.symbolBehind)) return null;
        stream.skip();
        return this.negatable(left, true);
      default:
        return NEGATED.has(stream.symbol) ? this.negatable(left, false) : null;
    }
  }

  private isTail(left: Expression): Expression {
    const { stream, height } = this;
    const negated = stream.word('not');
    const isNot = negated !== stream.word('distinct', 'from');
    const right = this.tighter();
    if (right.kind === 'literal' && right.type === 'null') return this.nullTest(left, height, isNot);
    return this.binary(left, height, isNot ? 'is not' : 'is', right);
  }

  /** What may be negated: `between`, `in`, `like` and its sisters. */
  private negatable(left: Expression, negated: boolean): Expression {
    const { stream, height } = this;
    if (stream.word('in')) return this.tight(0, this.inTail(left, negated));
    if (stream.word('between')) {
      const low = this.tighter();
      const lowHeight = this.height;
      stream.expectWord('and');
      const high = this.tighter();
      this.raise(Math.max(height, lowHeight, this.height));
      return { kind: 'between', negated, operand: left, low, high, span: cover(left.span, high.span) };
    }
    const word = stream.oneOf(LIKES) ?? stream.fail('expected an operator');
    const right = this.tighter();
    const rightHeight = Math.max(height, this.height);
    const escape = stream.word('escape') ? this.tighter() : null;
    return this.binary(left, rightHeight, negated ? `not ${word}` : word, right, escape);
  }

  private nullTest(operand: Expression, height: number, negated: boolean): Expression {
    this.raise(height);
    return { kind: 'nullTest', negated, operand, span: this.stream.since(operand.span) };
  }

  private inTail(operand: Expression, negated: boolean): Expression {
    const { stream, height } = this;
    if (stream.isName()) return this.inTable(operand, negated);
    stream.expectOperator('(');
    if (this.atSelect()) {
      const select = this.subSelect();
      stream.expectOperator(')');
      this.raise(Math.max(height, this.height));
      return { kind: 'inSelect', negated, operand, select, span: stream.since(operand.span) };
    }
    const list = stream.isOperator(')') ? [] : this.list();
    stream.expectOperator(')');
    this.raise(Math.max(height, this.height));
    return { kind: 'inList', negated, operand, list, span: stream.since(operand.span) };
  }

  /** `name`, `schema.name` or a table-valued function with its arguments. */
  table(): Pick<Extract<FromItem, { kind: 'table' }>, 'schema' | 'name' | 'args'> {
    const { stream } = this;
    const first = stream.name('a table or view');
    const second = stream.operator('.') ? stream.name('a table or view') : null;
    let args: Expression[] | null = null;
    if (stream.operator('(')) {
      args = stream.isOperator(')') ? [] : this.list();
      stream.expectOperator(')');
    }
    return second === null ? { schema: null, name: first, args } : { schema: first, name: second, args };
  }

  /** `x in t` and `x in f(...)`, which mean `x in (select * from ...)`. */
  private inTable(operand: Expression, negated: boolean): Expression {
    const { stream, height } = this;
    const { start } = stream;
    const { schema, name, args } = this.table();
    const span = stream.spanFrom(start);
    // The alias keeps text in place of the name from being given one.
    const from: FromItem = { kind: 'table', schema, name, alias: name, args, span };
    const core: SelectCore = {
      distinct: false,
      columns: [{ kind: 'star', qualifier: null, span }],
      from,
      where: null,
      groupBy: [],
      having: null,
      values: null,
      windows: [],
      span,
    };
    const select: Select = {
      with: null,
      core,
      compound: [],
      orderBy: [],
      limit: null,
      offset: null,
      span,
    };
    this.raise(Math.max(height, this.height));
    return { kind: 'inSelect', negated, operand, select, span: stream.since(operand.span) };
  }

  private atSelect(): boolean {
    const { symbol } = this.stream;
    return symbol === 'select' || symbol === 'with' || symbol === 'values';
  }

  list(): Expression[] {
    const items = [this.expression()];
    let { height } = this;
    while (this.stream.operator(',')) {
      items.push(this.expression());
      height = Math.max(height, this.height);
    }
    this.height = height;
    return items;
  }

  /** Everything that binds tighter than `=`. */
  private tighter(): Expression {
    return this.tight(0, this.postfix());
  }

  /** Operators at least as tight behind a left side that was read last. */
  private tight(least: number, first: Expression): Expression {
    let left = first;
    for (;;) {
      const found = TIGHTER.get(this.stream.symbol);
      if (found === undefined || found[1] < least) return left;
      const { height } = this;
      this.stream.skip();
      left = this.binary(left, height, found[0], this.tight(found[1] + 1, this.postfix()));
    }
  }

  private postfix(): Expression {
    let operand = this.unary();
    while (this.stream.symbol === 'collate') {
      this.stream.skip();
      const collation = this.stream.name('a collation');
      this.raise(this.height);
      operand = { kind: 'collate', operand, collation, span: cover(operand.span, collation.span) };
    }
    return operand;
  }

  private unary(): Expression {
    const { stream } = this;
    const { symbol: operator, start } = stream;
    if (operator !== '-' && operator !== '+' && operator !== '~') return this.primary();
    stream.skip();
    const operand = stream.nested(() => this.unary());
    this.raise(this.height);
    return { kind: 'unary', operator, operand, span: stream.spanFrom(start) };
  }

  private primary(): Expression {
    const { stream } = this;
    this.height = 1;
    switch (stream.kind) {
      case KIND.name:
        return this.word();
      case KIND.quotedName:
        return this.nameTail();
      case KIND.number:
        return this.number();
      case KIND.string:
        return this.literal('text');
      case KIND.blob:
        return this.literal('blob');
      case KIND.parameter:
        return stream.fail('a policy has no parameters; read the value from a row of a table');
      default:
        return stream.isOperator('(') ? this.parenthesised() : stream.fail('expected an expression');
    }
  }

  /** A number, without the underscores that may separate its digits. */
  private number(): Expression {
    const text = this.stream.text.replaceAll('_', '');
    return this.literal(/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text) ? 'integer' : 'real', text);
  }

  private literal(type: LiteralExpression['type'], text = this.stream.text): Expression {
    const { span } = this.stream;
    this.stream.skip();
    return { kind: 'literal', type, text, span };
  }

  /** What begins with an unquoted name or keyword. */
  private word(): Expression {
    const { stream } = this;
    const { start } = stream;
    switch (stream.symbol) {
      case 'null':
        return this.literal('null', 'null');
      case 'case':
        stream.skip();
        return this.caseTail(start);
      // `a = not b`: `not` takes what binds tighter than itself, wherever it stands.
      case 'not':
        return stream.nested(() => this.not());
      case 'exists': {
        if (!stream.isOperator('(', 1)) break;
        stream.skip();
        stream.skip();
        const select = this.subSelect();
        stream.expectOperator(')');
        this.raise(this.height);
        return { kind: 'exists', select, span: stream.spanFrom(start) };
      }
      case 'cast':
        if (stream.isOperator('(', 1)) return this.castTail(start);
        break;
      default:
        if (stream.isCallOfKeyword()) {
          const { text, span } = stream.advance();
          return this.callTail({ text, span });
        }
    }
    return stream.isName() ? this.nameTail() : stream.fail('expected an expression');
  }

  private parenthesised(): Expression {
    const { stream } = this;
    const { start } = stream;
    stream.skip();
    if (this.atSelect()) {
      const select = this.subSelect();
      stream.expectOperator(')');
      this.raise(this.height);
      return { kind: 'scalarSelect', select, span: stream.spanFrom(start) };
    }
    const items = this.list();
    stream.expectOperator(')');
    // The parentheses belong to the node, so that its span can be cut out of the text and still stand alone.
    const span = stream.spanFrom(start);
    const [only, ...rest] = items;
    if (only !== undefined && rest.length === 0) return { ...only, span };
    this.raise(this.height);
    return { kind: 'rowValue', items, span };
  }

  private caseTail(start: number): Expression {
    const { stream } = this;
    let height = 0;
    const part = (): Expression => {
      const expression = this.expression();
      height = Math.max(height, this.height);
      return expression;
    };
    const operand = stream.isWord('when') ? null : part();
    const branches: { when: Expression; then: Expression }[] = [];
    while (stream.word('when')) {
      const when = part();
      stream.expectWord('then');
      branches.push({ when, then: part() });
    }
    if (branches.length === 0) stream.fail('expected `when`', ['when']);
    const otherwise = stream.word('else') ? part() : null;
    stream.expectWord('end');
    this.raise(height);
    return { kind: 'case', operand, branches, otherwise, span: stream.spanFrom(start) };
  }

  private castTail(start: number): Expression {
    const { stream } = this;
    stream.skip();
    stream.skip();
    const operand = this.expression();
    const { height } = this;
    stream.expectWord('as');
    const words: string[] = [];
    while (stream.kind === KIND.name || stream.kind === KIND.quotedName) words.push(stream.advance().text);
    if (words.length === 0) stream.fail('expected a type');
    if (stream.operator('(')) {
      // `decimal(10, 2)`: SQLite reads the numbers and forgets them.
      this.list();
      stream.expectOperator(')');
    }
    stream.expectOperator(')');
    this.raise(height);
    return { kind: 'cast', operand, type: words.join(' '), span: stream.spanFrom(start) };
  }

  private nameTail(): Expression {
    const { stream } = this;
    const isPlain = stream.kind === KIND.name;
    const first = stream.name('a column');
    if (stream.symbol === '(') return this.callTail(first);
    if (stream.operator('.')) {
      let qualifier = first;
      let name = stream.name('a column');
      if (stream.operator('.')) {
        // `main.t.c`: the schema adds nothing, there is one database.
        if (first.text.toLowerCase() !== 'main')
          stream.fail(`expected \`main\` before two dots, not \`${first.text}\``);
        qualifier = name;
        name = stream.name('a column');
      }
      return { kind: 'column', qualifier, name, span: cover(first.span, name.span) };
    }
    const constant = isPlain ? CONSTANTS.get(first.text.toLowerCase()) : undefined;
    if (constant !== undefined) {
      return { kind: 'literal', type: constant, text: first.text.toLowerCase(), span: first.span };
    }
    return { kind: 'column', qualifier: null, name: first, span: first.span };
  }

  private callTail(name: Name): Expression {
    const { stream } = this;
    stream.expectOperator('(');
    let star = false;
    let distinct = false;
    let args: Expression[] = [];
    this.height = 0;
    if (stream.operator('*')) star = true;
    else if (this.atSelect()) {
      const message = `\`${name.text}\` takes no select; as an argument it stands in parentheses of its own`;
      stream.failAt(name, message, ['exists', 'in', 'not'], `write \`${name.text}((select ...))\``);
    } else if (!stream.isOperator(')')) {
      distinct = stream.word('distinct');
      args = this.list();
    }
    let { height } = this;
    const orderBy = stream.word('order', 'by') ? this.orderTerms() : [];
    height = Math.max(height, this.height);
    stream.expectOperator(')');
    let filter: Expression | null = null;
    if (stream.symbol === 'filter' && stream.isOperator('(', 1)) {
      stream.skip();
      stream.skip();
      stream.expectWord('where');
      filter = this.expression();
      height = Math.max(height, this.height);
      stream.expectOperator(')');
    }
    let over: CallExpression['over'] = null;
    if (stream.word('over')) {
      over = stream.isOperator('(') ? this.window() : { kind: 'named', name: stream.name('a window') };
      height = Math.max(height, this.height);
    }
    this.raise(height);
    const span = stream.since(name.span);
    return { kind: 'call', name, distinct, star, args, orderBy, filter, over, span };
  }

  window(): Window {
    const { stream } = this;
    stream.expectOperator('(');
    const opens = [...FRAMES, 'partition'].some((word) => stream.isWord(word));
    const base = stream.isName() && !opens ? stream.name('a window') : null;
    this.height = 0;
    const partitionBy = stream.word('partition', 'by') ? this.list() : [];
    const { height } = this;
    const orderBy = stream.word('order', 'by') ? this.orderTerms() : [];
    this.height = Math.max(height, this.height);
    const frame = FRAMES.some((word) => stream.isWord(word)) ? this.frame() : null;
    stream.expectOperator(')');
    return { kind: 'window', base, partitionBy, orderBy, frame };
  }

  /** Everything up to the parenthesis that closes the window. */
  private frame(): string {
    const { stream } = this;
    const words: string[] = [];
    for (let open = 0; open > 0 || !stream.isOperator(')');) {
      const { kind, quoted, text, span } = stream.peek();
      if (kind === 'end' || kind === 'parameter' || stream.isOperator(';')) stream.fail('expected `)`');
      stream.advance();
      if (kind === 'operator') open += text === '(' ? 1 : text === ')' ? -1 : 0;
      words.push(kind === 'name' && !quoted ? text.toLowerCase() : textOf(span));
    }
    return words.join(' ');
  }

  orderTerms(): OrderTerm[] {
    const { stream } = this;
    const terms: OrderTerm[] = [];
    let height = 0;
    do {
      const expression = this.expression();
      height = Math.max(height, this.height);
      const descending = !stream.word('asc') && stream.word('desc');
      const nulls = stream.word('nulls', 'first') ? 'first' : stream.word('nulls', 'last') ? 'last' : null;
      terms.push({ expression, descending, nulls });
    } while (stream.operator(','));
    this.height = height;
    return terms;
  }
}
