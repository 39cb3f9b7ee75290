import type { Diagnostic } from '../../base/diagnostic.js';
import type { MlirToken } from './mlir-lexer.js';
import { memrefType } from './memref-type.js';
import type { MlirFile, MlirOp } from './mlir-tree.js';
import { eachOp, spanOf } from './mlir-tree.js';
import { OpReader, symbolName } from './op-reader.js';

/** What the host sends into or fetches from one fifo. */
export interface AieTransfer {
  readonly fifo: string;
  readonly token: MlirToken;
  /** Most descriptors that are configured at a time. */
  readonly tasks: number;
  /** Number of the host's argument; null where it is no argument. */
  readonly hostArg: number | null;
  /** Of the first descriptor; null where its numbers are known only at run time. */
  readonly firstPattern: AiePattern | null;
}

export interface AiePattern {
  readonly tensor: readonly number[];
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** Operations that take no descriptor of a shim tile. */
const HARMLESS =
  /^(?:aie\.end|aiex\.(?:dma_start_task|set_lock|npu\.(?:rtp_write|write32|maskwrite32|blockwrite|sync|push_queue|address_patch|load_pdi|preempt))|(?:arith|scf|memref|func)\..*)$/;

interface Argument {
  readonly index: number;
  readonly tensor: readonly number[] | null;
}

interface Tally {
  readonly token: MlirToken;
  most: number;
  hostArg: number | null;
  firstPattern: AiePattern | null;
}

/** `aie.runtime_sequence @name(%a: memref<...>, ...) { ... }`. Throws DiagnosticError. */
export function readRuntime(
  file: MlirFile,
  op: MlirOp,
): { readonly transfers: readonly AieTransfer[]; readonly warnings: readonly Diagnostic[] } {
  const reader = new RuntimeReader(file, op);
  return { transfers: reader.transfers(), warnings: reader.warnings };
}

/** A whole number; null for a value of the program. Throws DiagnosticError. */
function numberOrNull(reader: OpReader): number | null {
  if (reader.next?.kind !== 'value') return reader.integer();
  reader.value();
  return null;
}

const allKnown = (numbers: readonly (number | null)[]): readonly number[] | null =>
  numbers.every((one) => one !== null) ? numbers : null;

class RuntimeReader {
  private readonly args = new Map<string, Argument>();
  /** Descriptors in use by task value or `fifo#id`: the fifo, and how many. */
  private readonly held = new Map<string, { readonly fifo: string; readonly count: number }>();
  readonly warnings: Diagnostic[] = [];
  private readonly tallies = new Map<string, Tally>();

  constructor(
    private readonly file: MlirFile,
    private readonly op: MlirOp,
  ) {
    const reader: OpReader = new OpReader(file, op);
    if (reader.next?.kind === 'symbol') reader.symbol();
    reader
      .list('(', ')', () => {
        const value = reader.value();
        reader.expect(':');
        return { value, type: memrefType(reader.textUntil([',', ')']), file.aliases) };
      })
      .forEach(({ value, type }, index) => {
        this.args.set(value.text, { index, tensor: type?.shape ?? null });
      });
  }

  transfers(): readonly AieTransfer[] {
    for (const region of this.op.regions) this.run(region.ops);
    return [...this.tallies].map(([fifo, { token, most, hostArg, firstPattern }]) => ({
      fifo,
      token,
      tasks: most,
      hostArg,
      firstPattern,
    }));
  }

  private run(ops: readonly MlirOp[]): void {
    for (const op of ops) {
      switch (op.name) {
        case 'aiex.dma_configure_task_for':
          this.configure(op);
          break;
        case 'aiex.dma_await_task':
        case 'aiex.dma_free_task':
          for (const { kind, text } of op.tokens) if (kind === 'value') this.held.delete(text);
          break;
        case 'aiex.npu.dma_memcpy_nd':
          this.memcpy(op);
          break;
        case 'aiex.npu.dma_wait':
          this.wait(op);
          break;
        default:
          this.other(op);
      }
    }
  }

