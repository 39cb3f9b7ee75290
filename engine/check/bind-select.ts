import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { Relation } from '../catalog/catalog.js';
import type { Expression, FromItem, Select, SelectCore } from '../lang/ast.js';
import type { BoundExpression, BoundOutput, BoundSelect } from './bound.js';
import { asGround, isGroundTree } from './bound.js';
import type { Place } from './bind-expression.js';
import { ExpressionBinder } from './bind-expression.js';
import type { Fragment } from './fragment.js';
import { aliasOf, parenthesised, quoteName, splice } from './fragment.js';
import { TABLE_FUNCTIONS } from './functions.js';
import type { Gathered } from './gathered.js';
import { nothingGathered } from './gathered.js';
import type { ColumnFacts } from './relations.js';
import { rowOrder } from './row-order.js';
import type { Scope, ScopeColumn, ScopeSource } from './scope.js';
import { emptyScope, storedName } from './scope.js';
import { conjuncts, listedNames, noLineage, numberedColumn, outputExpressions } from './select-parts.js';
import { describe, outputName, sharedColumns } from './source-names.js';
import { Walker } from './walk.js';
import { groundColumn, unknownSource, unknownTableFunction } from './plain-source.js';

/** Why a select is bound; what its select list must be. */
export type Purpose = 'constraint' | 'view' | 'subquery' | 'exists';

/** Binds selects that mention decisions: row sources, conditions, groups and outputs. */
export class SelectBinder {
  private nextItem = 1;
  /** How many sub-queries are open, views inside them included. */
  private subQueries = 0;
  readonly expressions: ExpressionBinder;

  constructor(
    private readonly walker: Walker,
    private readonly diagnostics: Diagnostic[],
  ) {
    this.expressions = new ExpressionBinder(
      walker,
      (select, parent) => {
        this.subQueries += 1;
        const bound = this.bind(select, parent, 'subquery').select;
        this.subQueries -= 1;
        return bound;
      },
      diagnostics,
      () => this.nextItem++,
    );
  }

  /**
   * Binds a select and returns it with the place where its clause stands.
   * `clause` is what follows the select of a constraint: aggregates in it make one group of all rows.
   */
  bind(
    select: Select,
    parent: Scope | null,
    purpose: Purpose,
    clause: Expression | null = null,
  ): { select: BoundSelect; place: Place } {
    this.refuseWhole(select, purpose);
    const { core } = select;
    const gathered = nothingGathered(parent);
    for (const { name } of select.with?.tables ?? []) gathered.common.add(name.text.toLowerCase());
    if (core.from !== null) this.from(core.from, gathered);
    const bare: Scope = { sources: gathered.sources, merged: gathered.merged, outputs: new Map(), parent };
    const order: Place['order'] = () => this.order(select, gathered, bare);
    const rows: Place = { scope: bare, position: 'rows', groupKeys: new Set(), capacity: 'no', order };
    if (core.where !== null) {
      for (const operand of conjuncts(core.where))
        gathered.conditions.push(this.expressions.bind(operand, rows));
    }
    const scope: Scope = { ...bare, outputs: this.outputAliases(core, bare), listed: listedNames(core) };
    const keys = core.groupBy.map((key) => this.numbered(key, core));
    const groupKeys = new Set(keys.map((key) => this.expressions.groupKey(key, scope)));
    // All of them are walked, whatever the first one says, so that every unknown name is reported.
    const walks = [clause, core.having, ...outputExpressions(core)].flatMap((part) =>
      part === null ? [] : [this.walker.expression(part, scope)],
    );
    const aggregated = walks.some((walk) => walk.aggregates.length > 0);
    const grouped = core.groupBy.length > 0 || core.having !== null || aggregated;
    const place: Place = { ...rows, scope, position: grouped ? 'group' : 'rows', groupKeys };
    const groupBy = keys.map((key) => this.groupExpression(key, { ...rows, scope }));
    const having =
      core.having === null ? [] : conjuncts(core.having).map((part) => this.expressions.bind(part, place));
    if (purpose === 'constraint') this.walker.stars(core, scope);
    const outputs = purpose === 'constraint' ? [] : this.outputs(core, place, purpose);
    return {
      select: {
        items: gathered.items,
        units: gathered.units,
        conditions: grouped ? gathered.conditions.map(asGround) : gathered.conditions,
        grouped,
        groupBy,
        having,
        outputs,
        span: select.span,
      },
      place,
    };
  }

