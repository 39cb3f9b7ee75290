import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { ALL_FUNCTIONS, TABLE_FUNCTIONS } from '../engine/check/functions.js';
import { REGISTRY } from '../engine/cli/registry.js';
import { runCliProcess } from './cli/helpers/run-cli-process.js';
import { dataDictionary } from './helpers/data-dictionary.js';

function blocks(file: string, info: string): string[] {
  const fence = new RegExp('^```' + info + '\\n([\\s\\S]*?)^```$', 'gm');
  return [...readFileSync(file, 'utf8').matchAll(fence)].map((match) => match[1] ?? '');
}

test('every example of docs/policy-language.md does what the test beside it says', async (t) => {
  const text = readFileSync('docs/policy-language.md', 'utf8');
  const parts = [...text.matchAll(/^```sql (schema|rows|policy|test)\n([^]*?)^```$/gm)];
  const folder = mkdtempSync(join(tmpdir(), 'edict-docs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const bodyOf = (kind: string): string => parts.find(([, name]) => name === kind)?.[2] ?? '';
  writeFileSync(join(folder, 'schema.sql'), bodyOf('schema'));
  let examples = 0;
  for (const [at, [, kind, body = '']] of parts.entries()) {
    if (kind !== 'policy') continue;
    const next = parts[at + 1];
    t.is(next?.[1], 'test', `a test follows ${body.split('\n', 1).join('')}`);
    const name = `example${String((examples += 1)).padStart(2, '0')}`;
    writeFileSync(join(folder, `${name}.sql`), body);
    const settings = "use schema 'schema.sql';";
    writeFileSync(join(folder, `${name}.test.sql`), [settings, bodyOf('rows'), next?.[2] ?? ''].join('\n'));
  }
  t.true(examples >= 10);
  const { code, stdout, stderr } = await runCliProcess(['test', '.'], { cwd: folder });
  t.is(code, 0, stdout + stderr);
});

test('docs/policy-language.md names every function of the language', (t) => {
  const text = readFileSync('docs/policy-language.md', 'utf8');
  const missing = [...ALL_FUNCTIONS, ...TABLE_FUNCTIONS.keys()].filter(
    (name) => !new RegExp(`\`${name}[\`( ]`).test(text),
  );
  t.deepEqual(missing, []);
});

test('the files of docs/policy-tests.md give the output it shows', async (t) => {
  const file = 'docs/policy-tests.md';
  const folder = mkdtempSync(join(tmpdir(), 'edict-docs-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const text = readFileSync(file, 'utf8');
  const sources = [...text.matchAll(/^```sql (\S+\.sql)\n([^]*?)^```$/gm)];
  t.true(sources.length >= 4);
  for (const [, name = '', body = ''] of sources) writeFileSync(join(folder, name), body);
  const runs = [...text.matchAll(/^```text edict (.*)\n([^]*?)^```$/gm)];
  t.true(runs.length >= 2);
  let made = text;
  for (const [block, line = '', shown = ''] of runs) {
    const { stdout } = await runCliProcess(line.split(' '), { cwd: folder });
    if (process.env['UPDATE'] === '1')
      made = made.replace(block, () => `\`\`\`text edict ${line}\n${stdout}\`\`\``);
    else t.is(shown, stdout, line);
  }
  if (made !== text) writeFileSync(file, made);
});

test('docs/tables.md is what the comments in schema/ say', (t) => {
  const made = dataDictionary();
  if (process.env['UPDATE'] === '1') writeFileSync('docs/tables.md', made);
  t.is(readFileSync('docs/tables.md', 'utf8'), made);
});

test('the library example of the README runs and binds what it asks for', (t) => {
  const [example = ''] = blocks('README.md', 'ts');
  const folder = mkdtempSync(join(tmpdir(), 'edict-readme-'));
  try {
    const entry = pathToFileURL(resolve('dist/engine/index.js')).href;
    writeFileSync(join(folder, 'example.mjs'), example.replace("'edict'", JSON.stringify(entry)));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    t.is(status, 0, stderr);
    t.regex(stdout, /type: 'bound'/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const pages = [
  'README.md',
  'CHANGELOG.md',
  'fixtures/README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test('links between pages, and files that pages name, are there', (t) => {
  for (const page of pages) {
    const text = readFileSync(page, 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      t.true(existsSync(join(dirname(page), target)), `${page} links to ${target}`);
    }
    for (const [, path = ''] of text.matchAll(
      /`((?:docs|policies|schema|fixtures|test|engine|bench)\/[\w./-]+)`/g,
    )) {
      t.true(existsSync(path), `${page} names ${path}`);
    }
  }
});

test('docs/architecture.md names only files that exist, folder by folder', (t) => {
  const text = readFileSync('docs/architecture.md', 'utf8');
  const folders = readdirSync('engine').filter((name) => !name.includes('.'));
  for (const [, path = ''] of text.matchAll(/`((?:[a-z-]+\/)+[\w-]+\.ts)`/g)) {
    const [first = ''] = path.split('/');
    const full = folders.includes(first) ? join('engine', path) : path;
    t.true(existsSync(full), path);
  }
});

test('the README names every command of the program', (t) => {
  const text = readFileSync('README.md', 'utf8');
  for (const { name } of REGISTRY) t.regex(text, new RegExp(`edict ${name}\\b`), name);
});
