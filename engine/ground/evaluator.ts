import { must } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { SqlValue } from '../base/sql-value.js';
import { byNumber } from '../base/order.js';
import type { Relation } from '../catalog/catalog.js';
import type { QueryComponent, Residual, ScalarName, SelectPlan, SlotResidual } from '../lower/plan.js';
import { domainKey } from '../lower/checking-query.js';
import type { ModelBuilder } from '../model/builder.js';
import type { Capacity, Literal, VariableId } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';
import { AggregateEvaluator } from './aggregates.js';
import type { Binding, ComponentRows, Environment } from './environment.js';
import { outwards } from './environment.js';
import { GroundError } from './ground-error.js';
import type { GroundCache } from './ground-cache.js';
import { parametersOf } from './outer-reads.js';
import type { Group } from './groups.js';
import { Groups } from './groups.js';
import type { RowContext } from './guarded-rows.js';
import { RowJoiner, matchText } from './guarded-rows.js';
import { inOrder } from './in-order.js';
import { Operators } from './operators.js';
import type { Reader } from './reader.js';
import type { BooleanSymbol, GuardedSymbol, Symbol, TextCodes } from './symbol.js';
import { truth, valueSymbol } from './symbol.js';
import type { Variables } from './variables.js';

/** Rows one policy may make before it is refused; a product that large belongs behind a `capacity` or a domain. */
export const ROW_BUDGET = 1_000_000;

/** Literals that say whether a base row takes part; absent rows of `optional` tables are left out of the batch. */
export interface Presence {
  of(table: string, identity: readonly SqlValue[]): Literal;
}

export const everyRowPresent: Presence = { of: () => TRUE };

/** Evaluates residuals to symbols, and selects to guarded rows. One per grounding; keeps what it has read. */
export class Evaluator implements RowContext {
  readonly operators: Operators;
  readonly joiner: RowJoiner;
  private readonly aggregates: AggregateEvaluator;
  private readonly grouping: Groups;
  private readonly read = new Map<QueryComponent, Map<string, ComponentRows>>();
  /** Coded lists by the rows they come from, then by slot and kind. */
  private readonly lists = new Map<
    ComponentRows,
    Map<string, { readonly codes: readonly number[]; readonly hasNull: boolean }>
  >();
  private readonly narrowed = new Map<VariableId, readonly number[]>();
  /** True once rows or groups have been made from what other constraints leave a decision. */
  shaped = false;
  private readonly listsMade = new Map<SelectPlan, Map<string, readonly GuardedSymbol[]>>();
  private readonly nullLists = new Set<Residual>();
  /** What is allowed but hardly meant. */
  readonly warnings: Diagnostic[] = [];
  private spent = 0;
  private readonly capacities: Capacity[] = [];
  /** Domains of decision columns that make groups, by `domainKey`. */
  readonly groupDomains = new Map<string, readonly SqlValue[]>();
  /** Per variable the values that all constraints so far leave it, where they are few. */
  inferred: readonly (readonly number[] | null)[] | null = null;

  constructor(
    readonly builder: ModelBuilder,
    readonly texts: TextCodes,
    readonly variables: Variables,
    private readonly reader: Reader,
    private readonly presenceOf: Presence,
    readonly cache: GroundCache,
  ) {
    this.operators = new Operators(builder, texts);
    this.joiner = new RowJoiner(this);
    this.aggregates = new AggregateEvaluator(this);
    this.grouping = new Groups(this);
  }

  /**
   * Tells that hard constraints leave a decision only some values: joins by it need not look at others.
   * INVARIANT: the constraint that says so is in the model.
   */
  narrow(variable: VariableId, values: readonly number[]): void {
    const known = this.narrowed.get(variable);
    const allowed = known === undefined ? null : new Set(known);
    this.narrowed.set(variable, allowed === null ? values : values.filter((value) => allowed.has(value)));
  }

  /** Starts the row budget of another policy. */
  restartBudget(): void {
    this.spent = 0;
  }

  spend(rows: number): void {
    this.spent += rows;
    if (this.spent > ROW_BUDGET) {
      const nowhere = { source: { name: '', text: '' }, start: 0, end: 0 };
      throw new GroundError(
        'ground/too-large',
        `this policy makes more than ${ROW_BUDGET} rows`,
        nowhere,
        'narrow the join with a ground condition, or use `capacity(...)`',
      );
    }
  }

  and(literals: readonly Literal[]): Literal {
    if (literals.every((literal) => literal === TRUE)) return TRUE;
    return this.builder.and(literals);
  }