  /** True where the select list holds an aggregate. */
  private isAggregated(core: SelectCore): boolean {
    const silent = new Walker(this.walker.relations);
    const calls = (expression: Expression): boolean =>
      silent.expression(expression, emptyScope).aggregates.length > 0;
    return outputExpressions(core).some(calls);
  }

  private refuse(span: Span, construct: string, help: string): void {
    this.diagnostics.push({
      code: 'lower/unsupported',
      severity: 'error',
      message: `${construct} over a decision is not supported yet`,
      span,
      help,
    });
  }

  /** Parts of a select that change its rows in ways that are not given a meaning over decisions. */
  private refuseWhole(select: Select, purpose: Purpose): void {
    const { core, compound } = select;
    const [first] = compound;
    if (first !== undefined)
      this.refuse(first.core.span, `\`${first.operator}\``, 'write one policy for each part');
    if (select.with !== null) this.refuse(select.span, '`with`', 'write the common table as `create view`');
    if (select.limit !== null)
      this.refuse(select.limit.span, '`limit`', 'choose the rows in a view of the database');
    if (
      purpose === 'subquery' &&
      core.having !== null &&
      core.groupBy.length === 0 &&
      !this.isAggregated(core)
    ) {
      this.refuse(
        core.having.span,
        '`having` without `group by` or an aggregate to select,',
        'add `group by`',
      );
    }
    const setLike = purpose === 'subquery' || purpose === 'exists';
    if (core.distinct && !setLike)
      this.refuse(core.span, '`select distinct`', 'use `group by`, or leave `distinct` out');
  }

  private outputAliases(core: SelectCore, scope: Scope): Map<string, ScopeColumn> {
    const outputs = new Map<string, ScopeColumn>();
    for (const column of core.columns) {
      if (column.kind === 'star' || column.alias === null) continue;
      const walk = this.walker.expression(column.expression, scope);
      if (walk.aggregates.length > 0) continue;
      const meaning: BoundExpression | null = walk.decision
        ? null
        : {
            kind: 'ground',
            sql: parenthesised(splice(column.expression.span, walk.replacements)),
            span: column.expression.span,
          };
      if (meaning !== null) {
        outputs.set(column.alias.text.toLowerCase(), { name: column.alias.text, decision: false, meaning });
      }
    }
    return outputs;
  }

  private numbered(key: Expression, core: SelectCore): Expression {
    const column = numberedColumn(key, core);
    if (column === null) {
      this.diagnostics.push({
        code: 'type/bad-argument',
        severity: 'error',
        message: `\`group by ${textOf(key.span)}\` means a column of the select list, which has none of this number`,
        span: key.span,
        help: 'name the column',
      });
    }
    return column ?? key;
  }

  private groupExpression(key: Expression, place: Place): BoundExpression {
    const bound = this.expressions.bind(key, place);
    this.expressions.requireBinary(key, place.scope);
    if (bound.kind !== 'ground' && bound.kind !== 'decision' && bound.kind !== 'cell') {
      this.refuse(key.span, '`group by` of an expression', 'group by the decision column itself');
    }
    return bound;
  }

