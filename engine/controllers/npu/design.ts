/** A design as JSON has it: what is placed, and what ties it together. docs/npu.md describes the fields. */
export interface Design {
  readonly id: string;
  /** Name of a row of `device`. */
  readonly device: string;
  /** Columns that it may use, both ends included. */
  readonly columns: Range | null;
  /** Rows that its workers may use, both ends included. */
  readonly rows: Range | null;
  readonly workers: readonly DesignWorker[];
  readonly fifos: readonly DesignFifo[];
  readonly links: readonly DesignLink[];
  readonly fills: readonly DesignTransfer[];
  readonly drains: readonly DesignTransfer[];
  readonly cascades: readonly { readonly source: string; readonly destination: string }[];
  readonly memoryAccess: readonly { readonly core: string; readonly owner: string }[];
  /** By worker, link or end in main memory: where it may be. A pin has ranges of one. */
  readonly where: ReadonlyMap<string, Where>;
  /** By worker, link or end in main memory: the tile that it has, [column, row]. */
  readonly placement: ReadonlyMap<string, Position>;
}

/** Lowest and highest, both included. */
export type Range = readonly [number, number];

/** Column and row. */
export type Position = readonly [number, number];

export interface Where {
  readonly cols: Range | null;
  readonly rows: Range | null;
}

export const TILE_KINDS = ['core', 'mem', 'shim'] as const;
export type TileKind = (typeof TILE_KINDS)[number];

export const LINK_KINDS = ['split', 'join', 'forward'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export interface DesignWorker {
  readonly id: string;
  readonly role: string | null;
  /** null: what the device gives a worker that asks for nothing. */
  readonly stackBytes: number | null;
  readonly buffers: readonly { readonly id: string; readonly bytes: number; readonly kind: string }[];
}

export interface DesignFifo {
  readonly id: string;
  readonly objBytes: number;
  /** Elements per dimension, outermost first. */
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly viaDma: boolean;
  readonly repeatCount: number | null;
  readonly streamTransform: boolean;
  readonly producer: DesignEnd;
  readonly consumers: readonly DesignEnd[];
}

export const END_KINDS = ['worker', 'link', 'runtime'] as const;
export type EndKind = (typeof END_KINDS)[number];

export interface DesignEnd {
  readonly kind: EndKind;
  /** A worker, a link, or any name that starts with `shim:` for an end in main memory. */
  readonly ref: string;
  readonly depth: number;
  /** Most objects held at a time; null where none is ever taken. */
  readonly maxAcquire: number | null;
}

export interface DesignLink {
  readonly id: string;
  readonly kind: LinkKind;
  /** Links stand on memory tiles; a forward may stand on a core tile. */
  readonly tileType: 'mem' | 'core';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of the joined or split fifos, first element within the whole object; empty for a forward. */
  readonly offsetsElems: readonly number[];
}

export interface DesignTransfer {
  readonly fifo: string;
  /** Tasks under way at a time, each with a buffer descriptor. */
  readonly tasks: number;
  readonly hostArg: number | null;
  readonly firstPattern: TransferPattern | null;
}

/** Of a transfer's first task; sizes and strides in elements, outermost first. */
export interface TransferPattern {
  readonly tensor: readonly number[];
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}
