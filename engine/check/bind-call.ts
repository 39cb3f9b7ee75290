import { textOf } from '../base/source.js';
import type { CallExpression, Expression } from '../lang/ast.js';
import type { ExpressionBinder, Place } from './bind-expression.js';
import type {
  AggregateName,
  BoundAggregate,
  BoundCapacity,
  BoundExpression,
  ScalarFunction,
} from './bound.js';
import { isGround } from './bound.js';
import { splice } from './fragment.js';
import { AGGREGATES, CAPACITY_FUNCTIONS, GROUND_AGGREGATES, isFunction } from './functions.js';
import { groundValues } from './ground-values.js';
import { containedIn } from './language-sql.js';
import { isAggregateCall } from './aggregate-call.js';

const SCALARS: ReadonlyMap<string, ScalarFunction> = new Map([
  ['abs', 'abs'],
  ['min', 'min'],
  ['max', 'max'],
  ['coalesce', 'coalesce'],
  ['ifnull', 'coalesce'],
]);

/** Binds calls that mention a decision: aggregates, capacity functions, functions of single values. */
export class CallBinder {
  constructor(
    private readonly expressions: ExpressionBinder,
    private readonly freshItem: () => number,
  ) {}

  bind(call: CallExpression, place: Place): BoundExpression {
    const name = call.name.text.toLowerCase();
    const { span } = call;
    const capacity = CAPACITY_FUNCTIONS.find((known) => known === name);
    if (capacity !== undefined) return this.capacity(call, capacity, place);
    if (isAggregateCall(call)) {
      const known = AGGREGATES.find((candidate) => candidate === name);
      if (known !== undefined) return this.aggregate(call, known, place);
      if (GROUND_AGGREGATES.includes(name)) {
        const construct = `\`${name}\` beside decisions`;
        return this.expressions.unsupported(span, construct, 'compute it in a view of the database');
      }
    }
    if (name === 'contains') return this.contains(call, place);
    const scalar = SCALARS.get(name);
    if (call.over === null && scalar !== undefined) return this.scalar(call, scalar, place);
    if (call.over === null && (name === 'iif' || name === 'if' || name === 'nullif'))
      return this.choice(call, name, place);
    // This one has been refused by name already.
    if (!isFunction(name)) return { kind: 'ground', sql: ['null'], span };
    return this.expressions.unsupported(span, `\`${name}(...)\``, 'compute it over ground columns');
  }

  private part(expression: Expression, place: Place): BoundExpression {
    this.expressions.requireBinary(expression, place.scope);
    return this.expressions.expression(expression, { ...place, capacity: 'no' });
  }

  private wrongCount(call: CallExpression, takes: string): BoundExpression {
    return this.expressions.fail('type/bad-argument', call.span, {
      message: `\`${textOf(call.name.span)}\` takes ${takes}`,
    });
  }

  private scalar(call: CallExpression, name: ScalarFunction, place: Place): BoundExpression {
    const { span } = call;
    const wanted = name === 'abs' ? call.args.length === 1 : call.args.length >= 2;
    if (!wanted) return this.wrongCount(call, name === 'abs' ? 'one argument' : 'two or more arguments');
    const args = call.args.map((argument) => this.part(argument, place));
    const sql = splice(
      span,
      args.map((argument) => ({ span: argument.span, by: argument.sql })),
    );
    return { kind: 'call', name, args, sql, span };
  }

  /** `iif(c, a, b)` and `nullif(a, b)` are cases. */
  private choice(call: CallExpression, name: 'iif' | 'if' | 'nullif', place: Place): BoundExpression {
    const { span } = call;
    const args = call.args.map((argument) => this.part(argument, place));
    const sql = splice(
      span,
      args.map((argument) => ({ span: argument.span, by: argument.sql })),
    );
    if (name === 'nullif') {
      const [left, right, ...more] = args;
      if (left === undefined || right === undefined || more.length > 0)
        return this.wrongCount(call, 'two arguments');
      const when: BoundExpression = { kind: 'compare', operator: '=', left, right, sql, span };
      const none: BoundExpression = { kind: 'ground', sql: ['null'], span };
      return { kind: 'case', branches: [{ when, then: none }], otherwise: left, sql, span };
    }
    if (args.length < 2) return this.wrongCount(call, 'a condition and the values to choose from');
    const branches = [];
    for (let i = 0; i + 1 < args.length; i += 2) {
      const [when, then] = [args[i], args[i + 1]];
      if (when !== undefined && then !== undefined) branches.push({ when, then });
    }
    const otherwise = args.length % 2 === 1 ? (args.at(-1) ?? null) : null;
    return { kind: 'case', branches, otherwise, sql, span };
  }

