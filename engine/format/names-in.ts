/** Offsets of all names in a tree: tables, columns, aliases, functions. */
export function namesIn(tree: unknown, found = new Set<number>()): Set<number> {
  if (typeof tree !== 'object' || tree === null) return found;
  // Names are what has a text but is no expression; numbers of a clause do no harm.
  if ('text' in tree && 'span' in tree && !('kind' in tree))
    found.add((tree.span as { start: number }).start);
  for (const [key, value] of Object.entries(tree)) if (key !== 'span') namesIn(value, found);
  return found;
}
