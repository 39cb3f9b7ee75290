import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { replaceFile } from '../../engine/cli/replace-file.js';
import { runCliHere } from './helpers/run-cli-here.js';

const LOOSE = 'CREATE view v AS select 1 as x -- one\n';
const NEAT = 'create view v as\nselect 1 as x; -- one\n';
const BROKEN = 'create view v as\r\nselec  1;\n\n\n';

/** A folder with a file of each sort. */
function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'edict-fmt-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'loose.sql'), LOOSE);
  writeFileSync(join(folder, 'neat.sql'), NEAT);
  writeFileSync(join(folder, 'neat.test.sql'), 'use schema x;');
  return folder;
}

test('the text of stdin, or of one file, is printed in its layout', async (t) => {
  const folder = folderOf(t);
  const expected = { exit: 0, stdout: NEAT, stderr: '' } as const;
  t.deepEqual(await runCliHere(['fmt', '-'], { stdin: LOOSE }), expected);
  t.deepEqual(await runCliHere(['fmt', join(folder, 'loose.sql')]), expected);
  t.is(readFileSync(join(folder, 'loose.sql'), 'utf8'), LOOSE);
});

test('--check and --list name the files that would change; only --check has an exit code for it', async (t) => {
  const folder = folderOf(t);
  const stdout = `${folder}/loose.sql\n`;
  t.deepEqual(await runCliHere(['fmt', '--check', folder]), { exit: 1, stdout, stderr: '' });
  t.deepEqual(await runCliHere(['fmt', '--list', folder]), { exit: 0, stdout, stderr: '' });
  t.deepEqual(await runCliHere(['fmt', '--check', join(folder, 'neat.sql')]), {
    exit: 0,
    stdout: '',
    stderr: '',
  });
  t.is(readFileSync(join(folder, 'loose.sql'), 'utf8'), LOOSE);
});

test('--diff prints what would change', async (t) => {
  const { exit, stdout } = await runCliHere(['fmt', '--diff', '-', '--stdin-name', 'a.sql'], {
    stdin: LOOSE,
  });
  t.is(exit, 0);
  t.is(
    stdout,
    '--- a.sql\n+++ a.sql\n@@ -1 +1,2 @@\n' +
      '-CREATE view v AS select 1 as x -- one\n+create view v as\n+select 1 as x; -- one\n',
  );
});

test('--write replaces what changes, through links, with the same mode, and leaves nothing behind', async (t) => {
  const folder = folderOf(t);
  const link = join(folder, 'linked.sql');
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'target.sql'), LOOSE);
  chmodSync(join(folder, 'real', 'target.sql'), 0o640);
  symlinkSync(join(folder, 'real', 'target.sql'), link);
  const before = statSync(join(folder, 'neat.sql')).mtimeMs;
  t.deepEqual(await runCliHere(['fmt', '--write', '--list', folder]), {
    exit: 0,
    stdout: `${folder}/linked.sql\n${folder}/loose.sql\n${folder}/real/target.sql\n`,
    stderr: '',
  });
  t.is(readFileSync(join(folder, 'loose.sql'), 'utf8'), NEAT);
  t.is(statSync(join(folder, 'neat.sql')).mtimeMs, before);
  t.true(lstatSync(link).isSymbolicLink());
  t.is(readFileSync(link, 'utf8'), NEAT);
  t.is(statSync(link).mode & 0o777, 0o640);
  t.deepEqual(readdirSync(folder).sort(), ['linked.sql', 'loose.sql', 'neat.sql', 'neat.test.sql', 'real']);
  t.is((await runCliHere(['fmt', '--check', folder])).exit, 0);
});

test('a file with mistakes is reported and stays as it is, byte for byte; others are written', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'broken.sql'), BROKEN);
  const { exit, stdout, stderr } = await runCliHere(['fmt', '--write', folder]);
  t.is(exit, 1);
  t.is(stdout, '');
  t.regex(stderr, /^error\[parse\/unexpected-token\]/);
  t.is(readFileSync(join(folder, 'broken.sql'), 'utf8'), BROKEN);
  t.is(readFileSync(join(folder, 'loose.sql'), 'utf8'), NEAT);
  const piped = await runCliHere(['fmt', '-'], { stdin: BROKEN });
  t.is(piped.exit, 1);
  t.is(piped.stdout, '');
});

test('--json tells for each file whether it would change', async (t) => {
  const folder = folderOf(t);
  const { stdout } = await runCliHere(['fmt', '--check', folder, '--json']);
  t.deepEqual(JSON.parse(stdout), {
    schema_version: 1,
    files: [
      { file: `${folder}/loose.sql`, changed: true },
      { file: `${folder}/neat.sql`, changed: false },
    ],
    diagnostics: [],
  });
  const printed = await runCliHere(['fmt', '-', '--json'], { stdin: LOOSE });
  t.deepEqual((JSON.parse(printed.stdout) as { files: unknown }).files, [
    { file: '<stdin>', changed: true, text: NEAT },
  ]);
});

const MISUSES: readonly (readonly string[])[] = [['-w', '--check', 'FOLDER'], ['-w', '-'], ['FOLDER']];

for (const argv of MISUSES) {
  test(`\`fmt ${argv.join(' ')}\` cannot be done`, async (t) => {
    const folder = folderOf(t);
    const { exit, stderr } = await runCliHere([
      'fmt',
      ...argv.map((one) => (one === 'FOLDER' ? folder : one)),
    ]);
    t.is(exit, 2);
    t.regex(stderr, /^error\[cli\/usage\]/);
    t.is(readFileSync(join(folder, 'loose.sql'), 'utf8'), LOOSE);
  });
}

test('only a file that is there is replaced, and nothing is left behind', (t) => {
  const folder = folderOf(t);
  t.throws(() => replaceFile(join(folder, 'missing.sql'), NEAT), { code: 'ENOENT' });
  t.deepEqual(readdirSync(folder).sort(), ['loose.sql', 'neat.sql', 'neat.test.sql']);
});

test('the shipped policies are laid out', async (t) => {
  t.deepEqual(await runCliHere(['fmt', '--check', 'policies']), { exit: 0, stdout: '', stderr: '' });
});
