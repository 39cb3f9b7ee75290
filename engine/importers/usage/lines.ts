import { createReadStream, openSync, closeSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { DiagnosticError } from '../../base/diagnostic.js';

/**
 * The lines of a file, plain or gzipped, piece by piece: nothing but a piece is ever held. Every yield is what one piece
 * completed. Throws DiagnosticError replay/bad-record for a torn gzip file, cli/no-input for one that cannot be read.
 */
export async function* linesOf(path: string): AsyncGenerator<readonly string[], void> {
  const zipped = isGzip(path);
  const file = createReadStream(path);
  const stream = zipped ? file.pipe(createGunzip()) : file;
  // A pipe hands no errors on.
  file.on('error', (error) => stream.destroy(error));
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const piece of stream) {
      const lines = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield lines.map(withoutReturn);
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new DiagnosticError([
      {
        code: 'replay/bad-record',
        severity: 'error',
        message: `\`${path}\` cannot be read to its end: ${message}`,
      },
    ]);
  } finally {
    file.destroy();
  }
  rest += decoder.decode();
  if (rest !== '') yield [withoutReturn(rest)];
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** By gzip's magic number, so that a file may have any name. */
function isGzip(path: string): boolean {
  const start = new Uint8Array(2);
  try {
    const file = openSync(path, 'r');
    readSync(file, start);
    closeSync(file);
  } catch (error) {
    const message = `\`${path}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new DiagnosticError([{ code: 'cli/no-input', severity: 'error', message }]);
  }
  return start[0] === 0x1f && start[1] === 0x8b;
}
