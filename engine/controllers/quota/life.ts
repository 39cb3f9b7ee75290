import { integerOf } from '../../base/integer-column.js';
import { Refusal } from '../../base/event-fields.js';
import type { ControllerContext, Rows } from '../../loop/controller.js';
import type { ContainerRow } from './container-row.js';
import { advance, containerById, livingContainer } from './container-row.js';
import type { EventOf } from './decode.js';
import { MAX_CONTAINERS } from './decode.js';
import { note } from './decision-row.js';
import { poolOf, roomOf } from './pools.js';
import type { Cause } from './propose.js';
import { proposeQuota } from './propose.js';
import { reclaim } from './reclaim.js';
import { settle } from './settle.js';

/** All places of a ring; the key of `cpu_sample` begins with the slot. */
const SLOTS = Array.from({ length: 100 }, (_, slot) => slot).join(', ');

/** What a joiner takes from one container that has more than its share. */
interface Gift {
  readonly donor: Pick<ContainerRow, 'id' | 'application' | 'quotaUs'>;
  readonly us: number;
}

/**
 * Admits a container with what the pools have of what it asks for. Where the CPU pool cannot even give the least
 * quota (or the new fair share, where that is less), containers above their share give the rest; where memory is
 * short, the others give what they do not use. Too little of either denies the admission; pages that were
 * reclaimed for it stay in the pool.
 */
export function join(event: EventOf<'join'>, context: ControllerContext): void {
  const { rows } = context;
  const { container, application, host } = event;
  const known = containerById(rows, container);
  if (known !== null && !known.hasEnded) {
    throw new Refusal('loop/not-served', `there is a container ${container} already`);
  }
  const pool = poolOf(rows, application);
  const room = roomOf(rows, host);
  const quotaMinUs = integerOf(pool.parameters, 'quota_min_us');
  const shareUs = Math.floor(pool.cpuLimitUs / (pool.containers + 1));
  const leastUs = Math.max(1, Math.min(event.quotaUs, quotaMinUs, shareUs));
  const freeUs = Math.min(event.quotaUs, pool.cpuUs, room.cpuUs);
  const gifts =
    freeUs >= leastUs
      ? []
      : giftsFor(rows, application, leastUs - freeUs, {
          floorUs: Math.max(shareUs, quotaMinUs),
          // A machine without room gains some only from its own containers.
          host: room.cpuUs >= leastUs ? null : host,
        });
  const deny = (resource: 'cpu' | 'memory'): void => {
    note(context, { container, application, rule: 'admission_denied', cause: 'join', ...{ resource } });
    context.emit({ type: 'denied', fields: { container, application, resource } });
  };
  if (gifts === null) {
    deny('cpu');
    return;
  }
  let pages = Math.min(pool.memoryPages, room.memoryPages);
  const reclaimed =
    pages < event.limitPages ? reclaim(application, null, { rule: 'reclaim', cause: 'join' }, context) : [];
  if (reclaimed.length > 0)
    pages = Math.min(poolOf(rows, application).memoryPages, roomOf(rows, host).memoryPages);
  const limitPages = Math.min(event.limitPages, pages);
  if (limitPages < Math.min(integerOf(pool.parameters, 'limit_min_pages'), event.limitPages)) {
    deny('memory');
    settle(reclaimed, context);
    return;
  }
  for (const { donor, us } of gifts) {
    proposeQuota(donor, donor.quotaUs - us, { rule: 'join_give', cause: 'join' }, context);
  }
  settle([...gifts.map(({ donor }) => donor.id), ...reclaimed], context);
  const quotaUs = Math.max(freeUs, leastUs);
  if (known !== null) advance(known, { type: 'join' }, context);
  start(rows, event, quotaUs, limitPages, context.nowUs);
  noteStart(container, application, 'join', quotaUs, limitPages, context);
  context.emit({ type: 'raise_quota', fields: { containers: [container], quota_us: [quotaUs] } });
  if (limitPages > 0) {
    context.emit({ type: 'raise_limit', fields: { containers: [container], limit_pages: [limitPages] } });
  }
  if (event.usagePages > limitPages) {
    note(context, {
      container,
      application,
      rule: 'usage_above_limit',
      cause: 'join',
      detail: event.usagePages,
    });
  }
}

/** Gifts that add up to `lackUs`, in the order of donors; null where all donors together have less. */
function giftsFor(
  rows: Rows,
  application: number,
  lackUs: number,
  { floorUs, host }: { readonly floorUs: number; readonly host: number | null },
): readonly Gift[] | null {
  const gifts: Gift[] = [];
  let rest = lackUs;
  const donors = rows.all(
    `select container_id, controllable_quota_us from container
     where application_id = ? and ended_us is null and controllable_quota_us > ? and (? is null or host_id = ?)
     order by priority, controllable_quota_us desc, container_id`,
    application,
    floorUs,
    host,
    host,
  );
  for (const record of donors) {
    if (rest === 0) break;
    const quotaUs = integerOf(record, 'controllable_quota_us');
    const us = Math.min(rest, quotaUs - floorUs);
    gifts.push({ donor: { id: integerOf(record, 'container_id'), application, quotaUs }, us });
    rest -= us;
  }
  return rest === 0 ? gifts : null;
}

