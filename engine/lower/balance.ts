/**
 * `balance_convex` on one key: minus the sum of slope * max(0, 4 * load - quarters * capacity). The slope grows
 * with every quarter of the capacity that is filled (1, 3, 5, 7), so that a unit of load is worth more where
 * less is left; the sum over keys has its best value where loads are even in proportion to capacities.
 */
export const CONVEX_STEPS: readonly { readonly slope: number; readonly quarters: number }[] = [
  { slope: 1, quarters: 0 },
  { slope: 2, quarters: 1 },
  { slope: 2, quarters: 2 },
  { slope: 2, quarters: 3 },
];
