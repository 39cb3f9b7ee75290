import { EventFields, Refusal } from '../../base/event-fields.js';
import { didYouMean } from '../../base/suggest.js';
import type { LoopEvent } from '../../loop/controller.js';

/** What the rack takes in. `null` marks a field left out. */
export type RackEvent =
  | {
      readonly type: 'host';
      readonly host: number;
      readonly cores: number;
      readonly memslices: number;
      readonly sliceBytes: number | null;
    }
  | { readonly type: 'process'; readonly process: number; readonly locality: 0 | 1 | null }
  | {
      readonly type: 'allocate';
      readonly process: number;
      readonly cores: number;
      readonly memslices: number;
      readonly bytes: number | null;
      readonly id: number | null;
      /** Cut into requests of one core or one slice each. */
      readonly units: boolean;
      /** The host is given, not decided. */
      readonly host: number | null;
      /** False: refuse rather than wait. */
      readonly wait: boolean;
    }
  | {
      readonly type: 'release';
      readonly request: number | null;
      readonly process: number | null;
      readonly host: number | null;
      readonly cores: number | null;
      readonly memslices: number | null;
    }
  | { readonly type: 'kernel_memory'; readonly host: number; readonly memslices: number };

export const RACK_EVENTS = ['host', 'process', 'allocate', 'release', 'kernel_memory'] as const;

/** Numbers of hosts, processes and requests. */
const MAX_ID = 2 ** 48;
/** Cores or slices of one host or request: keeps every sum over a rack and a year exact. */
const MAX_AMOUNT = 2 ** 24;
/** Unit requests of one allocation: far beyond any rack here, low enough not to fill memory by a typing error. */
const MAX_UNITS = 65_536;

/** Throws Refusal `loop/bad-event` for a field that is missing, unknown or out of its range. */
export function decode(event: LoopEvent): RackEvent {
  const fields = new EventFields(event.type, event.fields);
  const decoded = decodeFields(event.type, fields);
  fields.done();
  return decoded;
}

function decodeFields(type: string, fields: EventFields): RackEvent {
  switch (type) {
    case 'host':
      return {
        type,
        host: fields.integer('host', 0, MAX_ID),
        cores: fields.integer('cores', 0, MAX_AMOUNT),
        memslices: fields.integer('memslices', 0, MAX_AMOUNT),
        sliceBytes: fields.optional('slice_bytes', 1, Number.MAX_SAFE_INTEGER),
      };
    case 'process': {
      const locality = fields.optional('locality', 0, 1);
      return {
        type,
        process: fields.integer('process', 0, MAX_ID),
        locality: locality === null ? null : locality === 0 ? 0 : 1,
      };
    }
    case 'allocate':
      return decodeAllocate(fields);
    case 'release': {
      const release = {
        type,
        request: fields.optional('request', 0, MAX_ID),
        process: fields.optional('process', 0, MAX_ID),
        host: fields.optional('host', 0, MAX_ID),
        cores: fields.optional('cores', 0, MAX_AMOUNT),
        memslices: fields.optional('memslices', 0, MAX_AMOUNT),
      } as const;
      if (release.request === null && release.process === null) {
        throw new Refusal('loop/bad-event', '`release` names neither a `request` nor a `process`');
      }
      if (release.cores !== null || release.memslices !== null) {
        if ((release.cores ?? 0) + (release.memslices ?? 0) === 0) {
          throw new Refusal('loop/bad-event', '`release` asks for 0 cores and 0 memory slices');
        }
      }
      return release;
    }
    case 'kernel_memory': {
      const memslices = fields.integer('memslices', 1, MAX_AMOUNT);
      return { type, host: fields.integer('host', 0, MAX_ID), memslices };
    }
    default:
      throw new Refusal(
        'loop/unknown-event',
        `the rack takes no event \`${type}\``,
        didYouMean(type, RACK_EVENTS),
      );
  }
}

function decodeAllocate(fields: EventFields): RackEvent {
  const memslices = fields.optional('memslices', 0, MAX_AMOUNT);
  const bytes = fields.optional('bytes', 1, Number.MAX_SAFE_INTEGER);
  const allocate = {
    type: 'allocate',
    process: fields.integer('process', 0, MAX_ID),
    cores: fields.optional('cores', 0, MAX_AMOUNT) ?? 0,
    memslices: memslices ?? 0,
    bytes,
    id: fields.optional('id', 0, MAX_ID),
    units: fields.flag('units', false),
    host: fields.optional('host', 0, MAX_ID),
    wait: fields.flag('wait', true),
  } as const;
  if (memslices !== null && bytes !== null) {
    throw new Refusal('loop/bad-event', '`allocate` gives both `memslices` and `bytes`');
  }
  if (allocate.cores + allocate.memslices === 0 && bytes === null) {
    throw new Refusal('loop/bad-event', '`allocate` asks for nothing');
  }
  return allocate;
}

/** Refuses an allocation whose units would be more rows than any rack serves. */
export function checkUnits(count: number): void {
  if (count <= MAX_UNITS) return;
  throw new Refusal(
    'loop/bad-event',
    `\`allocate\` would be cut into ${count} requests, more than ${MAX_UNITS}`,
    'leave out `units` to ask for all of it on one host',
  );
}