  /** Loops and the like: what they hold at their end they must have held at their start. */
  private other(op: MlirOp): void {
    if (!HARMLESS.test(op.name)) {
      new OpReader(this.file, op).fail(
        `what \`${op.name}\` in a runtime sequence takes is not known`,
        'import/not-in-design',
        op.nameToken,
      );
    }
    const before = this.heldInAll();
    for (const region of op.regions) this.run(region.ops);
    const isLoop = op.name.startsWith('scf.') && op.name !== 'scf.if';
    if (isLoop && this.heldInAll() > before) {
      new OpReader(this.file, op).fail(
        'each turn of this loop configures descriptors that it does not wait for or free',
        'import/not-in-design',
        op.nameToken,
      );
    }
  }

  /** A pattern takes no more for being unknown, so this is no error. */
  private notKnown(op: MlirOp): null {
    this.warnings.push({
      code: 'import/not-in-design',
      severity: 'warning',
      message: 'what this transfer visits is known only at run time, so its pattern is left out',
      span: spanOf(this.file.source, op.nameToken),
    });
    return null;
  }

  private heldInAll(): number {
    return [...this.held.values()].reduce((sum, { count }) => sum + count, 0);
  }

  private hold(key: string, fifo: string, token: MlirToken, count: number, first: Partial<Tally>): void {
    this.held.set(key, { fifo, count });
    const now = [...this.held.values()].reduce((sum, one) => sum + (one.fifo === fifo ? one.count : 0), 0);
    const tally = this.tallies.get(fifo);
    if (tally !== undefined) tally.most = Math.max(tally.most, now);
    else {
      const { hostArg = null, firstPattern = null } = first;
      this.tallies.set(fifo, { token, most: now, hostArg, firstPattern });
    }
  }

  /** `%t = aiex.dma_configure_task_for @in { aie.dma_bd(...) aie.end } {issue_token = true}` */
  private configure(op: MlirOp): void {
    const reader: OpReader = new OpReader(this.file, op);
    const { name, token } = reader.symbol();
    const descriptors: MlirOp[] = [];
    for (const region of op.regions) {
      eachOp(region.ops, (inner) => {
        if (inner.name === 'aie.dma_bd') descriptors.push(inner);
        else if (inner.name !== 'aie.end' && inner.name !== 'aie.next_bd') {
          const message = `what \`${inner.name}\` in a task takes is not known`;
          new OpReader(this.file, inner).fail(message, 'import/not-in-design', inner.nameToken);
        }
      });
    }
    const [first] = descriptors;
    if (first === undefined)
      reader.fail('a task without a descriptor moves nothing', 'import/bad-file', token);
    const key = op.results[0]?.text ?? `task at ${token.start}`;
    this.hold(key, name, token, descriptors.length, this.descriptor(first));
  }

  /** `aie.dma_bd(%a : memref<...>, 0, 1024, [<size = 4, stride = 256>, ...])`, or with words for the lists. */
  private descriptor(op: MlirOp): Partial<Tally> {
    const reader: OpReader = new OpReader(this.file, op);
    reader.expect('(');
    const value = reader.value();
    reader.expect(':');
    const type = memrefType(
      reader.textUntil([',', ')', 'offset', 'len', 'sizes', 'strides']),
      this.file.aliases,
    );
    const arg = this.args.get(value.text);
    const tensor = arg?.tensor ?? type?.shape ?? null;
    const hostArg = arg?.index ?? null;
    const numbers = this.patternNumbers(reader, tensor);
    reader.expect(')');
    const firstPattern = tensor === null || numbers === null ? this.notKnown(op) : { tensor, ...numbers };
    return { hostArg, firstPattern };
  }

