import type { Diagnostic } from '../../base/diagnostic.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import type { AieCore } from './aie-core.js';
import { readCore } from './aie-core.js';
import type { AieFifo, AieLink } from './aie-fifo.js';
import { readFifo, readLink } from './aie-fifo.js';
import type { AieTransfer } from './aie-runtime.js';
import { readRuntime } from './aie-runtime.js';
import type { AieTile } from './aie-tile.js';
import { memRowsOf, readTile } from './aie-tile.js';
import { memrefType } from './memref-type.js';
import type { MlirToken } from './mlir-lexer.js';
import type { MlirFile, MlirOp } from './mlir-tree.js';
import { eachOp } from './mlir-tree.js';
import { OpReader } from './op-reader.js';

export interface AieBuffer {
  readonly value: string;
  readonly name: string;
  readonly tile: MlirToken;
  readonly bytes: number;
}

/** What one `aie.device` holds, not yet tied together. */
export interface AieDevice {
  readonly op: MlirOp;
  readonly name: string;
  /** `@name` of the device, without `@`; null where it has none. */
  readonly symbol: string | null;
  /** By value. */
  readonly tiles: ReadonlyMap<string, AieTile>;
  readonly fifos: readonly AieFifo[];
  readonly links: readonly AieLink[];
  readonly cores: readonly AieCore[];
  readonly buffers: readonly AieBuffer[];
  readonly cascades: readonly { readonly source: MlirToken; readonly destination: MlirToken }[];
  readonly transfers: readonly AieTransfer[];
}

/** Reads a device as far as it can be read; what cannot becomes diagnostics. */
export function readDevice(file: MlirFile, op: MlirOp, diagnostics: Diagnostic[]): AieDevice | null {
  const guarded = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      diagnostics.push(...error.diagnostics);
      return null;
    }
  };
  const head = guarded(() => readHead(file, op));
  if (head === null) return null;
  const tiles = new Map<string, AieTile>();
  const fifos: AieFifo[] = [];
  const links: AieLink[] = [];
  const cores: AieCore[] = [];
  const buffers: AieBuffer[] = [];
  const cascades: { source: MlirToken; destination: MlirToken }[] = [];
  const transfers: AieTransfer[] = [];
  const add = (one: MlirOp): void => {
    refuseGeneric(file, one);
    switch (one.name) {
      case 'aie.tile':
      case 'aie.logical_tile': {
        const tile = readTile(file, one, head.memRows);
        tiles.set(tile.value, tile);
        return;
      }
      case 'aie.objectfifo':
        fifos.push(readFifo(file, one));
        return;
      case 'aie.objectfifo.link':
        links.push(readLink(file, one));
        return;
      case 'aie.core':
        eachOp(
          one.regions.flatMap(({ ops }) => ops),
          (inner) => refuseGeneric(file, inner),
        );
        cores.push(readCore(file, one));
        return;
      case 'aie.buffer':
        buffers.push(readBuffer(file, one));
        return;
      case 'aie.cascade_flow':
        cascades.push(readCascade(file, one));
        return;
      case 'aie.runtime_sequence':
      case 'aiex.runtime_sequence': {
        const runtime = readRuntime(file, one);
        transfers.push(...runtime.transfers);
        diagnostics.push(...runtime.warnings);
        return;
      }
      case 'aie.end':
        return;
      default:
        refuseUnknown(file, one);
    }
  };
  for (const one of op.regions.flatMap(({ ops }) => ops)) guarded(() => add(one));
  return {
    op,
    name: head.name,
    symbol: head.symbol,
    tiles,
    fifos,
    links,
    cores,
    buffers,
    cascades,
    transfers,
  };
}

/** `aie.device(npu1_2col) @name` */
function readHead(file: MlirFile, op: MlirOp): { name: string; symbol: string | null; memRows: number } {
  refuseGeneric(file, op);
  const reader: OpReader = new OpReader(file, op);
  reader.expect('(');
  const device = reader.word();
  reader.expect(')');
  const symbol = reader.next?.kind === 'symbol' ? reader.symbol().name : null;
  const memRows = memRowsOf(device.text);
  if (memRows === null) reader.fail(`there is no device \`${device.text}\``, 'import/not-in-design', device);
  return { name: device.text, symbol, memRows };
}

function refuseGeneric(file: MlirFile, op: MlirOp): void {
  if (!op.isGeneric || !/^aiex?\./.test(op.name)) return;
  new OpReader(file, op).fail(
    `the generic form of \`${op.name}\` is not read; print the file without \`--mlir-print-op-generic\``,
    'import/not-in-design',
    op.nameToken,
  );
}

/** Operations of other dialects take nothing, unless they hold some of this one. */
function refuseUnknown(file: MlirFile, op: MlirOp): void {
  eachOp([op], (inner) => {
    if (!/^aiex?\./i.test(inner.name)) return;
    const where =
      inner === op ? 'a design has no word for it' : `it stands in \`${op.name}\`, outside of any core`;
    const message = `what \`${inner.name}\` takes is not known: ${where}`;
    new OpReader(file, inner).fail(message, 'import/not-in-design', inner.nameToken);
  });
}

/** `%b = aie.buffer(%tile) {sym_name = "b"} : memref<16xi32>`, perhaps with `= dense<...>` behind it. */
function readBuffer(file: MlirFile, op: MlirOp): AieBuffer {
  const reader: OpReader = new OpReader(file, op);
  reader.expect('(');
  const tile = reader.value();
  reader.expect(')');
  const attributes = reader.attributes();
  reader.expect(':');
  const start = reader.next;
  const type = memrefType(reader.textUntil(['=']), file.aliases);
  if (type === null)
    reader.fail('a memref of constant shape and whole bytes is expected here', 'import/bad-file', start);
  const value = op.results[0]?.text ?? `%buffer${op.nameToken.start}`;
  const name = attributes.get('sym_name')?.tokens[0]?.text.replace(/^"|"$/g, '') ?? value.slice(1);
  const bytes = type.shape.reduce((product, one) => product * one, type.elementBytes);
  return { value, name, tile, bytes };
}

/** `aie.cascade_flow(%source, %destination)` */
function readCascade(file: MlirFile, op: MlirOp): { source: MlirToken; destination: MlirToken } {
  const reader: OpReader = new OpReader(file, op);
  reader.expect('(');
  const source = reader.value();
  reader.expect(',');
  const destination = reader.value();
  reader.expect(')');
  reader.end();
  return { source, destination };
}
