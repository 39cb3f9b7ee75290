import type { ImportOption, ImportOptions } from '../importer.js';

/** What one container used for a while. What a source does not tell is null, never 0. */
export interface UsageSample {
  /** The source's name for the container. */
  readonly container: string;
  /** When it begins, milliseconds by the source's clock. */
  readonly atMs: number;
  /** How long it lasts; null where the next sample tells. */
  readonly durationMs: number | null;
  /** Mean CPU time per period of 100 ms, microseconds. */
  readonly cpuUs: number | null;
  /** Memory, pages of 4096 bytes. */
  readonly pages: number | null;
  /** Limits then in force. */
  readonly cpuLimitUs: number | null;
  readonly limitPages: number | null;
  /** Periods in which it was throttled: where there are any, the use says less than was wanted. */
  readonly throttledPeriods: number | null;
}

export const NO_USE: Omit<UsageSample, 'container' | 'atMs'> = {
  durationMs: null,
  cpuUs: null,
  pages: null,
  cpuLimitUs: null,
  limitPages: null,
  throttledPeriods: null,
};

/**
 * Reads a line: a sample, null for a line that holds none (a header, a comment, another metric), or the reason why it
 * cannot be read. It may remember lines before, such as the last value of a counter.
 */
export type LineParser = (line: string) => UsageSample | { readonly reason: string } | null;

/** A public format of container usage, line by line, so that files of any size can be read. */
export interface UsageFormat {
  readonly name: string;
  readonly takes: string;
  readonly options: readonly ImportOption[];
  /** `absolute`: the trace starts at its earliest sample. `trace`: the source's clock starts with the trace. */
  readonly clock: 'absolute' | 'trace';
  /** Usual distance of two samples of a container. */
  readonly intervalMs: number;
  /** How the source's units became ours. */
  scaling(options: ImportOptions): string;
  /** Reads what stands beside the file (limits), and gives a fresh parser. Throws DiagnosticError. */
  parser(path: string, options: ImportOptions): Promise<LineParser>;
}

export const PAGES_OF_MIB = 256;
/** Microseconds of a period that one core has. */
export const CORE_US = 100_000;

/** A number from 0; null for an empty field; undefined for anything else. */
export function amountOf(text: string | undefined): number | null | undefined {
  if (text === undefined || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
