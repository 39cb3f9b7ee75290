import picocolors from 'picocolors';
import type { Diagnostic } from '../base/diagnostic.js';
import { sortDiagnostics } from '../base/diagnostic.js';
import { pageOf } from './diagnostic-pages.js';
import type { Environment } from './environment.js';
import { packageVersion } from './package-version.js';
import type { ColorWhen, Colors } from './render/colors.js';
import { wantsColor } from './render/colors.js';
import { renderGithub } from './render/github.js';
import { renderHuman } from './render/human.js';
import { jsonText, renderJson } from './render/json.js';
import { renderPlain } from './render/plain.js';
import { renderSarif } from './render/sarif.js';

/** Version of every JSON document the program prints. Fields may be added, never renamed. */
export const SCHEMA_VERSION = 1;

/** What a command has to say, whichever format it is asked for. */
export interface Answer {
  /** Fields of the JSON document, besides `schema_version` and `diagnostics`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly text?: string;
  readonly diagnostics?: readonly Diagnostic[];
}

/** Data to stdout, words about it to stderr; in the formats `json` and `sarif` everything is one document on stdout. */
export class Output {
  readonly outColors: Colors;
  readonly errColors: Colors;

  constructor(
    private readonly environment: Environment,
    readonly format: string,
    readonly quiet: boolean,
    color: ColorWhen,
  ) {
    const { stdout, stderr, variables } = environment;
    this.outColors = picocolors.createColors(wantsColor(stdout, color, variables));
    this.errColors = picocolors.createColors(wantsColor(stderr, color, variables));
  }

  /** True where stdout is one document. */
  get isDocument(): boolean {
    return this.format === 'json' || this.format === 'sarif';
  }

  /** Data as it is. Streams of records use this; all else `answer`. */
  data(text: string): void {
    if (text !== '') this.environment.stdout.write(text);
  }

  /** A line for people about what was done; none in quiet mode or where a program reads. */
  remark(text: string): void {
    if (!this.quiet && !this.isDocument) this.environment.stderr.write(`${text}\n`);
  }

  /** Diagnostics for people. */
  report(diagnostics: readonly Diagnostic[]): void {
    const shown = this.quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics;
    if (shown.length === 0) return;
    const sorted = sortDiagnostics(shown);
    if (this.format === 'github') {
      this.data(renderGithub(sorted));
      return;
    }
    const text = this.format === 'plain' ? renderPlain(sorted) : renderHuman(sorted, this.errColors);
    this.environment.stderr.write(text);
  }

  /** Everything a command has to say at its end. */
  answer({ fields = {}, text = '', diagnostics = [] }: Answer): void {
    if (this.format === 'json') {
      const document = {
        schema_version: SCHEMA_VERSION,
        ...fields,
        diagnostics: sortDiagnostics(diagnostics).map(renderJson),
      };
      this.data(`${jsonText(document)}\n`);
      return;
    }
    if (this.format === 'sarif') {
      const log = renderSarif(sortDiagnostics(diagnostics), { version: packageVersion(), page: pageOf });
      this.data(`${JSON.stringify(log, null, 2)}\n`);
      return;
    }
    this.data(text);
    this.report(diagnostics);
  }
}
