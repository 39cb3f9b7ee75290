import { must } from '../base/assert.js';
import { byText } from '../base/order.js';
import type { SqlRecord, SqlValue } from '../base/sql-value.js';
import type { Relation } from '../catalog/catalog.js';
import type { Grounded } from '../ground/ground.js';
import type { Origin } from '../ground/provenance.js';
import type { TextCodes } from '../ground/symbol.js';
import type { DecisionCell } from '../ground/variables.js';
import type { LoweredPolicy } from '../lower/lower.js';
import type { Constraint, OriginId, VariableId } from '../model/model.js';
import { nodeOf } from '../model/model.js';
import { deepReads, readsOfItems } from '../solve/reads.js';

/** A row of a base table whose decisions a constraint reads. */
export interface MemberRow {
  readonly relation: Relation;
  readonly key: SqlRecord;
  readonly variables: ReadonlySet<VariableId>;
}

/**
 * What of a demand is left out or kept as one: a row of a join, a group with its member rows, a capacity with its
 * items and keys, or a unique key with the rows of its table.
 */
export interface Part {
  readonly demand: LoweredPolicy;
  readonly origin: Origin;
  /** The row, or the columns that a policy groups by; empty for what is about all rows. */
  readonly row: SqlRecord;
  readonly firstOrigin: OriginId;
  readonly constraints: readonly Constraint[];
  /** Rows that the part can do without, one by one; empty for a row that is itself the part. */
  readonly members: readonly MemberRow[];
  /** Keys of a capacity. */
  readonly keys: readonly number[];
}

const rowId = (relation: Relation, key: readonly SqlValue[]): string =>
  `${relation.name}\0${key.map((value) => `${typeof value}:${String(value)}`).join('\0')}`;

const keyOf = ({ relation, key }: DecisionCell): SqlValue[] =>
  relation.identity.map((name) => key[name] ?? null);

/** Cuts the constraints of some demands into parts; each part once, when it is first asked for. */
export class Parts {
  private readonly rowOf = new Map<VariableId, MemberRow>();
  private readonly byConstraint = new Map<Constraint, Part>();
  private readonly constraintsOf = new Map<LoweredPolicy['policy'], Constraint[]>();
  private readonly demandOf: ReadonlyMap<LoweredPolicy['policy'], LoweredPolicy>;
  readonly constraints: readonly Constraint[];

  constructor(
    readonly grounded: Grounded,
    demands: readonly LoweredPolicy[],
  ) {
    const rows = new Map<string, { variables: Set<VariableId>; row: MemberRow }>();
    for (const cell of grounded.cells) {
      const id = rowId(cell.relation, keyOf(cell));
      let known = rows.get(id);
      if (known === undefined) {
        const variables = new Set<VariableId>();
        known = { variables, row: { relation: cell.relation, key: cell.key, variables } };
        rows.set(id, known);
      }
      known.variables.add(cell.variable);
      this.rowOf.set(cell.variable, known.row);
    }
    this.demandOf = new Map(demands.map((demand) => [demand.policy, demand]));
    this.constraints = grounded.model.constraints.filter((constraint) => {
      const { policy } = this.originOf(constraint);
      if (!this.demandOf.has(policy)) return false;
      const known = this.constraintsOf.get(policy);
      if (known === undefined) this.constraintsOf.set(policy, [constraint]);
      else known.push(constraint);
      return true;
    });
  }

  /** Decision columns that a part reads, `table.column`, in order. */
  columnsOf({ constraints }: Part): string[] {
    const variables = new Set(constraints.flatMap((one) => this.variablesOf(one)));
    const cells = this.grounded.cells.filter(({ variable }) => variables.has(variable));
    return [...new Set(cells.map(({ relation, column }) => `${relation.name}.${column}`))].sort(byText);
  }

  private originOf({ origin }: Constraint): Origin {
    return must(this.grounded.origins[origin], 'origin');
  }

