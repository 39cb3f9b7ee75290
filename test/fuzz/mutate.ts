import { AGGREGATES } from '../../engine/check/functions.js';
import { must } from '../../engine/base/assert.js';
import type { Random } from '../../engine/base/random.js';
import { seededRandom } from '../../engine/base/random.js';
import type { SourceFile, Span } from '../../engine/base/source.js';
import { decodeSource, textOf } from '../../engine/base/source.js';
import { tokenize } from '../../engine/lang/lexer.js';
import { parsePolicies } from '../../engine/lang/parser.js';
import type { World } from './worlds.js';

/** One text of the fuzz: which it is follows from the seed and its number alone. */
export interface Mutant {
  readonly source: SourceFile;
  readonly world: World;
}

const WORDS = (
  'create constraint view as select distinct * from join left right full natural on using where group by having window ' +
  'order limit offset union all intersect except with recursive values check maximize minimize weight priority ; , . ( ) ' +
  '= == <> < <= > >= + - * / % || & | << >> ~ -> ->> and or not in exists between is null isnull notnull like glob escape ' +
  'case when then else end cast collate nocase filter over partition rows current row nulls first asc desc true false ' +
  'current_timestamp sum count min max avg any all all_different all_equal increasing abs coalesce capacity ' +
  "capacity_constraint balance contains json_each 0 1 -1 2.5 1e9 9223372036854775807 0x10 'x' '' \"a\" [b] `c` x'00' ? :p # -- /* */ ' \" controllable__v id"
).split(' ');

/** Characters that text tools trip over: ends of lines, no-break space, joiners, marks, halves of pairs, case oddities. */
const ODD = [
  '\u0000',
  '\u00a0',
  '\u0085',
  '\u2028',
  '\u200d',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\ud83d',
  '\udc00',
  'İ',
  'ß',
  'ı',
  'K',
  '𝔘',
  'e\u0301',
  '\r',
  '\u000b',
  '\u001b',
  '１',
];

/** What can be nested: what opens, and what closes. */
const NESTS: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['not ', ''],
  ['- ', ''],
  ['~', ''],
  ['1 + (', ')'],
  ['not (', ')'],
  ['exists (select 1 from t where ', ')'],
  ['(select ', ')'],
  ['1 in (', ')'],
  ['1 in (select ', ')'],
  ['abs(', ')'],
  ['case when ', ' then 1 end'],
  ['sum(1) filter (where ', ')'],
  ['(select * from (', '))'],
  ['coalesce(1, ', ')'],
  ['cast(', ' as integer)'],
];

/** What can be chained. */
const LINKS = [
  ' or 1',
  ' and 1 = 1',
  ' + 1',
  ' * 2',
  " || 'a'",
  ' = 1',
  ' collate nocase',
  ' is null',
  ' notnull + 1',
  ' in (1) + 1',
  ', 1',
  ' between 1 and 2',
  ' /* c */ + 1',
  ' -- c\n + 1',
  ' < 2',
];

type Mutation = (text: string, random: Random, other: () => string) => string;

const pick = <T>(items: readonly T[], random: Random): T =>
  must(items[random.below(items.length)], 'an item');

/** The text before a token, the token, and the text behind it. */
function split(text: string, random: Random): readonly [string, string, string] {
  const { tokens } = tokenize({ name: '', text });
  const { start, end } = pick(tokens, random).span;
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}

const tokenChange: Mutation = (text, random, other) => {
  const [before, token, behind] = split(text, random);
  const given = random.below(3) === 0 ? split(other(), random)[1] : pick(WORDS, random);
  switch (random.below(5)) {
    case 0:
      return before + behind;
    case 1:
      return `${before}${token} ${token}${behind}`;
    case 2:
      return `${before} ${given} ${behind}`;
    case 3:
      return `${before}${token} ${given} ${behind}`;
    default: {
      const [first, second, rest] = split(behind, random);
      return `${before} ${second} ${first} ${token} ${rest}`;
    }
  }
};

/** Operators that may stand for one another. */
const OPERATORS = ['=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||', '&', '<<'];
const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '10',
  '1000',
  '2.5',
  '9007199254740993',
  '9223372036854775807',
  '0x7fffffffffffffff',
  '1e400',
];
/** Keywords that may stand for one another. */
const PEERS: readonly (readonly string[])[] = [
  ['and', 'or'],
  ['check', 'maximize', 'minimize'],
  [...AGGREGATES, 'abs', 'total'],
  ['join', 'left join', 'right join', 'full join', 'natural join', ','],
  ['where', 'having'],
  ['union', 'union all', 'intersect', 'except'],
  ['in', 'not in', '=', 'is', 'is not', 'like'],
  ['exists', 'not exists', ''],
  ['capacity', 'capacity_constraint', 'balance', 'balance_convex'],
];

