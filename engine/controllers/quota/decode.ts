import { EventFields, Refusal } from '../../base/event-fields.js';
import { didYouMean } from '../../base/suggest.js';
import type { LoopEvent } from '../../loop/controller.js';

/** What the quota controller takes in. `null` marks a field left out. Units: microseconds per period, pages. */
export type QuotaEvent =
  | {
      readonly type: 'parameters';
      readonly name: string;
      /** Columns of `parameter_set` with their new values. */
      readonly values: readonly (readonly [string, number])[];
    }
  | {
      readonly type: 'application';
      readonly application: number;
      readonly cpuUs: number;
      readonly memoryPages: number;
      readonly name: string | null;
      readonly parameters: string | null;
    }
  | { readonly type: 'host'; readonly host: number; readonly cpuUs: number; readonly memoryPages: number }
  | {
      readonly type: 'deploy';
      readonly application: number;
      readonly containers: readonly number[];
      readonly host: number | null;
    }
  | {
      readonly type: 'join';
      readonly container: number;
      readonly application: number;
      readonly quotaUs: number;
      readonly limitPages: number;
      readonly usagePages: number;
      readonly host: number | null;
      readonly priority: number;
      readonly name: string | null;
    }
  | { readonly type: 'exit'; readonly container: number }
  | {
      readonly type: 'period';
      /** Null: the period that ends now. */
      readonly period: number | null;
      readonly containers: readonly unknown[];
      readonly unusedUs: readonly unknown[];
      readonly throttled: readonly unknown[];
      /** True where `throttled` counts since the container began. */
      readonly isCumulative: boolean;
      readonly quotaUs: readonly unknown[] | null;
      readonly usagePages: readonly unknown[] | null;
    }
  | {
      readonly type: 'profile';
      readonly containers: readonly number[];
      readonly names: readonly string[] | null;
      readonly workUs: readonly number[];
      readonly needPages: readonly number[];
      readonly measureFromUs: number;
      readonly coldStartUs: number | null;
    }
  | {
      readonly type: 'demand';
      readonly containers: readonly number[];
      readonly workUs: readonly number[];
      /** Null: what was needed before. */
      readonly needPages: readonly number[] | null;
    }
  | {
      readonly type: 'memory';
      readonly containers: readonly unknown[];
      readonly usagePages: readonly unknown[];
    }
  | {
      readonly type: 'oom';
      readonly container: number;
      readonly needPages: number;
      readonly usagePages: number | null;
    }
  | { readonly type: 'reclaim'; readonly application: number | null }
  | { readonly type: 'idle_check' }
  | {
      readonly type: 'limit';
      readonly application: number;
      readonly cpuUs: number | null;
      readonly memoryPages: number | null;
      readonly mode: 'reject' | 'shed';
    }
  | {
      readonly type: 'acknowledge';
      readonly containers: readonly unknown[];
      readonly quotaUs: readonly unknown[] | null;
      readonly limitPages: readonly unknown[] | null;
    };

export type EventOf<Type extends QuotaEvent['type']> = Extract<QuotaEvent, { type: Type }>;

export const QUOTA_EVENTS = [
  'parameters',
  'application',
  'host',
  'deploy',
  'join',
  'exit',
  'period',
  'memory',
  'oom',
  'reclaim',
  'idle_check',
  'limit',
  'acknowledge',
  'profile',
  'demand',
] as const;

/** Numbers of applications, machines and containers. */
export const MAX_ID = 2 ** 48;
/** CPU time per period: keeps every product with a rate in millionths exact. */
export const MAX_US = 2 ** 32;
/** Pages: 16 TiB for one container. */
export const MAX_PAGES = 2 ** 32;
/** Containers of one deployment or report. */
export const MAX_CONTAINERS = 1_000_000;

/** Throws Refusal for an event that is not of the form docs/trace-format.md describes. */
export function decode(event: LoopEvent): QuotaEvent {
  const fields = new EventFields(event.type, event.fields);
  const decoded = decodeFields(event.type, fields);
  if (decoded.type !== 'parameters') fields.done();
  return decoded;
}

