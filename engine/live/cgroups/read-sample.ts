import type { CgroupLimit, CgroupSample, CpuMax } from '../../base/cgroup.js';
import type { CgroupFolder } from './cgroup-folder.js';

/** A file of a control group that says something else than the kernel would. */
export class MalformedFile extends Error {
  override readonly name = 'MalformedFile';
  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    super(`${file} says ${JSON.stringify(text.slice(0, 80))}`);
  }
}

/** Reads all that is watched of a control group; null where it is gone. Throws MalformedFile, and what reading throws. */
export function readSample(name: string, folder: CgroupFolder, atUs: number): CgroupSample | null {
  const stat = folder.read('cpu.stat');
  if (stat === null) return null;
  const usageUs = counterIn(stat, 'usage_usec');
  if (usageUs === null) throw new MalformedFile('cpu.stat', stat);
  const events = folder.read('memory.events');
  return {
    name,
    atUs,
    usageUs,
    periods: counterIn(stat, 'nr_periods'),
    throttled: counterIn(stat, 'nr_throttled'),
    cpuMax: readCpuMax(folder),
    memoryBytes: bytesOf('memory.current', folder.read('memory.current')),
    memoryMax: readMemoryMax(folder),
    memoryHits: events === null ? null : (counterIn(events, 'max') ?? 0) + (counterIn(events, 'oom') ?? 0),
    memoryKills: events === null ? null : (counterIn(events, 'oom_kill') ?? 0),
  };
}

/** `cpu.max`: a quota and a period, or `max` and a period. */
export function readCpuMax(folder: CgroupFolder): CpuMax | null {
  const text = folder.read('cpu.max');
  if (text === null) return null;
  const [, quota = '', period = ''] = /^(max|\d{1,15}) (\d{1,15})\s*$/.exec(text) ?? [];
  if (period === '' || Number(period) === 0) throw new MalformedFile('cpu.max', text);
  return { quotaUs: quota === 'max' ? 'max' : Number(quota), periodUs: Number(period) };
}

export function readMemoryMax(folder: CgroupFolder): CgroupLimit | null {
  const text = folder.read('memory.max');
  if (text === null) return null;
  return text.trim() === 'max' ? 'max' : bytesOf('memory.max', text);
}

/** Bytes in use now; null where nobody counts them. */
export function readMemoryCurrent(folder: CgroupFolder): number | null {
  return bytesOf('memory.current', folder.read('memory.current'));
}

function bytesOf(file: string, text: string | null): number | null {
  if (text === null) return null;
  if (!/^\d{1,20}\s*$/.test(text)) throw new MalformedFile(file, text);
  return Number(text);
}

/** The number behind a key that begins a line; null where there is none. */
function counterIn(text: string, key: string): number | null {
  let from = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `);
  if (from === -1) return null;
  from += key.length + (from === 0 && text.startsWith(key) ? 1 : 2);
  let end = from;
  let value = 0;
  for (; end < text.length; end += 1) {
    const digit = text.charCodeAt(end) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return end === from ? null : value;
}
