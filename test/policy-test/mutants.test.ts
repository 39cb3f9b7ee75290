import test from 'ava';
import { textOf } from '../../engine/base/source.js';
import { parsePolicies } from '../../engine/lang/parser.js';
import { printPolicies } from '../../engine/lang/print.js';
import { mutantsOf } from '../../engine/policy-test/mutants.js';
import { readPolicyPaths } from '../../engine/store/files.js';

const POLICY = `create view busy as select host from load where used >= 2;
create constraint few as select * from task
where priority > 0 and host not in (select host from busy) and name is not null
check cores between 1 and 4 or controllable_host in (1, 2);
create constraint near as select * from task minimize controllable_host = 3 weight 5 priority 7;`;

test('a mutant changes one comparison, condition, number, negation, direction or policy', (t) => {
  const made = mutantsOf({ name: 'p.sql', text: POLICY }).map(
    ({ span, change }) => `${textOf(span)}: ${change}`,
  );
  t.deepEqual(made, [
    'used >= 2: `>=` becomes `>`',
    '2: `2` becomes `3`',
    '2: `2` becomes `1`',
    'few: `few` asks for nothing',
    ...[
      'priority > 0 and host not in (select host from busy) and name is not null: `priority > 0 and host not in (select host from busy)` is left out',
      'priority > 0 and host not in (select host from busy) and name is not null: `name is not null` is left out',
      'priority > 0 and host not in (select host from busy): `priority > 0` is left out',
      'priority > 0 and host not in (select host from busy): `host not in (select host from busy)` is left out',
    ],
    'priority > 0: `>` becomes `>=`',
    '0: `0` becomes `1`',
    'host not in (select host from busy): `not` is left out',
    'name is not null: `not` is left out',
    'cores between 1 and 4: `not` is added',
    '1: `1` becomes `2`',
    '1: `1` becomes `0`',
    '4: `4` becomes `5`',
    '4: `4` becomes `3`',
    'controllable_host in (1, 2): `not` is added',
    '1: `1` becomes `2`',
    '1: `1` becomes `0`',
    '2: `2` becomes `3`',
    '2: `2` becomes `1`',
    'near: `near` asks for nothing',
    'controllable_host = 3: `minimize` becomes `maximize`',
    'controllable_host = 3: `=` becomes `!=`',
    '3: `3` becomes `4`',
    '3: `3` becomes `2`',
  ]);
});

test('what `exists` selects is left alone, and its conditions are not', (t) => {
  const text =
    'create constraint c as select * from a check exists (select 7 from b where x in (select 8 from d));';
  const made = mutantsOf({ name: 'p.sql', text }).map(({ change }) => change);
  t.deepEqual(made, ['`c` asks for nothing', '`not` is added', '`8` becomes `9`', '`8` becomes `7`']);
});

test('every mutant of the shipped policies is read again, and differs from all others and the original', (t) => {
  for (const source of readPolicyPaths(['policies'])) {
    const seen = new Set([printPolicies(parsePolicies(source).statements)]);
    for (const mutant of mutantsOf(source)) {
      const { statements, diagnostics } = parsePolicies(mutant.source);
      t.deepEqual(diagnostics, [], mutant.change);
      t.false(seen.has(mutant.source.text), `${source.name}: ${mutant.change}`);
      seen.add(mutant.source.text);
      t.is(printPolicies(statements), mutant.source.text);
    }
  }
});
