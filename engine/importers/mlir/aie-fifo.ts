import type { MlirToken } from './mlir-lexer.js';
import type { MemrefType } from './memref-type.js';
import { memrefType } from './memref-type.js';
import type { MlirFile, MlirOp } from './mlir-tree.js';
import { OpReader } from './op-reader.js';

/** One end as `aie.objectfifo` has it. */
export interface AieFifoEnd {
  readonly tile: MlirToken;
  readonly depth: number;
  /** True where it reorders or pads what passes. */
  readonly transforms: boolean;
}

export interface AieFifo {
  readonly name: string;
  readonly nameToken: MlirToken;
  readonly op: MlirOp;
  readonly producer: AieFifoEnd;
  readonly consumers: readonly AieFifoEnd[];
  readonly object: MemrefType;
  readonly viaDma: boolean;
  readonly repeatCount: number | null;
}

export interface AieLink {
  readonly op: MlirOp;
  readonly inputs: readonly { readonly name: string; readonly token: MlirToken }[];
  readonly outputs: readonly { readonly name: string; readonly token: MlirToken }[];
  /** First elements of the parts within the whole object; empty where none are said. */
  readonly inputOffsets: readonly number[];
  readonly outputOffsets: readonly number[];
}

interface RawEnd {
  readonly tile: MlirToken;
  readonly transforms: boolean;
}

/** `aie.objectfifo @of(%p dimensionsToStream [...], {%c}, 2 : i32) {...} : !aie.objectfifo<memref<...>>`. Throws. */
export function readFifo(file: MlirFile, op: MlirOp): AieFifo {
  const reader: OpReader = new OpReader(file, op);
  const { name, token: nameToken } = reader.symbol();
  reader.expect('(');
  const producer = readEnd(reader);
  reader.expect(',');
  const consumers = reader.list('{', '}', () => readEnd(reader));
  reader.expect(',');
  const depthToken = reader.next;
  const depths = readDepths(reader, 1 + consumers.length);
  reader.expect(')');
  if (consumers.length === 0) reader.fail(`\`@${name}\` has no consumer`, 'import/bad-file', nameToken);
  const least = Math.min(...depths);
  if (least < 1) reader.fail(`\`@${name}\` holds ${least} objects`, 'import/bad-file', depthToken);
  const { viaDma, repeatCount } = readAttributes(reader, name);
  reader.expect(':');
  const object = readObject(file, reader);
  // Initial contents take no room of their own.
  if (reader.take('=')) reader.until([]);
  reader.end();
  const withDepth = (end: RawEnd, i: number): AieFifoEnd => ({ ...end, depth: depths[i] ?? 1 });
  return {
    name,
    nameToken,
    op,
    producer: withDepth(producer, 0),
    consumers: consumers.map((end, i) => withDepth(end, i + 1)),
    object,
    viaDma,
    repeatCount,
  };
}

const TRANSFORMS = ['dimensionsToStream', 'dimensionsFromStream', 'padDimensions'] as const;

function readEnd(reader: OpReader): RawEnd {
  const tile = reader.value();
  let transforms = false;
  while (TRANSFORMS.some((word) => reader.take(word))) {
    const list = reader.next;
    if (list?.text !== '[') reader.fail('`[` is expected here');
    // `[]` says that nothing is reordered.
    transforms ||= reader.list('[', ']', () => reader.until([',', ']'])).length > 0;
  }
  return { tile, transforms };
}

/** One depth for all ends, or one for each. */
function readDepths(reader: OpReader, ends: number): readonly number[] {
  const start = reader.next;
  if (start?.text !== '[') {
    const depth = reader.integer();
    return Array.from({ length: ends }, () => depth);
  }
  const depths = reader.list('[', ']', () => reader.integer());
  if (depths.length !== ends)
    reader.fail(`${ends} ends have ${depths.length} depths`, 'import/bad-file', start);
  return depths;
}

function readAttributes(reader: OpReader, name: string): { viaDma: boolean; repeatCount: number | null } {
  let viaDma = false;
  let repeatCount: number | null = null;
  for (const [attribute, { key, tokens }] of reader.attributes()) {
    const value = tokens[0]?.text ?? 'true';
    const flag = value === 'true' || value === '1';
    switch (attribute) {
      case 'via_DMA':
        viaDma = flag;
        break;
      case 'repeat_count':
        repeatCount = Number(value);
        if (!Number.isSafeInteger(repeatCount) || repeatCount < 1)
          reader.fail('a count from 1 is expected here', 'import/bad-file', tokens[0] ?? key);
        break;
      case 'iter_count':
      case 'bd_chain_iter_count':
      case 'iterate_bds':
        // Descriptors that run on by themselves: as many of them as without.
        break;
      case 'plio':
      case 'disable_synchronization':
      case 'aie_stream':
      case 'via_shared_mem':
        if (!flag && attribute !== 'aie_stream') break;
        reader.fail(
          `\`${attribute}\` of \`@${name}\` changes what the fifo takes, and a design has no word for it`,
          'import/not-in-design',
          key,
        );
        break;
      default:
        reader.fail(`what \`${attribute}\` of a fifo takes is not known`, 'import/not-in-design', key);
    }
  }
  return { viaDma, repeatCount };
}

function readObject(file: MlirFile, reader: OpReader): MemrefType {
  const start = reader.next;
  const type = reader.textUntil(['=']);
  const inner = /^!aie\.objectfifo\s*<(.*)>$/s.exec((file.aliases.get(type.trim()) ?? type).trim())?.[1];
  const object = inner === undefined ? null : memrefType(inner, file.aliases);
  if (object === null) {
    reader.fail(
      '`!aie.objectfifo<memref<...>>` of constant shape and whole bytes is expected here',
      'import/bad-file',
      start,
    );
  }
  return object;
}

/** `aie.objectfifo.link [@a] -> [@b, @c]([] [0, 16])`. Throws DiagnosticError. */
export function readLink(file: MlirFile, op: MlirOp): AieLink {
  const reader: OpReader = new OpReader(file, op);
  const inputs = reader.list('[', ']', () => reader.symbol());
  reader.expect('->');
  const outputs = reader.list('[', ']', () => reader.symbol());
  reader.expect('(');
  const offsets = (): readonly number[] =>
    reader.next?.text === '[' ? reader.list('[', ']', () => reader.integer()) : [];
  const inputOffsets = offsets();
  const outputOffsets = offsets();
  reader.expect(')');
  for (const [name, { key }] of reader.attributes())
    reader.fail(`what \`${name}\` of a link takes is not known`, 'import/not-in-design', key);
  reader.end();
  return { op, inputs, outputs, inputOffsets, outputOffsets };
}
