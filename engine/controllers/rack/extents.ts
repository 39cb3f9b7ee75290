import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import type { Rows } from '../../loop/controller.js';
import type { Extent, Shelf } from './micro.js';

/** The two extent tables. */
export type ExtentTable = 'core_extent' | 'memslice_extent';

/** What of hosts is taken, per resource, by host. */
export type Shelves = Map<number, { readonly cores: Shelf; readonly memslices: Shelf }>;

/** What of one host is taken. Throws where there is no such host. */
export function shelvesOf(rows: Rows, host: number): { readonly cores: Shelf; readonly memslices: Shelf } {
  return must(shelvesOfHosts(rows, [host]).get(host), () => `host ${host}`);
}

/** What of some hosts is taken. Slices that a host's kernel took still have their numbers. */
export function shelvesOfHosts(rows: Rows, hosts: readonly number[]): Shelves {
  const asked = JSON.stringify(hosts);
  const cores = takenOn(rows, 'core_extent', asked);
  const memslices = takenOn(rows, 'memslice_extent', asked);
  const shelves: Shelves = new Map();
  for (const record of rows.all(
    `select host_id, cores, memslices + kernel_memslices as memslices from host
     where host_id in (select value from json_each(?))`,
    asked,
  )) {
    const host = integerOf(record, 'host_id');
    shelves.set(host, {
      cores: { total: integerOf(record, 'cores'), taken: cores.get(host) ?? [] },
      memslices: { total: integerOf(record, 'memslices'), taken: memslices.get(host) ?? [] },
    });
  }
  return shelves;
}

function takenOn(rows: Rows, table: ExtentTable, hosts: string): Map<number, Extent[]> {
  const byHost = new Map<number, Extent[]>();
  for (const record of rows.all(
    `select host_id, first, count from ${table}
     where host_id in (select value from json_each(?))
     order by host_id, first`,
    hosts,
  )) {
    const host = integerOf(record, 'host_id');
    const extent: Extent = [integerOf(record, 'first'), integerOf(record, 'count')];
    const known = byHost.get(host);
    if (known === undefined) byHost.set(host, [extent]);
    else known.push(extent);
  }
  return byHost;
}

/** What one request holds, ascending. */
export function extentsOf(rows: Rows, table: ExtentTable, request: number): Extent[] {
  return rows
    .all(`select first, count from ${table} where request_id = ? order by first`, request)
    .map((record) => [integerOf(record, 'first'), integerOf(record, 'count')]);
}

/** One extent with its holder: host, first, count, request; the request is null for the host's kernel. */
export type HeldExtent = readonly [host: number, first: number, count: number, request: number | null];

/** Writes down who holds the extents. */
export function holdAll(rows: Rows, table: ExtentTable, extents: readonly HeldExtent[]): void {
  if (extents.length === 0) return;
  rows.run(
    `insert into ${table} (host_id, first, count, request_id)
     select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(?)`,
    JSON.stringify(extents),
  );
}

/** Writes down that one request, or with null the host's kernel, holds extents of one host. */
export function hold(
  rows: Rows,
  table: ExtentTable,
  host: number,
  extents: readonly Extent[],
  request: number | null,
): void {
  holdAll(
    rows,
    table,
    extents.map(([first, count]): HeldExtent => [host, first, count, request]),
  );
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
