import { setup } from 'xstate';
import type { NamedAction } from '../../machine/effect.js';
import { named } from '../../machine/effect.js';
import type { Position } from './design.js';

/** What a design's row gives the machine. */
export interface DesignContext {
  readonly design: string;
  /** Why it failed; null unless FAILED. */
  readonly reason: string | null;
}

export type DesignEvent =
  /** Every part has a tile. */
  | { readonly type: 'place'; readonly tiles: Readonly<Record<string, Position>> }
  /** The compiler took the placement. */
  | { readonly type: 'resolve' }
  /** There is no legal placement, or the compiler refused the one there is. */
  | { readonly type: 'fail'; readonly reason: string }
  /** It is to be placed anew. */
  | { readonly type: 'replace' }
  /** Its tiles are free again. */
  | { readonly type: 'remove' };

const actions: {
  readonly placed: NamedAction<{
    readonly design: string;
    readonly tiles: Readonly<Record<string, Position>>;
  }>;
  readonly resolved: NamedAction<{ readonly design: string }>;
  readonly failed: NamedAction<{ readonly design: string; readonly reason: string }>;
  readonly removed: NamedAction<{ readonly design: string }>;
} = { placed: named, resolved: named, failed: named, removed: named };

const base = setup({
  types: { context: {} as DesignContext, events: {} as DesignEvent },
  actions,
});

const fails = base.createStateConfig({
  on: {
    fail: {
      target: 'FAILED',
      actions: [
        {
          type: 'failed',
          params: ({ context, event }) => ({
            design: context.design,
            reason: event.reason,
          }),
        },
        base.assign({
          reason: ({ context, event }) => (event.type === 'fail' ? event.reason : context.reason),
        }),
      ],
    },
  },
});

const removable = base.createStateConfig({
  on: {
    remove: {
      target: 'REMOVED',
      actions: { type: 'removed', params: ({ context }) => ({ design: context.design }) },
    },
  },
});

const again = base.createStateConfig({
  on: { replace: { target: 'DECLARED', actions: base.assign({ reason: null }) } },
});

/**
 * The life of a design; its states are the values of `design.status`.
 *
 * - DECLARED -place-> PLACED -resolve-> RESOLVED.
 * - `fail` ends a placement that does not exist or that the compiler refuses; `replace` tries again.
 */
export const designMachine = base.createMachine({
  id: 'design',
  context: { design: '', reason: null },
  initial: 'DECLARED',
  states: {
    DECLARED: {
      on: {
        ...fails.on,
        ...removable.on,
        place: {
          target: 'PLACED',
          actions: {
            type: 'placed',
            params: ({ context, event }) => ({ design: context.design, tiles: event.tiles }),
          },
        },
      },
    },
    PLACED: {
      on: {
        ...fails.on,
        ...removable.on,
        ...again.on,
        resolve: {
          target: 'RESOLVED',
          actions: { type: 'resolved', params: ({ context }) => ({ design: context.design }) },
        },
      },
    },
    RESOLVED: { on: { ...removable.on, ...again.on } },
    FAILED: { on: { ...removable.on, ...again.on } },
    REMOVED: {},
  },
});
