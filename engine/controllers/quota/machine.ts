import { setup } from 'xstate';
import type { NamedAction } from '../../machine/effect.js';
import { named } from '../../machine/effect.js';

/** What a container's row gives the machine. */
export interface ContainerContext {
  readonly container: number;
}

export type ContainerEvent =
  /** Its first CPU report came. */
  | { readonly type: 'report' }
  /** It asks for pages beyond its limit. */
  | { readonly type: 'oom' }
  /** The pool has too little; other containers give what they do not use. */
  | { readonly type: 'reclaim' }
  /** Its limit was raised. */
  | { readonly type: 'grant' }
  /** No pages were found. */
  | { readonly type: 'kill' }
  /** It ended by itself. */
  | { readonly type: 'exit' }
  /** A container of this number starts anew. */
  | { readonly type: 'join' };

interface Ended {
  readonly container: number;
}

const actions: { readonly killed: NamedAction<Ended>; readonly exited: NamedAction<Ended> } = {
  killed: named,
  exited: named,
};

const base = setup({
  types: { context: {} as ContainerContext, events: {} as ContainerEvent },
  actions,
});

const ended = ({ context }: { readonly context: ContainerContext }): Ended => ({
  container: context.container,
});

const exit = { target: 'EXITED', actions: [{ type: 'exited' as const, params: ended }] } as const;
const kill = { target: 'KILLED', actions: [{ type: 'killed' as const, params: ended }] } as const;

/**
 * The life cycle of a container; its states are the values of `container.state`.
 *
 * - DEPLOYED -report-> RUNNING -oom-> OOM_WAIT -reclaim-> RECLAIMING; `grant` leads back to RUNNING, `kill` to KILLED.
 * - Whoever lives may exit; who has ended may join again.
 * - Throttled, idle and starved are views: they change every period.
 */
export const containerMachine = base.createMachine({
  id: 'container',
  context: { container: 0 },
  initial: 'DEPLOYED',
  states: {
    DEPLOYED: { on: { report: { target: 'RUNNING' }, oom: { target: 'OOM_WAIT' }, exit } },
    RUNNING: { on: { oom: { target: 'OOM_WAIT' }, exit } },
    OOM_WAIT: {
      on: { reclaim: { target: 'RECLAIMING' }, grant: { target: 'RUNNING' }, kill, exit },
    },
    RECLAIMING: { on: { grant: { target: 'RUNNING' }, kill, exit } },
    KILLED: { on: { join: { target: 'DEPLOYED' } } },
    EXITED: { on: { join: { target: 'DEPLOYED' } } },
  },
});
