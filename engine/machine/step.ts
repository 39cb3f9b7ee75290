import type { AnyStateMachine, ContextFrom, EventFromLogic, StateValue } from 'xstate';
import { transition } from 'xstate';
import { InternalError } from '../base/assert.js';
import type { MachineEffect } from './effect.js';
import { statePath, stateValue } from './state-path.js';

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
  const before = resolve(machine, stored);
  const [after, actions] = transition<AnyStateMachine>(machine, before, event);
  return {
    state: statePath(after.value as StateValue),
    context: after.context as ContextFrom<Machine>,
    effects: actions.map(effectOf),
    ignored: after === before && actions.length === 0,
  };
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
