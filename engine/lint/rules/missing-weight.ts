import { softKey } from '../lint-set.js';
import type { Rule } from '../rule.js';

/** Where several soft constraints share a priority, each says its weight: they add up. */
export const missingWeight: Rule = (own, { rivals }) => {
  const { clause, name } = own.statement;
  if (clause === null || clause.kind === 'check' || clause.weight !== null) return [];
  const level = clause.priority?.value ?? 0;
  const [first, second] = rivals.get(softKey(own) ?? '') ?? [];
  const rival = first === own ? second : first;
  if (rival === undefined) return [];
  const { source, end } = clause.expression.span;
  return [
    {
      span: name.span,
      message: `\`${name.text}\` has no weight, and adds up with \`${rival.statement.name.text}\` at priority ${level}`,
      notes: [{ message: 'the other one is here', span: rival.statement.name.span }],
      help: 'say `weight 1`, so that who changes the other sees what it is measured against',
      fix: { span: { source, start: end, end }, replacement: ' weight 1', applicable: true },
    },
  ];
};
