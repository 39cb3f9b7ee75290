import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { must } from '../../engine/base/assert.js';
import type { LoweredPolicy } from '../../engine/lower/lower.js';
import type { Residual, SelectPlan, SlotResidual } from '../../engine/lower/plan.js';
import { residualParts } from '../../engine/lower/residual-parts.js';
import { compileHere, databaseOf, shown } from '../helpers/solve-here.js';

/**
 * Goldens: what a policy asks of SQLite. `UPDATE=1` rewrites what stands below `---`; read the difference.
 * Every query is also prepared, so that none of them is SQL that SQLite would refuse.
 */
const FOLDER = 'test/cases/lower';

const slotText = (slot: SlotResidual): string =>
  `${slot.depth === 0 ? '' : `outer${slot.depth}.`}c${slot.component}.${slot.slot}`;

const keyText = (key: SelectPlan['groupBy'][number]): string =>
  key.kind === 'slot'
    ? slotText(key)
    : key.kind === 'cell'
      ? `c${key.component} output ${key.output}`
      : `${key.relation.name}.${key.column}`;

/** Selects nested in a residual, in the order of the text. */
function nested(residual: Residual): SelectPlan[] {
  const below = residualParts(residual).flatMap(nested);
  return 'plan' in residual ? [...below, residual.plan] : below;
}

function planLines(plan: SelectPlan, clause: readonly Residual[], indent: string): string[] {
  const lines = plan.components.flatMap((component, i) => {
    if (component.kind === 'derived')
      return [`${indent}c${i} view`, ...planLines(component.plan, [], `${indent}  `)];
    const notes = [
      component.choosable ? 'choosable' : '',
      component.parameters.length === 0 ? '' : `? = ${component.parameters.map(slotText).join(', ')}`,
    ].filter((note) => note !== '');
    return [`${indent}c${i} ${component.sql}${notes.length === 0 ? '' : `  -- ${notes.join('; ')}`}`];
  });
  const groups = plan.grouped
    ? [`${indent}grouped by ${plan.groupBy.map(keyText).join(', ') || 'nothing'}`]
    : [];
  const guards = plan.conditions.length === 0 ? [] : [`${indent}guards: ${plan.conditions.length}`];
  const inner = [...plan.conditions, ...plan.having, ...plan.outputs, ...clause].flatMap(nested);
  return [
    ...lines,
    ...guards,
    ...groups,
    ...inner.flatMap((one) => [`${indent}sub-query`, ...planLines(one, [], `${indent}  `)]),
  ];
}

function dump({ policy, plan, violations, softValues }: LoweredPolicy): string[] {
  const ground =
    plan.kind === 'ground' ? [`  ground ${plan.sql}`] : planLines(plan.select, plan.clause, '  ');
  return [
    `${policy.name}:`,
    ...ground,
    ...violations.map(({ sql, names }) => `  violated (${names.join(', ')}): ${sql}`),
    ...softValues.map(({ name, sql }) => `  value of ${name}: ${sql}`),
  ];
}

for (const file of readdirSync(FOLDER).sort()) {
  const path = `${FOLDER}/${file}`;
  const [given, expected = ''] = readFileSync(path, 'utf8').split(/^---\n/m);
  const [title, ...rest] = must(given, 'case').trimEnd().split('\n');
  const policyAt = rest.indexOf('policy:');
  const schema = rest.slice(1, policyAt).join('\n');
  const policy = rest.slice(policyAt + 1).join('\n');

  test(`ground SQL: ${must(title, 'title').replace('case: ', '')}`, (t) => {
    const store = databaseOf(schema);
    const { compiled, diagnostics } = compileHere(store, policy);
    const lines =
      compiled === null ? [...shown(diagnostics)] : [...compiled.policies, ...compiled.implied].flatMap(dump);
    const actual = `${lines.join('\n')}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(path, `${must(given, 'case')}---\n${actual}`);
    else t.is(actual, expected);
    t.not(compiled, null);
    for (const line of actual.split('\n')) {
      const sql = /(?:^\s*(?:c\d+|ground) |: )((?:select|with) .*?)(?:  -- .*)?$/.exec(line)?.[1];
      if (sql !== undefined) t.notThrows(() => store.columnsOf(sql), sql);
    }
  });
}
