import { integerOf } from '../../base/integer-column.js';
import type { CgroupBudget, CgroupLimit, CgroupOrder, CgroupSample, CgroupUse } from '../../base/cgroup.js';
import type { Diagnostic } from '../../base/diagnostic.js';
import type { SqlRecord } from '../../base/sql-value.js';
import type { CgroupSession, CgroupSetting, TimelessEvent } from '../../loop/cgroup-session.js';
import type { Effect, Rows } from '../../loop/controller.js';

const PAGE = 4096;

/** Parameters of applications that control groups bring along: a decrease frees CPU time only once it is in force. */
const PARAMETERS = 'cgroups';

/** A container that is a control group. */
interface Steered {
  readonly id: number;
  readonly name: string;
  /** What was ordered last: in force, but for orders that could not be written. */
  quotaUs: number;
  limitPages: number;
  usagePages: number | null;
}

/** Steers control groups as the containers of one application; `container.name` is the path of each. */
export function steerContainers(setting: CgroupSetting): CgroupSession {
  const steering = new ContainerSteering(setting);
  return {
    periodUs: () => steering.periodUs,
    begin: (names) => steering.begin(names),
    arrive: (found, total) => steering.arrive(found, total),
    leave: (names) => steering.leave(names),
    report: (uses, pending) => steering.report(uses, pending),
    orders: (effects) => steering.orders(effects),
    confirm: (done) => steering.confirm(done),
  };
}

class ContainerSteering {
  periodUs: number;
  private readonly rows: Rows;
  private readonly application: number;
  private readonly byName = new Map<string, Steered>();
  private readonly byId = new Map<number, Steered>();
  /** Numbers of containers of this application by name, also of those that ended. */
  private readonly ids = new Map<string, number>();
  /** Names that asked to be admitted and have no answer yet. */
  private readonly joining = new Set<string>();
  private nextId: number;

  constructor(private readonly setting: CgroupSetting) {
    this.rows = setting.rows;
    const known = this.record();
    this.periodUs = known === undefined ? 100_000 : integerOf(known, 'period_us');
    this.application =
      known === undefined ? 1 + this.greatest('application') : integerOf(known, 'application_id');
    this.nextId = 1 + this.greatest('container');
  }

  private record(): SqlRecord | undefined {
    return this.rows.get(
      `select application_id, cpu_limit_us, memory_limit_pages, parameter_set.name as parameters, period_us,
         awaits_acknowledgement, memory_handout_ppm, margin_pages
       from application join parameter_set using (parameter_set_id)
       where application.name = ? order by application_id limit 1`,
      this.setting.name,
    );
  }

  private greatest(table: 'application' | 'container'): number {
    const record = this.rows.get(`select coalesce(max(${table}_id), 0) as id from ${table}`);
    return record === undefined ? 0 : integerOf(record, 'id');
  }

  begin(names: readonly string[]): { events: readonly TimelessEvent[]; problems: readonly Diagnostic[] } {
    const { budget, name } = this.setting;
    const known = this.record();
    if (known === undefined) {
      const cpuUs = cpuOf(budget, this.periodUs);
      if (cpuUs === null) return { events: [], problems: [noBudget(name)] };
      const events = [
        event('parameters', { name: PARAMETERS, awaits_acknowledgement: 1, period_us: this.periodUs }),
        event('application', {
          application: this.application,
          name,
          cpu_us: cpuUs,
          memory_pages: pagesOf(budget.memoryBytes ?? 0),
          parameters: PARAMETERS,
        }),
      ];
      return { events, problems: [] };
    }
    for (const record of this.rows.all(
      'select container_id, name, ended_us from container where application_id = ? and name is not null order by container_id',
      this.application,
    )) {
      this.ids.set(String(record['name']), integerOf(record, 'container_id'));
    }
    const events: TimelessEvent[] = [];
    if (known['awaits_acknowledgement'] === 0) {
      events.push(event('parameters', { name: String(known['parameters']), awaits_acknowledgement: 1 }));
    }
    const limits = this.changedLimits(known);
    if (limits !== null) events.push(event('limit', { application: this.application, ...limits }));
    return { events: [...events, ...this.resume(new Set(names))], problems: [] };
  }

