import type { Capacity, ClassMap, LinearExpression, Literal, Loads, Model, VariableId } from './model.js';
import { numericParts } from './numeric-parts.js';
import { evaluationOrder } from './order.js';

/** Problems beyond this many are not listed. */
const LISTED = 20;
const SHORT = 8;

/** What every check writes to; lists that many variables share are looked at once. */
class Findings {
  readonly problems: string[] = [];
  private readonly classMaps = new Set<ClassMap>();
  private readonly known = new Set<Loads>();
  private kind = '';
  private id: number | string = 0;

  constructor(private readonly model: Model) {}

  /** Says what the following checks are of; its name is made only for a problem. */
  at(kind: string, id: number | string): void {
    this.kind = kind;
    this.id = id;
  }

  private get where(): string {
    return `${this.kind} ${this.id}`;
  }

  /** `problem` is told where. */
  expect(condition: boolean, problem: (where: string) => string): void {
    if (!condition && this.problems.length < LISTED) this.problems.push(problem(this.where));
  }

  integer(value: number | null, part: string): void {
    if (value === null || Number.isSafeInteger(value)) return;
    this.expect(false, (where) => `${part} of ${where} is no safe integer`);
  }

  list(values: readonly number[], part: string): void {
    // To remember a list takes longer than to walk over a short one.
    const isLong = values.length > SHORT;
    if (isLong && ascending.has(values)) return;
    let last = -Infinity;
    for (const value of values) {
      if (!Number.isSafeInteger(value) || value <= last) {
        this.expect(false, (where) => `${part} of ${where} is no ascending list of safe integers`);
        return;
      }
      last = value;
    }
    if (isLong) ascending.add(values);
  }

  variable(id: VariableId): void {
    if (this.model.variables[id] !== undefined) return;
    this.expect(false, (where) => `${where} names variable ${id}, which is none`);
  }

  literal(literal: Literal): void {
    if (Number.isInteger(literal) && literal >= 0 && literal >> 1 < this.model.nodes.length) return;
    this.expect(false, (where) => `${where} names literal ${literal}, which is none`);
  }

  classes(classes: ClassMap | null, part: string): void {
    if (classes === null || this.classMaps.has(classes)) return;
    this.classMaps.add(classes);
    for (const [value, kind] of classes) {
      this.integer(value, `a value of ${part}`);
      this.integer(kind, `a class of ${part}`);
    }
  }

  expression(expression: LinearExpression): void {
    this.integer(expression.constant, 'the constant');
    for (const { of, coefficient } of expression.terms) {
      this.integer(coefficient, 'a coefficient');
      if (of.kind === 'variable') this.variable(of.variable);
      else if (of.kind === 'literal') this.literal(of.literal);
      else if (this.model.numerics[of.numeric] === undefined)
        this.expect(false, (where) => `${where} names numeric ${of.numeric}, which is none`);
    }
  }

  loads(loads: Loads): void {
    if (this.known.has(loads)) return;
    this.known.add(loads);
    for (const { variable, demand, presence } of loads.items) {
      this.variable(variable);
      if (!Number.isSafeInteger(demand) || demand === 0)
        this.expect(false, (where) => `a demand of ${where} is no amount`);
      if (presence !== null) this.literal(presence);
    }
    this.classes(loads.classes, 'the class map');
  }

  capacity(capacity: Capacity): void {
    for (const { variable, demand, presence } of capacity.items) {
      this.variable(variable);
      if (!Number.isSafeInteger(demand) || demand < 0)
        this.expect(false, (where) => `a demand of ${where} is no count`);
      if (presence !== null) this.literal(presence);
    }
    if (orderedKeys.has(capacity.keys)) return;
    let last = -Infinity;
    for (const { key, capacity: limit } of capacity.keys) {
      if (!Number.isSafeInteger(key) || key <= last) {
        this.expect(false, (where) => `the keys of ${where} do not ascend`);
        return;
      }
      if (!Number.isSafeInteger(limit) || limit < 0) {
        this.expect(false, (where) => `a capacity of ${where} is no count`);
        return;
      }
      last = key;
    }
    orderedKeys.add(capacity.keys);
  }
}

