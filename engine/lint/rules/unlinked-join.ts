import type { Expression } from '../../lang/ast.js';
import { joinsIn, selectIn, visitExpression } from '../../lang/visit.js';
import { rowConditions } from '../conjuncts.js';
import type { LintCore } from '../lint-core.js';
import { resolveColumn } from '../names.js';
import type { RowSource } from '../row-source.js';
import type { Rule } from '../rule.js';

/** A table that its own check keeps at one row, as tables of parameters are. */
function hasOneRow({ table }: RowSource): boolean {
  const [key, ...more] = table?.identity ?? [];
  if (key === undefined || more.length > 0) return false;
  const name = key.replace(/[^\w]/g, '\\$&');
  return new RegExp(`check\\s*\\(\\s*["\`[]?${name}["\`\\]]?\\s*=\\s*\\d+\\s*\\)`, 'i').test(
    table?.source.text ?? '',
  );
}

/**
 * Indices of the row sources of a core that an expression reads, selects in it included; one more than the last stands
 * for the select around it. Null where that is not known.
 */
function readsOf(core: LintCore, expression: Expression): ReadonlySet<number> | null {
  const found = new Set<number>();
  let unknown = 0;
  const outer = core.sources.length;
  visitExpression(expression, (part) => {
    // What a sub-query reads of this core is looked for by name, which suffices for a link.
    const inner = selectIn(part);
    if (inner !== null) {
      const text = inner.span.source.text.slice(inner.span.start, inner.span.end).toLowerCase();
      core.sources.forEach(({ alias }, i) => {
        if (alias !== '' && text.includes(`${alias.toLowerCase()}.`)) found.add(i);
      });
    }
    if (part.kind !== 'column') return;
    const { qualifier } = part;
    if (qualifier !== null) {
      const at = core.sources.findIndex(({ alias }) => alias.toLowerCase() === qualifier.text.toLowerCase());
      found.add(at === -1 ? outer : at);
      return;
    }
    const resolved = resolveColumn(core, part);
    if (resolved === null) unknown += 1;
    else found.add(resolved.depth === 0 ? core.sources.indexOf(resolved.source) : outer);
  });
  return unknown === 0 ? found : null;
}

/** Text between the sides of a join: `cross join` says that every pair is meant. */
function isCross(core: LintCore, index: number): boolean {
  const source = core.sources[index];
  const { span } = source?.item ?? {};
  if (span === undefined) return false;
  return /\bcross\s+join\s*$/i.test(span.source.text.slice(Math.max(0, span.start - 40), span.start));
}

/** Relations that no condition ties to the others: every row of one meets every row of the other. */
export const unlinkedJoin: Rule = ({ cores }) =>
  cores.flatMap((core) => {
    const { sources } = core;
    if (sources.length < 2) return [];
    const group = [...sources.map((_source, i) => i), sources.length];
    const tie = (indices: Iterable<number>): void => {
      const [first, ...rest] = [...indices].map((index) => group[index] ?? 0);
      for (const other of rest) group.forEach((one, i) => (group[i] = one === other ? (first ?? 0) : one));
    };
    for (const condition of rowConditions(core)) {
      const reads = readsOf(core, condition);
      if (reads === null) return [];
      tie(reads);
    }
    for (const join of joinsIn(core.core.from)) {
      if (!join.natural && join.using === null) continue;
      tie(sources.flatMap(({ item }, i) => (isInside(item.span, join.span) ? [i] : [])));
    }
    sources.forEach(({ item }, i) => {
      if (item.kind !== 'table' || item.args === null) return;
      const reads = item.args.map((argument) => readsOf(core, argument));
      tie([i, ...reads.flatMap((one) => [...(one ?? [])])]);
    });
    return sources.flatMap((source, i) => {
      const before = group.slice(0, i);
      if (i === 0 || before.includes(group[i] ?? i) || isCross(core, i)) return [];
      if (hasOneRow(source) || sources.slice(0, i).every(hasOneRow)) return [];
      const name = source.alias === '' ? 'this sub-query' : `\`${source.alias}\``;
      return [
        {
          span: source.item.span,
          message: `no condition ties ${name} to the relations before it: every row meets every row`,
          help: 'add the condition that is missing, or write `cross join` where every pair is meant',
        },
      ];
    });
  });

function isInside(inner: { start: number; end: number }, outer: { start: number; end: number }): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
