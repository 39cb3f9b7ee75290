import type { SourceFile } from '../../base/source.js';
import type { MlirToken } from './mlir-lexer.js';
import type { MlirFile, MlirOp } from './mlir-tree.js';
import { OpReader } from './op-reader.js';

export type AieTileKind = 'shim' | 'mem' | 'core';

/** A tile as a device's text names it. */
export interface AieTile {
  /** `%tile_0_2`; unique within its device. */
  readonly value: string;
  readonly op: MlirOp;
  readonly kind: AieTileKind;
  /** True for `aie.tile`, which stands for one place; `aie.logical_tile` is a tile to be placed. */
  readonly isPhysical: boolean;
  /** null where the text says `?`. */
  readonly col: number | null;
  readonly row: number | null;
  /** What an exporter writes numbers over. */
  readonly colToken: MlirToken;
  readonly rowToken: MlirToken;
}

const LOGICAL_KINDS: Readonly<Record<string, AieTileKind>> = {
  CoreTile: 'core',
  MemTile: 'mem',
  ShimNOCTile: 'shim',
};

/** Rows of memory tiles above the shim row (AIETargetModel.h). */
const MEM_ROWS: readonly (readonly [name: RegExp, rows: number])[] = [
  [/^xcvc1902$/, 0],
  [/^xcve2802$/, 2],
  [/^(?:xcve2302|npu[12](?:_[1-8]col)?)$/, 1],
];

/** Rows of memory tiles of a device; null where the device is not known. */
export function memRowsOf(device: string): number | null {
  return MEM_ROWS.find(([name]) => name.test(device))?.[1] ?? null;
}

/** Attributes of tiles that change nothing that is placed. */
const HARMLESS = new Set(['allocation_scheme', 'sym_name', 'controller_id']);

/** `aie.tile(0, 2)` or `aie.logical_tile<CoreTile>(?, 3)`. Throws DiagnosticError. */
export function readTile(file: MlirFile, op: MlirOp, memRows: number): AieTile {
  const reader: OpReader = new OpReader(file, op);
  const [result] = op.results;
  if (result === undefined)
    reader.fail('a tile without a name is of no use', 'import/bad-file', op.nameToken);
  const isPhysical = op.name === 'aie.tile';
  const named = isPhysical ? null : readKind(reader);
  reader.expect('(');
  const [colToken, col] = coordinate(reader, isPhysical);
  reader.expect(',');
  const [rowToken, row] = coordinate(reader, isPhysical);
  reader.expect(')');
  for (const [name, { key }] of reader.attributes()) {
    if (!HARMLESS.has(name))
      reader.fail(`a design has no word for \`${name}\` of a tile`, 'import/not-in-design', key);
  }
  reader.end();
  const kind = named ?? (row === 0 ? 'shim' : (row ?? 0) <= memRows ? 'mem' : 'core');
  return { value: result.text, op, kind, isPhysical, col, row, colToken, rowToken };
}

function readKind(reader: OpReader): AieTileKind {
  reader.expect('<');
  const name = reader.word();
  const kind = LOGICAL_KINDS[name.text];
  if (kind === undefined) {
    const known = Object.keys(LOGICAL_KINDS).join(', ');
    reader.fail(
      `a design has tiles of the kinds ${known}, not \`${name.text}\``,
      'import/not-in-design',
      name,
    );
  }
  reader.expect('>');
  return kind;
}

function coordinate(reader: OpReader, isPhysical: boolean): readonly [MlirToken, number | null] {
  const token = reader.next;
  if (token?.text === '?' && !isPhysical) {
    reader.expect('?');
    return [token, null];
  }
  const value = reader.integer();
  if (token === undefined || value < 0)
    reader.fail('a column or row from 0 is expected here', 'import/bad-file', token);
  return [token, value];
}

/** Name of a part that a value stands for: without `%`, and never starting with a digit. */
export function partName(value: string): string {
  const name = value.slice(1);
  return /^\d/.test(name) ? `core${name}` : name;
}

/** The text of one line up to its first token: what a new line beside it is indented with. */
export function indentOf(source: SourceFile, op: MlirOp): string {
  const start = (op.results[0] ?? op.nameToken).start;
  const line = source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1, start);
  return /^\s*/.exec(line)?.[0] ?? '';
}
