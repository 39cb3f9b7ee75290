import type { Random } from '../../base/random.js';
import type { Budget } from './budget.js';
import { clear } from './clear.js';
import { ALIKE, insert } from './construct.js';
import type { Gathering } from './gathering.js';
import type { Gains } from './gains.js';
import type { Neighbours } from './neighbours.js';
import type { State } from './state.js';

/** Losses that the first temperature is taken from, and moves that are tried for them. */
const SAMPLED = 100;
const TRIED = 2000;
/** Draws of a value or a partner until one has room. */
const DRAWS = 16;
/** Where among the sampled losses the one is, in order, that is accepted as often at first: in hot rounds and in cold ones. */
const HOT = { at: 1 / 2, accepted: 0.5 } as const;
const COLD = { at: 1 / 8, accepted: 0.2 } as const;
/** Variables in a chain of moves, at most. */
const LINKS = 3;
/** The last temperature as a share of the first. */
const COOLED = 1e-4;
/**
 * A slow annealing starts at so many times the mean of the sampled losses: where these differ by powers of ten, most
 * of what is to be decided is decided among the largest.
 */
const SLOW = 3;
const COOLED_SLOWLY = 1e-3;
const SAMPLED_SLOWLY = 1000;
const TRIED_SLOWLY = 20_000;
/** One move of so many makes room for a large variable, in a slow annealing. */
const CLEARED = 16;
/** Variables whose places are found anew at once, at most. */
const REMOVED = 16;

/** Turns that came to nothing are counted up to this. */
const MOST_LOST = 12;
/** Passes without any gain after which finding places anew is given up. */
const LEAST_PASSES = 4;
/** And turns. */
const LEAST_TURNS = 200;

/** The best assignment so far. */
export class Best {
  readonly values: Int32Array;
  objective = -Infinity;

  constructor(private readonly state: State) {
    this.values = state.values.slice();
  }

  /** Keeps the state's values where they are better; the state breaks nothing. */
  offer(): void {
    const { objective } = this.state;
    if (objective <= this.objective + ALIKE) return;
    this.objective = objective;
    this.values.set(this.state.values);
  }
}

/** What an improvement run works on. */
export interface Run {
  readonly state: State;
  readonly near: Neighbours;
  readonly gathering: Gathering;
  readonly budget: Budget;
  readonly random: Random;
  readonly best: Best;
  /** No answer is better than this; met, there is no more to look for. */
  readonly bound: number;
  /** Variables of a chain of moves and where they go. */
  readonly chain: number[];
  readonly goals: number[];
  /** Multiplies the temperature at which a slow annealing starts. */
  readonly heat: number;
  readonly gains: Gains;
}

/** How an annealing goes: rounds of moderate and of small losses, and one for which there is much time. */
export type Pace = 'hot' | 'cold' | 'slow';

/** Simulated annealing from an assignment that breaks nothing, over shares `from` to `to` of the budget. */
export function improve(run: Run, from: number, to: number, pace: Pace): void {
  const { state, budget, random, best } = run;
  const hot = firstTemperature(run, pace);
  const cooled = pace === 'slow' ? COOLED_SLOWLY : COOLED;
  let temperature = hot;
  let step = 0;
  while (!budget.isOver && budget.used < to && best.objective < run.bound - ALIKE) {
    step += 1;
    if (step % 32 === 0) {
      const share = Math.min(1, Math.max(0, (budget.used - from) / (to - from)));
      temperature = hot * cooled ** share;
    }
    const before = state.objective;
    if (pace === 'slow') {
      // What is accepted is drawn first, so that most moves are known as bad before all that follows is worked out.
      const least = before + temperature * Math.log(random.next());
      const isMade = step % CLEARED === 0 ? clear(run) : tryMove(run, least);
      if (!isMade) continue;
      if (state.objective >= before - ALIKE) best.offer();
      else if (state.objective < least) state.undo();
      continue;
    }
    if (!tryMove(run)) continue;
    const after = state.objective;
    if (after >= before - ALIKE) {
      best.offer();
      continue;
    }
    if (random.next() >= Math.exp((after - before) / temperature)) state.undo();
  }
  goTo(state, best.values);
}

/** Gives the state these values. */
export function goTo(state: State, values: Int32Array): void {
  state.begin();
  values.forEach((value, variable) => state.place(variable, value));
  state.settle();
  state.begin();
}

function firstTemperature(run: Run, pace: Pace): number {
  const { state, budget } = run;
  const losses: number[] = [];
  const [tried, sampled] = pace === 'slow' ? [TRIED_SLOWLY, SAMPLED_SLOWLY] : [TRIED, SAMPLED];
  for (let i = 0; i < tried && losses.length < sampled && budget.spend(); i += 1) {
    const before = state.objective;
    if (!tryMove(run)) continue;
    const loss = before - state.objective;
    state.undo();
    if (loss > ALIKE) losses.push(loss);
  }
  if (losses.length === 0) return 1;
  if (pace === 'slow') return (SLOW * run.heat * losses.reduce((sum, loss) => sum + loss, 0)) / losses.length;
  const { at, accepted } = pace === 'hot' ? HOT : COLD;
  losses.sort((a, b) => a - b);
  return (losses[Math.floor(losses.length * at)] ?? 1) / -Math.log(accepted);
}

