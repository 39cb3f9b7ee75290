import type { Expression, Select } from '../../lang/ast.js';
import type { Finding, Rule } from '../rule.js';

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** What a count compared with a number asks: whether there is a row, or none; null where it asks more. */
function asks(operator: Comparison, number: string): 'some' | 'none' | null {
  const question = `${operator} ${number}`;
  if (['> 0', '>= 1', '!= 0'].includes(question)) return 'some';
  return ['= 0', '< 1', '<= 0'].includes(question) ? 'none' : null;
}

/** The select whose rows `(select count(*) from ...)` counts, or null. */
function counted(expression: Expression): Select | null {
  if (expression.kind !== 'scalarSelect') return null;
  const { core, compound, limit, with: common } = expression.select;
  const [column, ...more] = core.columns;
  if (column?.kind !== 'expression' || more.length > 0 || core.from === null) return null;
  const call = column.expression;
  const isCount =
    call.kind === 'call' && call.name.text.toLowerCase() === 'count' && call.star && call.over === null;
  const plain = core.groupBy.length === 0 && core.having === null && compound.length === 0 && limit === null;
  return isCount && call.filter === null && plain && common === null ? expression.select : null;
}

/** Counting all rows to learn whether there is one: `exists` says it, and stops at the first. */
export const countExists: Rule = ({ cores }) =>
  cores.flatMap((core) => {
    const found: Finding[] = [];
    /** `free`: where a `not` may stand without parentheses. */
    const look = (expression: Expression, free: boolean): void => {
      if (expression.kind === 'binary') {
        const { operator, left, right } = expression;
        if (operator === 'and' || operator === 'or') {
          look(left, true);
          look(right, true);
          return;
        }
        if (operator in MIRRORED) compare(expression, operator as Comparison, left, right, free);
      }
      if (expression.kind === 'unary' && expression.operator === 'not') look(expression.operand, false);
    };
    const compare = (
      whole: Expression,
      operator: Comparison,
      left: Expression,
      right: Expression,
      free: boolean,
    ): void => {
      const [select, number, sign] =
        counted(left) === null
          ? [counted(right), left, MIRRORED[operator]]
          : [counted(left), right, operator];
      if (select === null || number.kind !== 'literal') return;
      const question = asks(sign, number.text);
      if (question === null) return;
      const { source, start, end } = select.span;
      const from = select.core.from?.span.start ?? end;
      const keyword = source.text.slice(start, from).toLowerCase().lastIndexOf('from');
      const rows = `exists (select 1 ${source.text.slice(start + keyword, end)})`;
      const instead = question === 'some' ? rows : free ? `not ${rows}` : `(not ${rows})`;
      found.push({
        span: whole.span,
        message: `this counts rows to learn whether there is ${question === 'some' ? 'one' : 'none'}`,
        help: question === 'some' ? 'write `exists (select ...)`' : 'write `not exists (select ...)`',
        fix: { span: whole.span, replacement: instead, applicable: keyword > 0 },
      });
    };
    for (const expression of core.expressions) look(expression, true);
    return found;
  });
