/** Total order of texts by UTF-16 units; independent of the locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function byNumber(a: number, b: number): number {
  return a - b;
}
