import { must } from '../base/assert.js';
import type { SqlValue } from '../base/sql-value.js';
import type { AggregateResidual, Residual, SelectPlan } from '../lower/plan.js';
import { constantOf, sumOf, truthOf } from '../model/builder.js';
import type { ModelBuilder } from '../model/builder.js';
import type { LinearExpression, Literal } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';
import type { Binding, ComponentRows, Environment } from './environment.js';
import { GroundError } from './ground-error.js';
import type { RowContext, RowJoiner } from './guarded-rows.js';
import type { Operators } from './operators.js';
import { numberSymbol } from './operators.js';
import type { Symbol } from './symbol.js';
import { truth, valueSymbol } from './symbol.js';

/** One row of a group with the literal that says whether it counts. */
export interface GuardedRow {
  readonly environment: Environment;
  readonly guard: Literal;
}

/** A row whose value is not null while its guard holds. */
interface ValuedRow {
  readonly guard: Literal;
  readonly symbol: Symbol;
}

export interface Group {
  /** Binds the components that the `group by` columns come from. */
  readonly representative: Environment;
  readonly keys: readonly SqlValue[];
  readonly rows: readonly GuardedRow[];
  /** True for the groups of a sub-query, which keep SQL's own meaning. */
  readonly always: boolean;
}

interface AggregateContext extends RowContext {
  readonly builder: ModelBuilder;
  readonly operators: Operators;
  readonly joiner: RowJoiner;
}

/** Forms groups over guarded rows and gives aggregates their value in them. */
export class AggregateEvaluator {
  constructor(private readonly context: AggregateContext) {}

  /**
   * The groups of a select, in the order of its rows.
   * - A group exists even when no guard in it can hold: its keys come from the rows without their guards.
   * - No row at all makes no group, unless `always` asks for SQL's single row.
   */
  groups(plan: SelectPlan, parent: Environment | null, always: boolean): Group[] {
    const groups = new Map<
      string,
      { representative: Environment; keys: readonly SqlValue[]; rows: GuardedRow[] }
    >();
    const open = (bindings: readonly (Binding | null)[], keys: readonly SqlValue[]): void => {
      const id = keyText(keys);
      if (!groups.has(id)) groups.set(id, { representative: { plan, bindings, parent }, keys, rows: [] });
    };
    const loaded = plan.components.map((component) =>
      component.kind === 'derived'
        ? this.context.derivedRows(component.plan, parent).map((): readonly SqlValue[] => [])
        : this.context.componentRows(component, parent),
    );
    const someRow = loaded.every((rows) => rows.length > 0);
    const constants = this.constantBindings(plan, loaded);
    if (plan.groupBy.length === 0) {
      if (someRow || always) open(constants, []);
    } else if (someRow) this.openKeys(plan, loaded, constants, open);
    this.context.joiner.join(plan, parent, (environment, guard) => {
      const keys = plan.groupBy.map((slot) => {
        const binding = environment.bindings[slot.component];
        return binding?.kind === 'row' ? (binding.row[slot.slot] ?? null) : null;
      });
      must(groups.get(keyText(keys)), 'group of a row').rows.push({ environment, guard });
    });
    return [...groups.values()].map((group) => ({ ...group, always }));
  }

  /** What reads no table is the same in every row, so a group may read it too. */
  private constantBindings(plan: SelectPlan, loaded: readonly ComponentRows[]): (Binding | null)[] {
    return plan.components.map((component, i) => {
      const row = loaded[i]?.[0];
      const isConstant = component.kind === 'query' && component.tableless && row !== undefined;
      return isConstant ? { kind: 'row', row } : null;
    });
  }

  /** One group per combination of keys: components meet only in decision conditions, so every combination has a row. */
  private openKeys(
    plan: SelectPlan,
    loaded: readonly ComponentRows[],
    constants: readonly (Binding | null)[],
    open: (bindings: readonly (Binding | null)[], keys: readonly SqlValue[]) => void,
  ): void {
    const components = [...new Set(plan.groupBy.map((slot) => slot.component))];
    const distinct = components.map((component) => {
      const slots = plan.groupBy.filter((slot) => slot.component === component);
      const seen = new Map<string, readonly SqlValue[]>();
      for (const row of must(loaded[component], 'rows')) {
        const id = keyText(slots.map((slot) => row[slot.slot] ?? null));
        if (!seen.has(id)) seen.set(id, row);
      }
      return [...seen.values()];
    });
    const bindings = [...constants];
    const step = (at: number): void => {
      const component = components[at];
      if (component === undefined) {
        const keys = plan.groupBy.map((slot) => {
          const binding = bindings[slot.component];
          return binding?.kind === 'row' ? (binding.row[slot.slot] ?? null) : null;
        });
        this.context.spend(1);
        open([...bindings], keys);
        return;
      }
      for (const row of must(distinct[at], 'keys')) {
        bindings[component] = { kind: 'row', row };
        step(at + 1);
      }
    };
    step(0);
  }

