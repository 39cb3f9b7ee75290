import type { TileKind } from '../../controllers/npu/design.js';

/** What stands where on one device, and what runs between: all that a picture of it shows. */
export interface FloorPlan {
  readonly device: string;
  readonly designs: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** By column, then row. */
  readonly tiles: readonly PlanTile[];
  readonly fifos: readonly PlanFifo[];
}

export interface PlanTile {
  readonly col: number;
  readonly row: number;
  readonly kind: TileKind;
  /** False for a tile that is broken, or whose shim has no DMA. */
  readonly usable: boolean;
  readonly parts: readonly PlanPart[];
  readonly use: TileUse;
}

export interface PlanPart {
  readonly design: string;
  readonly name: string;
  readonly kind: 'worker' | 'link' | 'runtime';
}

export interface Used {
  readonly used: number;
  readonly limit: number;
}

export interface TileUse {
  readonly s2mm: Used;
  readonly mm2s: Used;
  /** Buffer descriptors, of runtime tasks as well. */
  readonly descriptors: Used;
  readonly locks: Used;
  readonly bytes: Used;
}

/** `shared`: neighbours use one memory. `local`: both ends are one worker. */
export type FifoWay = 'dma' | 'shared' | 'local';

export interface PlanFifo {
  readonly design: string;
  readonly name: string;
  readonly way: FifoWay;
  readonly objectBytes: number;
  readonly producer: PlanEnd;
  readonly consumers: readonly PlanEnd[];
  /** Whose memory a shared fifo lies in; null for others. */
  readonly memory: readonly [col: number, row: number] | null;
}

export interface PlanEnd {
  readonly part: string;
  readonly col: number;
  readonly row: number;
  readonly depth: number;
}

/** The name of a part as pictures show it: ends in main memory without what says that they are. */
export const shortName = ({ name, kind }: Pick<PlanPart, 'name' | 'kind'>): string =>
  kind === 'runtime' ? name.replace(/^shim:/, '') : kind === 'link' ? name.replace(/^link:/, '') : name;

/** The tile of a place. */
export const tileAt = ({ tiles }: FloorPlan, col: number, row: number): PlanTile | undefined =>
  tiles.find((tile) => tile.col === col && tile.row === row);

/** The share of a limit, as people read it; `-` where there is no limit. */
export const shareText = ({ used, limit }: Used): string =>
  limit === 0 ? '-' : `${Math.round((100 * used) / limit)}%`;