  /** `contains(list, value)`: the value is one of the elements of a JSON array. */
  private contains(call: CallExpression, place: Place): BoundExpression {
    const { span } = call;
    const [list, value, ...more] = call.args.map((argument) => this.part(argument, place));
    if (list === undefined || value === undefined || more.length > 0)
      return this.wrongCount(call, 'a JSON array and a value');
    if (!isGround(list)) {
      return this.expressions.unsupported(list.span, 'an array that depends', 'write the cases with `in`');
    }
    const select = groundValues(this.freshItem(), ['json_each(', ...list.sql, ')'], span);
    return { kind: 'inSelect', operand: value, select, sql: containedIn(list.sql, value.sql), span };
  }

  private aggregate(call: CallExpression, name: AggregateName, place: Place): BoundExpression {
    const { span } = call;
    const { expressions } = this;
    if (place.position !== 'group') {
      return expressions.fail('type/aggregate-position', span, {
        message: `\`${name}\` reads the rows of a group and cannot stand ${place.position === 'rows' ? 'in `where` or `on`' : 'inside another aggregate'}`,
        help: place.position === 'rows' ? 'move the condition to `having`' : undefined,
      });
    }
    const [argument, ...more] = call.args;
    if (
      more.length > 0 ||
      (argument === undefined && !(name === 'count' && (call.star || call.args.length === 0)))
    ) {
      return this.wrongCount(call, 'one argument');
    }
    if (call.orderBy.length > 0)
      return expressions.unsupported(span, '`order by` inside an aggregate', 'leave it out');
    const inside: Place = { ...place, position: 'aggregate', capacity: 'no' };
    if (argument !== undefined) expressions.requireBinary(argument, place.scope);
    const bound = argument === undefined ? null : expressions.expression(argument, inside);
    const filter = call.filter === null ? null : expressions.expression(call.filter, inside);
    const order = name === 'increasing' ? place.order() : [];
    if (order === null) return { kind: 'ground', sql: ['null'], span };
    if (name === 'increasing' && order.length === 0) {
      return expressions.fail('type/bad-argument', span, {
        message: '`increasing` needs an order, and the rows here have no key',
        help: 'add `order by` to the select',
      });
    }
    const replaced = [bound, filter].filter((part) => part !== null);
    const own = splice(
      span,
      replaced.map((part) => ({ span: part.span, by: part.sql })),
    );
    const aggregate: BoundAggregate = {
      kind: 'aggregate',
      name,
      distinct: call.distinct,
      argument: bound,
      filter,
      order,
      sql: own,
      span,
    };
    return { ...aggregate, sql: [{ kind: 'aggregate', aggregate }] };
  }

  private capacity(call: CallExpression, name: BoundCapacity['name'], place: Place): BoundExpression {
    const { span } = call;
    const { expressions } = this;
    const isSoft = name === 'balance' || name === 'balance_convex';
    const allowed = isSoft ? place.capacity === 'soft' : place.capacity === 'hard';
    if (!allowed || place.position !== 'group') {
      return expressions.fail('type/aggregate-position', span, {
        message: isSoft
          ? `\`${name}\` is the whole term of a \`maximize\` or \`minimize\``
          : `\`${name}\` is a conjunct of its own in a \`check\``,
      });
    }
    const inside: Place = { ...place, position: 'aggregate', capacity: 'no' };
    const [decision, key, demand, capacity, ...more] = call.args.map((argument) => {
      expressions.requireBinary(argument, place.scope);
      return expressions.expression(argument, inside);
    });
    if (!decision || !key || !demand || !capacity || more.length > 0) {
      return expressions.fail('type/bad-argument', span, {
        message: `\`${name}\` takes a decision, a key, a demand and a capacity`,
        help: `\`${name}(request.controllable_host, host.host_id, request.cores, host.cores)\``,
      });
    }
    if (decision.kind !== 'decision') {
      return expressions.fail('type/bad-argument', decision.span, {
        message: `the first argument of \`${name}\` is a controllable column`,
      });
    }
    for (const [argument, what] of [
      [key, 'key'],
      [demand, 'demand'],
      [capacity, 'capacity'],
    ] as const) {
      if (!isGround(argument)) {
        return expressions.unsupported(
          argument.span,
          `a ${what} that depends`,
          'sum the demands with `group by` and `sum(...)`',
        );
      }
    }
    return { kind: 'capacity', name, decision, key, demand, capacity, sql: [], span };
  }
}