function decodeFields(type: string, fields: EventFields): QuotaEvent {
  switch (type) {
    case 'parameters':
      return decodeParameters(fields);
    case 'application':
      return {
        type,
        application: fields.integer('application', 0, MAX_ID),
        cpuUs: cpuOf(fields) ?? fields.integer('cpu_us', 1, MAX_US),
        memoryPages: memoryOf(fields) ?? fields.integer('memory_pages', 0, MAX_PAGES),
        name: fields.text('name'),
        parameters: fields.text('parameters'),
      };
    case 'host':
      return {
        type,
        host: fields.integer('host', 0, MAX_ID),
        cpuUs: cpuOf(fields) ?? fields.integer('cpu_us', 0, MAX_US),
        memoryPages: memoryOf(fields) ?? fields.integer('memory_pages', 0, MAX_PAGES),
      };
    case 'deploy':
      return {
        type,
        application: fields.integer('application', 0, MAX_ID),
        containers: fields.integers('containers', 0, MAX_ID),
        host: fields.optional('host', 0, MAX_ID),
      };
    case 'join':
      return {
        type,
        container: fields.integer('container', 0, MAX_ID),
        application: fields.integer('application', 0, MAX_ID),
        quotaUs: fields.integer('quota_us', 1, MAX_US),
        limitPages: fields.optional('limit_pages', 0, MAX_PAGES) ?? 0,
        usagePages: fields.optional('usage_pages', 0, MAX_PAGES) ?? 0,
        host: fields.optional('host', 0, MAX_ID),
        priority: fields.optional('priority', -MAX_US, MAX_US) ?? 0,
        name: fields.text('name'),
      };
    case 'exit':
      return { type, container: fields.integer('container', 0, MAX_ID) };
    case 'period':
      return decodePeriod(fields);
    case 'memory': {
      const containers = listOf(fields, 'containers');
      return { type, containers, usagePages: alike(fields, 'usage_pages', containers) };
    }
    case 'oom':
      return {
        type,
        container: fields.integer('container', 0, MAX_ID),
        needPages: fields.optional('need_pages', 1, MAX_PAGES) ?? 1,
        usagePages: fields.optional('usage_pages', 0, MAX_PAGES),
      };
    case 'reclaim':
      return { type, application: fields.optional('application', 0, MAX_ID) };
    case 'idle_check':
      return { type };
    case 'limit': {
      const limit = {
        type,
        application: fields.integer('application', 0, MAX_ID),
        cpuUs: cpuOf(fields),
        memoryPages: memoryOf(fields),
        mode: fields.word('mode', ['reject', 'shed']),
      } as const;
      if (limit.cpuUs === null && limit.memoryPages === null) throw fields.bad('gives no limit');
      return limit;
    }
    case 'acknowledge': {
      const containers = listOf(fields, 'containers');
      return {
        type,
        containers,
        quotaUs: fields.list('quota_us') === null ? null : alike(fields, 'quota_us', containers),
        limitPages: fields.list('limit_pages') === null ? null : alike(fields, 'limit_pages', containers),
      };
    }
    case 'profile': {
      const containers = containersOf(fields);
      const names = fields.list('names');
      return {
        type,
        containers,
        names: names === null ? null : alike(fields, 'names', containers).map(String),
        workUs: integersFor(fields, 'work_us', containers, MAX_US),
        needPages: integersFor(fields, 'need_pages', containers, MAX_PAGES),
        measureFromUs: fields.optional('measure_from_us', 0, Number.MAX_SAFE_INTEGER) ?? 0,
        coldStartUs: fields.optional('cold_start_us', 0, MAX_US),
      };
    }
    case 'demand': {
      const containers = containersOf(fields);
      return {
        type,
        containers,
        workUs: integersFor(fields, 'work_us', containers, MAX_US),
        needPages:
          fields.list('need_pages') === null
            ? null
            : integersFor(fields, 'need_pages', containers, MAX_PAGES),
      };
    }
    default:
      throw new Refusal(
        'loop/unknown-event',
        `the quota controller takes no event \`${type}\``,
        didYouMean(type, QUOTA_EVENTS),
      );
  }
}

function decodeParameters(fields: EventFields): EventOf<'parameters'> {
  const name = fields.text('name') ?? 'default';
  const values = fields
    .unasked()
    .map((column) => [column, fields.integer(column, 0, 1_000_000_000)] as const);
  return { type: 'parameters', name, values };
}

function decodePeriod(fields: EventFields): EventOf<'period'> {
  const containers = listOf(fields, 'containers');
  const isCumulative = fields.list('nr_throttled') !== null;
  if (isCumulative && fields.list('throttled') !== null)
    throw fields.bad('gives both `throttled` and `nr_throttled`');
  return {
    type: 'period',
    period: fields.optional('period', 0, Number.MAX_SAFE_INTEGER),
    containers,
    unusedUs: alike(fields, 'unused_us', containers),
    throttled: alike(fields, isCumulative ? 'nr_throttled' : 'throttled', containers),
    isCumulative,
    quotaUs: fields.list('quota_us') === null ? null : alike(fields, 'quota_us', containers),
    usagePages: fields.list('usage_pages') === null ? null : alike(fields, 'usage_pages', containers),
  };
}

function listOf(fields: EventFields, name: string): readonly unknown[] {
  const values = fields.list(name);
  if (values === null) throw fields.bad(`lacks \`${name}\``);
  if (values.length > MAX_CONTAINERS) throw fields.bad(`has more than ${MAX_CONTAINERS} of \`${name}\``);
  return values;
}

/** Numbers of containers, each once. */
function containersOf(fields: EventFields): readonly number[] {
  const containers = fields.integers('containers', 0, MAX_ID);
  if (containers.length > MAX_CONTAINERS)
    throw fields.bad(`has more than ${MAX_CONTAINERS} of \`containers\``);
  if (new Set(containers).size < containers.length) throw fields.bad('names a container twice');
  return containers;
}

/** A list with one integer from 0 per container. */
function integersFor(
  fields: EventFields,
  name: string,
  containers: readonly unknown[],
  max: number,
): readonly number[] {
  const values = fields.integers(name, 0, max);
  alike(fields, name, containers);
  return values;
}

/** A list with one value per container. */
function alike(fields: EventFields, name: string, containers: readonly unknown[]): readonly unknown[] {
  const values = listOf(fields, name);
  if (values.length === containers.length) return values;
  throw fields.bad(`has ${values.length} of \`${name}\` for ${containers.length} of \`containers\``);
}

/** `millicores` of a period of 100 ms are 100 microseconds each. */
function cpuOf(fields: EventFields): number | null {
  const millicores = fields.optional('millicores', 1, MAX_US / 100);
  const us = fields.optional('cpu_us', 1, MAX_US);
  if (millicores !== null && us !== null) throw fields.bad('gives both `cpu_us` and `millicores`');
  return millicores === null ? us : millicores * 100;
}

/** Bytes are rounded down to pages. */
function memoryOf(fields: EventFields): number | null {
  const bytes = fields.optional('memory_bytes', 0, MAX_PAGES * 4096);
  const pages = fields.optional('memory_pages', 0, MAX_PAGES);
  if (bytes !== null && pages !== null) throw fields.bad('gives both `memory_pages` and `memory_bytes`');
  return bytes === null ? pages : Math.floor(bytes / 4096);
}
