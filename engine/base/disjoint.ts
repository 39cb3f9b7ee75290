/** Sets of numbers that grow together (union-find); each number is a set by itself at first. */
export class Disjoint {
  private readonly up = new Map<number, number>();
  private readonly sizes = new Map<number, number>();

  /** The same number for all of a set, one of them. */
  find(one: number): number {
    let root = one;
    for (let next = this.up.get(root); next !== undefined; next = this.up.get(root)) root = next;
    for (let at = one; at !== root;) {
      const next = this.up.get(at) ?? root;
      this.up.set(at, root);
      at = next;
    }
    return root;
  }

  /** Joins the sets of all to that of the first, save those with which it would have more than `most` members. */
  join(items: Iterable<number>, most = Infinity): void {
    let first: number | null = null;
    for (const item of items) {
      const root = this.find(item);
      first ??= root;
      if (root === first) continue;
      const together = (this.sizes.get(first) ?? 1) + (this.sizes.get(root) ?? 1);
      if (together > most) continue;
      this.up.set(root, first);
      this.sizes.set(first, together);
    }
  }
}
