import type { Rule } from '../rule.js';

/** A view of the policy set that no policy reads. */
export const unusedView: Rule = (own, { statements }) => {
  const { name, clause } = own.statement;
  if (clause !== null) return [];
  const wanted = name.text.toLowerCase();
  const isRead = statements.some(
    (other) =>
      other !== own &&
      other.cores.some(({ sources }) =>
        sources.some(({ item }) => item.kind === 'table' && item.name.text.toLowerCase() === wanted),
      ),
  );
  if (isRead) return [];
  return [
    {
      span: name.span,
      message: `no policy reads the view \`${name.text}\``,
      help: 'drop it, or name it in a policy',
    },
  ];
};
