/**
 * Which side of the truth a column must keep to.
 * - BELOW: it never says more than is true, so that what follows from a large value is safe.
 * - ABOVE: it never says less. Both bits together mean equality.
 */
export type Need = number;
export const BELOW: Need = 1;
export const ABOVE: Need = 2;
/** The need of what is subtracted. */
export const flip = (need: Need): Need => ((need & BELOW) << 1) | ((need & ABOVE) >> 1);
export const signed = (need: Need, factor: number): Need => (factor < 0 ? flip(need) : need);
