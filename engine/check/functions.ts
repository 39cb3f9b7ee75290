import type { AggregateName } from './bound.js';

/** Aggregates that have a meaning over decisions. */
export const AGGREGATES: readonly AggregateName[] = [
  'sum',
  'count',
  'min',
  'max',
  'avg',
  'any',
  'all',
  'all_different',
  'all_equal',
  'increasing',
];

/** Aggregates that only the policy language has; SQLite would not know them. */
export const LANGUAGE_AGGREGATES: readonly AggregateName[] = [
  'any',
  'all',
  'all_different',
  'all_equal',
  'increasing',
];

export const CAPACITY_FUNCTIONS = ['capacity_constraint', 'capacity', 'balance', 'balance_convex'] as const;

/** SQLite's aggregates that a policy may use over ground rows only. */
export const GROUND_AGGREGATES = [
  'total',
  'group_concat',
  'string_agg',
  'json_group_array',
  'json_group_object',
  'jsonb_group_array',
  'jsonb_group_object',
  'median',
  'percentile',
  'percentile_cont',
  'percentile_disc',
];

/** Functions of SQLite (3.53 as better-sqlite3 builds it) that a policy may call; those with side effects are left out. */
export const SQLITE_FUNCTIONS: readonly string[] = (
  'abs acos acosh asin asinh atan atan2 atanh ceil ceiling char coalesce concat concat_ws cos cosh cume_dist date ' +
  'datetime degrees dense_rank exp first_value floor format glob hex if ifnull iif instr json json_array json_array_insert ' +
  'json_array_length json_error_position json_extract json_insert json_object json_patch json_pretty json_quote json_remove ' +
  'json_replace json_set json_type json_valid jsonb jsonb_array jsonb_array_insert jsonb_extract jsonb_insert jsonb_object jsonb_patch ' +
  'jsonb_remove jsonb_replace jsonb_set julianday lag last_value lead length like likelihood likely ln log log10 log2 ' +
  'lower ltrim max min mod nth_value ntile nullif octet_length percent_rank pi pow power printf quote radians rank replace ' +
  'round row_number rtrim sign sin sinh soundex sqrt strftime substr substring subtype tan tanh time timediff trim trunc ' +
  'typeof unhex unicode unistr unistr_quote unixepoch unlikely upper zeroblob'
).split(' ');

const JSON_COLUMNS = ['key', 'value', 'type', 'atom', 'id', 'parent', 'fullkey', 'path'];

/** Table-valued functions a policy may read from, with their columns. */
export const TABLE_FUNCTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['json_each', JSON_COLUMNS],
  ['json_tree', JSON_COLUMNS],
]);

/** Every function a policy may call. */
export function isFunction(name: string): boolean {
  return KNOWN.has(name);
}

/** Every name the language knows, for suggestions. */
export const ALL_FUNCTIONS: readonly string[] = [
  ...AGGREGATES,
  ...CAPACITY_FUNCTIONS,
  ...GROUND_AGGREGATES,
  ...SQLITE_FUNCTIONS,
  'contains',
];

const KNOWN: ReadonlySet<string> = new Set(ALL_FUNCTIONS);
