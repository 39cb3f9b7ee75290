import { basename } from 'node:path';
import { must } from '../../base/assert.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import { byNumber, byText } from '../../base/order.js';
import { seededRandom } from '../../base/random.js';
import { numberOption, wholeOption, wordOption } from '../import-options.js';
import type { ImportOptions, Imported, Importer } from '../importer.js';
import type { Reject } from '../reject.js';
import { secondPeak } from '../workload/demand-series.js';
import { demandTrace } from '../workload/demand-trace.js';
import { readUsage } from './read-usage.js';
import type { Point, UpSampling } from './up-sample.js';
import { UP_SAMPLINGS, upSample } from './up-sample.js';
import type { UsageFormat, UsageSample } from './usage-format.js';

/** Rejected rows beyond this are counted, not kept. */
const KEPT_REJECTS = 1000;
/** What a static deployment gives of the profiled use. */
const STATIC_SHARE = 1.5;

const OPTIONS = [
  { name: 'from', otherwise: '0', meaning: 'recorded second to begin with' },
  { name: 'speed', otherwise: '1', meaning: 'recorded seconds that pass in one' },
  { name: 'seconds', otherwise: '300', meaning: 'length of the measured part' },
  { name: 'warmup', otherwise: '120', meaning: 'seconds before it that no figure counts' },
  { name: 'containers', otherwise: '16', meaning: 'how many containers, those that use most CPU first' },
  { name: 'up-sample', otherwise: 'jitter', meaning: `what is between samples: ${UP_SAMPLINGS.join(', ')}` },
  { name: 'seed', otherwise: '1', meaning: 'seed of the jitter' },
  {
    name: 'limit',
    otherwise: 'profile',
    meaning:
      'limit of the application: profile (1.5 times the greatest use) or recorded (the sum of its limits)',
  },
] as const;

/**
 * Recorded usage as demand: the containers that use most, for a stretch of the recording, up-sampled to 100 ms, as one
 * application. Two passes over the file; what is held is a sum per container, then the chosen stretch.
 */
export function usageImporter(format: UsageFormat): Importer {
  return {
    name: format.name,
    takes: format.takes,
    options: [...format.options, ...OPTIONS],
    open: (path, options) => openUsage(format, path, options),
  };
}

/** What the first pass learns of a container. */
interface Total {
  cpuUs: number;
  samples: number;
}

/** What the second pass keeps of a container. */
interface Kept {
  readonly cpu: Point[];
  readonly pages: Point[];
  cpuLimitUs: number | null;
  limitPages: number | null;
}

