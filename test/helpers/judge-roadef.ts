/**
 * What an assignment of the ROADEF/EURO challenge 2012 costs and breaks, written from the problem's definition and
 * from nothing else: it reads the file's text itself and shares no code with importers, policies or solvers.
 */
export interface RoadefVerdict {
  readonly load: number;
  readonly balance: number;
  readonly processMove: number;
  readonly serviceMove: number;
  readonly machineMove: number;
  readonly total: number;
  /** `machine/resource` of what is used above its capacity. */
  readonly capacity: readonly string[];
  /** `machine/resource` that holds too much while processes move. */
  readonly transient: readonly string[];
  /** Services with two processes on one machine. */
  readonly conflict: readonly string[];
  /** Services at too few locations. */
  readonly spread: readonly string[];
  /** `process/service` where the process has none of that service near. */
  readonly dependency: readonly string[];
}

const numbersOf = (text: string): number[] => text.trim().split(/\s+/).map(Number);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const range = (count: number): number[] => Array.from({ length: count }, (_none, i) => i);

export function judgeRoadef(modelText: string, initialText: string, nextText: string): RoadefVerdict {
  const tokens = numbersOf(modelText);
  let at = 0;
  const one = (): number => tokens[at++] ?? NaN;
  const some = (count: number): number[] => range(count).map(one);
  const many = <T>(read: () => T): T[] => range(one()).map(read);

  const resources = many(() => ({ isTransient: one() === 1, weight: one() }));
  const machineCount = one();
  const machines = range(machineCount).map(() => ({
    neighborhood: one(),
    location: one(),
    capacity: some(resources.length),
    safety: some(resources.length),
    cost: some(machineCount),
  }));
  const services = many(() => ({ spread: one(), needs: some(one()) }));
  const processes = many(() => ({ service: one(), need: some(resources.length), cost: one() }));
  const balances = many(() => ({ first: one(), second: one(), target: one(), weight: one() }));
  const [processWeight, serviceWeight, machineWeight] = [one(), one(), one()];
  if (at !== tokens.length || tokens.some((token) => !Number.isInteger(token)))
    throw new Error(`the model has ${tokens.length} numbers, ${at} were expected`);

  const before = numbersOf(initialText);
  const after = numbersOf(nextText);
  const p = range(processes.length);
  const pairs = range(machineCount).flatMap((m) => range(resources.length).map((r) => [m, r] as const));
  const at2 = (table: readonly (readonly number[])[], i: number, j: number): number => table[i]?.[j] ?? NaN;
  const needs = processes.map(({ need }) => need);
  const zeros = (): number[][] => range(machineCount).map(() => range(resources.length).map(() => 0));

  const use = zeros();
  const left = zeros();
  for (const i of p) {
    for (const r of range(resources.length)) {
      const add = (table: number[][], machine: number | undefined): void => {
        const row = table[machine ?? -1];
        if (row !== undefined) row[r] = (row[r] ?? 0) + at2(needs, i, r);
      };
      add(use, after[i]);
      if (before[i] !== after[i] && resources[r]?.isTransient === true) add(left, before[i]);
    }
  }
  const capacities = machines.map(({ capacity }) => capacity);
  const safeties = machines.map(({ safety }) => safety);

  const membersOf = services.map((_one, s) => p.filter((i) => processes[i]?.service === s));
  const machineOf = (i: number): (typeof machines)[number] | undefined => machines[after[i] ?? -1];
  const moved = p.filter((i) => before[i] !== after[i]);

  const load = sum(
    pairs.map(([m, r]) => (resources[r]?.weight ?? NaN) * Math.max(0, at2(use, m, r) - at2(safeties, m, r))),
  );
  const balance = sum(
    balances.flatMap(({ first, second, target, weight }) =>
      range(machineCount).map((m) => {
        const free = (r: number): number => at2(capacities, m, r) - at2(use, m, r);
        return weight * Math.max(0, target * free(first) - free(second));
      }),
    ),
  );
  const processMove = processWeight * sum(moved.map((i) => processes[i]?.cost ?? NaN));
  const serviceMove =
    serviceWeight *
    Math.max(0, ...membersOf.map((members) => members.filter((i) => moved.includes(i)).length));
  const machineMove =
    machineWeight * sum(moved.map((i) => machines[before[i] ?? -1]?.cost[after[i] ?? -1] ?? NaN));

  return {
    load,
    balance,
    processMove,
    serviceMove,
    machineMove,
    total: load + balance + processMove + serviceMove + machineMove,
    capacity: pairs.filter(([m, r]) => at2(use, m, r) > at2(capacities, m, r)).map(([m, r]) => `${m}/${r}`),
    transient: pairs
      .filter(
        ([m, r]) =>
          resources[r]?.isTransient === true && at2(use, m, r) + at2(left, m, r) > at2(capacities, m, r),
      )
      .map(([m, r]) => `${m}/${r}`),
    conflict: membersOf.flatMap((members, s) =>
      new Set(members.map((i) => after[i])).size < members.length ? [String(s)] : [],
    ),
    spread: membersOf.flatMap((members, s) => {
      const places = new Set(members.map((i) => machineOf(i)?.location)).size;
      return members.length > 0 && places < (services[s]?.spread ?? NaN) ? [String(s)] : [];
    }),
    dependency: membersOf.flatMap((members, s) =>
      [...new Set(services[s]?.needs)].flatMap((needed) => {
        const near = new Set((membersOf[needed] ?? []).map((i) => machineOf(i)?.neighborhood));
        return members.filter((i) => !near.has(machineOf(i)?.neighborhood)).map((i) => `${i}/${needed}`);
      }),
    ),
  };
}

/** True where no hard rule is broken. */
export function isRoadefFeasible(verdict: RoadefVerdict): boolean {
  const { capacity, transient, conflict, spread, dependency } = verdict;
  return [capacity, transient, conflict, spread, dependency].every((broken) => broken.length === 0);
}
