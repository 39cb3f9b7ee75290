import type { SourceFile, Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { Expression, PolicyStatement } from '../lang/ast.js';
import { parsePolicies } from '../lang/parser.js';
import { printPolicies } from '../lang/print.js';

/** A policy file with one small mistake in it, which its tests should notice. */
export interface Mutant {
  /** Bears the name of the original file. */
  readonly source: SourceFile;
  /** What was changed, in the original. */
  readonly span: Span;
  /** In words: "`<=` becomes `<`". */
  readonly change: string;
}

/** Every mutant of a file whose text is right, in the order of the text. */
export function mutantsOf(source: SourceFile): Mutant[] {
  const { statements } = parsePolicies(source);
  const mutants = statements.flatMap((statement, at) => {
    const replaced = (changed: PolicyStatement): SourceFile => ({
      name: source.name,
      text: printPolicies(statements.map((one, i) => (i === at ? changed : one))),
    });
    return mutations(statement).map(({ span, change, statement: changed }) => ({
      source: replaced(changed),
      span,
      change,
    }));
  });
  const known = new Set([printPolicies(statements)]);
  const different = mutants.filter(({ source: { text } }) => !known.has(text) && known.add(text));
  return different.sort((a, b) => a.span.start - b.span.start);
}

interface Mutation {
  readonly span: Span;
  readonly change: string;
  readonly statement: PolicyStatement;
}

function mutations(statement: PolicyStatement): Mutation[] {
  const { clause, name } = statement;
  const own: Mutation[] = [];
  if (clause !== null) {
    // Not the whole statement: what it reads must go on being decided.
    const text = clause.kind === 'check' ? '1' : '0';
    const nothing = { kind: 'literal', type: 'integer', text, span: clause.expression.span } as const;
    const change = `\`${name.text}\` asks for nothing`;
    own.push({
      span: name.span,
      change,
      statement: { ...statement, clause: { ...clause, expression: nothing } },
    });
    const turned = clause.kind === 'maximize' ? 'minimize' : 'maximize';
    if (clause.kind !== 'check') {
      const changed = { ...statement, clause: { ...clause, kind: turned } } as const;
      const change = `\`${clause.kind}\` becomes \`${turned}\``;
      own.push({ span: clause.expression.span, change, statement: changed });
    }
  }
  const changes: Mutation[] = [];
  visit(statement, (expression, replace) => {
    for (const { replacement, change } of alternatives(expression)) {
      changes.push({ span: expression.span, change, statement: replace(replacement) as PolicyStatement });
    }
  });
  return [...own, ...changes];
}

const TURNED: Readonly<Record<string, '=' | '!=' | '<' | '<=' | '>' | '>='>> = {
  '=': '!=',
  '!=': '=',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
};

function alternatives(expression: Expression): { replacement: Expression; change: string }[] {
  const becomes = (before: string, after: string): string => `\`${before}\` becomes \`${after}\``;
  const shown = (one: Expression): string => textOf(one.span).replace(/\s+/g, ' ');
  switch (expression.kind) {
    case 'binary': {
      const { operator, left, right } = expression;
      const turned = TURNED[operator];
      if (turned !== undefined) {
        return [{ replacement: { ...expression, operator: turned }, change: becomes(operator, turned) }];
      }
      if (operator !== 'and') return [];
      return [
        { replacement: right, change: `\`${shown(left)}\` is left out` },
        { replacement: left, change: `\`${shown(right)}\` is left out` },
      ];
    }
    case 'literal': {
      if (expression.type !== 'integer' || !/^[0-9]{1,15}$/.test(expression.text)) return [];
      const value = Number(expression.text);
      return [value + 1, value - 1]
        .filter((other) => other >= 0)
        .map((other) => ({
          replacement: { ...expression, text: String(other) },
          change: becomes(expression.text, String(other)),
        }));
    }
    case 'inList':
    case 'inSelect':
    case 'nullTest':
    case 'between': {
      const change = expression.negated ? '`not` is left out' : '`not` is added';
      return [{ replacement: { ...expression, negated: !expression.negated }, change }];
    }
    default:
      return [];
  }
}

/** Ways from an `exists` to what its select selects. */
const SELECT_PARTS = new Set(['select', 'core', 'compound']);

const KINDS = new Set(['binary', 'literal', 'inList', 'inSelect', 'nullTest', 'between']);

/**
 * Walks all of a tree and hands over each expression that can be changed, with a function that gives the tree
 * with another one in its place. It goes by the shape of the data, so that no part of a select is forgotten.
 */
function visit(
  tree: unknown,
  use: (expression: Expression, replace: (by: Expression) => unknown) => void,
  replace: (by: unknown) => unknown = (by) => by,
  isExists = false,
): void {
  if (typeof tree !== 'object' || tree === null) return;
  if (Array.isArray(tree)) {
    tree.forEach((item: unknown, i) => {
      visit(item, use, (by) => replace(tree.map((other: unknown, j) => (i === j ? by : other))), isExists);
    });
    return;
  }
  if ('kind' in tree && 'span' in tree && typeof tree.kind === 'string' && KINDS.has(tree.kind)) {
    use(tree as Expression, replace);
  }
  const exists = isExists || ('kind' in tree && tree.kind === 'exists');
  for (const [key, value] of Object.entries(tree)) {
    // What `exists` selects makes no difference.
    if (key === 'span' || (exists && key === 'columns')) continue;
    visit(value, use, (by) => replace({ ...tree, [key]: by }), exists && SELECT_PARTS.has(key));
  }
}