  /** Limits that whoever started this gave and that differ from those of the state. */
  private changedLimits(known: SqlRecord): Readonly<Record<string, number>> | null {
    const { budget } = this.setting;
    const cpuUs = cpuOf(budget, this.periodUs);
    const pages = budget.memoryBytes === null ? null : pagesOf(budget.memoryBytes);
    const limits = {
      ...(cpuUs === null || cpuUs === known['cpu_limit_us'] ? {} : { cpu_us: cpuUs }),
      ...(pages === null || pages === known['memory_limit_pages'] ? {} : { memory_pages: pages }),
    };
    return Object.keys(limits).length === 0 ? null : limits;
  }

  /** Takes up the containers that an earlier run knew; those whose control group is gone have ended. */
  private resume(names: ReadonlySet<string>): TimelessEvent[] {
    const events: TimelessEvent[] = [];
    for (const record of this.rows.all(
      `select container_id, name, quota_us, limit_pages from live_container
       where application_id = ? and name is not null order by container_id`,
      this.application,
    )) {
      const name = String(record['name']);
      const id = integerOf(record, 'container_id');
      if (!names.has(name)) events.push(event('exit', { container: id }));
      else
        this.keep({
          id,
          name,
          quotaUs: integerOf(record, 'quota_us'),
          limitPages: integerOf(record, 'limit_pages'),
          usagePages: null,
        });
    }
    return events;
  }

  private keep(one: Steered): void {
    this.byName.set(one.name, one);
    this.byId.set(one.id, one);
    this.ids.set(one.name, one.id);
  }

  private release(one: Steered): void {
    this.byName.delete(one.name);
    this.byId.delete(one.id);
  }

  arrive(found: readonly CgroupSample[], total: number): readonly TimelessEvent[] {
    const limits = this.record();
    const share = limits === undefined ? null : shareOf(limits, total);
    const events: TimelessEvent[] = [];
    const known: Steered[] = [];
    for (const sample of found) {
      const one = this.byName.get(sample.name);
      if (one !== undefined) {
        known.push(one);
        continue;
      }
      events.push(this.join(sample, share));
    }
    if (known.length === 0 || this.setting.isDry) return events;
    // What an earlier run left in flight is told from what the kernel says now.
    const samples = new Map(found.map((sample) => [sample.name, sample]));
    const now = known.map((one) => {
      const sample = samples.get(one.name);
      return {
        quotaUs: quotaOf(sample?.cpuMax ?? null, this.periodUs) ?? one.quotaUs,
        limitPages: limitOf(sample?.memoryMax ?? null) ?? one.limitPages,
      };
    });
    events.push(
      event('acknowledge', {
        containers: known.map(({ id }) => id),
        quota_us: now.map(({ quotaUs }) => quotaUs),
        limit_pages: now.map(({ limitPages }) => limitPages),
      }),
    );
    return events;
  }

  /** A container asks for what its control group has; where that has no limit, for its share, and for what it uses. */
  private join(sample: CgroupSample, share: Share | null): TimelessEvent {
    const { name, cpuMax, memoryMax, memoryBytes } = sample;
    const id = this.ids.get(name) ?? this.nextId;
    if (id === this.nextId) this.nextId += 1;
    const usagePages = pagesUp(memoryBytes ?? 0);
    const hasMemory = memoryMax !== null && share !== null && share.limitPages > 0;
    const limitPages = hasMemory
      ? (limitOf(memoryMax) ?? Math.max(share.limitPages, usagePages + share.marginPages))
      : 0;
    const quotaUs = Math.max(1, quotaOf(cpuMax, this.periodUs) ?? share?.quotaUs ?? 1);
    this.keep({ id, name, quotaUs, limitPages, usagePages: null });
    this.joining.add(name);
    return event('join', {
      container: id,
      application: this.application,
      name,
      quota_us: quotaUs,
      limit_pages: limitPages,
      ...(hasMemory ? { usage_pages: usagePages } : {}),
    });
  }

