import { must } from '../base/assert.js';
import type { DesignFormat } from './design-format.js';
import type { MlirDesign } from './mlir/device-design.js';
import { readMlirAie } from './mlir/read-mlir-aie.js';
import { applyEdits, placementEdits } from './mlir/write-placement.js';

/** MLIR of the AIE dialect, with object fifos: one design per `aie.device`. */
export const mlirAie: DesignFormat = {
  name: 'mlir-aie',
  meaning: 'MLIR text of the AIE dialect, with object fifos',
  read: (source, options) => {
    const { designs, diagnostics } = readMlirAie(source, options);
    return {
      diagnostics,
      designs: designs.map(({ design, spanOf }) => ({ id: design.id, value: design, spanOf })),
    };
  },
  write: (source, places) => {
    const edits = ({ design, ...rest }: MlirDesign) => {
      const found = places.get(design.id);
      if (found === undefined) return [];
      return placementEdits({ design, ...rest }, (part) => must(found.get(part), () => `a place of ${part}`));
    };
    return applyEdits(source.text, readMlirAie(source, { pinned: true }).designs.flatMap(edits));
  },
};
