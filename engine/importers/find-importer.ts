import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { Importer } from './importer.js';
import { numaVm } from './numa-vm.js';
import { usageFormats } from './usage/usage-formats.js';
import { usageImporter } from './usage/usage-importer.js';
import { requestRates, workload } from './workload/workload.js';

/** The public formats that can be replayed, by name. */
export const importers: readonly Importer[] = [
  numaVm,
  workload,
  requestRates,
  ...usageFormats.map(usageImporter),
];

/** The importer of this name. Throws DiagnosticError `replay/unknown-format` where there is none. */
export function findImporter(name: string): Importer {
  const found = importers.find((importer) => importer.name === name);
  if (found !== undefined) return found;
  const names = importers.map((importer) => importer.name);
  const help = didYouMean(name, names) ?? `known formats: ${names.join(', ')}`;
  throw new DiagnosticError([
    {
      code: 'replay/unknown-format',
      severity: 'error',
      message: `there is no trace format \`${name}\``,
      help,
    },
  ]);
}
