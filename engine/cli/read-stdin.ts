import type { Environment } from './environment.js';

/** All of stdin as text, without a byte order mark. */
export async function readStdin(stdin: Environment['stdin']): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stdin) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/^\ufeff/, '');
}