async function openUsage(format: UsageFormat, path: string, options: ImportOptions): Promise<Imported> {
  const wanted = {
    fromMs: wholeOption(options, 'from', 0) * 1000,
    speed: numberOption(options, 'speed') ?? 1,
    seconds: wholeOption(options, 'seconds', 1),
    warmup: wholeOption(options, 'warmup', 0),
    containers: wholeOption(options, 'containers', 1),
    how: wordOption(options, 'up-sample', UP_SAMPLINGS),
    seed: wholeOption(options, 'seed', 0),
    limit: wordOption(options, 'limit', ['profile', 'recorded']),
  };
  const periods = (wanted.warmup + wanted.seconds) * 10;
  const { rejected, rejects, startMs, totals } = await survey(format, path, options);
  const beginMs = startMs + wanted.fromMs;
  const endMs = beginMs + periods * 100 * wanted.speed;
  const names = [...totals]
    .sort(([a, one], [b, two]) => two.cpuUs / two.samples - one.cpuUs / one.samples || byText(a, b))
    .slice(0, wanted.containers)
    .map(([name]) => name);
  const kept = await collect(format, path, options, new Set(names), beginMs, endMs);
  const chosen = names.filter((name) => (kept.get(name)?.cpu.length ?? 0) > 0).sort(byText);
  if (chosen.length === 0) {
    throw new DiagnosticError([
      {
        code: 'replay/bad-record',
        severity: 'error',
        message: `\`${path}\` has no CPU use from second ${wanted.fromMs / 1000} on`,
        help:
          rejected === 0
            ? undefined
            : `${rejected} rows could not be read; the first: ${rejects[0]?.reason ?? ''}`,
      },
    ]);
  }
  const timeOf = (period: number): number => beginMs + period * 100 * wanted.speed;
  const series = chosen.map((name, index) => {
    const { cpu, pages } = must(kept.get(name), name);
    const random = seededRandom((wanted.seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0);
    // Memory changes slowly: jitter is for CPU alone.
    const memoryHow: UpSampling = wanted.how === 'jitter' ? 'hold' : wanted.how;
    return {
      cpu: upSample(cpu, periods, timeOf, wanted.how, random),
      memory: upSample(pages, periods, timeOf, memoryHow, random),
    };
  });
  const demand = { cpu: series.map(({ cpu }) => cpu), memory: series.map(({ memory }) => memory) };
  const limits = chosen.map((name) => must(kept.get(name), name));
  const profiledUs = demand.cpu.reduce((sum, work) => sum + secondPeak(work), 0) * STATIC_SHARE;
  const profiledPages = demand.memory.reduce((sum, need) => sum + Math.max(0, ...need), 0) * STATIC_SHARE;
  const cpuUs = wanted.limit === 'recorded' ? sumOf(limits.map(({ cpuLimitUs }) => cpuLimitUs)) : null;
  const pages = wanted.limit === 'recorded' ? sumOf(limits.map(({ limitPages }) => limitPages)) : null;
  const trace = demandTrace({
    application: basename(path),
    cpuUs: Math.max(1000 * chosen.length, Math.ceil(cpuUs ?? profiledUs)),
    memoryPages: Math.ceil(pages ?? profiledPages),
    names: chosen,
    demand,
    warmupPeriods: wanted.warmup * 10,
    notes: {
      source: format.name,
      scaling: format.scaling(options),
      native_interval_ms: format.intervalMs,
      up_sampling: wanted.how,
      seed: wanted.seed,
      recorded_from_s: wanted.fromMs / 1000,
      speed: wanted.speed,
      containers_recorded: totals.size,
      limit: cpuUs === null ? `${STATIC_SHARE} times the greatest use` : 'sum of the recorded limits',
      rows_rejected: rejected,
    },
  });
  return { ...trace, rejected: rejects };
}

/** The sum of what is known; null where something is not. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (sum, value) => (sum === null || value === null ? null : sum + value),
    0,
  );
}

async function survey(
  format: UsageFormat,
  path: string,
  options: ImportOptions,
): Promise<{ rejected: number; rejects: Reject[]; startMs: number; totals: ReadonlyMap<string, Total> }> {
  const rejects: Reject[] = [];
  const totals = new Map<string, Total>();
  let rejected = 0;
  let firstMs = Infinity;
  await readUsage(format, path, options, {
    onSample: ({ container, atMs, cpuUs }) => {
      firstMs = Math.min(firstMs, atMs);
      if (cpuUs === null) return;
      const total = totals.get(container) ?? { cpuUs: 0, samples: 0 };
      total.cpuUs += cpuUs;
      total.samples += 1;
      totals.set(container, total);
    },
    onReject: (reject) => {
      rejected += 1;
      if (rejects.length < KEPT_REJECTS) rejects.push(reject);
    },
  });
  const startMs = format.clock === 'trace' ? 0 : Number.isFinite(firstMs) ? firstMs : 0;
  return { rejected, rejects, startMs, totals };
}

async function collect(
  format: UsageFormat,
  path: string,
  options: ImportOptions,
  names: ReadonlySet<string>,
  beginMs: number,
  endMs: number,
): Promise<ReadonlyMap<string, Kept>> {
  const kept = new Map<string, Kept>();
  // What holds at the beginning may have been sampled some intervals before it.
  const earliestMs = beginMs - 10 * format.intervalMs;
  await readUsage(format, path, options, {
    onSample: (sample: UsageSample) => {
      const { container, atMs, cpuUs, pages } = sample;
      if (!names.has(container) || atMs < earliestMs || atMs > endMs) return;
      const own = kept.get(container) ?? { cpu: [], pages: [], cpuLimitUs: null, limitPages: null };
      if (cpuUs !== null) own.cpu.push({ atMs, value: cpuUs });
      if (pages !== null) own.pages.push({ atMs, value: pages });
      own.cpuLimitUs = sample.cpuLimitUs ?? own.cpuLimitUs;
      own.limitPages = sample.limitPages ?? own.limitPages;
      kept.set(container, own);
    },
    onReject: () => undefined,
  });
  for (const { cpu, pages } of kept.values()) {
    for (const points of [cpu, pages]) points.sort((a, b) => byNumber(a.atMs, b.atMs));
  }
  return kept;
}
