import type { Diagnostic, Note } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import { textOf } from '../base/source.js';
import type { BoundPolicy, BoundUnit } from '../check/bound.js';
import { isGroundTree } from '../check/bound.js';
import { itemsOf, render } from '../check/fragment.js';
import { placeInFrom } from '../check/source-names.js';
import type { Reader } from '../ground/reader.js';
import { StoreError } from '../store/store-error.js';

/** Rows counted at most before the part that leaves none; more are `1000 or more`. */
const COUNTED = 1000;
/** Longer conditions are cut in messages. */
const LONGEST = 80;

/** What leaves a select without a row, in words, and where it stands. */
interface Culprit {
  readonly message: string;
  readonly span?: Span | undefined;
  readonly notes?: readonly Note[];
}

/**
 * Why a policy has no row: the first relation without rows, else the first condition that none of the rows before it
 * satisfies, in the order of its text; asks SQLite for each step. INVARIANT: the policy has no row in this state.
 */
export function whyNoRow(
  policy: BoundPolicy,
  reader: Reader,
): Pick<Diagnostic, 'message' | 'span' | 'notes'> {
  const { span: name } = policy.statement.name;
  const { message, span = name, notes = [] } = askSqlite(policy, reader) ?? decisionCulprit(policy);
  // Text of a view is shown below the policy that reads it.
  const isOwn = span.source === name.source;
  return {
    message: `\`${policy.name}\` cannot bind: ${message}`,
    span: isOwn ? span : name,
    notes: isOwn ? notes : [{ message: 'it is here', span }, ...notes],
  };
}

const unknown: Culprit = { message: 'its joins and conditions leave no row' };

/** A condition may fail on rows that the whole never shows it; then no part is blamed. */
function askSqlite(policy: BoundPolicy, reader: Reader): Culprit | null {
  try {
    return groundCulprit(policy, reader);
  } catch (error) {
    if (error instanceof StoreError) return unknown;
    throw error;
  }
}

/** Parts of `from` that conditions have tied together so far, and the conditions. */
interface Joined {
  readonly items: Set<number>;
  readonly from: string[];
  readonly where: string[];
}

/** The part that SQLite alone finds to leave nothing; null where something is left. */
function groundCulprit(policy: BoundPolicy, reader: Reader): Culprit | null {
  const { items, units, conditions } = policy.select;
  const derived = new Set(items.filter(({ source }) => source.kind === 'derived').map(({ id }) => id));
  const local = new Set(items.map(({ id }) => id));
  const open = new Set(conditions.filter((condition) => condition.kind === 'ground'));
  let joined: Joined[] = [];
  /** Makes one of all that hold one of the items; parts that nothing ties never meet, so no product is made. */
  const tie = (read: ReadonlySet<number>): Joined => {
    const tied = joined.filter((one) => [...read].some((item) => one.items.has(item)));
    const whole: Joined = {
      items: new Set(tied.flatMap((one) => [...one.items])),
      from: tied.flatMap(({ from }) => from),
      where: tied.flatMap(({ where }) => where),
    };
    joined = [...joined.filter((one) => !tied.includes(one)), whole];
    return whole;
  };
  const settle = (placed: ReadonlySet<number>): Culprit | null => {
    for (const condition of open) {
      const read = new Set([...itemsOf(condition.sql)].filter((item) => local.has(item)));
      if (![...read].every((item) => placed.has(item))) continue;
      open.delete(condition);
      const whole = tie(read);
      const before = rowsLeft(whole, reader);
      whole.where.push(`(${render(condition.sql)})`);
      if (rowsLeft(whole, reader) > 0) continue;
      const names = items.filter(({ id }) => whole.items.has(id)).map(({ name }) => name);
      return {
        message: `\`${shortened(condition.span)}\` holds ${names.length === 0 ? 'never' : `on none of ${rowsOf(before, names)}`}`,
        span: condition.span,
      };
    }
    return null;
  };
  const placed = new Set<number>();
  const constant = settle(placed);
  if (constant !== null) return constant;
  for (const unit of units) {
    if (unit.items.some((item) => derived.has(item))) continue;
    // A table-valued function reads columns of what stands to its left.
    const whole = tie(new Set([...itemsOf(unit.sql)].filter((item) => local.has(item))));
    whole.from.push(render(unit.sql));
    for (const item of unit.items) {
      placed.add(item);
      whole.items.add(item);
    }
    if (rowsLeft(whole, reader) === 0) return emptyUnit(policy, unit);
    const found = settle(placed);
    if (found !== null) return found;
  }
  return null;
}

function rowsLeft({ from, where }: Joined, reader: Reader): number {
  const sources = from.length === 0 ? '' : ` from ${from.join(', ')}`;
  const conditions = where.length === 0 ? '' : ` where ${where.join(' and ')}`;
  const sql = `select count(*) from (select 1${sources}${conditions} limit ${COUNTED})`;
  return Number(reader.rows(sql)[0]?.[0] ?? 0);
}

function rowsOf(count: number, names: readonly string[]): string {
  const rows = count === 1 ? 'the 1 row' : `the ${count < COUNTED ? count : `${COUNTED} or more`} rows`;
  const quoted = names.map((name) => `\`${name}\``).join(', ');
  return names.length === 1 ? `${rows} of ${quoted}` : `${rows} that ${quoted} join to`;
}

function emptyUnit({ select, statement }: BoundPolicy, unit: BoundUnit): Culprit {
  const [only, ...more] = unit.items.flatMap((id) => select.items.find((item) => item.id === id) ?? []);
  if (only === undefined || only.name === '' || more.length > 0)
    return { message: 'a part of its `from` has no row' };
  return { message: `\`${only.name}\` has no row`, span: placeInFrom(statement.select, only.name) };
}

/** What is left where the ground parts leave rows: conditions on decisions, and conditions on groups. */
function decisionCulprit(policy: BoundPolicy): Culprit {
  const { items, conditions, having } = policy.select;
  const onDecisions = conditions.filter((condition) => condition.kind !== 'ground');
  const known = having.every(isGroundTree);
  const all = [...onDecisions, ...having].map(({ span }) => span);
  const [first, ...rest] = all;
  const isSimple = !items.some(({ source }) => source.kind === 'derived');
  if (first === undefined || !isSimple) return unknown;
  const notes = rest.map((span) => ({ message: 'together with this', span }));
  const condition = `\`${shortened(first)}\``;
  if (onDecisions.length === 0 && known)
    return { message: `no group satisfies ${condition}`, span: first, notes };
  const message = `no values left to its decisions satisfy ${condition}${rest.length > 0 ? ' and the rest' : ''}`;
  return { message, span: first, notes };
}

function shortened(span: Span): string {
  const text = textOf(span).replace(/\s+/g, ' ').trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
