/**
 * A number as people read it: thousands in groups, at most four significant digits where it has a fraction, and never
 * fewer digits than its whole part has.
 */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : 'not a number';
  if (Number.isInteger(value)) return grouped(String(Math.abs(value)), value < 0);
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-4) return value.toExponential(2).replaceAll('-', '−');
  const whole = Math.floor(size);
  const decimals = whole === 0 ? Math.min(6, 3 - Math.floor(Math.log10(size))) : 4 - String(whole).length;
  return grouped(trimmed(size.toFixed(Math.max(0, decimals))), value < 0);
}

/** The number with its unit, a no-break space between them. */
export function quantityText(value: number, unit: string | null): string {
  return unit === null ? numberText(value) : `${numberText(value)}\u00a0${unit}`;
}

function trimmed(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

function grouped(digits: string, isNegative: boolean): string {
  if (/e/.test(digits)) return `${isNegative ? '−' : ''}${digits}`;
  const [whole = '', fraction] = digits.split('.');
  const groups = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  const text = fraction === undefined ? groups : `${groups}.${fraction}`;
  return isNegative && /[1-9]/.test(text) ? `−${text}` : text;
}
