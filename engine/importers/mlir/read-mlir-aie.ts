import type { Diagnostic } from '../../base/diagnostic.js';
import { sortDiagnostics } from '../../base/diagnostic.js';
import type { SourceFile } from '../../base/source.js';
import type { MlirDesign } from './device-design.js';
import { deviceDesign } from './device-design.js';
import { parseMlir } from './mlir-parser.js';
import { eachOp } from './mlir-tree.js';
import { readDevice } from './read-device.js';

export interface MlirAieOptions {
  /** True: coordinates of `aie.tile` hold. False: they are only what was before. */
  readonly pinned: boolean;
}

/**
 * The designs of a file in the AIE dialect, one per `aie.device`. Every construct that takes something of a device is
 * read or has a diagnostic: import/bad-file for what is no MLIR or contradicts itself, import/not-in-design for what a
 * design cannot say.
 */
export function readMlirAie(
  source: SourceFile,
  options: MlirAieOptions,
): { readonly designs: readonly MlirDesign[]; readonly diagnostics: readonly Diagnostic[] } {
  const { file, diagnostics: found } = parseMlir(source);
  const diagnostics = [...found];
  if (diagnostics.length > 0) return { designs: [], diagnostics: sortDiagnostics(diagnostics) };
  const devices: NonNullable<ReturnType<typeof readDevice>>[] = [];
  let count = 0;
  eachOp(file.ops, (op) => {
    if (op.name !== 'aie.device') return;
    count += 1;
    const device = readDevice(file, op, diagnostics);
    if (device !== null) devices.push(device);
  });
  if (count === 0) {
    const span = { source, start: 0, end: Math.min(1, source.text.length) };
    diagnostics.push({
      code: 'import/bad-file',
      severity: 'error',
      message: 'there is no `aie.device` in this file',
      span,
    });
  }
  const [module] = file.ops.filter(({ name }) => name === 'module' || name === 'builtin.module');
  const symbol = module?.tokens.find(({ kind }) => kind === 'symbol')?.text.slice(1);
  const base = symbol ?? baseName(source.name);
  const designs = devices.map((device, i) =>
    deviceDesign(
      file,
      device,
      { ...options, name: devices.length === 1 ? base : `${base}_${i}` },
      diagnostics,
    ),
  );
  return { designs, diagnostics: sortDiagnostics(diagnostics) };
}

/** The name of a file without folders and what follows its first dot. */
const baseName = (path: string): string => path.replace(/^.*[\\/]/, '').replace(/(?<=.)\..*$/, '');
