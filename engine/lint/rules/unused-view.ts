import type { Rule } from '../rule.js';

/** A view of the policy set that no policy reads. */
export const unusedView: Rule = (own, { readersOf }) => {
  const { name, clause } = own.statement;
  if (clause !== null) return [];
  const isRead = readersOf.get(name.text.toLowerCase())?.some((reader) => reader !== own) === true;
  if (isRead) return [];
  return [
    {
      span: name.span,
      message: `no policy reads the view \`${name.text}\``,
      help: 'drop it, or name it in a policy',
    },
  ];
};
