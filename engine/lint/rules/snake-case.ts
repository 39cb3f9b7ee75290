import { strip } from '../../base/strip.js';
import type { Rule } from '../rule.js';

const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

function snakeCase(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return strip(words, '_').toLowerCase();
}

/** Policies and views are named in lower case with underscores, as tables are. */
export const snakeCaseName: Rule = ({ statement: { name } }) => {
  if (SNAKE.test(name.text)) return [];
  const better = snakeCase(name.text);
  return [
    {
      span: name.span,
      message: `the name \`${name.text}\` is not in snake case`,
      ...(SNAKE.test(better) ? { help: `call it \`${better}\`` } : {}),
    },
  ];
};
