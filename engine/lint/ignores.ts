import type { Diagnostic } from '../base/diagnostic.js';
import { positionAt } from '../base/source.js';
import type { Span } from '../base/source.js';
import { suggestion } from '../base/suggest.js';
import type { Comment } from '../lang/comments.js';
import type { RuleCode } from './rule.js';
import { COLUMN_RULES, IDLE_IGNORE, IGNORE_WITHOUT_REASON, RULES } from './rules.js';

/** One code of a comment `-- edict:ignore L012, L013 reason`. */
interface Ignore {
  readonly code: string;
  /** Place of the code. */
  readonly span: Span;
  /** Line of the text whose findings it takes out. */
  readonly line: number;
  readonly reason: string;
}

const MARK = /^--\s*edict:ignore\b[ \t]*/;
const CODES = /^[A-Za-z]\d+(?:[ \t]*,[ \t]*[A-Za-z]\d+)*/;

/** Ignores of one file. A comment alone on its line stands for the next line that is no comment. */
function ignoresOf(comments: readonly Comment[]): Ignore[] {
  const alone = new Set(comments.filter(({ trailing }) => !trailing).map(({ line }) => line));
  return comments.flatMap(({ text, span, line, trailing }) => {
    const mark = MARK.exec(text);
    if (mark === null) return [];
    const rest = text.slice(mark[0].length);
    const codes = CODES.exec(rest)?.[0] ?? '';
    let target = line;
    if (!trailing)
      do target += 1;
      while (alone.has(target));
    const reason = rest
      .slice(codes.length)
      .replace(/^[\s:,–—-]+/, '')
      .trim();
    const start = span.start + mark[0].length;
    if (codes === '') return [{ code: '', span, line: target, reason }];
    return [...codes.matchAll(/[A-Za-z]\d+/g)].map((match) => ({
      code: match[0].toUpperCase(),
      span: { ...span, start: start + match.index, end: start + match.index + match[0].length },
      line: target,
      reason,
    }));
  });
}

/**
 * Findings of one file without those that its comments take out, and what is wrong with these comments.
 * `known`: the columns of all that the file reads are; else an ignore may be for what could not be looked at.
 */
export function withoutIgnored(
  findings: readonly Diagnostic[],
  comments: readonly Comment[],
  known: boolean,
): Diagnostic[] {
  const ignores = ignoresOf(comments);
  const used = new Set<Ignore>();
  const kept = findings.filter(({ code, span }) => {
    const line = span === undefined ? 0 : positionAt(span.source, span.start).line;
    const found = ignores.filter((one) => one.code === code && one.line === line);
    for (const one of found) used.add(one);
    return found.length === 0;
  });
  return [
    ...kept,
    ...ignores.flatMap((one) => problemOf(one, used.has(one) || (!known && COLUMN_RULES.has(one.code)))),
  ];
}

function problemOf({ code, span, reason }: Ignore, isUsed: boolean): Diagnostic[] {
  const finding = (rule: RuleCode, message: string, more: Partial<Diagnostic> = {}): Diagnostic => ({
    code: rule,
    severity: 'warning',
    message,
    span,
    ...more,
  });
  const known = [...Object.keys(RULES), IGNORE_WITHOUT_REASON, IDLE_IGNORE];
  if (!known.includes(code)) {
    const message = code === '' ? 'this ignore names no rule' : `there is no rule \`${code}\``;
    return [finding(IDLE_IGNORE, message, code === '' ? {} : suggestion({ text: code, span }, known))];
  }
  if (!isUsed) {
    return [finding(IDLE_IGNORE, `nothing here breaks the rule ${code}`, { help: 'take the ignore out' })];
  }
  if (reason !== '') return [];
  const help = `say behind the code why: \`-- edict:ignore ${code} REASON\``;
  return [finding(IGNORE_WITHOUT_REASON, `this ignore of ${code} gives no reason`, { help })];
}
