import type { Diagnostic } from '../../base/diagnostic.js';
import { didYouMean } from '../../base/suggest.js';
import type { SourceFile, Span } from '../../base/source.js';
import type { Port } from './aie-core.js';
import type { AieFifo, AieFifoEnd, AieLink } from './aie-fifo.js';
import type { AieTile } from './aie-tile.js';
import { partName } from './aie-tile.js';
import type { JsonDesign, JsonEnd, JsonFifo, JsonLink, JsonTransfer } from './json-design.js';
import type { MlirToken } from './mlir-lexer.js';
import type { MlirFile } from './mlir-tree.js';
import { spanOf } from './mlir-tree.js';
import type { AieDevice } from './read-device.js';

/** A place in the text that names the tile of a part: what an exporter may have to change. */
export interface TileUse {
  /** Worker, link or end in main memory, by its name in the design. */
  readonly part: string;
  readonly tile: AieTile;
  readonly token: MlirToken;
}

/** A design and where its parts stand in the text. */
export interface MlirDesign {
  readonly source: SourceFile;
  readonly design: JsonDesign;
  readonly device: AieDevice;
  readonly uses: readonly TileUse[];
  /** The place of what a path such as `fifos[2].producer` names. */
  readonly spanOf: (path: string) => Span;
}

export interface DesignOptions {
  /** What the design is called where the text does not name it. */
  readonly name: string;
  /** True: coordinates of `aie.tile` hold. False: they are only what was before. */
  readonly pinned: boolean;
}

/** Ties what a device holds together to a design; what does not fit becomes diagnostics. */
export function deviceDesign(
  file: MlirFile,
  device: AieDevice,
  options: DesignOptions,
  diagnostics: Diagnostic[],
): MlirDesign {
  return new DesignBuilder(file, device, options, diagnostics).build();
}

class DesignBuilder {
  private readonly fifoByName = new Map<string, AieFifo>();
  private readonly linkByFifo = new Map<string, { link: AieLink; id: string; tile: AieTile | null }>();
  private readonly workerByTile = new Map<string, string>();
  private readonly acquired = new Map<string, number>();
  private readonly uses: TileUse[] = [];
  private readonly shimName: (fifo: string, tile: AieTile) => string;

  constructor(
    private readonly file: MlirFile,
    private readonly device: AieDevice,
    private readonly options: DesignOptions,
    private readonly diagnostics: Diagnostic[],
  ) {
    for (const fifo of device.fifos) {
      if (this.fifoByName.has(fifo.name)) this.bad(`there are two fifos \`@${fifo.name}\``, fifo.nameToken);
      this.fifoByName.set(fifo.name, fifo);
    }
    const shimEnds = device.fifos.flatMap(({ producer, consumers }) => [producer, ...consumers]);
    const usesOf = (tile: AieTile): number => shimEnds.filter((end) => end.tile.text === tile.value).length;
    // A logical tile that several fifos name is one tile wherever it is placed.
    this.shimName = (fifo, tile) =>
      `shim:${!tile.isPhysical && usesOf(tile) > 1 ? partName(tile.value) : fifo}`;
  }

  build(): MlirDesign {
    const { device, options } = this;
    const workers = this.workers();
    const links = this.links();
    const fifos = device.fifos.map((fifo) => this.fifo(fifo));
    const transfers = this.transfers();
    const cascades = device.cascades.flatMap(({ source, destination }) => {
      const [from, to] = [this.workerOf(source), this.workerOf(destination)];
      return from === null || to === null ? [] : [{ source: from, destination: to }];
    });
    const memoryAccess = this.memoryAccess();
    this.refuseSharedLogicalTiles();
    const design: JsonDesign = {
      id: device.symbol ?? options.name,
      device: device.name,
      workers,
      fifos,
      links,
      runtime: {
        fills: transfers.filter(({ isFill }) => isFill).map(({ transfer }) => transfer),
        drains: transfers.filter(({ isFill }) => !isFill).map(({ transfer }) => transfer),
      },
      cascades,
      memoryAccess,
      ...this.places(),
    };
    const lines = {
      workers: device.cores.map(({ op }) => op.nameToken),
      fifos: device.fifos.map(({ nameToken }) => nameToken),
      links: device.links.map(({ op }) => op.nameToken),
      cascades: device.cascades.map(({ source }) => source),
    };
    const spanAt = (path: string): Span => {
      const [, list = '', index = ''] = /^(\w+)\[(\d+)\]/.exec(path) ?? [];
      const token = list in lines ? lines[list as keyof typeof lines][Number(index)] : undefined;
      return spanOf(this.file.source, token ?? device.op.nameToken);
    };
    return { source: this.file.source, design, device, uses: this.uses, spanOf: spanAt };
  }

