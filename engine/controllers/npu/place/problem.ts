/** What a part needs of its tile, or what a tile has; in the order of `RESOURCES`. */
export type Amounts = readonly number[];

/** `bds` counts those of fifos and those of the runtime's tasks. */
export const RESOURCES = ['s2mm', 'mm2s', 'bds', 'locks', 'bytes'] as const;
export type Resource = (typeof RESOURCES)[number];

export interface Tile {
  /** `tile.tile_id`. */
  readonly id: number;
  readonly col: number;
  readonly row: number;
  readonly kind: string;
  readonly has: Amounts;
}

/** One end of a fifo at a link's memory tile. */
export interface LinkEnd {
  /** `endpoint.endpoint_id`. */
  readonly id: number;
  readonly direction: 's2mm' | 'mm2s';
  readonly bds: number;
}

export interface LinkBuffer {
  /** `mem_buffer.mem_buffer_id`. */
  readonly id: number;
  readonly bytes: number;
}

/** A worker, link or end in main memory. */
export interface Part {
  /** `placeable.placeable_id`. */
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly tileKind: string;
  /** Positions in `tiles` that it may take, ascending; none where pins and ranges leave none. */
  readonly candidates: readonly number[];
  /** The same without pins and ranges. */
  readonly unpinned: readonly number[];
  readonly needs: Amounts;
  /** Of a link on a tile whose channels are split by parity; else none. */
  readonly ends: readonly LinkEnd[];
  /** Buffers that may lie beside its tile; none where they must lie at home, within `needs`. */
  readonly buffers: readonly LinkBuffer[];
  /** Position in `tiles` that is proposed, or that it had; null where there is none. */
  readonly previous: number | null;
  /** True where it had that tile before it was to be placed anew: it moves only if it has to. */
  readonly wasPlaced: boolean;
}

/** A fifo between two workers that neighbours share. */
export interface Shareable {
  /** `object_fifo.fifo_id`. */
  readonly id: number;
  /** Positions in `parts`. */
  readonly producer: number;
  readonly consumer: number;
  readonly producerDma: Amounts;
  readonly consumerDma: Amounts;
  readonly shared: Amounts;
}

/** A fifo through DMA: positions in `parts`. */
export interface Net {
  readonly id: number;
  readonly producer: number;
  readonly consumers: readonly number[];
}

/** Two parts whose tiles must be one of some pairs. */
export interface Pair {
  readonly rule: 'cascade' | 'memory_access';
  readonly first: number;
  readonly second: number;
}

/** One design to be placed, as numbers. */
export interface PlaceProblem {
  readonly tiles: readonly Tile[];
  readonly parts: readonly Part[];
  readonly shareables: readonly Shareable[];
  readonly nets: readonly Net[];
  readonly pairs: readonly Pair[];
  /** By two positions in `tiles`, producer first: whose memory they share, as `object_fifo.controllable_sharing` has it. */
  readonly sharing: (producer: number, consumer: number) => 0 | 1 | 2;
  readonly mayPair: (rule: Pair['rule'], first: number, second: number) => boolean;
  /** Of a memory tile with descriptors in halves: what each half has. Null where tiles have none. */
  readonly half: HalfLimit | null;
  /** Lowest and highest column of each other design on the device. */
  readonly taken: readonly (readonly [number, number])[];
  readonly lines: readonly Line[];
  /** Positions of the memory tiles west and east of one; the west first. */
  readonly beside: (tile: number) => readonly number[];
}

export interface HalfLimit {
  readonly bds: number;
  readonly channels: number;
  readonly neighbourChannels: number;
}

/** A line between two rows or columns and how many streams cross it to either side. */
export interface Line {
  readonly dimension: 'row' | 'col';
  /** The row south of it, the column west of it. */
  readonly first: number;
  readonly onward: number;
  readonly back: number;
}

/** How long wires are. */
export type Wire = 'half_perimeter' | 'hops';

/** What is to be least: wires, or parts that leave their tile (wires then break ties). */
export type Measure = Wire | 'moves';

/** A tile per part: positions in `tiles`, in the order of `parts`. */
export type Placement = Int32Array;
