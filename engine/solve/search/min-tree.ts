/** The smallest of many numbers, kept while single ones change: a tournament in one array. */
export class MinTree {
  private readonly size: number;
  private readonly nodes: Float64Array;

  constructor(values: Float64Array) {
    let size = 1;
    while (size < values.length) size *= 2;
    this.size = size;
    this.nodes = new Float64Array(2 * size).fill(Infinity);
    this.nodes.set(values, size);
    for (let node = size - 1; node > 0; node -= 1) {
      this.nodes[node] = Math.min(this.nodes[2 * node] ?? 0, this.nodes[2 * node + 1] ?? 0);
    }
  }

  get least(): number {
    return this.nodes[1] ?? Infinity;
  }

  set(index: number, value: number): void {
    const { nodes } = this;
    let node = this.size + index;
    nodes[node] = value;
    while (node > 1) {
      const other = nodes[node ^ 1] ?? 0;
      const own = nodes[node] ?? 0;
      const least = own < other ? own : other;
      node >>= 1;
      if (nodes[node] === least) return;
      nodes[node] = least;
    }
  }
}