  leave(names: readonly string[]): readonly TimelessEvent[] {
    return names.flatMap((name) => {
      const one = this.byName.get(name);
      if (one === undefined) return [];
      this.release(one);
      return [event('exit', { container: one.id })];
    });
  }

  report(uses: readonly CgroupUse[], pending: ReadonlySet<string>): readonly TimelessEvent[] {
    const period: {
      one: Steered;
      unusedUs: number;
      throttled: number;
      quotaUs: number | null;
      usagePages: number | null;
    }[] = [];
    const idle: Steered[] = [];
    const hits: Steered[] = [];
    for (const use of uses) {
      const { sample, elapsedUs, usedUs, periods, throttled, memoryHits } = use;
      const one = this.byName.get(sample.name);
      if (one === undefined) continue;
      const before = one.usagePages;
      if (one.limitPages > 0 && sample.memoryBytes !== null) one.usagePages = pagesUp(sample.memoryBytes);
      if (one.limitPages > 0 && memoryHits > 0) hits.push(one);
      // The kernel stops counting periods of a control group without work: it is silent, not unused.
      if (usedUs === 0 && (periods ?? 0) === 0 && throttled === 0) {
        if (one.usagePages !== before) idle.push(one);
        continue;
      }
      const told = this.setting.isDry || pending.has(one.name) ? null : quotaOf(sample.cpuMax, this.periodUs);
      const usedPerPeriod = Math.round((usedUs * this.periodUs) / elapsedUs);
      const unusedUs = Math.max(0, (told ?? one.quotaUs) - usedPerPeriod);
      period.push({ one, unusedUs, throttled, quotaUs: told, usagePages: one.usagePages });
    }
    const events: TimelessEvent[] = [];
    if (period.length > 0) {
      events.push(
        event('period', {
          containers: period.map(({ one }) => one.id),
          unused_us: period.map(({ unusedUs }) => unusedUs),
          throttled: period.map(({ throttled }) => throttled),
          quota_us: period.map(({ quotaUs }) => quotaUs),
          usage_pages: period.map(({ usagePages }) => usagePages),
        }),
      );
    }
    if (idle.length > 0) {
      events.push(
        event('memory', {
          containers: idle.map(({ id }) => id),
          usage_pages: idle.map(({ usagePages }) => usagePages),
        }),
      );
    }
    for (const { id, usagePages } of hits) {
      events.push(
        event('oom', { container: id, ...(usagePages === null ? {} : { usage_pages: usagePages }) }),
      );
    }
    return events;
  }

  orders(effects: readonly Effect[]): ReturnType<CgroupSession['orders']> {
    const orders: CgroupOrder[] = [];
    const dropped: { name: string; reason: string }[] = [];
    for (const { type, fields } of effects) {
      switch (type) {
        case 'lower_quota':
        case 'raise_quota':
        case 'reissue_quota':
          this.each(fields, 'quota_us', (one, quotaUs) => {
            one.quotaUs = quotaUs;
            this.joining.delete(one.name);
            orders.push({ resource: 'cpu', name: one.name, quotaUs, periodUs: this.periodUs });
          });
          break;
        case 'lower_limit':
        case 'raise_limit':
          this.each(fields, 'limit_pages', (one, limitPages) => {
            one.limitPages = limitPages;
            orders.push({ resource: 'memory', name: one.name, bytes: limitPages * PAGE });
          });
          break;
        case 'denied':
        case 'killed': {
          const one = this.byId.get(Number(fields['container']));
          if (one === undefined) break;
          this.release(one);
          this.joining.delete(one.name);
          dropped.push({ name: one.name, reason: reasonOf(type, String(fields['resource'])) });
          break;
        }
        default:
          break;
      }
    }
    for (const name of this.joining) {
      const one = this.byName.get(name);
      if (one === undefined) continue;
      this.release(one);
      dropped.push({ name, reason: 'its admission was refused' });
    }
    this.joining.clear();
    const out = new Set(dropped.map(({ name }) => name));
    return { orders: orders.filter(({ name }) => !out.has(name)), dropped };
  }

