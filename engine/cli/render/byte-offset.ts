import type { SourceFile } from '../../base/source.js';

/** UTF-16 units between two offsets whose UTF-8 offset is remembered. */
const STEP = 4096;

const marks = new WeakMap<SourceFile, number[]>();

/** True where an offset would cut a pair of surrogates in two. */
function splitsPair(text: string, offset: number): boolean {
  const unit = text.charCodeAt(offset);
  return offset > 0 && unit >= 0xdc00 && unit <= 0xdfff;
}

/** Where step `index` begins. */
function stepStart(text: string, index: number): number {
  const start = index * STEP;
  return splitsPair(text, start) ? start - 1 : start;
}

/** The offset in UTF-8, from 0, of an offset in UTF-16 units; a long text is gone through once, not once per question. */
export function byteOffset(source: SourceFile, offset: number): number {
  const { text } = source;
  let known = marks.get(source);
  if (known === undefined) {
    known = [0];
    marks.set(source, known);
  }
  const wanted = Math.floor(Math.min(offset, text.length) / STEP);
  while (known.length <= wanted) {
    const index = known.length;
    const between = text.slice(stepStart(text, index - 1), stepStart(text, index));
    known.push((known[index - 1] ?? 0) + Buffer.byteLength(between));
  }
  return (known[wanted] ?? 0) + Buffer.byteLength(text.slice(stepStart(text, wanted), offset));
}
