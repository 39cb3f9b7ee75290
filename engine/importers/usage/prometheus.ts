import type { LineParser, UsageFormat, UsageSample } from './usage-format.js';
import { CORE_US, NO_USE } from './usage-format.js';

const PAGE_BYTES = 4096;
/** Timestamps beyond this are milliseconds: as seconds they would lie three thousand years ahead. */
const MOST_SECONDS = 1e11;

/**
 * cAdvisor's metrics out of Prometheus: `name{labels} value timestamp`, as `promtool tsdb dump-openmetrics` and
 * `promtool tsdb dump` write them (seconds, milliseconds). Counters become use per period; one that falls began anew.
 */
export const prometheus: UsageFormat = {
  name: 'prometheus',
  takes: 'lines `name{labels} value timestamp` of cAdvisor metrics, plain or gzipped',
  options: [],
  clock: 'absolute',
  intervalMs: 15_000,
  scaling: () =>
    'rate of container_cpu_usage_seconds_total, container_memory_working_set_bytes / 4096, increase of ' +
    'container_cpu_cfs_throttled_periods_total; limits from container_spec_*',
  parser: () => Promise.resolve(parser()),
};

interface Point {
  readonly atMs: number;
  readonly value: number;
}

function parser(): LineParser {
  const last = new Map<string, Point>();
  const quotas = new Map<string, number>();
  const limits = new Map<string, number>();
  /** The increase since the last line of the series; null for its first. */
  const increase = (
    series: string,
    { atMs, value }: Point,
  ): { readonly from: Point; readonly by: number } | null => {
    const from = last.get(series);
    last.set(series, { atMs, value });
    if (from === undefined || atMs <= from.atMs) return null;
    return { from, by: value < from.value ? value : value - from.value };
  };
  return (line) => {
    if (line.startsWith('#')) return null;
    const read = METRIC.exec(line);
    if (read === null) return { reason: 'not `name{labels} value timestamp`' };
    const [, bare = '', labelText = '', valueText = '', timeText = ''] = read;
    const labels = labelsOf(labelText);
    const name = bare === '' ? (labels.get('__name__') ?? '') : bare;
    if (!WANTED.has(name)) return null;
    const value = Number(valueText);
    const time = Number(timeText);
    if (!Number.isFinite(value) || value < 0)
      return { reason: `the value \`${valueText}\` is no number from 0` };
    if (!Number.isFinite(time) || time < 0) return { reason: `the timestamp \`${timeText}\` is no number` };
    const container = containerOf(labels);
    // Sums of pods and of the machine, the sandbox of a pod, and single cores count nothing that is not counted elsewhere.
    if (container === null || (labels.get('cpu') ?? 'total') !== 'total') return null;
    const atMs = Math.round(time > MOST_SECONDS ? time : time * 1000);
    const series = `${name} ${container}`;
    const sample = (fields: Partial<UsageSample>): UsageSample => ({
      ...NO_USE,
      container,
      atMs,
      cpuLimitUs: quotas.get(container) ?? null,
      limitPages: limits.get(container) ?? null,
      ...fields,
    });
    switch (name) {
      case 'container_cpu_usage_seconds_total': {
        const found = increase(series, { atMs, value });
        if (found === null) return null;
        const durationMs = atMs - found.from.atMs;
        return sample({ atMs: found.from.atMs, durationMs, cpuUs: (found.by * 1000 * CORE_US) / durationMs });
      }
      case 'container_cpu_cfs_throttled_periods_total': {
        const found = increase(series, { atMs, value });
        if (found === null) return null;
        return sample({
          atMs: found.from.atMs,
          durationMs: atMs - found.from.atMs,
          throttledPeriods: Math.round(found.by),
        });
      }
      case 'container_memory_working_set_bytes':
        return sample({ pages: Math.round(value / PAGE_BYTES) });
      case 'container_spec_cpu_quota':
        quotas.set(container, value);
        return null;
      default:
        // A limit of 0 says that there is none.
        if (value > 0) limits.set(container, Math.floor(value / PAGE_BYTES));
        return null;
    }
  };
}

const WANTED = new Set([
  'container_cpu_usage_seconds_total',
  'container_cpu_cfs_throttled_periods_total',
  'container_memory_working_set_bytes',
  'container_spec_cpu_quota',
  'container_spec_memory_limit_bytes',
]);

const METRIC = /^([A-Za-z_:][\w:]*)?\{(.*)\}\s+(\S+)\s+(\S+)\s*$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function labelsOf(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value]));
}

function containerOf(labels: ReadonlyMap<string, string>): string | null {
  const container = labels.get('container') ?? '';
  if (container === '' || container === 'POD') return null;
  return [labels.get('namespace'), labels.get('pod'), container]
    .filter((part) => part !== undefined)
    .join('/');
}
