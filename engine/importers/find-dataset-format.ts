import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { DatasetFormat } from './dataset-format.js';
import { gap } from './gap.js';
import { roadef } from './roadef.js';

/** The problem formats that `edict import` and `edict export` know. */
export const datasetFormats: readonly DatasetFormat[] = [roadef, gap];

/** The format of this name. Throws DiagnosticError import/unknown-format where there is none. */
export function findDatasetFormat(name: string): DatasetFormat {
  const found = datasetFormats.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = datasetFormats.map((format) => format.name);
  const help = didYouMean(name, names) ?? `known formats: ${names.join(', ')}`;
  throw new DiagnosticError([
    {
      code: 'import/unknown-format',
      severity: 'error',
      message: `there is no problem format \`${name}\``,
      help,
    },
  ]);
}