  private order(select: Select, gathered: Gathered, scope: Scope): ReturnType<Place['order']> {
    const place: Place = { ...this.rowsPlace(gathered), scope };
    return rowOrder(select, gathered.items, (key) => {
      this.expressions.requireBinary(key, scope);
      const bound = this.expressions.bind(key, place);
      if (bound.kind === 'ground') return bound;
      this.refuse(key.span, '`increasing` in the order of an expression', 'order by a ground column');
      return null;
    });
  }

  private outputs(core: SelectCore, place: Place, purpose: Purpose): BoundOutput[] {
    const outputs: BoundOutput[] = [];
    for (const column of core.columns) {
      if (column.kind === 'star') {
        if (purpose === 'exists') continue;
        for (const { name, meaning, collation } of this.walker.star(column, place.scope)) {
          if (meaning === null) continue;
          if (purpose === 'subquery' && collation != null) {
            this.refuse(column.span, `the collation \`${collation}\``, 'declare the column without it');
          }
          outputs.push({ name, expression: meaning });
        }
        continue;
      }
      const name = outputName(column);
      if (name === '' && purpose === 'view') {
        this.diagnostics.push({
          code: 'bind/missing-alias',
          severity: 'error',
          message: `this column of the view has no name`,
          span: column.expression.span,
          help: 'add `as NAME`',
        });
      }
      if (purpose === 'subquery') this.expressions.requireBinary(column.expression, place.scope);
      outputs.push({ name, expression: this.expressions.bind(column.expression, place) });
    }
    return outputs;
  }

  private from(item: FromItem, gathered: Gathered): void {
    if (item.kind !== 'join') {
      this.source(item, gathered);
      return;
    }
    if (item.type !== 'inner') {
      this.outerJoin(item, gathered);
      return;
    }
    const before = gathered.sources.length;
    this.from(item.left, gathered);
    const middle = gathered.sources.length;
    this.from(item.right, gathered);
    const left = gathered.sources.slice(before, middle);
    const right = gathered.sources.slice(middle);
    this.equateShared(item, left, right, gathered);
    if (item.on !== null) {
      // `on` sees what stands to its left, and nothing that follows.
      const place = this.rowsPlace(gathered);
      for (const operand of conjuncts(item.on))
        gathered.conditions.push(this.expressions.bind(operand, place));
    }
  }

  private rowsPlace(gathered: Gathered): Place {
    const scope: Scope = {
      sources: [...gathered.sources],
      merged: gathered.merged,
      outputs: new Map(),
      parent: gathered.parent,
    };
    return { scope, position: 'rows', groupKeys: new Set(), capacity: 'no', order: () => [] };
  }

  private equateShared(
    join: Extract<FromItem, { kind: 'join' }>,
    left: readonly ScopeSource[],
    right: readonly ScopeSource[],
    gathered: Gathered,
  ): void {
    for (const name of sharedColumns(join, left, right)) {
      const meaningIn = (sources: readonly ScopeSource[]): BoundExpression | null =>
        sources.flatMap((source) => source.columns).find((column) => column.name.toLowerCase() === name)
          ?.meaning ?? null;
      const a = meaningIn(left);
      const b = meaningIn(right);
      if (a === null || b === null) {
        this.diagnostics.push({
          code: 'bind/unknown-column',
          severity: 'error',
          message: `\`using\` names \`${name}\`, which one side does not have`,
          span: join.span,
        });
        continue;
      }
      const sql: Fragment = [...parenthesised(a.sql), ' = ', ...parenthesised(b.sql)];
      const both = a.kind === 'ground' && b.kind === 'ground';
      gathered.conditions.push(
        both
          ? { kind: 'ground', sql, span: join.span }
          : { kind: 'compare', operator: '=', left: a, right: b, sql, span: join.span },
      );
      gathered.merged.add(name);
    }
  }

