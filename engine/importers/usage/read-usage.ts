import type { ImportOptions } from '../importer.js';
import type { Reject } from '../reject.js';
import { linesOf } from './lines.js';
import type { UsageFormat, UsageSample } from './usage-format.js';

/** What is done with the lines of a usage file. */
export interface UsageSink {
  readonly onSample: (sample: UsageSample) => void;
  readonly onReject: (reject: Reject) => void;
}

/** Reads a whole file in one pass and in bounded memory; gives the number of its lines. */
export async function readUsage(
  format: UsageFormat,
  path: string,
  options: ImportOptions,
  sink: UsageSink,
): Promise<number> {
  const parse = await format.parser(path, options);
  let line = 0;
  for await (const lines of linesOf(path)) {
    for (const text of lines) {
      line += 1;
      if (text.trim() === '') continue;
      const found = parse(text);
      if (found === null) continue;
      if ('reason' in found) sink.onReject({ file: path, line, reason: found.reason });
      else sink.onSample(found);
    }
  }
  return line;
}
