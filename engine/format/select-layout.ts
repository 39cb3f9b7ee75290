import type { Span } from '../base/source.js';
import type { CommonTable, Expression, FromItem, ResultColumn, Select, SelectCore } from '../lang/ast.js';
import type { Doc } from './doc.js';
import { concat, group, indent, joined, line, nothing, space } from './doc.js';
import { ExpressionLayout } from './expression-layout.js';
import type { TokenCursor } from './token-cursor.js';

/** A select in parentheses with more clauses than this is never written on one line. */
const MOST_INLINE = 3;

/** Lays out selects, clause by clause. */
export class SelectLayout {
  readonly expressions: ExpressionLayout;

  constructor(private readonly cursor: TokenCursor) {
    this.expressions = new ExpressionLayout(cursor, (select) => this.inParentheses(select));
  }

  inParentheses(select: Select): Doc {
    return this.cursor.brackets(() => {
      const clauses = this.clauses(select);
      const content = joined(clauses, line);
      return clauses.length > MOST_INLINE ? { ...content, forced: true } : content;
    });
  }

  /** One document for each clause. The joins of `from` count as clauses. */
  clauses(select: Select): Doc[] {
    const { cursor } = this;
    const { core, compound, orderBy } = select;
    const found: Doc[] = [];
    if (select.with !== null) found.push(this.commonTables(select.with.tables));
    found.push(...this.core(core));
    for (const { core: next } of compound) {
      found.push(this.upToWord('select', 'values'), ...this.core(next));
    }
    if (orderBy.length > 0) found.push(this.expressions.orderBy(orderBy));
    if (select.limit !== null) {
      const parts = [select.limit, ...(select.offset === null ? [] : [select.offset])];
      const end = Math.max(...parts.map(({ span }) => cursor.indexAt(span.end)));
      // `limit skipped, kept` has them the other way round.
      const inOrder = parts.sort((a, b) => a.span.start - b.span.start);
      found.push(
        cursor.run(
          end,
          inOrder.map((one) => this.expressions.part(one)),
        ),
      );
    }
    return found;
  }

  /** Words before one of the grammar. */
  private upToWord(...words: readonly string[]): Doc {
    const { cursor } = this;
    let ahead = 0;
    while (!words.some((word) => cursor.isWord(word, ahead))) ahead += 1;
    return cursor.run(cursor.index + ahead);
  }

  private commonTables(tables: readonly CommonTable[]): Doc {
    const { cursor } = this;
    const words = [cursor.next()];
    if (cursor.isWord('recursive')) words.push(space, cursor.next());
    const made = this.expressions.items(
      tables.map(({ columns, select }) => () => {
        const own = cursor.next();
        const named = columns === null ? nothing : cursor.brackets(() => this.names(columns.length));
        const as = cursor.run(this.indexOfParenthesis());
        return concat(own, named, space, as, space, this.inParentheses(select));
      }),
    );
    const list = joined(made, line);
    return group(...words, space, made.length > 1 ? indent(list) : list);
  }

  private indexOfParenthesis(): number {
    let ahead = 0;
    while (!this.cursor.isOperator('(', ahead)) ahead += 1;
    return this.cursor.index + ahead;
  }

  private names(count: number): Doc {
    return this.expressions.list(Array.from({ length: count }, () => () => this.cursor.next()));
  }

  private core(core: SelectCore): Doc[] {
    const { cursor, expressions } = this;
    if (core.values !== null) {
      const head = cursor.next();
      const rows = core.values.map((row) => () => cursor.brackets(() => expressions.expressions(row)));
      return [concat(head, space, indent(expressions.list(rows)))];
    }
    const [head, ...joins] = this.from(this.columns(core.columns), core.from);
    const found = [head ?? nothing, ...joins];
    if (core.where !== null) found.push(this.clause(core.where));
    if (core.groupBy.length > 0) {
      const by = concat(cursor.next(), space, cursor.next());
      found.push(concat(by, space, indent(expressions.expressions(core.groupBy))));
    }
    if (core.having !== null) found.push(this.clause(core.having));
    if (core.windows.length > 0) {
      const word = cursor.next();
      const windows = core.windows.map(({ window }) => () => {
        const named = cursor.run(cursor.index + 2);
        return concat(named, space, expressions.window(window));
      });
      found.push(concat(word, space, indent(expressions.list(windows))));
    }
    return found;
  }

