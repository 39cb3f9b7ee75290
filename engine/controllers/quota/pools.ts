import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { Rows } from '../../loop/controller.js';

/** What an application has left, with what is proposed taken off, and the constants of its rules. */
export interface Pool {
  readonly application: number;
  readonly cpuUs: number;
  readonly memoryPages: number;
  readonly containers: number;
  readonly cpuLimitUs: number;
  readonly memoryLimitPages: number;
  readonly parameters: SqlRecord;
}

/** Throws Refusal for an application that is not there. */
export function poolOf(rows: Rows, application: number): Pool {
  const record = rows.get(
    `select proposed_pool.*, application.cpu_limit_us, application.memory_limit_pages, application.parameter_set_id
     from application join proposed_pool using (application_id) where application_id = ?`,
    application,
  );
  if (record === undefined) throw new Refusal('loop/not-served', `there is no application ${application}`);
  const parameters = rows.get(
    'select * from parameter_set where parameter_set_id = ?',
    integerOf(record, 'parameter_set_id'),
  );
  return {
    application,
    cpuUs: integerOf(record, 'cpu_us'),
    memoryPages: integerOf(record, 'memory_pages'),
    containers: integerOf(record, 'containers'),
    cpuLimitUs: integerOf(record, 'cpu_limit_us'),
    memoryLimitPages: integerOf(record, 'memory_limit_pages'),
    parameters: must(parameters, 'the parameter set of an application'),
  };
}

/** What a machine has left; without limit where its capacity is not kept. Throws Refusal for an unknown machine. */
export function roomOf(
  rows: Rows,
  host: number | null,
): { readonly cpuUs: number; readonly memoryPages: number } {
  if (host === null) return { cpuUs: Infinity, memoryPages: Infinity };
  const record = rows.get('select cpu_us, memory_pages from proposed_room where host_id = ?', host);
  if (record === undefined) throw new Refusal('loop/not-served', `there is no host ${host}`);
  return { cpuUs: integerOf(record, 'cpu_us'), memoryPages: integerOf(record, 'memory_pages') };
}
