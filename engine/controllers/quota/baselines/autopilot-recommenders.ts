import type { Recommended, Recommender } from './recommender.js';
import type { MlState } from './autopilot-ml.js';
import { emptyMl, stepMl } from './autopilot-ml.js';
import type { Signal } from './autopilot-signal.js';
import {
  addToSignal,
  bucketOf,
  closeWindow,
  emptySignal,
  raisePeak,
  ratioBounds,
} from './autopilot-signal.js';
import type { TimedLimit } from './autopilot-window.js';
import { WINDOW, holdHour, rawLimit, withMargin } from './autopilot-window.js';

/** How often it recommends, and what it sees. */
export interface AutopilotOptions {
  readonly seconds: number;
  readonly sees: 'demand' | 'use';
}

/** No recommendation goes below a hundredth of a core. */
const LEAST_US = 1000;
/** A kill tells a need beyond the limit, by this factor (as the Vertical Pod Autoscaler counts it). */
const OOM_FACTOR = 1.2;

/** One resource of a container under the moving window. */
interface Held {
  readonly signal: Omit<Signal, 'bounds'>;
  readonly history: readonly TimedLimit[];
}

interface WindowState {
  readonly cpu: Held;
  readonly memory: Held;
  /** End of the running window, milliseconds. */
  readonly windowEndMs: number;
}

/** Buckets reach up to so many times the profile, and down to a thousandth of that. */
const REACH = 4;

const boundsOf = ({ profile }: Recommended<unknown>): { cpu: number[]; memory: number[] } => ({
  cpu: ratioBounds(REACH * Math.max(LEAST_US, profile.workUs), WINDOW.buckets),
  memory: ratioBounds(REACH * Math.max(1, profile.needPages), WINDOW.buckets),
});

/** Memory counts as its greatest use since the last time, and beyond the limit where that killed it; null unseen. */
function memoryPeak({ samples, oomKills, limitPages }: Recommended<unknown>): number | null {
  const seen = samples.map(({ pages }) => pages);
  if (oomKills > 0) seen.push(Math.ceil(limitPages * OOM_FACTOR));
  return seen.length === 0 ? null : Math.max(...seen);
}

/** Autopilot's moving window: percentiles of five-minute histograms, held for an hour. */
export function autopilotWindow({ seconds, sees }: AutopilotOptions): Recommender<WindowState> {
  return {
    everyUs: seconds * 1_000_000,
    grain: 'second',
    sees,
    recommend: (container) => {
      const { nowMs, profile, samples } = container;
      const bounds = boundsOf(container);
      const empty = (of: readonly number[]): Held => ({ signal: emptySignal(of), history: [] });
      const before = container.state ?? {
        cpu: empty(bounds.cpu),
        memory: empty(bounds.memory),
        windowEndMs: nowMs + WINDOW.windowMs,
      };
      const closes = nowMs >= before.windowEndMs;
      const step = (
        { signal: kept, history }: Held,
        own: {
          readonly bounds: readonly number[];
          readonly add: (signal: Signal) => Signal;
          readonly rule: Parameters<typeof rawLimit>[1];
          readonly halfLifeMs: number;
          readonly otherwise: number;
        },
      ): { held: Held; limit: number } => {
        const signal = own.add({ ...kept, bounds: own.bounds });
        const raw = rawLimit(signal, own.rule);
        // Nothing tells what the paper takes for large; here it is where the buckets end.
        const limit = raw === null ? own.otherwise : withMargin(raw, own.bounds.at(-1) ?? raw);
        const next = holdHour(history, { atMs: nowMs, limit });
        const left = closes ? closeWindow(signal, 2 ** (-WINDOW.windowMs / own.halfLifeMs)) : signal;
        const { current, faded, means, weight, peaks } = left;
        return {
          held: { signal: { current, faded, means, weight, peaks }, history: raw === null ? history : next },
          limit: next[0]?.limit ?? limit,
        };
      };
      const cpu = step(before.cpu, {
        bounds: bounds.cpu,
        add: (signal) =>
          addToSignal(
            signal,
            samples.map(({ cpuUs }) => cpuUs),
          ),
        rule: WINDOW.cpuRule,
        halfLifeMs: WINDOW.cpuHalfLifeMs,
        otherwise: profile.workUs,
      });
      const peak = memoryPeak(container);
      const memory = step(before.memory, {
        bounds: bounds.memory,
        add: (signal) => (peak === null ? signal : raisePeak(signal, peak)),
        rule: WINDOW.memoryRule,
        halfLifeMs: WINDOW.memoryHalfLifeMs,
        otherwise: profile.needPages,
      });
      const isFirst = container.state === null;
      return {
        state: {
          cpu: cpu.held,
          memory: memory.held,
          windowEndMs: closes ? before.windowEndMs + WINDOW.windowMs : before.windowEndMs,
        },
        // It begins with what was profiled, and recommends once it has seen an interval.
        quotaUs: isFirst ? profile.workUs : Math.max(LEAST_US, cpu.limit),
        limitPages: isFirst ? profile.needPages : memory.limit,
        restarts: false,
      };
    },
  };
}

interface MlPair {
  readonly cpu: MlState;
  readonly memory: MlState;
}

/** Autopilot's ensemble of argmin models. */
export function autopilotMl({ seconds, sees }: AutopilotOptions): Recommender<MlPair> {
  return {
    everyUs: seconds * 1_000_000,
    grain: 'second',
    sees,
    recommend: (container) => {
      const { profile, samples } = container;
      const bounds = boundsOf(container);
      if (container.state === null) {
        const state = { cpu: emptyMl(WINDOW.buckets), memory: emptyMl(WINDOW.buckets) };
        return { state, quotaUs: profile.workUs, limitPages: profile.needPages, restarts: false };
      }
      const step = (state: MlState, of: readonly number[], values: readonly number[]): MlState => {
        const counts = of.map(() => 0);
        for (const value of values) {
          const bucket = bucketOf(of, value);
          counts[bucket] = (counts[bucket] ?? 0) + 1;
        }
        return thin(stepMl(state, counts, of));
      };
      const cpu = step(
        container.state.cpu,
        bounds.cpu,
        samples.map(({ cpuUs }) => cpuUs),
      );
      const peak = memoryPeak(container);
      const memory = step(container.state.memory, bounds.memory, peak === null ? [] : [peak]);
      return {
        state: { cpu, memory },
        quotaUs: Math.max(LEAST_US, cpu.limit ?? profile.workUs),
        limitPages: Math.ceil(memory.limit ?? profile.needPages),
        restarts: false,
      };
    },
  };
}

/** A sample that has faded to less than this says nothing any more; without it, all of them would be stored for ever. */
const FADED = 1e-6;

function thin(state: MlState): MlState {
  return { ...state, faded: state.faded.map((counts) => counts.map((count) => (count < FADED ? 0 : count))) };
}
