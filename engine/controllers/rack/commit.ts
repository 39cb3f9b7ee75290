import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import type { ControllerContext, Decision, Rows } from '../../loop/controller.js';
import type { HeldExtent, Shelves } from './extents.js';
import { holdAll, shelvesOfHosts } from './extents.js';
import { noteRuns } from './history.js';
import { takeLowest } from './micro.js';
import type { RequestRow } from './request-row.js';
import { advance, emitAll, isUnbound, requestsOf } from './request-row.js';

/** What the rows of one commit become, written in one statement per table. */
interface Changes {
  readonly cores: HeldExtent[];
  readonly memslices: HeldExtent[];
  /** Request, status, host, held cores, held slices. */
  readonly bound: (readonly [number, string, number, number, number])[];
  /** Request, status, host. */
  readonly mismatched: (readonly [number, string, number])[];
  /** Process and bytes that it has spare. */
  readonly spare: (readonly [number, number])[];
}

/**
 * Makes the macro scheduler's choices real: fixes each host, then takes the lowest free cores and slices there.
 * A host that has less free than the macro scheduler was told ends the request as `macro-micro-mismatch`;
 * there is no second choice.
 */
export function commit(decisions: readonly Decision[], context: ControllerContext): void {
  const { rows, nowUs } = context;
  const hostById = new Map<number, number>();
  for (const { table, column, key, value } of decisions) {
    if (table !== 'request' || column !== 'controllable_dkernel' || value === null) continue;
    hostById.set(integerOf(key, 'request_id'), integerOf({ host: value }, 'host'));
  }
  // Decisions also come for rows that take no part: bound ones, and those left out of the batch.
  const taking = requestsOf(rows, [...hostById.keys()]).filter((row) => isUnbound(row) && row.admitted);
  const hostOf = (row: RequestRow): number =>
    must(hostById.get(row.context.request), 'the host of a request');
  const shelves = shelvesOfHosts(rows, [...new Set(taking.map(hostOf))]);
  const changes: Changes = { cores: [], memslices: [], bound: [], mismatched: [], spare: [] };
  for (const row of taking) bind(row, hostOf(row), shelves, changes, context);
  write(changes, nowUs, rows);
  noteRuns([...new Set(taking.map((row) => row.context.process))], nowUs, rows);
}

function bind(
  row: RequestRow,
  host: number,
  shelves: Shelves,
  changes: Changes,
  context: ControllerContext,
): void {
  const { request, process } = row.context;
  const placed = advance(row, { type: 'place', host });
  const before = must(shelves.get(host), () => `host ${host}`);
  const cores = takeLowest(before.cores, row.cores);
  const memslices = takeLowest(before.memslices, row.memslices);
  if (cores === null || memslices === null) {
    const next = advance(placed, { type: 'mismatch' });
    changes.mismatched.push([request, next.state, host]);
    emitAll(next.effects, context);
    context.refuse({
      code: 'loop/not-served',
      message: `macro-micro-mismatch: host ${host} has no room for request ${request} that the scheduler put there`,
    });
    return;
  }
  const next = advance(placed, { type: 'bind', cores: cores.extents, memslices: memslices.extents });
  shelves.set(host, { cores: cores.shelf, memslices: memslices.shelf });
  for (const [first, count] of cores.extents) changes.cores.push([host, first, count, request]);
  for (const [first, count] of memslices.extents) changes.memslices.push([host, first, count, request]);
  changes.bound.push([request, next.state, host, next.context.heldCores, next.context.heldMemslices]);
  if (row.spareBytes > 0) changes.spare.push([process, row.spareBytes]);
  emitAll(next.effects, context);
}

function write({ cores, memslices, bound, mismatched, spare }: Changes, nowUs: number, rows: Rows): void {
  holdAll(rows, 'core_extent', cores);
  holdAll(rows, 'memslice_extent', memslices);
  if (bound.length > 0) {
    rows.run(
      `update request set
         status = v ->> 1, current_dkernel = v ->> 2, held_cores = v ->> 3, held_memslices = v ->> 4,
         bound_us = ?, counted_us = ?, waiting_reason = null
       from (select value as v from json_each(?))
       where request_id = v ->> 0`,
      nowUs,
      nowUs,
      JSON.stringify(bound),
    );
  }
  if (mismatched.length > 0) {
    rows.run(
      `update request set
         status = v ->> 1, current_dkernel = v ->> 2, rejected_reason = 'macro-micro-mismatch'
       from (select value as v from json_each(?))
       where request_id = v ->> 0`,
      JSON.stringify(mismatched),
    );
  }
  if (spare.length > 0) {
    rows.run(
      `update process set cached_bytes = cached_bytes + bytes
       from (
         select value ->> 0 as owner, sum(value ->> 1) as bytes
         from json_each(?)
         group by owner)
       where process_id = owner`,
      JSON.stringify(spare),
    );
  }
}
