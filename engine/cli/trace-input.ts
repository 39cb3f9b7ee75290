import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { LoopEvent } from '../loop/controller.js';
import type { Trace, TraceHeader } from '../replay/trace.js';
import type { Store } from '../store/store.js';
import { collect } from './option-values.js';
import { usageError } from './usage-error.js';

/** A trace to be replayed. */
export interface TraceInput {
  readonly header: TraceHeader;
  /** May be iterated again. */
  readonly events: Iterable<LoopEvent>;
  readonly problem: Diagnostic | null;
  /** Rows of a public format that could not be read and were left out. */
  readonly rejected: number;
}

export interface TraceOptions {
  readonly from?: string;
  readonly with?: readonly string[];
}

/** Branch-and-bound nodes of one solve unless the command line says otherwise: a limit that no machine's speed moves. */
export const WORK_LIMIT = 5000;

export function addTraceOptions(command: Command): void {
  command
    .option('--from <FORMAT>', 'read a public format')
    .addOption(new Option('--with <NAME=VALUE>', 'an option of that format; may repeat').argParser(collect));
}

/** Throws DiagnosticError where there is no trace, no such format, or not even a header. */
export async function openTrace(path: string, { from, with: given = [] }: TraceOptions): Promise<TraceInput> {
  if (!existsSync(path)) {
    const message = `there is no trace \`${path}\``;
    throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message }]);
  }
  if (from !== undefined) {
    const { findImporter } = await import('../importers/find-importer.js');
    const { readOptions } = await import('../importers/import-options.js');
    const importer = findImporter(from);
    const { header, events, rejected = [] } = await importer.open(path, readOptions(importer, given));
    return { header, events, problem: null, rejected: rejected.length };
  }
  if (given.length > 0) throw usageError('`--with` is for the format that `--from` names');
  const { readTrace } = await import('../replay/trace.js');
  const trace: Trace = readTrace(path);
  if (trace.header === null) throw new DiagnosticError(trace.problem === null ? [] : [trace.problem]);
  return { header: trace.header, events: trace.records, problem: trace.problem, rejected: 0 };
}

/** Makes the tables that a trace without controller is about, when the header names a schema pack. */
export async function applyPackOf(store: Store, header: TraceHeader): Promise<void> {
  const { schema } = header.notes;
  if (typeof schema !== 'string' || !/^[a-z0-9_]+$/.test(schema)) return;
  const { applyPack } = await import('../store/apply-pack.js');
  applyPack(store, schema);
}
