import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../base/assert.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError } from '../base/diagnostic.js';
import { byText } from '../base/order.js';
import type { SourceFile } from '../base/source.js';
import { decodeSource } from '../base/source.js';

const PACKAGE_NAME = 'edict';

function isPackageRoot(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return false;
  const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'name' in parsed && parsed.name === PACKAGE_NAME;
}

function findPackageRoot(): string {
  let folder: string | null = dirname(fileURLToPath(import.meta.url));
  while (folder !== null && !isPackageRoot(folder)) {
    const parent: string = dirname(folder);
    folder = parent === folder ? null : parent;
  }
  return must(folder, 'package root above the engine');
}

let root: string | undefined;

/** Absolute path of something the package ships: `packagePath('policies', 'rack', 'base')`. */
export function packagePath(...parts: readonly string[]): string {
  root ??= findPackageRoot();
  return join(root, ...parts);
}

/** A text file without its byte order mark. */
export function readText(path: string): string {
  return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
}

/** Names of the `.sql` files directly in a folder of the package, sorted. */
export function sqlFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort(byText);
}

function isPolicyFile(name: string): boolean {
  return name.endsWith('.sql') && !name.endsWith('.test.sql');
}

function isTestFile(name: string): boolean {
  return name.endsWith('.test.sql');
}

/** Paths of the wanted files under a folder, in name order, folders entered where their name stands. */
function filesUnder(
  folder: string,
  isWanted: (name: string) => boolean,
  entered: readonly string[] = [],
): string[] {
  const real = realpathSync(folder);
  // A link that leads back up would never end.
  if (entered.includes(real)) return [];
  const files: string[] = [];
  for (const name of readdirSync(folder).sort(byText)) {
    if (name.startsWith('.') || name === 'node_modules') continue;
    const path = `${folder.replace(/[\\/]+$/, '')}/${name}`;
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
      files.push(...filesUnder(path, isWanted, [...entered, real]));
    } else if (isWanted(name)) {
      files.push(path);
    }
  }
  return files;
}

/**
 * The policy texts under the given files and folders, in the order given; a file reached twice counts once.
 *
 * - A folder gives its `.sql` files, recursively in name order; `*.test.sql` and hidden names are left out.
 *   A folder without any gives none.
 * - A file named itself is read whatever its name is.
 * - `name` of each source is the path as given, joined with what lies below it.
 * - A relative path that is not there is looked for in what the package ships: `policies/rack/base` works anywhere.
 * - Throws DiagnosticError with one cli/no-input per path that cannot be read.
 */
export function readPolicyPaths(paths: readonly string[]): SourceFile[] {
  const sources = new Map<string, SourceFile>();
  const problems: Diagnostic[] = [];
  for (const path of paths) {
    try {
      const located = locate(path);
      const files = statSync(located).isDirectory() ? filesUnder(located, isPolicyFile) : [located];
      for (const file of files) {
        const key = resolve(file);
        const name = `${path.replace(/[\\/]+$/, '')}${file.slice(located.replace(/[\\/]+$/, '').length)}`;
        if (!sources.has(key)) sources.set(key, decodeSource(name, readFileSync(file)));
      }
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return [...sources.values()];
}

/**
 * Absolute paths of the `*.test.sql` files under files and folders, each once; a file named itself is one whatever
 * its name is. Throws DiagnosticError with one cli/no-input per path that is not there.
 */
export function testFilePaths(paths: readonly string[]): string[] {
  const found = new Set<string>();
  const problems: Diagnostic[] = [];
  for (const path of paths) {
    try {
      const located = locate(path);
      const files = statSync(located).isDirectory() ? filesUnder(located, isTestFile) : [located];
      for (const file of files) found.add(resolve(file));
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  if (problems.length > 0) throw new DiagnosticError(problems);
  return [...found];
}

/** A path as people in the current folder write it: relative below that folder, absolute elsewhere. */
export function shownPath(path: string): string {
  const short = relative('', path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

/** Where a path is: as given, or below the package where only that exists. */
function locate(path: string): string {
  if (isAbsolute(path) || existsSync(path)) return path;
  const shipped = packagePath(path);
  return existsSync(shipped) ? shipped : path;
}

/** The shipped policies under paths relative to the package, whatever lies in the current folder. */
export function readShippedPolicies(paths: readonly string[]): SourceFile[] {
  const root = packagePath();
  return readPolicyPaths(paths.map((path) => packagePath(path))).map((source) => ({
    ...source,
    name: relative(root, source.name),
  }));
}

function unreadable(path: string, error: unknown): Diagnostic {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const message = missing
    ? `there is no file or folder \`${path}\``
    : `\`${path}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return { code: 'cli/no-input', severity: 'error', message };
}
