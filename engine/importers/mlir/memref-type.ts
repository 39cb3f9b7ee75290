/** What a `memref` type says of its elements. */
export interface MemrefType {
  readonly shape: readonly number[];
  /** As designs call them: `int32`, `uint8`, `bfloat16`. */
  readonly dtype: string;
  readonly elementBytes: number;
}

/** Names of element types in designs. */
const FLOATS: Readonly<Record<string, { readonly dtype: string; readonly bytes: number }>> = {
  bf16: { dtype: 'bfloat16', bytes: 2 },
  f16: { dtype: 'float16', bytes: 2 },
  f32: { dtype: 'float32', bytes: 4 },
  f64: { dtype: 'float64', bytes: 8 },
  index: { dtype: 'int32', bytes: 4 },
};

/**
 * Reads the text of a type such as `memref<16x32xbf16>`; aliases are resolved. null where it is no memref of constant
 * shape whose elements are whole bytes. Layout and memory space are passed over, as they change no size.
 */
export function memrefType(text: string, aliases: ReadonlyMap<string, string>): MemrefType | null {
  const bare = text.trim();
  const alias = aliases.get(bare);
  if (alias !== undefined) return memrefType(alias, new Map());
  const match = /^memref\s*<\s*((?:\d+\s*x\s*)*)([a-z]+\d*)\s*(?:,.*)?>$/s.exec(bare);
  if (match === null) return null;
  const [, dims = '', element = ''] = match;
  const shape = dims
    .split('x')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map(Number);
  const type = elementType(element);
  return type === null ? null : { shape: shape.length === 0 ? [1] : shape, ...type };
}

function elementType(name: string): { dtype: string; elementBytes: number } | null {
  const known = FLOATS[name];
  if (known !== undefined) return { dtype: known.dtype, elementBytes: known.bytes };
  const [, sign, bits] = /^(s|u)?i(\d+)$/.exec(name) ?? [];
  const width = Number(bits);
  if (bits === undefined || width === 0 || width % 8 !== 0) return null;
  return { dtype: `${sign === 'u' ? 'uint' : 'int'}${width}`, elementBytes: width / 8 };
}
