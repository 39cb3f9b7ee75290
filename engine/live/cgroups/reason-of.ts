import { codeOf } from './cgroup-folder.js';
import { MalformedFile } from './read-sample.js';

/** What the system or the file says, for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof MalformedFile) return error.message;
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `not permitted (${code})`;
  if (code === 'EINVAL') return 'the kernel refuses the value (EINVAL)';
  if (code === 'EBUSY') return 'the kernel refuses it now (EBUSY)';
  return error instanceof Error ? error.message : String(error);
}
