import { byText } from '../../base/order.js';
import type { Position } from '../design-format.js';
import type { AieTile } from './aie-tile.js';
import { indentOf } from './aie-tile.js';
import type { MlirDesign, TileUse } from './device-design.js';

/** Puts `text` in the place of what stands from `start` to `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text of a design with tiles where its parts were placed; see `placementEdits`. */
export function writePlacement(design: MlirDesign, positionOf: (part: string) => Position): string {
  return applyEdits(design.source.text, placementEdits(design, positionOf));
}

/**
 * The changes that put tiles where parts were placed; all else stays byte for byte. `aie.logical_tile` gets its numbers.
 * An `aie.tile` moves with the first part that names it; parts that are placed elsewhere name the tile of their place,
 * which is added where there is none. INVARIANT: every part has a position.
 */
export function placementEdits(design: MlirDesign, positionOf: (part: string) => Position): readonly Edit[] {
  const { source, device, uses } = design;
  const edits: Edit[] = [];
  const tileByPlace = new Map<string, AieTile>();
  const firstUse = new Map<AieTile, TileUse>();
  for (const use of uses) if (!firstUse.has(use.tile)) firstUse.set(use.tile, use);
  for (const [tile, { part }] of firstUse) {
    const place = positionOf(part);
    if (tile.isPhysical && tileByPlace.has(place.join())) continue;
    if (tile.isPhysical) tileByPlace.set(place.join(), tile);
    edits.push(...coordinateEdits(tile, place));
  }
  const moved = new Set(tileByPlace.values());
  for (const tile of device.tiles.values()) {
    if (!tile.isPhysical || moved.has(tile)) continue;
    const taken = tileByPlace.get([tile.col, tile.row].join());
    // Two tiles of one place are an error; nothing names this one any more.
    if (taken !== undefined) edits.push({ start: startOf(tile), end: tile.op.end, text: '' });
    else tileByPlace.set([tile.col, tile.row].join(), tile);
  }
  const names = new Set(device.tiles.keys());
  const added = new Map<string, string>();
  for (const { part, tile, token } of uses) {
    const place = positionOf(part);
    const home = tileByPlace.get(place.join());
    if (!tile.isPhysical || home === tile) continue;
    let value = home !== undefined && home.op.end <= token.start ? home.value : added.get(place.join());
    if (value === undefined) {
      value = freshName(`%tile_${place.join('_')}`, names);
      added.set(place.join(), value);
      const line = `\n${indentOf(source, tile.op)}${value} = aie.tile(${place.join(', ')})`;
      edits.push({ start: tile.op.end, end: tile.op.end, text: line });
    }
    edits.push({ start: token.start, end: token.end, text: value });
  }
  return edits;
}

const startOf = ({ op }: AieTile): number => (op.results[0] ?? op.nameToken).start;

function coordinateEdits(tile: AieTile, [col, row]: Position): readonly Edit[] {
  const edit = (token: AieTile['colToken'], value: number): readonly Edit[] =>
    Number(token.text) === value ? [] : [{ start: token.start, end: token.end, text: String(value) }];
  return [...edit(tile.colToken, col), ...edit(tile.rowToken, row)];
}

function freshName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let i = 1; names.has(name); i += 1) name = `${wanted}_${i}`;
  names.add(name);
  return name;
}

/** The text with changes that do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end || byText(a.text, b.text));
  let made = '';
  let at = 0;
  for (const { start, end, text: put } of sorted) {
    made += text.slice(at, start) + put;
    at = end;
  }
  return made + text.slice(at);
}
