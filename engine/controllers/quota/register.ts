import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import { didYouMean } from '../../base/suggest.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import type { EventOf } from './decode.js';

/** Constants of a set that say what it is, not how its rules work. */
const FIXED = ['parameter_set_id', 'name', 'idle_checked_us', 'reclaimed_us'];

/**
 * Makes a set of constants, or changes one. Another window length empties the windows of its containers.
 * A value out of its range is refused by the schema.
 */
export function setParameters(event: EventOf<'parameters'>, { rows }: ControllerContext): void {
  const columns = rows
    .all(`select name from pragma_table_info('parameter_set')`)
    .map((record) => String(record['name']))
    .filter((column) => !FIXED.includes(column));
  for (const [column] of event.values) {
    if (columns.includes(column)) continue;
    throw new Refusal('loop/bad-event', `there is no parameter \`${column}\``, didYouMean(column, columns));
  }
  rows.run('insert into parameter_set (name) values (?) on conflict (name) do nothing', event.name);
  for (const [column, value] of event.values) {
    rows.run(
      `update parameter_set set ${column} = ? where name = ? and ${column} <> ?`,
      value,
      event.name,
      value,
    );
    if (column !== 'window_count') continue;
    rows.run(
      `update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0
       where container_id in (
         select container_id from container
         join application using (application_id)
         join parameter_set using (parameter_set_id)
         where parameter_set.name = ?)`,
      event.name,
    );
  }
}

/** Makes an application; one that is there keeps its limits (`limit` changes them). */
export function registerApplication(event: EventOf<'application'>, { rows }: ControllerContext): void {
  const { application, cpuUs, memoryPages, name } = event;
  const known = rows.get('select 1 from application where application_id = ?', application);
  if (known !== undefined) {
    throw new Refusal(
      'loop/not-served',
      `there is an application ${application} already`,
      '`limit` changes its limits',
    );
  }
  const parameters = parameterSet(rows, event.parameters ?? 'default');
  if (cpuUs < integerOf(parameters, 'slice_us')) {
    throw new Refusal(
      'loop/bad-event',
      `application ${application} has less CPU than one slice of its parameters`,
    );
  }
  rows.run(
    `insert into application (application_id, name, cpu_limit_us, memory_limit_pages, parameter_set_id)
     values (?, ?, ?, ?, ?)`,
    application,
    name,
    cpuUs,
    memoryPages,
    integerOf(parameters, 'parameter_set_id'),
  );
}

function parameterSet(rows: Rows, name: string): SqlRecord {
  const found = rows.get('select * from parameter_set where name = ?', name);
  if (found !== undefined) return found;
  const names = rows
    .all('select name from parameter_set order by name')
    .map((record) => String(record['name']));
  throw new Refusal('loop/not-served', `there is no parameter set \`${name}\``, didYouMean(name, names));
}

/** Makes a machine, or gives one another capacity; one that holds more than it then has is refused. */
export function registerHost(event: EventOf<'host'>, { rows }: ControllerContext): void {
  const { host, cpuUs, memoryPages } = event;
  const held = must(
    rows.get(
      `select coalesce(sum(quota_us), 0) as cpu_us, coalesce(sum(limit_pages), 0) as memory_pages
       from container where host_id = ? and ended_us is null`,
      host,
    ),
    'a row',
  );
  if (integerOf(held, 'cpu_us') > cpuUs || integerOf(held, 'memory_pages') > memoryPages) {
    throw new Refusal(
      'loop/not-served',
      `host ${host} holds ${integerOf(held, 'cpu_us')} us and ${integerOf(held, 'memory_pages')} pages already`,
    );
  }
  rows.run(
    `insert into container_host (host_id, cpu_us, memory_pages) values (?, ?, ?)
     on conflict (host_id) do update set cpu_us = excluded.cpu_us, memory_pages = excluded.memory_pages`,
    host,
    cpuUs,
    memoryPages,
  );
}
