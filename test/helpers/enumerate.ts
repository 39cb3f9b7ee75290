import { must } from '../../engine/base/assert.js';
import type { Diagnostic } from '../../engine/base/diagnostic.js';
import { isError } from '../../engine/base/diagnostic.js';
import type { SqlValue } from '../../engine/base/sql-value.js';
import { ground } from '../../engine/ground/ground.js';
import { softValuesNow, violationsNow } from '../../engine/loop/check-state.js';
import { decisionsOf, writeDecisions } from '../../engine/loop/writeback.js';
import { catalogOf } from '../../engine/check/schema.js';
import { evaluate } from '../../engine/model/evaluate.js';
import type { Model } from '../../engine/model/model.js';
import { finiteDomains } from '../../engine/solve/finite-domains.js';
import { introspect } from '../../engine/store/introspect.js';
import { StoreError } from '../../engine/store/store-error.js';
import type { Store } from '../../engine/store/store.js';
import { compileHere } from './solve-here.js';

/** One complete assignment as the grounded model and as SQLite's checking queries see it. */
export interface Seen {
  /** Values of the cells by table, key and column, joined by commas. */
  readonly values: string;
  readonly model: boolean;
  /** False also where SQLite refuses to store the values. */
  readonly sqlite: boolean;
  /** Values of the soft terms by name, as the model has them and as SQLite has them. */
  readonly modelSoft: Readonly<Record<string, number>>;
  readonly sqliteSoft: Readonly<Record<string, number | null>>;
}

/** Values of the assignments that a reading of the policies accepts, in their order as text. */
export function acceptedBy(reading: 'model' | 'sqlite', seen: readonly Seen[]): string {
  const accepted = seen.filter((one) => one[reading]);
  return accepted
    .map(({ values }) => values)
    .sort()
    .join(' ');
}

function* assignments(model: Model, at = 0): Generator<number[]> {
  const variable = model.variables[at];
  if (variable === undefined) {
    yield [];
    return;
  }
  const { lo, hi, values } = variable;
  // A column without a domain of its own is tried on a few values around 0.
  const low = lo ?? -1;
  const tried = values ?? Array.from({ length: (hi ?? 4) - low + 1 }, (_one, i) => low + i);
  for (const value of tried) for (const rest of assignments(model, at + 1)) yield [value, ...rest];
}

/** Grounds policies on a database; null where a diagnostic is an error. */
export function groundHere(
  store: Store,
  policies: readonly string[],
): { grounded: ReturnType<typeof ground> | null; diagnostics: readonly Diagnostic[] } {
  const { compiled, diagnostics } = compileHere(store, ...policies);
  if (compiled === null) return { grounded: null, diagnostics };
  const grounded = ground(compiled, store, { finiteDomains });
  const all = [...diagnostics, ...grounded.diagnostics];
  return { grounded: all.some(isError) ? null : grounded, diagnostics: all };
}

/** Every assignment of a small database, by both readings of the policies. Leaves the database as it was. */
export function everyAssignment(store: Store, ...policies: readonly string[]): Seen[] {
  const { grounded } = groundHere(store, policies);
  const compiled = must(compileHere(store, ...policies).compiled, 'compiled policies');
  const known = must(grounded, 'grounded policies');
  const { model, cells } = known;
  const place = ({ relation, key, column }: (typeof cells)[number]): string =>
    JSON.stringify([relation.name, Object.values(key), column]);
  const ordered = [...cells].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  const relations = new Map(catalogOf(introspect(store)).relations.map((one) => [one.name, one]));
  const undo = new Error('undo');
  return [...assignments(model)].map((values): Seen => {
    const { violated, soft } = evaluate(model, values);
    const terms = model.objectives.flatMap((level) => level.soft);
    const found = soft.flat();
    let sqlite = false;
    let sqliteSoft: Record<string, number | null> = {};
    try {
      store.write(() => {
        writeDecisions(store, decisionsOf(known, values), relations);
        sqlite = violationsNow(store, compiled.policies, 1, known.domains).length === 0;
        sqliteSoft = Object.fromEntries(
          softValuesNow(store, compiled.policies, known.domains).map(({ name, value }) => [name, value]),
        );
        throw undo;
      });
    } catch (error) {
      const refused = error instanceof StoreError && error.code.startsWith('SQLITE_CONSTRAINT');
      if (refused) sqlite = false;
      else if (error !== undo) throw error;
    }
    const shown = ordered.map((cell): SqlValue => known.sqlValue(cell, must(values[cell.variable], 'value')));
    return {
      values: shown.map(String).join(','),
      model: violated.length === 0,
      sqlite,
      modelSoft: Object.fromEntries(terms.map(({ name }, i) => [name, must(found[i], 'soft value')])),
      sqliteSoft,
    };
  });
}
