/** Cividis: even in lightness, and the same to all eyes that see colour or not. */
const STOPS = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];
export function shade(share) {
  const at = Math.max(0, Math.min(1, share)) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(at));
  return STOPS[low].map((part, index) => Math.round(part + (STOPS[low + 1][index] - part) * (at - low)));
}
export const css = ([r, g, b]) => `rgb(${r},${g},${b})`;
export const inkOn = ([r, g, b]) => (r * 0.3 + g * 0.59 + b * 0.11 > 125 ? '#000' : '#fff');
