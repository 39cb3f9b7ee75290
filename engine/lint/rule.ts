import type { Code } from '../base/codes.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/source.js';
import type { PolicyStatement } from '../lang/ast.js';
import type { Comment } from '../lang/comments.js';
import type { LintCore } from './lint-core.js';

/** Codes of lint rules. */
export type RuleCode = Extract<Code, `L${string}`>;

/** A statement of the set with all that rules look at. */
export interface LintStatement {
  readonly statement: PolicyStatement;
  readonly cores: readonly LintCore[];
  /** Comments between the statement before it in the file and this one. */
  readonly lead: readonly Comment[];
  /** True for the first statement of a file that can be read whole. */
  readonly first: boolean;
}

/** All statements, and what rules ask of them over and over. */
export interface LintSet {
  readonly statements: readonly LintStatement[];
  /** Statements that read a relation, by its lower-case name; a statement is listed once. */
  readonly readersOf: ReadonlyMap<string, readonly LintStatement[]>;
  /** Constraints by all of their text but the name, in order. */
  readonly byBody: ReadonlyMap<string, readonly LintStatement[]>;
  /** Soft constraints by folder and priority, as `softKey` has it. */
  readonly rivals: ReadonlyMap<string, readonly LintStatement[]>;
}

/** What a rule finds; `span` is where it is shown and where an ignore must stand. */
export interface Finding extends Pick<Diagnostic, 'message' | 'notes' | 'help' | 'fix'> {
  readonly span: Span;
}

/** Looks at one statement of a set. */
export type Rule = (statement: LintStatement, set: LintSet) => readonly Finding[];
