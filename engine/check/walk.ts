import { must } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { isError } from '../base/diagnostic.js';
import { suggestion } from '../base/suggest.js';
import type { SourceFile, Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { Relation } from '../catalog/catalog.js';
import type {
  CallExpression,
  Expression,
  FromItem,
  Name,
  ResultColumn,
  Select,
  SelectCore,
} from '../lang/ast.js';
import { tokenize } from '../lang/lexer.js';
import { unknownCastType } from './cast-type.js';
import { collationOf, lostCollations } from './collation.js';
import type { Fragment } from './fragment.js';
import { quoteName, splice } from './fragment.js';
import { isAggregateCall } from './aggregate-call.js';
import { ALL_FUNCTIONS, LANGUAGE_AGGREGATES, TABLE_FUNCTIONS, isFunction } from './functions.js';
import type { SpelledAggregate } from './language-sql.js';
import { containedIn, spelledAggregate } from './language-sql.js';
import type { ColumnFacts, NamedRelation, RelationFacts, Relations } from './relations.js';
import { groundColumn, localSource, unknownSource, unknownTableFunction } from './plain-source.js';
import type { Scope, ScopeColumn, ScopeSource } from './scope.js';
import { emptyScope, resolve } from './scope.js';
import { describe, outputName, sharedColumns } from './source-names.js';
import { viewText } from './view-text.js';
import type { Seen, Walk } from './walk-result.js';
import { orderParts, windowParts } from './window-parts.js';

interface Found {
  /** Inside an aggregate: whether a row of its own select is read, and whether one of a select around it. */
  reach?: { own: boolean; outer: boolean };
  decision: boolean;
  aggregates: CallExpression[];
  windows: CallExpression[];
  replacements: { span: Span; by: Fragment }[];
}

const SPELLED: readonly SpelledAggregate[] = ['any', 'all', 'all_different', 'all_equal'];

type CommonTables = ReadonlyMap<string, RelationFacts>;

/** Whether a decision was found so far; what is found from here on is told apart from it. */
function takeDecision(found: Found): boolean {
  const { decision } = found;
  found.decision = false;
  return decision;
}

/**
 * Resolves every name in SQL that goes to SQLite as written, and says whether a decision is mentioned.
 * Names of selects inside the piece stay; names of the policy's own row sources are replaced.
 */
export class Walker {
  readonly diagnostics: Diagnostic[] = [];
  /** Base tables that the walked text names itself, not through a view of the database. */
  readonly tables = new Map<string, Relation>();
  private insideViews = 0;
  private readonly visited = new Map<Expression, Seen>();
  private visits = 0;
  /** The core whose parts are being walked. */
  private core: SelectCore | null = null;
  /** The core of the view whose text is wanted, and whether it makes one group of all its rows. */
  private viewCore: SelectCore | undefined = undefined;
  private isOneGroup = false;

  constructor(readonly relations: Relations) {}

  /** What an earlier walk found in an expression; walks only what none has come to. */
  seen(expression: Expression, scope: Scope): Seen {
    const known = this.visited.get(expression);
    if (known?.scope === scope) return known;
    this.expression(expression, scope);
    return must(this.visited.get(expression), 'what was walked');
  }

  expression(expression: Expression, scope: Scope): Walk {
    const found: Found = { decision: false, aggregates: [], windows: [], replacements: [] };
    this.visit(expression, scope, found, new Map());
    return found;
  }

  /** A whole select; its outputs are what a view over it would have. */
  select(select: Select, scope: Scope | null): Walk & RelationFacts {
    const found: Found = { decision: false, aggregates: [], windows: [], replacements: [] };
    const facts = this.visitSelect(select, scope, found, new Map());
    return { ...found, ...facts };
  }

  /** Runs `work` on the text of a database view: the tables it names are read through the view, row by row. */
  insideView<T>(work: () => T): T {
    this.insideViews += 1;
    try {
      return work();
    } finally {
      this.insideViews -= 1;
    }
  }

  /** Facts of a named relation; reports a view that is defined by itself. */
  factsOf(name: Name): RelationFacts | null {
    const relation = this.relations.find(name.text);
    if (relation === undefined) {
      if (!this.relations.unread.has(name.text.toLowerCase())) {
        this.diagnostics.push(this.relations.unknown(name));
      }
      return null;
    }
    if (relation.kind === 'table') {
      if (this.insideViews === 0) this.tables.set(relation.relation.name, relation.relation);
      const columns = relation.relation.columns.map(
        ({ name: column, decision, followsDecision, collation }) => ({
          name: column,
          decision: decision || followsDecision,
          collation,
        }),
      );
      return { columns, decisionRows: false };
    }
    const facts = this.factsOfView(name, relation);
    if (this.insideViews === 0) {
      for (const table of this.relations.tablesOfViews.get(name.text.toLowerCase()) ?? []) {
        this.tables.set(table.name, table);
      }
    }
    return facts;
  }

  private factsOfView(name: Name, relation: Exclude<NamedRelation, { kind: 'table' }>): RelationFacts {
    const key = name.text.toLowerCase();
    const known = this.relations.facts.get(key);
    if (known === null) {
      this.relations.faulty.add(key);
      this.diagnostics.push({
        code: 'bind/cyclic-view',
        severity: 'error',
        message: `view \`${name.text}\` is defined by itself`,
        span: name.span,
      });
      return { columns: [], decisionRows: false };
    }
    if (known !== undefined) return known;
    this.relations.facts.set(key, null);
    let facts: RelationFacts;
    if (relation.kind === 'policyView') {
      const inside = new Walker(this.relations);
      const { columns, decisionRows } = inside.select(relation.statement.select, null);
      facts = { columns, decisionRows };
      this.diagnostics.push(...inside.diagnostics);
      if (inside.diagnostics.some(isError)) this.relations.faulty.add(key);
      this.relations.tablesOfViews.set(key, [...inside.tables.values()]);
    } else {
      facts = this.databaseView(relation.relation, relation.select);
    }
    this.relations.facts.set(key, facts);
    return facts;
  }

  /** True where a text names a relation in which there are decisions. */
  private namesDecisions(source: SourceFile): boolean {
    return tokenize(source).tokens.some(({ kind, text, span }) => {
      const found = kind === 'name' ? this.relations.ofDatabase(text) : undefined;
      if (found === undefined || this.relations.facts.get(text.toLowerCase()) === null) return false;
      const facts = new Walker(this.relations).factsOf({ text, span });
      return facts !== null && (facts.decisionRows || facts.columns.some((column) => column.decision));
    });
  }

  /** A view of the database: SQLite knows its column names; what cannot be parsed is taken as ground only if it names no decision. */
  private databaseView({ columns, source }: Relation, select: Select | null): RelationFacts {
    if (select === null) {
      const decision = this.namesDecisions(source);
      return {
        columns: columns.map(({ name }) => ({ name, decision, collation: null })),
        decisionRows: decision,
      };
    }
    const silent = new Walker(this.relations);
    const facts = silent.select(select, null);
    return {
      columns: columns.map(({ name }, i) => ({
        name,
        decision: facts.columns[i]?.decision ?? false,
        collation: facts.columns[i]?.collation ?? null,
      })),
      decisionRows: facts.decisionRows,
    };
  }

  private visit(expression: Expression, scope: Scope, found: Found, tables: CommonTables): void {
    const before = { aggregates: found.aggregates.length, visits: this.visits };
    this.visits += 1;
    const decided = takeDecision(found);
    this.visitNode(expression, scope, found, tables);
    if (expression.kind !== 'inSelect') this.diagnostics.push(...lostCollations(expression, scope));
    const isMixed = found.decision || found.aggregates.length > before.aggregates;
    this.visited.set(expression, { scope, isMixed, nodes: this.visits - before.visits });
    if (decided) found.decision = true;
  }

  private visitNode(expression: Expression, scope: Scope, found: Found, tables: CommonTables): void {
    const each = (...inner: readonly (Expression | null)[]): void => {
      for (const one of inner) if (one !== null) this.visit(one, scope, found, tables);
    };
    switch (expression.kind) {
      case 'literal':
        return;
      case 'column':
        this.column(expression, scope, found);
        return;
      case 'cast': {
        this.diagnostics.push(...unknownCastType(expression));
        each(expression.operand);
        return;
      }
      case 'unary':
      case 'collate':
      case 'nullTest':
        each(expression.operand);
        return;
      case 'binary':
        each(expression.left, expression.right, expression.escape);
        return;
      case 'between':
        each(expression.operand, expression.low, expression.high);
        return;
      case 'inList':
        each(expression.operand, ...expression.list);
        return;
      case 'inSelect':
        each(expression.operand);
        const { columns: selected } = this.subSelect(expression.select, scope, found, tables);
        this.diagnostics.push(...lostCollations(expression, scope, selected));
        return;
      case 'exists':
      case 'scalarSelect':
        this.subSelect(expression.select, scope, found, tables);
        return;
      case 'case':
        each(expression.operand, expression.otherwise);
        for (const { when, then } of expression.branches) each(when, then);
        return;
      case 'rowValue':
        each(...expression.items);
        return;
      case 'call':
        this.call(expression, scope, found, tables);
        return;
    }
  }

  private column(expression: Extract<Expression, { kind: 'column' }>, scope: Scope, found: Found): void {
    const resolution = resolve(scope, expression);
    if (resolution.kind === 'diagnostic') {
      this.diagnostics.push(resolution.diagnostic);
      return;
    }
    const { column, depth } = resolution;
    if (found.reach !== undefined) found.reach[depth === 0 ? 'own' : 'outer'] = true;
    if (column.decision) found.decision = true;
    if (column.meaning !== null) found.replacements.push({ span: expression.span, by: column.meaning.sql });
  }

  private call(call: CallExpression, scope: Scope, found: Found, tables: CommonTables): void {
    const name = call.name.text.toLowerCase();
    if (!isFunction(name)) {
      this.diagnostics.push({
        code: 'bind/unknown-function',
        severity: 'error',
        message: `no function \`${call.name.text}\``,
        span: call.name.span,
        ...suggestion(call.name, ALL_FUNCTIONS),
      });
    }
    if (name === 'contains') {
      this.contains(call, scope, found, tables);
      return;
    }
    if (LANGUAGE_AGGREGATES.some((known) => known === name)) {
      this.languageAggregate(call, scope, found, tables);
      return;
    }
    if (isAggregateCall(call)) found.aggregates.push(call);
    if (call.over !== null) found.windows.push(call);
    const reach = { own: false, outer: false };
    const replacements: Found['replacements'] = [];
    const inner: Found = isAggregateCall(call) ? { ...found, aggregates: [], replacements, reach } : found;
    const over = call.over?.kind === 'window' ? windowParts(call.over) : [];
    for (const one of [...call.args, call.filter, ...orderParts(call.orderBy), ...over]) {
      if (one !== null) this.visit(one, scope, inner, tables);
    }
    // In a view of the policy set a sum of decisions that are all null is 0.
    const isZero = inner !== found && name === 'sum' && inner.decision && this.core === this.viewCore;
    const by = (): Fragment => ['coalesce(', ...splice(call.span, replacements), ', 0)'];
    found.replacements.push(...(isZero ? [{ span: call.span, by: by() }] : replacements));
    found.decision ||= inner.decision;
    this.refuseOuterAggregate(call, reach);
  }

  /** SQL gives an aggregate over nothing but columns of an outer select to that select. */
  private refuseOuterAggregate(call: CallExpression, reach: { own: boolean; outer: boolean }): void {
    if (!reach.outer || reach.own) return;
    this.diagnostics.push({
      code: 'type/aggregate-position',
      severity: 'error',
      message: `\`${call.name.text}\` reads only columns of the select around this one, whose rows it does not see`,
      span: call.span,
      help: 'name a column of this select, or multiply by `count(*)`',
    });
  }

  /** SQLite does not know these: where their text goes to it as written, its own aggregates take their place. */
  private languageAggregate(call: CallExpression, scope: Scope, found: Found, tables: CommonTables): void {
    const name = SPELLED.find((known) => known === call.name.text.toLowerCase());
    if (isAggregateCall(call)) found.aggregates.push(call);
    else {
      this.diagnostics.push({
        code: 'lower/unsupported',
        severity: 'error',
        message: `\`${call.name.text}\` is no window function`,
        span: call.span,
      });
    }
    const reach = { own: false, outer: false };
    const part = (expression: Expression): Fragment => {
      const inner: Found = { decision: false, aggregates: [], windows: [], replacements: [], reach };
      this.visit(expression, scope, inner, tables);
      found.decision ||= inner.decision;
      return splice(expression.span, inner.replacements);
    };
    const args = call.args.map(part);
    const filter: Fragment = call.filter === null ? [] : [' filter (where ', ...part(call.filter), ')'];
    this.refuseOuterAggregate(call, reach);
    const [argument] = args;
    if (name !== undefined && argument !== undefined) {
      found.replacements.push({ span: call.span, by: spelledAggregate(name, argument, filter) });
    }
  }

  /** SQLite does not know it: a membership in `json_each` takes its place. */
  private contains(call: CallExpression, scope: Scope, found: Found, tables: CommonTables): void {
    const [list, value] = call.args.map((argument) => {
      const inner: Found = { ...found, replacements: [] };
      this.visit(argument, scope, inner, tables);
      found.decision ||= inner.decision;
      return splice(argument.span, inner.replacements);
    });
    if (list === undefined || value === undefined || call.args.length !== 2) {
      this.diagnostics.push({
        code: 'type/bad-argument',
        severity: 'error',
        message: '`contains` takes a JSON array and a value',
        span: call.span,
        help: '`contains(allowed.hosts, request.controllable_host)`',
      });
      return;
    }
    found.replacements.push({ span: call.span, by: containedIn(list, value) });
  }

  private subSelect(select: Select, scope: Scope, found: Found, tables: CommonTables): RelationFacts {
    const inner: Found = { decision: false, aggregates: [], windows: [], replacements: found.replacements };
    const facts = this.visitSelect(select, scope, inner, tables);
    // What a select inside an aggregate reads is not told apart by depth; it is taken as the aggregate's own.
    if (found.reach !== undefined) found.reach.own = true;
    if (inner.decision || facts.decisionRows) found.decision = true;
    return facts;
  }

  /** Visits a select whose text stays as written. */
  private visitSelect(
    select: Select,
    parent: Scope | null,
    found: Found,
    outer: CommonTables,
  ): RelationFacts {
    const tables = new Map(outer);
    for (const table of select.with?.tables ?? []) {
      const key = table.name.text.toLowerCase();
      const named = (into: Found): RelationFacts => {
        const { columns, decisionRows } = this.visitSelect(table.select, parent, into, tables);
        const renamed = columns.map((column, i) => ({
          ...column,
          name: table.columns?.[i]?.text ?? column.name,
        }));
        return { columns: renamed, decisionRows };
      };
      // SQLite takes recursion without the word `recursive`, too.
      if (textOf(table.select.span).toLowerCase().includes(key)) {
        // What a recursive table reads of itself depends on decisions where the rest of it does.
        const said = this.diagnostics.length;
        const placeholder = (table.columns ?? []).map(({ text }) => groundColumn(text));
        tables.set(key, { columns: placeholder, decisionRows: false });
        for (let before = ''; JSON.stringify(tables.get(key)) !== before;) {
          before = JSON.stringify(tables.get(key));
          tables.set(key, named({ decision: false, aggregates: [], windows: [], replacements: [] }));
        }
        this.diagnostics.length = said;
      }
      tables.set(key, named(found));
    }
    const first = this.visitCore(select.core, parent, found, tables);
    let { decisionRows, columns } = first.facts;
    for (const { core } of select.compound) {
      const { facts } = this.visitCore(core, parent, found, tables);
      decisionRows ||= facts.decisionRows;
      columns = columns.map((column, i) => ({
        name: column.name,
        decision: column.decision || (facts.columns[i]?.decision ?? false),
        collation: column.collation ?? facts.columns[i]?.collation ?? null,
      }));
    }
    const distinctRows =
      select.core.distinct || select.compound.some(({ operator }) => operator !== 'union all');
    if (distinctRows && columns.some((column) => column.decision)) decisionRows = true;
    for (const { expression } of select.orderBy) {
      // `order by 1` counts outputs; anything else is an expression of the core's scope.
      if (expression.kind !== 'literal') this.visit(expression, first.scope, found, tables);
    }
    const limited = [select.limit, select.offset].filter((part) => part !== null);
    for (const part of limited) this.visit(part, first.scope, found, tables);
    if (decisionRows) found.decision = true;
    return { columns, decisionRows };
  }

  private visitCore(
    core: SelectCore,
    parent: Scope | null,
    found: Found,
    tables: CommonTables,
  ): { facts: RelationFacts; scope: Scope } {
    const state = { sources: [] as ScopeSource[], merged: new Set<string>(), decisionRows: false };
    const base = parent ?? emptyScope;
    if (core.values !== null) {
      for (const row of core.values) for (const item of row) this.visit(item, base, found, tables);
      const columns = (core.values[0] ?? []).map((_item, i) => groundColumn(`column${i + 1}`));
      return { facts: { columns, decisionRows: false }, scope: base };
    }
    const ons: Expression[] = [];
    if (core.from !== null) this.visitFrom(core.from, parent, found, tables, state, ons);
    const bare: Scope = { sources: state.sources, merged: state.merged, outputs: new Map(), parent };
    const part = (expression: Expression, scope: Scope): Found => {
      const inner: Found = { decision: false, aggregates: [], windows: [], replacements: found.replacements };
      const around = this.core;
      this.core = core;
      this.visit(expression, scope, inner, tables);
      this.core = around;
      if (inner.decision) found.decision = true;
      found.windows.push(...inner.windows);
      return inner;
    };
    for (const on of ons) if (part(on, bare).decision) state.decisionRows = true;
    if (core.where !== null && part(core.where, bare).decision) state.decisionRows = true;
    const columns: ColumnFacts[] = [];
    let aggregated = core.groupBy.length > 0;
    const outputs = new Map<string, ScopeColumn>();
    for (const column of core.columns) {
      if (column.kind === 'star') {
        for (const { name, decision, collation } of this.star(column, bare)) {
          columns.push({ name, decision, collation: collation ?? null });
        }
        continue;
      }
      const inner = part(column.expression, bare);
      aggregated ||= inner.aggregates.length > 0;
      const name = outputName(column);
      columns.push({ name, decision: inner.decision, collation: collationOf(column.expression, bare) });
      if (column.alias !== null) {
        outputs.set(name.toLowerCase(), { name, decision: inner.decision, meaning: null });
      }
    }
    const scope: Scope = { ...bare, outputs };
    for (const expression of core.groupBy) if (part(expression, scope).decision) state.decisionRows = true;
    if (core.having !== null && part(core.having, scope).decision) state.decisionRows = true;
    for (const { window } of core.windows) for (const one of windowParts(window)) part(one, scope);
    // A view that groups decisions is one wherever it is used: an aggregate over guarded rows is a decision
    // value whatever it adds up.
    const whole = aggregated && (state.decisionRows || columns.some((column) => column.decision));
    if (core === this.viewCore) this.isOneGroup = whole && core.groupBy.length === 0;
    const facts = columns.map((column) => ({ ...column, decision: column.decision || whole }));
    return { facts: { columns: facts, decisionRows: state.decisionRows }, scope };
  }

  private visitFrom(
    item: FromItem,
    parent: Scope | null,
    found: Found,
    tables: CommonTables,
    state: { sources: ScopeSource[]; merged: Set<string>; decisionRows: boolean },
    ons: Expression[],
  ): void {
    if (item.kind === 'join') {
      const before = state.sources.length;
      this.visitFrom(item.left, parent, found, tables, state, ons);
      const middle = state.sources.length;
      this.visitFrom(item.right, parent, found, tables, state, ons);
      const left = state.sources.slice(before, middle);
      const right = state.sources.slice(middle);
      for (const name of sharedColumns(item, left, right)) state.merged.add(name);
      if (item.on !== null) ons.push(item.on);
      return;
    }
    if (item.kind === 'select') {
      const facts = this.visitSelect(item.select, parent, found, tables);
      state.decisionRows ||= facts.decisionRows;
      state.sources.push(localSource(item.alias?.text ?? '', facts, 'a sub-query', false));
      return;
    }
    const alias = item.alias?.text ?? item.name.text;
    if (item.args !== null) {
      const scope: Scope = { sources: state.sources, merged: state.merged, outputs: new Map(), parent };
      for (const argument of item.args) this.visit(argument, scope, found, tables);
      const columns = TABLE_FUNCTIONS.get(item.name.text.toLowerCase());
      if (columns === undefined) {
        this.diagnostics.push(unknownTableFunction(item.name));
        state.sources.push(unknownSource(alias));
        return;
      }
      const facts = { columns: columns.map(groundColumn), decisionRows: false };
      state.sources.push(localSource(alias, facts, 'a table-valued function', false));
      return;
    }
    if (this.outsideMain(item)) {
      state.sources.push(unknownSource(alias));
      return;
    }
    const common = item.schema === null ? tables.get(item.name.text.toLowerCase()) : undefined;
    const facts = common ?? this.factsOf(item.name);
    const isFaulty = common === undefined && this.relations.faulty.has(item.name.text.toLowerCase());
    if (facts === null || isFaulty) {
      state.sources.push(unknownSource(alias));
      return;
    }
    state.decisionRows ||= facts.decisionRows;
    const relation = common === undefined ? this.relations.find(item.name.text) : undefined;
    if (relation?.kind === 'policyView') {
      // SQLite does not know the policy set's views: their text takes the place of their name.
      const text = this.policyViewText(relation.statement.select);
      const by: Fragment = item.alias === null ? [...text, ` as ${quoteName(item.name.text)}`] : text;
      found.replacements.push({ span: item.name.span, by });
    }
    const definedAs = relation === undefined ? 'a common table' : describe(relation);
    state.sources.push(localSource(alias, facts, definedAs, relation?.kind === 'table'));
  }

  /** Reports a schema that is not the database's own, or one before a view of the policy set, which has none. */
  outsideMain({ schema, name }: Extract<FromItem, { kind: 'table' }>): boolean {
    if (schema === null) return false;
    const isMain = schema.text.toLowerCase() === 'main';
    if (isMain && this.relations.find(name.text)?.kind !== 'policyView') return false;
    this.diagnostics.push({
      code: 'bind/unknown-table',
      severity: 'error',
      message: isMain
        ? `\`${name.text}\` is a view of the policy set, not of \`main\``
        : `a policy reads \`main\` alone, not \`${schema.text}\``,
      span: schema.span,
    });
    return true;
  }

  /** `(select ...)` of a policy-local view, ready to stand in SQL. */
  policyViewText(select: Select): Fragment {
    const walker = new Walker(this.relations);
    walker.viewCore = select.core;
    const { replacements } = walker.select(select, null);
    return viewText(select, replacements, walker.isOneGroup);
  }

  /** Reports stars of row sources that are not there. */
  stars(core: SelectCore, scope: Scope): void {
    for (const column of core.columns) if (column.kind === 'star') this.star(column, scope);
  }

  /** Columns behind `*` or `t.*`. */
  star(column: Extract<ResultColumn, { kind: 'star' }>, scope: Scope): ScopeColumn[] {
    const wanted = column.qualifier?.text.toLowerCase();
    const sources = scope.sources.filter(
      (source) => wanted === undefined || source.alias.toLowerCase() === wanted,
    );
    if (sources.length === 0 && column.qualifier !== null) {
      this.diagnostics.push({
        code: 'bind/unknown-table',
        severity: 'error',
        message: `no table or alias \`${column.qualifier.text}\` here`,
        span: column.qualifier.span,
        ...suggestion(
          column.qualifier,
          scope.sources.map((source) => source.alias),
        ),
      });
    }
    return sources.flatMap((source) => source.columns);
  }
}
