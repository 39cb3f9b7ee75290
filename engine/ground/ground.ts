import type { Diagnostic } from '../base/diagnostic.js';
import { UnsafeIntegerError } from '../base/int.js';
import type { Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { PolicyPlan, Residual, SelectPlan } from '../lower/plan.js';
import { residualParts } from '../lower/residual-parts.js';
import { ModelBuilder, sumOf } from '../model/builder.js';
import type { LinearExpression, Literal, Model, ObjectiveLevel, SoftTerm } from '../model/model.js';
import { FALSE, TRUE, isNegated, negate, nodeOf } from '../model/model.js';
import { StoreError } from '../store/store-error.js';
import { balanceOf, groundCapacity } from './capacity.js';
import type { Presence } from './evaluator.js';
import { Evaluator, everyRowPresent } from './evaluator.js';
import { GroundCache } from './ground-cache.js';
import { GroundError } from './ground-error.js';
import type { Origin } from './provenance.js';
import { RowsToSum } from './sum-of-rows.js';
import { registerDecisions } from './register-decisions.js';
import { Origins, rowOf } from './provenance.js';
import type { Reader } from './reader.js';
import type { Symbol } from './symbol.js';
import { TextCodes } from './symbol.js';
import type { DecisionCell } from './variables.js';
import { Variables } from './variables.js';

/** A policy set over one state of the database. */
export interface Grounded {
  readonly model: Model;
  /** Every cell the solve decides; `cells[i].variable` indexes the model. */
  readonly cells: readonly DecisionCell[];
  readonly origins: readonly Origin[];
  /** Per policy by name: its rows or groups that may count, those without a demand on decisions included. */
  readonly rowCounts: ReadonlyMap<string, number>;
  /** True where some policy's rows or groups were left out because of what another one demands. */
  readonly shaped: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** For rows that may be left out: the literal that says the row takes part, in the order they were given. */
  readonly presence: readonly { readonly key: SqlRecord; readonly literal: Literal }[];
  sqlValue(cell: DecisionCell, value: number): SqlValue;
  /** Domains of the decision columns that policies group by, as JSON for the checking queries. */
  readonly domains: string;
  /** Texts as model values. */
  readonly texts: TextCodes;
}

/** Rows of one table that the model may leave out, as if they were not there. */
export interface OptionalRows {
  readonly table: string;
  readonly keys: readonly SqlRecord[];
}

/** A compiled policy set. */
export interface GroundInput {
  readonly policies: readonly LoweredPolicy[];
  /** The schema's own demands on the cells that `policies` make variables. */
  readonly implied: readonly LoweredPolicy[];
  /** Tables all of whose decisions are solved. */
  readonly tables: readonly Relation[];
}

export interface GroundOptions {
  /** Rows that the model may leave out. */
  readonly optional?: OptionalRows | null;
  /**
   * True (the default): joins by a decision look only at the values that hard constraints leave it. The model
   * is then exact as a whole, but not without the constraints that narrowed it, as the search for a core needs it.
   */
  readonly narrow?: boolean;
  /** Per variable the values that a model's constraints leave it, null where those are too many to list; null where they leave no answer. */
  readonly finiteDomains?: (model: Model) => readonly (readonly number[] | null)[] | null;
  /** Another grounding of the same state: its cells are variables here too, in its order and with its texts' codes. */
  readonly like?: Pick<Grounded, 'cells' | 'texts'> | null;
  /** What earlier groundings of the same policies have made of rows; none unless said. */
  readonly cache?: GroundCache;
}

/** Runs the ground queries and fills the templates, inside the caller's read transaction; writes nothing. */
export function ground(input: GroundInput, reader: Reader, options: GroundOptions = {}): Grounded {
  return new Grounding(reader, options).run(input);
}

const NOWHERE: Span = { source: { name: '', text: '' }, start: 0, end: 0 };

class Grounding {
  private readonly builder = new ModelBuilder();
  private readonly texts: TextCodes;
  private readonly variables: Variables;
  private readonly narrows: boolean;
  private readonly evaluator: Evaluator;
  private readonly origins = new Origins();
  private readonly rowCounts = new Map<string, number>();
  private readonly diagnostics: Diagnostic[] = [];
  private readonly soft = new Map<number, SoftTerm[]>();
  private readonly absences = new Set<Literal>();
  private readonly presence: { key: SqlRecord; literal: Literal }[] = [];

  constructor(
    private readonly reader: Reader,
    private readonly options: GroundOptions,
  ) {
    this.narrows = options.narrow ?? true;
    this.texts = options.like?.texts ?? new TextCodes();
    const cache = options.cache ?? new GroundCache();
    this.variables = new Variables(this.builder, this.texts, reader, cache);
    this.evaluator = new Evaluator(
      this.builder,
      this.texts,
      this.variables,
      reader,
      this.presenceFor(options.optional ?? null),
      cache,
    );
  }

  private presenceFor(optional: OptionalRows | null): Presence {
    if (optional === null) return everyRowPresent;
    const byKey = new Map<string, Literal>();
    for (const key of optional.keys) {
      const values = Object.values(key);
      const label = `present ${optional.table}[${values.map(String).join(',')}]`;
      const variable = this.builder.variable({ lo: 0, hi: 1, values: [0, 1], label }, 1);
      const literal = this.builder.member(variable, [1]);
      byKey.set(values.map(String).join('\0'), literal);
      this.absences.add(negate(literal));
      this.presence.push({ key, literal });
    }
    return {
      of: (table, identity) =>
        table === optional.table ? (byKey.get(identity.map(String).join('\0')) ?? TRUE) : TRUE,
    };
  }

  run({ policies, implied, tables }: GroundInput): Grounded {
    for (const { relation, column, key, stored } of this.options.like?.cells ?? []) {
      const identity = relation.identity.map((name) => key[name] ?? null);
      this.variables.cell(relation, column, identity, stored, NOWHERE);
    }
    // Groups by the values of a decision are known when everything else has said what those may be.
    const late = policies.filter(({ plan }) => groupsByDecision(plan));
    const early = policies.filter(({ plan }) => !groupsByDecision(plan));
    for (const { plan } of simplestFirst(early)) this.guarded(plan.policy, () => this.policy(plan, false));
    for (const { plan } of late) this.guarded(plan.policy, () => this.register(plan));
    const [first] = policies;
    if (first !== undefined) {
      this.guarded(first.policy, () => {
        for (const relation of tables)
          this.variables.registerTable(relation, first.policy.statement.select.span);
      });
    }
    this.variables.closed = true;
    for (const { plan } of implied) this.guarded(plan.policy, () => this.policy(plan, true));
    const inferred = late.length > 0 ? this.options.finiteDomains?.(this.builder.build([])) : undefined;
    this.evaluator.inferred = inferred ?? null;
    // Where the rest has no answer no value is left to make a group, and nothing more to say.
    for (const { plan } of inferred === null ? [] : late)
      this.guarded(plan.policy, () => this.policy(plan, true, false));
    const objectives = [...this.soft]
      .sort(([a], [b]) => b - a)
      .map(([priority, soft]): ObjectiveLevel => ({ priority, soft }));
    return {
      model: this.builder.build(objectives),
      cells: this.variables.cells,
      origins: this.origins.list,
      rowCounts: this.rowCounts,
      shaped: this.evaluator.shaped,
      diagnostics: [...this.diagnostics, ...this.evaluator.warnings],
      presence: this.presence,
      sqlValue: (cell, value) => this.variables.sqlValue(cell, value),
      domains: JSON.stringify(Object.fromEntries(this.evaluator.groupDomains)),
      texts: this.texts,
    };
  }

  /** Turns what can go wrong with one policy's rows into a diagnostic of that policy. */
  private guarded(policy: LoweredPolicy['policy'], work: () => void): void {
    this.evaluator.restartBudget();
    const { span } = policy.statement.select;
    try {
      work();
    } catch (error) {
      if (error instanceof GroundError) {
        const { diagnostic } = error;
        const placed = diagnostic.span?.source.text === '' ? { ...diagnostic, span } : diagnostic;
        this.diagnostics.push(placed);
      } else if (error instanceof UnsafeIntegerError) {
        this.diagnostics.push({
          code: 'ground/unsafe-integer',
          severity: 'error',
          message: `a number in \`${policy.name}\` exceeds 2^53: ${error.message}`,
          span,
          help: 'scale the columns to a larger unit',
        });
      } else if (error instanceof StoreError) {
        this.diagnostics.push({
          code: 'ground/sql',
          severity: 'error',
          message: `SQLite refuses a query of \`${policy.name}\`: ${error.message}`,
          span,
        });
      } else throw error;
    }
  }

  private count({ name }: LoweredPolicy['policy'], rows: number): void {
    this.rowCounts.set(name, (this.rowCounts.get(name) ?? 0) + rows);
  }

  private register(plan: PolicyPlan): void {
    if (plan.kind === 'decision') registerDecisions(plan.select, plan.clause, this.evaluator);
  }

  /** `registered` where the decisions that the plan mentions are variables already, or must not become any. */
  private policy(plan: PolicyPlan, registered: boolean, implied = registered): void {
    if (plan.kind === 'ground') {
      this.groundPolicy(plan);
      return;
    }
    const { select } = plan;
    if (!registered) this.register(plan);
    const capacities = plan.clause.filter((part) => part.kind === 'capacity');
    const rest = plan.clause.filter((part) => part.kind !== 'capacity');
    for (const call of capacities) this.capacity(plan, call);
    if (rest.length === 0) return;
    const terms = new RowsToSum();
    const clause = (guard: Literal, evaluate: (part: Residual) => Symbol, row: () => SqlRecord): void => {
      if (!implied) this.count(plan.policy, 1);
      try {
        this.clauseRow(plan, rest, guard, evaluate, row, terms, implied);
      } catch (error) {
        if (!(error instanceof GroundError)) throw error;
        throw Object.assign(error, { diagnostic: GroundError.onRow(error, row()) });
      }
    };
    if (select.grouped) {
      for (const group of this.evaluator.groups(select)) {
        const evaluate = (part: Residual): Symbol => this.evaluator.inGroup(part, group);
        const having = select.having.map(
          (part) => this.evaluator.operators.condition(evaluate(part), part.span).isTrue,
        );
        const row = (): SqlRecord =>
          Object.fromEntries(group.keys.map((key, i) => [select.groupNames[i] ?? `key${i}`, key]));
        const guard = this.evaluator.and(having);
        if (guard !== FALSE) clause(guard, evaluate, row);
      }
    } else {
      this.evaluator.joiner.join(select, null, (environment, guard) => {
        const evaluate = (part: Residual): Symbol => this.evaluator.evaluate(part, environment);
        clause(guard, evaluate, () => rowOf(environment));
      });
    }
    if (plan.policy.clause.kind === 'check') return;
    const span = rest[0]?.span ?? select.span;
    this.addSoft(plan.policy, plan.policy.name, [terms.total(this.evaluator.operators, this.builder, span)]);
  }

  private clauseRow(
    plan: Extract<PolicyPlan, { kind: 'decision' }>,
    parts: readonly Residual[],
    guard: Literal,
    evaluate: (part: Residual) => Symbol,
    row: () => SqlRecord,
    terms: RowsToSum,
    implied: boolean,
  ): void {
    const { operators } = this.evaluator;
    this.variables.startRow();
    if (plan.policy.clause.kind !== 'check') {
      const [term] = parts;
      if (term === undefined) return;
      const symbol = evaluate(term);
      if (symbol.kind === 'boolean' && operators.knownOf(symbol) === TRUE) {
        terms.add({ guard, symbol });
        return;
      }
      // A column of a chosen row is added up with those of other rows.
      const isColumn = symbol.kind === 'choice' && symbol.map !== null;
      if (isColumn) operators.amountsOf(symbol.map, term.span);
      const number = isColumn ? null : operators.numeric(symbol, term.span);
      const known = isColumn ? operators.knownOf(symbol) : (number?.known ?? FALSE);
      if (known !== TRUE && (known === FALSE || this.builder.or([negate(guard), known]) !== TRUE)) {
        throw new GroundError(
          'ground/null-term',
          `the term of \`${plan.policy.name}\` is null${known === FALSE ? '' : ' for some decisions'}`,
          term.span,
          'leave such rows out with `where ... is not null`',
        );
      }
      const value: Symbol = number === null ? symbol : { kind: 'number', ...number };
      terms.add({ guard, symbol: value });
      return;
    }
    // A check that is null passes, like SQL's: only what is false is forbidden.
    for (const part of parts) {
      const { isFalse } = operators.condition(evaluate(part), part.span);
      const literal = this.builder.or([negate(guard), negate(isFalse)]);
      if (literal === TRUE || (implied && !this.variables.isTouched())) continue;
      this.assert(literal, { policy: plan.policy, implied, row: row() });
    }
  }

  /** Posts a hard constraint; one that only names values of one decision also narrows later joins by it. */
  private assert(literal: Literal, origin: Origin): void {
    this.builder.assert(literal, this.origins.add(origin));
    if (!this.narrows || isNegated(literal)) return;
    const node = this.builder.nodeAt(nodeOf(literal));
    if (node.kind === 'member') this.evaluator.narrow(node.variable, node.values);
    if (node.kind !== 'or') return;
    // A row that may be left out says `in these values, or absent`; where it is absent it is in no join.
    const others = node.literals.filter((one) => !this.absences.has(one));
    const [only, ...more] = others;
    if (only === undefined || more.length > 0 || isNegated(only)) return;
    const member = this.builder.nodeAt(nodeOf(only));
    if (member.kind === 'member') this.evaluator.narrow(member.variable, member.values);
  }

  private groundPolicy(plan: Extract<PolicyPlan, { kind: 'ground' }>): void {
    const { policy } = plan;
    const terms: LinearExpression[] = [];
    for (const cells of this.reader.rows(plan.sql)) {
      this.count(policy, 1);
      const value = cells[cells.length - 1] ?? null;
      const row = Object.fromEntries(plan.names.map((name, i) => [name, cells[i] ?? null]));
      const { span } = policy.clause.expression;
      const symbol: Symbol = { kind: 'value', value };
      const { operators } = this.evaluator;
      if (policy.clause.kind === 'check') {
        if (operators.condition(symbol, span).isFalse === TRUE) {
          this.builder.assert(FALSE, this.origins.add({ policy, implied: false, row }));
        }
        continue;
      }
      const number = operators.numeric(symbol, span);
      if (number === null) {
        const error = new GroundError('ground/null-term', `the term of \`${policy.name}\` is null`, span);
        throw Object.assign(error, { diagnostic: GroundError.onRow(error, row) });
      }
      terms.push(number.expression);
    }
    if (policy.clause.kind !== 'check') this.addSoft(policy, policy.name, terms);
  }

  private capacity(
    plan: Extract<PolicyPlan, { kind: 'decision' }>,
    call: Extract<Residual, { kind: 'capacity' }>,
  ): void {
    const { policy, select } = plan;
    const groups = groundCapacity(call, select, this.evaluator);
    this.count(policy, groups.length);
    if (call.name === 'capacity' || call.name === 'capacity_constraint') {
      for (const group of groups) {
        const common = { policy, implied: false };
        const name = textOf(call.key.span);
        for (const { literal, row } of group.domains)
          if (literal !== TRUE) this.builder.assert(literal, this.origins.add({ ...common, row }));
        for (const { literal, key } of group.rows) {
          const value = group.text ? (this.texts.text(key) ?? null) : key;
          const row = { ...group.keys, [name]: value };
          if (literal !== TRUE) this.builder.assert(literal, this.origins.add({ ...common, row }));
        }
        if (group.capacity !== null) {
          const keys = { name, text: group.text };
          this.builder.capacity(group.capacity, this.origins.add({ ...common, row: group.keys, keys }));
        }
      }
    }
    if (call.name === 'capacity') return;
    const terms = groups.map((group) => balanceOf(group, call, this.evaluator));
    this.addSoft(policy, call.name === 'capacity_constraint' ? `${policy.name}.balance` : policy.name, terms);
  }

  private addSoft(policy: LoweredPolicy['policy'], name: string, terms: readonly LinearExpression[]): void {
    const { kind, weight, priority } = policy.clause;
    const implicit = kind === 'check';
    const level = implicit ? 0 : priority;
    const [only] = terms;
    const expression =
      only !== undefined && terms.length === 1
        ? only
        : sumOf(terms.map((term) => ({ expression: term, factor: 1 })));
    const signed = implicit ? 1 : Number(weight) * (kind === 'minimize' ? -1 : 1);
    const known = this.soft.get(level);
    const term: SoftTerm = { name, weight: signed, expression };
    if (known === undefined) this.soft.set(level, [term]);
    else known.push(term);
  }
}

/** True where the policy, or a view it unfolds, has a group per value of a decision. */
function groupsByDecision(plan: PolicyPlan): boolean {
  const inSelect = (select: SelectPlan): boolean =>
    select.groupBy.some((key) => key.kind === 'decision') ||
    select.components.some((component) => component.kind === 'derived' && inSelect(component.plan)) ||
    [...select.conditions, ...select.having, ...select.outputs].some(inResidual);
  const inResidual = (residual: Residual): boolean =>
    ('plan' in residual && inSelect(residual.plan)) || residualParts(residual).some(inResidual);
  return plan.kind === 'decision' && (inSelect(plan.select) || plan.clause.some(inResidual));
}

/** Checks on rows of one component first: they give the domains that the joins of the others use. */
function simplestFirst(policies: readonly LoweredPolicy[]): readonly LoweredPolicy[] {
  const rank = ({ plan }: LoweredPolicy): number =>
    plan.kind === 'decision' &&
    plan.policy.clause.kind === 'check' &&
    !plan.select.grouped &&
    plan.select.components.length === 1
      ? 0
      : 1;
  return [...policies].sort((a, b) => rank(a) - rank(b));
}
