import { memrefType } from './memref-type.js';
import type { MlirToken } from './mlir-lexer.js';
import type { MlirFile, MlirOp } from './mlir-tree.js';
import { eachOp } from './mlir-tree.js';
import { OpReader } from './op-reader.js';

export type Port = 'Produce' | 'Consume';

export interface Acquire {
  readonly fifo: string;
  readonly token: MlirToken;
  readonly port: Port;
  /** Objects held at least from then on. */
  readonly count: number;
}

/** The program of one core, as far as it takes anything. */
export interface AieCore {
  readonly op: MlirOp;
  readonly tile: MlirToken;
  readonly stackBytes: number | null;
  readonly acquires: readonly Acquire[];
  /** Memory that its program allocates, by the names of its values. */
  readonly allocations: readonly { readonly name: string; readonly bytes: number }[];
  /** Values that its program mentions, such as buffers. */
  readonly uses: readonly MlirToken[];
}

/** Attributes of cores that change nothing that is placed. */
const HARMLESS = new Set(['link_with', 'link_files', 'elf_file', 'dynamic_objfifo_lowering', 'sym_name']);

/** Operations of the dialect that take nothing of a core. */
const HARMLESS_OPERATIONS = new Set([
  'aie.objectfifo.release',
  'aie.objectfifo.subview.access',
  'aie.end',
  'aie.event',
  'aie.put_cascade',
  'aie.get_cascade',
]);

/** `aie.core(%tile) { ... } {stack_size = 2048 : i32}`. Throws DiagnosticError. */
export function readCore(file: MlirFile, op: MlirOp): AieCore {
  const reader: OpReader = new OpReader(file, op);
  reader.expect('(');
  const tile = reader.value();
  reader.expect(')');
  let stackBytes: number | null = null;
  for (const [name, { key, tokens }] of reader.attributes()) {
    if (name === 'stack_size') {
      stackBytes = Number(tokens[0]?.text);
      if (!Number.isSafeInteger(stackBytes) || stackBytes < 0)
        reader.fail('a number of bytes is expected here', 'import/bad-file', tokens[0] ?? key);
    } else if (!HARMLESS.has(name)) {
      reader.fail(`what \`${name}\` of a core takes is not known`, 'import/not-in-design', key);
    }
  }
  reader.end();
  const acquires: Acquire[] = [];
  const uses: MlirToken[] = [];
  const allocations: { name: string; bytes: number }[] = [];
  for (const region of op.regions) {
    eachOp(region.ops, (inner) => {
      uses.push(...inner.tokens.filter(({ kind }) => kind === 'value'));
      if (inner.name === 'aie.objectfifo.acquire') acquires.push(readAcquire(file, inner));
      else if (inner.name === 'memref.alloc') {
        const { name, bytes } = readAllocation(file, inner);
        const isTaken = allocations.some((one) => one.name === name);
        allocations.push({ name: isTaken ? `${name}_${allocations.length}` : name, bytes });
      } else if (/^aiex?\./.test(inner.name) && !HARMLESS_OPERATIONS.has(inner.name)) {
        new OpReader(file, inner).fail(
          `what \`${inner.name}\` in a core takes is not known`,
          'import/not-in-design',
          inner.nameToken,
        );
      }
    });
  }
  return { op, tile, stackBytes, acquires, allocations, uses };
}

/** `aie.objectfifo.acquire @of(Consume, 2) : ...`. Throws DiagnosticError. */
function readAcquire(file: MlirFile, op: MlirOp): Acquire {
  const reader: OpReader = new OpReader(file, op);
  const { name: fifo, token } = reader.symbol();
  reader.expect('(');
  const word = reader.word();
  const port = word.text;
  if (port !== 'Produce' && port !== 'Consume')
    reader.fail('`Produce` or `Consume` is expected here', 'import/bad-file', word);
  reader.expect(',');
  const count = reader.integer();
  reader.expect(')');
  return { fifo, token, port, count };
}

/** `%kernel = memref.alloc() : memref<3x3xi16>`: room in the core's memory beside its stack. Throws DiagnosticError. */
function readAllocation(file: MlirFile, op: MlirOp): { name: string; bytes: number } {
  const reader: OpReader = new OpReader(file, op);
  reader.until([':']);
  reader.expect(':');
  const start = reader.next;
  const type = memrefType(reader.textUntil([]), file.aliases);
  if (type === null)
    reader.fail('a memref of constant shape and whole bytes is expected here', 'import/bad-file', start);
  const bytes = type.shape.reduce((product, one) => product * one, type.elementBytes);
  return { name: op.results[0]?.text.slice(1) ?? 'alloc', bytes };
}
