import { existsSync } from 'node:fs';
import { readCsv } from '../csv.js';
import type { UsageFormat } from './usage-format.js';
import { CORE_US, NO_USE, PAGES_OF_MIB, amountOf } from './usage-format.js';

/**
 * Per-pod metrics of Online Boutique and Train Ticket under faults, a sample a minute (IntelligentDDS/Nezha @ d814010,
 * MIT), as `*_pods.csv` with `*_limits.csv` beside it.
 */
export const nezha: UsageFormat = {
  name: 'nezha',
  takes: 'a file `*_pods.csv`, plain or gzipped; limits are read from `*_limits.csv` beside it',
  options: [],
  clock: 'absolute',
  intervalMs: 60_000,
  scaling: () =>
    'cpu_millicores * 100 us a period, memory_mib * 256 pages; limits per service as derived by the source',
  parser: async (path) => {
    const limits = limitsBeside(path);
    let columns: ReadonlyMap<string, number> | null = null;
    return Promise.resolve((line) => {
      const fields = line.split(',');
      if (columns === null) {
        columns = new Map(fields.map((name, at) => [name, at]));
        const missing = ['t_s', 'service', 'cpu_millicores', 'memory_mib'].find(
          (name) => columns?.has(name) !== true,
        );
        return missing === undefined ? null : { reason: `there is no column \`${missing}\`` };
      }
      const field = (name: string): string | undefined => fields[columns?.get(name) ?? -1];
      const [seconds, millicores, mib] = ['t_s', 'cpu_millicores', 'memory_mib'].map((name) =>
        amountOf(field(name)),
      );
      const container = field('service') ?? '';
      if (container === '') return { reason: 'no `service`' };
      if (seconds === undefined || seconds === null) return { reason: '`t_s` is no number' };
      if (millicores === undefined) return { reason: '`cpu_millicores` is no number from 0' };
      if (mib === undefined) return { reason: '`memory_mib` is no number from 0' };
      const limit = limits.get(container);
      return {
        ...NO_USE,
        container,
        atMs: Math.round(seconds * 1000),
        cpuUs: millicores === null ? null : (millicores * CORE_US) / 1000,
        pages: mib === null ? null : Math.round(mib * PAGES_OF_MIB),
        cpuLimitUs: limit?.cpuUs ?? null,
        limitPages: limit?.pages ?? null,
      };
    });
  },
};

interface Limit {
  readonly cpuUs: number | null;
  readonly pages: number | null;
}

/** Throws DiagnosticError for a file of limits that cannot be read. */
function limitsBeside(path: string): ReadonlyMap<string, Limit> {
  const beside = path.replace(/_pods(?=\.csv)/, '_limits');
  const limits = new Map<string, Limit>();
  if (beside === path || !existsSync(beside)) return limits;
  for (const row of readCsv(beside, ['service', 'cpu_limit_millicores', 'memory_limit_mib'])) {
    const millicores = amountOf(row.text('cpu_limit_millicores'));
    const mib = amountOf(row.text('memory_limit_mib'));
    limits.set(row.text('service'), {
      cpuUs: millicores === null || millicores === undefined ? null : (millicores * CORE_US) / 1000,
      pages: mib === null || mib === undefined ? null : Math.round(mib * PAGES_OF_MIB),
    });
  }
  return limits;
}
