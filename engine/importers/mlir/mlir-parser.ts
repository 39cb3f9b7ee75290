import type { Diagnostic } from '../../base/diagnostic.js';
import type { SourceFile } from '../../base/source.js';
import type { MlirToken } from './mlir-lexer.js';
import { lexMlir } from './mlir-lexer.js';
import type { MlirFile, MlirOp, MlirRegion } from './mlir-tree.js';
import { spanOf } from './mlir-tree.js';

/** Deeper nesting is refused; no design comes near it. */
const MOST_DEPTH = 200;

/** Operations without a dialect in their name that start a statement. */
const BARE_OPERATIONS = new Set(['module', 'func', 'return', 'call', 'constant']);

/** Operations that may stand alone in a region, where an attribute could stand as well. */
const LONE_OPERATIONS = /^(?:\w+\.(?:end|yield|return)|module)$/;

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** MLIR text as operations with regions. The diagnostics are `import/bad-file`; then the tree has gaps. */
export function parseMlir(source: SourceFile): { file: MlirFile; diagnostics: readonly Diagnostic[] } {
  const { tokens, diagnostics } = lexMlir(source);
  const parser = new Parser(source, tokens, diagnostics);
  const ops = parser.operations(null, 0);
  return { file: { source, ops, aliases: parser.aliases }, diagnostics };
}

class Parser {
  readonly aliases = new Map<string, string>();
  private at = 0;

  constructor(
    private readonly source: SourceFile,
    private readonly tokens: readonly MlirToken[],
    private readonly diagnostics: Diagnostic[],
  ) {}

  /** Operations up to the end of the region that `opening` began, or of the file. */
  operations(opening: MlirToken | null, depth: number): MlirOp[] {
    const ops: MlirOp[] = [];
    for (;;) {
      const token = this.tokens[this.at];
      if (token === undefined) {
        if (opening !== null) this.bad('this region is never closed', opening);
        return ops;
      }
      if (token.text === '}') {
        this.at += 1;
        if (opening !== null) return ops;
        this.bad('nothing is open that this could close', token);
      } else if (token.kind === 'block') this.label();
      else if (token.kind === 'type' || token.kind === 'attribute') this.alias(token);
      else {
        const op = this.operation(depth);
        if (op !== null) ops.push(op);
      }
    }
  }

  /** `^bb0(%a: i32):` */
  private label(): void {
    this.at += 1;
    if (this.text() === '(') this.group([], []);
    if (this.text() === ':') this.at += 1;
    else this.expected('`:` behind the name of a block');
  }

  /** `!name = type` and `#name = attribute`: only types are needed. */
  private alias(name: MlirToken): void {
    this.at += 1;
    if (this.text() !== '=') {
      this.expected('`=` behind the name of an alias');
      return;
    }
    this.at += 1;
    const tokens = this.statementTokens([], 0, []);
    const [first] = tokens;
    const last = tokens.at(-1);
    if (first === undefined || last === undefined) this.expected('what an alias stands for');
    else if (name.kind === 'type') this.aliases.set(name.text, this.source.text.slice(first.start, last.end));
  }

  private operation(depth: number): MlirOp | null {
    const results = this.results();
    const nameToken = this.tokens[this.at];
    if (nameToken === undefined || (nameToken.kind !== 'word' && nameToken.kind !== 'string')) {
      this.expected('the name of an operation');
      this.at += 1;
      this.statementTokens([], depth, []);
      return null;
    }
    this.at += 1;
    const isGeneric = nameToken.kind === 'string';
    const regions: MlirRegion[] = [];
    const tokens = this.statementTokens(regions, depth, []);
    return {
      name: isGeneric ? nameToken.text.slice(1, -1) : nameToken.text,
      nameToken,
      isGeneric,
      results,
      tokens,
      regions,
      end: this.tokens[this.at - 1]?.end ?? nameToken.end,
    };
  }

  private results(): MlirToken[] {
    const length = this.resultsLength();
    if (length === 0) return [];
    const found = this.tokens.slice(this.at, this.at + length).filter(({ kind }) => kind === 'value');
    this.at += length;
    return found;
  }

