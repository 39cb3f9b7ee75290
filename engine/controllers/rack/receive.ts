import { integerOf } from '../../base/integer-column.js';
import { must, unreachable } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import type { ControllerContext, LoopEvent, Rows } from '../../loop/controller.js';
import type { RackEvent } from './decode.js';
import { checkUnits, decode } from './decode.js';
import { hold, shelvesOf } from './extents.js';
import { takeLowest } from './micro.js';
import { release } from './release.js';
import { advance } from './request-row.js';
import { cutIntoUnits, throughCache } from './units.js';

type EventOf<Type extends RackEvent['type']> = Extract<RackEvent, { type: Type }>;

/** Turns one event into rows. What cannot be served is refused before anything is written. */
export function receive(event: LoopEvent, context: ControllerContext): void {
  try {
    serve(decode(event), event.atUs, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, help } = error;
    context.refuse(help === undefined ? { code, message } : { code, message, help });
  }
}

function serve(event: RackEvent, atUs: number, context: ControllerContext): void {
  switch (event.type) {
    case 'host': {
      registerHost(event, atUs, context.rows);
      return;
    }
    case 'process': {
      registerProcess(event, context.rows);
      return;
    }
    case 'allocate': {
      allocate(event, atUs, context);
      return;
    }
    case 'release': {
      release(event, context);
      return;
    }
    case 'kernel_memory': {
      takeKernelMemory(event, context);
      return;
    }
    default:
      return unreachable(event);
  }
}

/** A known host that registers again changes its size; what is held stays, and an alert tells where that is too much. */
function registerHost(event: EventOf<'host'>, atUs: number, rows: Rows): void {
  const { host, cores, memslices, sliceBytes } = event;
  const known = rows.get('select kernel_memslices, slice_bytes from host where host_id = ?', host);
  if (known === undefined) {
    rows.run(
      'insert into host (host_id, cores, memslices, registered_us) values (?, ?, ?, ?)',
      host,
      cores,
      memslices,
      atUs,
    );
    if (sliceBytes !== null) rows.run('update host set slice_bytes = ? where host_id = ?', sliceBytes, host);
    return;
  }
  const kernel = integerOf(known, 'kernel_memslices');
  if (memslices < kernel) {
    throw new Refusal(
      'loop/not-served',
      `host ${host} cannot have ${memslices} memory slices, its kernel holds ${kernel}`,
    );
  }
  const isInUse = rows.get('select 1 from memslice_extent where host_id = ? limit 1', host) !== undefined;
  if (sliceBytes !== null && sliceBytes !== integerOf(known, 'slice_bytes') && isInUse) {
    throw new Refusal('loop/not-served', `host ${host} cannot change the size of slices that are in use`);
  }
  rows.run(
    'update host set cores = ?, memslices = ?, slice_bytes = coalesce(?, slice_bytes) where host_id = ?',
    cores,
    memslices - kernel,
    sliceBytes,
    host,
  );
  rows.run(
    `insert into host_event (host_id, kind, at_us, excess_cores, excess_memslices)
     select dkernel, 'over-committed', ?, excess_cores, excess_memslices from over_committed where dkernel = ?`,
    atUs,
    host,
  );
}

function registerProcess(event: EventOf<'process'>, rows: Rows): void {
  rows.run('insert into process (process_id) values (?) on conflict do nothing', event.process);
  if (event.locality === null) return;
  rows.run('update process set locality = ? where process_id = ?', event.locality, event.process);
}

function allocate(event: EventOf<'allocate'>, atUs: number, context: ControllerContext): void {
  const { rows } = context;
  if (event.host !== null) hostOf(rows, event.host);
  const memory = memoryOf(event, rows);
  const amount = { cores: event.cores, memslices: memory.memslices };
  const total = amount.cores + amount.memslices;
  if (event.units) checkUnits(total);
  const firstId = firstIdOf(event, rows, event.units ? total : Math.min(total, 1));

  registerProcess({ type: 'process', process: event.process, locality: null }, rows);
  if (event.bytes !== null && memory.memslices === 0) {
    rows.run('update process set cached_bytes = ? where process_id = ?', memory.cachedBytes, event.process);
    context.emit({ type: 'cached', fields: { process: event.process, bytes: event.bytes } });
  }
  if (total === 0) return;
  const requests = event.units ? cutIntoUnits(firstId, amount) : [{ id: firstId, amount }];
  for (const [index, request] of requests.entries()) {
    const spareBytes = index === requests.length - 1 ? memory.spareBytes : 0;
    insertRequest(request.id, event, request.amount, spareBytes, atUs, rows);
  }
}

