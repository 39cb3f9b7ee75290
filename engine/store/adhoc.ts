import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { SqlValue } from '../base/sql-value.js';
import { refuseQuery } from './query-gate.js';
import { hasWal, tidyWal } from './tidy-wal.js';

export interface AdhocOptions {
  /** Wall milliseconds from the moment the query starts; the process is killed then. */
  readonly timeoutMs?: number;
  /** Rows beyond this are not read. */
  readonly maxRows?: number;
}

export type AdhocResult =
  | {
      readonly status: 'rows';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly SqlValue[])[];
      /** True when there were more rows, or more bytes, than the caps allow. */
      readonly truncated: boolean;
      /** Wall milliseconds in SQLite. */
      readonly ms: number;
    }
  | { readonly status: 'refused' | 'failed' | 'timeout'; readonly diagnostics: readonly Diagnostic[] };

/** What the child process is sent. */
export interface AdhocRequest {
  readonly path: string;
  readonly sql: string;
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** What the child process sends: `ready` once, then one result. */
export type AdhocReply = { readonly status: 'ready' } | AdhocResult;

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_ROWS = 1_000;
/** Of a result, counted as it lies in memory. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Address space of the child. Node itself reserves about 0.9 GB of it (measured on Node 20). */
const ADDRESS_SPACE_KB = 1_200_000;
const HEAP_MB = 128;
/** How long the child may take to start, which does not count towards the query's time. */
const BOOT_MS = 30_000;

/**
 * Runs one query written by anybody on any database file, without ever changing the file.
 *
 * - Words are checked before SQLite sees the text; then it runs in a process of its own, read-only, limited in
 *   time, rows and memory: SQLite cannot be interrupted from within, and a native statement stops no worker thread.
 * - Never throws for what the query does: diagnostics query/refused, query/failed, query/timeout, store/*.
 */
export async function queryAdhoc(
  path: string,
  sql: string,
  options: AdhocOptions = {},
): Promise<AdhocResult> {
  const refused = refuseQuery({ name: '<query>', text: sql });
  if (refused !== null) return { status: 'refused', diagnostics: [refused] };
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxRows = DEFAULT_ROWS } = options;
  const foundWal = hasWal(path);
  const request = { path, sql, maxRows, maxBytes: MAX_BYTES };
  // Another version of Node may reserve more than the limit and not start under it.
  const result =
    (await askChild(startChild(timeoutMs, true), request, timeoutMs)) ??
    (await askChild(startChild(timeoutMs, false), request, timeoutMs)) ??
    failure('failed', 'query/failed', 'the process that runs queries did not start');
  if (!foundWal) tidyWal(path);
  return result;
}

/** Starts the child with an empty environment, and under limits of the system where there is a shell to set them. */
function startChild(timeoutMs: number, limited: boolean): ChildProcess {
  const script = fileURLToPath(new URL('./adhoc-child.js', import.meta.url));
  const command = [process.execPath, `--max-old-space-size=${HEAP_MB}`, script];
  const options: SpawnOptions & { serialization: 'advanced' } = {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  };
  if (!limited || process.platform === 'win32' || !existsSync('/bin/sh')) {
    return spawn(process.execPath, command.slice(1), options);
  }
  // Processor seconds too, so that no runaway query outlives a parent that was killed.
  const seconds = Math.ceil((timeoutMs + BOOT_MS) / 1000);
  const limits = 'ulimit -v "$0" 2>/dev/null; ulimit -t "$1" 2>/dev/null; shift; exec "$@"';
  return spawn('/bin/sh', ['-c', limits, String(ADDRESS_SPACE_KB), String(seconds), ...command], options);
}

/**
 * Hands the request over, waits for the answer and for the end of the process, whichever way it ends.
 * Gives null where the process ended or failed before it was ready.
 */
function askChild(
  child: ChildProcess,
  request: AdhocRequest,
  timeoutMs: number,
): Promise<AdhocResult | null> {
  return new Promise((done) => {
    let result: AdhocResult | null = null;
    let started = false;
    const kill = (): void => {
      if (started)
        result ??= failure('timeout', 'query/timeout', `the query ran longer than ${timeoutMs} ms`);
      child.kill('SIGKILL');
    };
    let cancel = after(BOOT_MS, kill);
    child.on('message', (reply: AdhocReply) => {
      if (reply.status !== 'ready') {
        result ??= reply;
        return;
      }
      started = true;
      cancel();
      cancel = after(timeoutMs, kill);
      child.send({ ...request, path: resolvePath(request.path) } satisfies AdhocRequest);
    });
    const finish = (): void => {
      cancel();
      const killed = failure('failed', 'query/failed', 'the query used more memory than it may');
      done(started ? (result ?? killed) : null);
    };
    child.on('error', finish);
    // `close` comes after the last message.
    child.on('close', finish);
  });
}

function resolvePath(path: string): string {
  return path === ':memory:' || path.trim() === '' ? path : resolve(path);
}

function failure(status: 'failed' | 'timeout', code: Diagnostic['code'], message: string): AdhocResult {
  return { status, diagnostics: [{ code, severity: 'error', message }] };
}
