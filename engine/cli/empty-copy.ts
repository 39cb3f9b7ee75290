import { isDeepStrictEqual } from 'node:util';
import type { RawSchema } from '../catalog/raw-schema.js';
import { introspect } from '../store/introspect.js';
import type { Store } from '../store/store.js';
import { StoreError } from '../store/store-error.js';

/** Makes the tables and views of a schema, without a row, in a database of memory; false where they cannot all be made. */
export function copySchema(schema: RawSchema, into: Store): boolean {
  try {
    // A view may be made before what it reads; a table may refer to one that is not there yet.
    for (const { sql } of schema.relations) into.run(sql);
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
  // Indexes stay behind, so that only columns can be compared.
  const columnsOf = ({ relations }: RawSchema): unknown =>
    relations.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) }));
  return isDeepStrictEqual(columnsOf(introspect(into)), columnsOf(schema));
}
