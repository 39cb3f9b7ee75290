/** The slice of the policy language that the oracle speaks: a tree of its own, and how it is written. */

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type AggregateName = 'sum' | 'count' | 'any' | 'all' | 'all_different' | 'all_equal';

export type Expr =
  | { readonly k: 'value'; readonly value: number | string | null }
  | { readonly k: 'column'; readonly alias: string; readonly column: string }
  | { readonly k: 'arith'; readonly op: '+' | '-' | '*'; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'neg'; readonly a: Expr }
  | { readonly k: 'cmp'; readonly op: Comparison; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'and' | 'or'; readonly a: Expr; readonly b: Expr }
  | { readonly k: 'not'; readonly a: Expr }
  | { readonly k: 'isNull'; readonly not: boolean; readonly a: Expr }
  | { readonly k: 'between'; readonly not: boolean; readonly a: Expr; readonly lo: Expr; readonly hi: Expr }
  | { readonly k: 'in'; readonly not: boolean; readonly a: Expr; readonly list: readonly Expr[] }
  | { readonly k: 'inSelect'; readonly not: boolean; readonly a: Expr; readonly select: Select }
  | { readonly k: 'exists'; readonly not: boolean; readonly select: Select }
  | { readonly k: 'scalar'; readonly select: Select }
  | {
      readonly k: 'aggregate';
      readonly name: AggregateName;
      readonly distinct?: boolean;
      /** null: `count(*)`. */
      readonly arg: Expr | null;
      readonly filter: Expr | null;
    }
  | Capacity;

export interface Capacity {
  readonly k: 'capacity';
  readonly name: 'capacity_constraint' | 'capacity' | 'balance';
  readonly decision: Expr;
  readonly key: Expr;
  readonly demand: Expr;
  readonly capacity: Expr;
}

export interface Source {
  readonly alias: string;
  readonly relation: string;
  /** Written as a sub-select that passes every column on. */
  readonly nested?: boolean;
  /** How it is joined to what stands before it; the first one is `comma`. */
  readonly join: 'comma' | 'inner' | 'left';
  /** Operands of the `and` chain. */
  readonly on: readonly Expr[];
}

export interface Select {
  /** Only where it changes nothing: in a list. */
  readonly distinct?: boolean;
  readonly from: readonly Source[];
  readonly where: readonly Expr[];
  readonly groupBy: readonly Expr[];
  readonly having: readonly Expr[];
  readonly out: readonly { readonly name: string; readonly expr: Expr }[];
}

export interface Policy {
  readonly name: string;
  readonly select: Select;
  readonly clause: 'check' | 'maximize' | 'minimize';
  /** Conjuncts of a check; the one term of a soft policy. */
  readonly parts: readonly Expr[];
  readonly weight: number;
  readonly priority: number;
}

export interface View {
  readonly name: string;
  readonly select: Select;
  /** True for a view of the policy set, false for one of the database. */
  readonly ofPolicies: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: 'int' | 'text';
  readonly decision: boolean;
  /** Values a decision may take. */
  readonly domain: readonly (number | string)[];
}

export interface Table {
  readonly name: string;
  readonly ddl: string;
  /** The first one is the primary key. */
  readonly columns: readonly Column[];
  /** In the order of the columns; decisions hold what is stored before the solve. */
  readonly rows: readonly (readonly (number | string | null)[])[];
}

/** One case: a database and a policy set. */
export interface World {
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly policies: readonly Policy[];
}

export function printValue(value: number | string | null): string {
  if (value === null) return 'null';
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

export function print(expr: Expr): string {
  const not = (negated: boolean): string => (negated ? 'not ' : '');
  switch (expr.k) {
    case 'value':
      return printValue(expr.value);
    case 'column':
      return `${expr.alias}.${expr.column}`;
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

export function printSelect(select: Select): string {
  const from = select.from.map((source, i) => {
    // Blanks around the name keep it findable in the text.
    const whole = source.nested === true ? `(select * from ${source.relation} as whole)` : source.relation;
    const name = `${whole} as ${source.alias}`;
    if (i === 0) return name;
    if (source.join === 'comma') return `, ${name}`;
    return ` ${source.join === 'left' ? 'left join' : 'join'} ${name}${chain('on', source.on)}`;
  });
  const out = select.out.length === 0 ? '*' : select.out.map(({ name, expr }) => `${print(expr)} as ${name}`);
  const groupBy = select.groupBy.length === 0 ? '' : ` group by ${select.groupBy.map(print).join(', ')}`;
  return (
    `select ${select.distinct === true ? 'distinct ' : ''}${typeof out === 'string' ? out : out.join(', ')} from ${from.join('')}` +
    `${chain('where', select.where)}${groupBy}${chain('having', select.having)}`
  );
}

export function printPolicy(policy: Policy): string {
  const { name, select, clause, parts, weight, priority } = policy;
  const weighed = clause === 'check' ? '' : ` weight ${weight} priority ${priority}`;
  return `create constraint ${name} as ${printSelect(select)} ${clause} ${parts.map(print).join(' and ')}${weighed}`;
}

/** Statements that make the database, and the text of the policy set. */
export function printWorld(world: World): { database: string[]; policies: string } {
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
  };
}