/** A token for another of its sort: what comes of it often still means something. */
const peer: Mutation = (text, random, other) => {
  const { tokens } = tokenize({ name: '', text });
  const token = pick(tokens, random);
  const { start, end } = token.span;
  const word = token.text.toLowerCase();
  const names = tokens.filter(({ kind }) => kind === 'name').map((one) => one.text);
  const peers = PEERS.find((group) => group.includes(word));
  const given =
    peers !== undefined
      ? pick(peers, random)
      : token.kind === 'number'
        ? pick(NUMBERS, random)
        : token.kind === 'operator' && OPERATORS.includes(token.text)
          ? pick(OPERATORS, random)
          : token.kind === 'name'
            ? random.below(8) === 0
              ? split(other(), random)[1]
              : pick(names, random)
            : token.text;
  return `${text.slice(0, start)}${given}${text.slice(end)}`;
};

/** Spans of all expressions in a text. */
function expressionsOf(text: string): Span[] {
  const found: Span[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('kind' in value && 'span' in value && !KINDS_OF_TABLES.has(String(value.kind))) {
      found.push(value.span as Span);
    }
    for (const [key, inner] of Object.entries(value)) if (key !== 'span') visit(inner);
  };
  visit(parsePolicies({ name: 'policy.sql', text }).statements);
  return found;
}

const KINDS_OF_TABLES = new Set([
  'table',
  'select',
  'join',
  'star',
  'expression',
  'window',
  'check',
  'maximize',
  'minimize',
]);

/** An expression for another one, often of the same text. */
const graft: Mutation = (text, random, other) => {
  const places = expressionsOf(text);
  const gifts = random.below(3) === 0 ? expressionsOf(other()) : places;
  if (places.length === 0 || gifts.length === 0) return text;
  const { start, end } = pick(places, random);
  const gift = textOf(pick(gifts, random));
  const frame = pick(
    [
      '%',
      '(%)',
      '(%)',
      'not (%)',
      '-(%)',
      '(%) + 1',
      '(%) = 1',
      '(%) or 1 = 2',
      'case when % then 1 else 0 end',
      '(% and %)',
      'sum(%)',
      'min(%, 2)',
      '(%) in (1, 2)',
      '(%) between 0 and 2',
      'coalesce(%, 0)',
      'exists (select 1 where %)',
      '(select max(%))',
      '% is null',
    ],
    random,
  );
  return `${text.slice(0, start)}${frame.replaceAll('%', () => gift)}${text.slice(end)}`;
};

const splice: Mutation = (text, random, other) => {
  const [before] = split(text, random);
  const [, token, behind] = split(other(), random);
  return `${before} ${token}${behind}`;
};

const oddCharacter: Mutation = (text, random) => {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + pick(ODD, random) + text.slice(at + random.below(2));
};

const nest: Mutation = (text, random) => {
  const [before, token, behind] = split(text, random);
  const [open, close] = pick(NESTS, random);
  const depth = pick([1, 2, 5, 40, 120, 255, 256, 300, 2000, 20_000], random);
  return `${before} ${open.repeat(depth)}${token}${close.repeat(depth)} ${behind}`;
};

const chain: Mutation = (text, random) => {
  const [before, token, behind] = split(text, random);
  return `${before}${token}${pick(LINKS, random).repeat(pick([1, 3, 60, 200, 990, 1001, 5000], random))} ${behind}`;
};

const longLine: Mutation = (text, random) => {
  const [before, token, behind] = split(text, random);
  const filler = pick([' ', 'a', "'", '(', '\n', '-', '/*', '--', '0', '.', '😀', '"', ';'], random);
  return before + token + filler.repeat(pick([100, 3000, 20_000], random)) + behind;
};

/** Mutations by how often they are taken. */
const MUTATIONS: readonly (readonly [number, Mutation])[] = [
  [20, tokenChange],
  [35, peer],
  [30, graft],
  [5, splice],
  [4, oddCharacter],
  [3, nest],
  [2, chain],
  [1, longLine],
];
const TOTAL = MUTATIONS.reduce((sum, [weight]) => sum + weight, 0);

function mutation(random: Random): Mutation {
  let rest = random.below(TOTAL);
  for (const [weight, found] of MUTATIONS) {
    if (rest < weight) return found;
    rest -= weight;
  }
  return tokenChange;
}

/** Bytes changed, dropped or put in, whatever characters they belong to. */
function withOtherBytes(text: string, random: Random): SourceFile {
  const bytes = [...new TextEncoder().encode(text)];
  for (let edits = 1 + random.below(4); edits > 0; edits -= 1) {
    const at = random.below(bytes.length + 1);
    const some = Array.from({ length: random.below(3) }, () => random.below(256));
    bytes.splice(at, random.below(3), ...some);
  }
  return decodeSource('policy.sql', Uint8Array.from(bytes));
}

/** Longer texts are cut, so that no run is slow for its length alone. */
const LONGEST = 120_000;

/** The text of a number under a seed. */
export function mutant(all: readonly World[], seed: number, number: number): Mutant {
  const random = seededRandom(seed ^ Math.imul(number + 1, 0x9e3779b1));
  const world = pick(all, random);
  const other = (): string => pick(pick(all, random).texts, random);
  let text = pick(world.texts, random);
  for (let edits = 1 + random.below(4); edits > 0; edits -= 1)
    text = mutation(random)(text, random, other).slice(0, LONGEST);
  const source = random.below(20) === 0 ? withOtherBytes(text, random) : { name: 'policy.sql', text };
  return { source, world };
}
