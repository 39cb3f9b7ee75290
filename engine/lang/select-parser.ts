import type {
  CommonTable,
  Expression,
  FromItem,
  Name,
  ResultColumn,
  Select,
  SelectCore,
  Window,
} from './ast.js';
import { ExpressionParser } from './expression-parser.js';
import type { TokenStream } from './token-stream.js';

/** SQLite's own limit. */
const MOST_JOINED = 64;

/** SQLite's `select` grammar, `values` and common tables included. */
export class SelectParser {
  private readonly expressions: ExpressionParser;

  constructor(private readonly stream: TokenStream) {
    this.expressions = new ExpressionParser(stream, () => this.select());
  }

  expression(): Expression {
    return this.expressions.expression();
  }

  select(): Select {
    return this.stream.nested(() => this.selectBody());
  }

  private selectBody(): Select {
    const { stream } = this;
    const { start } = stream;
    const commonTables = this.withClause();
    const core = this.core();
    const compound: { operator: string; core: SelectCore }[] = [];
    for (;;) {
      const operator = stream.oneOf(['union', 'intersect', 'except']);
      if (operator === null) break;
      const all = operator === 'union' && stream.word('all');
      compound.push({ operator: all ? 'union all' : operator, core: this.core() });
    }
    const orderBy = stream.wordsBy('order') ? this.expressions.orderTerms() : [];
    let limit: Expression | null = null;
    let offset: Expression | null = null;
    if (stream.word('limit')) {
      limit = this.expression();
      if (stream.word('offset')) offset = this.expression();
      // `limit skipped, kept`: the order is the other way round.
      else if (stream.operator(',')) [offset, limit] = [limit, this.expression()];
    }
    return { with: commonTables, core, compound, orderBy, limit, offset, span: stream.spanFrom(start) };
  }

  private withClause(): Select['with'] {
    const { stream } = this;
    if (!stream.word('with')) return null;
    const recursive = stream.word('recursive');
    const tables: CommonTable[] = [];
    do {
      const name = stream.name('a name for the common table');
      const columns = stream.operator('(') ? this.nameList() : null;
      stream.expectWord('as');
      if (!stream.word('not', 'materialized')) stream.word('materialized');
      stream.expectOperator('(');
      const select = this.select();
      stream.expectOperator(')');
      tables.push({ name, columns, select });
    } while (stream.operator(','));
    return { recursive, tables };
  }

  private nameList(): Name[] {
    const names: Name[] = [];
    do names.push(this.stream.name('a column'));
    while (this.stream.operator(','));
    this.stream.expectOperator(')');
    return names;
  }

  private core(): SelectCore {
    const { stream } = this;
    const { start } = stream;
    const empty = {
      distinct: false,
      columns: [],
      from: null,
      where: null,
      groupBy: [],
      having: null,
      windows: [],
    };
    if (stream.word('values')) {
      const values: Expression[][] = [];
      do {
        stream.expectOperator('(');
        values.push(this.expressions.list());
        stream.expectOperator(')');
      } while (stream.operator(','));
      return { ...empty, values, span: stream.spanFrom(start) };
    }
    if (!stream.word('select')) stream.fail('expected `select`', ['select', 'with', 'values']);
    const distinct = stream.word('distinct');
    const isAggregate = stream.dialect === 'policy' && stream.isOperator('(', 1);
    if (!distinct && !isAggregate) stream.word('all');
    const columns: ResultColumn[] = [];
    do columns.push(this.resultColumn());
    while (stream.operator(','));
    const from = this.fromClause();
    const where = stream.word('where') ? this.expression() : null;
    const groupBy = stream.wordsBy('group') ? this.expressions.list() : [];
    const having = stream.word('having') ? this.expression() : null;
    const windows: { name: Name; window: Window }[] = [];
    if (stream.word('window')) {
      do {
        const name = stream.name('a window');
        stream.expectWord('as');
        windows.push({ name, window: this.expressions.window() });
      } while (stream.operator(','));
    }
    return {
      distinct,
      columns,
      from,
      where,
      groupBy,
      having,
      values: null,
      windows,
      span: stream.spanFrom(start),
    };
  }

  private resultColumn(): ResultColumn {
    const { stream } = this;
    const { start } = stream;
    if (stream.operator('*')) return { kind: 'star', qualifier: null, span: stream.spanFrom(start) };
    if (stream.isName() && stream.isOperator('.', 1) && stream.isOperator('*', 2)) {
      const qualifier = stream.name('a table');
      stream.skip();
      stream.skip();
      return { kind: 'star', qualifier, span: stream.spanFrom(start) };
    }
    const expression = this.expression();
    return { kind: 'expression', expression, alias: stream.alias() };
  }

  private fromClause(): FromItem | null {
    const { stream } = this;
    if (!stream.isWord('from')) {
      const clause = ['check', 'maximize', 'minimize'].some((word) => stream.isWord(word));
      if (stream.isName() && !clause) stream.fail('expected `from`', ['from', 'where']);
      return null;
    }
    stream.skip();
    return this.joins();
  }

  private joins(): FromItem {
    const { stream } = this;
    let left = this.tableOrSelect();
    // Parentheses around what stands first change nothing, not even the count.
    let joined = 1;
    for (let first = left; first.kind === 'join'; first = first.left) joined += 1;
    for (; ; joined += 1) {
      const join = this.joinOperator();
      if (join === null) return left;
      if (joined >= MOST_JOINED) stream.fail(`a join of more than ${MOST_JOINED} tables`);
      const right = this.tableOrSelect();
      let on: Expression | null = null;
      let using: Name[] | null = null;
      if (stream.word('on')) on = this.expression();
      else if (stream.word('using')) {
        stream.expectOperator('(');
        using = this.nameList();
      }
      left = { kind: 'join', ...join, left, right, on, using, span: stream.since(left.span) };
    }
  }

  private joinOperator(): { type: 'inner' | 'left' | 'right' | 'full'; natural: boolean } | null {
    const { stream } = this;
    if (stream.operator(',')) return { type: 'inner', natural: false };
    const natural = stream.word('natural');
    const type = stream.oneOf(['left', 'right', 'full']);
    if (type !== null) {
      stream.word('outer');
      stream.expectWord('join');
      return { type, natural };
    }
    if (stream.word('inner') || stream.word('cross')) {
      stream.expectWord('join');
      return { type: 'inner', natural };
    }
    if (stream.word('join')) return { type: 'inner', natural };
    return natural ? stream.fail('expected `join`', ['join']) : null;
  }

  private tableOrSelect(): FromItem {
    const { stream } = this;
    const { start } = stream;
    if (stream.operator('(')) {
      if (stream.isWord('select') || stream.isWord('with') || stream.isWord('values')) {
        const select = this.select();
        stream.expectOperator(')');
        const alias = stream.alias();
        return { kind: 'select', select, alias, span: stream.spanFrom(start) };
      }
      const inner = stream.nested(() => this.joins());
      stream.expectOperator(')');
      return { ...inner, span: stream.spanFrom(start) };
    }
    const { schema, name, args } = this.expressions.table();
    const alias = stream.alias();
    if (stream.word('indexed', 'by')) stream.name('an index');
    else stream.word('not', 'indexed');
    return { kind: 'table', schema, name, alias, args, span: stream.spanFrom(start) };
  }
}
