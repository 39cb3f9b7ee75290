import { must } from '../base/assert.js';
import { packagePath, readText } from '../store/files.js';

/** The version in package.json. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readText(packagePath('package.json')));
  const named = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return must(named && typeof manifest.version === 'string' ? manifest.version : null, 'package version');
}
