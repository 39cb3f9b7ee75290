import { integerOf } from '../../../base/integer-column.js';
import { must } from '../../../base/assert.js';
import type { SqlRecord } from '../../../base/sql-value.js';
import type { ControllerContext, Decision, Scheduler } from '../../../loop/controller.js';
import { restart } from '../restart.js';
import type { Wish } from './fit.js';
import { fit } from './fit.js';
import type { Recommender, Sample } from './recommender.js';

/**
 * A recommender as a scheduler. It looks at the rows of replayed demand, keeps what it remembers in `recommender_state`,
 * and leaves containers that were not profiled as they are.
 */
export function baseline<State>(recommender: Recommender<State>): Scheduler {
  return {
    kind: 'direct',
    decide: (_batch, context) => decide(recommender, context),
  };
}

const SECOND_US = 1_000_000;

function decide<State>(recommender: Recommender<State>, context: ControllerContext): readonly Decision[] {
  const { rows, nowUs } = context;
  const due = rows.all(
    `select container.container_id, container.application_id, container.quota_us, container.limit_pages,
       container.usage_pages, work_us, profile.need_pages,
       recommender_state.state, coalesce(stepped_us, -1) as stepped_us,
       (
         select count(*)
         from container_restart
         where container_restart.container_id = container.container_id and reason = 'oom' and at_us > stepped_us
       ) as oom_kills
     from container
     join container_profile as profile on profile.container_id = container.container_id
     left join recommender_state on recommender_state.container_id = container.container_id
     where ended_us is null and (stepped_us is null or stepped_us + ? <= ?)
     order by container.container_id`,
    recommender.everyUs,
    nowUs,
  );
  if (due.length === 0) return [];
  // Who looks at seconds looks at whole ones, so that no sample is the mean of a few periods.
  const steppedUs = recommender.grain === 'second' ? nowUs - (nowUs % SECOND_US) : nowUs;
  const samples = samplesOf(recommender, due, steppedUs, context);
  const states: [number, string][] = [];
  const restarting = new Set<number>();
  const wishes = due.map((record): Wish => {
    const id = integerOf(record, 'container_id');
    const quotaUs = integerOf(record, 'quota_us');
    const limitPages = integerOf(record, 'limit_pages');
    const { state, ...wished } = recommender.recommend({
      profile: { workUs: integerOf(record, 'work_us'), needPages: integerOf(record, 'need_pages') },
      quotaUs,
      limitPages,
      samples: samples.get(id) ?? [],
      oomKills: integerOf(record, 'oom_kills'),
      state: typeof record['state'] === 'string' ? (JSON.parse(record['state']) as State) : null,
      nowMs: nowUs / 1000,
    });
    states.push([id, JSON.stringify(state)]);
    if (wished.restarts) restarting.add(id);
    return {
      container: id,
      application: integerOf(record, 'application_id'),
      quotaUs,
      limitPages,
      usagePages: wished.restarts ? 0 : integerOf(record, 'usage_pages'),
      wishUs: Math.max(1, Math.floor(wished.quotaUs)),
      wishPages: Math.max(1, Math.floor(wished.limitPages)),
    };
  });
  rows.run(
    `insert into recommender_state (container_id, stepped_us, state)
     select value ->> 0, ?, value ->> 1 from json_each(?) where true
     on conflict do update set stepped_us = excluded.stepped_us, state = excluded.state`,
    steppedUs,
    JSON.stringify(states),
  );
  return apply(wishes, restarting, context);
}

/** What was seen of each container since it was last recommended for. */
function samplesOf<State>(
  { grain, sees }: Recommender<State>,
  due: readonly SqlRecord[],
  untilUs: number,
  { rows }: ControllerContext,
): ReadonlyMap<number, readonly Sample[]> {
  const sinceUs = Math.min(...due.map((record) => integerOf(record, 'stepped_us')));
  const steppedBy = new Map(
    due.map((record) => [integerOf(record, 'container_id'), integerOf(record, 'stepped_us')]),
  );
  const [cpu, pages] = sees === 'demand' ? ['arrived_us', 'need_pages'] : ['used_us', 'usage_pages'];
  const bucket = grain === 'second' ? '(at_us - 1) / 1000000' : 'at_us';
  const records = rows.all(
    `select container_id, max(at_us) as at_us, avg(${cpu}) as cpu_us, max(${pages}) as pages, sum(throttled) as throttled
     from demand_period
     where at_us > ? and at_us <= ?
     group by ${bucket}, container_id
     order by ${bucket}, container_id`,
    sinceUs,
    untilUs,
  );
  const samples = new Map<number, Sample[]>();
  for (const record of records) {
    const id = integerOf(record, 'container_id');
    const stepped = steppedBy.get(id);
    if (stepped === undefined || integerOf(record, 'at_us') <= stepped) continue;
    const list = samples.get(id) ?? [];
    list.push({
      cpuUs: Number(record['cpu_us']),
      pages: integerOf(record, 'pages'),
      throttled: integerOf(record, 'throttled'),
    });
    samples.set(id, list);
  }
  return samples;
}

/** The wishes as far as the applications reach; who changes by a restart is restarted. */
function apply(
  wishes: readonly Wish[],
  restarting: ReadonlySet<number>,
  context: ControllerContext,
): readonly Decision[] {
  const pools = context.rows.all(
    `select application_id, pool_us, pool_pages from cpu_pool join memory_pool using (application_id)
     order by application_id`,
  );
  const decisions: Decision[] = [];
  const changed = new Set<number>();
  for (const pool of pools) {
    const application = integerOf(pool, 'application_id');
    const own = wishes.filter((wish) => wish.application === application);
    const fitted = fit(own, { us: integerOf(pool, 'pool_us'), pages: integerOf(pool, 'pool_pages') });
    for (const [at, { quotaUs, limitPages }] of fitted.entries()) {
      const before = must(own[at], 'a wish');
      const key = { container_id: before.container };
      if (quotaUs !== before.quotaUs) {
        const column = 'controllable_quota_us';
        decisions.push({ table: 'container', key, column, value: quotaUs, previous: before.quotaUs });
        changed.add(before.container);
      }
      if (limitPages !== before.limitPages) {
        const column = 'controllable_limit_pages';
        decisions.push({ table: 'container', key, column, value: limitPages, previous: before.limitPages });
        changed.add(before.container);
      }
    }
  }
  const again = [...restarting].filter((id) => changed.has(id));
  if (again.length > 0) {
    restart(again, 'update', context);
    // A container that has ended uses no pages, so that its limit may be any.
    context.rows.run(
      'update container set usage_pages = 0 where container_id in (select value from json_each(?))',
      JSON.stringify(again),
    );
  }
  return decisions;
}
