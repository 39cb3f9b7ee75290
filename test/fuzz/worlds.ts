import { readFileSync } from 'node:fs';
import type { Catalog } from '../../engine/catalog/catalog.js';
import { catalogOf } from '../../engine/check/schema.js';
import { readPolicyPaths } from '../../engine/store/files.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';
import type { Store } from '../../engine/store/store.js';
import { policyCases } from '../helpers/policy-cases.js';
import { databaseOf } from '../helpers/solve-here.js';

/** Policy texts and the schema they were written for. */
export interface World {
  readonly texts: readonly string[];
  catalog(): Catalog;
}

/** A schema is read when it is first asked for. */
function world(texts: readonly string[], open: () => Store): World {
  let known: Catalog | null = null;
  return {
    texts,
    catalog: () => {
      if (known !== null) return known;
      const store = open();
      known = catalogOf(introspect(store));
      store.close();
      return known;
    },
  };
}

const shipped = (path: string): string[] => readPolicyPaths([path]).map(({ text }) => text);

function packDatabase(name: string): Store {
  const store = openStore(':memory:', 'plain');
  store.script(readFileSync(`schema/packs/${name}.sql`, 'utf8'));
  return store;
}

/** The worked cases, then what is shipped. */
export function worlds(): readonly World[] {
  const cases = policyCases().map(({ schema, policy }) =>
    world([policy.join(';\n')], () => databaseOf(...schema)),
  );
  const rack = [...shipped('policies/rack'), readFileSync('test/cases/listings.sql', 'utf8')];
  return [
    ...cases,
    world(rack, () => openStore(':memory:', 'state')),
    world(shipped('policies/numa_vm'), () => packDatabase('numa_vm')),
    world(shipped('policies/k8s'), () => packDatabase('k8s')),
  ];
}
