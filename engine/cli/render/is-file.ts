import type { SourceFile } from '../../base/source.js';

/** False for a text that lies in no file: a schema, a query, stdin without a name. */
export function isFile({ name }: SourceFile): boolean {
  return !/^[(<]/.test(name);
}
