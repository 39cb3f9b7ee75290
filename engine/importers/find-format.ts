import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { DatasetFormat } from './dataset-format.js';
import type { DesignFormat } from './design-format.js';
import { gap } from './gap.js';
import { mlirAie } from './mlir-aie.js';
import { npuDesign } from './npu-design.js';
import { roadef } from './roadef.js';
import type { UsageFormat } from './usage/usage-format.js';
import { usageFormats } from './usage/usage-formats.js';

/** The problem formats that become the rows of a schema pack. */
export const datasetFormats: readonly DatasetFormat[] = [roadef, gap];

/** The formats of designs, which become rows of the state. */
export const designFormats: readonly DesignFormat[] = [npuDesign, mlirAie];

export type FoundFormat =
  | { readonly kind: 'dataset'; readonly format: DatasetFormat }
  | { readonly kind: 'design'; readonly format: DesignFormat }
  | { readonly kind: 'usage'; readonly format: UsageFormat };

/** What `edict import` and `edict export` do for this name. Throws DiagnosticError import/unknown-format. */
export function findFormat(name: string): FoundFormat {
  const dataset = datasetFormats.find((format) => format.name === name);
  if (dataset !== undefined) return { kind: 'dataset', format: dataset };
  const design = designFormats.find((format) => format.name === name);
  if (design !== undefined) return { kind: 'design', format: design };
  const usage = usageFormats.find((format) => format.name === name);
  if (usage !== undefined) return { kind: 'usage', format: usage };
  const names = [...datasetFormats, ...designFormats, ...usageFormats].map((format) => format.name);
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
