import { setup } from 'xstate';
import type { NamedAction } from '../../machine/effect.js';
import { named } from '../../machine/effect.js';
import type { Extent } from './micro.js';
import { countUnits } from './micro.js';

/** What a request's row gives the machine. Amounts are cores and slices held now. */
export interface RequestContext {
  readonly request: number;
  readonly process: number;
  /** Committed host; null until one is. */
  readonly host: number | null;
  readonly heldCores: number;
  readonly heldMemslices: number;
  readonly mayWait: boolean;
  readonly waitingReason: string | null;
}

/** Why a request is refused for good. */
export type RejectedReason = 'infeasible' | 'macro-micro-mismatch';

export type RequestEvent =
  /** The macro scheduler, or the caller, fixed a host. */
  | { readonly type: 'place'; readonly host: number }
  /** The micro scheduler took these cores and slices. */
  | { readonly type: 'bind'; readonly cores: readonly Extent[]; readonly memslices: readonly Extent[] }
  /** The micro scheduler found less free than the macro scheduler promised. */
  | { readonly type: 'mismatch' }
  /** The running batch goes on without it. */
  | { readonly type: 'defer'; readonly reason: string }
  /** The caller no longer wants it. */
  | { readonly type: 'withdraw' }
  /** The caller gives these cores and slices back. */
  | { readonly type: 'release'; readonly cores: readonly Extent[]; readonly memslices: readonly Extent[] };

type Release = Extract<RequestEvent, { type: 'release' }>;

interface Units {
  readonly request: number;
  readonly process: number;
  readonly host: number | null;
  readonly cores: readonly Extent[];
  readonly memslices: readonly Extent[];
}

const left = (context: RequestContext, event: Release): { cores: number; memslices: number } => ({
  cores: context.heldCores - countUnits(event.cores),
  memslices: context.heldMemslices - countUnits(event.memslices),
});

interface Rejected {
  readonly request: number;
  readonly process: number;
  readonly host: number | null;
  readonly reason: RejectedReason;
}

const actions: {
  readonly bound: NamedAction<Units>;
  readonly released: NamedAction<Units>;
  readonly waiting: NamedAction<{ readonly request: number; readonly reason: string }>;
  readonly rejected: NamedAction<Rejected>;
} = { bound: named, released: named, waiting: named, rejected: named };

const base = setup({
  types: { context: {} as RequestContext, events: {} as RequestEvent },
  actions,
  guards: {
    mayNotWait: ({ context }) => !context.mayWait,
    isNewReason: ({ context, event }) => event.type === 'defer' && event.reason !== context.waitingReason,
    givesAll: ({ context, event }) => {
      if (event.type !== 'release') return false;
      const { cores, memslices } = left(context, event);
      return cores === 0 && memslices === 0;
    },
    givesSome: ({ context, event }) => {
      if (event.type !== 'release') return false;
      const { cores, memslices } = left(context, event);
      return cores >= 0 && memslices >= 0;
    },
  },
});

type Placed = Extract<RequestEvent, { type: 'bind' | 'release' }>;

const rejected = (reason: RejectedReason) => ({
  type: 'rejected' as const,
  params: ({ context: { request, process, host } }: { readonly context: RequestContext }) => ({
    request,
    process,
    host,
    reason,
  }),
});

/** The fields that `bound` and `released` share. */
const units = ({ context, event }: { readonly context: RequestContext; readonly event: Placed }): Units => ({
  request: context.request,
  process: context.process,
  host: context.host,
  cores: event.cores,
  memslices: event.memslices,
});

/** Takes the released units off what is held. */
const shrink = base.assign({
  heldCores: ({ context, event }) =>
    event.type === 'release' ? left(context, event).cores : context.heldCores,
  heldMemslices: ({ context, event }) =>
    event.type === 'release' ? left(context, event).memslices : context.heldMemslices,
});

/** What a request may meet before it holds anything. */
const unbound = base.createStateConfig({
  on: {
    place: {
      target: 'PLACED',
      actions: base.assign({
        host: ({ context, event }) => (event.type === 'place' ? event.host : context.host),
      }),
    },
    withdraw: { target: 'RELEASED' },
    defer: [
      { guard: 'mayNotWait', target: 'REJECTED', actions: rejected('infeasible') },
      {
        guard: 'isNewReason',
        actions: [
          {
            type: 'waiting',
            params: ({ context, event }) => ({ request: context.request, reason: event.reason }),
          },
          base.assign({
            waitingReason: ({ context, event }) =>
              event.type === 'defer' ? event.reason : context.waitingReason,
          }),
        ],
      },
    ],
  },
});

/**
 * The life cycle of a request; its states are the values of `request.status`.
 *
 * - PENDING -place-> PLACED -bind-> BOUND -release-> RELEASED.
 * - Side exits to REJECTED: `infeasible` where the caller may not wait, `macro-micro-mismatch` where the
 *   micro scheduler finds nothing free. Never a second choice of host.
 * - A release of more than is held (`over-release`) is ignored: the caller is told, what is held stays.
 */
export const requestMachine = base.createMachine({
  id: 'request',
  context: {
    request: 0,
    process: 0,
    host: null,
    heldCores: 0,
    heldMemslices: 0,
    mayWait: true,
    waitingReason: null,
  },
  initial: 'PENDING',
  states: {
    PENDING: unbound,
    PLACED: {
      on: {
        ...unbound.on,
        mismatch: { target: 'REJECTED', actions: rejected('macro-micro-mismatch') },
        bind: {
          target: 'BOUND',
          actions: [
            { type: 'bound', params: units },
            base.assign({
              heldCores: ({ context, event }) =>
                event.type === 'bind' ? countUnits(event.cores) : context.heldCores,
              heldMemslices: ({ context, event }) =>
                event.type === 'bind' ? countUnits(event.memslices) : context.heldMemslices,
              waitingReason: null,
            }),
          ],
        },
      },
    },
    BOUND: {
      on: {
        release: [
          { guard: 'givesAll', target: 'RELEASED', actions: [{ type: 'released', params: units }, shrink] },
          { guard: 'givesSome', actions: [{ type: 'released', params: units }, shrink] },
        ],
      },
    },
    RELEASED: {},
    REJECTED: {},
  },
});
