import { unreachable } from '../base/assert.js';
import type {
  BooleanNode,
  Capacity,
  ClassMap,
  LinearExpression,
  Literal,
  Loads,
  Model,
  NumericNode,
  TermOf,
  Variable,
} from './model.js';
import { isNegated, nodeOf } from './model.js';

/** Longer lists are cut in the middle of a line, with their length. */
const SHOWN = 40;

const list = (items: readonly string[], separator = ' '): string =>
  items.length <= SHOWN
    ? items.join(separator)
    : `${items.slice(0, SHOWN).join(separator)} ... (${items.length} in all)`;

const literalText = (literal: Literal): string => `${isNegated(literal) ? '!' : ''}n${nodeOf(literal)}`;
const boundText = (bound: number | null, missing: string): string =>
  bound === null ? missing : String(bound);

function termText(of: TermOf): string {
  switch (of.kind) {
    case 'variable':
      return `v${of.variable}`;
    case 'literal':
      return literalText(of.literal);
    case 'numeric':
      return `w${of.numeric}`;
    default:
      return unreachable(of);
  }
}

function expressionText({ constant, terms }: LinearExpression): string {
  const parts = terms.map(({ of, coefficient }) => `${coefficient}*${termText(of)}`);
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return list(parts, ' + ');
}

function domainText({ values, lo, hi }: Variable): string {
  if (values !== null) return `{${list(values.map(String))}}`;
  return `[${boundText(lo, '-inf')}, ${boundText(hi, 'inf')}]`;
}

function capacityText({ items, keys }: Capacity): string {
  const asked = items.map(
    ({ variable, demand, presence }) =>
      `${demand}@v${variable}${presence === null ? '' : `?${literalText(presence)}`}`,
  );
  return `items ${list(asked)}; keys ${list(keys.map(({ key, capacity }) => `${key}:${capacity}`))}`;
}

function sideText(variable: number, classes: ClassMap | null, names: Map<ClassMap, string>): string {
  if (classes === null) return `v${variable}`;
  const name = names.get(classes) ?? `c${names.size}`;
  names.set(classes, name);
  return `${name}(v${variable})`;
}

function nodeText(node: BooleanNode, names: Map<ClassMap, string>): string {
  switch (node.kind) {
    case 'true':
      return 'true';
    case 'member':
      return `v${node.variable} in {${list(node.values.map(String))}}`;
    case 'atMost':
      return `v${node.variable} <= ${node.bound}`;
    case 'linear':
      return `${boundText(node.lo, '-inf')} <= ${expressionText(node.expression)} <= ${boundText(node.hi, 'inf')}`;
    case 'same':
      return `${sideText(node.left, node.leftClasses, names)} = ${sideText(node.right, node.rightClasses, names)}`;
    case 'or':
      return `or ${list(node.literals.map(literalText))}`;
    default:
      return unreachable(node);
  }
}

function loadsText({ items, classes }: Loads, names: Map<ClassMap, string>): string {
  const counted = items.map(
    ({ variable, demand, presence }) =>
      `${demand}@${sideText(variable, classes, names)}${presence === null ? '' : `?${literalText(presence)}`}`,
  );
  return list(counted);
}

function numericText(numeric: NumericNode, loads: Map<Loads, string>): string {
  switch (numeric.kind) {
    case 'when':
      return `when ${literalText(numeric.literal)}: ${expressionText(numeric.expression)}`;
    case 'balance':
      return `balance ${capacityText(numeric.capacity)}`;
    case 'extreme': {
      const entries = numeric.entries.map(
        ({ literal, expression }) => `${literalText(literal)}: ${expressionText(expression)}`,
      );
      return `${numeric.greatest ? 'max' : 'min'} ${list(entries, '; ')}`;
    }
    case 'product':
      return `(${expressionText(numeric.left)}) * (${expressionText(numeric.right)})`;
    case 'quotient':
      return `(${expressionText(numeric.dividend)}) / (${expressionText(numeric.divisor)})`;
    case 'load': {
      const name = loads.get(numeric.loads) ?? `l${loads.size}`;
      loads.set(numeric.loads, name);
      return `load ${name} at ${numeric.key}`;
    }
    default:
      return unreachable(numeric);
  }
}

/**
 * The model as text, one line per part; equal models give equal text.
 * `v` numbers variables, `n` Boolean nodes (`!` negates), `w` numeric nodes, `c` class maps and
 * `l` loads in order of first use.
 */
export function dump(model: Model): string {
  const lines: string[] = [];
  const names = new Map<ClassMap, string>();
  const loads = new Map<Loads, string>();
  model.variables.forEach((variable, id) => {
    const hint = model.hints[id] ?? null;
    lines.push(`v${id} ${variable.label} in ${domainText(variable)}${hint === null ? '' : ` hint ${hint}`}`);
  });
  model.nodes.forEach((node, id) => lines.push(`n${id} ${nodeText(node, names)}`));
  model.numerics.forEach((numeric, id) => lines.push(`w${id} ${numericText(numeric, loads)}`));
  for (const [items, name] of loads) lines.push(`${name} ${loadsText(items, names)}`);
  for (const [classes, name] of names) {
    lines.push(`${name} ${list([...classes].map(([value, kind]) => `${value}:${kind}`))}`);
  }
  for (const constraint of model.constraints) {
    const text =
      constraint.kind === 'assert'
        ? `assert ${literalText(constraint.literal)}`
        : `capacity ${capacityText(constraint.capacity)}`;
    lines.push(`${text} (origin ${constraint.origin})`);
  }
  for (const { priority, soft } of model.objectives) {
    for (const { name, weight, expression } of soft) {
      lines.push(`maximise at ${priority}: ${name} = ${expressionText(expression)} weight ${weight}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
