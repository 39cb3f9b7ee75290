import type { Stats } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DiagnosticError } from '../../base/diagnostic.js';
import { byText } from '../../base/order.js';
import { reasonOf } from './reason-of.js';

/** A control group without others in it: a container. */
export interface FoundCgroup {
  /** Path below the folder, with `/` between its parts. */
  readonly name: string;
  /** Paths of the control groups between the folder and this one (pods), the outermost first. */
  readonly parents: readonly string[];
  /** Tells a control group from a later one of the same name. */
  readonly identity: string;
}

/**
 * The control groups below a folder that hold no others, in the order of their names. `links`: a folder's link count
 * tells how many folders it holds, as the kernel's do. Throws DiagnosticError where the folder itself cannot be read.
 */
export function findCgroups(folder: string, links: boolean): FoundCgroup[] {
  const found: FoundCgroup[] = [];
  const visit = (parents: readonly string[], identity: string): void => {
    const name = parents[parents.length - 1];
    const children =
      name !== undefined && links && hasNone(join(folder, name)) ? [] : foldersIn(folder, name);
    if (children.length === 0) {
      if (name !== undefined) found.push({ name, parents: parents.slice(0, -1), identity });
      return;
    }
    for (const child of children) {
      const path = name === undefined ? child : `${name}/${child}`;
      const stats = statSync(join(folder, path), { throwIfNoEntry: false });
      // Gone between two looks.
      if (stats !== undefined) visit([...parents, path], identityOf(stats));
    }
  };
  visit([], '');
  return found.sort((a, b) => byText(a.name, b.name));
}

/** The kernel never gives a number again; other file systems do, and know when a folder was made. */
function identityOf({ ino, birthtimeMs }: Stats): string {
  return `${ino} ${birthtimeMs}`;
}

function hasNone(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.nlink === 2;
}

function foldersIn(folder: string, name: string | undefined): string[] {
  try {
    return readdirSync(name === undefined ? folder : join(folder, name), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort(byText);
  } catch (error) {
    // One that may not be looked into is told when it is read.
    if (name !== undefined) return [];
    const message = `\`${folder}\` cannot be read: ${reasonOf(error)}`;
    throw new DiagnosticError([{ code: 'live/unreadable', severity: 'error', message }]);
  }
}
