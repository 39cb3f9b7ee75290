import type { Design, EndKind, TileKind } from './design.js';

/** What takes a tile. */
export interface PlaceableName {
  readonly name: string;
  readonly kind: EndKind;
  readonly tileKind: TileKind;
}

/** Workers, links and ends in main memory of a design, in this order. */
export function placeablesOf(design: Design): readonly PlaceableName[] {
  const runtime = new Set(
    design.fifos
      .flatMap((fifo) => [fifo.producer, ...fifo.consumers])
      .filter((end) => end.kind === 'runtime')
      .map((end) => end.ref),
  );
  return [
    ...design.workers.map(({ id }) => ({ name: id, kind: 'worker', tileKind: 'core' }) as const),
    ...design.links.map(({ id, tileType }) => ({ name: id, kind: 'link', tileKind: tileType }) as const),
    ...[...runtime].map((name) => ({ name, kind: 'runtime', tileKind: 'shim' }) as const),
  ];
}
