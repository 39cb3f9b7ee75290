import { readdirSync } from 'node:fs';
import test from 'ava';
import { catalogOf } from '../../engine/check/schema.js';
import { lintPolicies } from '../../engine/lint/lint.js';
import { packagePath, readPolicyPaths, readText } from '../../engine/store/files.js';
import { introspect } from '../../engine/store/introspect.js';
import { openStore } from '../../engine/store/open.js';

const packs = readdirSync(packagePath('schema', 'packs')).map((name) => name.replace(/\.sql$/, ''));

for (const area of readdirSync(packagePath('policies'))) {
  test(`nothing is found in policies/${area}, whose tables are known`, (t) => {
    const isPack = packs.includes(area);
    const store = openStore(':memory:', isPack ? 'plain' : 'state');
    if (isPack) store.script(readText(packagePath('schema', 'packs', `${area}.sql`)));
    const sources = readPolicyPaths([packagePath('policies', area)]);
    t.true(sources.length > 0);
    const found = lintPolicies(sources, catalogOf(introspect(store)));
    t.deepEqual(
      found.map(({ code, message, span }) => `${span?.source.name ?? ''}: ${code} ${message}`),
      [],
    );
  });
}
