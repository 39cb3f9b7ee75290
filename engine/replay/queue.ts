/**
 * A priority queue by time; entries of one time come out in the order they went in.
 * Times are logical microseconds.
 */
export class EventQueue<T> {
  private readonly heap: { readonly timeUs: number; readonly sequence: number; readonly item: T }[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  /** When the next entry is due, or null when the queue is empty. */
  get nextUs(): number | null {
    return this.heap[0]?.timeUs ?? null;
  }

  push(timeUs: number, item: T): void {
    this.heap.push({ timeUs, sequence: this.sequence, item });
    this.sequence += 1;
    this.rise(this.heap.length - 1);
  }

  /** Takes the next entry out, or null when the queue is empty. */
  pop(): { readonly timeUs: number; readonly item: T } | null {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (top === undefined || last === undefined) return null;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.sink(0);
    }
    return { timeUs: top.timeUs, item: top.item };
  }

  private rise(index: number): void {
    let child = index;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.swapIfLater(parent, child)) return;
      child = parent;
    }
  }

  private sink(index: number): void {
    let parent = index;
    for (;;) {
      const left = 2 * parent + 1;
      const child = left + 1 < this.heap.length && this.isLater(left, left + 1) ? left + 1 : left;
      if (!this.swapIfLater(parent, child)) return;
      parent = child;
    }
  }

  private isLater(a: number, b: number): boolean {
    const [x, y] = [this.heap[a], this.heap[b]];
    if (x === undefined || y === undefined) return false;
    return x.timeUs > y.timeUs || (x.timeUs === y.timeUs && x.sequence > y.sequence);
  }

  private swapIfLater(parent: number, child: number): boolean {
    const [upper, lower] = [this.heap[parent], this.heap[child]];
    if (upper === undefined || lower === undefined || !this.isLater(parent, child)) return false;
    this.heap[parent] = lower;
    this.heap[child] = upper;
    return true;
  }
}
