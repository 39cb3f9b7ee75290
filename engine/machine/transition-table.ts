import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** Values of one step that guards, params and assignments are asked with. */
interface Asked {
  readonly context: unknown;
  readonly event: unknown;
}

/** What a transition does, in order: it changes the context, or names an effect. */
type Deed =
  | { readonly kind: 'assign'; readonly assign: (asked: Asked) => unknown }
  | { readonly kind: 'name'; readonly type: string; readonly params: (asked: Asked) => unknown };

interface Transition {
  readonly guard: (asked: Asked) => boolean;
  /** Name of the next state; null stays. */
  readonly target: string | null;
  readonly deeds: readonly Deed[];
}

/** What a machine does, looked up by state and event: candidates in the order in which they are tried. */
export type TransitionTable = ReadonlyMap<string, ReadonlyMap<string, readonly Transition[]>>;

/** What a transition of a table comes to. */
export interface Taken {
  readonly state: string;
  readonly context: unknown;
  readonly actions: readonly { readonly type: string; readonly params: unknown }[];
}

const tables = new WeakMap<AnyStateMachine, TransitionTable | null>();

/**
 * The table of a machine whose states are flat and have nothing but transitions with plain guards, assignments and named
 * actions; null for any other, which xstate steps itself. A step by the table takes a tenth of the time.
 */
export function transitionTable(machine: AnyStateMachine): TransitionTable | null {
  let table = tables.get(machine);
  if (table === undefined) {
    table = compile(machine);
    tables.set(machine, table);
  }
  return table;
}

/** The first candidate whose guard holds, carried out; null where there is none. */
export function takeTransition(
  candidates: readonly Transition[],
  state: string,
  context: unknown,
  event: unknown,
): Taken | null {
  const found = candidates.find(({ guard }) => guard({ context, event }));
  if (found === undefined) return null;
  let now = context;
  const actions: { type: string; params: unknown }[] = [];
  for (const deed of found.deeds) {
    const asked = { context: now, event };
    if (deed.kind === 'assign') now = deed.assign(asked);
    else actions.push({ type: deed.type, params: deed.params(asked) });
  }
  return { state: found.target ?? state, context: now, actions };
}

function compile(machine: AnyStateMachine): TransitionTable | null {
  const root = machine.root as AnyStateNode;
  if (root.transitions.size > 0 || !isBare(root) || root.type !== 'compound') return null;
  const table = new Map<string, ReadonlyMap<string, readonly Transition[]>>();
  for (const [name, node] of Object.entries(root.states as Readonly<Record<string, AnyStateNode>>)) {
    if (node.type !== 'atomic' || !isBare(node)) return null;
    const byEvent = new Map<string, readonly Transition[]>();
    for (const [event, candidates] of node.transitions) {
      if (event.includes('*') || event === '') return null;
      const made = candidates.map((one) => transitionOf(one as unknown as Candidate, node, machine));
      const known = made.filter((one) => one !== null);
      if (known.length < made.length) return null;
      byEvent.set(event, known);
    }
    table.set(name, byEvent);
  }
  return table;
}

/** True for a node that does nothing of itself. */
function isBare({ entry, exit, always, invoke, after }: AnyStateNode): boolean {
  return [entry, exit, always ?? [], invoke, after].every(({ length }) => length === 0);
}

interface Candidate {
  readonly guard?: unknown;
  readonly target?: readonly AnyStateNode[];
  readonly actions: readonly unknown[];
  readonly reenter?: boolean;
}

function transitionOf(candidate: Candidate, from: AnyStateNode, machine: AnyStateMachine): Transition | null {
  const { actions, target: targets = [] } = candidate;
  const guard = guardOf(candidate.guard, machine);
  const deeds = actions.map((action) => deedOf(action, machine)).filter((deed) => deed !== null);
  const [target] = targets;
  if (guard === null || deeds.length < actions.length || targets.length > 1) return null;
  // xstate cannot tell a transition that changes nothing from none.
  if (actions.length === 0 && (target === undefined || target === from)) return null;
  if (target !== undefined && target.parent !== from.parent) return null;
  return { guard, target: target?.key ?? null, deeds };
}

function guardOf(guard: unknown, machine: AnyStateMachine): Transition['guard'] | null {
  if (guard === undefined) return () => true;
  const plain = typeof guard === 'string' ? implementationOf(machine.implementations.guards, guard) : guard;
  // Guards that combine others have a `check` of their own.
  if (typeof plain !== 'function' || 'check' in plain) return null;
  return (asked) => Boolean((plain as (asked: Asked, params: undefined) => unknown)(asked, undefined));
}

function deedOf(action: unknown, machine: AnyStateMachine): Deed | null {
  if (typeof action === 'function' && 'type' in action && action.type === 'xstate.assign') {
    return 'assignment' in action ? assignOf(action.assignment) : null;
  }
  const { type, params } =
    typeof action === 'string'
      ? { type: action, params: undefined }
      : typeof action === 'object' && action !== null
        ? (action as { readonly type: unknown; readonly params?: unknown })
        : { type: null, params: undefined };
  if (typeof type !== 'string') return null;
  const implementation = implementationOf(machine.implementations.actions, type);
  // An action of xstate itself has a `resolve`, and may have an effect on the machine.
  if (implementation !== undefined && (typeof implementation !== 'function' || 'resolve' in implementation))
    return null;
  const asked = typeof params === 'function' ? (params as (asked: Asked) => unknown) : () => params;
  return { kind: 'name', type, params: asked };
}

function implementationOf(implementations: unknown, name: string): unknown {
  return (implementations as Readonly<Record<string, unknown>>)[name];
}

function assignOf(assignment: unknown): Deed | null {
  if (typeof assignment === 'function') {
    const partial = assignment as (asked: Asked) => object;
    return { kind: 'assign', assign: (asked) => ({ ...(asked.context as object), ...partial(asked) }) };
  }
  if (typeof assignment !== 'object' || assignment === null) return null;
  const parts = Object.entries(assignment as Readonly<Record<string, unknown>>);
  return {
    kind: 'assign',
    assign: (asked) => {
      const made: Record<string, unknown> = { ...(asked.context as object) };
      for (const [name, part] of parts)
        made[name] = typeof part === 'function' ? (part as (asked: Asked) => unknown)(asked) : part;
      return made;
    },
  };
}
