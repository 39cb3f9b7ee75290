import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import Database from 'better-sqlite3';
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

for (const [file, leastRuns, leastFiles] of [
  ['docs/policy-tests.md', 2, 4],
  ['docs/k8s.md', 6, 4],
  ['docs/npu.md', 4, 0],
] as const) {
  test(`the files and commands of ${file} give the output it shows`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'edict-docs-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    for (const shipped of ['schema', 'policies', 'fixtures'])
      symlinkSync(resolve(shipped), join(folder, shipped));
    const text = readFileSync(file, 'utf8');
    const sources = [...text.matchAll(/^```sql (\S+\.sql)\n([^]*?)^```$/gm)];
    t.true(sources.length >= leastFiles);
    for (const [, name = '', body = ''] of sources) writeFileSync(join(folder, name), body);
    const steps = [...text.matchAll(/^```(sh|text edict (.*))\n([^]*?)^```$/gm)];
    t.true(steps.length >= leastRuns);
    // Warnings go to the other stream; a command that says `--quiet` shows what is left there.
    const edict = async (line: string): Promise<string> => {
      const words = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
      const { stdout, stderr } = await runCliProcess(words, { cwd: folder });
      return words.includes('--quiet') ? stdout + stderr : stdout;
    };
    let made = text;
    for (const [block, , line, shown = ''] of steps) {
      if (line === undefined) {
        for (const command of shown.trim().split('\n')) {
          if (command.startsWith('edict ')) await edict(command.slice('edict '.length));
          else runSqlite(folder, command);
        }
        continue;
      }
      const said = await edict(line);
      if (process.env['UPDATE'] === '1')
        made = made.replace(block, () => `\`\`\`text edict ${line}\n${said}\`\`\``);
      else t.is(shown, said, line);
    }
    if (made !== text) writeFileSync(file, made);
  });
}

/** Does what `sqlite3 DATABASE < FILE` does. */
function runSqlite(folder: string, command: string): void {
  const [, database, script] = /^sqlite3 (\S+) < (\S+)$/.exec(command) ?? [];
  if (database === undefined || script === undefined) throw new Error(`no command of sqlite3: ${command}`);
  const opened = new Database(join(folder, database));
  opened.exec(readFileSync(join(folder, script), 'utf8'));
  opened.close();
}

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
