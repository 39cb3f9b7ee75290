/**
 * A value as SQLite hands it over. Integers arrive as numbers where a double holds them exactly,
 * else as bigints, never rounded.
 */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** One row by column name. */
export type SqlRecord = Readonly<Record<string, SqlValue>>;
