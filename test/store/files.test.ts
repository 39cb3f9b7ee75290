import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { DiagnosticError } from '../../engine/base/diagnostic.js';
import { packagePath, readPolicyPaths, sqlFilesIn } from '../../engine/store/files.js';
import { tempFolder } from './helpers/temp-folder.js';

test('the package root holds what the package ships', (t) => {
  t.true(sqlFilesIn(packagePath('schema')).includes('00_core.sql'));
  t.true(sqlFilesIn(packagePath('migrations')).includes('0001_initial.sql'));
});

test('a folder gives its policy files in name order, tests and hidden names left out', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'b', 'deep'), { recursive: true });
  mkdirSync(join(folder, '.git'));
  const names = [
    'c.sql',
    'a.sql',
    'a.test.sql',
    'B.sql',
    'b/z.sql',
    'b/deep/y.sql',
    'note.txt',
    '.git/x.sql',
    'b.sql',
  ];
  for (const name of names) writeFileSync(join(folder, name), `-- ${name}`);
  const expected = ['B.sql', 'a.sql', 'b/deep/y.sql', 'b/z.sql', 'b.sql', 'c.sql'];
  t.deepEqual(
    readPolicyPaths([folder]),
    expected.map((name) => ({ name: `${folder}/${name}`, text: `-- ${name}` })),
  );
  t.deepEqual(
    readPolicyPaths([`${folder}/`]).map((source) => source.name),
    expected.map((name) => `${folder}/${name}`),
  );
});

test('a file named itself is read whatever its name; what is reached twice counts once', (t) => {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'a.test.sql'), '\ufeffselect 1');
  writeFileSync(join(folder, 'b.sql'), 'b');
  const file = join(folder, 'a.test.sql');
  t.deepEqual(readPolicyPaths([file, folder, join(folder, 'b.sql'), file]), [
    { name: file, text: 'select 1' },
    { name: join(folder, 'b.sql'), text: 'b' },
  ]);
});

test('an empty folder gives no sources', (t) => {
  t.deepEqual(readPolicyPaths([tempFolder(t)]), []);
});

test('a link that leads back up ends', (t) => {
  const folder = tempFolder(t);
  mkdirSync(join(folder, 'in'));
  symlinkSync(folder, join(folder, 'in', 'up'));
  writeFileSync(join(folder, 'in', 'a.sql'), '');
  t.deepEqual(
    readPolicyPaths([folder]).map((source) => source.name),
    [`${folder}/in/a.sql`],
  );
});

test('every path that is missing is one cli/no-input', (t) => {
  const error = t.throws(() => readPolicyPaths(['absent-1', tempFolder(t), 'absent-2.sql']), {
    instanceOf: DiagnosticError,
  });
  t.deepEqual(
    error.diagnostics.map(({ code, message }) => [code, message]),
    [
      ['cli/no-input', 'there is no file or folder `absent-1`'],
      ['cli/no-input', 'there is no file or folder `absent-2.sql`'],
    ],
  );
});
