import type { SourceFile } from '../base/source.js';
import { decodeSource } from '../base/source.js';
import type { Environment } from './environment.js';

/** All of stdin as a text of this name. */
export async function readStdin(stdin: Environment['stdin'], name = '<stdin>'): Promise<SourceFile> {
  const parts: Uint8Array[] = [];
  for await (const part of stdin) parts.push(typeof part === 'string' ? Buffer.from(part) : part);
  return decodeSource(name, Buffer.concat(parts));
}
