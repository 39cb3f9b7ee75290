import type { Environment } from './environment.js';
import type { Output } from './output.js';

/** What a command is handed: where its words go and what it may read. */
export interface Shell {
  readonly output: Output;
  readonly environment: Environment;
}
