import test from 'ava';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { isError } from '../../engine/base/diagnostic.js';
import { textOf } from '../../engine/base/source.js';
import { catalogOf } from '../../engine/check/schema.js';
import { applyFixes } from '../../engine/lint/apply-fixes.js';
import { lintPolicies } from '../../engine/lint/lint.js';
import { RULES } from '../../engine/lint/rules.js';
import { compilePolicies } from '../../engine/loop/compile.js';
import { introspect } from '../../engine/store/introspect.js';
import { databaseOf } from '../helpers/solve-here.js';

const SCHEMA = `
  create table host (host_id integer primary key, cores integer not null, free real, zone text);
  create table request (
    request_id integer primary key, cores integer not null, status text, parts integer not null default 1,
    controllable_host integer not null references host, controllable_n integer check (controllable_n between 0 and 9));
  create table drained (host_id integer, reason text);
  create table clock (clock_id integer primary key check (clock_id = 1), now integer);
  create view busy as select host_id, zone from host where cores > 1;
  insert into host values (1, 4, 0.5, 'a'), (2, 8, 0.5, 'b');
  insert into request values (1, 2, 'open', 1, 1, 0), (2, 2, 'open', 1, 1, 0);
  insert into clock values (1, 0);
`;

const store = databaseOf(SCHEMA);
const catalog = catalogOf(introspect(store));

const lint = (text: string, name = 'p.sql'): readonly Diagnostic[] => lintPolicies([{ name, text }], catalog);

interface Example {
  readonly rule: keyof typeof RULES;
  readonly what: string;
  /** Body of a constraint `p`, or whole statements where it begins with `create` or a comment. */
  readonly bad: string;
  readonly underlined: string;
  /** The bad one after its fix; absent where no fix is applicable. */
  readonly fixed?: string;
  readonly good: readonly string[];
  /** Name of the file. */
  readonly file?: string;
}

const whole = (text: string): string =>
  /^(create|--|\/\*)/.test(text) ? text : `-- What it is for.\ncreate constraint p as\n${text};`;

