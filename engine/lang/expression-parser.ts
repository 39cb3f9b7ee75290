import type { Span } from '../base/source.js';
import { cover, textOf } from '../base/source.js';
import type {
  CallExpression,
  Expression,
  FromItem,
  Name,
  OrderTerm,
  OtherOperator,
  Select,
  SelectCore,
  Window,
} from './ast.js';
import type { TokenStream } from './token-stream.js';
import { MAX_HEIGHT } from './token-stream.js';

/** Parses the selects inside expressions; given by the select parser, which in turn parses expressions. */
export type SelectRule = (stream: TokenStream) => Select;

/** Words that SQLite reads as the current time. */
const CLOCK_WORDS = ['current_date', 'current_time', 'current_timestamp'];

/** Words that begin the frame of a window. */
const FRAMES = ['range', 'rows', 'groups'];

/** SQLite's expression grammar by precedence climbing; every node carries its span. */
export class ExpressionParser {
  constructor(
    private readonly stream: TokenStream,
    private readonly select: SelectRule,
  ) {}

  expression(): Expression {
    return this.stream.nested(() => this.or());
  }

  /** Levels below a node, where there are many; a chain `a or b or c ...` leans to the left and grows by one each. */
  private readonly heights = new WeakMap<Expression, number>();
  /** Height of the tallest expression of the select being read. */
  private tallest = 0;

  private height(expression: Expression | null): number {
    return expression === null ? 0 : (this.heights.get(expression) ?? 1);
  }

  /** Notes how tall a new node is over its parts; too tall a tree would exhaust the stack of whoever walks it. */
  private over<T extends Expression>(node: T, ...parts: readonly (Expression | null)[]): T {
    const height = 1 + Math.max(0, ...parts.map((part) => this.height(part)));
    if (height > MAX_HEIGHT) this.stream.fail(`an expression of more than ${MAX_HEIGHT} levels`);
    this.heights.set(node, height);
    this.tallest = Math.max(this.tallest, height);
    return node;
  }

  /** A select inside an expression, and how tall its tallest expression is. */
  private subSelect(): { select: Select; height: number } {
    const before = this.tallest;
    this.tallest = 0;
    const select = this.select(this.stream);
    const height = this.tallest;
    this.tallest = Math.max(before, height);
    return { select, height };
  }

  private overSelect<T extends Expression>(node: T, height: number, operand: Expression | null = null): T {
    const taller = 1 + Math.max(height, this.height(operand));
    if (taller > MAX_HEIGHT) this.stream.fail(`an expression of more than ${MAX_HEIGHT} levels`);
    this.heights.set(node, taller);
    this.tallest = Math.max(this.tallest, taller);
    return node;
  }

  private binary(
    left: Expression,
    operator: Extract<Expression, { kind: 'binary' }>['operator'],
    right: Expression,
    escape: Expression | null = null,
  ): Expression {
    const span = cover(left.span, (escape ?? right).span);
    return this.over({ kind: 'binary', operator, left, right, escape, span }, left, right, escape);
  }