  /** An outer join stays one piece of SQL: its rows are SQLite's. */
  private outerJoin(join: Extract<FromItem, { kind: 'join' }>, gathered: Gathered): void {
    const inside = nothingGathered(gathered.parent);
    const sql = this.joinText(join, inside);
    gathered.items.push(...inside.items);
    gathered.units.push({ items: inside.items.map((one) => one.id), sql: parenthesised(sql) });
    gathered.sources.push(...inside.sources);
    for (const name of inside.merged) gathered.merged.add(name);
  }

  private joinText(item: FromItem, inside: Gathered): Fragment {
    if (item.kind !== 'join') {
      const before = inside.units.length;
      const conditions = inside.conditions.length;
      this.source(item, inside);
      const added = inside.units.slice(before);
      const [unit] = added;
      const source = inside.items[inside.items.length - 1]?.source;
      if (
        unit === undefined ||
        added.length !== 1 ||
        inside.conditions.length !== conditions ||
        source?.kind === 'derived'
      ) {
        this.refuse(
          item.span,
          'a view inside an outer join',
          'join its table, or put the outer join into a view of the database',
        );
        return ['(select 1)'];
      }
      return unit.sql;
    }
    const before = inside.sources.length;
    const left = this.joinText(item.left, inside);
    const middle = inside.sources.length;
    const right = this.joinText(item.right, inside);
    const words = {
      inner: ' join ',
      left: ' left join ',
      right: ' right join ',
      full: ' full join ',
    } as const;
    const shared = sharedColumns(item, inside.sources.slice(before, middle), inside.sources.slice(middle));
    for (const name of shared) inside.merged.add(name);
    if (shared.length > 0 && (item.type === 'right' || item.type === 'full')) {
      // The one column that `using` makes of two is then not the left one.
      this.diagnostics.push({
        code: 'lower/unsupported',
        severity: 'error',
        message: `\`using\` or \`natural\` in a ${item.type} join is not supported yet`,
        span: item.span,
        help: 'write the condition with `on`',
      });
    }
    const parts: Fragment = [...left, words[item.type], ...right];
    if (shared.length > 0) {
      const using = shared.map(quoteName).join(', ');
      return parenthesised([...parts, ` using (${using})`]);
    }
    if (item.on === null) return parenthesised(parts);
    const walk = this.walker.expression(item.on, this.rowsPlace(inside).scope);
    if (walk.decision) {
      this.diagnostics.push({
        code: 'lower/outer-join-on-decision',
        severity: 'error',
        message: 'an outer join whose `on` mentions a decision has no exact meaning here',
        span: item.on.span,
        help: 'use an inner join, or move the condition on the decision to `where`',
      });
    }
    return parenthesised([...parts, ' on ', ...parenthesised(splice(item.on.span, walk.replacements))]);
  }

