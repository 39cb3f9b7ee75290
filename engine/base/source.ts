/** One text that policies or a schema came from. `name` is what people see: a path, or `<stdin>`. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
  /** Where the bytes it was read from stop being UTF-8; absent where all of them are. */
  readonly brokenAt?: number;
}

/** A source from bytes, its byte order mark left out. What is not UTF-8 becomes U+FFFD, and the first such place is kept. */
export function decodeSource(name: string, bytes: Uint8Array): SourceFile {
  const decoded = new TextDecoder('utf-8').decode(bytes);
  const bare = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  // Only a text with a replacement character can have lost something.
  if (!decoded.includes('\ufffd')) return { name, text: decoded };
  const encoded = new TextEncoder().encode(decoded);
  const differs = encoded.findIndex((byte, i) => byte !== bare[i]);
  if (differs === -1) return { name, text: decoded };
  // The replacement character's first byte may by chance be right.
  const before = new TextDecoder('utf-8').decode(encoded.subarray(0, differs)).replace(/\ufffd+$/, '');
  return { name, text: decoded, brokenAt: before.length };
}

/** A half-open range [start, end) of UTF-16 offsets in one source. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A position for people: both numbers start at 1; `col` counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly col: number;
}

const lineStarts = new WeakMap<SourceFile, readonly number[]>();

function startsOf(source: SourceFile): readonly number[] {
  const known = lineStarts.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  for (let i = source.text.indexOf('\n'); i !== -1; i = source.text.indexOf('\n', i + 1)) starts.push(i + 1);
  lineStarts.set(source, starts);
  return starts;
}

/** Line and column of an offset; offsets past the end count as the end. */
export function positionAt(source: SourceFile, offset: number): Position {
  const starts = startsOf(source);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, col: Math.min(offset, source.text.length) - (starts[low] ?? 0) + 1 };
}

/** The text of one line (from 1), without its line end. */
export function lineText(source: SourceFile, line: number): string {
  const starts = startsOf(source);
  const start = starts[line - 1] ?? source.text.length;
  const end = starts[line] ?? source.text.length + 1;
  return source.text.slice(start, end - 1).replace(/\r$/, '');
}

/** The text under a span. */
export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}

/** The smallest span that covers both; both must be of one source. */
export function cover(first: Span, last: Span): Span {
  return {
    source: first.source,
    start: Math.min(first.start, last.start),
    end: Math.max(first.end, last.end),
  };
}
