import test from 'ava';
import picocolors from 'picocolors';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { SourceFile, Span } from '../../engine/base/source.js';
import { renderGithub } from '../../engine/cli/render/github.js';
import { renderHuman } from '../../engine/cli/render/human.js';
import { renderJson } from '../../engine/cli/render/json.js';
import { renderPlain } from '../../engine/cli/render/plain.js';
import { renderSarif } from '../../engine/cli/render/sarif.js';
import { displayWidth } from '../../engine/cli/render/width.js';

const noColors = picocolors.createColors(false);

function spanOf(text: string, word: string, name = 'p.sql'): Span {
  const source: SourceFile = { name, text };
  const start = text.indexOf(word);
  return { source, start, end: start + word.length };
}

function unknown(span: Span | undefined, more: Partial<Diagnostic> = {}): Diagnostic {
  return { code: 'bind/unknown-column', severity: 'error', message: 'no column `x`', span, ...more };
}

/** The line of the text and the carets below it. */
function excerpt(text: string): { line: string; carets: string } {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.includes('^'));
  return { line: lines[at - 1] ?? '', carets: lines[at] ?? '' };
}

test('a diagnostic shows its place, line, carets, label, notes, help and page', (t) => {
  const text = 'create constraint c as\n  select * from host\n  check core > 0;\n';
  const diagnostic = unknown(spanOf(text, 'core '.trim()), {
    label: 'not here',
    notes: [
      { message: 'the table is here', span: spanOf('create table host (cores int)', 'host', 'schema.sql') },
      { message: 'a bare remark' },
    ],
    help: 'did you mean `cores`?',
  });
  t.is(
    renderHuman([diagnostic], noColors),
    `error[bind/unknown-column]: no column \`x\`
  --> p.sql:3:9
   |
 3 |   check core > 0;
   |         ^^^^ not here
   |
   = note: the table is here
  --> schema.sql:1:14
   |
 1 | create table host (cores int)
   |              ^^^^
   = note: a bare remark
   = help: did you mean \`cores\`?
   = docs: edict explain bind/unknown-column
`,
  );
});

test('a diagnostic without a span prints without a place', (t) => {
  const bare: Diagnostic = {
    code: 'store/not-found',
    severity: 'error',
    message: 'there is no database `x`',
  };
  t.is(
    renderHuman([bare], noColors),
    'error[store/not-found]: there is no database `x`\n   = docs: edict explain store/not-found\n',
  );
  t.is(renderPlain([bare]), 'error store/not-found: there is no database `x`\n');
  t.deepEqual(renderJson(bare).spans, []);
});

for (const { what, text } of [
  { what: 'tabs', text: '\tselect\ta, bad' },
  { what: 'wide characters', text: "select '漢字', bad" },
  { what: 'combining marks', text: "select 'e\u0301e\u0301', bad" },
  { what: 'emoji', text: "select '🙂', bad" },
  { what: 'control characters', text: 'select \u001b[31m, bad' },
  { what: 'a line far too long', text: `select '${'x'.repeat(5000)}', bad, '${'y'.repeat(5000)}'` },
]) {
  test(`carets stand under the place on a line with ${what}`, (t) => {
    const { line, carets } = excerpt(renderHuman([unknown(spanOf(text, 'bad'))], noColors));
    t.is(
      displayWidth(carets.slice(0, carets.indexOf('^'))),
      displayWidth(line.slice(0, line.indexOf('bad'))),
    );
    t.is(carets.trimEnd().length - carets.indexOf('^'), 3);
    t.true(displayWidth(line) < 200);
    t.false(line.includes('\u001b'));
  });
}

test('a span of several lines is drawn to the end of its first and says where it ends', (t) => {
  const text = 'select a\nfrom b';
  const { carets } = excerpt(
    renderHuman([unknown({ source: { name: 'p', text }, start: 7, end: 15 })], noColors),
  );
  t.is(carets.trimEnd(), '   |        ^ (to line 2)');
});

test('a place at the end of the text is one caret', (t) => {
  const text = 'select';
  const { carets } = excerpt(
    renderHuman([unknown({ source: { name: 'p', text }, start: 6, end: 6 })], noColors),
  );
  t.is(carets, '   |       ^');
});

