/**
 * Every diagnostic code there is. Stable for ever; one cause per code. `stage/problem`.
 * The text is the one-line meaning that `edict explain CODE` starts with; docs/diagnostics.md has the page.
 */
export const CODES = {
  'parse/not-utf8': 'The bytes of the text are not UTF-8.',
  'parse/unexpected-character': 'A character that starts no token stands in the text.',
  'parse/unterminated': 'A string, quoted name or comment is never closed.',
  'parse/unexpected-token': 'The text does not continue as the grammar asks.',
  'parse/not-a-policy':
    'A statement that is neither `create constraint` nor `create view`; policies only read.',
  'bind/unknown-table': 'A relation that neither the database nor the policy set defines.',
  'bind/unknown-column': 'A column that no relation in scope has.',
  'bind/ambiguous-column': 'An unqualified column that two relations in scope have.',
  'bind/unknown-function': 'A function that neither SQLite nor the policy language knows.',
  'bind/duplicate-name': 'Two policies, views or aliases of one scope bear the same name.',
  'bind/no-constraints': 'The policy set is empty.',
  'bind/missing-alias': 'An expression column of a view has no name.',
  'bind/cyclic-view': 'A view is defined by itself.',
  'type/ungrouped-column':
    'A column that is neither grouped nor inside an aggregate stands beside an aggregate.',
  'type/aggregate-position': 'An aggregate stands where rows, not groups, are meant.',
  'type/null-test-on-decision': 'A decision is tested for null; decisions are never null in an answer.',
  'type/bad-argument': 'A function is called with arguments it cannot take.',
  'type/mismatch': 'Two values of kinds that cannot be compared or computed with.',
  'type/unknown-type': 'A cast names a type that SQLite does not know.',
  'lower/unsupported': 'A construct over decisions that this version cannot give its exact meaning.',
  'lower/outer-join-on-decision': 'An outer join whose `on` mentions a decision.',
  'lower/no-lineage': 'A decision is seen through a relation that cannot be traced back to its row.',
  'ground/bad-argument': 'A row gives a function a value it cannot take, such as a negative capacity.',
  'ground/null-term': 'A row gives a soft constraint a null term.',
  'ground/unsafe-integer': 'An integer beyond 2^53 reached the solver model.',
  'ground/not-an-integer': 'A value that is no integer reached the solver model.',
  'ground/unbounded-decision': 'A decision has no finite domain.',
  'ground/too-large': 'Grounding a policy would make more terms than the budget allows.',
  'ground/in-list-null': 'A list holds a null, so `in` never excludes and `not in` never holds.',
  'ground/sql': 'SQLite refused or failed a query that a policy asks for.',
  'solve/infeasible': 'No assignment satisfies all hard constraints.',
  'solve/unknown': 'The limit came before any answer.',
  'solve/model-invalid': 'The model cannot be given to any solver.',
  'solve/backend-rejected': "A solver's answer failed the exact check; another one was tried.",
  'solve/engine-fault': 'SQLite disagrees with an answer the model check accepted; nothing was written.',
  'solve/stale': 'The database changed while the solver worked; the answer was not written.',
  'store/not-found': 'There is no such file.',
  'store/not-a-database': 'The file is not an SQLite database.',
  'store/newer-version': 'The database was written by a newer version.',
  'store/schema-drift': 'The database differs from what its migrations make.',
  'store/not-adopted': 'The database has none of the tables this command needs.',
  'store/broken-chain': 'The journal of the database does not hash to what it says.',
  'store/damaged': 'The database file is damaged.',
  'store/foreign-table': 'A database of other use already has a table of this name.',
  'store/io': 'The database could not be read or written.',
  'query/refused': 'Only one statement that reads is allowed.',
  'query/failed': 'SQLite refused or failed the query.',
  'query/timeout': 'The query ran longer than its limit.',
  'replay/bad-record': 'A record of the trace cannot be read.',
  'replay/out-of-order': 'A record of the trace is older than the one before it.',
  'replay/version': 'The trace is of a version this program does not read.',
  'replay/unknown-format': 'No importer bears this name.',
  'loop/unknown-event': 'No controller takes an event of this type.',
  'loop/bad-event': 'An event lacks a field or gives it a value it cannot have.',
  'loop/not-served': 'An event asks for something the state does not allow.',
  'cli/usage': 'The command line cannot be understood.',
  'cli/no-input': 'A file or folder named on the command line is missing or empty.',
  'cli/unknown-code': 'No diagnostic bears this code.',
  'cli/unknown-name': 'A solver, scheduler or controller of this name does not exist.',
  'cli/internal': 'The program itself is at fault, not what it was given.',
} as const;

export type Code = keyof typeof CODES;

export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}