  member(variable: VariableId, values: Iterable<number>): Literal {
    return this.builder.member(variable, values);
  }

  /** As Variables.modelValue; a text beside a number decision, or the reverse, is refused. */
  modelValue(text: boolean, value: SqlValue, span: Span): number | null {
    const isText = typeof value === 'string';
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    if (text ? isNumber : isText) {
      const message = `${text ? 'a text' : 'an integer'} decision is compared with ${text ? 'a number' : 'a text'}`;
      throw new GroundError('type/mismatch', message, span, 'compare columns of one type');
    }
    return this.variables.modelValue(text, value);
  }

  private narrowedTo(variable: VariableId): readonly number[] | undefined {
    const values = this.narrowed.get(variable);
    if (values !== undefined) this.shaped = true;
    return values;
  }

  decisionOf(
    symbol: Symbol,
  ): { variable: VariableId; values: readonly number[] | null; text: boolean } | null {
    if (symbol.kind !== 'choice' || symbol.map !== null) return null;
    const { variable, text } = symbol;
    const values = this.narrowedTo(variable) ?? this.builder.variableAt(variable).values;
    return { variable, values, text };
  }

  /** The values of a decision, as far as the schema or `inferred` domains say; null where they are not finite. */
  domainOf(variable: VariableId): readonly number[] | null {
    const { values } = this.builder.variableAt(variable);
    const inferred = this.inferred?.[variable] ?? null;
    if (inferred !== null) this.shaped = true;
    return inferred ?? this.narrowedTo(variable) ?? values;
  }

  /** As Groups asks for it; what it answers goes to the checking queries, too. */
  columnDomain(relation: Relation, column: string, most: number): readonly SqlValue[] | null {
    const name = domainKey(relation.name, column);
    const known = this.groupDomains.get(name);
    if (known !== undefined) return known;
    const codes = new Set<number>();
    let text = false;
    for (const cell of this.variables.cellsOf(relation, column)) {
      const values = this.domainOf(cell.variable);
      if (values === null) return null;
      text = cell.text;
      for (const value of values) codes.add(value);
      if (codes.size > most) return null;
    }
    const values = [...codes].sort(byNumber).map((code) => this.sqlValueOf(text, code));
    this.groupDomains.set(name, values);
    return values;
  }

  sqlValueOf(text: boolean, code: number): SqlValue {
    return text ? must(this.texts.text(code), `text of code ${code}`) : code;
  }

  /** The same object for equal capacities: a capacity and a balance of the same rows are one to all later passes. */
  capacityOf(capacity: Capacity): Capacity {
    const known = this.capacities.find((one) => isSameCapacity(one, capacity));
    if (known !== undefined) return known;
    this.capacities.push(capacity);
    return capacity;
  }

  presence(component: QueryComponent, row: readonly SqlValue[]): Literal {
    if (this.presenceOf === everyRowPresent) return TRUE;
    const literals = component.tables.map((table) =>
      this.presenceOf.of(
        table.relation.name,
        table.identity.map((slot) => row[slot] ?? null),
      ),
    );
    return this.and(literals);
  }

  componentRows(component: QueryComponent, parent: Environment | null): ComponentRows {
    const parameters = component.parameters.map((slot) => this.parameter(slot, must(parent, 'outer row')));
    let byParameters = this.read.get(component);
    if (byParameters === undefined) {
      byParameters = new Map();
      this.read.set(component, byParameters);
    }
    const key = parameters.map((value) => `${typeof value}:${String(value)}`).join('\0');
    let rows = byParameters.get(key);
    if (rows === undefined) {
      rows = inOrder(this.reader.rows(component.sql, parameters), component.order);
      byParameters.set(key, rows);
    }
    return rows;
  }

  /** A slot of an outer select seen from a select directly inside `parent`. */
  private parameter(slot: SlotResidual, parent: Environment): SqlValue {
    const binding = outwards(parent, slot.depth - 1).bindings[slot.component];
    if (binding?.kind !== 'row')
      throw new GroundError('lower/unsupported', 'this correlation is not supported yet', slot.span);
    return binding.row[slot.slot] ?? null;
  }

  derivedRows(
    plan: SelectPlan,
    parent: Environment | null,
  ): readonly { cells: readonly Symbol[]; guard: Literal }[] {
    return this.outputRows(plan, parent, false);
  }