function insertRequest(
  id: number,
  event: EventOf<'allocate'>,
  amount: { readonly cores: number; readonly memslices: number },
  spareBytes: number,
  atUs: number,
  rows: Rows,
): void {
  const { process, host, wait } = event;
  const context = {
    request: id,
    process,
    host: null,
    heldCores: 0,
    heldMemslices: 0,
    mayWait: wait,
    waitingReason: null,
  };
  const fresh = { state: 'PENDING', context };
  const stored = host === null ? fresh : advance(fresh, { type: 'place', host });
  rows.run(
    `insert into request (request_id, process_id, cores, memslices, status, current_dkernel, arrived_us, may_wait, spare_bytes)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    process,
    amount.cores,
    amount.memslices,
    stored.state,
    stored.context.host,
    atUs,
    wait ? 1 : 0,
    spareBytes,
  );
}

/** The slices to ask for, after the process's cache has given what it can. */
function memoryOf(event: EventOf<'allocate'>, rows: Rows): ReturnType<typeof throughCache> {
  if (event.bytes === null) return { memslices: event.memslices, cachedBytes: 0, spareBytes: 0 };
  const cached = rows.get('select cached_bytes from process where process_id = ?', event.process);
  const cachedBytes = cached === undefined ? 0 : integerOf(cached, 'cached_bytes');
  return throughCache(event.bytes, cachedBytes, sliceBytesOf(event.host, rows));
}

/** Bytes become slices before a host is chosen, so all hosts that may be chosen must agree on the size. */
function sliceBytesOf(host: number | null, rows: Rows): number {
  const sizes = rows.all(
    'select distinct slice_bytes from host where host_id = coalesce(?, host_id) order by slice_bytes limit 2',
    host,
  );
  if (sizes.length === 1) return integerOf(must(sizes[0], 'the slice size'), 'slice_bytes');
  throw new Refusal(
    'loop/not-served',
    sizes.length === 0
      ? 'bytes cannot be asked for before a host is there'
      : 'the hosts have slices of different sizes',
    'give `memslices`, or name the `host`',
  );
}

/** Where the numbers of the new requests begin. */
function firstIdOf(event: EventOf<'allocate'>, rows: Rows, count: number): number {
  if (event.id === null) {
    const last = rows.get('select max(request_id) as last from request')?.['last'] ?? 0;
    return Number(last) + 1;
  }
  const taken = rows.get(
    'select request_id from request where request_id between ? and ? order by request_id limit 1',
    event.id,
    event.id + count - 1,
  );
  if (taken === undefined) return event.id;
  throw new Refusal('loop/bad-event', `there is a request ${integerOf(taken, 'request_id')} already`);
}

/**
 * Memory for the kernel bypasses the scheduler: this host only, and its total shrinks (thesis 6.5).
 * Throws Refusal where the host has less free.
 */
function takeKernelMemory(event: EventOf<'kernel_memory'>, context: ControllerContext): void {
  const { rows } = context;
  const { host, memslices } = event;
  hostOf(rows, host);
  const free = must(rows.get('select memslices from unallocated where dkernel = ?', host), `host ${host}`);
  const taken = takeLowest(shelvesOf(rows, host).memslices, memslices);
  if (integerOf(free, 'memslices') < memslices || taken === null) {
    throw new Refusal(
      'loop/not-served',
      `host ${host} has ${integerOf(free, 'memslices')} free memory slices, its kernel asks for ${memslices}`,
    );
  }
  hold(rows, 'memslice_extent', host, taken.extents, null);
  rows.run(
    'update host set memslices = memslices - ?, kernel_memslices = kernel_memslices + ? where host_id = ?',
    memslices,
    memslices,
    host,
  );
  context.emit({ type: 'kernel_bound', fields: { host, memslices: taken.extents } });
}

function hostOf(rows: Rows, host: number): void {
  if (rows.get('select 1 from host where host_id = ?', host) !== undefined) return;
  throw new Refusal('loop/not-served', `there is no host ${host}`);
}
