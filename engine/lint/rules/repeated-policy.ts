import { printStatement } from '../../lang/print.js';
import type { LintStatement, Rule } from '../rule.js';

/** All of a constraint but its name. */
function bodyOf({ statement }: LintStatement): string {
  return printStatement({ ...statement, name: { ...statement.name, text: 'x' } });
}

/** Two constraints that say the same under two names. */
export const repeatedPolicy: Rule = (own, { statements }) => {
  const { name, clause } = own.statement;
  if (clause === null) return [];
  const before = statements.slice(0, statements.indexOf(own));
  const body = bodyOf(own);
  const twin = before.find((other) => other.statement.clause !== null && bodyOf(other) === body);
  if (twin === undefined) return [];
  return [
    {
      span: name.span,
      message: `\`${name.text}\` says the same as \`${twin.statement.name.text}\``,
      notes: [{ message: 'the other one is here', span: twin.statement.name.span }],
      help:
        clause.kind === 'check'
          ? 'drop one of them'
          : 'drop one of them; both count, so its weight is doubled now',
    },
  ];
};
