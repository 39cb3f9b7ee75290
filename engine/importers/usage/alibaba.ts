import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DiagnosticError } from '../../base/diagnostic.js';
import { numberOption } from '../import-options.js';
import type { ImportOptions } from '../importer.js';
import { linesOf } from './lines.js';
import type { UsageFormat } from './usage-format.js';
import { CORE_US, NO_USE, PAGES_OF_MIB, amountOf } from './usage-format.js';

/**
 * Alibaba's cluster trace of 2018: `container_usage.csv` without a header (container_id, machine_id, time_stamp,
 * cpu_util_percent, mem_util_percent, ...), and `container_meta.csv` with what the percentages are of.
 */
export const alibaba2018: UsageFormat = {
  name: 'alibaba-2018',
  takes: 'container_usage.csv, plain or gzipped; container_meta.csv beside it, or where `meta` says',
  options: [
    { name: 'meta', otherwise: null, meaning: 'the file container_meta.csv' },
    {
      name: 'machine-mib',
      otherwise: null,
      meaning: 'memory of a machine, since the trace has shares of it only; without it memory is unknown',
    },
  ],
  clock: 'trace',
  intervalMs: 10_000,
  scaling: (options) =>
    `cpu_util_percent of cpu_request (100 = 1 core); ${
      options.has('machine-mib')
        ? `mem_util_percent of mem_size (a share of ${options.get('machine-mib') ?? ''} MiB, as was said)`
        : 'memory unknown, the trace has no unit for it'
    }`,
  parser: async (path, options) => {
    const meta = await readMeta(metaPath(path, options));
    const machineMib = numberOption(options, 'machine-mib');
    const pagesOf = (share: number | null): number | null =>
      share === null || machineMib === null ? null : Math.round(share * machineMib * PAGES_OF_MIB);
    return (line) => {
      const [container = '', , time, cpuText, memoryText] = line.split(',');
      const seconds = amountOf(time);
      if (container === '') return { reason: 'no container_id' };
      if (seconds === undefined || seconds === null) return { reason: 'time_stamp is no number of seconds' };
      const cpu = percentOf(cpuText);
      const memory = percentOf(memoryText);
      if (cpu === undefined) return { reason: 'cpu_util_percent is not from 0 to 100' };
      if (memory === undefined) return { reason: 'mem_util_percent is not from 0 to 100' };
      const size = meta.get(container);
      if (size === undefined) return { reason: `container_meta does not have ${container}` };
      const { request, limit, memoryShare } = size;
      return {
        ...NO_USE,
        container,
        atMs: Math.round(seconds * 1000),
        cpuUs: cpu === null || request === null ? null : ((cpu / 100) * request * CORE_US) / 100,
        pages: memory === null || memoryShare === null ? null : pagesOf((memory / 100) * memoryShare),
        cpuLimitUs: limit === null ? null : Math.round((limit * CORE_US) / 100),
        limitPages: pagesOf(memoryShare),
      };
    };
  },
};

interface Size {
  /** Hundredths of a core. */
  readonly request: number | null;
  readonly limit: number | null;
  /** Of the memory of a machine. */
  readonly memoryShare: number | null;
}

/** -1 and 101 stand for what could not be measured. */
function percentOf(text: string | undefined): number | null | undefined {
  const value = amountOf(text);
  return typeof value === 'number' && value > 100 ? undefined : value;
}

function metaPath(path: string, options: ImportOptions): string {
  const given = options.get('meta');
  if (given !== undefined) return given;
  const places = ['container_meta.csv', 'container_meta.csv.gz'].map((name) => join(dirname(path), name));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  const message = `there is no container_meta.csv beside \`${path}\``;
  const help = 'the percentages mean nothing without it; name it by `--with meta=FILE`';
  throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message, help }]);
}

/** The last line of a container counts. */
async function readMeta(path: string): Promise<ReadonlyMap<string, Size>> {
  const meta = new Map<string, Size>();
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      const [container = '', , , , , request, limit, memory] = line.split(',');
      if (container === '') continue;
      const share = amountOf(memory) ?? null;
      meta.set(container, {
        request: amountOf(request) ?? null,
        limit: amountOf(limit) ?? null,
        memoryShare: share === null ? null : share / 100,
      });
    }
  }
  return meta;
}
