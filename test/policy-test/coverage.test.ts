import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { stoppedClock } from '../../engine/base/clock.js';
import { createSolver } from '../../engine/loop/create-solver.js';
import { CoverageRecorder, coverageTotal, missingOf } from '../../engine/policy-test/coverage.js';
import { loadTests } from '../../engine/policy-test/load-tests.js';
import { runTestFile } from '../../engine/policy-test/run-test-file.js';
import { tempFolder } from '../store/helpers/temp-folder.js';

const solver = createSolver();
test.after.always(() => solver.close());

const TABLES = `create table host (host_id integer primary key, cores integer);
  create table task (task_id integer primary key, cores integer, wish integer, controllable_host integer references host);
  insert into host values (1, 2), (2, 4);`;

/** What the tests show of each constraint: `name: binding slack`. */
async function seen(t: ExecutionContext, policy: string, body: string): Promise<string[]> {
  const folder = tempFolder(t);
  writeFileSync(join(folder, 'p.sql'), policy);
  writeFileSync(join(folder, 'p.test.sql'), `${TABLES} ${body}`);
  const limits = { timeMs: null, work: null, seed: 1 };
  const observer = new CoverageRecorder(solver.solve, limits);
  const loaded = loadTests(join(folder, 'p.test.sql'), []);
  observer.declare(loaded.policies);
  const setting = { solve: solver.solve, limits, clock: stoppedClock, observer };
  const { results, diagnostics } = await runTestFile(loaded, () => true, setting);
  t.deepEqual(
    [...diagnostics, ...results.flatMap((result) => [...result.diagnostics, ...result.failures])],
    [],
  );
  return observer.constraints.map(({ name, binding, slack }) =>
    [`${name}:`, ...(binding === null ? [] : ['binding']), ...(slack === null ? [] : ['slack'])].join(' '),
  );
}

const room = `create constraint room as select * from task join host on host.host_id = task.controllable_host
  group by host.host_id, host.cores check sum(task.cores) <= host.cores;`;
const wish = `create constraint wish as select * from task where wish is not null maximize controllable_host = wish;`;

