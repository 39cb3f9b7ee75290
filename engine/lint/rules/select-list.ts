import { cover } from '../../base/source.js';
import type { Span } from '../../base/source.js';
import type { Expression } from '../../lang/ast.js';
import { visitExpression } from '../../lang/visit.js';
import { isAggregateCall } from '../../check/aggregate-call.js';
import { aliasesOf } from '../names.js';
import type { Rule } from '../rule.js';

/** The list of a constraint has no effect, and reads as if it had. */
export const selectList: Rule = ({ statement, cores }) => {
  const { clause, select } = statement;
  const [own] = cores;
  if (clause === null || own === undefined || select.core.values !== null) return [];
  const { columns, groupBy, distinct } = select.core;
  const [first] = columns;
  if (first === undefined || (columns.length === 1 && first.kind === 'star' && first.qualifier === null))
    return [];
  const spans = columns.map((column): Span => {
    if (column.kind === 'star') return column.span;
    return column.alias === null ? column.expression.span : cover(column.expression.span, column.alias.span);
  });
  const span = spans.reduce(cover);
  const aliases = aliasesOf(own);
  const uses = (expression: Expression, what: (part: Expression) => boolean): boolean => {
    let found = false;
    visitExpression(expression, (part) => (found ||= what(part)));
    return found;
  };
  const listed = columns.flatMap((column) => (column.kind === 'expression' ? [column.expression] : []));
  const isRead = own.expressions.some(
    (one) =>
      !listed.includes(one) &&
      uses(
        one,
        (part) =>
          part.kind === 'column' && part.qualifier === null && aliases.has(part.name.text.toLowerCase()),
      ),
  );
  // An aggregate makes one group of all rows, and `group by 1` counts the list.
  const groups = listed.some((one) => uses(one, (part) => part.kind === 'call' && isAggregateCall(part)));
  const counted = groupBy.some((key) => key.kind === 'literal');
  const safe = !isRead && !groups && !counted && !distinct;
  return [
    {
      span,
      message: 'the select list of a constraint has no effect',
      help: 'write `*`',
      fix: { span, replacement: '*', applicable: safe },
    },
  ];
};