  /**
   * Rows of a select with its outputs. A grouped select gives one row per group.
   * `always` asks for a sub-query's groups, which are SQL's own: one for an aggregate over nothing,
   * none for a key whose rows are all out.
   */
  outputRows(
    plan: SelectPlan,
    parent: Environment | null,
    always: boolean,
  ): readonly { cells: readonly Symbol[]; guard: Literal }[] {
    if (!plan.grouped) {
      const rows: { cells: readonly Symbol[]; guard: Literal }[] = [];
      this.joiner.join(plan, parent, (environment, guard) => {
        rows.push({ cells: plan.outputs.map((output) => this.evaluate(output, environment)), guard });
      });
      return rows;
    }
    return this.grouping.of(plan, parent, always).flatMap((group) => {
      const inGroup = (residual: Residual): Symbol => this.inGroup(residual, group);
      const having = plan.having.map((part) => this.operators.condition(inGroup(part), part.span).isTrue);
      const needsRow = always && plan.groupBy.length > 0;
      const someRow = needsRow ? this.builder.or(group.rows().map((row) => row.guard)) : TRUE;
      const guard = this.and([someRow, ...having]);
      return guard === FALSE ? [] : [{ cells: plan.outputs.map(inGroup), guard }];
    });
  }

  /** Groups of a grouped select; for constraints, where no row makes no group. */
  groups(plan: SelectPlan): Group[] {
    return this.grouping.of(plan, null, false);
  }

  /** A residual in which aggregates read the rows of one group. */
  inGroup(residual: Residual, group: Group): Symbol {
    return this.evaluate(residual, group.representative, group);
  }

  condition(residual: Residual, environment: Environment): BooleanSymbol {
    return this.operators.condition(this.evaluate(residual, environment), residual.span);
  }

  evaluate(residual: Residual, environment: Environment, group: Group | null = null): Symbol {
    // The parts that rows consist of, without the closures that what is made of parts needs.
    switch (residual.kind) {
      case 'constant':
        return valueSymbol(residual.value);
      case 'slot':
        return this.slot(residual, environment);
      case 'decision':
        return this.decision(residual, environment);
      case 'compare': {
        const left = this.evaluate(residual.left, environment, group);
        const right = this.evaluate(residual.right, environment, group);
        return this.operators.compare(residual.operator, left, right, residual.span);
      }
      default:
        return this.composed(residual, environment, group);
    }
  }

  private composed(
    residual: Exclude<Residual, { kind: 'constant' | 'slot' | 'decision' | 'compare' }>,
    environment: Environment,
    group: Group | null,
  ): Symbol {
    const { operators } = this;
    const inner = (one: Residual): Symbol => this.evaluate(one, environment, group);
    const condition = (one: Residual): BooleanSymbol => operators.condition(inner(one), one.span);
    switch (residual.kind) {
      case 'cell': {
        const binding = outwards(environment, residual.depth).bindings[residual.component];
        if (binding?.kind !== 'derived') throw new TypeError('a cell of no derived row');
        return must(binding.cells[residual.output], 'output');
      }
      case 'key':
        return must(must(group, 'group').keySymbols[residual.index], 'key');
      case 'truth': {
        const { isTrue, isFalse } = condition(residual.operand);
        return truth(residual.wanted ? isTrue : isFalse);
      }
      case 'is':
        return this.isSame(inner(residual.left), inner(residual.right), residual.span);
      case 'case': {
        const branches = residual.branches.map(({ when, then }) => ({
          when: condition(when),
          then: inner(then),
        }));
        const otherwise = residual.otherwise === null ? valueSymbol(null) : inner(residual.otherwise);
        return operators.composites.choose(branches, otherwise);
      }
      case 'call':
        return this.scalar(residual.name, residual.args.map(inner), residual.span);
      case 'not':
        return operators.not(condition(residual.operand));
      case 'negative':
        return operators.arithmetic('-', valueSymbol(0), inner(residual.operand), residual.span);
      case 'and':
        return operators.and(residual.operands.map(condition));
      case 'or':
        return operators.or(residual.operands.map(condition));
      case 'arithmetic':
        return operators.arithmetic(
          residual.operator,
          inner(residual.left),
          inner(residual.right),
          residual.span,
        );
      case 'inList': {
        const operand = inner(residual.operand);
        const items = residual.list.map((item) => ({ guard: TRUE, symbol: inner(item) }));
        return this.membership(operand, items, residual);
      }
      case 'inSelect': {
        const operand = inner(residual.operand);
        const list = this.knownList(residual.plan, environment);
        if (list !== null && operand.kind === 'choice' && operand.map === null)
          return this.listMembership(operand, list, residual);
        return this.membership(operand, this.listed(residual.plan, environment), residual);
      }
      case 'exists':
        return truth(
          this.builder.or(this.outputRows(residual.plan, environment, true).map((row) => row.guard)),
        );
      case 'scalar': {
        const [row] = this.outputRows(residual.plan, environment, true);
        if (row === undefined) return valueSymbol(null);
        // Where `having` does not hold there is no row.
        const branch = { when: truth(row.guard), then: must(row.cells[0], 'output') };
        return operators.composites.choose([branch], valueSymbol(null));
      }
      case 'aggregate':
        if (group === null) throw new TypeError('an aggregate outside a group');
        return this.aggregates.evaluate(residual, group, environment.plan);
      case 'capacity':
        throw new TypeError('a capacity is no value');
    }
  }

