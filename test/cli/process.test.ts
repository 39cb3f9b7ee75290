import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { monotonicClock } from '../../engine/base/clock.js';
import { packagePath } from '../../engine/store/files.js';
import { MAIN, SQLITE_SHELL, runCliProcess, runProcess } from './helpers/run-cli-process.js';

test('the program runs as its users run it, from any folder', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'edict-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  t.is((await runCliProcess(['init'], { cwd: folder })).stdout.split('\n')[0], 'created `edict.db`');
  const query = await runCliProcess(['--cwd', folder, 'query', '--db', 'edict.db', '-', '--format', 'csv'], {
    cwd: '/',
    stdin: 'select count(*) as hosts from host',
  });
  t.deepEqual([query.code, query.stdout, query.stderr], [0, 'hosts\r\n0\r\n', '']);
  const check = await runCliProcess(['check', 'rack'], { cwd: packagePath('policies') });
  t.deepEqual([check.code, check.stdout, check.stderr], [0, '', '']);
});

test('diagnostics name files as they were given', async (t) => {
  const end = await runCliProcess(['check', '-', '--format', 'plain'], { stdin: 'selct' });
  t.is(end.code, 1);
  t.regex(end.stderr, /^<stdin>:1:1: error parse\//);
});

for (const name of ['better-sqlite3', 'kysely', 'xstate', 'highs']) {
  test(`version and explain do not load ${name}`, async (t) => {
    for (const command of ['version', 'explain']) {
      const { loaded, code } = await loadedBy([command]);
      t.is(code, 0);
      t.false(loaded.includes(`/node_modules/${name}/`), command);
      t.true(loaded.includes('/node_modules/commander/'), 'the list of loaded files is not empty');
    }
  });
}

test('check loads no solver, no state machine and no query builder', async (t) => {
  const { loaded, code } = await loadedBy(['check', packagePath('policies', 'rack')]);
  t.is(code, 0);
  t.true(loaded.includes('/node_modules/better-sqlite3/'));
  for (const name of ['kysely', 'xstate', 'highs', 'javascript-lp-solver']) {
    t.false(loaded.includes(`/node_modules/${name}/`), name);
  }
});

/** Every file the program loads, one a line, as Node's own tracing of modules tells. */
async function loadedBy(args: readonly string[]): Promise<{ loaded: string; code: number | null }> {
  const hook = `data:text/javascript,${encodeURIComponent(`
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      import { writeSync } from 'node:fs';
      export async function load(url, context, next) { writeSync(2, 'loaded ' + url + '\\\\n'); return next(url, context); }
    \`));`)}`;
  const end = await runProcess(process.execPath, ['--import', hook, MAIN, ...args]);
  return { loaded: end.stderr, code: end.code };
}

test('a reader that has seen enough ends the program quietly', async (t) => {
  const script = `"$NODE" "$EDICT" explain 2>&1 >&3 3>&- | cat; "$NODE" "$EDICT" explain | head -c 10; echo "$?"`;
  const end = await runProcess('/bin/bash', ['-c', `set -o pipefail; exec 3>/dev/null; ${script}`], {
    env: { NODE: process.execPath, EDICT: MAIN },
  });
  t.is(end.stderr, '');
  t.regex(end.stdout, /\n?0\n$/);
});

test('a command that computes without a pause still ends at a signal, and a shell sees 143', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'edict-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  // More triples than SQLite can look at in a lifetime, and none of them is an answer.
  const script = `"$NODE" "$EDICT" init -q && "$NODE" "$SQLITE" edict.db "$ROWS" &&
    { "$NODE" "$EDICT" audit --db edict.db --policies slow.sql & pid=$!; sleep 3; kill -TERM $pid; wait $pid; echo $?; }`;
  writeFileSync(
    join(folder, 'slow.sql'),
    'create constraint slow as select * from big as a join big as b on 1 join big as c on a.n + b.n + c.n < 0 check 0;',
  );
  const rows = `create table big (n integer); with recursive t(n) as (select 1 union all select n + 1 from t limit 20000)
    insert into big select n from t`;
  const start = monotonicClock.nowMs();
  const end = await runProcess('/bin/sh', ['-c', script], {
    cwd: folder,
    env: { NODE: process.execPath, EDICT: MAIN, SQLITE: SQLITE_SHELL, ROWS: rows },
  });
  t.is(end.stdout, '143\n');
  t.true(monotonicClock.nowMs() - start < 30_000);
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends the program with ${code}`, async (t) => {
    const child = spawn(process.execPath, [MAIN, 'check', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise((done) => child.on('close', (exit, by) => done([exit, by])));
    // More than a pipe holds: once it is gone the program reads, and so its signal handlers stand.
    await new Promise((done) => child.stdin.write(' '.repeat(500_000), done));
    child.kill(signal);
    t.deepEqual(await ended, [code, null]);
    t.is(stderr, '');
  });
}