test('at most 20 diagnostics are printed, then their number, in both forms', (t) => {
  const text = 'x '.repeat(30);
  const many = Array.from({ length: 27 }, (_none, i) =>
    unknown(
      { source: { name: 'p', text }, start: 2 * i, end: 2 * i + 1 },
      { severity: i < 25 ? 'error' : 'warning' },
    ),
  );
  const human = renderHuman(many, noColors);
  t.is(human.match(/^error\[/gm)?.length, 20);
  t.true(human.endsWith('\n5 more errors and 2 more warnings are not shown\n'));
  t.is(human.match(/= docs:/g)?.length, 1, 'the page is named once');
  const plain = renderPlain(many).split('\n');
  t.is(plain[20], '5 more errors and 2 more warnings are not shown');
});

test('the plain form is one line per diagnostic, whatever its texts hold', (t) => {
  const text = 'a\nb c';
  const diagnostic = unknown(spanOf(text, 'c'), {
    message: 'near "\n\u001b[2J": syntax error',
    notes: [{ message: 'other', span: spanOf(text, 'a') }],
    help: 'try\nagain',
  });
  t.is(
    renderPlain([diagnostic]),
    'p.sql:2:3: error bind/unknown-column: near "\\n\\u001b[2J": syntax error; note: p.sql:1:1: other; help: try\\nagain\n',
  );
});

test('the JSON form gives lines and columns from 1, the end, and the offset in UTF-8', (t) => {
  const text = "-- é\nselect 'ü', bad";
  const diagnostic = unknown(spanOf(text, 'bad'), {
    label: 'here',
    notes: [{ message: 'bare' }, { message: 'placed', span: spanOf(text, 'select') }],
  });
  t.deepEqual(renderJson(diagnostic), {
    code: 'bind/unknown-column',
    severity: 'error',
    message: 'no column `x`',
    spans: [
      { file: 'p.sql', line: 2, col: 13, end_line: 2, end_col: 16, byte: 19, label: 'here' },
      { file: 'p.sql', line: 2, col: 1, end_line: 2, end_col: 7, byte: 6, label: 'placed' },
    ],
    notes: ['bare'],
    help: null,
    fix: null,
  });
});

test('the JSON form carries the change that mends a mistake, unless it would be one of a schema', (t) => {
  const text = 'select bad';
  const fix = { span: spanOf(text, 'bad'), replacement: 'good', applicable: true };
  t.deepEqual(renderJson(unknown(spanOf(text, 'bad'), { fix })).fix, {
    span: { file: 'p.sql', line: 1, col: 8, end_line: 1, end_col: 11, byte: 7, label: null },
    replacement: 'good',
    applicable: true,
  });
  const inSchema = { ...fix, span: spanOf(text, 'bad', '(database schema) host') };
  t.is(renderJson(unknown(spanOf(text, 'bad'), { fix: inSchema })).fix, null);
});

test('the offset in UTF-8 is right anywhere in a long text', (t) => {
  const text = 'a🙂é\n'.repeat(5000);
  const source: SourceFile = { name: 'p.sql', text };
  for (const start of [0, 1, 3, 4095, 4096, 4097, 8190, 8192, 24_999, text.length]) {
    const [span] = renderJson(unknown({ source, start, end: start })).spans;
    t.is(span?.byte, Buffer.byteLength(text.slice(0, start)), String(start));
  }
});

test('the form for GitHub is one workflow command per diagnostic, and nothing in a text ends it early', (t) => {
  const text = 'a\nb % c';
  const placed = unknown(spanOf(text, 'c', 'odd, name: 100%.sql'), {
    message: 'near "x\r\ny": 50%, really',
    notes: [{ message: 'other', span: spanOf(text, 'a') }],
    help: 'try again',
  });
  const warning: Diagnostic = { code: 'store/io', severity: 'warning', message: 'bare' };
  const several = unknown({ source: { name: 'p.sql', text }, start: 0, end: 3 });
  t.deepEqual(renderGithub([placed, warning, several]).split('\n'), [
    '::error file=odd%2C name%3A 100%25.sql,line=2,endLine=2,col=5,endColumn=6,title=bind/unknown-column::near "x%0D%0Ay": 50%25, really%0Anote: other (p.sql:1:1)%0Ahelp: try again',
    '::warning title=store/io::bare',
    '::error file=p.sql,line=1,endLine=2,title=bind/unknown-column::no column `x`',
    '',
  ]);
});

interface SarifRegion {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

interface SarifLocation {
  readonly physicalLocation?: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: SarifRegion;
  };
  readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
  readonly message?: { readonly text: string };
}

interface SarifLog {
  readonly version: string;
  readonly $schema: string;
  readonly runs: readonly {
    readonly tool: {
      readonly driver: {
        readonly name: string;
        readonly version: string;
        readonly rules: readonly { readonly id: string; readonly help: { readonly text: string } }[];
      };
    };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations?: readonly SarifLocation[];
      readonly relatedLocations?: readonly SarifLocation[];
      readonly fixes?: readonly {
        readonly artifactChanges: readonly {
          readonly artifactLocation: { readonly uri: string };
          readonly replacements: readonly {
            readonly deletedRegion: SarifRegion;
            readonly insertedContent: { readonly text: string };
          }[];
        }[];
      }[];
    }[];
  }[];
}

