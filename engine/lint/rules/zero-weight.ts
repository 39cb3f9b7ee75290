import type { Rule } from '../rule.js';

/** A soft constraint of weight 0 has no say. */
export const zeroWeight: Rule = ({ statement: { name, clause } }) => {
  if (clause?.weight == null || Number(clause.weight.text.replaceAll('_', '')) !== 0) return [];
  return [
    {
      span: clause.weight.span,
      message: `\`${name.text}\` has weight 0 and so no say`,
      help: 'give it a weight, or drop it',
    },
  ];
};
