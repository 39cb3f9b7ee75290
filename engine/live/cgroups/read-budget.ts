import type { CgroupBudget } from '../../base/cgroup.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import { CgroupFolder } from './cgroup-folder.js';
import { readCpuMax, readMemoryMax } from './read-sample.js';
import { reasonOf } from './reason-of.js';

/** The limits of a folder's own control group, as far as it has any. Throws DiagnosticError where it cannot be read. */
export function readBudget(folder: string): CgroupBudget {
  const files = new CgroupFolder(folder, false);
  try {
    const cpuMax = readCpuMax(files);
    const memoryMax = readMemoryMax(files);
    return {
      cpuMax: cpuMax === null || cpuMax.quotaUs === 'max' ? null : cpuMax,
      memoryBytes: memoryMax === 'max' ? null : memoryMax,
    };
  } catch (error) {
    const message = `\`${folder}\` cannot be read: ${reasonOf(error)}`;
    throw new DiagnosticError([{ code: 'live/unreadable', severity: 'error', message }]);
  }
}
