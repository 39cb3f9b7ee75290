import type { Diagnostic, Note } from '../base/diagnostic.js';
import type { Relation } from '../catalog/catalog.js';
import { columnPlace } from '../check/column-clauses.js';
import type { Grounded } from '../ground/ground.js';
import { rowText } from '../ground/ground-error.js';
import type { DecisionCell } from '../ground/variables.js';
import type { LinearExpression, Model, Variable, VariableId } from '../model/model.js';
import { readVariables } from '../model/read-variables.js';
import { propagate } from '../solve/propagate.js';
import type { CompiledPolicies } from './compile.js';
import { readerOf } from './reader-of.js';

const HELP =
  'give it bounds with a `check` of its table, a foreign key, or a policy such as `in (select ...)`';

/** Where a decision's column is declared. */
function declared(relation: Relation, column: string): Note[] {
  const span = columnPlace(relation.source, column);
  return span === null ? [] : [{ message: 'it is declared here', span }];
}

/** Decisions that no schema, policy or bound gives a finite domain: they ask for one. */
export function unboundedDecisions(grounded: Grounded, compiled: CompiledPolicies): Diagnostic[] {
  const { model, cells } = grounded;
  const open = cells.filter(({ variable }) => model.variables[variable]?.values === null);
  if (open.length === 0) return [];
  const found = propagate(model);
  if (found.kind === 'infeasible') return [];
  const read = new Set(readVariables(model));
  const refused = new Set(found.unbounded);
  const seen = new Set<string>();
  return open.flatMap(({ relation, column, key, variable }): Diagnostic[] => {
    const domain = found.variables[variable];
    const isOpen = domain?.values === null && (domain.lo === null || domain.hi === null);
    if (!isOpen || (read.has(variable) && !refused.has(variable))) return [];
    const name = `${relation.name}.${column}`;
    if (seen.has(name)) return [];
    seen.add(name);
    return [
      {
        code: 'ground/unbounded-decision',
        severity: 'error',
        message: `the decision \`${name}\` has no finite domain in the row ${rowText(key)}`,
        span: readerOf(relation.name, compiled.policies)?.policy.statement.name.span,
        notes: declared(relation, column),
        help: HELP,
      },
    ];
  });
}

/** Soft constraints that grow for ever with some decision, each with the decisions at fault; asked where a solver found no best answer. */
export function unboundedObjectives(grounded: Grounded, compiled: CompiledPolicies): Diagnostic[] {
  const { model, cells } = grounded;
  const found = propagate(model);
  if (found.kind === 'infeasible') return [];
  const cellOf = new Map(cells.map((cell) => [cell.variable, cell]));
  return model.objectives.flatMap(({ soft }) =>
    soft.flatMap(({ name, weight, expression }): Diagnostic[] => {
      const policy = compiled.policies.find((one) => one.policy.name === name)?.policy;
      const growing = new Set<VariableId>();
      collectGrowing(model, found.variables, expression, weight, growing);
      const byColumn = new Map<string, DecisionCell>();
      for (const variable of growing) {
        const cell = cellOf.get(variable);
        if (cell === undefined) continue;
        const column = `${cell.relation.name}.${cell.column}`;
        if (!byColumn.has(column)) byColumn.set(column, cell);
      }
      const [first] = byColumn;
      if (policy === undefined || first === undefined) return [];
      const [column, { key }] = first;
      return [
        {
          code: 'solve/unbounded',
          severity: 'error',
          message: `\`${name}\` grows without bound with \`${column}\`, for example in the row ${rowText(key)}`,
          span: policy.statement.clause?.expression.span ?? policy.statement.name.span,
          notes: [...byColumn.values()].flatMap((cell) => declared(cell.relation, cell.column)),
          help: HELP,
        },
      ];
    }),
  );
}

/** Variables without an end on the side to which `factor * expression` grows. */
function collectGrowing(
  model: Model,
  variables: readonly Variable[],
  { terms }: LinearExpression,
  factor: number,
  into: Set<VariableId>,
): void {
  for (const { of, coefficient } of terms) {
    const slope = factor * coefficient;
    if (of.kind === 'variable') {
      const variable = variables[of.variable];
      if (slope !== 0 && variable?.values === null && (slope > 0 ? variable.hi : variable.lo) === null) {
        into.add(of.variable);
      }
    } else if (of.kind === 'numeric') {
      const numeric = model.numerics[of.numeric];
      if (numeric?.kind === 'when') collectGrowing(model, variables, numeric.expression, slope, into);
    }
  }
}
