import { numberOption } from '../import-options.js';
import type { ImportOptions } from '../importer.js';
import type { UsageFormat } from './usage-format.js';
import { CORE_US, NO_USE, amountOf } from './usage-format.js';

/** Times with a meaning of their own: before the trace, and after it. */
const BEFORE = '0';
const AFTER = '9223372036854775807';
const PAGES_OF_GIB = 262_144;

/**
 * Google's cluster trace of 2019, table instance_usage as JSON lines (what BigQuery exports). CPU and memory are shares
 * of the largest machine, whose size the source keeps to itself.
 */
export const google2019: UsageFormat = {
  name: 'google-2019',
  takes: 'rows of instance_usage as JSON lines, plain or gzipped',
  options: [
    { name: 'cores', otherwise: '64', meaning: 'cores of the largest machine: an assumption' },
    { name: 'gib', otherwise: '256', meaning: 'GiB of the largest machine: an assumption' },
  ],
  clock: 'absolute',
  intervalMs: 300_000,
  scaling: (options) =>
    `average_usage as a share of the largest machine, assumed to have ${options.get('cores') ?? ''} cores and ` +
    `${options.get('gib') ?? ''} GiB; assigned_memory as the limit`,
  parser: (_path, options) => Promise.resolve(parserOf(options)),
};

function parserOf(
  options: ImportOptions,
): ReturnType<UsageFormat['parser']> extends Promise<infer Parser> ? Parser : never {
  const coresUs = (numberOption(options, 'cores') ?? 1) * CORE_US;
  const pages = (numberOption(options, 'gib') ?? 1) * PAGES_OF_GIB;
  return (line) => {
    const row = rowOf(line);
    if (row === null) return { reason: 'no whole JSON object' };
    const start = textOf(row['start_time']);
    const end = textOf(row['end_time']);
    const collection = textOf(row['collection_id']);
    if (collection === null) return { reason: 'no collection_id' };
    if (start === null || end === null) return { reason: 'no start_time or end_time' };
    if ([start, end].some((time) => time === BEFORE || time === AFTER))
      return { reason: 'a time before or after the trace' };
    const startUs = amountOf(start);
    const endUs = amountOf(end);
    if (typeof startUs !== 'number' || typeof endUs !== 'number' || endUs <= startUs)
      return { reason: 'end_time is not after start_time' };
    const usage = objectOf(row['average_usage']);
    const cpu = amountOf(textOf(usage['cpus']) ?? '');
    const memory = amountOf(textOf(usage['memory']) ?? '');
    const assigned = amountOf(textOf(row['assigned_memory']) ?? '');
    if (cpu === undefined || memory === undefined || assigned === undefined)
      return { reason: 'average_usage is no number from 0' };
    return {
      ...NO_USE,
      container: `${collection}/${textOf(row['instance_index']) ?? '0'}`,
      atMs: Math.round(startUs / 1000),
      durationMs: Math.round((endUs - startUs) / 1000),
      cpuUs: cpu === null ? null : cpu * coresUs,
      pages: memory === null ? null : Math.round(memory * pages),
      // 0 says that no limit was set.
      limitPages: assigned === null || assigned === 0 ? null : Math.round(assigned * pages),
    };
  };
}

function rowOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

/** BigQuery writes integers of 64 bits as texts. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : null;
}
