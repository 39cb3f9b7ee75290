import { visitExpression } from '../../lang/visit.js';
import { aliasesOf, resolveColumn } from '../names.js';
import type { Finding, Rule } from '../rule.js';

const written = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

/** Columns without the name of their relation, by how many selects outwards that relation stands. */
function unqualified(
  accepts: (depth: number, sources: number) => boolean,
  message: (name: string, alias: string) => string,
): Rule {
  return ({ cores }) =>
    cores.flatMap((core) => {
      const aliases = aliasesOf(core);
      const found: Finding[] = [];
      for (const expression of core.expressions) {
        visitExpression(expression, (part) => {
          if (part.kind !== 'column' || part.qualifier !== null) return;
          const { name, span } = part;
          const resolved = resolveColumn(core, part);
          if (resolved === null || !accepts(resolved.depth, core.sources.length)) return;
          // The select list's own name means the same only by chance.
          if (resolved.source.alias === '' || aliases.has(name.text.toLowerCase())) return;
          const alias = written(resolved.source.alias);
          const shadowed =
            resolved.depth > 0 &&
            core.sources.some((source) => source.alias.toLowerCase() === resolved.source.alias.toLowerCase());
          const start = { source: span.source, start: span.start, end: span.start };
          found.push({
            span,
            message: message(name.text, resolved.source.alias),
            help: `write \`${alias}.${name.text}\``,
            fix: { span: start, replacement: `${alias}.`, applicable: !shadowed },
          });
        });
      }
      return found;
    });
}

/** In a query with several relations every column says whose it is, so that a new column of one breaks nothing. */
export const unqualifiedColumn: Rule = unqualified(
  (depth, sources) => depth === 0 && sources > 1,
  (name, alias) => `\`${name}\` is a column of \`${alias}\`, one of several relations here`,
);

/** A sub-query that reads a column of the select around it says so: a misspelt column is read from there, too. */
export const outerColumn: Rule = unqualified(
  (depth, sources) => depth > 0 && sources > 0,
  (name, alias) => `\`${name}\` is no column of this sub-query but one of \`${alias}\` around it`,
);
