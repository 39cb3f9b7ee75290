import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Code } from '../../base/codes.js';
import { CODES } from '../../base/codes.js';
import type { Diagnostic, Fix, Note } from '../../base/diagnostic.js';
import type { SourceFile, Span } from '../../base/source.js';
import { positionAt, textOf } from '../../base/source.js';
import { isFile } from './is-file.js';

/** Version of the format, and where its schema is. */
const VERSION = '2.1.0';
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** Longer passages are not copied into the log. */
const LONGEST_SNIPPET = 1000;

/** What the log says of the program and of its rules. */
export interface SarifTool {
  readonly version: string;
  /** Page of a code as Markdown, its heading included. */
  page(code: Code): string;
}

type Json = string | number | boolean | readonly Json[] | { readonly [field: string]: Json };

function uriOf(name: string): string {
  if (isAbsolute(name)) return pathToFileURL(name).href;
  const path = name.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  // A first segment with a colon would read as a scheme.
  return path.replace(/^\.\//, '');
}

/** Lines and columns from 1, columns in UTF-16 units, the end exclusive. */
function regionOf(span: Span): { readonly [field: string]: Json } {
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  const region = {
    startLine: start.line,
    startColumn: start.col,
    endLine: end.line,
    endColumn: end.col,
    charOffset: span.start,
    charLength: Math.max(0, span.end - span.start),
  };
  const text = textOf(span);
  return text === '' || text.length > LONGEST_SNIPPET ? region : { ...region, snippet: { text } };
}

function artifact(source: SourceFile): { readonly [field: string]: Json } {
  return { uri: uriOf(source.name) };
}

function place(span: Span): { readonly [field: string]: Json } {
  // A schema is no file; its name still says where to look.
  if (!isFile(span.source)) return { logicalLocations: [{ fullyQualifiedName: span.source.name }] };
  return { physicalLocation: { artifactLocation: artifact(span.source), region: regionOf(span) } };
}

function related(notes: readonly Note[]): Json[] {
  return notes.flatMap(({ message, span }, i) =>
    span === undefined ? [] : [{ id: i + 1, message: { text: message }, ...place(span) }],
  );
}

function fixOf(fix: Fix, help: string | undefined): Json {
  const { source } = fix.span;
  return {
    description: { text: help ?? `write \`${fix.replacement}\`` },
    artifactChanges: [
      {
        artifactLocation: artifact(source),
        replacements: [{ deletedRegion: regionOf(fix.span), insertedContent: { text: fix.replacement } }],
      },
    ],
  };
}

function resultOf(diagnostic: Diagnostic, ruleIndex: number): Json {
  const { code, severity, message, label, span, notes = [], help, fix } = diagnostic;
  const bare = notes.filter((note) => note.span === undefined).map((note) => `note: ${note.message}`);
  const lines = [message, ...(label === undefined ? [] : [label]), ...bare];
  if (help !== undefined) lines.push(`help: ${help}`);
  const others = related(notes);
  const mends = fix?.applicable === true && isFile(fix.span.source);
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: lines.join('\n') },
    ...(span === undefined ? {} : { locations: [place(span)] }),
    ...(others.length === 0 ? {} : { relatedLocations: others }),
    ...(mends ? { fixes: [fixOf(fix, help)] } : {}),
  };
}

function ruleOf(code: Code, tool: SarifTool): Json {
  const page = tool.page(code);
  return {
    id: code,
    shortDescription: { text: CODES[code] },
    fullDescription: { text: CODES[code] },
    help: { text: page, markdown: page },
  };
}

/** Diagnostics as one log of the Static Analysis Results Interchange Format, 2.1.0; all of them, rules for those codes alone. */
export function renderSarif(diagnostics: readonly Diagnostic[], tool: SarifTool): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const ruleIndex = new Map(codes.map((code, i) => [code, i]));
  return {
    $schema: SCHEMA,
    version: VERSION,
    runs: [
      {
        tool: {
          driver: { name: 'edict', version: tool.version, rules: codes.map((code) => ruleOf(code, tool)) },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((one) => resultOf(one, ruleIndex.get(one.code) ?? 0)),
      },
    ],
  };
}
