import { integerOf } from '../../base/integer-column.js';
import { must } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import type { ControllerContext } from '../../loop/controller.js';
import type { EventOf } from './decode.js';
import { note } from './decision-row.js';
import { poolOf } from './pools.js';
import { settle } from './settle.js';

/**
 * Gives an application other limits. Where its containers hold more than that, `reject` leaves everything as it is
 * and `shed` cuts them: quotas in proportion to what they exceed the fair share and the least quota by, limits in
 * proportion to what they exceed usage and margin by, or, if that is too little, usage alone.
 */
export function changeLimit(event: EventOf<'limit'>, context: ControllerContext): void {
  const { rows } = context;
  const { application, mode, cpuUs, memoryPages } = event;
  poolOf(rows, application);
  const cuts = [
    ...(cpuUs === null ? [] : [cutsTo('cpu', application, cpuUs, context)]),
    ...(memoryPages === null ? [] : [cutsTo('memory', application, memoryPages, context)]),
  ];
  const refused = cuts.find(({ cut, lack }) => lack > 0 && (mode === 'reject' || cut === null));
  if (refused !== undefined) {
    note(context, {
      container: null,
      application,
      rule: 'limit_rejected',
      cause: 'limit',
      detail: refused.lack,
    });
    throw new Refusal(
      'loop/not-served',
      `the containers of application ${application} hold ${refused.lack} ${refused.resource === 'cpu' ? 'us' : 'pages'} more than that`,
      mode === 'reject' ? 'mode `shed` cuts them' : undefined,
    );
  }
  const changed: number[] = [];
  for (const { resource, cut } of cuts) {
    for (const { container, from, to } of cut ?? []) {
      const column = resource === 'cpu' ? 'controllable_quota_us' : 'controllable_limit_pages';
      rows.run(`update container set ${column} = ? where container_id = ?`, to, container);
      note(context, { container, application, rule: 'shed', resource, from, to, cause: 'limit' });
      changed.push(container);
      if (resource === 'memory') continue;
      rows.run(
        'update cpu_period set sample_count = 0, throttle_sum = 0, unused_sum_us = 0, is_sampled = 0 where container_id = ?',
        container,
      );
    }
  }
  settle([...new Set(changed)], context);
  rows.run(
    `update application set cpu_limit_us = coalesce(?, cpu_limit_us), memory_limit_pages = coalesce(?, memory_limit_pages)
     where application_id = ?`,
    cpuUs,
    memoryPages,
    application,
  );
}

interface Cut {
  readonly container: number;
  readonly from: number;
  readonly to: number;
}

interface Cuts {
  readonly resource: 'cpu' | 'memory';
  /** What the containers hold beyond the new limit. */
  readonly lack: number;
  /** Null where they cannot give as much. */
  readonly cut: readonly Cut[] | null;
}

/** What every container keeps at least: tried in this order. */
const FLOORS = {
  cpu: [
    'max(quota_min_us, ? / max(1, (select count(*) from container as other where other.application_id = container.application_id and other.ended_us is null)))',
  ],
  memory: ['usage_pages + max(1, margin_pages)', 'usage_pages + 1'],
} as const;

function cutsTo(
  resource: 'cpu' | 'memory',
  application: number,
  limit: number,
  { rows }: ControllerContext,
): Cuts {
  const column = resource === 'cpu' ? 'controllable_quota_us' : 'controllable_limit_pages';
  const held = must(
    rows.get(
      `select coalesce(sum(${column}), 0) as held from container where application_id = ? and ended_us is null`,
      application,
    ),
    'a row',
  );
  const lack = integerOf(held, 'held') - limit;
  if (lack <= 0) return { resource, lack: 0, cut: [] };
  for (const floor of FLOORS[resource]) {
    const spares = rows
      .all(
        `select container_id, ${column} as held, max(0, ${column} - (${floor})) as spare
         from container join application using (application_id) join parameter_set using (parameter_set_id)
         where application_id = ? and ended_us is null
         order by priority, spare desc, container_id`,
        ...(resource === 'cpu' ? [limit] : []),
        application,
      )
      .map((record) => ({
        container: integerOf(record, 'container_id'),
        from: integerOf(record, 'held'),
        spare: integerOf(record, 'spare'),
      }));
    const cut = share(lack, spares);
    if (cut !== null) return { resource, lack, cut };
  }
  return { resource, lack, cut: null };
}

/** Shares a lack among spares in proportion; what rounding leaves is taken from the first ones. */
function share(
  lack: number,
  spares: readonly { readonly container: number; readonly from: number; readonly spare: number }[],
): readonly Cut[] | null {
  const total = spares.reduce((sum, { spare }) => sum + spare, 0);
  if (total < lack) return null;
  const parts = spares.map(({ spare }) => Number((BigInt(spare) * BigInt(lack)) / BigInt(total)));
  let rest = lack - parts.reduce((sum, part) => sum + part, 0);
  return spares.flatMap(({ container, from, spare }, at) => {
    const part = parts[at] ?? 0;
    const more = rest > 0 && part < spare ? 1 : 0;
    rest -= more;
    return part + more === 0 ? [] : [{ container, from, to: from - part - more }];
  });
}
