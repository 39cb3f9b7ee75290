import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { runCliHere } from './helpers/run-cli-here.js';
import { tempFolder } from './helpers/temp-folder.js';

interface Document {
  readonly schema_version: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly message: string;
    readonly spans: readonly { readonly file: string; readonly line: number; readonly col: number }[];
    readonly fix: { readonly replacement: string; readonly applicable: boolean } | null;
  }[];
}

/** Codes and places that `check` gives for a text from stdin beside what lies in `paths`. */
async function checked(
  stdin: string | Uint8Array,
  paths: readonly string[] = ['-'],
  name?: string,
): Promise<{ exit: number; document: Document }> {
  const named = name === undefined ? [] : ['--stdin-name', name];
  const end = await runCliHere(['check', ...paths, ...named, '--format', 'json'], { stdin });
  return { exit: end.exit, document: JSON.parse(end.stdout) as Document };
}

const codes = ({ diagnostics }: Document): string[] => diagnostics.map(({ code }) => code);

const GOOD = 'create constraint c as select * from request check cores > 0;\n';

for (const { what, stdin, says, exit } of [
  { what: 'a right policy', stdin: GOOD, says: [], exit: 0 },
  { what: 'an empty text', stdin: '', says: ['bind/no-constraints'], exit: 1 },
  { what: 'white space', stdin: ' \n\t\r\n', says: ['bind/no-constraints'], exit: 1 },
  { what: 'a zero byte', stdin: '\0', says: ['parse/unexpected-character'], exit: 1 },
  {
    what: 'bytes that are not UTF-8',
    stdin: Uint8Array.from([0x2d, 0x2d, 0xff]),
    says: ['parse/not-utf8'],
    exit: 1,
  },
  {
    what: 'a byte order mark',
    stdin: Buffer.concat([Uint8Array.from([0xef, 0xbb, 0xbf]), Buffer.from(GOOD)]),
    says: [],
    exit: 0,
  },
  { what: 'a lone surrogate', stdin: '\ud800', says: ['parse/unexpected-token'], exit: 1 },
  { what: 'a text that stops anywhere', stdin: GOOD.slice(0, 36), says: ['parse/unexpected-token'], exit: 1 },
  {
    what: 'a long run of one odd character',
    stdin: '#'.repeat(3_000_000),
    says: ['parse/unexpected-character'],
    exit: 1,
  },
  { what: 'a very long name', stdin: 'x'.repeat(3_000_000), says: ['parse/unexpected-token'], exit: 1 },
  { what: 'a very long comment', stdin: `${GOOD}/*${'x'.repeat(3_000_000)}*/`, says: [], exit: 0 },
  {
    what: 'deep nesting',
    stdin: `${GOOD.slice(0, -2)} and ${'('.repeat(100_000)}`,
    says: ['parse/unexpected-token'],
    exit: 1,
  },
  { what: 'many open brackets', stdin: '[\n'.repeat(20_000), says: null, exit: 1 },
]) {
  test(`check of ${what} gives one JSON document`, async (t) => {
    const { exit: ended, document } = await checked(stdin);
    t.is(document.schema_version, 1);
    if (says !== null) t.deepEqual(codes(document), says);
    else t.true(document.diagnostics.length > 0);
    t.is(ended, exit);
  });
}

test('what is not UTF-8 is shown at the first bad byte', async (t) => {
  const bytes = Buffer.concat([
    Buffer.from(`${GOOD}-- é `),
    Uint8Array.from([0xe9, 0x20]),
    Buffer.from(GOOD),
  ]);
  const { document } = await checked(bytes, ['-'], 'draft.sql');
  const [first] = document.diagnostics;
  t.is(first?.code, 'parse/not-utf8');
  t.like(first?.spans[0], { file: 'draft.sql', line: 2, col: 6 });
});

