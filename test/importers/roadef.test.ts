import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import { DiagnosticError, placeOf } from '../../engine/base/diagnostic.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import type { TableRows } from '../../engine/importers/dataset-format.js';
import { findFormat } from '../../engine/importers/find-format.js';
import { roadef } from '../../engine/importers/roadef.js';
import { runCliHere } from '../cli/helpers/run-cli-here.js';
import { tempFolder } from '../store/helpers/temp-folder.js';

const MODEL = [
  '2', // resources
  '1 10',
  '0 20',
  '2', // machines
  '0 5 16 80 8 40 0 3',
  '1 6 30 90 9 50 4 0',
  '2', // services
  '2 0',
  '1 1 0',
  '3', // processes
  '0 12 10 1000',
  '0 10 20 100',
  '1 6 1 7',
  '1', // balance costs
  '0 1 20',
  '5',
  '1 10 100', // weights of moves
].join('\n');
const ASSIGNMENT = '0 1 1';

/** The rows of files with these texts; the texts are gzipped where a file is. */
function read(folder: string, ...texts: readonly (string | Buffer)[]): readonly TableRows[] {
  const paths = texts.map((text, i) => {
    const path = join(folder, `file${i}.txt`);
    writeFileSync(path, text);
    return path;
  });
  return roadef.read(paths, { instance: null });
}

function problemOf(run: () => unknown): Diagnostic {
  try {
    run();
  } catch (error) {
    if (error instanceof DiagnosticError) return must(error.diagnostics[0], 'a diagnostic');
    throw error;
  }
  throw new Error('nothing is wrong');
}

test('a model and an assignment become the rows of the schema pack, plain or gzipped', (t) => {
  const folder = tempFolder(t);
  const tables = read(folder, gzipSync(MODEL), ASSIGNMENT, gzipSync('1 1 1\n'));
  const rows = Object.fromEntries(tables.map(({ table, rows: all }) => [table, all]));
  t.deepEqual(rows, {
    resource: [
      [0, 1, 10],
      [1, 0, 20],
    ],
    machine: [
      [0, 0, 5],
      [1, 1, 6],
    ],
    machine_resource: [
      [0, 0, 16, 8],
      [0, 1, 80, 40],
      [1, 0, 30, 9],
      [1, 1, 90, 50],
    ],
    machine_move: [
      [0, 0, 0],
      [0, 1, 3],
      [1, 0, 4],
      [1, 1, 0],
    ],
    service: [
      [0, 2],
      [1, 1],
    ],
    dependency: [[1, 0]],
    process: [
      [0, 0, 1000, 0, 1],
      [1, 0, 100, 1, 1],
      [2, 1, 7, 1, 1],
    ],
    need: [
      [0, 0, 12],
      [0, 1, 10],
      [1, 0, 10],
      [1, 1, 20],
      [2, 0, 6],
      [2, 1, 1],
    ],
    balance_target: [[0, 0, 1, 20, 5]],
    move_weight: [[1, 1, 10, 100]],
  });
});

test('without a new assignment the decisions start at the first one', (t) => {
  const tables = read(tempFolder(t), MODEL, ASSIGNMENT);
  const processes = must(
    tables.find(({ table }) => table === 'process'),
    'processes',
  );
  t.deepEqual(
    processes.rows.map((row) => row.slice(3)),
    [
      [0, 0],
      [1, 1],
      [1, 1],
    ],
  );
});

const changed = (from: string, to: string): string => {
  if (!MODEL.includes(from)) throw new Error(from);
  return MODEL.replace(from, to);
};

const broken: readonly (readonly [
  title: string,
  model: string,
  assignment: string,
  place: string,
  message: string,
])[] = [
  ['an empty file', '', ASSIGNMENT, '0.txt:1:1', 'the file ends where the number of resources should stand'],
  [
    'a text',
    changed('16 80', 'lots 80'),
    ASSIGNMENT,
    '0.txt:5:5',
    'the capacity of machine 0 for resource 0 is `lots`, not a whole number',
  ],
  [
    'a fraction',
    changed('0 20', '0 2.5'),
    ASSIGNMENT,
    '0.txt:3:3',
    'the load weight of resource 1 is `2.5`, not a whole number',
  ],
  [
    'a number that a double would round',
    changed('12 10 1000', '12 10 9007199254740993'),
    ASSIGNMENT,
    '0.txt:11:9',
    'the move cost of process 0 is `9007199254740993`, not a whole number',
  ],
  [
    'a negative amount',
    changed('0 12', '0 -12'),
    ASSIGNMENT,
    '0.txt:11:3',
    'what process 0 needs of resource 0 is -12, less than 0',
  ],
  [
    'a flag that is neither 0 nor 1',
    changed('1 10\n', '2 10\n'),
    ASSIGNMENT,
    '0.txt:2:1',
    'the transient flag of resource 0 is 2, not from 0 to 1',
  ],
  [
    'an unknown service of a process',
    changed('1 6 1 7', '2 6 1 7'),
    ASSIGNMENT,
    '0.txt:13:1',
    'the service of process 2 is 2, not from 0 to 1',
  ],
  [
    'an unknown service that is needed',
    changed('1 1 0\n', '1 1 5\n'),
    ASSIGNMENT,
    '0.txt:9:5',
    'a service that service 1 depends on is 5, not from 0 to 1',
  ],
  [
    'an unknown resource of a balance cost',
    changed('0 1 20\n', '0 2 20\n'),
    ASSIGNMENT,
    '0.txt:15:3',
    'the second resource of balance cost 0 is 2, not from 0 to 1',
  ],
  [
    'a price for staying',
    changed('8 40 0 3', '8 40 7 3'),
    ASSIGNMENT,
    '0.txt:5:16',
    'staying on machine 0 costs 7, where it must cost 0',
  ],
  [
    'an absurd count',
    changed('2\n1 10', '2000000\n1 10'),
    ASSIGNMENT,
    '0.txt:1:1',
    'the number of resources is 2000000, not from 0 to 1000000',
  ],
  [
    'a file that is cut off',
    MODEL.slice(0, -4),
    ASSIGNMENT,
    '0.txt:17:5',
    'the file ends where the weight of machine moves should stand',
  ],
  [
    'a number too many',
    `${MODEL} 7`,
    ASSIGNMENT,
    '0.txt:17:10',
    '`7` is left over behind the weight of machine moves',
  ],
  ['an unknown machine', MODEL, '0 1\n2', '1.txt:2:1', 'the machine of process 2 is 2, not from 0 to 1'],
  [
    'too few machines',
    MODEL,
    '0 1',
    '1.txt:1:4',
    'the file ends where the machine of process 2 should stand',
  ],
  [
    'too many machines',
    MODEL,
    '0 1 1 0',
    '1.txt:1:7',
    '`0` is left over behind the machine of the last of 3 processes',
  ],
];