/**
 * Makes one random move that can be undone; false where it would break something, or most likely come to less than
 * `least`, and is taken back.
 */
function tryMove(run: Run, least = -Infinity): boolean {
  const { state, near, budget, random, chain, goals } = run;
  budget.spend();
  const variable = near.open[random.below(near.open.length)] ?? 0;
  const own = state.values[variable] ?? -1;
  if (random.below(2) === 0) {
    const value = roomFor(run, variable, own, 0);
    if (value < 0) return false;
    chain[0] = variable;
    goals[0] = value;
    return make(run, 1, least);
  }
  const links = link(run, variable, own);
  return links > 0 && make(run, links, least);
}

/** Moves so many variables of the chain to their goals. */
function make(run: Run, links: number, least: number): boolean {
  const { state, chain, goals, gains } = run;
  state.begin();
  for (let i = links - 1; i >= 0; i -= 1) state.shift(chain[i] ?? 0, goals[i] ?? 0);
  const byLoads = state.objective;
  if (least > -Infinity && gains.isHopeless(byLoads, least)) {
    state.undo();
    return false;
  }
  state.follow();
  if (state.settleUnbroken()) {
    gains.note(state.objective - byLoads);
    return true;
  }
  state.undo();
  return false;
}

/**
 * A chain of variables, each of which takes the place of the next one. The last goes where the first was or to any
 * value with room. The number of its links, 0 where some draws find none.
 */
function link(run: Run, first: number, own: number): number {
  const { state, near, chain, goals } = run;
  chain[0] = first;
  for (let links = 1; links < LINKS; links += 1) {
    const last = chain[links - 1] ?? 0;
    const next = partnerOf(run, last, own, links);
    if (next < 0) return 0;
    const its = state.values[next] ?? -1;
    goals[links - 1] = its;
    chain[links] = next;
    const goesBack = near.allows(next, own) && state.fits(next, own, first);
    const goal = goesBack ? own : roomFor(run, next, its, links);
    if (goal < 0) continue;
    goals[links] = goal;
    return links + 1;
  }
  return 0;
}

/** Another value that has room for a variable, but for those to which a chain of so many `links` goes; -1 where some draws find none. */
function roomFor({ state, near, goals }: Run, variable: number, own: number, links: number): number {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const value = near.draw(variable);
    if (value === own || isGoal(goals, links, value)) continue;
    if (state.fits(variable, value, -1)) return value;
  }
  return -1;
}

/** A variable that would leave room for this one, and is not where a chain begins or goes; -1 where some draws find none. */
function partnerOf(
  { state, near, random, goals }: Run,
  variable: number,
  own: number,
  links: number,
): number {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const other = near.open[random.below(near.open.length)] ?? 0;
    const its = state.values[other] ?? -1;
    if (its === own || its < 0 || !near.allows(variable, its) || isGoal(goals, links - 1, its)) continue;
    if (state.fits(variable, its, other)) return other;
  }
  return -1;
}

/** Whether a value is among the first `links` goals. */
function isGoal(goals: readonly number[], links: number, value: number): boolean {
  for (let i = 0; i < links; i += 1) if (goals[i] === value) return true;
  return false;
}

/**
 * Takes some variables that belong together from their places and finds the best place for each anew, again and
 * again; keeps what is at least as good. Ends when nobody's turn comes to anything any more, or with the budget share `to`.
 */
export function reinsert(run: Run, to: number): void {
  const { state, near, gathering, budget, random, best } = run;
  const { open, groups } = near;
  const taken: number[] = [];
  const old: number[] = [];
  const turns = new Turns(groups.length, random);
  const passes = Math.max(LEAST_PASSES, Math.ceil(LEAST_TURNS / groups.length));
  while (
    !budget.isOver &&
    budget.used < to &&
    turns.passesLost < passes &&
    best.objective < run.bound - ALIKE
  ) {
    taken.length = 0;
    const turn = turns.next();
    const group = groups[turn] ?? open;
    if (group.length <= REMOVED) taken.push(...group);
    else {
      const start = random.below(group.length);
      for (let i = 0; i < REMOVED / 2; i += 1) taken.push(group[(start + i) % group.length] ?? 0);
    }
    const own = taken.length;
    const kind = random.below(4);
    if (kind === 0) takeOccupants(run, taken);
    else if (kind === 1 && taken.length < REMOVED) {
      const other = open[random.below(open.length)] ?? 0;
      if (!taken.includes(other)) taken.push(other);
    }
    // Those that take a place from others go first.
    if (taken.length === own || random.below(2) === 0) shuffle(taken, random);
    const before = state.objective;
    old.length = 0;
    state.begin();
    for (const variable of taken) {
      old.push(state.values[variable] ?? -1);
      state.place(variable, -1);
    }
    state.settle();
    let isPlaced = true;
    if (group.length === own && gathering.isTeam(group) && random.below(2) === 0) gathering.place(group);
    for (const variable of taken) {
      if ((state.values[variable] ?? -1) >= 0) continue;
      isPlaced = insert(state, near, budget, variable);
      if (!isPlaced) break;
    }
    if (isPlaced && state.broken <= ALIKE && state.objective >= before - ALIKE) {
      if (state.objective > before + ALIKE) turns.won(turn);
      best.offer();
      continue;
    }
    putBack(state, taken, old);
  }
}

