import { seededRandom } from '../../engine/base/random.js';

/** A small made-up problem of the ROADEF/EURO challenge 2012 as the texts of its files. */
export interface GeneratedRoadef {
  readonly model: string;
  readonly initial: string;
  /** Another assignment, good or bad. */
  readonly changed: string;
  readonly machines: number;
  readonly processes: number;
}

const range = (count: number): number[] => Array.from({ length: count }, (_none, i) => i);

/** Every kind of cost and rule takes part in some of the seeds, and many of them are broken. */
export function generatedRoadef(seed: number): GeneratedRoadef {
  const random = seededRandom(seed);
  const upTo = (most: number): number => random.below(most + 1);
  const resources = 1 + upTo(2);
  const machines = 1 + upTo(3);
  const services = 1 + upTo(3);
  const processes = 1 + upTo(4);
  const lines: string[] = [String(resources)];
  lines.push(...range(resources).map(() => `${upTo(1)} ${upTo(5)}`));
  lines.push(String(machines));
  for (const machine of range(machines)) {
    const capacity = range(resources).map(() => 4 + upTo(12));
    const safety = range(resources).map(() => upTo(10));
    const cost = range(machines).map((to) => (to === machine ? 0 : upTo(4)));
    lines.push([upTo(1), upTo(2), ...capacity, ...safety, ...cost].join(' '));
  }
  lines.push(String(services));
  for (const service of range(services)) {
    const needs = range(services).filter((other) => other !== service && upTo(5) === 0);
    lines.push([upTo(2), needs.length, ...needs].join(' '));
  }
  lines.push(String(processes));
  lines.push(
    ...range(processes).map(() =>
      [random.below(services), ...range(resources).map(() => upTo(5)), upTo(9)].join(' '),
    ),
  );
  const balances = upTo(2);
  lines.push(String(balances));
  lines.push(
    ...range(balances).map(
      () => `${random.below(resources)} ${random.below(resources)} ${upTo(3)}\n${upTo(4)}`,
    ),
  );
  lines.push(`${upTo(3)} ${upTo(10)} ${upTo(3)}`);
  const assignment = (): string =>
    range(processes)
      .map(() => random.below(machines))
      .join(' ');
  return {
    model: `${lines.join('\n')}\n`,
    initial: assignment(),
    changed: assignment(),
    machines,
    processes,
  };
}
