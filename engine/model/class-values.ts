import { byNumber } from '../base/order.js';
import type { ClassMap } from './model.js';

const known = new WeakMap<ClassMap, ReadonlyMap<number, readonly number[]>>();

/** Values of one class, ascending; for the identity (null) the class itself. Kept per class map. */
export function valuesOfClass(classes: ClassMap | null, key: number): readonly number[] {
  if (classes === null) return [key];
  let byClass = known.get(classes);
  if (byClass === undefined) {
    byClass = grouped(classes);
    known.set(classes, byClass);
  }
  return byClass.get(key) ?? [];
}

function grouped(classes: ClassMap): ReadonlyMap<number, readonly number[]> {
  const byClass = new Map<number, number[]>();
  for (const [value, kind] of classes) {
    const values = byClass.get(kind);
    if (values === undefined) byClass.set(kind, [value]);
    else values.push(value);
  }
  for (const values of byClass.values()) values.sort(byNumber);
  return byClass;
}