  private or(): Expression {
    let left = this.and();
    while (this.stream.word('or')) left = this.binary(left, 'or', this.and());
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.stream.word('and')) left = this.binary(left, 'and', this.not());
    return left;
  }

  private not(): Expression {
    const start = this.stream.peek().span;
    if (!this.stream.isWord('not') || this.stream.isWord('exists', 1)) {
      if (!this.stream.word('not')) return this.equality();
      const operand = this.equality();
      return this.over(
        { kind: 'unary', operator: 'not', operand, span: cover(start, operand.span) },
        operand,
      );
    }
    this.stream.advance();
    const operand = this.stream.nested(() => this.not());
    return this.over({ kind: 'unary', operator: 'not', operand, span: cover(start, operand.span) }, operand);
  }

  private equality(): Expression {
    let left = this.comparison();
    for (;;) {
      const next = this.equalityTail(left);
      if (next === null) return left;
      left = next;
    }
  }

  /** One operator of the level of `=`, or null when none follows. */
  private equalityTail(left: Expression): Expression | null {
    const { stream } = this;
    if (stream.operator('=') || stream.operator('==')) return this.binary(left, '=', this.comparison());
    if (stream.operator('!=') || stream.operator('<>')) return this.binary(left, '!=', this.comparison());
    // What ends here may still be the left side of an operator that binds tighter: `a notnull + 1`.
    if (stream.word('isnull')) return this.comparison(this.nullTest(left, false));
    if (stream.word('notnull') || stream.word('not', 'null'))
      return this.comparison(this.nullTest(left, true));
    if (stream.word('is')) {
      const negated = stream.word('not');
      const distinct = stream.word('distinct', 'from');
      const right = this.comparison();
      if (right.kind === 'literal' && right.type === 'null') return this.nullTest(left, negated !== distinct);
      return this.binary(left, negated !== distinct ? 'is not' : 'is', right);
    }
    const negated =
      stream.isWord('not') &&
      ['between', 'in', 'like', 'glob', 'match', 'regexp'].some((word) => stream.isWord(word, 1));
    if (negated) stream.advance();
    if (stream.word('between')) {
      const low = this.comparison();
      stream.expectWord('and');
      const high = this.comparison();
      const span = cover(left.span, high.span);
      return this.over({ kind: 'between', negated, operand: left, low, high, span }, left, low, high);
    }
    if (stream.word('in')) return this.comparison(this.inTail(left, negated));
    for (const word of ['like', 'glob', 'match', 'regexp'] as const) {
      if (!stream.word(word)) continue;
      const right = this.comparison();
      const escape = stream.word('escape') ? this.comparison() : null;
      const operator: OtherOperator = negated ? `not ${word}` : word;
      return this.binary(left, operator, right, escape);
    }
    return null;
  }

  private nullTest(operand: Expression, negated: boolean): Expression {
    return this.over({ kind: 'nullTest', negated, operand, span: this.stream.since(operand.span) }, operand);
  }

  private inTail(operand: Expression, negated: boolean): Expression {
    const { stream } = this;
    if (stream.isName()) return this.inTable(operand, negated);
    stream.expectOperator('(');
    if (this.atSelect()) {
      const { select, height } = this.subSelect();
      stream.expectOperator(')');
      const span = stream.since(operand.span);
      return this.overSelect({ kind: 'inSelect', negated, operand, select, span }, height, operand);
    }
    const list = stream.isOperator(')') ? [] : this.list();
    stream.expectOperator(')');
    const span = stream.since(operand.span);
    return this.over({ kind: 'inList', negated, operand, list, span }, operand, ...list);
  }

  /** `x in t` and `x in f(...)`, which mean `x in (select * from ...)`. */
  private inTable(operand: Expression, negated: boolean): Expression {
    const { stream } = this;
    const start = stream.peek().span;
    let schema: Name | null = null;
    let name = stream.name('a table or view');
    if (stream.operator('.')) {
      schema = name;
      name = stream.name('a table or view');
    }
    let args: Expression[] | null = null;
    if (stream.operator('(')) {
      args = stream.isOperator(')') ? [] : this.list();
      stream.expectOperator(')');
    }
    const span = stream.since(start);
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
    const whole = stream.since(operand.span);
    return this.over({ kind: 'inSelect', negated, operand, select, span: whole }, operand);
  }

  private atSelect(): boolean {
    return this.stream.isWord('select') || this.stream.isWord('with') || this.stream.isWord('values');
  }

  list(): Expression[] {
    const items = [this.expression()];
    while (this.stream.operator(',')) items.push(this.expression());
    return items;
  }

  /** Everything that binds tighter than `=`; `first`, where given, has been read already. */
  private comparison(first?: Expression): Expression {
    const bits = (left?: Expression): Expression =>
      this.level(['<<', '>>', '&', '|'], () => this.additive(), this.additive(left));
    return this.level(['<=', '>=', '<', '>'], bits, bits(first));
  }

  private additive(first?: Expression): Expression {
    const texts = (left = this.postfix()): Expression =>
      this.level(['||', '->>', '->'], () => this.postfix(), left);
    const products = (left?: Expression): Expression => this.level(['*', '/', '%'], texts, texts(left));
    return this.level(['+', '-'], products, products(first));
  }

  private level(
    operators: readonly Extract<Expression, { kind: 'binary' }>['operator'][],
    operand: () => Expression,
    first: Expression,
  ): Expression {
    let left = first;
    for (;;) {
      const found = operators.find((operator) => this.stream.operator(operator));
      if (found === undefined) return left;
      left = this.binary(left, found, operand());
    }
  }

  private postfix(): Expression {
    let operand = this.unary();
    while (this.stream.word('collate')) {
      const collation = this.stream.name('a collation');
      const inner = operand;
      const span = cover(inner.span, collation.span);
      operand = this.over({ kind: 'collate', operand: inner, collation, span }, inner);
    }
    return operand;
  }

  private unary(): Expression {
    const start = this.stream.peek().span;
    for (const operator of ['-', '+', '~'] as const) {
      if (!this.stream.operator(operator)) continue;
      const operand = this.stream.nested(() => this.unary());
      return this.over({ kind: 'unary', operator, operand, span: cover(start, operand.span) }, operand);
    }
    return this.primary();
  }

  private primary(): Expression {
    const { stream } = this;
    const token = stream.peek();
    const start = token.span;
    if (token.kind === 'number') {
      stream.advance();
      const type = /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(token.text) ? 'integer' : 'real';
      return { kind: 'literal', type, text: token.text, span: start };
    }
    if (token.kind === 'string' || token.kind === 'blob') {
      stream.advance();
      const type = token.kind === 'string' ? 'text' : 'blob';
      return { kind: 'literal', type, text: token.text, span: start };
    }
    if (token.kind === 'parameter') {
      stream.fail('a policy has no parameters; read the value from a row of a table');
    }
    if (stream.operator('(')) return this.parenthesised(start);
    if (stream.word('null')) return { kind: 'literal', type: 'null', text: 'null', span: start };
    if (stream.isWord('exists') && stream.isOperator('(', 1)) {
      stream.advance();
      stream.advance();
      const { select, height } = this.subSelect();
      stream.expectOperator(')');
      return this.overSelect({ kind: 'exists', select, span: stream.since(start) }, height);
    }
    // `a = not b`: `not` takes what binds tighter than itself, wherever it stands.
    if (stream.isWord('not')) return stream.nested(() => this.not());
    if (stream.word('case')) return this.caseTail(start);
    if (stream.isWord('cast') && stream.isOperator('(', 1)) return this.castTail(start);
    if (stream.isCallOfKeyword()) {
      const keyword = stream.advance();
      return this.callTail({ text: keyword.text, span: keyword.span });
    }
    if (stream.isName()) return this.nameTail();
    return stream.fail('expected an expression');
  }

  private parenthesised(start: Span): Expression {
    const { stream } = this;
    if (this.atSelect()) {
      const { select, height } = this.subSelect();
      stream.expectOperator(')');
      return this.overSelect({ kind: 'scalarSelect', select, span: stream.since(start) }, height);
    }
    const [first, ...rest] = this.list();
    stream.expectOperator(')');
    if (first === undefined) return stream.fail('expected an expression');
    const span = stream.since(start);
    // The parentheses belong to the node, so that its span can be cut out of the text and still stand alone.
    if (rest.length > 0) {
      const items = [first, ...rest];
      return this.over({ kind: 'rowValue', items, span }, ...items);
    }
    const same = { ...first, span };
    this.heights.set(same, this.height(first));
    return same;
  }

  private caseTail(start: Span): Expression {
    const { stream } = this;
    const operand = stream.isWord('when') ? null : this.expression();
    const branches: { when: Expression; then: Expression }[] = [];
    while (stream.word('when')) {
      const when = this.expression();
      stream.expectWord('then');
      branches.push({ when, then: this.expression() });
    }
    if (branches.length === 0) stream.fail('expected `when`', ['when']);
    const otherwise = stream.word('else') ? this.expression() : null;
    stream.expectWord('end');
    const inside = branches.flatMap(({ when, then }) => [when, then]);
    const span = stream.since(start);
    return this.over({ kind: 'case', operand, branches, otherwise, span }, operand, otherwise, ...inside);
  }

  private castTail(start: Span): Expression {
    const { stream } = this;
    stream.advance();
    stream.advance();
    const operand = this.expression();
    stream.expectWord('as');
    const words: string[] = [];
    while (stream.peek().kind === 'name') words.push(stream.advance().text);
    if (words.length === 0) stream.fail('expected a type');
    if (stream.operator('(')) {
      // `decimal(10, 2)`: SQLite reads the numbers and forgets them.
      this.list();
      stream.expectOperator(')');
    }
    stream.expectOperator(')');
    const span = stream.since(start);
    return this.over({ kind: 'cast', operand, type: words.join(' '), span }, operand);
  }

  private nameTail(): Expression {
    const { stream } = this;
    const token = stream.peek();
    const first = stream.name('a column');
    const word = token.quoted ? '' : first.text.toLowerCase();
    if (stream.isOperator('(')) return this.callTail(first);
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
    if (word === 'true' || word === 'false') {
      return { kind: 'literal', type: 'boolean', text: word, span: first.span };
    }
    if (CLOCK_WORDS.includes(word)) return { kind: 'literal', type: 'clock', text: word, span: first.span };
    return { kind: 'column', qualifier: null, name: first, span: first.span };
  }

  private callTail(name: { readonly text: string; readonly span: Span }): Expression {
    const { stream } = this;
    stream.expectOperator('(');
    let star = false;
    let distinct = false;
    let args: Expression[] = [];
    if (stream.operator('*')) star = true;
    else if (this.atSelect()) {
      const message = `\`${name.text}\` takes no select; as an argument it stands in parentheses of its own`;
      stream.failAt(name, message, ['exists', 'in', 'not'], `write \`${name.text}((select ...))\``);
    } else if (!stream.isOperator(')')) {
      distinct = stream.word('distinct');
      args = this.list();
    }
    const orderBy = stream.word('order', 'by') ? this.orderTerms() : [];
    stream.expectOperator(')');
    let filter: Expression | null = null;
    if (stream.isWord('filter') && stream.isOperator('(', 1)) {
      stream.advance();
      stream.advance();
      stream.expectWord('where');
      filter = this.expression();
      stream.expectOperator(')');
    }
    let over: CallExpression['over'] = null;
    if (stream.word('over')) {
      over = stream.isOperator('(') ? this.window() : { kind: 'named', name: stream.name('a window') };
    }
    const span = stream.since(name.span);
    const ordered = over?.kind === 'window' ? [...orderBy, ...over.orderBy] : orderBy;
    return this.over(
      { kind: 'call', name, distinct, star, args, orderBy, filter, over, span },
      filter,
      ...args,
      ...ordered.map(({ expression }) => expression),
      ...(over?.kind === 'window' ? over.partitionBy : []),
    );
  }

  window(): Window {
    const { stream } = this;
    stream.expectOperator('(');
    const opens = [...FRAMES, 'partition'].some((word) => stream.isWord(word));
    const base = stream.isName() && !opens ? stream.name('a window') : null;
    const partitionBy = stream.word('partition', 'by') ? this.list() : [];
    const orderBy = stream.word('order', 'by') ? this.orderTerms() : [];
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
    do {
      const expression = this.expression();
      const descending = !stream.word('asc') && stream.word('desc');
      const nulls = stream.word('nulls', 'first') ? 'first' : stream.word('nulls', 'last') ? 'last' : null;
      terms.push({ expression, descending, nulls });
    } while (stream.operator(','));
    return terms;
  }
}
