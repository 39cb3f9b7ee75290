import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../../engine/cli/main.js', import.meta.url));

/** Stands in for the `sqlite3` program. */
export const SQLITE_SHELL = fileURLToPath(new URL('./sqlite-shell.js', import.meta.url));

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; `stdin` is closed at once where none is given. */
export function runProcess(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly stdin?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ProcessEnd> {
  const env = { ...process.env, ...options.env };
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env, cwd: options.cwd });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(options.stdin ?? '');
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
}

/** Runs `edict` as its users do. */
export function runCliProcess(
  args: readonly string[],
  options: Parameters<typeof runProcess>[2] = {},
): Promise<ProcessEnd> {
  return runProcess(process.execPath, [MAIN, ...args], options);
}