  /** How many tokens `%a, %b:2 =` has here; 0 where nothing is assigned. */
  private resultsLength(): number {
    let at = this.at;
    if (this.tokens[at]?.kind !== 'value') return 0;
    for (;;) {
      if (this.tokens[at]?.kind !== 'value') return 0;
      at += 1;
      if (this.tokens[at]?.text === ':' && this.tokens[at + 1]?.kind === 'number') at += 2;
      if (this.tokens[at]?.text === '=') return at + 1 - this.at;
      if (this.tokens[at]?.text !== ',') return 0;
      at += 1;
    }
  }

  /** Whether a statement starts here; statements have no end of their own. */
  private isStart(): boolean {
    const token = this.tokens[this.at];
    if (token === undefined || token.text === '}') return true;
    if (!token.leads) return false;
    const next = this.tokens[this.at + 1];
    switch (token.kind) {
      case 'value':
        return this.resultsLength() > 0;
      case 'word':
        return token.text.includes('.') || BARE_OPERATIONS.has(token.text);
      case 'string':
        return next?.text === '(';
      case 'block':
        return true;
      case 'type':
      case 'attribute':
        return next?.text === '=';
      default:
        return false;
    }
  }

  /** Tokens up to the next statement; regions among them are read into `regions`. */
  private statementTokens(regions: MlirRegion[], depth: number, into: MlirToken[]): MlirToken[] {
    while (!this.isStart()) {
      const token = this.tokens[this.at];
      if (token === undefined) break;
      if (token.text === ')' || token.text === ']') {
        this.bad('nothing is open that this could close', token);
        this.at += 1;
      } else if (token.text in CLOSING) this.group(regions, into, depth);
      else {
        into.push(token);
        this.at += 1;
      }
    }
    return into;
  }

  /** Everything from an opening bracket to its closing one. */
  private group(regions: MlirRegion[], into: MlirToken[], depth = 0): void {
    const opening = this.tokens[this.at];
    if (opening === undefined) return;
    this.at += 1;
    if (opening.text === '{' && this.isRegion()) {
      if (depth >= MOST_DEPTH) {
        this.bad(`regions are nested deeper than ${MOST_DEPTH}`, opening);
        this.at = this.tokens.length;
        return;
      }
      regions.push({ ops: this.operations(opening, depth + 1) });
      return;
    }
    into.push(opening);
    for (;;) {
      const token = this.tokens[this.at];
      if (token === undefined) {
        this.bad(`this is never closed by \`${CLOSING[opening.text] ?? ''}\``, opening);
        return;
      }
      if (token.text in CLOSING) this.group(regions, into, depth + 1);
      else {
        into.push(token);
        this.at += 1;
        if (token.text === CLOSING[opening.text]) return;
        if (token.kind === 'mark' && [')', ']', '}'].includes(token.text)) {
          this.bad(`\`${CLOSING[opening.text] ?? ''}\` is expected here`, token);
          return;
        }
      }
    }
  }

  /** Whether operations stand behind the brace that was just passed, not attributes or operands. */
  private isRegion(): boolean {
    const token = this.tokens[this.at];
    const next = this.tokens[this.at + 1];
    if (token === undefined) return false;
    switch (token.kind) {
      case 'block':
        return true;
      case 'value':
        return this.resultsLength() > 0;
      case 'string':
        return next?.text === '(';
      case 'word':
        if (BARE_OPERATIONS.has(token.text)) return next?.text !== '=';
        if (!token.text.includes('.')) return false;
        if (next?.text === '=' || next?.text === ',') return false;
        return next?.text !== '}' || LONE_OPERATIONS.test(token.text);
      default:
        return false;
    }
  }

  private text(): string | undefined {
    return this.tokens[this.at]?.text;
  }

  private expected(what: string): void {
    const token = this.tokens[this.at] ?? this.tokens.at(-1);
    if (token !== undefined) this.bad(`${what} is expected here`, token);
  }

  private bad(message: string, token: MlirToken): void {
    this.diagnostics.push({
      code: 'import/bad-file',
      severity: 'error',
      message,
      span: spanOf(this.source, token),
    });
  }
}
