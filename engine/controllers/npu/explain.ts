import { integerOf } from '../../base/integer-column.js';
import type { Rows } from '../../loop/controller.js';
import { branch } from './place/branch.js';
import { splitByParity } from './place/halves.js';
import type { PlaceProblem, Resource } from './place/problem.js';
import { RESOURCES } from './place/problem.js';
import { deviceOf, readProblem } from './place/read-problem.js';

/** Why a design has no legal placement, and what would help. */
export interface Explanation {
  /** True where it is proved that there is none. */
  readonly isProved: boolean;
  /** Limits that cannot hold together, in words; where a single one is enough, each that is. */
  readonly reasons: readonly string[];
  /** Name of the smallest device of the same architecture that would do; null where none does. */
  readonly device: string | null;
  /** Least changes, each of which would do by itself. */
  readonly changes: readonly string[];
  /** All of it in one line. */
  readonly summary: string;
}

/** Steps of each question. */
const STEPS = 300_000;

/** A demand that can be left out to see whether the rest has an answer. */
type Rule =
  | { readonly kind: 'limit'; readonly tileKind: string; readonly resource: number }
  | { readonly kind: 'workers' }
  | { readonly kind: 'parity' }
  | { readonly kind: 'pins' }
  | { readonly kind: 'cascade' }
  | { readonly kind: 'memory_access' }
  | { readonly kind: 'streams' };

const WORDS: Readonly<Record<Resource, string>> = {
  s2mm: 'S2MM channels',
  mm2s: 'MM2S channels',
  bds: 'buffer descriptors',
  locks: 'locks',
  bytes: 'bytes',
};

const TILES: Readonly<Record<string, string>> = { shim: 'shim tile', mem: 'memory tile', core: 'core tile' };

/** Explains a design that has no place. INVARIANT: `place` has called it infeasible, or nothing is claimed. */
export function explain(design: number, rows: Rows): Explanation {
  const problem = narrowed(readProblem(design, rows));
  const answer = isFeasible(problem);
  const device = smallestDevice(design, rows);
  const plain = [...plainReasons(problem), ...parityReasons(problem)];
  const rules = answer === false && plain.length === 0 ? clash(problem) : [];
  const reasons = plain.length > 0 ? plain : rules.length > 0 ? [sentenceOf(rules)] : [];
  const changes = answer === false ? leastChanges(problem, rules.length > 0 ? rules : allRules(problem)) : [];
  const where = device === null ? 'no device of its architecture would do' : `${device} would do`;
  const first = reasons.length > 0 ? reasons.join('; ') : 'no legal placement was found';
  const help = changes.length > 0 ? `; any one of these would fix it: ${changes.join(', or ')}` : '';
  return { isProved: answer === false, reasons, device, changes, summary: `${first}; ${where}${help}` };
}

/** Columns of other designs are out of reach. */
function narrowed(problem: PlaceProblem): PlaceProblem {
  const isFree = (tile: number): boolean => {
    const col = problem.tiles[tile]?.col ?? 0;
    return !problem.taken.some(([low, high]) => low <= col && col <= high);
  };
  return {
    ...problem,
    parts: problem.parts.map((part) => ({
      ...part,
      candidates: part.candidates.filter(isFree),
      unpinned: part.unpinned.filter(isFree),
    })),
  };
}

