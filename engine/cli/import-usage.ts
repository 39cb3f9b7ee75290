import type { SqlValue } from '../base/sql-value.js';
import type { ImportOptions } from '../importers/importer.js';
import type { UsageFormat } from '../importers/usage/usage-format.js';
import type { Store } from '../store/store.js';
import { withStore } from './with-store.js';

/** What became of a file of recorded usage. */
export interface ImportedUsage {
  readonly lines: number;
  readonly samples: number;
  readonly rejected: number;
  readonly entities: number;
}

/** Rows of one transaction. */
const BATCH = 10_000;

const SAMPLE = `insert into usage_sample
  (usage_trace_id, entity, at_ms, duration_ms, cpu_us, pages, cpu_limit_us, limit_pages, throttled_periods)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const REJECT = 'insert into usage_reject (usage_trace_id, line, reason) values (?, ?, ?)';

/**
 * Reads a file of recorded usage of any size into the tables of the schema pack usage, ten thousand rows a transaction;
 * a file that was torn leaves the rows before the tear, without a start of the trace.
 */
export async function importUsage(
  format: UsageFormat,
  path: string,
  options: ImportOptions,
  database: string,
): Promise<ImportedUsage> {
  const { readUsage } = await import('../importers/usage/read-usage.js');
  const { applyPack } = await import('../store/apply-pack.js');
  return withStore(
    database,
    'plain',
    async (store) => {
      applyPack(store, 'usage');
      const trace = begin(store, format, path, options);
      const waiting: (readonly [sql: string, values: readonly SqlValue[]])[] = [];
      const flush = (): void => {
        store.write(() => {
          for (const [sql, values] of waiting) store.run(sql, values);
        });
        waiting.length = 0;
      };
      const add = (sql: string, ...values: SqlValue[]): void => {
        waiting.push([sql, values]);
        if (waiting.length >= BATCH) flush();
      };
      const whole = (value: number | null): number | null => (value === null ? null : Math.round(value));
      let samples = 0;
      let rejected = 0;
      const lines = await readUsage(format, path, options, {
        onSample: (sample) => {
          samples += 1;
          const { container, atMs, durationMs, cpuUs, pages, cpuLimitUs, limitPages, throttledPeriods } =
            sample;
          const amounts = [cpuUs, pages, cpuLimitUs, limitPages, throttledPeriods].map(whole);
          add(SAMPLE, trace, container, atMs, durationMs, ...amounts);
        },
        onReject: ({ line, reason }) => {
          rejected += 1;
          add(REJECT, trace, line, reason);
        },
      });
      flush();
      return { lines, samples, rejected, entities: finish(store, format, trace) };
    },
    { create: true },
  );
}

function begin(store: Store, format: UsageFormat, path: string, options: ImportOptions): number {
  return store.write(() => {
    store.run('insert into usage_trace (format, path, scaling, interval_ms) values (?, ?, ?, ?)', [
      format.name,
      path,
      format.scaling(options),
      format.intervalMs,
    ]);
    return Number(store.record('select max(usage_trace_id) as id from usage_trace')?.['id'] ?? 0);
  });
}

/** Moves times to the start of the trace; gives the number of containers. */
function finish(store: Store, format: UsageFormat, trace: number): number {
  return store.write(() => {
    const earliest = store.record('select min(at_ms) as at_ms from usage_sample where usage_trace_id = ?', [
      trace,
    ]);
    const startMs = format.clock === 'trace' ? 0 : Number(earliest?.['at_ms'] ?? 0);
    if (startMs !== 0)
      store.run('update usage_sample set at_ms = at_ms - ? where usage_trace_id = ?', [startMs, trace]);
    store.run('update usage_trace set start_ms = ? where usage_trace_id = ?', [startMs, trace]);
    const entities = store.record(
      'select count(distinct entity) as entities from usage_sample where usage_trace_id = ?',
      [trace],
    );
    return Number(entities?.['entities'] ?? 0);
  });
}
