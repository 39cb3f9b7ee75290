/** A generalised assignment problem, tables by agent and item. */
interface GapProblem {
  readonly costs: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
  readonly capacities: readonly number[];
}

/** What an assignment (the agent of each item) costs, and which agents it overloads; written from the definition. */
export function judgeGap(
  { costs, weights, capacities }: GapProblem,
  agents: readonly number[],
): { cost: number; overloaded: number[] } {
  let cost = 0;
  const loads = capacities.map(() => 0);
  for (const [item, agent] of agents.entries()) {
    cost += costs[agent]?.[item] ?? NaN;
    loads[agent] = (loads[agent] ?? NaN) + (weights[agent]?.[item] ?? NaN);
  }
  const overloaded = capacities.flatMap((capacity, agent) =>
    (loads[agent] ?? NaN) > capacity ? [agent] : [],
  );
  return { cost, overloaded };
}
