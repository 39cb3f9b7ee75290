import { checkDesign } from './check-design.js';
import type {
  Design,
  DesignEnd,
  DesignFifo,
  DesignLink,
  DesignTransfer,
  DesignWorker,
  Position,
  Range,
  TransferPattern,
  Where,
} from './design.js';
import { END_KINDS, LINK_KINDS } from './design.js';
import type { Problem } from './json-reader.js';
import { JsonReader, Problems } from './json-reader.js';

/** Columns, rows: no device has as many. */
const MAX_POSITION = 99;
const MAX_BYTES = 2 ** 32;
const MAX_COUNT = 65_536;

/** A design, or what is wrong with it: types and ranges first, then what refers to what (check-design.ts). */
export function readDesign(
  value: unknown,
  path = '',
):
  | { readonly design: Design; readonly problems: readonly [] }
  | { readonly design: null; readonly problems: readonly Problem[] } {
  const problems = new Problems();
  const design = designOf(new JsonReader(value, path, problems));
  if (problems.found.length === 0) checkDesign(design, path, problems);
  return problems.found.length === 0 ? { design, problems: [] } : { design: null, problems: problems.found };
}

function designOf(reader: JsonReader): Design {
  const fields = reader.fields([
    'id',
    'device',
    'description',
    'example',
    'configuration',
    'columns',
    'rows',
    'workers',
    'fifos',
    'links',
    'runtime',
    'cascades',
    'memoryAccess',
    'pins',
    'ranges',
    'hints',
    'placement',
  ]);
  const runtime = fields.runtime.optional((one) => one.fields(['fills', 'drains']));
  const links = fields.links.items().map(linkOf);
  return {
    id: fields.id.text(),
    device: deviceName(fields.device.text()),
    columns: fields.columns.optional(rangeOf),
    rows: fields.rows.optional(rangeOf),
    workers: fields.workers.items().map(workerOf),
    fifos: fields.fifos.items().map(fifoOf),
    links,
    fills: runtime?.fills.items().map(transferOf) ?? [],
    drains: runtime?.drains.items().map(transferOf) ?? [],
    cascades: fields.cascades.items().map((one) => {
      const { source, destination } = one.fields(['source', 'destination']);
      return { source: source.text(), destination: destination.text() };
    }),
    memoryAccess: fields.memoryAccess.items().map((one) => {
      const { core, owner } = one.fields(['core', 'owner']);
      return { core: core.text(), owner: owner.text() };
    }),
    where: whereOf(fields.pins, fields.ranges, fields.hints, links),
    placement: new Map(fields.placement.entries().map(([name, one]) => [name, positionOf(one)])),
  };
}

/** mlir-aie calls the whole first NPU by its family as well. */
function deviceName(name: string): string {
  return name === 'npu1' ? 'npu1_4col' : name === 'npu2_8col' ? 'npu2' : name;
}

function workerOf(reader: JsonReader): DesignWorker {
  const { id, role, stackBytes, buffers } = reader.fields(['id', 'role', 'stackBytes', 'buffers']);
  return {
    id: id.text(),
    role: role.optional((one) => one.text()),
    stackBytes: stackBytes.optional((one) => one.integer(0, MAX_BYTES)),
    buffers: buffers.items().map((one) => {
      const buffer = one.fields(['id', 'bytes', 'kind']);
      return {
        id: buffer.id.text(),
        bytes: buffer.bytes.integer(0, MAX_BYTES),
        kind: buffer.kind.optional((kind) => kind.text()) ?? 'static',
      };
    }),
  };
}

function fifoOf(reader: JsonReader): DesignFifo {
  const fields = reader.fields([
    'id',
    'objBytes',
    'shape',
    'dtype',
    'viaDma',
    'repeatCount',
    'streamTransform',
    'producer',
    'consumers',
  ]);
  const objBytes = fields.objBytes.integer(1, MAX_BYTES);
  return {
    id: fields.id.text(),
    objBytes,
    shape: fields.shape.optional(countsOf) ?? [objBytes],
    dtype: fields.dtype.optional((one) => one.text()) ?? 'uint8',
    viaDma: fields.viaDma.flag(false),
    repeatCount: fields.repeatCount.optional((one) => one.integer(1, MAX_COUNT)),
    streamTransform: fields.streamTransform.flag(false),
    producer: endOf(fields.producer),
    consumers: fields.consumers.items().map(endOf),
  };
}

