/**
 * Autothrottle's local controller (NSDI'24; microsoft/autothrottle @ d237d7f): CPU only, a step every period of 100 ms,
 * a decision every ten of them. Plain data; quotas and use in microseconds a period.
 */
export interface CaptainState {
  readonly quota: number;
  /** The quota before the last decision. */
  readonly before: number;
  /** True from a scale-down until the next decision or its taking back. */
  readonly isFreshScaleDown: boolean;
  readonly margin: number;
  /** Throttles in each of the last ten periods since the last decision, oldest first. */
  readonly throttles: readonly number[];
  /** Use in each of the last fifty periods, oldest first; 0 before the first. */
  readonly uses: readonly number[];
  /** Periods since the last decision. */
  readonly age: number;
}

export const CAPTAIN = {
  /** Target share of throttled periods. */
  target: 0.05,
  decisionPeriods: 10,
  usePeriods: 50,
  startMargin: 3,
  /** 0.01 core. */
  leastQuota: 1000,
  /** A scale-down is worth it from a tenth on, and never takes more than half. */
  worthShare: 0.9,
  leastShare: 0.5,
} as const;

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

export function startCaptain(quota: number): CaptainState {
  return {
    quota,
    before: quota,
    isFreshScaleDown: false,
    margin: CAPTAIN.startMargin,
    throttles: zeros(CAPTAIN.decisionPeriods),
    uses: zeros(CAPTAIN.usePeriods),
    age: 0,
  };
}

/** One period: what was used and how often it was throttled. */
export function stepCaptain(
  state: CaptainState,
  use: number,
  throttled: number,
  target: number = CAPTAIN.target,
): CaptainState {
  const throttles = [...state.throttles.slice(1), throttled];
  const uses = [...state.uses.slice(1), use];
  const taken = { ...state, throttles, uses, age: state.age + 1 };
  const settled = isTooOften(throttles, target) && state.isFreshScaleDown ? takeBack(taken, target) : taken;
  return settled.age < CAPTAIN.decisionPeriods ? settled : decide(settled, target);
}

const isTooOften = (throttles: readonly number[], target: number): boolean => mean(throttles) > 3 * target;

/** A scale-down that throttles too often is undone, and as much again is given. */
function takeBack(state: CaptainState, target: number): CaptainState {
  return {
    ...state,
    quota: 2 * state.before - state.quota,
    margin: state.margin + mean(state.throttles) - target,
    throttles: zeros(CAPTAIN.decisionPeriods),
    isFreshScaleDown: false,
  };
}

function decide(state: CaptainState, target: number): CaptainState {
  const rate = mean(state.throttles);
  const margin = Math.max(0, state.margin + rate - target);
  const next = (quota: number, isFreshScaleDown: boolean): CaptainState => ({
    quota: Math.max(CAPTAIN.leastQuota, quota),
    before: state.quota,
    isFreshScaleDown,
    margin,
    throttles: zeros(CAPTAIN.decisionPeriods),
    uses: state.uses,
    age: 0,
  });
  if (rate > 3 * target) return next(state.quota * (1 + rate - 3 * target), false);
  const wanted = Math.max(...state.uses) + deviation(state.uses) * margin;
  if (wanted > state.quota * CAPTAIN.worthShare) return next(state.quota, false);
  return next(Math.max(state.quota * CAPTAIN.leastShare, wanted), true);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
