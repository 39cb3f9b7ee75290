import type { AggregateResidual, Residual, SelectPlan } from '../lower/plan.js';
import { sumOf, truthOf } from '../model/builder.js';
import type { ModelBuilder } from '../model/builder.js';
import type { LinearExpression, Literal } from '../model/model.js';
import { FALSE, TRUE, negate } from '../model/model.js';
import type { Environment } from './environment.js';
import { isChoice } from './choice-classes.js';
import { GroundError } from './ground-error.js';
import type { Group, GuardedRow } from './groups.js';
import type { RowContext } from './guarded-rows.js';
import type { Operators } from './operators.js';
import { numberSymbol } from './operators.js';
import type { GuardedSymbol, Symbol } from './symbol.js';
import { truth, valueSymbol } from './symbol.js';
import { sumOfRows } from './sum-of-rows.js';
import { compareByKeys } from './value-order.js';

/** A row whose value is not null while its guard holds. */
interface ValuedRow extends GuardedSymbol {
  readonly environment: Environment;
}

interface AggregateContext extends RowContext {
  readonly builder: ModelBuilder;
  readonly operators: Operators;
}

const hasDecisionKey = ({ groupBy }: SelectPlan): boolean => groupBy.some((key) => key.kind === 'decision');

/** Rows that choose among more values than this are compared in pairs, where these are fewer. */
const MANY_VALUES = 32;

const pairsOf = ({ length }: readonly unknown[]): number => (length * (length - 1)) / 2;

/** Gives aggregates their value in a group of guarded rows. */
export class AggregateEvaluator {
  constructor(private readonly context: AggregateContext) {}

  /** An aggregate of a sub-query keeps SQL's null where no row counts. */
  evaluate(
    aggregate: AggregateResidual,
    { rows, sumOf: chosenSum, always }: Group,
    plan: SelectPlan,
  ): Symbol {
    const { builder, operators } = this.context;
    const chosen = chosenSum(aggregate);
    if (chosen !== null) return numberSymbol({ expression: chosen, known: TRUE });
    const counted = this.filtered(aggregate, rows());
    if (aggregate.argument === null) return this.total(counted.map((row) => truthOf(row.guard)));
    const argument: Residual = aggregate.argument;
    // Aggregates skip nulls.
    const known = counted.flatMap((row): ValuedRow[] => {
      const symbol = this.context.evaluate(argument, row.environment);
      const guard = this.context.and([row.guard, operators.knownOf(symbol)]);
      return guard === FALSE ? [] : [{ guard, symbol, environment: row.environment }];
    });
    const isDistinct = aggregate.distinct && aggregate.name !== 'count';
    const valued = isDistinct ? this.firstOfEach(known, aggregate) : known;
    switch (aggregate.name) {
      case 'count':
        return aggregate.distinct
          ? this.countDistinct(valued, aggregate)
          : this.total(valued.map((row) => truthOf(row.guard)));
      case 'sum': {
        const ratio = valued.find((row) => row.symbol.kind === 'ratio');
        if (ratio !== undefined) return this.unsupported(aggregate, '`sum` of averages');
        const expression = this.sum(valued, aggregate);
        // A group whose guards are all false exists, and its sum is 0; so is that of decisions that are all null.
        const isGuarded = plan.conditions.length > 0 || hasDecisionKey(plan);
        const isZero = !always && (isGuarded || aggregate.ofDecisions);
        const isKnown = isZero ? TRUE : builder.or(valued.map((row) => row.guard));
        return numberSymbol({ expression, known: isKnown });
      }
      case 'avg':
        return this.average(valued, aggregate);
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
        return operators.composites.extreme(aggregate.name === 'max', valued, aggregate.span);
      case 'increasing':
        return truth(this.increasing(valued, aggregate));
    }
  }

  private sum(rows: readonly ValuedRow[], aggregate: AggregateResidual): LinearExpression {
    const { operators, builder } = this.context;
    return sumOfRows(rows, operators, builder, aggregate.span);
  }

  /** Sum by count, which is 0 only where the average is null. */
  private average(rows: readonly ValuedRow[], aggregate: AggregateResidual): Symbol {
    const known = this.context.builder.or(rows.map((row) => row.guard));
    if (known === FALSE) return valueSymbol(null);
    const numerator = this.sum(rows, aggregate);
    const counts = rows.map((row) => ({ expression: truthOf(row.guard), factor: 1 }));
    return { kind: 'ratio', numerator, denominator: sumOf(counts), known };
  }