interface Case {
  readonly title: string;
  readonly policy: string;
  readonly body: string;
  readonly shows: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'a hard constraint without rows is neither binding nor slack',
    policy: room,
    body: 'create test t begin expect optimal; end;',
    shows: ['room:'],
  },
  {
    title: 'a hard constraint that no assignment can violate is slack only',
    policy: room,
    body: 'create test t begin insert into task values (1, 2, null, null); expect optimal; end;',
    shows: ['room: slack'],
  },
  {
    title:
      'a hard constraint that leaves out an assignment is binding and slack, whichever answer was chosen',
    policy: room,
    body: 'create test t begin insert into task values (1, 3, null, null); expect optimal; end;',
    shows: ['room: binding slack'],
  },
  {
    title: 'a constraint of the core is binding, and nothing is slack without an answer',
    policy: `${room} create constraint other as select * from task check controllable_host > 1;`,
    body: 'create test t begin insert into task values (1, 5, null, null); expect infeasible because (room); end;',
    shows: ['room: binding', 'other:'],
  },
  {
    title: 'a constraint that another one makes superfluous is not binding',
    policy: `create constraint strong as select * from task check controllable_host >= 2;
      create constraint weak as select * from task check controllable_host >= cores - 1;`,
    body: 'create test t begin insert into task values (1, 2, null, null); expect optimal; end;',
    shows: ['strong: binding slack', 'weak: slack'],
  },
  {
    title: 'a constraint that the schema makes superfluous is not binding',
    policy: 'create constraint known as select * from task check controllable_host between 1 and 2;',
    body: 'create test t begin insert into task values (1, 2, null, null); expect optimal; end;',
    shows: ['known: slack'],
  },
  {
    title: 'rows that the conditions leave out are let pass by nobody',
    policy:
      'create constraint wished as select * from task where wish is not null check controllable_host = wish;',
    body: 'create test t begin insert into task values (1, 2, null, null); expect optimal; end;',
    shows: ['wished:'],
  },
  {
    title: 'a condition on a decision counts as the answer has it',
    policy: `create constraint far as select * from task where controllable_host = 2 check cores > 2;
      create constraint near as select * from task where controllable_host = 1 check cores <= 2;`,
    body: 'create test t begin insert into task values (1, 2, null, null); expect optimal; end;',
    shows: ['far: binding', 'near: slack'],
  },
  {
    title: 'capacity constraints count their items',
    policy: `create constraint cap as select * from task join host on host.host_id = task.controllable_host
      check capacity(task.controllable_host, host.host_id, task.cores, host.cores);`,
    body: 'create test t begin insert into task values (1, 3, null, null); expect optimal; end;',
    shows: ['cap: binding slack'],
  },
  {
    title: 'a capacity that nothing can exceed is slack only',
    policy: `create constraint cap as select * from task join host on host.host_id = task.controllable_host
      check capacity(task.controllable_host, host.host_id, task.cores, host.cores);`,
    body: 'create test t begin insert into task values (1, 2, null, null); expect optimal; end;',
    shows: ['cap: slack'],
  },
  {
    title: 'a check without decisions binds where it fails and is slack where it holds',
    policy: `create constraint some as select count(*) from host check count(*) > 1; ${wish}`,
    body: `create test t begin insert into task values (1, 2, 1, null); expect optimal; end;
      create test u begin delete from host where host_id = 1; insert into task values (1, 2, null, null); expect infeasible because (some); end;`,
    shows: ['some: binding slack', 'wish: binding slack'],
  },
  {
    title: 'several tests add up',
    policy: room,
    body: `create test t begin insert into task values (1, 5, null, null); expect infeasible; end;
      create test u begin insert into task values (1, 1, null, null); expect optimal; end;`,
    shows: ['room: binding slack'],
  },
  {
    title: 'a soft constraint that decides the answer is binding and slack',
    policy: wish,
    body: 'create test t begin insert into task values (1, 1, 2, null); expect optimal; end;',
    shows: ['wish: binding slack'],
  },
  {
    title: 'a soft constraint whose wish is granted in any answer is slack only',
    policy: `create constraint there as select * from task check controllable_host = 2; ${wish}`,
    body: 'create test t begin insert into task values (1, 1, 2, null); expect optimal; end;',
    shows: ['there: binding slack', 'wish: slack'],
  },
  {
    title: 'a soft constraint that gives way to another is binding only',
    policy: `${wish} create constraint low as select * from task minimize controllable_host priority 1;`,
    body: 'create test t begin insert into task values (1, 1, 2, null); expect optimal; end;',
    shows: ['wish: binding', 'low: binding slack'],
  },
  {
    title: 'a soft constraint that no decision reaches shows nothing',
    policy: `${room} ${wish}`,
    body: 'create test t begin insert into task values (1, 1, null, null); expect optimal; end;',
    shows: ['room: slack', 'wish:'],
  },
];

for (const { title, policy, body, shows } of cases) {
  test(title, async (t) => t.deepEqual(await seen(t, policy, body), shows));
}

test('the total counts halves and is never rounded up to 100', (t) => {
  const span = { source: { name: 'p.sql', text: 'p' }, start: 0, end: 1 };
  const one = { name: 'p', span, kind: 'hard', binding: span, slack: span } as const;
  t.deepEqual(coverageTotal([]), { covered: 0, total: 0, percent: 100 });
  t.deepEqual(coverageTotal([one, { ...one, slack: null }]), { covered: 3, total: 4, percent: 75 });
  const many = Array.from({ length: 1000 }, () => one);
  t.is(coverageTotal([...many, { ...one, binding: null }]).percent, 99.9);
  t.deepEqual(missingOf({ ...one, binding: null, slack: null }), [
    'never seen refusing anything',
    'never seen letting anything pass',
  ]);
});
