import type { Expr, Policy, Select, Value, World } from './language.js';

/** A world as text. */

export function printValue(value: Value): string {
  if (value === null) return 'null';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

export function print(expr: Expr): string {
  const not = (negated: boolean): string => (negated ? 'not ' : '');
  switch (expr.k) {
    case 'value':
      return printValue(expr.value);
    case 'column':
      return expr.alias === '' ? expr.column : `${expr.alias}.${expr.column}`;
    case 'arith':
    case 'cmp':
      return `(${print(expr.a)} ${expr.op} ${print(expr.b)})`;
    case 'neg':
      return `(- ${print(expr.a)})`;
    case 'and':
    case 'or':
      return `(${print(expr.a)} ${expr.k} ${print(expr.b)})`;
    case 'not':
      return `(not ${print(expr.a)})`;
    case 'isNull':
      return `(${print(expr.a)} is ${not(expr.not)}null)`;
    case 'between':
      return `(${print(expr.a)} ${not(expr.not)}between ${print(expr.lo)} and ${print(expr.hi)})`;
    case 'in':
      return `(${print(expr.a)} ${not(expr.not)}in (${expr.list.map(print).join(', ')}))`;
    case 'inSelect':
      return `(${print(expr.a)} ${not(expr.not)}in (${printSelect(expr.select)}))`;
    case 'exists':
      return `(${not(expr.not)}exists (${printSelect(expr.select)}))`;
    case 'scalar':
      return `(${printSelect(expr.select)})`;
    case 'case': {
      const whens = expr.whens.map(({ when, then }) => `when ${print(when)} then ${print(then)}`).join(' ');
      const otherwise = expr.otherwise === null ? '' : ` else ${print(expr.otherwise)}`;
      return `(case ${expr.base === null ? '' : `${print(expr.base)} `}${whens}${otherwise} end)`;
    }
    case 'call':
      return `${expr.name}(${expr.args.map(print).join(', ')})`;
    case 'contains':
      return `contains(${print(expr.array)}, ${print(expr.a)})`;
    case 'aggregate': {
      const filter = expr.filter === null ? '' : ` filter (where ${print(expr.filter)})`;
      return `${expr.name}(${expr.distinct === true ? 'distinct ' : ''}${expr.arg === null ? '*' : print(expr.arg)})${filter}`;
    }
    case 'capacity':
      return `${expr.name}(${[expr.decision, expr.key, expr.demand, expr.capacity].map(print).join(', ')})`;
  }
}

const chain = (word: string, operands: readonly Expr[]): string =>
  operands.length === 0 ? '' : ` ${word} ${operands.map(print).join(' and ')}`;

export function printFrom(select: Select): string {
  return select.from
    .map((source, i) => {
      // Blanks around the name keep it findable in the text.
      const whole = source.nested === true ? `(select * from ${source.relation} as whole)` : source.relation;
      const name = `${whole} as ${source.alias}`;
      if (i === 0) return name;
      if (source.join === 'comma') return `, ${name}`;
      return ` ${source.join === 'left' ? 'left join' : 'join'} ${name}${chain('on', source.on)}`;
    })
    .join('');
}

export function printSelect(select: Select): string {
  const out = select.out.map(({ name, expr }) => `${print(expr)} as ${name}`).join(', ');
  return `select ${select.distinct === true ? 'distinct ' : ''}${out === '' ? '*' : out}${printBody(select)}`;
}

/** `from ...` and what follows it. */
export function printBody(select: Select): string {
  const groupBy = select.groupBy.length === 0 ? '' : ` group by ${select.groupBy.map(print).join(', ')}`;
  const orderBy = (select.orderBy ?? []).map(
    ({ by, descending }) => `${print(by)}${descending ? ' desc' : ''}`,
  );
  return (
    ` from ${printFrom(select)}${chain('where', select.where)}${groupBy}${chain('having', select.having)}` +
    (orderBy.length === 0 ? '' : ` order by ${orderBy.join(', ')}`)
  );
}

export function printPolicy(policy: Policy): string {
  const { name, select, clause, parts, weight, priority } = policy;
  const weighed = clause === 'check' ? '' : ` weight ${weight} priority ${priority}`;
  return `create constraint ${name} as ${printSelect(select)} ${clause} ${parts.map(print).join(' and ')}${weighed}`;
}

export interface PrintedWorld {
  /** Statements that make the database. */
  readonly database: readonly string[];
  /** The policy set, one statement a line. */
  readonly policies: string;
  /** Name of the statement on each line. */
  readonly names: readonly string[];
}

export function printWorld(world: World): PrintedWorld {
  const ofDatabase = world.views.filter((view) => !view.ofPolicies);
  const ofPolicies = world.views.filter((view) => view.ofPolicies);
  return {
    database: [
      ...world.tables.map((table) => table.ddl),
      ...ofDatabase.map((view) => `create view ${view.name} as ${printSelect(view.select)}`),
      ...world.tables.flatMap((table) =>
        table.rows.map((row) => `insert into ${table.name} values (${row.map(printValue).join(', ')})`),
      ),
    ],
    policies: [
      ...ofPolicies.map((view) => `create constraint ${view.name} as ${printSelect(view.select)}`),
      ...world.policies.map(printPolicy),
    ].join(';\n'),
    names: [...ofPolicies, ...world.policies].map(({ name }) => name),
  };
}