  /** Each value of the rows once: a row counts where no row before it that counts has its value. */
  private firstOfEach(rows: readonly ValuedRow[], aggregate: AggregateResidual): ValuedRow[] {
    const { builder, operators } = this.context;
    return rows.flatMap((row, i): ValuedRow[] => {
      this.context.spend(i);
      const repeats = rows.slice(0, i).map((before) => {
        const same = operators.compare('=', before.symbol, row.symbol, aggregate.span).isTrue;
        return builder.and([before.guard, same]);
      });
      const guard = builder.and([row.guard, ...repeats.map(negate)]);
      return guard === FALSE ? [] : [{ ...row, guard }];
    });
  }

  /** No row is below one before it, in the order that the aggregate names. */
  private increasing(rows: readonly ValuedRow[], aggregate: AggregateResidual): Literal {
    const { builder, operators } = this.context;
    const keyed = rows.map((row) => ({
      row,
      keys: aggregate.order.map(({ slot }) => {
        const symbol = this.context.evaluate(slot, row.environment);
        return symbol.kind === 'value' ? symbol.value : null;
      }),
    }));
    keyed.sort((a, b) => compareByKeys(aggregate.order, a.keys, b.keys));
    const sorted = keyed.map(({ row }) => row);
    const clauses: Literal[] = [];
    sorted.forEach((left, i) => {
      for (const right of sorted.slice(i + 1)) {
        this.context.spend(1);
        const above = operators.compare('<=', left.symbol, right.symbol, aggregate.span).isTrue;
        clauses.push(builder.or([negate(left.guard), negate(right.guard), above]));
        // What is above a row that surely counts need not be compared with what is below it.
        if (right.guard === TRUE) break;
      }
    });
    return builder.and(clauses);
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

  private total(parts: readonly LinearExpression[]): Symbol {
    const expression = sumOf(parts.map((part) => ({ expression: part, factor: 1 })));
    return numberSymbol({ expression, known: TRUE });
  }

  /** For each pair of rows that both count: equal (or not). Known rows on a chain need only their neighbours. */
  private pairwise(rows: readonly ValuedRow[], equal: boolean, aggregate: AggregateResidual): Literal {
    const { builder, operators } = this.context;
    const apart = equal ? null : this.apart(rows);
    if (apart !== null) return apart;
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

  /** That no value is chosen twice, value by value, where these are fewer than the pairs of rows; else null. */
  private apart(rows: readonly ValuedRow[]): Literal | null {
    const { builder, operators } = this.context;
    const choices = rows.filter(isChoice);
    if (choices.length < rows.length) return null;
    const group = operators.choices.groupOf(choices);
    if (group === null) return null;
    if (pairsOf(rows) <= group.keys.length) return null;
    this.context.spend(rows.length + group.keys.length);
    const loads = operators.choices.loads(group);
    return builder.and(group.keys.map((key) => builder.linear(builder.load(loads, key), null, 1)));
  }

  private countDistinct(rows: readonly ValuedRow[], aggregate: AggregateResidual): Symbol {
    const { builder, operators } = this.context;
    const holders = new Map<string, Literal[]>();
    const add = (key: string, literal: Literal): void => {
      if (literal === FALSE) return;
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [literal]);
      else known.push(literal);
    };
    const choices = rows.filter(isChoice);
    const groups = operators.choices.groups(choices);
    const values = groups?.reduce((sum, { keys }) => sum + keys.length, 0) ?? Infinity;
    const isOther = rows.some(({ symbol }) => symbol.kind !== 'value' && symbol.kind !== 'choice');
    if (groups === null || isOther || (values > MANY_VALUES && pairsOf(rows) <= values)) {
      // Without a list of values to look at, or with a long one, rows are compared with each other.
      return this.total(this.firstOfEach(rows, aggregate).map((row) => truthOf(row.guard)));
    }
    for (const { guard, symbol } of rows) {
      if (symbol.kind === 'value') {
        const text = typeof symbol.value === 'string';
        const code = this.context.modelValue(text, symbol.value, aggregate.span);
        add(code === null ? `other:${String(symbol.value)}` : `${text ? 't' : 'n'}${code}`, guard);
      }
    }
    for (const group of groups) {
      this.context.spend(group.rows.length + group.keys.length);
      const loads = operators.choices.loads(group);
      for (const key of group.keys)
        add(`${group.text ? 't' : 'n'}${key}`, builder.linear(builder.load(loads, key), 1, null));
    }
    return this.total([...holders.values()].map((literals) => truthOf(builder.or(literals))));
  }
}