/** Makes the row of a container, or begins the one of its number anew. */
function start(rows: Rows, event: EventOf<'join'>, quotaUs: number, limitPages: number, nowUs: number): void {
  const { container, application, host, priority, usagePages, name } = event;
  rows.run(
    `insert into container
       (container_id, application_id, quota_us, controllable_quota_us, host_id, priority, limit_pages,
        controllable_limit_pages, usage_pages, name, joined_us)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (container_id) do update set
       application_id = excluded.application_id,
       quota_us = excluded.quota_us,
       controllable_quota_us = excluded.controllable_quota_us,
       in_flight_us = 0,
       host_id = excluded.host_id,
       state = excluded.state,
       priority = excluded.priority,
       limit_pages = excluded.limit_pages,
       controllable_limit_pages = excluded.controllable_limit_pages,
       in_flight_pages = 0,
       usage_pages = excluded.usage_pages,
       name = coalesce(excluded.name, name),
       joined_us = excluded.joined_us,
       ended_us = null`,
    container,
    application,
    quotaUs,
    quotaUs,
    host,
    priority,
    limitPages,
    limitPages,
    usagePages,
    name,
    nowUs,
  );
  rows.run('insert into cpu_period (container_id, reported_us) values (?, ?)', container, nowUs);
}

function noteStart(
  container: number,
  application: number,
  rule: string,
  quotaUs: number,
  limitPages: number,
  context: ControllerContext,
): void {
  note(context, { container, application, rule, cause: rule, resource: 'cpu', from: 0, to: quotaUs });
  if (limitPages === 0) return;
  note(context, { container, application, rule, cause: rule, resource: 'memory', from: 0, to: limitPages });
}

/**
 * Deploys the first containers of an application: each has the same whole millicores of the CPU limit, and the same
 * whole MiB of the share of the memory limit that is handed out. Throws Refusal where the pools have less.
 */
export function deploy(event: EventOf<'deploy'>, context: ControllerContext): void {
  const { rows, nowUs } = context;
  const { application, containers, host } = event;
  if (containers.length === 0) throw new Refusal('loop/bad-event', '`deploy` names no container');
  if (containers.length > MAX_CONTAINERS)
    throw new Refusal('loop/bad-event', '`deploy` names too many containers');
  const json = JSON.stringify([...containers].sort((a, b) => a - b));
  const known = rows.get(
    `select value as container_id from json_each(?)
     where value in (select container_id from container) or key > 0 and value = json_extract(?, '$[' || (key - 1) || ']')`,
    json,
    json,
  );
  if (known !== undefined) {
    throw new Refusal('loop/not-served', `there is a container ${integerOf(known, 'container_id')} already`);
  }
  const pool = poolOf(rows, application);
  const room = roomOf(rows, host);
  const count = containers.length;
  const share = rows.get(
    `select
       cpu_limit_us * 1000 / period_us / ? * period_us / 1000 as quota_us,
       memory_limit_pages / 256 * memory_handout_ppm / 1000000 / ? * 256 as limit_pages
     from application join parameter_set using (parameter_set_id) where application_id = ?`,
    count,
    count,
    application,
  );
  const quotaUs = Number(share?.['quota_us'] ?? 0);
  const limitPages = Number(share?.['limit_pages'] ?? 0);
  const isTooMuch =
    quotaUs * count > Math.min(pool.cpuUs, room.cpuUs) ||
    limitPages * count > Math.min(pool.memoryPages, room.memoryPages);
  if (quotaUs < 1 || isTooMuch) {
    throw new Refusal(
      'loop/not-served',
      `the pools of application ${application} have too little for ${count} containers`,
    );
  }
  rows.run(
    `insert into container
       (container_id, application_id, quota_us, controllable_quota_us, host_id, limit_pages, controllable_limit_pages, joined_us)
     select value, ?, ?, ?, ?, ?, ?, ? from json_each(?)`,
    application,
    quotaUs,
    quotaUs,
    host,
    limitPages,
    limitPages,
    nowUs,
    json,
  );
  rows.run(
    'insert into cpu_period (container_id, reported_us) select value, ? from json_each(?)',
    nowUs,
    json,
  );
  for (const [resource, value] of [
    ['cpu', quotaUs],
    ['memory', limitPages],
  ] as const) {
    if (value === 0) continue;
    rows.run(
      `insert into quota_decision (at_us, container_id, application_id, rule, resource, from_value, to_value, cause)
       select ?, value, ?, 'deploy', ?, 0, ?, 'deploy' from json_each(?)`,
      nowUs,
      application,
      resource,
      value,
      json,
    );
  }
  const each = <Value>(value: Value): readonly Value[] => containers.map(() => value);
  context.emit({ type: 'raise_quota', fields: { containers, quota_us: each(quotaUs) } });
  if (limitPages > 0)
    context.emit({ type: 'raise_limit', fields: { containers, limit_pages: each(limitPages) } });
}

/** A container ends by itself; what it had is in the pools again, because pools are views. */
export function exit(event: EventOf<'exit'>, context: ControllerContext): void {
  const row = livingContainer(context.rows, event.container);
  end(row, 'exit', { rule: 'exit', cause: 'exit' }, context);
}

/** Ends a container: its row stays, without quota and limit. */
export function end(
  row: ContainerRow,
  how: 'exit' | 'kill',
  cause: Cause,
  context: Pick<ControllerContext, 'rows' | 'nowUs' | 'emit'>,
): void {
  const { rows, nowUs } = context;
  const { state } = advance(row, { type: how }, context);
  const { id: container, application, quotaUs, limitPages } = row;
  note(context, { container, application, resource: 'cpu', from: quotaUs, to: 0, ...cause });
  if (limitPages > 0)
    note(context, { container, application, resource: 'memory', from: limitPages, to: 0, ...cause });
  rows.run(
    `update container set state = ?, ended_us = ?, quota_us = 0, controllable_quota_us = 0, in_flight_us = 0,
       limit_pages = 0, controllable_limit_pages = 0, in_flight_pages = 0
     where container_id = ?`,
    state,
    nowUs,
    container,
  );
  rows.run('delete from cpu_period where container_id = ?', container);
  rows.run(`delete from cpu_sample where slot in (${SLOTS}) and container_id = ?`, container);
}