/** Gives variables the values they had. */
function putBack(state: State, taken: readonly number[], old: readonly number[]): void {
  state.begin();
  for (const variable of taken) state.place(variable, -1);
  taken.forEach((variable, i) => state.place(variable, old[i] ?? -1));
  state.settle();
}

/** Moves a group to where it is at its best by itself, and others out of its way; kept where that is a gain. */
export function follow(run: Run, variables: readonly number[], values: Int32Array): void {
  const { state, near, budget, best } = run;
  const moved = new Set(variables);
  for (const value of values) {
    if (value < 0 || moved.size > 2 * REMOVED) continue;
    for (const variable of near.open) if (state.values[variable] === value) moved.add(variable);
  }
  const taken = [...moved];
  const before = state.objective;
  const old = taken.map((variable) => state.values[variable] ?? -1);
  state.begin();
  for (const variable of taken) state.place(variable, -1);
  const elsewhere = new Map<number, number[]>();
  variables.forEach((variable, i) => {
    const value = values[i] ?? -1;
    if (value >= 0) {
      if (near.allows(variable, value)) state.place(variable, value);
      return;
    }
    const list = elsewhere.get(value);
    if (list === undefined) elsewhere.set(value, [variable]);
    else list.push(variable);
  });
  state.settle();
  for (const together of elsewhere.values()) gather(run, together);
  let isPlaced = true;
  for (const variable of taken) {
    if ((state.values[variable] ?? -1) < 0) isPlaced &&= insert(state, near, budget, variable);
  }
  if (isPlaced && state.broken <= ALIKE && state.objective >= before - ALIKE) {
    best.offer();
    return;
  }
  putBack(state, taken, old);
}

/** Gives some variables one value with room for all of them, if one of the roomiest has it. */
function gather({ state, near, budget }: Run, variables: readonly number[]): void {
  const before = state.broken;
  for (const value of near.roomiest(variables[0] ?? 0)) {
    if (!variables.every((variable) => near.allows(variable, value))) continue;
    if (!budget.spend()) return;
    state.begin();
    for (const variable of variables) state.place(variable, value);
    state.settle();
    if (state.broken <= before + ALIKE) return;
    state.undo();
  }
}

/** Adds variables of other groups that sit where one of those taken might want to be. */
function takeOccupants({ state, near, random }: Run, taken: number[]): void {
  const wanted = near.named(taken[random.below(taken.length)] ?? 0);
  if (wanted < 0) return;
  const first = random.below(near.open.length);
  for (let i = 0; i < near.open.length && taken.length < 2 * REMOVED; i += 1) {
    const variable = near.open[(first + i) % near.open.length] ?? 0;
    if (state.values[variable] === wanted && !taken.includes(variable)) taken.push(variable);
  }
}

function shuffle(list: number[], random: Random): void {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
  }
}

/** Whose turn it is: everybody's in turn, but more rarely of those whose turns came to nothing lately. */
class Turns {
  private readonly order: number[];
  private readonly lost: Uint8Array;
  private at = 0;
  /** Passes over all since a turn came to something. */
  passesLost = 0;

  constructor(
    count: number,
    private readonly random: Random,
  ) {
    this.order = Array.from({ length: count }, (_one, i) => i);
    this.lost = new Uint8Array(count);
    shuffle(this.order, random);
  }

  next(): number {
    for (let tries = 0; ; tries += 1) {
      if (this.at >= this.order.length) {
        this.at = 0;
        this.passesLost += 1;
        shuffle(this.order, this.random);
      }
      const turn = this.order[this.at] ?? 0;
      this.at += 1;
      const lost = this.lost[turn] ?? 0;
      if (tries < this.order.length && this.random.below(lost + 1) > 2) continue;
      this.lost[turn] = Math.min(MOST_LOST, lost + 1);
      return turn;
    }
  }

  won(turn: number): void {
    this.lost[turn] = 0;
    this.passesLost = 0;
  }
}
