import type {
  ActorScope,
  AnyStateMachine,
  ContextFrom,
  EventFromLogic,
  EventObject,
  StateValue,
} from 'xstate';
import { createActor } from 'xstate';
import { InternalError } from '../base/assert.js';
import type { MachineEffect } from './effect.js';
import { statePath, stateValue } from './state-path.js';
import { takeTransition, transitionTable } from './transition-table.js';

/** What a row keeps of its machine. */
export interface Stored<Context> {
  /** The state column; see statePath. */
  readonly state: string;
  readonly context: Context;
}

export interface Step<Context> extends Stored<Context> {
  readonly effects: readonly MachineEffect[];
  /** True when the state takes no such event, or no guard let it through; nothing changed then. */
  readonly ignored: boolean;
}

/**
 * One pure transition: a stored row and an event in, the next row and its effects out.
 *
 * - A named action becomes an `emit` effect; its params must be an object or absent, its code never runs.
 * - xstate hands back the same snapshot for an event it ignores, and also for a transition that only has
 *   actions; so an event counts as ignored when neither the snapshot changed nor an action was asked for.
 * - Throws InternalError for a state the machine does not have.
 */
export function step<Machine extends AnyStateMachine>(
  machine: Machine,
  stored: Stored<ContextFrom<Machine>>,
  event: EventFromLogic<Machine>,
): Step<ContextFrom<Machine>> {
  const byEvent = transitionTable(machine)?.get(stored.state);
  if (byEvent === undefined) return stepByXstate(machine, stored, event);
  const { type } = event as { readonly type: string };
  const candidates = byEvent.get(type);
  const taken =
    candidates === undefined ? null : takeTransition(candidates, stored.state, stored.context, event);
  if (taken === null) return { state: stored.state, context: stored.context, effects: [], ignored: true };
  return {
    state: taken.state,
    context: taken.context as ContextFrom<Machine>,
    effects: taken.actions.map(effectOf),
    ignored: false,
  };
}

/** The same by xstate's own transition: what a table of transitions is held to. */
export function stepByXstate<Machine extends AnyStateMachine>(
  machine: Machine,
  stored: Stored<ContextFrom<Machine>>,
  event: EventFromLogic<Machine>,
): Step<ContextFrom<Machine>> {
  const before = resolve(machine, stored);
  const { scope, actions } = inertScope(machine);
  actions.length = 0;
  const after = machine.transition(before, event, scope);
  return {
    state: statePath(after.value as StateValue),
    context: after.context as ContextFrom<Machine>,
    effects: actions.map(effectOf),
    ignored: after === before && actions.length === 0,
  };
}

type Snapshot = ReturnType<AnyStateMachine['resolveState']>;

/** What xstate wants around a transition: an actor that never starts, and where it puts the actions it asks for. */
interface InertScope {
  readonly scope: ActorScope<Snapshot, EventObject>;
  readonly actions: { readonly type: string; readonly params?: unknown }[];
}

const inertScopes = new WeakMap<AnyStateMachine, InertScope>();

/**
 * One per machine: xstate's own `transition` makes another actor for every step, which takes as long as the step.
 * Machines here start no actors, so that nothing is left in it from one step to the next.
 */
function inertScope(machine: AnyStateMachine): InertScope {
  let inert = inertScopes.get(machine);
  if (inert === undefined) {
    const self = createActor(machine);
    const actions: { readonly type: string; readonly params?: unknown }[] = [];
    const nothing = (): void => undefined;
    const scope = {
      self,
      id: '',
      sessionId: '',
      logger: nothing,
      defer: nothing,
      emit: nothing,
      stopChild: nothing,
      system: self.system,
      actionExecutor: (action: (typeof actions)[number]) => void actions.push(action),
    };
    inert = { scope, actions };
    inertScopes.set(machine, inert);
  }
  return inert;
}

function resolve(
  machine: AnyStateMachine,
  stored: Stored<unknown>,
): ReturnType<AnyStateMachine['resolveState']> {
  try {
    return machine.resolveState({ value: stateValue(stored.state), context: stored.context });
  } catch (error) {
    throw new InternalError(`${machine.id} has no state ${stored.state}: ${String(error)}`);
  }
}

function effectOf(action: { readonly type: string; readonly params?: unknown }): MachineEffect {
  const fields = fieldsOf(action.params);
  switch (action.type) {
    case 'xstate.raise':
      return schedule(fields);
    case 'xstate.cancel':
      return { kind: 'cancel', timer: String(fields['sendId']) };
    default:
      if (action.type.startsWith('xstate.')) {
        throw new InternalError(`a machine may not use ${action.type}: its effects are named actions`);
      }
      return { kind: 'emit', type: action.type, fields };
  }
}

/** `after` and a delayed `raise` arrive here; raises without a delay are run inside the transition. */
function schedule(fields: Readonly<Record<string, unknown>>): MachineEffect {
  const { id, delay, event } = fields;
  const type = fieldsOf(event)['type'];
  if (typeof id !== 'string' || typeof delay !== 'number' || typeof type !== 'string') {
    throw new InternalError('a delayed event needs an id, a delay in milliseconds and a type');
  }
  return { kind: 'schedule', timer: id, delayMs: delay, event: type };
}

function fieldsOf(params: unknown): Readonly<Record<string, unknown>> {
  if (params === undefined || params === null) return {};
  if (typeof params !== 'object') throw new InternalError('the params of an action are an object');
  return params as Readonly<Record<string, unknown>>;
}
