import test from 'ava';
import fc from 'fast-check';
import { unifiedDiff } from '../../engine/cli/render/unified-diff.js';

/** What `patch` would make of a text. Throws where the diff does not fit it. */
function patched(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const made: string[] = [];
  let at = 0;
  const body = diff.replace(/\n\\ No newline at end of file\n/g, '\u0000').split('\n');
  for (const row of body.slice(2).flatMap((one) => one.split(/(?<=\u0000)/))) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(row);
    const text = row.endsWith('\u0000') ? row.slice(1, -1) : `${row.slice(1)}\n`;
    if (header !== null) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      made.push(...old.slice(at, start));
      at = start;
      const line = Number(header[3]) - (header[4] === '0' ? 0 : 1);
      if (line !== made.length) throw new Error(`${row} stands at ${made.length}`);
    } else if (row !== '') {
      if (!row.startsWith('+') && old[at] !== text) throw new Error(`${row} is not ${old[at] ?? 'there'}`);
      if (!row.startsWith('-')) made.push(text);
      if (!row.startsWith('+')) at += 1;
    }
  }
  return [...made, ...old.slice(at)].join('');
}

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', ''), { maxLength: 40 }), fc.constantFrom('', '\n'))
  .map(([lines, end]) => lines.join('\n') + (lines.length === 0 ? '' : end));

test('a diff makes the second text of the first (seed 50)', (t) => {
  fc.assert(
    fc.property(text, text, (before, after) => patched(before, unifiedDiff('x', before, after)) === after),
    { seed: 50, numRuns: 3000 },
  );
  t.is(unifiedDiff('x', 'a\nb\n', 'a\nb\n'), '');
});

test('a diff shows three lines around each change', (t) => {
  const lines = Array.from({ length: 30 }, (_one, i) => `line ${i + 1}\n`);
  const after = lines.map((line, i) => (i === 9 || i === 14 || i === 25 ? line.toUpperCase() : line));
  const diff = unifiedDiff('x.sql', lines.join(''), after.join(''));
  t.deepEqual(diff.match(/^@@.*$/gm), ['@@ -7,12 +7,12 @@', '@@ -23,7 +23,7 @@']);
});