  /** What an `in (select ...)` looks at; made once for all rows around it that give it the same parameters. */
  private listed(plan: SelectPlan, environment: Environment): readonly GuardedSymbol[] {
    const parameters = parametersOf(plan);
    const key =
      parameters === null ? null : matchText(parameters.map((slot) => this.parameter(slot, environment)));
    const known = key === null ? undefined : this.listsMade.get(plan)?.get(key);
    if (known !== undefined) return known;
    const rows = this.outputRows(plan, environment, true);
    const items = rows.map((row) => ({ guard: row.guard, symbol: must(row.cells[0], 'output') }));
    if (key === null) return items;
    const byKey = this.listsMade.get(plan) ?? new Map<string, readonly GuardedSymbol[]>();
    this.listsMade.set(plan, byKey);
    byKey.set(key, items);
    return items;
  }

  private isSame(left: Symbol, right: Symbol, span: Span): BooleanSymbol {
    const { builder, operators } = this;
    const equal = operators.compare('=', left, right, span).isTrue;
    const neither = builder.and([negate(operators.knownOf(left)), negate(operators.knownOf(right))]);
    return truth(builder.or([equal, neither]));
  }

  private scalar(name: ScalarName, args: readonly Symbol[], span: Span): Symbol {
    const { operators } = this;
    switch (name) {
      case 'abs': {
        const [value] = args;
        if (value === undefined) return valueSymbol(null);
        const opposite = operators.arithmetic('-', valueSymbol(0), value, span);
        return this.extreme(true, [value, opposite], span);
      }
      case 'min':
      case 'max':
        return this.extreme(name === 'max', args, span);
      case 'coalesce': {
        const branches = args.map((value) => ({ when: truth(operators.knownOf(value)), then: value }));
        return operators.composites.choose(branches, valueSymbol(null));
      }
    }
  }

  /** The smallest or greatest of values, null where one of them is. */
  private extreme(greatest: boolean, args: readonly Symbol[], span: Span): Symbol {
    const guard = this.and(args.map((value) => this.operators.knownOf(value)));
    const rows = args.map((symbol) => ({ guard, symbol }));
    return guard === FALSE ? valueSymbol(null) : this.operators.composites.extreme(greatest, rows, span);
  }

  private slot(residual: SlotResidual, environment: Environment): Symbol {
    const binding = outwards(environment, residual.depth).bindings[residual.component];
    this.refuseReal(residual, binding);
    if (binding?.kind === 'row') return valueSymbol(binding.row[residual.slot] ?? null);
    if (binding?.kind === 'chosen') {
      const map = binding.columns.column(residual.slot);
      return { kind: 'choice', variable: binding.variable, text: mapsToText(map), map };
    }
    throw new TypeError('a slot of an unbound component');
  }

  /** SQLite divides real numbers as such; here only integers are divided. */
  private refuseReal({ isReal, span }: SlotResidual, binding: Binding | null | undefined): void {
    if (isReal === null) return;
    const real =
      binding?.kind === 'row'
        ? binding.row[isReal] === 1
        : binding?.kind === 'chosen' && [...binding.columns.column(isReal).values()].includes(1);
    if (!real) return;
    throw new GroundError(
      'lower/unsupported',
      'a division of real numbers over decisions is not supported',
      span,
      'use integers, or multiply the other side of the comparison instead',
    );
  }

  private decision(residual: Extract<Residual, { kind: 'decision' }>, environment: Environment): Symbol {
    const binding = outwards(environment, residual.depth).bindings[residual.component];
    if (binding?.kind !== 'row') throw new TypeError('a decision of an unbound component');
    const { row } = binding;
    const stored = row[residual.stored] ?? null;
    const known = this.variables.knownCell(residual, row);
    if (known !== undefined) return { kind: 'choice', variable: known.variable, text: known.text, map: null };
    const identity = residual.identity.map((slot) => row[slot] ?? null);
    // The missing side of an outer join has no row, so no decision.
    if (identity.every((value) => value === null)) return valueSymbol(null);
    const cell = this.variables.cell(residual.relation, residual.column, identity, stored, residual.span);
    if (cell === null) return valueSymbol(stored);
    return { kind: 'choice', variable: cell.variable, text: cell.text, map: null };
  }

