import type { Code } from '../../base/codes.js';

/** An event that cannot be served, thrown before anything is written and reported at the controller's door. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: Extract<Code, 'loop/bad-event' | 'loop/not-served' | 'loop/unknown-event'>,
    message: string,
    readonly help?: string,
  ) {
    super(message);
  }
}
