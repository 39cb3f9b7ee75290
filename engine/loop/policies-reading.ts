import type { LoweredPolicy } from '../lower/lower.js';
import type { Store } from '../store/store.js';
import type { Decision } from './controller.js';

/**
 * Policies whose checking queries may read a column that one of the decisions is about: whatever they find is theirs.
 * A query reads no column whose name stands neither in it nor in a view that it names, unless one of them says `*`.
 */
export class PoliciesReading {
  private readonly texts = new Map<LoweredPolicy, string>();
  private readonly known = new Map<string, readonly LoweredPolicy[]>();

  constructor(
    private readonly store: Store,
    private readonly policies: readonly LoweredPolicy[],
  ) {}

  of(decisions: readonly Decision[]): readonly LoweredPolicy[] {
    const columns = [...new Set(decisions.map(({ column }) => column))].sort();
    const id = columns.join('\0');
    let found = this.known.get(id);
    if (found === undefined) {
      found = this.policies.filter((policy) => {
        const text = this.textOf(policy);
        return STAR.test(text) || columns.some((column) => text.includes(column.toLowerCase()));
      });
      this.known.set(id, found);
    }
    return found;
  }

  /** The checking queries and all views that they name, at any depth. */
  private textOf(policy: LoweredPolicy): string {
    const made = this.texts.get(policy);
    if (made !== undefined) return made;
    const views = this.store
      .rows("select lower(name), lower(sql) from sqlite_schema where type = 'view' order by name")
      .map(([name, sql]) => ({ name: String(name), sql: afterAs(String(sql)) }));
    let text = policy.violations.map(({ sql }) => sql.toLowerCase()).join('\n');
    for (let rest = views; ;) {
      const named = rest.filter(({ name }) => text.includes(name));
      if (named.length === 0) break;
      text += named.map(({ sql }) => `\n${sql}`).join('');
      rest = rest.filter((view) => !named.includes(view));
    }
    this.texts.set(policy, text);
    return text;
  }
}

/** All columns of something, but for what is multiplied or counted. */
const STAR = /(select|distinct|all|,|\.)\s*\*/;

/** A view's query without its name and columns. */
function afterAs(sql: string): string {
  const at = /\bas\b/.exec(sql)?.index ?? 0;
  return sql.slice(at);
}
