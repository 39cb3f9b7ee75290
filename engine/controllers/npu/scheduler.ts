import { integerOf } from '../../base/integer-column.js';
import type { ControllerContext, Decision, Scheduler } from '../../loop/controller.js';
import { decisionsOf } from './decisions-of.js';
import { advance, declaredDesigns } from './design-row.js';
import { explain } from './explain.js';
import type { Effort } from './place/place.js';
import { place, QUICK } from './place/place.js';
import type { Placement, PlaceProblem, Wire } from './place/problem.js';
import { deviceOf, readProblem } from './place/read-problem.js';

/**
 * Places designs one after the other, each in the best gap that those before it leave, by the controller's own search.
 * `columns` takes as few columns as it can, whatever the wires. One that had tiles before moves as few parts as possible. Designs that fit nowhere fail with the reason.
 */
export function ownSearch(wire: Wire, effort: Effort, prefers: 'wires' | 'columns' = 'wires'): Scheduler {
  return {
    kind: 'direct',
    decide(batch, context) {
      const { rows } = context;
      const wanted = new Set(batch.keys.map((key) => integerOf(key, 'design_id')));
      const decisions: Decision[] = [];
      const spans: Span[] = [];
      for (const design of declaredDesigns(rows)) {
        if (!wanted.has(design.id)) continue;
        const problem = readProblem(design.id, rows);
        const result = placeInGaps(
          problem,
          deviceOf(design.id, rows),
          spans,
          { wire, effort, prefers },
          context,
        );
        if (result.status === 'optimal' || result.status === 'feasible') {
          decisions.push(...decisionsOf(result.problem, result.placement, result.settled, rows));
          spans.push({ device: deviceOf(design.id, rows), ...spanOf(problem, result.placement) });
          context.emit({ type: 'wired', fields: wiredFields(design.context.design, result) });
        } else {
          const reason =
            result.status === 'unknown'
              ? 'no placement was found within the effort'
              : explain(design.id, rows).summary;
          advance(design, { type: 'fail', reason }, context);
        }
      }
      return decisions;
    },
  };
}

/** What is wanted: short wires, or few columns first. */
interface Wish {
  readonly wire: Wire;
  readonly effort: Effort;
  readonly prefers: 'wires' | 'columns';
}

interface Span {
  readonly device: number;
  readonly low: number;
  readonly high: number;
}

type Answer = ReturnType<typeof place> & { readonly problem: PlaceProblem };

/** Tries each run of columns that other designs leave, and takes the best answer; the westmost of equals. */
function placeInGaps(
  problem: PlaceProblem,
  device: number,
  spans: readonly Span[],
  { wire, effort, prefers }: Wish,
  context: ControllerContext,
): Answer {
  const moved = problem.parts.some(({ wasPlaced }) => wasPlaced);
  const options = { measure: moved ? ('moves' as const) : wire, effort, seed: context.random.below(2 ** 30) };
  const gaps = gapsOf(problem, device, spans);
  let best: Answer | null = null;
  for (const columns of gaps) {
    const answer = placeWithin(problem, columns, options);
    if (best === null || isBetter(answer, best)) best = answer;
  }
  if (best === null) return { status: 'infeasible', problem };
  if (!('length' in best)) return best;
  // Whole columns that stay free are worth more than nothing: fewer of them where the wires are no longer for it.
  const { low, high } = spanOf(problem, best.placement);
  for (let width = 1; width <= high - low; width += 1) {
    for (const columns of gaps.flatMap((gap) => windowsOf(gap, width))) {
      const answer = placeWithin(problem, columns, { ...options, effort: brief(effort) });
      if (!('length' in answer) || (prefers === 'wires' && answer.length > best.length)) continue;
      // No placement of fewer columns is shorter than the best of all.
      const { bound } = best;
      return { ...answer, bound, status: answer.length <= bound ? 'optimal' : 'feasible' };
    }
  }
  return best;
}

function placeWithin(
  problem: PlaceProblem,
  columns: ReadonlySet<number>,
  options: Parameters<typeof place>[1],
): Answer {
  const narrowed = {
    ...problem,
    parts: problem.parts.map((part) => ({
      ...part,
      candidates: part.candidates.filter((tile) => columns.has(problem.tiles[tile]?.col ?? -1)),
    })),
  };
  return { ...place(narrowed, options), problem: narrowed };
}

/** As many columns next to each other, the westmost first. */
function windowsOf(gap: ReadonlySet<number>, width: number): ReadonlySet<number>[] {
  const cols = [...gap];
  return cols
    .slice(0, Math.max(0, cols.length - width + 1))
    .map((_col, i) => new Set(cols.slice(i, i + width)));
}

const brief = (effort: Effort): Effort => ({
  ...QUICK,
  legalSteps: Math.min(effort.legalSteps, QUICK.legalSteps) / 10,
});

function isBetter(one: Answer, other: Answer): boolean {
  const found = (answer: Answer): boolean => answer.status === 'optimal' || answer.status === 'feasible';
  if (!found(one)) return one.status === 'unknown' && other.status === 'infeasible';
  if (!found(other)) return true;
  return 'length' in one && 'length' in other && one.length < other.length;
}

/** Runs of columns next to each other that no other design has. */
function gapsOf(
  { tiles, taken }: PlaceProblem,
  device: number,
  spans: readonly Span[],
): ReadonlySet<number>[] {
  const others = [
    ...taken,
    ...spans.filter((span) => span.device === device).map(({ low, high }) => [low, high] as const),
  ];
  const cols = [...new Set(tiles.map(({ col }) => col))].sort((a, b) => a - b);
  const gaps: Set<number>[] = [];
  let isOpen = false;
  for (const col of cols) {
    const isFree = !others.some(([low, high]) => low <= col && col <= high);
    if (isFree && isOpen) gaps.at(-1)?.add(col);
    else if (isFree) gaps.push(new Set([col]));
    isOpen = isFree;
  }
  return gaps;
}

function spanOf(problem: PlaceProblem, placement: Placement): { low: number; high: number } {
  const cols = [...placement].map((tile) => problem.tiles[tile]?.col ?? 0);
  return { low: Math.min(...cols), high: Math.max(...cols) };
}

function wiredFields(
  design: string,
  result: Extract<Answer, { readonly length: number }>,
): Readonly<Record<string, unknown>> {
  return {
    design,
    measure: result.measure,
    value: result.length,
    bound: result.bound,
    proved: result.status === 'optimal',
  };
}
