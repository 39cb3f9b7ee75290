import { bodyOf } from '../lint-set.js';
import type { Rule } from '../rule.js';

/** Two constraints that say the same under two names. */
export const repeatedPolicy: Rule = (own, { byBody }) => {
  const { name, clause } = own.statement;
  const [twin] = byBody.get(bodyOf(own) ?? '') ?? [];
  if (clause === null || twin === undefined || twin === own) return [];
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