  /** `always` as for `groups`: an aggregate of a sub-query keeps SQL's null where no row counts. */
  evaluate(aggregate: AggregateResidual, { rows, always }: Group, plan: SelectPlan): Symbol {
    const { builder, operators } = this.context;
    const counted = this.filtered(aggregate, rows);
    if (aggregate.argument === null) return this.total(counted.map((row) => truthOf(row.guard)));
    const argument: Residual = aggregate.argument;
    // Aggregates skip nulls.
    const valued = counted.flatMap((row): ValuedRow[] => {
      const symbol = this.context.evaluate(argument, row.environment);
      const guard = this.context.and([row.guard, this.knownOf(symbol)]);
      return guard === FALSE ? [] : [{ guard, symbol }];
    });
    switch (aggregate.name) {
      case 'count':
        return aggregate.distinct
          ? this.countDistinct(valued, aggregate)
          : this.total(valued.map((row) => truthOf(row.guard)));
      case 'sum': {
        if (aggregate.distinct) return this.unsupported(aggregate, '`sum(distinct ...)`');
        const parts = valued.map((row) => builder.when(row.guard, this.numberOf(row.symbol, aggregate)));
        const expression = sumOf(parts.map((part) => ({ expression: part, factor: 1 })));
        // A group whose guards are all false exists, and its sum is 0.
        const isGuarded = plan.conditions.length > 0 && !always;
        const known = isGuarded ? TRUE : builder.or(valued.map((row) => row.guard));
        return numberSymbol({ expression, known });
      }
      case 'any': {
        const holding = valued.map((row) =>
          builder.and([row.guard, operators.condition(row.symbol, aggregate.span).isTrue]),
        );
        return truth(builder.or(holding));
      }
      case 'all': {
        const failing = valued.map((row) =>
          builder.and([row.guard, operators.condition(row.symbol, aggregate.span).isFalse]),
        );
        return truth(negate(builder.or(failing)));
      }
      case 'all_different':
        return truth(this.pairwise(valued, false, aggregate));
      case 'all_equal':
        return truth(this.pairwise(valued, true, aggregate));
      case 'min':
      case 'max':
        return this.extreme(valued, aggregate);
      case 'avg':
      case 'increasing':
        return this.unsupported(aggregate, `\`${aggregate.name}\``);
    }
  }

  /** Where a value is not null. */
  private knownOf(symbol: Symbol): Literal {
    const { builder } = this.context;
    switch (symbol.kind) {
      case 'value':
        return symbol.value === null ? FALSE : TRUE;
      case 'number':
        return symbol.known;
      case 'boolean':
        return symbol.isTrue === negate(symbol.isFalse) ? TRUE : builder.or([symbol.isTrue, symbol.isFalse]);
      case 'choice':
        return this.context.operators.known(symbol);
    }
  }

  private unsupported(aggregate: AggregateResidual, what: string): never {
    throw new GroundError('lower/unsupported', `${what} over decisions is not supported yet`, aggregate.span);
  }

  private filtered(aggregate: AggregateResidual, rows: readonly GuardedRow[]): readonly GuardedRow[] {
    const { filter } = aggregate;
    if (filter === null) return rows;
    return rows.flatMap((row) => {
      const holds = this.context.condition(filter, row.environment).isTrue;
      const guard = this.context.and([row.guard, holds]);
      return guard === FALSE ? [] : [{ environment: row.environment, guard }];
    });
  }

  private numberOf(symbol: Symbol, aggregate: AggregateResidual): LinearExpression {
    return this.context.operators.numeric(symbol, aggregate.span)?.expression ?? constantOf(0);
  }

  private total(parts: readonly LinearExpression[]): Symbol {
    const expression = sumOf(parts.map((part) => ({ expression: part, factor: 1 })));
    return numberSymbol({ expression, known: TRUE });
  }

  /** For each pair of rows that both count: equal (or not). Known rows on a chain need only their neighbours. */
  private pairwise(rows: readonly ValuedRow[], equal: boolean, aggregate: AggregateResidual): Literal {
    const { builder, operators } = this.context;
    const chain = equal && rows.every((row) => row.guard === TRUE);
    const clauses: Literal[] = [];
    rows.forEach((left, i) => {
      for (const right of chain ? rows.slice(i + 1, i + 2) : rows.slice(i + 1)) {
        const same = operators.compare('=', left.symbol, right.symbol, aggregate.span).isTrue;
        clauses.push(builder.or([negate(left.guard), negate(right.guard), equal ? same : negate(same)]));
      }
      this.context.spend(rows.length);
    });
    return builder.and(clauses);
  }

  private countDistinct(rows: readonly ValuedRow[], aggregate: AggregateResidual): Symbol {
    const { builder } = this.context;
    const holders = new Map<string, Literal[]>();
    const add = (key: string, literal: Literal): void => {
      if (literal === FALSE) return;
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [literal]);
      else known.push(literal);
    };
    for (const { guard, symbol } of rows) {
      if (symbol.kind === 'value') {
        const text = typeof symbol.value === 'string';
        const code = this.context.modelValue(text, symbol.value, aggregate.span);
        add(code === null ? `other:${String(symbol.value)}` : `${text ? 't' : 'n'}${code}`, guard);
        continue;
      }
      const decision = this.context.decisionOf(symbol);
      if (decision?.values == null)
        return this.unsupported(
          aggregate,
          '`count(distinct ...)` of a decision without a finite schema domain',
        );
      for (const value of decision.values) {
        add(
          `${decision.text ? 't' : 'n'}${value}`,
          builder.and([guard, builder.member(decision.variable, [value])]),
        );
      }
    }
    return this.total([...holders.values()].map((literals) => truthOf(builder.or(literals))));
  }

  /** `min`/`max` where nothing is left to decide. */
  private extreme(rows: readonly ValuedRow[], aggregate: AggregateResidual): Symbol {
    let best: SqlValue = null;
    for (const { guard, symbol } of rows) {
      if (symbol.kind !== 'value' || guard !== TRUE)
        return this.unsupported(aggregate, `\`${aggregate.name}\``);
      const { value } = symbol;
      if (best === null) best = value;
      else if (typeof value === 'number' && typeof best === 'number') {
        best = aggregate.name === 'min' ? Math.min(best, value) : Math.max(best, value);
      } else return this.unsupported(aggregate, `\`${aggregate.name}\` of texts beside decisions`);
    }
    return valueSymbol(best);
  }
}

function keyText(values: readonly SqlValue[]): string {
  return values.map((value) => `${typeof value}:${String(value)}`).join('\0');
}
