import { must } from '../../base/assert.js';
import type { Rows } from '../../loop/controller.js';
import type { Extent, Shelf } from './micro.js';
import { integerOf } from './request-row.js';

/** The two extent tables. */
export type ExtentTable = 'core_extent' | 'memslice_extent';

/** What of a host is taken, per resource. Slices that its kernel took still have their numbers. */
export function shelvesOf(rows: Rows, host: number): { readonly cores: Shelf; readonly memslices: Shelf } {
  const record = must(
    rows.get('select cores, memslices + kernel_memslices as memslices from host where host_id = ?', host),
    () => `host ${host}`,
  );
  return {
    cores: { total: integerOf(record, 'cores'), taken: takenOn(rows, 'core_extent', host) },
    memslices: { total: integerOf(record, 'memslices'), taken: takenOn(rows, 'memslice_extent', host) },
  };
}

function takenOn(rows: Rows, table: ExtentTable, host: number): Extent[] {
  return rows
    .all(`select first, count from ${table} where host_id = ? order by first`, host)
    .map((record) => [integerOf(record, 'first'), integerOf(record, 'count')]);
}

/** What one request holds, ascending. */
export function extentsOf(rows: Rows, table: ExtentTable, request: number): Extent[] {
  return rows
    .all(`select first, count from ${table} where request_id = ? order by first`, request)
    .map((record) => [integerOf(record, 'first'), integerOf(record, 'count')]);
}

/** Writes down who holds the extents; `request` is null for the host's kernel. */
export function hold(
  rows: Rows,
  table: ExtentTable,
  host: number,
  extents: readonly Extent[],
  request: number | null,
): void {
  for (const [first, count] of extents) {
    rows.run(
      `insert into ${table} (host_id, first, count, request_id) values (?, ?, ?, ?)`,
      host,
      first,
      count,
      request,
    );
  }
}

/** Replaces what a request holds by what it keeps. */
export function keep(
  rows: Rows,
  table: ExtentTable,
  host: number,
  kept: readonly Extent[],
  request: number,
): void {
  rows.run(`delete from ${table} where request_id = ?`, request);
  hold(rows, table, host, kept, request);
}
