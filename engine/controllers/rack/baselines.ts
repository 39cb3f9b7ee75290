import { integerOf, nullableOf } from '../../base/integer-column.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { Batch, ControllerContext, Decision, Rows, Scheduler } from '../../loop/controller.js';
import type { Amount } from './units.js';

/** A host and what it has left while the batch is decided. */
interface Room {
  readonly host: number;
  cores: number;
  memslices: number;
}

/** One request of the batch. */
interface Item extends Amount {
  readonly id: number;
  readonly process: number;
  /** The host it must keep, or null. */
  readonly fixed: number | null;
  readonly previous: number | null;
}

/** Picks a position in `rooms` that fits, or null. */
type Choose = (item: Item, rooms: readonly Room[]) => number | null;

/** The published scheduler steps on by this many hosts when one is full. */
const FILL_STEP = 17;

/** Stays on a host until it is full; each process has its own start and its own cursor per resource. */
export const fillCurrent = baseline((context) => {
  const cursors = new Cursors('fill-current', context.rows);
  return {
    choose(item, rooms) {
      // A step that shares a factor with the number of hosts would never reach some of them.
      const stride = rooms.length % FILL_STEP === 0 ? 1 : FILL_STEP;
      const resource = resourceOf(item);
      let position = cursors.at(item.process, resource) ?? item.process;
      for (let turn = 0; turn < rooms.length; turn += 1, position += stride) {
        position %= rooms.length;
        if (fits(item, rooms[position])) {
          cursors.move(item.process, resource, position);
          return position;
        }
      }
      return null;
    },
    save: () => cursors.save(),
  };
});

/** Any host with room, all equally likely. */
export const random = baseline((context) => ({
  choose(item, rooms) {
    const fitting = [...rooms.keys()].filter((position) => fits(item, rooms[position]));
    return fitting.length === 0 ? null : (fitting[context.random.below(fitting.length)] ?? null);
  },
  save: () => undefined,
}));

/** One host after the other, full ones skipped; one cursor per resource. */
export const roundRobin = baseline((context) => {
  const cursors = new Cursors('round-robin', context.rows);
  return {
    choose(item, rooms) {
      const resource = resourceOf(item);
      const start = cursors.at(SHARED, resource) ?? 0;
      for (let turn = 0; turn < rooms.length; turn += 1) {
        const position = (start + turn) % rooms.length;
        if (fits(item, rooms[position])) {
          cursors.move(SHARED, resource, (position + 1) % rooms.length);
          return position;
        }
      }
      return null;
    },
    save: () => cursors.save(),
  };
});

/** A baseline decides request by request, oldest first; cursors are kept only when all of them fit. */
function baseline(
  begin: (context: ControllerContext) => { readonly choose: Choose; readonly save: () => void },
): Scheduler {
  return {
    kind: 'direct',
    decide(batch, context) {
      const { choose, save } = begin(context);
      const rooms = roomsOf(context.rows);
      const decisions = decideAll(itemsOf(batch, context.rows), rooms, choose);
      if (decisions !== null) save();
      return decisions;
    },
  };
}

function decideAll(
  items: readonly Item[],
  rooms: readonly Room[],
  choose: Choose,
): readonly Decision[] | null {
  const positionByHost = new Map(rooms.map(({ host }, position) => [host, position]));
  const chosen = new Map<number, number>();
  const put = (item: Item, position: number | null | undefined): boolean => {
    const room = position === null || position === undefined ? undefined : rooms[position];
    if (room === undefined || !fits(item, room)) return false;
    room.cores -= item.cores;
    room.memslices -= item.memslices;
    chosen.set(item.id, room.host);
    return true;
  };
  // Requests with a host of their own first, so that nobody takes their room.
  for (const item of items) {
    if (item.fixed !== null && !put(item, positionByHost.get(item.fixed))) return null;
  }
  for (const item of items) {
    if (item.fixed === null && !put(item, choose(item, rooms))) return null;
  }
  return items.map(({ id, previous }) => ({
    table: 'request',
    key: { request_id: id },
    column: 'controllable_dkernel',
    value: chosen.get(id) ?? null,
    previous,
  }));
}

function fits(item: Amount, room: Room | undefined): boolean {
  return room !== undefined && room.cores >= item.cores && room.memslices >= item.memslices;
}

type Resource = 'core' | 'memslice';

/** A request for both goes by its cores. */
function resourceOf(item: Amount): Resource {
  return item.cores > 0 ? 'core' : 'memslice';
}

function roomsOf(rows: Rows): Room[] {
  return rows.all('select dkernel, cores, memslices from unallocated order by dkernel').map((record) => ({
    host: integerOf(record, 'dkernel'),
    cores: integerOf(record, 'cores'),
    memslices: integerOf(record, 'memslices'),
  }));
}

function itemsOf(batch: Batch, rows: Rows): Item[] {
  const records = rows.all(
    'select id, process, cores, memslices, status, current_dkernel, controllable_dkernel from pending order by id',
  );
  const itemById = new Map(records.map((record) => [integerOf(record, 'id'), itemOf(record)]));
  return batch.keys.flatMap((key) => itemById.get(integerOf(key, 'request_id')) ?? []);
}

function itemOf(record: SqlRecord): Item {
  return {
    id: integerOf(record, 'id'),
    process: integerOf(record, 'process'),
    cores: integerOf(record, 'cores'),
    memslices: integerOf(record, 'memslices'),
    fixed: record['status'] === 'PLACED' ? nullableOf(record, 'current_dkernel') : null,
    previous: nullableOf(record, 'controllable_dkernel'),
  };
}

/** Marks a cursor that all processes share. */
const SHARED = -1;

/** The cursors of one baseline: read when needed, written at the end. */
class Cursors {
  private readonly moved = new Map<string, readonly [number, Resource, number]>();

  constructor(
    private readonly scheduler: 'fill-current' | 'round-robin',
    private readonly rows: Rows,
  ) {}

  at(process: number, resource: Resource): number | null {
    const moved = this.moved.get(`${process} ${resource}`);
    if (moved !== undefined) return moved[2];
    const stored = this.rows.get(
      'select position from scheduler_cursor where scheduler = ? and process_id = ? and resource = ?',
      this.scheduler,
      process,
      resource,
    );
    return stored === undefined ? null : integerOf(stored, 'position');
  }

  move(process: number, resource: Resource, position: number): void {
    this.moved.set(`${process} ${resource}`, [process, resource, position]);
  }

  save(): void {
    for (const [process, resource, position] of this.moved.values()) {
      this.rows.run(
        `insert into scheduler_cursor (scheduler, process_id, resource, position) values (?, ?, ?, ?)
         on conflict do update set position = excluded.position`,
        this.scheduler,
        process,
        resource,
        position,
      );
    }
  }
}