/** Lists and keys found to be in order: models share them, also from tick to tick, and never change them. */
const ascending = new WeakSet<readonly number[]>();
const orderedKeys = new WeakSet<Capacity['keys']>();

function checkVariables(model: Model, findings: Findings): void {
  model.variables.forEach(({ lo, hi, values }, id) => {
    findings.at('variable', id);
    findings.integer(lo, 'the lower end');
    findings.integer(hi, 'the upper end');
    if (values !== null) findings.list(values, 'the domain');
    else if (lo !== null && hi !== null && lo > hi)
      findings.expect(false, (where) => `the interval of ${where} is empty`);
  });
  findings.expect(
    model.hints.length === model.variables.length,
    () => 'there is not one hint per variable, or null',
  );
}

function checkNodes(model: Model, findings: Findings): void {
  findings.expect(model.nodes[0]?.kind === 'true', () => 'node 0 is not `true`');
  model.nodes.forEach((node, id) => {
    findings.at('node', id);
    switch (node.kind) {
      case 'true':
        findings.expect(id === 0, (where) => `${where} is a second \`true\``);
        break;
      case 'member':
        findings.variable(node.variable);
        findings.list(node.values, 'the list');
        break;
      case 'atMost':
        findings.variable(node.variable);
        findings.integer(node.bound, 'the bound');
        break;
      case 'linear':
        findings.expression(node.expression);
        findings.integer(node.lo, 'the lower bound');
        findings.integer(node.hi, 'the upper bound');
        findings.expect(node.lo !== null || node.hi !== null, (where) => `${where} has no bound`);
        break;
      case 'same':
        findings.variable(node.left);
        findings.variable(node.right);
        findings.classes(node.leftClasses, 'the left class map');
        findings.classes(node.rightClasses, 'the right class map');
        break;
      case 'or':
        for (const literal of node.literals) findings.literal(literal);
    }
  });
  model.numerics.forEach((numeric, id) => {
    findings.at('numeric', id);
    const { literals, expressions, capacity, loads } = numericParts(numeric);
    if (loads !== null) findings.loads(loads);
    if (capacity !== null) findings.capacity(capacity);
    for (const literal of literals) findings.literal(literal);
    for (const expression of expressions) findings.expression(expression);
    if (numeric.kind === 'load') findings.integer(numeric.key, 'the key');
    if (numeric.kind === 'extreme')
      findings.expect(numeric.entries.length > 0, (where) => `${where} has nothing to choose from`);
  });
}

/**
 * Reasons why no solver can take the model; empty for a valid one.
 * Checks structure only: ids, safe integers, order of lists, no cycles. A zero coefficient is harmless and passes.
 */
export function validate(model: Model): string[] {
  const findings = new Findings(model);
  checkVariables(model, findings);
  checkNodes(model, findings);
  model.constraints.forEach((constraint, id) => {
    findings.at('constraint', id);
    if (constraint.kind === 'assert') findings.literal(constraint.literal);
    else findings.capacity(constraint.capacity);
  });
  let last = Infinity;
  for (const { priority, soft } of model.objectives) {
    findings.expect(priority < last, () => 'the priorities do not descend');
    last = priority;
    for (const { name, weight, expression } of soft) {
      findings.at('soft term', name);
      findings.expect(Number.isFinite(weight), () => `the weight of ${name} is no number`);
      findings.expression(expression);
    }
  }
  if (findings.problems.length === 0) {
    const { cycle } = evaluationOrder(model);
    const name = cycle === null || cycle >= 0 ? `node ${cycle ?? 0}` : `numeric ${~cycle}`;
    findings.expect(cycle === null, () => `${name} reads itself`);
  }
  return findings.problems;
}
