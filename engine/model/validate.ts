import type { Capacity, ClassMap, LinearExpression, Literal, Loads, Model, VariableId } from './model.js';
import { numericParts } from './numeric-parts.js';
import { evaluationOrder } from './order.js';

/** Problems beyond this many are not listed. */
const LISTED = 20;

/** What every check writes to; lists that many variables share are looked at once. */
class Findings {
  readonly problems: string[] = [];
  private readonly classMaps = new Set<ClassMap>();
  private readonly known = new Set<Loads>();

  constructor(private readonly model: Model) {}

  expect(condition: boolean, problem: () => string): void {
    if (!condition && this.problems.length < LISTED) this.problems.push(problem());
  }

  integer(value: number | null, where: string): void {
    this.expect(value === null || Number.isSafeInteger(value), () => `${where} is no safe integer`);
  }

  list(values: readonly number[], where: string): void {
    if (ascending.has(values)) return;
    let last = -Infinity;
    for (const value of values) {
      if (!Number.isSafeInteger(value) || value <= last) {
        this.expect(false, () => `${where} is no ascending list of safe integers`);
        return;
      }
      last = value;
    }
    ascending.add(values);
  }

  variable(id: VariableId, where: string): void {
    this.expect(this.model.variables[id] !== undefined, () => `${where} names variable ${id}, which is none`);
  }

  literal(literal: Literal, where: string): void {
    this.expect(
      Number.isInteger(literal) && literal >= 0 && literal >> 1 < this.model.nodes.length,
      () => `${where} names literal ${literal}, which is none`,
    );
  }

  classes(classes: ClassMap | null, where: string): void {
    if (classes === null || this.classMaps.has(classes)) return;
    this.classMaps.add(classes);
    for (const [value, kind] of classes) {
      this.integer(value, `a value of ${where}`);
      this.integer(kind, `a class of ${where}`);
    }
  }

  expression(expression: LinearExpression, where: string): void {
    this.integer(expression.constant, `the constant of ${where}`);
    for (const { of, coefficient } of expression.terms) {
      this.integer(coefficient, `a coefficient of ${where}`);
      if (of.kind === 'variable') this.variable(of.variable, where);
      else if (of.kind === 'literal') this.literal(of.literal, where);
      else {
        this.expect(
          this.model.numerics[of.numeric] !== undefined,
          () => `${where} names numeric ${of.numeric}, which is none`,
        );
      }
    }
  }

  loads(loads: Loads, where: string): void {
    if (this.known.has(loads)) return;
    this.known.add(loads);
    for (const { variable, demand, presence } of loads.items) {
      this.variable(variable, where);
      this.expect(Number.isSafeInteger(demand) && demand !== 0, () => `a demand of ${where} is no amount`);
      if (presence !== null) this.literal(presence, where);
    }
    this.classes(loads.classes, `the class map of ${where}`);
  }

  capacity(capacity: Capacity, where: string): void {
    for (const { variable, demand, presence } of capacity.items) {
      this.variable(variable, where);
      this.expect(Number.isSafeInteger(demand) && demand >= 0, () => `a demand of ${where} is no count`);
      if (presence !== null) this.literal(presence, where);
    }
    if (orderedKeys.has(capacity.keys)) return;
    let last = -Infinity;
    for (const { key, capacity: limit } of capacity.keys) {
      if (!Number.isSafeInteger(key) || key <= last) {
        this.expect(false, () => `the keys of ${where} do not ascend`);
        return;
      }
      if (!Number.isSafeInteger(limit) || limit < 0) {
        this.expect(false, () => `a capacity of ${where} is no count`);
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
    const where = `variable ${id}`;
    findings.integer(lo, `the lower end of ${where}`);
    findings.integer(hi, `the upper end of ${where}`);
    if (values !== null) findings.list(values, `the domain of ${where}`);
    else findings.expect(lo === null || hi === null || lo <= hi, () => `the interval of ${where} is empty`);
  });
  findings.expect(
    model.hints.length === model.variables.length,
    () => 'there is not one hint per variable, or null',
  );
}

function checkNodes(model: Model, findings: Findings): void {
  findings.expect(model.nodes[0]?.kind === 'true', () => 'node 0 is not `true`');
  model.nodes.forEach((node, id) => {
    const where = `node ${id}`;
    switch (node.kind) {
      case 'true':
        findings.expect(id === 0, () => `${where} is a second \`true\``);
        break;
      case 'member':
        findings.variable(node.variable, where);
        findings.list(node.values, `the list of ${where}`);
        break;
      case 'atMost':
        findings.variable(node.variable, where);
        findings.integer(node.bound, `the bound of ${where}`);
        break;
      case 'linear':
        findings.expression(node.expression, where);
        findings.integer(node.lo, `the lower bound of ${where}`);
        findings.integer(node.hi, `the upper bound of ${where}`);
        findings.expect(node.lo !== null || node.hi !== null, () => `${where} has no bound`);
        break;
      case 'same':
        findings.variable(node.left, where);
        findings.variable(node.right, where);
        findings.classes(node.leftClasses, `the left class map of ${where}`);
        findings.classes(node.rightClasses, `the right class map of ${where}`);
        break;
      case 'or':
        for (const literal of node.literals) findings.literal(literal, where);
    }
  });
  model.numerics.forEach((numeric, id) => {
    const where = `numeric ${id}`;
    const { literals, expressions, capacity, loads } = numericParts(numeric);
    if (loads !== null) findings.loads(loads, where);
    if (capacity !== null) findings.capacity(capacity, where);
    for (const literal of literals) findings.literal(literal, where);
    for (const expression of expressions) findings.expression(expression, where);
    if (numeric.kind === 'load') findings.integer(numeric.key, `the key of ${where}`);
    if (numeric.kind === 'extreme')
      findings.expect(numeric.entries.length > 0, () => `${where} has nothing to choose from`);
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
    if (constraint.kind === 'assert') findings.literal(constraint.literal, `constraint ${id}`);
    else findings.capacity(constraint.capacity, `constraint ${id}`);
  });
  let last = Infinity;
  for (const { priority, soft } of model.objectives) {
    findings.expect(priority < last, () => 'the priorities do not descend');
    last = priority;
    for (const { name, weight, expression } of soft) {
      findings.expect(Number.isFinite(weight), () => `the weight of ${name} is no number`);
      findings.expression(expression, `soft term ${name}`);
    }
  }
  if (findings.problems.length === 0) {
    const { cycle } = evaluationOrder(model);
    const name = cycle === null || cycle >= 0 ? `node ${cycle ?? 0}` : `numeric ${~cycle}`;
    findings.expect(cycle === null, () => `${name} reads itself`);
  }
  return findings.problems;
}
