import { dirname, resolve } from 'node:path';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import { digestText } from '../base/digest.js';
import type { SourceFile } from '../base/source.js';
import { didYouMean } from '../base/suggest.js';
import { parsePolicySet } from '../check/bind.js';
import type { PolicyStatement } from '../lang/ast.js';
import type { Name } from '../lang/ast.js';
import type { Controller } from '../loop/controller.js';
import { policyPaths } from '../loop/policy-paths.js';
import { packagePath, readPolicyPaths, shownPath } from '../store/files.js';
import { parseTestFile } from './parse-test-file.js';
import type { TestFile, Use } from './test-file.js';

/** A test file with everything it uses read. When a diagnostic is an error its tests must not be run. */
export interface LoadedTests {
  /** Absolute. */
  readonly path: string;
  readonly file: TestFile;
  /** Scripts that make the tables, in order. */
  readonly schemas: readonly SourceFile[];
  /** True where the database begins with all tables that `edict init` makes. */
  readonly isState: boolean;
  /** The policies under test. */
  readonly policies: readonly SourceFile[];
  readonly diagnostics: readonly Diagnostic[];
  /** SHA-256 of all texts: two loads with the same one have the same results. */
  readonly digest: string;
}

/** Reads a test file, its schema files and its policies. Throws DiagnosticError where the file itself is gone. */
export function loadTests(path: string, controllers: readonly Controller[]): LoadedTests {
  const [source] = readPolicyPaths([path]).map(named);
  if (source === undefined) throw new RangeError(`${path} is a folder`);
  const { file, diagnostics: found } = parseTestFile(source);
  const diagnostics = [...found];
  const schemas: SourceFile[] = [];
  const policies = new Map<string, SourceFile>();
  const add = (sources: readonly SourceFile[]): void => {
    for (const one of sources) if (!policies.has(one.name)) policies.set(one.name, one);
  };
  let isState = false;
  let names = false;
  for (const use of file.uses) {
    switch (use.kind) {
      case 'schema':
        schemas.push(...readUsed(use, path, diagnostics));
        break;
      case 'policies':
        names = true;
        add(readUsed(use, path, diagnostics));
        break;
      case 'controller':
        isState = true;
        break;
    }
  }
  for (const use of file.uses.filter(({ kind }) => kind === 'controller')) {
    const controller = controllerOf(use, controllers, diagnostics);
    if (!names && controller !== null) add(basePolicies(controller));
  }
  if (!names) add(siblingPolicies(path));
  const sources = [...policies.values()];
  if (sources.length === 0 && diagnostics.length === 0) diagnostics.push(noPolicies(source, path));
  if (sources.length > 0) diagnostics.push(...unknownConstraints(file, parsePolicySet(sources).statements));
  const texts = [source, ...schemas, ...sources].map(({ name, text }) => `${name}\0${text}`);
  return {
    path,
    file,
    schemas,
    isState,
    policies: sources,
    diagnostics,
    digest: digestText(texts.join('\0\0')),
  };
}

const named = ({ name, text }: SourceFile): SourceFile => ({ name: shownPath(resolve(name)), text });

/** Files named by a `use`, relative to the test file. */
function readUsed({ kind, text, span }: Use, testPath: string, diagnostics: Diagnostic[]): SourceFile[] {
  const path = resolve(dirname(testPath), text);
  try {
    const found = readPolicyPaths([path]);
    if (found.length > 0) return found.map(named);
    const message = `the folder \`${text}\` holds no ${kind === 'schema' ? 'SQL' : 'policy'} file`;
    diagnostics.push({ code: 'test/no-file', severity: 'error', message, span });
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const [first] = error.diagnostics;
    const message = first?.message.replaceAll(path, shownPath(path)) ?? error.message;
    const help = 'a path is relative to the test file';
    diagnostics.push({ code: 'test/no-file', severity: 'error', message, span, help });
  }
  return [];
}

function controllerOf(
  { text, span }: Use,
  controllers: readonly Controller[],
  diagnostics: Diagnostic[],
): Controller | null {
  const found = controllers.find((one) => one.name === text);
  if (found !== undefined) return found;
  const known = controllers.map((one) => one.name);
  const help = didYouMean(text, known) ?? `there is ${known.map((one) => `\`${one}\``).join(', ')}`;
  const message = `there is no controller \`${text}\``;
  diagnostics.push({ code: 'cli/unknown-name', severity: 'error', message, span, help });
  return null;
}

function basePolicies(controller: Controller): SourceFile[] {
  return readPolicyPaths(policyPaths(controller).map((one) => resolve(packagePath(), one))).map(named);
}

/** `host_ports.sql` beside `host_ports.test.sql`, where it is there. */
function siblingPolicies(testPath: string): SourceFile[] {
  try {
    return readPolicyPaths([siblingOf(testPath)]).map(named);
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return [];
  }
}

const siblingOf = (testPath: string): string => testPath.replace(/(?:\.test)?\.sql$/, '.sql');

function noPolicies(source: SourceFile, path: string): Diagnostic {
  const sibling = shownPath(siblingOf(path));
  return {
    code: 'test/no-policies',
    severity: 'error',
    message: `\`${source.name}\` names no policies, and there is no \`${sibling}\``,
    span: { source, start: 0, end: 0 },
    help: "begin it with `use policies 'FILE';`",
  };
}

/** Names in `because` and `soft` that no policy has; what the schema demands bears names with a dot. */
function unknownConstraints(file: TestFile, statements: readonly PolicyStatement[]): Diagnostic[] {
  const hard = statements.filter(({ clause }) => clause?.kind === 'check').map(({ name }) => name.text);
  const soft = statements
    .filter(({ clause }) => clause !== null && clause.kind !== 'check')
    .map(({ name }) => name.text);
  const check = (kind: 'hard' | 'soft', { text, span }: Name): Diagnostic[] => {
    const known = kind === 'hard' ? hard : soft;
    if (text.includes('.') || known.includes(text)) return [];
    const isOther = (kind === 'hard' ? soft : hard).includes(text);
    const other = kind === 'hard' ? 'soft: it never makes a solve infeasible' : 'hard: it has no value';
    const message = isOther
      ? `the constraint \`${text}\` is ${other}`
      : `no policy under test has the ${kind} constraint \`${text}\``;
    const help = isOther ? undefined : didYouMean(text, known);
    return [{ code: 'test/unknown-constraint', severity: 'error', message, span, help }];
  };
  return file.tests.flatMap(({ steps }) =>
    steps.flatMap((step) => {
      if (step.kind !== 'expect') return [];
      const { expectation } = step;
      if (expectation.kind === 'soft') return check('soft', expectation.name);
      if (expectation.kind !== 'status') return [];
      return (expectation.because ?? []).flatMap((name) => check('hard', name));
    }),
  );
}
