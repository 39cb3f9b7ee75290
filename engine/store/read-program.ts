import type { SqlParam, Store } from './store.js';

/** What SQLite's own program for a query reads. */
export interface ReadProgram {
  /** Base tables of the main database, each once. */
  readonly tables: readonly string[];
  /**
   * The table that the program walks over once, in the order of its rowid, where each result row is made of one of its
   * rows and of nothing else; null for any other program.
   */
  readonly walked: string | null;
}

/** Columns of `explain`. */
const OPCODE = 1;
const P1 = 2;
const P2 = 3;
const P3 = 4;
const P4 = 5;

/** Opcodes that open a table or an index for reading: P2 is its root page, P3 the number of its database. */
const OPENS = new Set(['OpenRead', 'ReopenIdx']);
/** Opcodes that read what no change of a table tells of, or that write. */
const UNKNOWN = new Set(['VOpen', 'OpenWrite', 'Program', 'ReadCookie']);
/** Opcodes that keep nothing from one row to the next. */
const OF_ONE_ROW = new Set([
  ...[
    'Init',
    'Noop',
    'Transaction',
    'Goto',
    'Halt',
    'OpenRead',
    'Rewind',
    'Next',
    'Rowid',
    'Column',
    'ResultRow',
  ],
  ...[
    'Integer',
    'Int64',
    'Real',
    'String',
    'String8',
    'Null',
    'Blob',
    'Variable',
    'Copy',
    'SCopy',
    'Affinity',
  ],
  ...[
    'RealAffinity',
    'Cast',
    'MustBeInt',
    'CollSeq',
    'Function',
    'PureFunc',
    'ClrSubtype',
    'Add',
    'Subtract',
  ],
  ...[
    'Multiply',
    'Divide',
    'Remainder',
    'Concat',
    'BitAnd',
    'BitOr',
    'BitNot',
    'ShiftLeft',
    'ShiftRight',
    'And',
  ],
  ...[
    'Or',
    'Not',
    'IsTrue',
    'If',
    'IfNot',
    'IsNull',
    'NotNull',
    'ZeroOrNull',
    'Eq',
    'Ne',
    'Lt',
    'Le',
    'Gt',
    'Ge',
  ],
]);

/** Functions that SQLite calls deterministic though they may read the clock. */
const CLOCK = new Set(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime', 'timediff']);

/**
 * Reads the program of a query, which it does not run; null where the result may depend on anything but rows of tables
 * of the main database: a virtual table, another database, a function that is not deterministic.
 * Holds until the schema changes.
 */
export function readProgram(store: Store, sql: string, params: readonly SqlParam[]): ReadProgram | null {
  const program = store.rows(`explain ${sql}`, params);
  const tableOf = new Map(
    store
      .rows('select rootpage, tbl_name from sqlite_schema where rootpage > 0')
      .map(([page, table]): [unknown, unknown] => [page, table]),
  );
  const opened: string[] = [];
  const counts = new Map<string, number>();
  for (const step of program) {
    const opcode = String(step[OPCODE]);
    counts.set(opcode, (counts.get(opcode) ?? 0) + 1);
    if (UNKNOWN.has(opcode)) return null;
    if (OPENS.has(opcode)) {
      const table = tableOf.get(step[P2] ?? null);
      if (step[P3] !== 0 || typeof table !== 'string') return null;
      opened.push(table);
    }
    if ((opcode === 'Function' || opcode === 'PureFunc') && !isDeterministic(store, String(step[P4])))
      return null;
  }
  const tables = [...new Set(opened)];
  const [only] = opened;
  const isWalk =
    only !== undefined &&
    opened.length === 1 &&
    program.every((step) => OF_ONE_ROW.has(String(step[OPCODE]))) &&
    ['Rewind', 'Next', 'ResultRow'].every((opcode) => counts.get(opcode) === 1) &&
    isRowidTable(store, only, program);
  return { tables, walked: isWalk ? only : null };
}

/** True where the cursor is on the table itself, not on an index of it. */
function isRowidTable(store: Store, table: string, program: readonly (readonly unknown[])[]): boolean {
  const open = program.find((step) => step[OPCODE] === 'OpenRead');
  const [row] = store.rows(
    "select rootpage, (select wr from pragma_table_list where schema = 'main' and name = s.name) from sqlite_schema as s where type = 'table' and name = ?",
    [table],
  );
  const walks = program.find((step) => step[OPCODE] === 'Rewind');
  return row !== undefined && row[0] === open?.[P2] && row[1] === 0 && walks?.[P1] === open?.[P1];
}

/** `call` is as in a program: `max(-3)`. */
function isDeterministic(store: Store, call: string): boolean {
  const name = call.slice(0, call.indexOf('('));
  if (CLOCK.has(name)) return false;
  const DETERMINISTIC = 0x800;
  const [row] = store.rows("select min(flags & ?) from pragma_function_list where name = ? and type = 's'", [
    DETERMINISTIC,
    name,
  ]);
  return row?.[0] === DETERMINISTIC;
}

/** True where a program finds one row of a table by its rowid, and reads nothing else. */
export function seeksRow(store: Store, sql: string, params: readonly SqlParam[]): boolean {
  const opcodes = store.rows(`explain ${sql}`, params).map((step) => String(step[OPCODE]));
  const count = (opcode: string): number => opcodes.filter((one) => one === opcode).length;
  return (
    count('OpenRead') === 1 &&
    count('SeekRowid') === 1 &&
    opcodes.every((opcode) => opcode === 'SeekRowid' || (OF_ONE_ROW.has(opcode) && opcode !== 'Rewind'))
  );
}
