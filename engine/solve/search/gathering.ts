import { ALIKE } from './construct.js';
import type { Neighbours } from './neighbours.js';
import type { Problem } from './problem.js';
import type { State } from './state.js';
import { TeamPlacer } from './team-places.js';
import type { Team } from './teams.js';
import { Teams } from './teams.js';

/** Steps for one team: few need more than a hundred. */
const STEPS = 300;
/** Values with much room at which a team may gather besides those that it names. */
const ROOMY = 3;

/** Finds the best places for teams in the room that all others leave. */
export class Gathering {
  private readonly teams: Teams;
  private readonly placer: TeamPlacer;
  private readonly least: Float64Array;
  private readonly known = new Map<Int32Array, Team | null>();

  constructor(
    problem: Problem,
    private readonly state: State,
    private readonly near: Neighbours,
  ) {
    const { domainOf, domains, tables, items } = problem;
    const isFixed = (variable: number): boolean => domains[domainOf[variable] ?? 0]?.length === 1;
    this.teams = new Teams(problem, (variable) => (isFixed(variable) ? (state.values[variable] ?? -1) : -1));
    const isChecked = tables.map(({ hard }) => hard);
    // What counts only at times may need no room at all.
    items.presence.forEach((presence, i) => {
      if (presence >= 0) isChecked[items.table[i] ?? 0] = false;
    });
    this.placer = new TeamPlacer(problem, state.loads, isChecked);
    this.least = new Float64Array(tables.length).fill(-Infinity);
  }

  isTeam(group: Int32Array): boolean {
    return this.teamOf(group) !== null;
  }

  /**
   * Gives all of a group of `Neighbours` their best values in the room there is, as far as they know of each other; its
   * members have none. False where it is no team or that would break something; then nothing has changed.
   */
  place(group: Int32Array): boolean {
    const { state, near, placer, least } = this;
    const team = this.teamOf(group);
    if (team === null) return false;
    const values = [...team.named];
    let more = 0;
    for (const value of near.roomiest(group[0] ?? 0)) {
      if (values.includes(value)) continue;
      values.push(value);
      more += 1;
      if (more === ROOMY) break;
    }
    placer.place(team, { values, elsewhere: 0, least, steps: STEPS });
    if (placer.worth === -Infinity) return false;
    const before = state.broken;
    state.begin();
    team.variables.forEach((variable, member) => {
      state.place(variable, values[placer.chosen[member] ?? 0] ?? -1);
    });
    state.settle();
    if (state.broken <= before + ALIKE) return true;
    state.undo();
    return false;
  }

  private teamOf(group: Int32Array): Team | null {
    let team = this.known.get(group);
    if (team === undefined) {
      team = group.length > 1 ? this.teams.of(group) : null;
      this.known.set(group, team);
    }
    return team;
  }
}
