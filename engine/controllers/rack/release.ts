import { must } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import type { RackEvent } from './decode.js';
import { extentsOf, keep } from './extents.js';
import { closeRun } from './history.js';
import { giveHighest } from './micro.js';
import type { RequestRow } from './request-row.js';
import { advance, emitAll, isUnbound, requestById, requestsWhere } from './request-row.js';
import type { Amount } from './units.js';

type Release = Extract<RackEvent, { type: 'release' }>;

/** What one request gives back. */
interface Share {
  readonly row: RequestRow;
  readonly amount: Amount;
}

/**
 * Gives back what a request, or a process (on one host or anywhere), holds.
 *
 * - Without amounts: all of it; requests that still wait are withdrawn, unless a host is named.
 * - With amounts: the newest requests give first, and of each the highest units.
 * - More than is held is refused (`over-release`): nothing changes.
 */
export function release(event: Release, context: ControllerContext): void {
  const { rows } = context;
  const { withdrawn, bound } = rowsOf(event, rows);
  const shares = sharesOf(event, bound);
  if (shares === null || withdrawn.length + shares.length === 0) throw overRelease(event, bound, context);
  for (const row of withdrawn) withdraw(row, context);
  for (const share of shares) give(share, context);
  const processes = new Set(shares.map(({ row }) => row.context.process));
  for (const process of processes) afterRelease(process, rows);
}

function rowsOf(
  event: Release,
  rows: Rows,
): { readonly withdrawn: readonly RequestRow[]; readonly bound: readonly RequestRow[] } {
  const { request, process, host } = event;
  const isWhole = event.cores === null && event.memslices === null;
  if (request !== null) {
    const row = requestById(rows, request);
    if (row === null) throw new Refusal('loop/not-served', `there is no request ${request}`);
    if (process !== null && process !== row.context.process) {
      throw new Refusal(
        'loop/bad-event',
        `request ${request} is of process ${row.context.process}, not ${process}`,
      );
    }
    if (host !== null && host !== row.context.host) {
      throw new Refusal('loop/bad-event', `request ${request} is not on host ${host}`);
    }
    return { withdrawn: isWhole && isUnbound(row) ? [row] : [], bound: row.state === 'BOUND' ? [row] : [] };
  }
  const bound = requestsWhere(
    rows,
    `status = 'BOUND' and process_id = ? and current_dkernel = coalesce(?, current_dkernel)
     order by bound_us desc, request_id desc`,
    process,
    host,
  );
  const withdrawn =
    isWhole && host === null
      ? requestsWhere(rows, `status in ('PENDING', 'PLACED') and process_id = ? order by request_id`, process)
      : [];
  return { withdrawn, bound };
}

/** How the amounts fall on the requests, or null when they hold less. */
function sharesOf(event: Release, bound: readonly RequestRow[]): readonly Share[] | null {
  const isWhole = event.cores === null && event.memslices === null;
  let cores = isWhole ? Infinity : (event.cores ?? 0);
  let memslices = isWhole ? Infinity : (event.memslices ?? 0);
  const shares: Share[] = [];
  for (const row of bound) {
    const amount = {
      cores: Math.min(cores, row.context.heldCores),
      memslices: Math.min(memslices, row.context.heldMemslices),
    };
    cores -= amount.cores;
    memslices -= amount.memslices;
    if (amount.cores + amount.memslices > 0) shares.push({ row, amount });
  }
  return isWhole || cores + memslices === 0 ? shares : null;
}

function overRelease(event: Release, bound: readonly RequestRow[], context: ControllerContext): Refusal {
  const { request, process, host } = event;
  const held = (column: 'heldCores' | 'heldMemslices'): number =>
    bound.reduce((total, row) => total + row.context[column], 0);
  const holder = request === null ? `process ${process ?? ''}` : `request ${request}`;
  const place = host === null ? '' : ` on host ${host}`;
  context.emit({ type: 'rejected', fields: { request, process, host, reason: 'over-release' } });
  return new Refusal(
    'loop/not-served',
    `over-release: ${holder} holds ${held('heldCores')} cores and ${held('heldMemslices')} memory slices${place}`,
  );
}

function withdraw(row: RequestRow, context: ControllerContext): void {
  const next = advance(row, { type: 'withdraw' });
  context.rows.run('update request set status = ? where request_id = ?', next.state, row.context.request);
  emitAll(next.effects, context);
}

function give({ row, amount }: Share, context: ControllerContext): void {
  const { rows, nowUs } = context;
  const { request } = row.context;
  const host = must(row.context.host, 'the host of a bound request');
  const cores = giveHighest(extentsOf(rows, 'core_extent', request), amount.cores);
  const memslices = giveHighest(extentsOf(rows, 'memslice_extent', request), amount.memslices);
  const next = advance(row, { type: 'release', cores: cores.freed, memslices: memslices.freed });
  keep(rows, 'core_extent', host, cores.kept, request);
  keep(rows, 'memslice_extent', host, memslices.kept, request);
  rows.run(
    `update request set
       core_us = core_us + held_cores * (? - counted_us),
       slice_us = slice_us + held_memslices * (? - counted_us),
       counted_us = ?,
       status = ?,
       held_cores = ?,
       held_memslices = ?
     where request_id = ?`,
    nowUs,
    nowUs,
    nowUs,
    next.state,
    next.context.heldCores,
    next.context.heldMemslices,
    request,
  );
  emitAll(next.effects, context);
}

/** The cache lies in slices that are held, so it ends with them. */
function afterRelease(process: number, rows: Rows): void {
  rows.run(
    `update process
     set cached_bytes = min(cached_bytes, (
       select coalesce(sum(placed.memslices * host.slice_bytes), 0)
       from placed
       join host on host.host_id = placed.dkernel
       where placed.process = process.process_id))
     where process_id = ? and cached_bytes > 0`,
    process,
  );
  closeRun(process, rows);
}