  /** Offset, sizes and strides; null where one of them is a value of the program. */
  private patternNumbers(
    reader: OpReader,
    tensor: readonly number[] | null,
  ): Omit<AiePattern, 'tensor'> | null {
    const number = (): number | null => numberOrNull(reader);
    const all = tensor?.reduce((product, one) => product * one, 1) ?? 1;
    let offset: number | null = 0;
    let length: number | null = all;
    let sizes: readonly (number | null)[] | null = null;
    let strides: readonly (number | null)[] | null = null;
    let position = 0;
    while (reader.next !== undefined && reader.next.text !== ')') {
      reader.take(',');
      if (reader.take('offset')) {
        reader.expect('=');
        offset = number();
      } else if (reader.take('len')) {
        reader.expect('=');
        length = number();
      } else if (reader.take('sizes')) {
        reader.expect('=');
        sizes = reader.list('[', ']', number);
      } else if (reader.take('strides')) {
        reader.expect('=');
        strides = reader.list('[', ']', number);
      } else if (reader.next.text === '[') {
        const dims = reader.list('[', ']', () => {
          reader.expect('<');
          reader.expect('size');
          reader.expect('=');
          const size = number();
          reader.expect(',');
          reader.expect('stride');
          reader.expect('=');
          const stride = number();
          reader.expect('>');
          return { size, stride };
        });
        sizes = dims.map(({ size }) => size);
        strides = dims.map(({ stride }) => stride);
      } else if (position === 0) {
        offset = number();
        position = 1;
      } else {
        length = number();
      }
    }
    const known = allKnown([offset, ...(sizes ?? [length]), ...(strides ?? [1])]);
    if (known === null) return null;
    const [first = 0, ...others] = known;
    const rank = sizes?.length ?? 1;
    return { offset: first, sizes: others.slice(0, rank), strides: others.slice(rank) };
  }

  /** `aiex.npu.dma_memcpy_nd(%a[0, 0, 0, 0][1, 1, 4, 8][0, 0, 8, 1]) {id = 0 : i64, metadata = @in} : memref<...>` */
  private memcpy(op: MlirOp): void {
    const reader: OpReader = new OpReader(this.file, op);
    reader.expect('(');
    // Older texts begin with a column and a row.
    while (reader.next?.kind === 'number') {
      reader.integer();
      reader.expect(',');
    }
    const value = reader.value();
    const list = (): readonly number[] | null => allKnown(reader.list('[', ']', () => numberOrNull(reader)));
    const [offsets, sizes, strides] = [list(), list(), list()];
    reader.until([')']);
    reader.expect(')');
    const attributes = reader.attributes();
    const metadata = attributes.get('metadata')?.tokens[0];
    if (metadata?.kind !== 'symbol')
      reader.fail('the fifo of a transfer, `metadata = @name`, is missing', 'import/bad-file', op.nameToken);
    const arg = this.args.get(value.text);
    const fifo = symbolName(metadata);
    const id = attributes.get('id')?.tokens[0]?.text ?? '0';
    const tensor = arg?.tensor ?? null;
    this.hold(`${fifo}#${id}`, fifo, metadata, 1, {
      hostArg: arg?.index ?? null,
      firstPattern:
        tensor === null || offsets === null || sizes === null || strides === null
          ? this.notKnown(op)
          : {
              tensor,
              offset: offsets.reduce((sum, one, i) => sum + one * (strides[i] ?? 0), 0),
              sizes,
              strides,
            },
    });
  }

  /** `aiex.npu.dma_wait {symbol = @out}`: descriptors of that fifo are free, those of others may not be. */
  private wait(op: MlirOp): void {
    const reader: OpReader = new OpReader(this.file, op);
    const symbol = reader.attributes().get('symbol')?.tokens[0];
    if (symbol?.kind !== 'symbol')
      reader.fail('`{symbol = @name}` is expected here', 'import/bad-file', op.nameToken);
    for (const [key, { fifo }] of [...this.held]) if (fifo === symbolName(symbol)) this.held.delete(key);
  }
}
