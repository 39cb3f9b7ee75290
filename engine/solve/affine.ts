/** constant + sum of factors[i] * column columns[i]; a column may occur more than once. */
export interface Affine {
  readonly constant: number;
  readonly columns: readonly number[];
  readonly factors: readonly number[];
}

export const constantAffine = (constant: number): Affine => ({ constant, columns: [], factors: [] });
export const columnAffine = (column: number): Affine => ({ constant: 0, columns: [column], factors: [1] });
export const isConstantAffine = (affine: Affine): boolean => affine.columns.length === 0;

/** Sum of factor * affine. */
export function combine(parts: readonly (readonly [factor: number, affine: Affine])[]): Affine {
  let constant = 0;
  const columns: number[] = [];
  const factors: number[] = [];
  for (const [factor, affine] of parts) {
    if (factor === 0) continue;
    constant += factor * affine.constant;
    affine.columns.forEach((column, index) => {
      columns.push(column);
      factors.push(factor * (affine.factors[index] ?? 0));
    });
  }
  return { constant, columns, factors };
}

export function valueOfAffine({ constant, columns, factors }: Affine, values: Float64Array): number {
  let total = constant;
  columns.forEach((column, index) => {
    total += (factors[index] ?? 0) * (values[column] ?? 0);
  });
  return total;
}

/** 1 - affine: the negation of a truth. */
export const complement = (affine: Affine): Affine =>
  combine([
    [1, constantAffine(1)],
    [-1, affine],
  ]);

export const sum = (parts: readonly Affine[]): Affine => combine(parts.map((part) => [1, part] as const));