function endOf(reader: JsonReader): DesignEnd {
  const { kind, ref, depth, maxAcquire } = reader.fields(['kind', 'ref', 'depth', 'maxAcquire']);
  return {
    kind: kind.oneOf(END_KINDS),
    ref: ref.text(),
    depth: depth.optional((one) => one.integer(1, MAX_COUNT)) ?? 2,
    maxAcquire: maxAcquire.optional((one) => one.integer(1, MAX_COUNT)),
  };
}

function linkOf(reader: JsonReader): DesignLink {
  const fields = reader.fields(['id', 'kind', 'tileType', 'inputs', 'outputs', 'offsetsElems']);
  const tileType = fields.tileType.optional((one) => one.oneOf(['mem', 'core', 'compute'] as const)) ?? 'mem';
  return {
    id: fields.id.text(),
    kind: fields.kind.oneOf(LINK_KINDS),
    tileType: tileType === 'compute' ? 'core' : tileType,
    inputs: fields.inputs.items().map((one) => one.text()),
    outputs: fields.outputs.items().map((one) => one.text()),
    offsetsElems: fields.offsetsElems.items().map((one) => one.integer(0)),
  };
}

function transferOf(reader: JsonReader): DesignTransfer {
  const { fifo, tasks, hostArg, firstPattern } = reader.fields(['fifo', 'tasks', 'hostArg', 'firstPattern']);
  return {
    fifo: fifo.text(),
    tasks: tasks.optional((one) => one.integer(1, MAX_COUNT)) ?? 1,
    hostArg: hostArg.optional((one) => one.integer(0, MAX_COUNT)),
    firstPattern: firstPattern.optional(patternOf),
  };
}

function patternOf(reader: JsonReader): TransferPattern {
  const { tensor, offset, sizes, strides } = reader.fields(['tensor', 'offset', 'sizes', 'strides']);
  return {
    tensor: countsOf(tensor),
    offset: offset.optional((one) => one.integer(0)) ?? 0,
    sizes: countsOf(sizes),
    strides: strides.items().map((one) => one.integer(0)),
  };
}

const countsOf = (reader: JsonReader): readonly number[] => reader.items().map((one) => one.integer(1));

function pairOf(reader: JsonReader): readonly [JsonReader, JsonReader] | null {
  const [first, second, ...more] = reader.items();
  if (first !== undefined && second !== undefined && more.length === 0) return [first, second];
  reader.bad('a list of two');
  return null;
}

function rangeOf(reader: JsonReader): Range {
  const pair = pairOf(reader);
  if (pair === null) return [0, 0];
  const low = pair[0].integer(0, MAX_POSITION);
  return [low, pair[1].integer(low, MAX_POSITION)];
}

function positionOf(reader: JsonReader): Position {
  const pair = pairOf(reader);
  return pair === null ? [0, 0] : [pair[0].integer(0, MAX_POSITION), pair[1].integer(0, MAX_POSITION)];
}

/** Kinds of tile by the hints of IRON. */
const HINTS = { any_shim: 'shim', any_mem: 'mem', any_core: 'core' } as const;

/** Pins ([2, 3], or [2, null] for any row) and ranges by name; a hint only says the kind once more. */
function whereOf(
  pins: JsonReader,
  ranges: JsonReader,
  hints: JsonReader,
  links: readonly DesignLink[],
): ReadonlyMap<string, Where> {
  const where = new Map<string, Where>();
  for (const [name, reader] of ranges.entries()) {
    const { cols, rows } = reader.fields(['cols', 'rows']);
    where.set(name, { cols: cols.optional(rangeOf), rows: rows.optional(rangeOf) });
  }
  for (const [name, reader] of pins.entries()) {
    const pair = pairOf(reader);
    if (pair === null) continue;
    const single = (one: JsonReader): Range => {
      const at = one.integer(0, MAX_POSITION);
      return [at, at];
    };
    if (where.has(name)) reader.bad('beside a range of the same name');
    where.set(name, { cols: pair[0].optional(single), rows: pair[1].optional(single) });
  }
  const kindOf = (name: string): string =>
    name.startsWith('shim:') ? 'shim' : (links.find(({ id }) => id === name)?.tileType ?? 'core');
  for (const [name, reader] of hints.entries()) {
    const hint = reader.oneOf(['any_shim', 'any_mem', 'any_core'] as const);
    if (HINTS[hint] !== kindOf(name))
      reader.bad(`any_${kindOf(name)}, the kind of tile that \`${name}\` needs`);
  }
  return where;
}
