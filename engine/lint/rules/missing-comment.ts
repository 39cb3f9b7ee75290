import { positionAt } from '../../base/source.js';
import type { Rule } from '../rule.js';

/** A statement says in a comment above it what it is for. */
export const missingComment: Rule = ({ statement, lead }) => {
  const said = lead.some(({ text, trailing }) => !trailing && !/^--\s*edict:ignore\b/.test(text));
  if (said) return [];
  const { name } = statement;
  const { line } = positionAt(name.span.source, statement.span.start);
  return [
    {
      span: name.span,
      message: `\`${name.text}\` has no comment above it`,
      help: `say above line ${line} in a sentence what it is for; that is what people read first`,
    },
  ];
};
