import type { Diagnostic } from '../base/diagnostic.js';
import { sortDiagnostics } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { Catalog } from '../catalog/catalog.js';
import type { PolicyStatement } from '../lang/ast.js';
import type { Comment } from '../lang/comments.js';
import { commentsOf } from '../lang/comments.js';
import { parsePolicies } from '../lang/parser.js';
import { withoutIgnored } from './ignores.js';
import { coresOf } from './lint-core.js';
import { lintSet } from './lint-set.js';
import type { LintStatement, RuleCode } from './rule.js';
import { RULES } from './rules.js';
import { Sources } from './row-source.js';

/**
 * What rules of style and of likely mistakes find in a policy set, as warnings; sorted.
 * Texts that cannot be read bring their errors instead. Relations that `catalog` does not have are not reported here;
 * rules that would have to know them stay silent.
 */
export function lintPolicies(sources: readonly SourceFile[], catalog: Catalog): Diagnostic[] {
  const files = sources.map((source) => ({ source, ...parsePolicies(source) }));
  const relations = new Sources(
    catalog,
    files.flatMap(({ statements }) => statements),
  );
  const read = files.map(({ source, statements, diagnostics }) => {
    const comments = commentsOf(source);
    return {
      comments,
      diagnostics,
      statements: statementsOf(statements, comments, relations, diagnostics.length === 0),
    };
  });
  const set = lintSet(read.flatMap(({ statements }) => statements));
  const rules = Object.entries(RULES) as readonly (readonly [RuleCode, (typeof RULES)[keyof typeof RULES]])[];
  const found = read.flatMap(({ comments, diagnostics, statements }) => {
    const known = statements.every(({ cores }) =>
      cores.every(({ sources }) => sources.every(({ columns }) => columns !== null)),
    );
    const findings = statements.flatMap((statement) =>
      rules.flatMap(([code, rule]) =>
        rule(statement, set).map((finding): Diagnostic => ({ code, severity: 'warning', ...finding })),
      ),
    );
    // An ignore in a text that cannot be read may be for what could not be looked at.
    return diagnostics.length > 0 ? [...diagnostics, ...findings] : withoutIgnored(findings, comments, known);
  });
  return sortDiagnostics(found);
}

function statementsOf(
  statements: readonly PolicyStatement[],
  comments: readonly Comment[],
  relations: Sources,
  whole: boolean,
): LintStatement[] {
  return statements.map((statement, i) => {
    const after = statements[i - 1]?.span.end ?? 0;
    const lead = comments.filter(({ span }) => span.start >= after && span.end <= statement.span.start);
    return { statement, cores: coresOf(statement, relations), lead, first: whole && i === 0 };
  });
}
