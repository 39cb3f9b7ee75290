import { placeOf } from '../../base/diagnostic.js';
import { positionAt, textOf } from '../../base/source.js';
import type { TestFileResult } from '../../policy-test/run-test-file.js';
import type { TestResult } from '../../policy-test/test-result.js';
import type { Suite } from './suite.js';
import { countsOf, isBroken } from './suite.js';

/** The run as JUnit XML, one suite per file; a file that cannot be run is a suite with one error. */
export function junitText({ files, ms }: Suite): string {
  const suites = files.filter((file) => file.results.length > 0 || isBroken(file));
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="edict"${countAttributes(suites)} time="${seconds(ms)}">`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function countAttributes(files: readonly TestFileResult[]): string {
  const { tests, failed, errors } = countsOf(files);
  const all = tests + files.filter(isBroken).length;
  return ` tests="${all}" failures="${failed}" errors="${errors}"`;
}

function suiteLines(file: TestFileResult): string[] {
  const name = file.loaded.file.source.name;
  const ms = file.results.reduce((sum, result) => sum + result.ms, 0);
  const head = `  <testsuite name="${attribute(name)}"${countAttributes([file])} time="${seconds(ms)}">`;
  const cases = isBroken(file) ? brokenLines(file) : file.results.flatMap(caseLines);
  return [head, ...cases, '  </testsuite>'];
}

function brokenLines({ loaded, diagnostics }: TestFileResult): string[] {
  const name = attribute(loaded.file.source.name);
  const text = diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n');
  return [
    `    <testcase name="the file can be run" classname="${name}" file="${name}" line="1" time="0">`,
    `      <error message="its tests cannot be run">${escaped(text)}</error>`,
    '    </testcase>',
  ];
}

function caseLines({ test, outcome, failures, diagnostics, ms }: TestResult): string[] {
  const { text, span } = test.name;
  const file = attribute(span.source.name);
  const { line } = positionAt(span.source, span.start);
  const head = `    <testcase name="${attribute(text)}" classname="${file}" file="${file}" line="${line}" time="${seconds(ms)}"`;
  if (outcome === 'passed') return [`${head}/>`];
  const wrongs = failures.map((failure) => {
    const { message, expected, actual } = failure;
    const body = [
      placeOf(failure.span),
      textOf(failure.span),
      `expected  ${expected}`,
      `actual    ${actual}`,
    ];
    return `      <failure message="${attribute(message)}" type="expectation">${escaped(body.join('\n'))}</failure>`;
  });
  const errors =
    outcome === 'error'
      ? diagnostics.map(
          ({ code, message }) =>
            `      <error message="${attribute(message)}" type="${attribute(code)}"></error>`,
        )
      : [];
  return [`${head}>`, ...wrongs, ...errors, '    </testcase>'];
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** Characters that XML 1.0 cannot hold, not even escaped; lone halves of a pair among them. */
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** Line ends and tabs of an attribute would be read as spaces. */
function attribute(text: string): string {
  return escaped(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;');
}
