import { closeSync, constants, openSync, readSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The magic number of file systems that are control groups of version 2 (linux/magic.h). */
const CGROUP2 = 0x63677270;

/** True where a folder is one of the kernel's, not one that imitates it. */
export function isKernelFolder(folder: string): boolean {
  return statfsSync(folder).type === CGROUP2;
}

/** More than the longest of the files that are read; memory.stat is not. */
const BUFFER = Buffer.allocUnsafe(4096);

/**
 * The files of one control group.
 *
 * - Handles stay open where `keepsOpen`: reading at offset 0 then makes the kernel tell anew, at a third of the cost.
 *   Files that imitate the kernel's may be replaced and must be opened each time.
 */
export class CgroupFolder {
  private readonly handles = new Map<string, number>();

  constructor(
    readonly path: string,
    private readonly keepsOpen: boolean,
  ) {}

  /** The text of a file, or null where it is not there, or the control group itself is gone. Throws what else goes wrong. */
  read(file: string): string | null {
    try {
      const handle = this.handles.get(file) ?? openSync(join(this.path, file), constants.O_RDONLY);
      if (this.keepsOpen) this.handles.set(file, handle);
      try {
        return BUFFER.toString('latin1', 0, readSync(handle, BUFFER, 0, BUFFER.length, 0));
      } finally {
        if (!this.keepsOpen) closeSync(handle);
      }
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  /** Puts a text into a file that is there; never makes one. Throws what the kernel says against it. */
  write(file: string, text: string): void {
    const handle = openSync(join(this.path, file), constants.O_WRONLY | constants.O_TRUNC);
    try {
      writeSync(handle, text);
    } finally {
      closeSync(handle);
    }
  }

  close(): void {
    for (const handle of this.handles.values()) closeSync(handle);
    this.handles.clear();
  }
}

/** Codes of errors that say a file or its control group is not there (any more). */
function isGone(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENODEV' || codeOf(error) === 'ENOTDIR';
}

/** `EACCES` and its like; empty for what is no error of the system. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
