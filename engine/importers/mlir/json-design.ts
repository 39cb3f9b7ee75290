/** A design in the words of the JSON format (docs/npu.md), as far as MLIR says something. */
export interface JsonDesign {
  readonly id: string;
  readonly device: string;
  readonly workers: readonly {
    readonly id: string;
    readonly stackBytes?: number;
    readonly buffers: readonly { readonly id: string; readonly bytes: number; readonly kind: string }[];
  }[];
  readonly fifos: readonly JsonFifo[];
  readonly links: readonly JsonLink[];
  readonly runtime: { readonly fills: readonly JsonTransfer[]; readonly drains: readonly JsonTransfer[] };
  readonly cascades: readonly { readonly source: string; readonly destination: string }[];
  readonly memoryAccess: readonly { readonly core: string; readonly owner: string }[];
  /** Column and row by part; null for any. */
  readonly pins: Readonly<Record<string, readonly [number | null, number | null]>>;
  readonly placement: Readonly<Record<string, readonly [number, number]>>;
}

export interface JsonFifo {
  readonly id: string;
  readonly objBytes: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly viaDma: boolean;
  readonly repeatCount?: number;
  readonly streamTransform: boolean;
  readonly producer: JsonEnd;
  readonly consumers: readonly JsonEnd[];
}

export interface JsonEnd {
  readonly kind: 'worker' | 'link' | 'runtime';
  readonly ref: string;
  readonly depth: number;
  readonly maxAcquire?: number;
}

export interface JsonLink {
  readonly id: string;
  readonly kind: 'split' | 'join' | 'forward';
  readonly tileType: 'mem' | 'core';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly offsetsElems: readonly number[];
}

export interface JsonTransfer {
  readonly fifo: string;
  readonly tasks: number;
  readonly hostArg?: number;
  readonly firstPattern?: {
    readonly tensor: readonly number[];
    readonly offset: number;
    readonly sizes: readonly number[];
    readonly strides: readonly number[];
  };
}