  private source(item: Exclude<FromItem, { kind: 'join' }>, gathered: Gathered): void {
    const alias = item.alias?.text ?? (item.kind === 'table' ? item.name.text : '');
    if (
      alias !== '' &&
      gathered.sources.some((source) => source.alias.toLowerCase() === alias.toLowerCase())
    ) {
      this.diagnostics.push({
        code: 'bind/duplicate-name',
        severity: 'error',
        message: `two row sources are called \`${alias}\``,
        span: item.alias?.span ?? item.span,
        help: 'give one of them another alias with `as`',
      });
    }
    if (item.kind === 'select') {
      const facts = this.walker.select(item.select, null);
      if (!facts.decisionRows && facts.columns.every((column) => !column.decision)) {
        const sql = parenthesised(splice(item.select.span, facts.replacements));
        this.ground(gathered, alias, sql, facts.columns, 'a sub-query');
      } else this.view(gathered, alias, item.select, null, 'a sub-query', item.span);
      return;
    }
    if (item.args !== null) {
      const columns = TABLE_FUNCTIONS.get(item.name.text.toLowerCase());
      if (columns === undefined) {
        this.diagnostics.push(unknownTableFunction(item.name));
        gathered.sources.push(unknownSource(alias));
        return;
      }
      const scope = this.rowsPlace(gathered).scope;
      const walks = item.args.map((argument) => ({
        argument,
        walk: this.walker.expression(argument, scope),
      }));
      const text = walks.flatMap(({ argument, walk }, i): Fragment => [
        ...(i === 0 ? [] : [', ']),
        ...splice(argument.span, walk.replacements),
      ]);
      if (walks.some(({ walk }) => walk.decision)) {
        this.refuse(item.span, 'a table-valued function', 'give it ground arguments');
      }
      this.ground(
        gathered,
        alias,
        [item.name.text, '(', ...text, ')'],
        columns.map(groundColumn),
        'a table-valued function',
      );
      return;
    }
    const { walker } = this;
    if (walker.outsideMain(item)) {
      gathered.sources.push(unknownSource(alias));
      return;
    }
    if (gathered.common.has(item.name.text.toLowerCase())) {
      gathered.sources.push(unknownSource(alias));
      return;
    }
    const relation = walker.relations.find(item.name.text);
    const facts = walker.factsOf(item.name);
    if (
      relation === undefined ||
      facts === null ||
      walker.relations.faulty.has(item.name.text.toLowerCase())
    ) {
      gathered.sources.push(unknownSource(alias));
      return;
    }
    if (relation.kind === 'table') {
      this.table(gathered, alias, relation.relation);
      return;
    }
    const definedAs = describe(relation);
    if (!facts.decisionRows && facts.columns.every((column) => !column.decision)) {
      const sql: Fragment =
        relation.kind === 'view'
          ? [quoteName(relation.relation.name)]
          : this.walker.policyViewText(relation.statement.select);
      this.ground(gathered, alias, sql, facts.columns, definedAs);
      return;
    }
    if (relation.kind === 'policyView') {
      this.view(gathered, alias, relation.statement.select, null, definedAs, item.span);
      return;
    }
    if (relation.select === null) {
      this.refuse(
        item.span,
        `the view \`${item.name.text}\`, whose text cannot be read,`,
        'name its table directly',
      );
      gathered.sources.push(unknownSource(alias));
      return;
    }
    const names = relation.relation.columns.map((column) => column.name);
    const { select } = relation;
    this.walker.insideView(() => this.view(gathered, alias, select, names, definedAs, item.span));
  }

  private table(gathered: Gathered, alias: string, relation: Relation): void {
    const id = this.nextItem++;
    gathered.items.push({ id, name: alias, source: { kind: 'table', relation } });
    gathered.units.push({ items: [id], sql: [`${quoteName(relation.name)} as ${aliasOf(id)}`] });
    const span: Span = { source: relation.source, start: 0, end: 0 };
    const columns = relation.columns.map(
      ({ name, type, decision, followsDecision, collation }): ScopeColumn => {
        if (followsDecision) return { name, decision: true, meaning: null, refused: 'a generated column' };
        const sql: Fragment = [{ kind: 'column', item: id, column: name }];
        const meaning: BoundExpression = decision
          ? { kind: 'decision', item: id, column: name, sql, span }
          : { kind: 'ground', integer: type === 'integer', sql, span };
        return { name, decision, collation, meaning };
      },
    );
    const rowid: ScopeColumn = {
      name: 'rowid',
      decision: false,
      meaning: { kind: 'ground', sql: [{ kind: 'column', item: id, column: 'rowid' }], span },
    };
    const stored = relation.columns.flatMap(({ name, decision }): ScopeColumn[] => {
      const meaning: BoundExpression = {
        kind: 'ground',
        sql: [{ kind: 'column', item: id, column: name }],
        span,
      };
      return decision ? [{ name: storedName(name), decision: false, meaning }] : [];
    });
    gathered.sources.push({ alias, columns, rowid, stored, definedAs: 'a table of the database' });
  }

