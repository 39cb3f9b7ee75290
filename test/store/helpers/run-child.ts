import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of this folder, `name` without its ending, and waits for its end. */
export function runChild(name: string, ...args: readonly string[]): Promise<ChildEnd> {
  return startChild(name, ...args).ended;
}

/** The same in two steps: `spoke` is kept with the script's first words. */
export function startChild(
  name: string,
  ...args: readonly string[]
): { readonly spoke: Promise<void>; readonly ended: Promise<ChildEnd> } {
  const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const spoke = new Promise<void>((done) => void child.stdout.once('data', () => done()));
  const ended = new Promise<ChildEnd>((done) => {
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return { spoke, ended };
}
