import { join } from 'node:path';
import type { CgroupOrder, CgroupSample, CgroupUse } from '../../base/cgroup.js';
import type { Clock } from '../../base/clock.js';
import type { Diagnostic } from '../../base/diagnostic.js';
import { CgroupFolder, isKernelFolder } from './cgroup-folder.js';
import type { FoundCgroup } from './find-cgroups.js';
import { findCgroups } from './find-cgroups.js';
import { meter } from './meter.js';
import { MalformedFile, readSample } from './read-sample.js';
import { reasonOf } from './reason-of.js';

/** A control group that is watched. */
export interface WatchedCgroup {
  readonly name: string;
  /** Control groups around it, the outermost first. */
  readonly parents: readonly string[];
  /** Tells it from a later one of the same name. */
  readonly identity: string;
  readonly folder: CgroupFolder;
  sample: CgroupSample;
  /** False where the controller has not taken it. */
  isSteered: boolean;
  /** What was ordered last, to be put back where somebody takes a limit away. */
  readonly ordered: Map<CgroupOrder['resource'], CgroupOrder>;
}

/** Reads the control groups of a folder: which there are, what they do. Throws only where the folder cannot be read. */
export class CgroupWatcher {
  readonly cgroups = new Map<string, WatchedCgroup>();
  private readonly isKernel: boolean;
  /** Names that cannot be read, and whether that was told. */
  private readonly unreadable = new Map<string, boolean>();
  private diagnostics: Diagnostic[] = [];

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {
    this.isKernel = isKernelFolder(folder);
  }

  /** What went wrong since this was asked last. */
  takeDiagnostics(): readonly Diagnostic[] {
    const taken = this.diagnostics;
    this.diagnostics = [];
    return taken;
  }

  canRead(name: string): boolean {
    return !this.unreadable.has(name);
  }

  /** Looks for control groups that came or went; gives the names of those that went. */
  scan(): string[] {
    const found = new Map(findCgroups(this.folder, this.isKernel).map((one) => [one.name, one]));
    const gone: string[] = [];
    for (const [name, { identity }] of this.cgroups)
      if (found.get(name)?.identity !== identity) gone.push(name);
    for (const name of gone) this.forget(name);
    for (const name of [...this.unreadable.keys()]) if (!found.has(name)) this.unreadable.delete(name);
    for (const one of found.values()) if (!this.cgroups.has(one.name)) this.watch(one);
    return gone;
  }

  private watch({ name, parents, identity }: FoundCgroup): void {
    const folder = new CgroupFolder(join(this.folder, name), this.isKernel);
    const sample = this.read(name, folder);
    if (sample === null) folder.close();
    else
      this.cgroups.set(name, {
        name,
        parents,
        identity,
        folder,
        sample,
        isSteered: false,
        ordered: new Map(),
      });
  }

  /** Reads all that is watched: what steered ones did since they were read last, and the names of those that went. */
  measure(): { readonly uses: readonly CgroupUse[]; readonly gone: readonly string[] } {
    const uses: CgroupUse[] = [];
    const gone: string[] = [];
    for (const [name, one] of this.cgroups) {
      const before = one.sample;
      const sample = this.read(name, one.folder);
      if (sample === null) {
        if (!this.canRead(name)) continue;
        gone.push(name);
        this.forget(name);
        continue;
      }
      one.sample = sample;
      const metered = meter(before, sample);
      if (metered.kind === 'reset') {
        const message = `\`${metered.counter}\` of \`${name}\` fell: what it used in this period is not known`;
        this.diagnostics.push({ code: 'live/counter-reset', severity: 'warning', message });
      }
      if (metered.kind !== 'use' || !one.isSteered) continue;
      uses.push(metered.use);
      const { memoryKills } = metered.use;
      if (memoryKills === 0) continue;
      const message = `the kernel killed ${memoryKills} of the processes of \`${name}\` for want of memory`;
      this.diagnostics.push({ code: 'live/out-of-memory', severity: 'warning', message });
    }
    return { uses, gone };
  }

  /** A sample, or null where the control group is gone or cannot be read. */
  private read(name: string, folder: CgroupFolder): CgroupSample | null {
    try {
      const sample = readSample(name, folder, Math.round(this.clock.nowMs() * 1000));
      this.unreadable.delete(name);
      return sample;
    } catch (error) {
      // Whoever imitates control groups empties a file before writing it: only what lasts is worth a word.
      const isBetween = error instanceof MalformedFile && error.text === '' && !this.unreadable.has(name);
      if (!isBetween && this.unreadable.get(name) !== true) {
        const message = `\`${name}\` cannot be read: ${reasonOf(error)}`;
        this.diagnostics.push({ code: 'live/unreadable', severity: 'warning', message });
      }
      this.unreadable.set(name, !isBetween);
      return null;
    }
  }

  private forget(name: string): void {
    this.cgroups.get(name)?.folder.close();
    this.cgroups.delete(name);
  }

  close(): void {
    for (const { folder } of this.cgroups.values()) folder.close();
    this.cgroups.clear();
  }
}