  private each(fields: Effect['fields'], column: string, visit: (one: Steered, value: number) => void): void {
    const { containers } = fields;
    const values = fields[column];
    if (!Array.isArray(containers) || !Array.isArray(values)) return;
    containers.forEach((id: unknown, at) => {
      const one = this.byId.get(Number(id));
      const value: unknown = values[at];
      if (one !== undefined && typeof value === 'number') visit(one, value);
    });
  }

  confirm(done: readonly CgroupOrder[]): readonly TimelessEvent[] {
    const told = (resource: CgroupOrder['resource']): (readonly [number, number])[] =>
      done.flatMap((order) => {
        const one = this.byName.get(order.name);
        if (one === undefined || order.resource !== resource) return [];
        return [[one.id, order.resource === 'cpu' ? order.quotaUs : order.bytes / PAGE]];
      });
    return (
      [
        ['cpu', 'quota_us'],
        ['memory', 'limit_pages'],
      ] as const
    ).flatMap(([resource, column]) => {
      const pairs = told(resource);
      if (pairs.length === 0) return [];
      return [
        event('acknowledge', {
          containers: pairs.map(([id]) => id),
          [column]: pairs.map(([, value]) => value),
        }),
      ];
    });
  }
}

/** What one container of `total` asks for where nothing else is known. */
interface Share {
  readonly quotaUs: number;
  readonly limitPages: number;
  readonly marginPages: number;
}

function shareOf(record: SqlRecord, total: number): Share {
  const handedOut = (integerOf(record, 'memory_limit_pages') * integerOf(record, 'memory_handout_ppm')) / 1e6;
  return {
    quotaUs: Math.floor(integerOf(record, 'cpu_limit_us') / total),
    limitPages: Math.floor(handedOut / total),
    marginPages: integerOf(record, 'margin_pages'),
  };
}

const event = (type: string, fields: Readonly<Record<string, unknown>>): TimelessEvent => ({ type, fields });

/** A quota per period of the controller; null where there is no limit. */
function quotaOf(
  cpuMax: { readonly quotaUs: CgroupLimit; readonly periodUs: number } | null,
  periodUs: number,
): number | null {
  if (cpuMax === null || cpuMax.quotaUs === 'max') return null;
  return Math.floor((cpuMax.quotaUs * periodUs) / cpuMax.periodUs);
}

function limitOf(memoryMax: CgroupLimit | null): number | null {
  return memoryMax === null || memoryMax === 'max' ? null : pagesOf(memoryMax);
}

function cpuOf({ cpuMax }: CgroupBudget, periodUs: number): number | null {
  return quotaOf(cpuMax, periodUs);
}

const pagesOf = (bytes: number): number => Math.floor(bytes / PAGE);
const pagesUp = (bytes: number): number => Math.ceil(bytes / PAGE);

function reasonOf(type: 'denied' | 'killed', resource: string): string {
  if (type === 'killed') return 'no pages were found for it, and what becomes of it is up to the kernel';
  return `the application has too little ${resource === 'cpu' ? 'CPU time' : 'memory'} left to admit it`;
}

function noBudget(name: string): Diagnostic {
  return {
    code: 'live/no-budget',
    severity: 'error',
    message: `there is no application \`${name}\` yet, and nothing says how much CPU time it may use`,
    help: 'give `--cpu CORES`, or set cpu.max of the folder itself',
  };
}
