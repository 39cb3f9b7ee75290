import { nearestAll } from '../../base/suggest.js';
import { fromParts } from '../../lang/visit.js';
import type { Rule } from '../rule.js';

const BEFORE_JOIN = ['left', 'right', 'full', 'inner', 'cross', 'natural', 'outer'];

/** `from a lft join b` is an inner join with an alias `lft`. */
export const keywordAlias: Rule = ({ cores }) =>
  cores.flatMap(({ core }) =>
    fromParts(core.from).flatMap((item) => {
      const { alias } = item;
      if (alias === null) return [];
      const { source, start, end } = alias.span;
      const isBare = !/\bas\s+$/i.test(source.text.slice(Math.max(0, start - 20), start));
      const joins = /^\s+(?:outer\s+)?join\b/i.test(source.text.slice(end, end + 40));
      const [word] = isBare && joins ? nearestAll(alias.text, BEFORE_JOIN) : [];
      if (word === undefined) return [];
      return [
        {
          span: alias.span,
          message: `\`${alias.text}\` is read as an alias, and the join as an inner one`,
          help: `did you mean \`${word}\`? an alias after \`as\` is never in doubt`,
          fix: { span: alias.span, replacement: word, applicable: false },
        },
      ];
    }),
  );
