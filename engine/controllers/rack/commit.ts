import type { ControllerContext, Decision } from '../../loop/controller.js';
import { hold, shelvesOf } from './extents.js';
import { noteRun } from './history.js';
import type { Shelf } from './micro.js';
import { takeLowest } from './micro.js';
import type { RequestRow } from './request-row.js';
import { advance, emitAll, integerOf, isUnbound, requestById } from './request-row.js';

/** What is taken on the hosts of one commit, read once per host. */
type Shelves = Map<number, { readonly cores: Shelf; readonly memslices: Shelf }>;

/**
 * Makes the macro scheduler's choices real: fixes each host, then takes the lowest free cores and slices there.
 * A host that has less free than the macro scheduler was told ends the request as `macro-micro-mismatch`;
 * there is no second choice.
 */
export function commit(decisions: readonly Decision[], context: ControllerContext): void {
  const hostById = new Map<number, number>();
  for (const { table, column, key, value } of decisions) {
    if (table !== 'request' || column !== 'controllable_dkernel' || value === null) continue;
    hostById.set(integerOf(key, 'request_id'), integerOf({ host: value }, 'host'));
  }
  const shelves: Shelves = new Map();
  const processes = new Set<number>();
  for (const [id, host] of [...hostById].sort(([a], [b]) => a - b)) {
    const row = requestById(context.rows, id);
    // Decisions also come for rows that take no part: bound ones, and those left out of the batch.
    if (row === null || !isUnbound(row) || !row.admitted) continue;
    bind(row, host, shelves, context);
    processes.add(row.context.process);
  }
  for (const process of processes) noteRun(process, context.nowUs, context.rows);
}

function bind(row: RequestRow, host: number, shelves: Shelves, context: ControllerContext): void {
  const { rows, nowUs } = context;
  const { request, process } = row.context;
  const placed = advance(row, { type: 'place', host });
  const before = shelves.get(host) ?? shelvesOf(rows, host);
  const cores = takeLowest(before.cores, row.cores);
  const memslices = takeLowest(before.memslices, row.memslices);
  if (cores === null || memslices === null) {
    const next = advance(placed, { type: 'mismatch' });
    rows.run(
      `update request set status = ?, current_dkernel = ?, rejected_reason = 'macro-micro-mismatch' where request_id = ?`,
      next.state,
      host,
      request,
    );
    emitAll(next.effects, context);
    context.refuse({
      code: 'loop/not-served',
      message: `macro-micro-mismatch: host ${host} has no room for request ${request} that the scheduler put there`,
    });
    return;
  }
  const next = advance(placed, { type: 'bind', cores: cores.extents, memslices: memslices.extents });
  shelves.set(host, { cores: cores.shelf, memslices: memslices.shelf });
  hold(rows, 'core_extent', host, cores.extents, request);
  hold(rows, 'memslice_extent', host, memslices.extents, request);
  rows.run(
    `update request set
       status = ?, current_dkernel = ?, held_cores = ?, held_memslices = ?,
       bound_us = ?, counted_us = ?, waiting_reason = null
     where request_id = ?`,
    next.state,
    host,
    next.context.heldCores,
    next.context.heldMemslices,
    nowUs,
    nowUs,
    request,
  );
  if (row.spareBytes > 0) {
    rows.run(
      'update process set cached_bytes = cached_bytes + ? where process_id = ?',
      row.spareBytes,
      process,
    );
  }
  emitAll(next.effects, context);
}
