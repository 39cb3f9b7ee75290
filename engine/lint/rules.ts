import type { Rule, RuleCode } from './rule.js';
import { constantClause } from './rules/constant-clause.js';
import { countExists } from './rules/count-exists.js';
import { duplicateCondition } from './rules/duplicate-condition.js';
import { fileName } from './rules/file-name.js';
import { integerDivision } from './rules/integer-division.js';
import { keywordAlias } from './rules/keyword-alias.js';
import { misleadingName } from './rules/misleading-name.js';
import { missingComment } from './rules/missing-comment.js';
import { missingWeight } from './rules/missing-weight.js';
import { mixedLogic } from './rules/mixed-logic.js';
import { notInNull } from './rules/not-in-null.js';
import { nullComparison } from './rules/null-comparison.js';
import { outerJoinUndone } from './rules/outer-join-undone.js';
import { realDecision } from './rules/real-decision.js';
import { repeatedPolicy } from './rules/repeated-policy.js';
import { selectList } from './rules/select-list.js';
import { selfComparison } from './rules/self-comparison.js';
import { snakeCaseName } from './rules/snake-case.js';
import { outerColumn, unqualifiedColumn } from './rules/unqualified-column.js';
import { unlinkedJoin } from './rules/unlinked-join.js';
import { unusedView } from './rules/unused-view.js';
import { zeroWeight } from './rules/zero-weight.js';

/** Codes that ignores themselves bring. */
export const IGNORE_WITHOUT_REASON: RuleCode = 'L023';
export const IDLE_IGNORE: RuleCode = 'L024';

/** Rules that find nothing where they do not know the columns of what is read. */
export const COLUMN_RULES: ReadonlySet<string> = new Set<RuleCode>([
  'L007',
  'L008',
  'L009',
  'L010',
  'L011',
  'L012',
  'L020',
]);

/** Every rule by its code. A code keeps its meaning for ever; a new rule takes the next number. */
export const RULES: Readonly<Record<Exclude<RuleCode, 'L023' | 'L024'>, Rule>> = {
  L001: missingComment,
  L002: snakeCaseName,
  L003: fileName,
  L004: selectList,
  L005: unusedView,
  L006: missingWeight,
  L007: unqualifiedColumn,
  L008: outerColumn,
  L009: notInNull,
  L010: realDecision,
  L011: integerDivision,
  L012: unlinkedJoin,
  L013: countExists,
  L014: zeroWeight,
  L015: constantClause,
  L016: nullComparison,
  L017: duplicateCondition,
  L018: misleadingName,
  L019: mixedLogic,
  L020: outerJoinUndone,
  L021: repeatedPolicy,
  L022: selfComparison,
  L025: keywordAlias,
};