  of(constraint: Constraint): Part {
    const known = this.byConstraint.get(constraint);
    if (known !== undefined) return known;
    const part = this.cut(constraint);
    for (const one of part.constraints) this.byConstraint.set(one, part);
    return part;
  }

  private cut(constraint: Constraint): Part {
    const origin = this.originOf(constraint);
    const demand = must(this.demandOf.get(origin.policy), 'demand');
    const own = ownRows(origin);
    const common = { demand, origin, row: origin.row, firstOrigin: constraint.origin };
    if (origin.implied && own.size > 1) {
      // Pairs of rows of one table: what a unique key needs to clash is rows, not pairs.
      const constraints = must(this.constraintsOf.get(origin.policy), 'constraints');
      const rows = new Set(constraints.flatMap((one) => this.rowsOf(one)));
      return { ...common, row: {}, constraints, members: inKeyOrder([...rows]), keys: [] };
    }
    const rows = this.rowsOf(constraint);
    const isRow = rows.every(({ relation, key }) =>
      own.has(
        rowId(
          relation,
          relation.identity.map((name) => key[name] ?? null),
        ),
      ),
    );
    if (constraint.kind === 'capacity') {
      const keys = constraint.capacity.keys.map(({ key }) => key);
      return { ...common, constraints: [constraint], members: rows, keys };
    }
    return { ...common, constraints: [constraint], members: isRow ? [] : rows, keys: [] };
  }

  /** Rows whose decisions a constraint reads, by table and key. */
  private rowsOf(constraint: Constraint): MemberRow[] {
    return inKeyOrder([...new Set(this.variablesOf(constraint).flatMap((one) => this.rowOf.get(one) ?? []))]);
  }

  private variablesOf(constraint: Constraint): readonly VariableId[] {
    const { model } = this.grounded;
    if (constraint.kind === 'assert') return deepReads(model, nodeOf(constraint.literal)).variables;
    const { variables, nodes } = readsOfItems(model, constraint.capacity);
    return [...variables, ...nodes.flatMap((node) => deepReads(model, node).variables)];
  }
}

function inKeyOrder(rows: readonly MemberRow[]): MemberRow[] {
  const compare = (a: SqlValue, b: SqlValue): number =>
    typeof a === 'number' && typeof b === 'number' ? a - b : byText(String(a), String(b));
  return [...rows].sort((a, b) => {
    if (a.relation !== b.relation) return byText(a.relation.name, b.relation.name);
    const at = a.relation.identity.find((name) => compare(a.key[name] ?? null, b.key[name] ?? null) !== 0);
    return at === undefined ? 0 : compare(a.key[at] ?? null, b.key[at] ?? null);
  });
}

/** Base rows that the row of an origin names by their whole identity. */
function ownRows({ policy, row }: Origin): ReadonlySet<string> {
  const own = new Set<string>();
  for (const { name, source } of policy.select.items) {
    if (source.kind !== 'table') continue;
    const { relation } = source;
    const cells = relation.identity.map(
      (column) => row[`${name === '' ? relation.name : name}.${column}`] ?? null,
    );
    if (relation.identity.length > 0 && !cells.includes(null)) own.add(rowId(relation, cells));
  }
  return own;
}

/** How the rows of a table are called in a policy: by their only alias, else by the table's name. */
export function memberRecord({ policy }: LoweredPolicy, { relation, key }: MemberRow): SqlRecord {
  const names = policy.select.items.flatMap(({ name, source }) =>
    source.kind === 'table' && source.relation.name === relation.name ? [name] : [],
  );
  const [only, ...more] = names;
  const name = only === undefined || only === '' || more.length > 0 ? relation.name : only;
  return Object.fromEntries(relation.identity.map((column) => [`${name}.${column}`, key[column] ?? null]));
}

/** How a key of a capacity is called in its policy. */
export function keyRecord({ keys }: Origin, texts: TextCodes, key: number): SqlRecord {
  return { [keys?.name ?? 'key']: keys?.text === true ? (texts.text(key) ?? null) : key };
}
