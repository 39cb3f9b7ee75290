import { DiagnosticError } from '../../base/diagnostic.js';
import { readDataFile } from '../read-data-file.js';

const HEADER = /^t_s,rps$/;
const ROW = /^(?:\d+,)?(\d+)$/;

/**
 * Requests a second, one line each, plain or gzipped: numbers alone, or `t_s,rps` under that header, as the rates of
 * Autothrottle (NSDI'24) come. Throws DiagnosticError replay/bad-record for anything else.
 */
export function readRates(path: string): number[] {
  const lines = readDataFile(path, 'replay/bad-record').text.split('\n');
  const rates: number[] = [];
  for (const [index, text] of lines.entries()) {
    const line = text.trim();
    if (line === '' || (index === 0 && HEADER.test(line))) continue;
    const rate = ROW.exec(line)?.[1];
    if (rate === undefined) throw bad(`${path}, row ${index + 1}: \`${line}\` is no number of requests`);
    rates.push(Number(rate));
  }
  if (rates.length === 0) throw bad(`${path} has no rates`);
  return rates;
}

const bad = (message: string): DiagnosticError =>
  new DiagnosticError([{ code: 'replay/bad-record', severity: 'error', message }]);
