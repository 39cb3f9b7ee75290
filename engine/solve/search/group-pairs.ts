/**
 * What is gained at most by the variables of a group that have no value yet: each at its best beside those that
 * have one, and as if all without one were together. Places count the variables of the group, spots its values.
 */
export class GroupPairs {
  private readonly gains: Float64Array;
  private readonly beside: Float64Array;
  /** Pairs of places from each on. */
  private readonly together: Float64Array;
  /** Pairs with at least one place from each on. */
  private readonly open: Float64Array;

  constructor(
    private readonly places: number,
    private readonly spots: number,
    /** What each place gains by itself at each spot. */
    private readonly own: Float64Array,
    pairs: readonly { readonly a: number; readonly b: number; readonly gain: number }[],
  ) {
    this.gains = new Float64Array(places * places);
    this.beside = new Float64Array(places * spots);
    this.together = new Float64Array(places + 1);
    this.open = new Float64Array(places + 1);
    for (const { a, b, gain } of pairs) {
      this.gains[a * places + b] = (this.gains[a * places + b] ?? 0) + gain;
      this.gains[b * places + a] = (this.gains[b * places + a] ?? 0) + gain;
      for (let from = 0; from <= Math.min(a, b); from += 1)
        this.together[from] = (this.together[from] ?? 0) + gain;
      for (let from = 0; from <= Math.max(a, b); from += 1) this.open[from] = (this.open[from] ?? 0) + gain;
    }
  }

  /** A place gets or, with sign -1, leaves a spot. */
  put(place: number, spot: number, sign: 1 | -1): void {
    const { gains, beside, places, spots } = this;
    for (let other = 0; other < places; other += 1) {
      const gain = gains[place * places + other] ?? 0;
      if (gain !== 0) beside[other * spots + spot] = (beside[other * spots + spot] ?? 0) + sign * gain;
    }
  }

  /** All pairs that places from `depth` on are part of. */
  pairsFrom(depth: number): number {
    return this.open[depth] ?? 0;
  }

  /** What places from `depth` on gain at most, by themselves and in pairs. */
  atMost(depth: number): number {
    const { beside, own, places, spots } = this;
    let total = this.together[depth] ?? 0;
    for (let place = depth; place < places; place += 1) {
      let best = -Infinity;
      for (let at = place * spots; at < (place + 1) * spots; at += 1) {
        const gain = (beside[at] ?? 0) + (own[at] ?? 0);
        if (gain > best) best = gain;
      }
      total += best;
    }
    return total;
  }
}