const EXAMPLES: readonly Example[] = [
  {
    rule: 'L001',
    what: 'a statement without a comment',
    bad: '-- About p.\ncreate constraint p as select * from host check cores > 0;\n\ncreate constraint p2 as select * from host check cores > 1;',
    underlined: 'p2',
    good: [
      '/* About p. */ create constraint p as select * from host check cores > 0;',
      '-- About p.\n\ncreate constraint p as select * from host check cores > 0; -- p ends\n-- About p2.\ncreate constraint p2 as select * from host check cores > 1;',
    ],
  },
  {
    rule: 'L001',
    what: 'a comment behind the statement before it, or an ignore, which say nothing',
    bad: '-- About p.\ncreate constraint p as select * from host check cores > 0; -- p ends\ncreate constraint p2 as select * from host check cores > 1;',
    underlined: 'p2',
    good: [],
  },
  {
    rule: 'L002',
    what: 'a name in another case',
    bad: '-- About it.\ncreate constraint pHostCores as select * from host check cores > 0;',
    underlined: 'pHostCores',
    good: ['-- About it.\ncreate constraint p_host_cores2 as select * from host check cores > 0;'],
  },
  {
    rule: 'L003',
    what: 'a file named after nothing in it',
    bad: '-- About it.\ncreate constraint host_cores as select * from host check cores > 0;',
    underlined: 'host_cores',
    file: 'policies/rack/mem-cap.sql',
    good: [
      '-- About it.\ncreate constraint mem_cap as select * from host check cores > 0;',
      '-- About it.\ncreate constraint rack_mem_cap_hard as select * from host check cores > 0;\n-- And it.\ncreate constraint other as select * from host check cores > 1;',
    ],
  },
  {
    rule: 'L004',
    what: 'a select list',
    bad: 'select host_id, cores as c, zone from host check cores > 0',
    underlined: 'host_id, cores as c, zone',
    fixed: 'select * from host check cores > 0',
    good: ['select * from host check cores > 0'],
  },
  {
    rule: 'L004',
    what: 'a select list that the clause reads, which only people can take out',
    bad: 'select cores + 1 as more from host check more > 0',
    underlined: 'cores + 1 as more',
    good: [],
  },
  {
    rule: 'L004',
    what: 'a select list that makes a group, which only people can take out',
    bad: 'select count(*) from host where zone is not null check true = (zone is null)',
    underlined: 'count(*)',
    good: [],
  },
  {
    rule: 'L005',
    what: 'a view that nothing reads',
    bad: '-- One.\ncreate view small as select host_id from host;\n-- Two.\ncreate constraint p as select * from host check cores > 0;',
    underlined: 'small',
    good: [
      '-- One.\ncreate view small as select host_id from host;\n-- Two.\ncreate constraint p as select * from request check controllable_host in (select s.host_id from SMALL as s);',
      '-- One.\ncreate view small as select host_id from host;\n-- Two.\ncreate constraint p as select * from request check controllable_host in small;',
    ],
  },
  {
    rule: 'L006',
    what: 'soft constraints of one priority, one without a weight',
    bad: '-- One.\ncreate constraint p as select * from request maximize controllable_n priority 2;\n-- Two.\ncreate constraint q as select * from request minimize controllable_host weight 3 priority 2;',
    underlined: 'p',
    fixed:
      '-- One.\ncreate constraint p as select * from request maximize controllable_n weight 1 priority 2;\n-- Two.\ncreate constraint q as select * from request minimize controllable_host weight 3 priority 2;',
    good: [
      'select * from request maximize controllable_n',
      '-- One.\ncreate constraint p as select * from request maximize controllable_n;\n-- Two.\ncreate constraint q as select * from request minimize controllable_host priority 2;',
    ],
  },
  {
    rule: 'L007',
    what: 'a column of one of two relations',
    bad: "select * from request as r join host as h on h.host_id = r.controllable_host where status = 'open' check h.cores > 0",
    underlined: 'status',
    fixed:
      "select * from request as r join host as h on h.host_id = r.controllable_host where r.status = 'open' check h.cores > 0",
    good: [
      "select * from request where status = 'open' check controllable_n > 0",
      'select * from request as r join host as h on h.host_id = r.controllable_host check exists (select 1 from drained where reason is null)',
      'select * from request join elsewhere on somewhere = there check status > 0',
    ],
  },
  {
    rule: 'L008',
    what: 'a column that only the select around has',
    bad: 'select * from request check controllable_host in (select b.host_id from busy as b where status is null)',
    underlined: 'status',
    fixed:
      'select * from request check controllable_host in (select b.host_id from busy as b where request.status is null)',
    good: [
      'select * from request check controllable_host in (select host_id from busy)',
      'select * from request as r check controllable_host in (select host_id from busy where r.status is null)',
      'select * from request check controllable_host in (select host_id from elsewhere where status is null)',
    ],
  },
  {
    rule: 'L009',
    what: '`not in` over a column that may be null',
    bad: 'select * from request check controllable_host not in (select d.host_id from drained as d)',
    underlined: 'controllable_host not in (select d.host_id from drained as d)',
    good: [
      'select * from request check controllable_host not in (select d.host_id from drained as d where d.host_id is not null)',
      'select * from request check controllable_host not in (select d.host_id from drained as d where d.host_id > 3)',
      'select * from request check controllable_host not in (select h.host_id from host as h)',
      'select * from request check controllable_host in (select d.host_id from drained as d)',
    ],
  },
  {
    rule: 'L009',
    what: '`not (... in ...)`, too',
    bad: 'select * from request check not controllable_host in (select d.host_id from drained as d)',
    underlined: 'controllable_host in (select d.host_id from drained as d)',
    good: [],
  },
  {
    rule: 'L010',
    what: 'a decision beside a real',
    bad: 'select * from request check controllable_n <= 2.0',
    underlined: '2.0',
    fixed: 'select * from request check controllable_n <= 2',
    good: ['select * from request check controllable_n <= 2', 'select * from host check free > 0.2'],
  },
  {
    rule: 'L010',
    what: 'a decision between reals, which no integer replaces',
    bad: 'select * from request check controllable_n between 1 and 2.5',
    underlined: '2.5',
    good: [],
  },
  {
    rule: 'L011',
    what: 'integers divided',
    bad: 'select * from request check cores / parts <= 2',
    underlined: 'cores / parts',
    good: [
      'select * from request check cores <= 2 * parts',
      'select * from request check cores / 2.0 <= 2',
      'select * from host check free / cores > 0',
      'select * from request where cores / parts > 1 check controllable_n > 0',
    ],
  },
  {
    rule: 'L012',
    what: 'a relation that nothing ties',
    bad: "select * from request as r join host as h where h.zone = 'a' and r.cores > 1 check h.cores > r.controllable_n",
    underlined: 'host as h',
    good: [
      'select * from request as r join host as h on h.host_id = r.controllable_host check h.cores > 0',
      'select * from request as r, host as h where h.host_id + 1 > r.controllable_host check h.cores > 0',
      'select * from request as r cross join host as h check h.cores > r.controllable_n',
      'select * from request as r join clock as c check r.controllable_n > c.now',
      'select * from request as r join drained as d using (cores) check r.controllable_n > 0',
      'select * from request as r join json_each(r.status) as j check r.controllable_n > j.value',
      'select * from request as r join host as h on exists (select 1 from drained as d where d.host_id = h.host_id and d.reason = r.status) check h.cores > 0',
      'select * from request as r check exists (select 1 from host as h, drained as d where h.host_id = r.controllable_host and d.host_id = r.controllable_host)',
    ],
  },
  {
    rule: 'L013',
    what: 'a count that asks for a row',
    bad: 'select * from request as r check (select count(*) from host as h where h.host_id = r.controllable_host) >= 1 and r.cores > 0',
    underlined: '(select count(*) from host as h where h.host_id = r.controllable_host) >= 1',
    fixed:
      'select * from request as r check exists (select 1 from host as h where h.host_id = r.controllable_host) and r.cores > 0',
    good: [
      'select * from request as r check (select count(*) from host as h where h.host_id > r.controllable_host) >= 2',
      'select * from request as r group by r.status check count(*) >= 1 or sum(r.controllable_n) > 0',
    ],
  },
  {
    rule: 'L013',
    what: 'a count that asks for none, on the other side and under a `not`',
    bad: 'select * from request as r check not (0 = (select count(*) from host as h where h.host_id = r.controllable_host))',
    underlined: '(0 = (select count(*) from host as h where h.host_id = r.controllable_host))',
    fixed:
      'select * from request as r check not (not exists (select 1 from host as h where h.host_id = r.controllable_host))',
    good: [],
  },
  {
    rule: 'L014',
    what: 'a weight of 0',
    bad: 'select * from request maximize controllable_n weight 0.0',
    underlined: '0.0',
    good: ['select * from request maximize controllable_n weight 0.5'],
  },
  {
    rule: 'L015',
    what: 'a check that is true everywhere',
    bad: 'select * from request where cores > 1 check 2 >= 1 and true',
    underlined: '2 >= 1 and true',
    good: [
      'select * from request where controllable_n > 3 check false',
      'select * from request check abs(cores) > 1',
    ],
  },
  {
    rule: 'L015',
    what: 'a term that is the same everywhere',
    bad: 'select * from request maximize 1',
    underlined: '1',
    good: ['select * from request where controllable_n > 3 minimize 1'],
  },
  {
    rule: 'L016',
    what: 'a comparison with null',
    bad: 'select * from request where status = null check controllable_n > 0',
    underlined: 'status = null',
    good: ['select * from request where status is null check controllable_n > 0'],
  },
  {
    rule: 'L017',
    what: 'a condition said twice',
    bad: "select * from request where cores > 1 and Status = 'open' and CORES>1 check controllable_n > 0",
    underlined: 'CORES>1',
    fixed: "select * from request where cores > 1 and Status = 'open' check controllable_n > 0",
    good: [
      "select * from request where status = 'open' and status <> 'OPEN' check controllable_n > 0",
      'select * from request where cores > 1 check cores > 1 or controllable_n > 2',
    ],
  },
  {
    rule: 'L017',
    what: 'a condition said twice in parentheses, which only people can take out',
    bad: 'select * from request where (cores > 1 and parts > 1) and cores > 1 check controllable_n > 0',
    underlined: 'cores > 1',
    good: [],
  },
  {
    rule: 'L018',
    what: 'a hard constraint called a wish',
    bad: '-- About it.\ncreate constraint p_prefer_small as select * from request check controllable_n < 3;',
    underlined: 'p_prefer_small',
    good: [
      '-- About it.\ncreate constraint p_prefer_small as select * from request minimize controllable_n;',
    ],
  },
  {
    rule: 'L018',
    what: 'a wish called a duty',
    bad: '-- About it.\ncreate constraint p_must_fit as select * from request maximize controllable_n;',
    underlined: 'p_must_fit',
    good: ['-- About it.\ncreate constraint p_mustard as select * from request maximize controllable_n;'],
  },
  {
    rule: 'L019',
    what: '`and` beside `or`',
    bad: 'select * from request check controllable_n > 3 or cores > 1 and parts > 1',
    underlined: 'cores > 1 and parts > 1',
    fixed: 'select * from request check controllable_n > 3 or (cores > 1 and parts > 1)',
    good: [
      'select * from request check controllable_n > 3 or (cores > 1 and parts > 1)',
      'select * from request check (controllable_n > 3 or cores > 1) and (parts > 1)',
    ],
  },
  {
    rule: 'L020',
    what: 'a left join that `where` undoes',
    bad: 'select * from request as r left join drained as d on d.reason = r.status where d.host_id = 3 check r.controllable_n > 0',
    underlined: 'd.host_id = 3',
    good: [
      'select * from request as r left join drained as d on d.reason = r.status and d.host_id = 3 check r.controllable_n > 0',
      'select * from request as r left join drained as d on d.reason = r.status where d.host_id is null check r.controllable_n > 0',
      'select * from request as r left join drained as d on d.reason = r.status where coalesce(d.host_id, 3) = 3 check r.controllable_n > 0',
    ],
  },
  {
    rule: 'L021',
    what: 'two constraints that say the same',
    bad: '-- One.\ncreate constraint p as select * from request check controllable_n > 3;\n-- Two.\ncreate constraint q as\nselect * from request\ncheck controllable_n > 3;',
    underlined: 'q',
    good: [
      '-- One.\ncreate constraint p as select * from request check controllable_n > 3;\n-- Two.\ncreate constraint q as select * from request check controllable_n > 4;',
    ],
  },
  {
    rule: 'L022',
    what: 'a column compared with itself',
    bad: 'select * from request as a join request as b on b.cores = b.cores and b.parts = a.parts check a.controllable_n <> b.controllable_n',
    underlined: 'b.cores = b.cores',
    good: [
      'select * from request as a join request as b on b.cores = a.cores check a.controllable_n <> b.controllable_n',
    ],
  },
  {
    rule: 'L025',
    what: 'an alias that looks like a keyword',
    bad: 'select * from request lft join drained as d on d.reason = lft.status check lft.controllable_n > 0',
    underlined: 'lft',
    good: [
      'select * from request as lft join drained as d on d.reason = lft.status check lft.controllable_n > 0',
      'select * from request r join drained as d on d.reason = r.status check r.controllable_n > 0',
    ],
  },
];

