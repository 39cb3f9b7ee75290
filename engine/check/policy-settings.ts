import type { Diagnostic } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { PolicyStatement } from '../lang/ast.js';

/** What a run sets for policies by name, in place of what their text says. */
export interface PolicySettings {
  /** Decimal texts by the name of a soft constraint. */
  readonly weights: ReadonlyMap<string, string>;
  readonly priorities: ReadonlyMap<string, number>;
  /** Policies that are reported and not enforced: a hard one may be violated, a soft one counts nothing. */
  readonly advisory: ReadonlySet<string>;
}

export const noSettings: PolicySettings = { weights: new Map(), priorities: new Map(), advisory: new Set() };

/** The statements as set, and those of them that are advisory hard constraints. Names are told apart without case. */
export function applySettings(
  statements: readonly PolicyStatement[],
  { weights, priorities, advisory }: PolicySettings,
): {
  readonly enforced: readonly PolicyStatement[];
  readonly advisory: readonly PolicyStatement[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const byName = new Map(statements.map((statement) => [statement.name.text.toLowerCase(), statement]));
  const diagnostics: Diagnostic[] = [];
  const lookUp = (name: string, softOnly: boolean): void => {
    const found = byName.get(name.toLowerCase());
    if (found?.clause == null) {
      const names = statements.filter(({ clause }) => clause !== null).map((one) => one.name.text);
      diagnostics.push({
        code: 'bind/unknown-policy',
        severity: 'error',
        message: `the policy set has no constraint \`${name}\``,
        help: didYouMean(name, names),
      });
    } else if (softOnly && found.clause.kind === 'check') {
      diagnostics.push({
        code: 'bind/unknown-policy',
        severity: 'error',
        message: `\`${name}\` is a hard constraint, which has no weight and no priority`,
        span: found.name.span,
        help: 'make it advisory, or leave it out of the policies',
      });
    }
  };
  for (const name of [...weights.keys(), ...priorities.keys()]) lookUp(name, true);
  for (const name of advisory) lookUp(name, false);
  const lower = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].map(([name, value]) => [name.toLowerCase(), value]));
  const weightOf = lower(weights);
  const priorityOf = lower(priorities);
  const isAdvisory = new Set([...advisory].map((name) => name.toLowerCase()));
  const set = statements.map((statement): PolicyStatement => {
    const { clause, name } = statement;
    if (clause === null || clause.kind === 'check') return statement;
    const key = name.text.toLowerCase();
    const weight = isAdvisory.has(key) ? '0' : weightOf.get(key);
    const priority = priorityOf.get(key);
    return {
      ...statement,
      clause: {
        ...clause,
        weight: weight === undefined ? clause.weight : { text: weight, span: name.span },
        priority: priority === undefined ? clause.priority : { value: priority, span: name.span },
      },
    };
  });
  const isLoose = ({ clause, name }: PolicyStatement): boolean =>
    clause?.kind === 'check' && isAdvisory.has(name.text.toLowerCase());
  return {
    enforced: set.filter((statement) => !isLoose(statement)),
    advisory: set.filter(isLoose),
    diagnostics,
  };
}