  private workers(): JsonDesign['workers'] {
    const { cores, buffers } = this.device;
    for (const { tile: token } of cores) {
      const tile = this.tileOf(token);
      if (tile === null) continue;
      if (tile.kind !== 'core') this.bad(`a core stands on a core tile, not on a ${tile.kind} tile`, token);
      if (this.workerByTile.has(tile.value)) this.bad(`\`${tile.value}\` has a core already`, token);
      const name = partName(tile.value);
      this.workerByTile.set(tile.value, name);
      this.uses.push({ part: name, tile, token });
    }
    for (const { tile: token } of buffers) {
      const tile = this.tileOf(token);
      const worker = this.workerByTile.get(token.text);
      if (tile === null) continue;
      if (worker !== undefined) this.uses.push({ part: worker, tile, token });
      else {
        const message = `a design has buffers on tiles with a core only, and \`${token.text}\` has none`;
        this.bad(message, token, 'import/not-in-design');
      }
    }
    for (const core of cores) {
      for (const { fifo, token, port, count } of core.acquires) {
        const found = this.fifoOf(fifo, token);
        if (found === null) continue;
        const end = endAt(found, core.tile.text, port);
        if (end === null) this.bad(`\`@${fifo}\` has no such end at \`${core.tile.text}\``, token);
        else if (count > end.depth)
          this.bad(`\`@${fifo}\` holds ${end.depth} objects here, not ${count}`, token);
        const key = `${fifo} ${port} ${core.tile.text}`;
        this.acquired.set(key, Math.max(count, this.acquired.get(key) ?? 0));
      }
    }
    return cores.map(({ tile, stackBytes, allocations }) => ({
      id: partName(tile.text),
      ...(stackBytes === null ? {} : { stackBytes }),
      buffers: [
        ...buffers
          .filter((buffer) => buffer.tile.text === tile.text)
          .map(({ name, bytes }) => ({ id: name, bytes, kind: /^rtp/i.test(name) ? 'rtp' : 'static' })),
        ...allocations.map(({ name, bytes }) => ({ id: name, bytes, kind: 'local' })),
      ],
    }));
  }

  private links(): readonly JsonLink[] {
    return this.device.links.map((link): JsonLink => {
      const { inputs, outputs, op } = link;
      const kind = inputs.length > 1 ? 'join' : outputs.length > 1 ? 'split' : 'forward';
      const [input] = inputs;
      const [output] = outputs;
      if (input === undefined || output === undefined)
        this.bad('a link has inputs and outputs', op.nameToken);
      else if (inputs.length > 1 && outputs.length > 1)
        this.bad('a link joins or splits, but not both', op.nameToken);
      const id = `link:${(kind === 'join' ? output : input)?.name ?? ''}`;
      const tile = this.linkTile(link);
      for (const { name, token } of [...inputs, ...outputs]) {
        this.fifoOf(name, token);
        if (this.linkByFifo.has(name)) this.bad(`\`@${name}\` is in another link already`, token);
        this.linkByFifo.set(name, { link, id, tile });
      }
      return {
        id,
        kind,
        tileType: tile?.kind === 'core' ? 'core' : 'mem',
        inputs: inputs.map(({ name }) => name),
        outputs: outputs.map(({ name }) => name),
        offsetsElems: kind === 'join' ? link.inputOffsets : kind === 'split' ? link.outputOffsets : [],
      };
    });
  }

  /** The tile that all fifos of a link share; null where there is none. */
  private linkTile({ inputs, outputs, op }: AieLink): AieTile | null {
    const ends = outputs.map(({ name }) => this.fifoByName.get(name)?.producer.tile);
    const [first] = ends;
    const tile = first === undefined ? null : this.tileOf(first);
    if (tile === null) return null;
    const isShared =
      ends.every((end) => end?.text === tile.value) &&
      inputs.every(({ name }) =>
        this.fifoByName.get(name)?.consumers.some((end) => end.tile.text === tile.value),
      );
    if (!isShared) this.bad('the fifos of this link have no tile in common', op.nameToken);
    if (tile.kind === 'shim') this.bad('a link stands on a memory tile or a core tile', op.nameToken);
    return tile;
  }

  private fifo(fifo: AieFifo): JsonFifo {
    const { object } = fifo;
    const ends = [fifo.producer, ...fifo.consumers];
    return {
      id: fifo.name,
      objBytes: object.shape.reduce((product, one) => product * one, object.elementBytes),
      shape: object.shape,
      dtype: object.dtype,
      viaDma: fifo.viaDma,
      ...(fifo.repeatCount === null ? {} : { repeatCount: fifo.repeatCount }),
      streamTransform: ends.some(({ transforms }) => transforms),
      producer: this.end(fifo, fifo.producer, 'Produce'),
      consumers: fifo.consumers.map((end) => this.end(fifo, end, 'Consume')),
    };
  }