  private noteNullInList(residual: Residual): void {
    if (this.nullLists.has(residual)) return;
    this.nullLists.add(residual);
    this.warnings.push({
      code: 'ground/in-list-null',
      severity: 'warning',
      message: 'this list holds a null, so `in` is never false and `not in` never true',
      span: residual.span,
      help: 'leave nulls out of the list: `... where ... is not null`',
    });
  }

  /** The rows of a select over values alone, with the slot that is its output; null for any other select. */
  private knownList(
    plan: SelectPlan,
    environment: Environment,
  ): { rows: ComponentRows; slot: number } | null {
    const [component, ...more] = plan.components;
    const [output] = plan.outputs;
    const isPlain = more.length === 0 && !plan.grouped && plan.conditions.length === 0;
    if (!isPlain || component?.kind !== 'query' || output?.kind !== 'slot' || output.depth !== 0) return null;
    if (this.presenceOf !== everyRowPresent) return null;
    return { rows: this.componentRows(component, environment), slot: output.slot };
  }

  /** `decision in (select ...)` over values alone: the rows are coded once for all decisions that ask. */
  private listMembership(
    operand: Extract<Symbol, { kind: 'choice' }>,
    { rows, slot }: { readonly rows: ComponentRows; readonly slot: number },
    residual: Residual,
  ): BooleanSymbol {
    const key = `${slot}${operand.text ? 't' : 'n'}`;
    let byKey = this.lists.get(rows);
    if (byKey === undefined) {
      byKey = new Map();
      this.lists.set(rows, byKey);
    }
    let list = byKey.get(key);
    if (list === undefined) {
      const values = rows.map((row) => row[slot] ?? null);
      const codes = values.flatMap((value) => this.modelValue(operand.text, value, residual.span) ?? []);
      list = { codes: [...new Set(codes)].sort(byNumber), hasNull: values.includes(null) };
      byKey.set(key, list);
      this.spend(rows.length);
    }
    if (list.hasNull) this.noteNullInList(residual);
    const inside = this.builder.member(operand.variable, list.codes);
    return { kind: 'boolean', isTrue: inside, isFalse: list.hasNull ? FALSE : negate(inside) };
  }

  /** `operand in (items)`: true where one is equal, unknown where none is and one is null. */
  private membership(operand: Symbol, items: readonly GuardedSymbol[], residual: Residual): BooleanSymbol {
    const { operators, builder } = this;
    const shared = operators.choices.among(operand, items);
    if (shared !== null) return truth(shared);
    const constants: SqlValue[] = [];
    const others: { guard: Literal; symbol: Symbol }[] = [];
    for (const item of items) {
      if (item.guard === TRUE && item.symbol.kind === 'value') constants.push(item.symbol.value);
      else if (item.guard !== FALSE) others.push(item);
    }
    if (constants.includes(null)) this.noteNullInList(residual);
    const parts: { isTrue: Literal; isFalse: Literal }[] = [];
    if (operand.kind === 'choice' && operand.map === null) {
      const codes = constants.flatMap((value) => this.modelValue(operand.text, value, residual.span) ?? []);
      const inside = builder.member(operand.variable, codes);
      parts.push({ isTrue: inside, isFalse: constants.includes(null) ? FALSE : negate(inside) });
    } else {
      for (const value of constants)
        parts.push(operators.compare('=', operand, valueSymbol(value), residual.span));
    }
    for (const { guard, symbol } of others) {
      const equal = operators.compare('=', operand, symbol, residual.span);
      parts.push({
        isTrue: builder.and([guard, equal.isTrue]),
        isFalse: builder.or([negate(guard), equal.isFalse]),
      });
    }
    return {
      kind: 'boolean',
      isTrue: builder.or(parts.map((part) => part.isTrue)),
      isFalse: builder.and(parts.map((part) => part.isFalse)),
    };
  }
}

function mapsToText(map: ReadonlyMap<number, SqlValue>): boolean {
  for (const value of map.values()) if (value !== null) return typeof value === 'string';
  return false;
}

function isSameCapacity(a: Capacity, b: Capacity): boolean {
  return (
    a.keys === b.keys &&
    a.items.length === b.items.length &&
    a.items.every(({ variable, demand, presence }, i) => {
      const other = b.items[i];
      return other?.variable === variable && other.demand === demand && other.presence === presence;
    })
  );
}
