import { placeOf } from '../../base/diagnostic.js';
import { textOf } from '../../base/source.js';
import type { TestFileResult } from '../../policy-test/run-test-file.js';
import type { TestResult } from '../../policy-test/test-result.js';
import { jsonText } from '../render/json.js';
import { safeText } from '../render/width.js';
import type { Suite } from './suite.js';
import { isBroken } from './suite.js';

/** The run as a TAP 14 document. What JSON writes is YAML, so the diagnostic blocks are made of it. */
export function tapText({ files }: Suite): string {
  const points = files.flatMap((file) => pointsOf(file));
  if (points.length === 0) return 'TAP version 14\n1..0 # SKIP no tests\n';
  const lines = points.flatMap(({ isOk, description, block }, i) => {
    const words = `${isOk ? 'ok' : 'not ok'} ${i + 1} - ${escaped(description)}`;
    return block.length === 0 ? [words] : [words, '  ---', ...block.map((line) => `  ${line}`), '  ...'];
  });
  return `${['TAP version 14', `1..${points.length}`, ...lines].join('\n')}\n`;
}

interface Point {
  readonly isOk: boolean;
  readonly description: string;
  readonly block: readonly string[];
}

function pointsOf(file: TestFileResult): Point[] {
  const name = file.loaded.file.source.name;
  if (isBroken(file)) {
    const messages = file.diagnostics.map(({ code, message }) => `${code}: ${message}`);
    const block = [`message: ${jsonText(messages.join('; '))}`, 'severity: error'];
    return [{ isOk: false, description: `${name} can be run`, block }];
  }
  return file.results.map((result) => ({
    isOk: result.outcome === 'passed',
    description: `${name} ${result.test.name.text}`,
    block: blockOf(result),
  }));
}

function blockOf({ outcome, failures, diagnostics }: TestResult): string[] {
  if (outcome === 'passed') return [];
  const lines = [`severity: ${outcome === 'failed' ? 'fail' : 'error'}`];
  if (failures.length > 0) {
    lines.push('failures:');
    for (const { span, message, expected, actual } of failures) {
      lines.push(
        `  - message: ${jsonText(message)}`,
        `    at: ${jsonText(placeOf(span))}`,
        `    source: ${jsonText(textOf(span))}`,
        `    expected: ${jsonText(expected)}`,
        `    actual: ${jsonText(actual)}`,
      );
    }
  }
  if (diagnostics.length > 0) {
    lines.push('diagnostics:');
    for (const { code, message } of diagnostics) lines.push(`  - ${jsonText(`${code}: ${message}`)}`);
  }
  return lines;
}

/** `#` begins a directive, and `\` escapes it. */
const escaped = (text: string): string => safeText(text).replace(/[\\#]/g, '\\$&');
