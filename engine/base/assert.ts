/** A broken promise inside the engine: always a bug of ours, never a user's mistake. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Throws InternalError unless `condition` holds. The message may be a thunk so that hot paths build no text. */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new InternalError(typeof message === 'string' ? message : message());
}

/** Returns `value` where it cannot be absent by construction. */
export function must<T>(value: T | null | undefined, what: string | (() => string)): T {
  if (value === null || value === undefined) {
    throw new InternalError(`missing ${typeof what === 'string' ? what : what()}`);
  }
  return value;
}

/** Ends a switch over a closed union. */
export function unreachable(value: never): never {
  throw new InternalError(`unreachable value ${JSON.stringify(value)}`);
}
