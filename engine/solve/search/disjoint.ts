/** Sets of variables that grow together. */
export class Disjoint {
  private readonly up = new Map<number, number>();
  private readonly size = new Map<number, number>();

  has(one: number): boolean {
    return this.up.has(one);
  }

  rootOf(one: number): number {
    let at = one;
    for (let next = this.up.get(at); next !== undefined && next !== at; next = this.up.get(at)) at = next;
    return at;
  }

  /** Joins the sets of two, each of which is one by itself at first, unless they are more than `most` together. */
  join(a: number, b: number, most: number): void {
    for (const one of [a, b]) if (!this.up.has(one)) this.up.set(one, one);
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    if (rootA === rootB) return;
    const together = (this.size.get(rootA) ?? 1) + (this.size.get(rootB) ?? 1);
    if (together > most) return;
    this.up.set(rootB, rootA);
    this.size.set(rootA, together);
  }
}