  /** A keyword and a condition; a long chain has each `and` on a line of its own. */
  clause(condition: Expression): Doc {
    const word = this.cursor.next();
    return concat(word, space, this.expressions.expression(condition));
  }

  private columns(columns: readonly ResultColumn[]): Doc {
    const { cursor, expressions } = this;
    const words = [cursor.next()];
    if (cursor.isWord('distinct') || cursor.isWord('all')) words.push(space, cursor.next());
    const items = expressions.items(
      columns.map((column) => () => {
        if (column.kind === 'star') return cursor.run(cursor.indexAt(column.span.end));
        const { expression, alias } = column;
        const end = cursor.indexAt((alias ?? expression).span.end);
        return cursor.run(end, [expressions.part(expression)]);
      }),
    );
    const [only, ...more] = items;
    if (only !== undefined && more.length === 0) return concat(...words, space, only);
    return group(...words, indent(line, joined(items, line)));
  }

  /** `select ... from` the first table on one line if they fit, then each join on its own. */
  private from(columns: Doc, from: FromItem | null): Doc[] {
    const { cursor } = this;
    if (from === null) return [columns];
    const word = cursor.next();
    const [first, ...joins] = this.joined(from);
    return [group(columns, line, word, space, first ?? nothing), ...joins];
  }

  /** The first table, with those that commas join to it; then each join. */
  private joined(from: FromItem): Doc[] {
    const { cursor } = this;
    if (from.kind !== 'join' || this.parentheses(from) > 0) return [this.source(from)];
    const before = this.joined(from.left);
    const isComma = cursor.isOperator(',');
    const operator = isComma ? cursor.next() : this.joinWords();
    const right = this.source(from.right);
    const rest = this.joinCondition(from);
    if (!isComma) return [...before, concat(operator, space, right, rest)];
    const last = before[before.length - 1] ?? nothing;
    const more = concat(last, operator, group(indent(line, right, rest)));
    return [...before.slice(0, -1), more];
  }

  /** How many parentheses are around a source without being part of it. */
  private parentheses(from: FromItem): number {
    const { cursor } = this;
    const ahead = ({ span }: { readonly span: Span }): number => cursor.indexAt(span.start) - cursor.index;
    switch (from.kind) {
      case 'table':
        return ahead(from.schema ?? from.name);
      case 'select':
        return ahead(from.select) - 1;
      case 'join':
        return ahead(from.left);
    }
  }

  private joinWords(): Doc {
    const words = [this.cursor.next()];
    while (
      ['natural', 'left', 'right', 'full', 'outer', 'inner', 'cross', 'join'].some((word) =>
        this.cursor.isWord(word),
      )
    ) {
      words.push(this.cursor.next());
    }
    return joined(words, space);
  }

  private joinCondition({ on, using }: Extract<FromItem, { kind: 'join' }>): Doc {
    const { cursor } = this;
    if (on !== null) {
      const condition = this.clause(on);
      const isChain = on.kind === 'binary' && (on.operator === 'and' || on.operator === 'or');
      return isChain ? concat(space, condition) : group(indent(line, condition));
    }
    if (using === null) return nothing;
    return concat(
      space,
      cursor.next(),
      space,
      cursor.brackets(() => this.names(using.length)),
    );
  }

  /** A table, a select, or joins in parentheses; its tokens end before an index. */
  private source(from: FromItem, end = this.cursor.indexAt(from.span.end)): Doc {
    const { cursor } = this;
    if (this.parentheses(from) > 0) return cursor.brackets(() => this.source(from, end - 1));
    switch (from.kind) {
      case 'table':
        return this.withRest(this.table(from, end), end);
      case 'select':
        return this.withRest(this.inParentheses(from.select), end);
      case 'join':
        return joined(this.joined(from), line);
    }
  }

  private table({ args }: Extract<FromItem, { kind: 'table' }>, end: number): Doc {
    const { cursor, expressions } = this;
    if (args === null) return cursor.run(end);
    const name = cursor.run(this.indexOfParenthesis());
    return concat(
      name,
      cursor.brackets(() => expressions.expressions(args)),
    );
  }

  /** What stands before an alias, and the alias. */
  private withRest(first: Doc, end: number): Doc {
    const { cursor } = this;
    return cursor.index < end ? concat(first, space, cursor.run(end)) : first;
  }
}