test('every rule has an example', (t) => {
  t.deepEqual(
    Object.keys(RULES).filter((code) => !EXAMPLES.some(({ rule }) => rule === code)),
    [],
  );
});

for (const { rule, what, bad, underlined, fixed, good, file = 'p.sql' } of EXAMPLES) {
  test(`${rule} finds ${what}`, (t) => {
    const found = lint(whole(bad), file);
    t.deepEqual(
      found.map(({ code, span }) => [code, span && textOf(span)]),
      [[rule, underlined]],
    );
    t.is(found[0]?.severity, 'warning');
    t.regex(found[0]?.message ?? '', /^[^A-Z].*[^.]$/);
  });

  test(`${rule} is silent about what says the same better than ${what}`, (t) => {
    for (const text of good) t.deepEqual(lint(whole(text), file), [], text);
    t.pass();
  });

  test(`the fix of ${rule} for ${what} gives what it should, or there is none`, (t) => {
    const source = { name: file, text: whole(bad) };
    const { text, applied } = applyFixes(source, lintPolicies([source], catalog));
    t.is(text, fixed === undefined ? whole(bad) : whole(fixed));
    t.is(applied, fixed === undefined ? 0 : 1);
    if (fixed === undefined) return;
    const compiled = compilePolicies([{ name: file, text }], catalog);
    t.deepEqual(compiled.diagnostics.filter(isError), []);
    t.deepEqual(lint(text, file), [], 'nothing is left to find');
  });
}