const sarif = (...diagnostics: readonly Diagnostic[]): SarifLog =>
  JSON.parse(
    JSON.stringify(renderSarif(diagnostics, { version: '1.2.3', page: (code) => `page of ${code}` })),
  ) as SarifLog;

test('the SARIF form is one log: rules with their pages, results with regions, notes and safe fixes', (t) => {
  const text = '-- é\nselect bad';
  const span = spanOf(text, 'bad', 'my dir/ü.sql');
  const log = sarif(
    unknown(span, {
      notes: [
        { message: 'bare' },
        { message: 'in a file', span: spanOf(text, 'select') },
        { message: 'in the schema', span: spanOf(text, 'select', '(database schema) host') },
      ],
      help: 'did you mean `good`?',
      fix: { span, replacement: 'good', applicable: true },
    }),
    { code: 'store/io', severity: 'warning', message: 'nowhere' },
  );
  t.is(log.version, '2.1.0');
  t.regex(log.$schema, /sarif-schema-2\.1\.0\.json$/);
  const [run] = log.runs;
  t.is(log.runs.length, 1);
  const driver = run?.tool.driver;
  t.is(driver?.version, '1.2.3');
  t.deepEqual(
    driver?.rules.map(({ id, help }) => [id, help.text]),
    [
      ['bind/unknown-column', 'page of bind/unknown-column'],
      ['store/io', 'page of store/io'],
    ],
  );
  const [first, second] = run?.results ?? [];
  t.is(first?.level, 'error');
  t.is(first?.message.text, 'no column `x`\nnote: bare\nhelp: did you mean `good`?');
  const place = first?.locations?.[0]?.physicalLocation;
  t.is(place?.artifactLocation.uri, 'my%20dir/%C3%BC.sql');
  t.like(place?.region, { startLine: 2, startColumn: 8, endLine: 2, endColumn: 11 });
  t.is(first?.relatedLocations?.[0]?.message?.text, 'in a file');
  t.deepEqual(first?.relatedLocations?.[1]?.logicalLocations, [
    { fullyQualifiedName: '(database schema) host' },
  ]);
  const change = first?.fixes?.[0]?.artifactChanges[0];
  t.is(change?.replacements[0]?.insertedContent.text, 'good');
  t.like(change?.replacements[0]?.deletedRegion, { startLine: 2, startColumn: 8 });
  t.is(second?.level, 'warning');
  t.is(second?.locations, undefined);
  t.deepEqual(
    run?.results.map(({ ruleId, ruleIndex }) => driver?.rules[ruleIndex]?.id === ruleId),
    [true, true],
  );
});

test('a fix that is a guess stays out of the SARIF form', (t) => {
  const span = spanOf('select bad', 'bad');
  const log = sarif(unknown(span, { fix: { span, replacement: 'good', applicable: false } }));
  t.is(log.runs[0]?.results[0]?.fixes, undefined);
});