/** null where the steps did not suffice. */
function isFeasible(problem: PlaceProblem): boolean | null {
  const { found, isComplete } = branch(problem, {
    measure: 'half_perimeter',
    below: null,
    firstOnly: true,
    nodes: STEPS,
  });
  return found !== null ? true : isComplete ? false : null;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Limits that one part exceeds by itself, and those that all parts of a kind exceed together on all tiles they may take. */
function plainReasons(problem: PlaceProblem): string[] {
  const { parts, tiles } = problem;
  const reasons: string[] = [];
  for (const { name, tileKind, candidates, unpinned, needs } of parts) {
    const what = TILES[tileKind] ?? tileKind;
    if (unpinned.length === 0) reasons.push(`no ${what} is left for \`${name}\``);
    else if (candidates.length === 0)
      reasons.push(`\`${name}\` needs a ${what}, and its pin or range has none`);
    RESOURCES.forEach((resource, r) => {
      const most = Math.max(0, ...unpinned.map((tile) => tiles[tile]?.has[r] ?? 0));
      const need = needs[r] ?? 0;
      if (unpinned.length > 0 && need > most)
        reasons.push(`\`${name}\` needs ${need} ${WORDS[resource]} on one ${what}, a ${what} has ${most}`);
    });
  }
  if (reasons.length > 0) return reasons;
  for (const tileKind of ['core', 'mem', 'shim']) {
    const members = parts.filter((part) => part.tileKind === tileKind);
    const open = [...new Set(members.flatMap(({ candidates }) => candidates))];
    const what = TILES[tileKind] ?? tileKind;
    const workers = members.filter(({ kind }) => kind === 'worker').length;
    if (tileKind === 'core' && workers > open.length)
      reasons.push(`the design needs ${workers} core tiles, one per worker, and ${open.length} are there`);
    RESOURCES.forEach((resource, r) => {
      const need = sum(members.map(({ needs }) => needs[r] ?? 0));
      const has = sum(open.map((tile) => tiles[tile]?.has[r] ?? 0));
      if (need > has)
        reasons.push(
          `the design needs ${need} ${WORDS[resource]} on ${what}s, and ${open.length === 1 ? `the only one has ${has}` : `all ${open.length} have ${has}`}`,
        );
    });
  }
  return reasons;
}

/** Links whose channels no split by parity lets reach enough descriptors. */
function parityReasons({ parts, half }: PlaceProblem): string[] {
  if (half === null) return [];
  return parts.flatMap(({ name, ends, needs }) => {
    if (
      ends.length === 0 ||
      splitByParity(
        ends.map((end) => ({ ...end, reachesOut: false })),
        half,
      ) !== null
    )
      return [];
    const bds = needs[RESOURCES.indexOf('bds')] ?? 0;
    if (bds > 2 * half.bds) return [];
    return [
      `\`${name}\` needs ${bds} buffer descriptors, and no split of its channels into even and odd ones keeps to ${half.bds} for either`,
    ];
  });
}

function allRules(problem: PlaceProblem): Rule[] {
  const rules: Rule[] = [{ kind: 'workers' }, { kind: 'pins' }, { kind: 'parity' }, { kind: 'streams' }];
  for (const rule of ['cascade', 'memory_access'] as const)
    if (problem.pairs.some((pair) => pair.rule === rule)) rules.push({ kind: rule });
  for (const tileKind of ['core', 'mem', 'shim'])
    RESOURCES.forEach((_resource, resource) => rules.push({ kind: 'limit', tileKind, resource }));
  return rules;
}

/** The problem without some rules. */
function without(problem: PlaceProblem, left: readonly Rule[]): PlaceProblem {
  const has = (kind: Rule['kind']): boolean => left.some((rule) => rule.kind === kind);
  const lifted = (tileKind: string, resource: number): boolean =>
    left.some((rule) => rule.kind === 'limit' && rule.tileKind === tileKind && rule.resource === resource);
  return {
    ...problem,
    tiles: problem.tiles.map((tile) => ({
      ...tile,
      has: tile.has.map((amount, r) => (lifted(tile.kind, r) ? LIFTED : amount)),
    })),
    parts: problem.parts.map((part) => ({
      ...part,
      kind: has('workers') && part.kind === 'worker' ? 'crowded' : part.kind,
      candidates: has('pins') ? part.unpinned : part.candidates,
    })),
    pairs: problem.pairs.filter((pair) => !has(pair.rule)),
    half: has('parity') ? null : widened(problem.half, left.some(isOfHalves) ? LIFTED : 0),
    lines: has('streams') ? [] : problem.lines,
  };
}

const LIFTED = 2 ** 30;

/** Channels and descriptors of memory tiles are had by halves, too. */
function isOfHalves(rule: Rule): boolean {
  return rule.kind === 'limit' && rule.tileKind === 'mem' && rule.resource < 3;
}

function widened(half: PlaceProblem['half'], more: number): PlaceProblem['half'] {
  const each = Math.ceil(more / 2);
  return half === null ? null : { ...half, bds: half.bds + each, channels: half.channels + each };
}

/** A minimal set of rules that have no answer together: each is left out if the others still have none. */
function clash(problem: PlaceProblem): Rule[] {
  const left: Rule[] = [];
  const kept: Rule[] = [];
  for (const rule of allRules(problem)) {
    if (isFeasible(without(problem, [...left, rule])) === false) left.push(rule);
    else kept.push(rule);
  }
  return kept;
}

function ruleWords(rule: Rule): string {
  switch (rule.kind) {
    case 'limit':
      return `the ${WORDS[RESOURCES[rule.resource] ?? 'bytes']} of ${TILES[rule.tileKind] ?? rule.tileKind}s`;
    case 'workers':
      return 'one worker per core tile';
    case 'parity':
      return 'descriptors by the parity of channels';
    case 'pins':
      return 'the pins and ranges';
    case 'cascade':
      return 'the cascades';
    case 'memory_access':
      return 'the buffers that other workers reach';
    case 'streams':
      return 'the streams between rows and columns';
  }
}

const sentenceOf = (rules: readonly Rule[]): string =>
  `${rules.map(ruleWords).join(', ')} cannot hold together`;

/** For each rule the least change of it alone that lets the design be placed. */
function leastChanges(problem: PlaceProblem, rules: readonly Rule[]): string[] {
  return rules.flatMap((rule) => {
    if (isFeasible(without(problem, [rule])) !== true) return [];
    if (rule.kind !== 'limit') return [`doing without ${ruleWords(rule)}`];
    const more = leastMore(problem, rule);
    const word = WORDS[RESOURCES[rule.resource] ?? 'bytes'];
    return [
      `${more} more ${more === 1 ? word.replace(/s$/, '') : word} per ${TILES[rule.tileKind] ?? rule.tileKind}`,
    ];
  });
}

function leastMore(problem: PlaceProblem, { tileKind, resource }: Extract<Rule, { kind: 'limit' }>): number {
  const withMore = (more: number): PlaceProblem => ({
    ...problem,
    half: widened(problem.half, isOfHalves({ kind: 'limit', tileKind, resource }) ? more : 0),
    tiles: problem.tiles.map((tile) =>
      tile.kind === tileKind
        ? { ...tile, has: tile.has.map((one, r) => (r === resource ? one + more : one)) }
        : tile,
    ),
  });
  let low = 0;
  let high = 1;
  while (isFeasible(withMore(high)) !== true && high < LIFTED / 4) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isFeasible(withMore(middle)) === true) high = middle;
    else low = middle;
  }
  return high;
}

/** Fewest columns first, then fewest tiles. */
function smallestDevice(design: number, rows: Rows): string | null {
  const own = deviceOf(design, rows);
  const devices = rows.all(
    `select v.device_id, v.name from device as v join device as o on o.architecture = v.architecture
     where o.device_id = ? and o.row_count = v.row_count order by v.col_count, v.device_id`,
    own,
  );
  for (const record of devices) {
    const id = integerOf(record, 'device_id');
    if (isFeasible(readProblem(design, rows, id)) === true) return String(record['name']);
  }
  return null;
}