for (const [title, model, assignment, place, message] of broken) {
  test(`${title} is an error at its place that says how the file is built`, (t) => {
    const folder = tempFolder(t);
    const problem = problemOf(() => read(folder, model, assignment));
    t.is(problem.code, 'import/bad-file');
    t.is(problem.message, message);
    t.is(placeOf(must(problem.span, 'a place')), join(folder, `file${place}`));
    t.regex(problem.help ?? '', /^an? (model|assignment) file holds /);
  });
}

test('files that are missing or torn are told by name', (t) => {
  const folder = tempFolder(t);
  const missing = problemOf(() => roadef.read([join(folder, 'none.txt'), ''], { instance: null }));
  t.is(missing.code, 'cli/no-input');
  t.is(missing.message, `there is no file \`${join(folder, 'none.txt')}\``);
  t.is(problemOf(() => roadef.read([folder, ''], { instance: null })).code, 'cli/no-input');
  const torn = problemOf(() => read(folder, gzipSync(MODEL).subarray(0, 30), ASSIGNMENT));
  t.is(torn.code, 'import/bad-file');
  t.regex(torn.message, /file0\.txt` is no whole gzip file/);
});

test('every made-up damage of a model is an answer or a diagnostic with place and help, never a crash', (t) => {
  const folder = tempFolder(t);
  const words = MODEL.split(/(\s+)/);
  let problems = 0;
  for (let at = 0; at < words.length; at += 2) {
    for (const damage of ['', '-1', 'x', '99', '1e3']) {
      const text = words.map((word, i) => (i === at ? damage : word)).join('');
      try {
        read(folder, text, ASSIGNMENT);
      } catch (error) {
        if (!(error instanceof DiagnosticError)) throw error;
        const [problem] = error.diagnostics;
        t.truthy(problem?.span, `${at} ${damage}`);
        t.truthy(problem?.help, `${at} ${damage}`);
        problems += 1;
      }
    }
  }
  t.true(problems > words.length);
});

test('a format of an unknown name is refused with the nearest one', (t) => {
  const problem = problemOf(() => findFormat('roadeff'));
  t.is(problem.code, 'import/unknown-format');
  t.is(problem.help, 'did you mean `roadef`?');
});

test('a bad file ends the command with a place, makes no database and shows no stack', async (t) => {
  const folder = tempFolder(t);
  const model = join(folder, 'model.txt');
  writeFileSync(model, MODEL);
  const db = join(folder, 'fleet.db');
  const end = await runCliHere(['import', 'roadef', model, model, '--db', db]);
  t.is(end.exit, 2);
  t.regex(
    end.stderr,
    /^error\[import\/bad-file\]: the machine of process 0 is 2, not from 0 to 1\n *--> .*model\.txt:1:1\n/,
  );
  t.notRegex(end.stderr, /\n +at /);
  const none = await runCliHere(['audit', '--db', db, '--policies', 'policies/roadef']);
  t.regex(none.stderr, /store\/not-found/);
});

test('a database with some other table of the same name is left alone', async (t) => {
  const folder = tempFolder(t);
  const [model, assignment] = [join(folder, 'model.txt'), join(folder, 'assignment.txt')];
  writeFileSync(model, MODEL);
  writeFileSync(assignment, ASSIGNMENT);
  const db = join(folder, 'state.db');
  t.is((await runCliHere(['init', '--db', db])).exit, 0);
  const end = await runCliHere(['import', 'roadef', model, assignment, '--db', db]);
  t.is(end.exit, 2);
  t.regex(end.stderr, /store\/foreign-table.*already has a table `process`/);
});
