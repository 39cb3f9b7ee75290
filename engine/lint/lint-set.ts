import { printStatement } from '../lang/print.js';
import type { LintSet, LintStatement } from './rule.js';

/** All of a constraint but its name, printed; null for a view. */
export function bodyOf({ statement }: LintStatement): string | null {
  if (statement.clause === null) return null;
  return printStatement({ ...statement, name: { ...statement.name, text: 'x' } });
}

/** Folder and priority of a soft constraint; null for any other statement. */
export function softKey({ statement: { clause, name } }: LintStatement): string | null {
  if (clause === null || clause.kind === 'check') return null;
  return `${clause.priority?.value ?? 0} ${name.span.source.name.replace(/[^/\\]*$/, '')}`;
}

/** Statements with the indices that keep rules from going through all of them for each. */
export function lintSet(statements: readonly LintStatement[]): LintSet {
  const readersOf = new Map<string, LintStatement[]>();
  const byBody = new Map<string, LintStatement[]>();
  const rivals = new Map<string, LintStatement[]>();
  const add = (index: Map<string, LintStatement[]>, key: string | null, statement: LintStatement): void => {
    if (key === null) return;
    const known = index.get(key);
    if (known === undefined) index.set(key, [statement]);
    else if (known[known.length - 1] !== statement) known.push(statement);
  };
  for (const statement of statements) {
    add(byBody, bodyOf(statement), statement);
    add(rivals, softKey(statement), statement);
    for (const { sources } of statement.cores) {
      for (const { item } of sources) {
        if (item.kind === 'table') add(readersOf, item.name.text.toLowerCase(), statement);
      }
    }
  }
  return { statements, readersOf, byBody, rivals };
}
