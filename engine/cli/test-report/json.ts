import { positionAt, textOf } from '../../base/source.js';
import type { Failure, TestResult } from '../../policy-test/test-result.js';
import { renderJson } from '../render/json.js';
import { jsonCoverage } from './coverage.js';
import { jsonMutants } from './mutants.js';
import type { Suite } from './suite.js';
import { countsOf, isBroken } from './suite.js';

/** Fields of the JSON document. */
export function jsonFields(suite: Suite): Readonly<Record<string, unknown>> {
  return {
    ...countsOf(suite.files),
    ms: suite.ms,
    ...(suite.coverage === null ? {} : { coverage: jsonCoverage(suite.coverage) }),
    ...(suite.mutants === null ? {} : { mutants: jsonMutants(suite.mutants) }),
    files: suite.files.map((file) => ({
      file: file.loaded.file.source.name,
      broken: isBroken(file),
      tests: file.results.map(jsonTest),
    })),
  };
}

function jsonTest({ test, outcome, failures, diagnostics, assignments, solves, ms }: TestResult): unknown {
  const { span } = test.name;
  return {
    name: test.name.text,
    file: span.source.name,
    line: positionAt(span.source, span.start).line,
    outcome,
    failures: failures.map(jsonFailure),
    assignments: outcome === 'passed' ? [] : assignments,
    diagnostics: diagnostics.map(renderJson),
    solves,
    ms,
  };
}

function jsonFailure({ span, message, expected, actual, table }: Failure): unknown {
  const { line, col } = positionAt(span.source, span.start);
  return { file: span.source.name, line, col, source: textOf(span), message, expected, actual, table };
}
