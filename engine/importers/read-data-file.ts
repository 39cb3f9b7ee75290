import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Code } from '../base/codes.js';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { decodeSource } from '../base/source.js';

/**
 * A file of a public data set, plain or gzipped. Throws DiagnosticError: `code` for a torn gzip file, cli/no-input
 * for one that cannot be read.
 */
export function readDataFile(path: string, code: Code): SourceFile {
  const bytes = readBytes(path);
  // Gzip's magic number, so that a file may have any name.
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return decodeSource(path, bytes);
  try {
    return decodeSource(path, gunzipSync(bytes));
  } catch (error) {
    throw refused(code, `\`${path}\` is no whole gzip file: ${textOf(error)}`);
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw refused(
      'cli/no-input',
      isMissing ? `there is no file \`${path}\`` : `\`${path}\` cannot be read: ${textOf(error)}`,
    );
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const refused = (code: Code, message: string): DiagnosticError =>
  new DiagnosticError([{ code, severity: 'error', message }]);
