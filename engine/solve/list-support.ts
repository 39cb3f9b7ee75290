import type { ClassMap } from '../model/model.js';

/** Classes that a variable may still choose under one class map. */
export interface Support {
  readonly classes: ReadonlySet<number>;
  /** Every value that may be chosen has a class. */
  readonly total: boolean;
}

/** Supports of list domains, kept per list: most variables of a model share theirs. */
const listSupports = new WeakMap<readonly number[], Map<ClassMap | null, Support>>();

export function supportOfList(list: readonly number[], classes: ClassMap | null): Support {
  let byClasses = listSupports.get(list);
  if (byClasses === undefined) {
    byClasses = new Map();
    listSupports.set(list, byClasses);
  }
  let support = byClasses.get(classes);
  if (support === undefined) {
    support = computed(list, classes);
    byClasses.set(classes, support);
  }
  return support;
}

function computed(list: readonly number[], classes: ClassMap | null): Support {
  if (classes === null) return { classes: new Set(list), total: true };
  const found = new Set<number>();
  let total = true;
  for (const value of list) {
    const kind = classes.get(value);
    if (kind === undefined) total = false;
    else found.add(kind);
  }
  return { classes: found, total };
}