  private end(fifo: AieFifo, end: AieFifoEnd, port: Port): JsonEnd {
    const { depth, tile: token } = end;
    const tile = this.tileOf(token);
    const linked = this.linkByFifo.get(fifo.name);
    const known = (kind: JsonEnd['kind'], ref: string): JsonEnd => {
      if (tile !== null) this.uses.push({ part: ref, tile, token });
      return { kind, ref, depth };
    };
    const side = port === 'Produce' ? linked?.link.outputs : linked?.link.inputs;
    if (linked?.tile?.value === token.text && side?.some(({ name }) => name === fifo.name) === true)
      return known('link', linked.id);
    if (tile?.kind === 'shim') return known('runtime', this.shimName(fifo.name, tile));
    const worker = this.workerByTile.get(token.text);
    if (worker !== undefined) {
      const most = this.acquired.get(`${fifo.name} ${port} ${token.text}`);
      return { ...known('worker', worker), ...(most === undefined ? {} : { maxAcquire: most }) };
    }
    if (tile !== null) {
      const reason =
        tile.kind === 'mem' ? 'this end is in no link' : `\`${token.text}\` has neither a core nor a link`;
      this.bad(
        `a design has fifos between cores, links and main memory: ${reason}`,
        token,
        'import/not-in-design',
      );
    }
    return { kind: 'link', ref: '', depth };
  }

  private transfers(): readonly { isFill: boolean; transfer: JsonTransfer }[] {
    return this.device.transfers.flatMap(({ fifo, token, tasks, hostArg, firstPattern }) => {
      const found = this.fifoOf(fifo, token);
      if (found === null) return [];
      const isFill = this.device.tiles.get(found.producer.tile.text)?.kind === 'shim';
      const transfer: JsonTransfer = {
        fifo,
        tasks,
        ...(hostArg === null ? {} : { hostArg }),
        ...(firstPattern === null ? {} : { firstPattern }),
      };
      return [{ isFill, transfer }];
    });
  }

  private memoryAccess(): JsonDesign['memoryAccess'] {
    const ownerByBuffer = new Map(this.device.buffers.map(({ value, tile }) => [value, tile.text]));
    const found = new Map<string, { core: string; owner: string }>();
    for (const { tile, uses } of this.device.cores) {
      for (const { text } of uses) {
        const owner = ownerByBuffer.get(text);
        const [core, other] = [this.workerByTile.get(tile.text), this.workerByTile.get(owner ?? '')];
        if (core === undefined || other === undefined || core === other) continue;
        found.set(`${core} ${other}`, { core, owner: other });
      }
    }
    return [...found.values()];
  }

  private places(): Pick<JsonDesign, 'pins' | 'placement'> {
    const pins: Record<string, readonly [number | null, number | null]> = {};
    const placement: Record<string, readonly [number, number]> = {};
    for (const { part, tile } of this.uses) {
      const { col, row, isPhysical } = tile;
      if (isPhysical && !this.options.pinned && col !== null && row !== null) placement[part] = [col, row];
      else if (col !== null || row !== null) pins[part] = [col, row];
    }
    return { pins, placement };
  }

  /** Links are placed one by one, so several of them cannot ask for one tile that nobody knows yet. */
  private refuseSharedLogicalTiles(): void {
    const partByTile = new Map<string, string>();
    for (const { part, tile, token } of this.uses) {
      if (tile.isPhysical || (tile.col !== null && tile.row !== null)) continue;
      const other = partByTile.get(tile.value);
      if (other !== undefined && other !== part) {
        const message = `\`${other}\` and \`${part}\` are to share \`${tile.value}\`, and a design has no word for that`;
        this.bad(
          message,
          token,
          'import/not-in-design',
          'give each a logical tile of its own, or say its column and row',
        );
      }
      partByTile.set(tile.value, part);
    }
  }

  private workerOf(token: MlirToken): string | null {
    const tile = this.tileOf(token);
    const worker = this.workerByTile.get(token.text);
    if (tile === null) return null;
    if (worker === undefined) this.bad(`\`${token.text}\` has no core`, token);
    else this.uses.push({ part: worker, tile, token });
    return worker ?? null;
  }

  private fifoOf(name: string, token: MlirToken): AieFifo | null {
    const fifo = this.fifoByName.get(name);
    if (fifo === undefined)
      this.bad(
        `there is no fifo \`@${name}\``,
        token,
        'import/bad-file',
        didYouMean(name, this.fifoByName.keys()),
      );
    return fifo ?? null;
  }

  private tileOf(token: MlirToken): AieTile | null {
    const tile = this.device.tiles.get(token.text);
    if (tile === undefined)
      this.bad(
        `there is no tile \`${token.text}\``,
        token,
        'import/bad-file',
        didYouMean(token.text, this.device.tiles.keys()),
      );
    return tile ?? null;
  }

  private bad(
    message: string,
    token: MlirToken,
    code: 'import/bad-file' | 'import/not-in-design' = 'import/bad-file',
    help?: string,
  ): void {
    this.diagnostics.push({ code, severity: 'error', message, span: spanOf(this.file.source, token), help });
  }
}

/** The end of a fifo at a tile, as a program there sees it. */
function endAt(fifo: AieFifo, tile: string, port: Port): AieFifoEnd | null {
  if (port === 'Produce') return fifo.producer.tile.text === tile ? fifo.producer : null;
  return fifo.consumers.find((end) => end.tile.text === tile) ?? null;
}
