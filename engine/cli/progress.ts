import type { Clock } from '../base/clock.js';
import type { Environment } from './environment.js';

/** Work that ends sooner than this shows no progress. */
const QUIET_MS = 500;
const EVERY_MS = 100;

/** One line on stderr that is drawn over and erased at the end; nothing where stderr is no terminal. */
export class Progress {
  private readonly startedMs: number;
  private lastMs = 0;
  private width = 0;

  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
    private readonly enabled: boolean,
  ) {
    this.startedMs = clock.nowMs();
  }

  show(text: () => string): void {
    const { stderr } = this.environment;
    if (!this.enabled || stderr.isTTY !== true) return;
    const nowMs = this.clock.nowMs();
    if (nowMs - this.startedMs < QUIET_MS || nowMs - this.lastMs < EVERY_MS) return;
    this.lastMs = nowMs;
    const line = text();
    stderr.write(`\r${line.padEnd(this.width)}`);
    this.width = line.length;
  }

  end(): void {
    if (this.width > 0) this.environment.stderr.write(`\r${' '.repeat(this.width)}\r`);
    this.width = 0;
  }
}
