import type { Random } from '../engine/base/random.js';
import { seededRandom } from '../engine/base/random.js';
import type { LoopEvent } from '../engine/loop/controller.js';
import type { TickResult } from '../engine/loop/loop.js';

/** Containers of one application. */
export const CONTAINERS_PER_APPLICATION = 40;
/** CPU limit of an application per container, microseconds per period. */
const LIMIT_US = 60_000;
const PERIOD_US = 100_000;

/**
 * Bursty demand in a closed loop: each container switches between a low and a high demand about every two seconds,
 * runs at most its quota, and what it cannot run waits. Applications are tight now and then.
 */
export class QuotaWorld {
  readonly containers: readonly number[];
  private readonly random: Random;
  private readonly quotas: Float64Array;
  private readonly backlogs: Float64Array;
  private readonly demands: Float64Array;
  private readonly bursts: Uint8Array;
  private period = 0;

  constructor(
    readonly applications: number,
    seed: number,
  ) {
    const count = applications * CONTAINERS_PER_APPLICATION;
    this.random = seededRandom(seed);
    this.containers = Array.from({ length: count }, (_, i) => i);
    this.quotas = new Float64Array(count).fill(LIMIT_US);
    this.backlogs = new Float64Array(count);
    this.bursts = new Uint8Array(count);
    this.demands = Float64Array.from(this.containers, () => 5000 + this.random.below(30_000));
  }

  /** Applications and their containers, to be taken in one after the other. */
  *deployment(): Generator<LoopEvent> {
    for (let application = 0; application < this.applications; application += 1) {
      const fields = {
        application,
        cpu_us: CONTAINERS_PER_APPLICATION * LIMIT_US,
        memory_pages: CONTAINERS_PER_APPLICATION * 65_536,
      };
      yield { atUs: 0, type: 'application', fields };
      const first = application * CONTAINERS_PER_APPLICATION;
      const containers = this.containers.slice(first, first + CONTAINERS_PER_APPLICATION);
      yield { atUs: 0, type: 'deploy', fields: { application, containers } };
    }
  }

  /** The reports of the next period. */
  report(): LoopEvent {
    this.period += 1;
    const unused: number[] = [];
    const throttled: number[] = [];
    for (const container of this.containers) {
      if (this.random.below(20) === 0) this.bursts[container] = 1 - (this.bursts[container] ?? 0);
      const factor = (this.bursts[container] === 1 ? 250 : 100) * (90 + this.random.below(21));
      const work = (this.backlogs[container] ?? 0) + ((this.demands[container] ?? 0) * factor) / 10_000;
      const quota = this.quotas[container] ?? 0;
      const ran = Math.min(quota, work);
      this.backlogs[container] = Math.min(work - ran, 300_000);
      unused.push(Math.floor(quota - ran));
      throttled.push(work > ran ? 1 : 0);
    }
    const fields = { containers: this.containers, unused_us: unused, throttled };
    return { atUs: this.period * PERIOD_US, type: 'period', fields };
  }

  /** Puts in force what was decided. */
  follow({ decisions }: TickResult): void {
    for (const { column, key, value } of decisions) {
      if (column === 'controllable_quota_us') this.quotas[Number(key['container_id'])] = Number(value);
    }
  }
}
