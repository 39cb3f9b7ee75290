import type { Rule } from '../rule.js';

const SOFT = new Set([
  'prefer',
  'preferred',
  'prefers',
  'preference',
  'soft',
  'maximize',
  'minimize',
  'favour',
  'favor',
  'wish',
]);
const HARD = new Set(['must', 'require', 'required', 'requires', 'forbid', 'forbidden', 'never', 'hard']);

/** A name that promises the other kind of constraint. */
export const misleadingName: Rule = ({ statement: { name, clause } }) => {
  if (clause === null) return [];
  const isHard = clause.kind === 'check';
  const wrong = isHard ? SOFT : HARD;
  const word = name.text
    .toLowerCase()
    .split('_')
    .find((one) => wrong.has(one));
  if (word === undefined) return [];
  return [
    {
      span: name.span,
      message: isHard
        ? `\`${name.text}\` is a hard constraint, \`${word}\` says it is a wish`
        : `\`${name.text}\` is a wish, \`${word}\` says it must hold`,
      help: isHard ? 'rename it, or write `maximize`' : 'rename it, or write `check`',
    },
  ];
};
