import type { Clock } from '../base/clock.js';
import { after } from '../base/clock.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Effect, LoopEvent } from '../loop/controller.js';
import type { Loop } from '../loop/loop.js';
import { Runner } from '../loop/runner.js';
import { readEventLine } from './event-line.js';

export interface LiveOptions {
  /** Wall time; decisions see only the logical time made of it. */
  readonly clock: Clock;
  readonly onEffect: (effect: Effect, atUs: number) => void;
  readonly onDiagnostic: (diagnostic: Diagnostic) => void;
  /** Every event as it was taken in, before its effects: what `--record` writes. */
  readonly onEvent: (event: LoopEvent) => void;
}

export interface LiveResult {
  readonly events: number;
  readonly ticks: number;
}

/**
 * Hosts a loop live: lines of JSON in, effects out, until the input ends.
 *
 * - Logical time is wall time since the start, or the event's own `at_us` where that is later; it never goes
 *   back, and two groups of events never share an instant, so that the record replays to the same digest.
 * - A batch is decided at the logical instant it fell due, however late the process wakes.
 */
export async function runLive(
  input: AsyncIterable<string | Uint8Array>,
  loop: Loop,
  options: LiveOptions,
): Promise<LiveResult> {
  return new LiveRun(loop, options).run(input);
}

class LiveRun {
  private readonly runner: Runner;
  private readonly startedMs: number;
  private readonly startUs: number;
  private events = 0;
  private ticks = 0;
  private line = 0;

  constructor(
    loop: Loop,
    private readonly options: LiveOptions,
  ) {
    this.runner = new Runner(loop, {
      onTaken: ({ effects, refusals }, atUs) => this.put(effects, refusals, atUs),
      onTick: ({ effects, refusals }, atUs) => {
        this.ticks += 1;
        this.put(effects, refusals, atUs);
      },
    });
    this.startedMs = options.clock.nowMs();
    this.startUs = this.runner.nowUs;
  }

  private put(effects: readonly Effect[], refusals: readonly Diagnostic[], atUs: number): void {
    for (const effect of effects) this.options.onEffect(effect, atUs);
    for (const refusal of refusals) this.options.onDiagnostic(refusal);
  }

  private wallUs(): number {
    return this.startUs + Math.round((this.options.clock.nowMs() - this.startedMs) * 1000);
  }

  async run(input: AsyncIterable<string | Uint8Array>): Promise<LiveResult> {
    const chunks = input[Symbol.asyncIterator]();
    const decoder = new TextDecoder();
    let rest = '';
    let next = chunks.next();
    for (;;) {
      const due = this.runner.nextDueUs();
      const chunk = await (due === null ? next : this.orDue(next, due));
      if (chunk === null) {
        await this.runner.decideUntil(Math.max(this.wallUs(), due ?? 0));
        continue;
      }
      if (chunk.done === true) break;
      rest += typeof chunk.value === 'string' ? chunk.value : decoder.decode(chunk.value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      await this.takeLines(lines);
      next = chunks.next();
    }
    await this.takeLines(rest === '' ? [] : [rest]);
    // The input has ended: what still waits for its due time is decided now, as a replay would.
    await this.runner.decideUntil(Number.MAX_SAFE_INTEGER);
    return { events: this.events, ticks: this.ticks };
  }

  /** The next chunk, or null when a batch falls due before it comes. */
  private async orDue<T>(next: Promise<T>, dueUs: number): Promise<T | null> {
    const waitMs = Math.max(0, (dueUs - this.wallUs()) / 1000);
    let cancel = (): void => undefined;
    const timer = new Promise<null>((wake) => {
      cancel = after(waitMs, () => wake(null));
    });
    const first = await Promise.race([next, timer]);
    cancel();
    return first;
  }

  private async takeLines(lines: readonly string[]): Promise<void> {
    let group: LoopEvent[] = [];
    const flush = async (): Promise<void> => {
      for (const event of group) this.options.onEvent(event);
      this.events += group.length;
      await this.runner.take(group);
      group = [];
    };
    for (const text of lines) {
      this.line += 1;
      const read = readEventLine(text, this.line);
      if (read.kind === 'bad') this.options.onDiagnostic(read.diagnostic);
      if (read.kind !== 'event') continue;
      const [first] = group;
      // Lines that arrive together and say no other time belong to one instant.
      const ownUs = read.atUs;
      if (first !== undefined && ownUs !== null && ownUs > first.atUs) await flush();
      const atUs = group[0]?.atUs ?? Math.max(this.runner.nowUs + 1, ownUs ?? this.wallUs());
      group.push({ ...read.event, atUs });
    }
    await flush();
  }
}
