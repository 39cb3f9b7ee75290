import { ALIKE } from './construct.js';
import type { Run } from './improve.js';

/** Most that are put out for one. */
const MOST_OUT = 12;
/** Domains up to this many values are looked at whole for those put out, else so many draws. */
const WHOLE = 256;
const DRAWS = 64;
/** Of so many variables that are drawn the largest one is moved. */
const DRAWN = 8;
/** Draws of a value that could hold a variable if nothing else were there. */
const TRIES = 16;
/** How much chance there is in who is put out: what somebody's going relieves counts this share of it at least. */
const LEAST_COUNTED = 0.2;
/** What such a move counts as in moves, beside the values it looks at. */
const WORK = 8;
/** Looks at a value that count as a move. */
const LOOKS_PER_MOVE = 4;
/** Variables put out that make room for themselves in turn, at most. */
const DEEP = 2;

/**
 * Moves a large variable to a value that has no room for it: puts out others there until it fits, and gives each of
 * these the value where it does the objective most good by its loads, or makes room for it in the same way. A move that can
 * be undone; false where it would break something and is taken back. After the rearrangement of big processes in the winning
 * entry of the ROADEF challenge 2012 (Gavranovic, Buljubasic, Demirovic).
 */
export function clear(run: Run): boolean {
  const { state, near, budget, random } = run;
  const { open } = near;
  budget.spend(WORK);
  let variable = open[random.below(open.length)] ?? 0;
  for (let draws = random.below(DRAWN); draws > 0; draws -= 1) {
    const other = open[random.below(open.length)] ?? 0;
    if ((near.size[other] ?? 0) > (near.size[variable] ?? 0)) variable = other;
  }
  const own = state.values[variable] ?? -1;
  const value = draw(run, variable, own);
  if (value < 0) return false;
  const out: number[] = [];
  state.begin();
  if (!enter(run, variable, value, out)) {
    state.undo();
    return false;
  }
  let deep = DEEP;
  while (out.length > 0) {
    const other = takeLargest(out, near.size);
    const goal = bestValue(run, other);
    if (goal >= 0) {
      state.place(other, goal);
      continue;
    }
    deep -= 1;
    const next = deep < 0 ? -1 : draw(run, other, -1);
    if (next < 0 || !enter(run, other, next, out)) {
      state.undo();
      return false;
    }
  }
  if (state.settleUnbroken()) return true;
  state.undo();
  return false;
}

/** Takes the largest variable out of a list. */
function takeLargest(list: number[], size: Float64Array): number {
  let at = 0;
  for (let i = 1; i < list.length; i += 1) {
    if ((size[list[i] ?? 0] ?? 0) > (size[list[at] ?? 0] ?? 0)) at = i;
  }
  const taken = list[at] ?? 0;
  list[at] = list[list.length - 1] ?? 0;
  list.pop();
  return taken;
}

/** A value other than its own that could hold a variable; -1 where some draws find none. */
function draw({ state, near }: Run, variable: number, own: number): number {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const value = near.draw(variable);
    if (value !== own && state.loads.couldHold(variable, value)) return value;
  }
  return -1;
}

/** Places a variable and puts out smaller ones that are in its way, onto `out`; false where that does not do. */
function enter({ state, near, random }: Run, variable: number, value: number, out: number[]): boolean {
  const { loads } = state;
  while (!state.fits(variable, value, -1)) {
    const lacks = out.length < MOST_OUT ? loads.findLacks(variable, value) : 0;
    let best = -1;
    let most = 0;
    const size = near.size[variable] ?? 0;
    for (let i = 0; i < near.open.length && lacks > 0; i += 1) {
      const other = near.open[i] ?? 0;
      if (state.values[other] !== value || other === variable || (near.size[other] ?? 0) > size) continue;
      const relief = loads.relief(other, lacks) * (LEAST_COUNTED + random.next());
      if (relief > most) {
        most = relief;
        best = other;
      }
    }
    if (best < 0) return false;
    state.place(best, -1);
    out.push(best);
  }
  state.place(variable, value);
  return true;
}

/** The value with room for a variable that has none where its loads do the objective most good; -1 for none. */
function bestValue({ state, near, budget }: Run, variable: number): number {
  const domain = near.domain(variable);
  const isWhole = domain.length <= WHOLE;
  const looks = isWhole ? domain.length : DRAWS;
  budget.spend(Math.ceil(looks / LOOKS_PER_MOVE));
  let best = -1;
  let most = -Infinity;
  for (let i = 0; i < looks; i += 1) {
    const value = isWhole ? (domain[i] ?? 0) : near.draw(variable);
    if (!state.fits(variable, value, -1)) continue;
    const gain = state.loads.gainAt(variable, value);
    if (gain > most + ALIKE) {
      most = gain;
      best = value;
    }
  }
  return best;
}