test('the text from stdin stands in for the file of its name, beside the other files of the set', async (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'policies'));
  const path = (name: string): string => join(folder, 'policies', name);
  writeFileSync(path('rows.sql'), 'create view small as select * from request where cores < 3;');
  writeFileSync(path('use.sql'), 'create constraint c as select * from small check cors > 0;');
  const all = [join(folder, 'policies'), '-'];
  const saved = await checked(
    'create constraint c as select * from small check cores > 0;',
    all,
    path('use.sql'),
  );
  t.deepEqual(codes(saved.document), [], 'the saved mistake does not count');
  const draft = await checked(
    'create constraint c as select * from small check core > 0;',
    all,
    path('use.sql'),
  );
  t.deepEqual(
    draft.document.diagnostics.map(({ code, spans: [span], fix }) => [code, span?.file, fix?.replacement]),
    [['bind/unknown-column', path('use.sql'), 'cores']],
  );
  const other = await checked('create view smal as select * from request;', all, path('rows.sql'));
  t.deepEqual(codes(other.document), ['bind/unknown-table'], 'what others read from it counts as typed');
});

test('the text from stdin may be a file that is not there yet', async (t) => {
  const folder = tempFolder(t);
  const name = join(folder, 'new.sql');
  for (const paths of [[folder, '-'], ['-'], [name, '-'], ['-', folder]]) {
    const { exit, document } = await checked(GOOD, paths, name);
    t.deepEqual([exit, codes(document)], [0, []], paths.join(' '));
  }
});

test('the same path written in another way is the same file', async (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.sql'), GOOD);
  const { exit, document } = await checked(GOOD, [folder, '-'], `${folder}/./x/../a.sql`);
  t.deepEqual([exit, codes(document)], [0, []]);
});

test('check writes SARIF and GitHub annotations to stdout, and nothing else', async (t) => {
  const stdin = 'create constraint c as select * from hots check 1;';
  const argv = ['check', '-', '--stdin-name', 'policies/x.sql'];
  const github = await runCliHere([...argv, '--format', 'github'], { stdin });
  t.deepEqual(github, {
    exit: 1,
    stdout:
      '::error file=policies/x.sql,line=1,endLine=1,col=38,endColumn=42,title=bind/unknown-table::no table or view `hots`%0Ahelp: did you mean `host`?\n',
    stderr: '',
  });
  const sarif = await runCliHere([...argv, '--format', 'sarif'], { stdin });
  t.is(sarif.stderr, '');
  const log = JSON.parse(sarif.stdout) as {
    runs: {
      tool: { driver: { rules: { id: string; help: { text: string } }[] } };
      results: { ruleId: string }[];
    }[];
  };
  t.deepEqual(
    log.runs[0]?.results.map(({ ruleId }) => ruleId),
    ['bind/unknown-table'],
  );
  t.regex(log.runs[0]?.tool.driver.rules[0]?.help.text ?? '', /^bind\/unknown-table\n\n[^]*^Fix: /m);
  const silent = await runCliHere(['check', '-', '--format', 'sarif'], { stdin: GOOD });
  t.deepEqual((JSON.parse(silent.stdout) as typeof log).runs[0]?.results, []);
});

test('`pretty` is another word for the form for people', async (t) => {
  const stdin = 'create constraint c as select * from hots check 1;';
  const human = await runCliHere(['check', '-', '--format', 'human'], { stdin });
  const pretty = await runCliHere(['check', '-', '--format', 'pretty'], { stdin });
  t.deepEqual(pretty, human);
  t.regex(pretty.stderr, /^error\[bind\/unknown-table\]/);
});

test('a wrong command line is reported in the format asked for, too', async (t) => {
  for (const format of ['sarif', 'github', 'json', 'plain', 'pretty']) {
    const end = await runCliHere(['check', 'nowhere.sql', '--format', format]);
    t.is(end.exit, 2);
    t.regex(`${end.stdout}${end.stderr}`, /cli\/no-input/, format);
  }
});
