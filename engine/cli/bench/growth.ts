/**
 * The exponent e of the curve ms = c * rows^e that lies nearest to the points, by least squares on logarithms.
 * Null where fewer than two numbers of rows were measured, or a time is 0.
 */
export function growthOf(points: readonly { readonly rows: number; readonly ms: number }[]): number | null {
  if (new Set(points.map(({ rows }) => rows)).size < 2) return null;
  if (points.some(({ rows, ms }) => rows <= 0 || ms <= 0)) return null;
  const xs = points.map(({ rows }) => Math.log(rows));
  const ys = points.map(({ ms }) => Math.log(ms));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  let [above, below] = [0, 0];
  xs.forEach((one, i) => {
    above += (one - x) * ((ys[i] ?? y) - y);
    below += (one - x) ** 2;
  });
  return above / below;
}