  private ground(
    gathered: Gathered,
    alias: string,
    sql: Fragment,
    facts: readonly ColumnFacts[],
    definedAs: string,
  ): void {
    const id = this.nextItem++;
    gathered.items.push({ id, name: alias, source: { kind: 'ground', sql } });
    gathered.units.push({ items: [id], sql: [...sql, ` as ${aliasOf(id)}`] });
    const span: Span = { source: { name: '', text: '' }, start: 0, end: 0 };
    const columns = facts.map(({ name, collation }): ScopeColumn => ({
      name,
      decision: false,
      collation,
      meaning: { kind: 'ground', sql: [{ kind: 'column', item: id, column: name }], span },
    }));
    gathered.sources.push({ alias, columns, rowid: null, definedAs });
  }

  /** A select over decisions used as a row source: unfolded where it only selects, projects and joins. */
  private view(
    gathered: Gathered,
    alias: string,
    select: Select,
    names: readonly string[] | null,
    definedAs: string,
    at: Span,
  ): void {
    const [part] = select.compound;
    if (names !== null && part !== undefined) {
      this.diagnostics.push(noLineage(alias, `is a \`${part.operator}\``, at));
      gathered.sources.push(unknownSource(alias));
      return;
    }
    const problems = this.diagnostics.length;
    const { select: bound } = this.bind(select, null, 'view');
    const { columns: facts } = this.walker.select(select, null);
    const nameOf = (output: BoundOutput, i: number): string => names?.[i] ?? output.name;
    if (!bound.grouped) {
      gathered.items.push(...bound.items);
      gathered.units.push(...bound.units);
      gathered.conditions.push(...bound.conditions);
      const columns = bound.outputs.map((output, i): ScopeColumn => {
        const { expression } = output;
        const sql = parenthesised(expression.sql);
        return {
          name: nameOf(output, i),
          decision: expression.kind !== 'ground',
          collation: facts[i]?.collation ?? null,
          meaning: { ...expression, sql },
        };
      });
      gathered.sources.push({ alias, columns, rowid: null, definedAs });
      return;
    }
    if (names !== null) {
      // What else is wrong with it does not matter any more.
      this.diagnostics.length = problems;
      this.diagnostics.push(noLineage(alias, 'groups its rows', at));
      gathered.sources.push(unknownSource(alias));
      return;
    }
    const isGuarded = bound.conditions.some((condition) => condition.kind !== 'ground');
    if (this.subQueries > 0 && isGuarded) {
      this.refuse(
        at,
        'a view that groups rows, inside a sub-query and',
        'join the view in `from`, or write its select into the sub-query',
      );
    }
    const id = this.nextItem++;
    const outputs = bound.outputs.map((output, i) => ({ ...output, name: nameOf(output, i) }));
    const having = bound.having.filter((part) => !isGuarded && isGroundTree(part));
    const guards = bound.having.filter((part) => !having.includes(part));
    // Whether the group counts is one more column of it, and so part of the guard of the rows made with it.
    const guardOutputs = guards.map((expression, i): BoundOutput => ({ name: ` guard ${i}`, expression }));
    const groups: BoundSelect = { ...bound, having, outputs: [...outputs, ...guardOutputs] };
    gathered.items.push({ id, name: alias, source: { kind: 'derived', select: groups } });
    gathered.units.push({ items: [id], sql: [] });
    guardOutputs.forEach(({ name, expression }, i) => {
      const sql: Fragment = [{ kind: 'column', item: id, column: name }];
      const output = outputs.length + i;
      gathered.conditions.push({ kind: 'cell', item: id, output, sql, span: expression.span });
    });
    const columns = outputs.map((output, i): ScopeColumn => ({
      name: output.name,
      decision: true,
      meaning: {
        kind: 'cell',
        item: id,
        output: i,
        sql: [{ kind: 'column', item: id, column: output.name }],
        span: output.expression.span,
      },
    }));
    gathered.sources.push({ alias, columns, rowid: null, definedAs });
  }
}
