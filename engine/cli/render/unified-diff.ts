/** Unchanged lines that are shown around a change. */
const CONTEXT = 3;

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** The changes from one text to another in the form that `patch` takes; '' where there are none. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const hunks = hunksOf(editsBetween(linesOf(before), linesOf(after)));
  return hunks.length === 0 ? '' : `--- ${name}\n+++ ${name}\n${hunks.join('')}`;
}

/** Lines with their ends, so that a last line without one is another line. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Patience diff: lines that are there once on both sides are aligned, what lies between them is compared the same way. */
function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const [old, fresh] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const middle: Edit[] = [];
  let [i, j] = [0, 0];
  for (const [x, y] of aligned(old, fresh)) {
    middle.push(...editsBetween(old.slice(i, x), fresh.slice(j, y)), ...signed(' ', old.slice(x, x + 1)));
    [i, j] = [x + 1, y + 1];
  }
  const rest =
    i === 0 && j === 0
      ? [...signed('-', old), ...signed('+', fresh)]
      : editsBetween(old.slice(i), fresh.slice(j));
  return [
    ...signed(' ', before.slice(0, start)),
    ...middle,
    ...rest,
    ...signed(' ', before.slice(before.length - end)),
  ];
}

const signed = (sign: Edit['sign'], lines: readonly string[]): Edit[] =>
  lines.map((line) => ({ sign, line }));

/** The longest series of pairs, rising on both sides, of lines that are there once on both. */
function aligned(before: readonly string[], after: readonly string[]): [number, number][] {
  const places = onlyPlaces(after);
  const pairs: { x: number; y: number; length: number; previous: number }[] = [];
  /** For each length, the pair that ends a series of it with the smallest y. */
  const ends: number[] = [];
  for (const [line, x] of onlyPlaces(before)) {
    const y = places.get(line);
    if (y === undefined) continue;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const at = (low + high) >> 1;
      if ((pairs[ends[at] ?? -1]?.y ?? 0) < y) low = at + 1;
      else high = at;
    }
    ends[low] = pairs.length;
    pairs.push({ x, y, length: low, previous: ends[low - 1] ?? -1 });
  }
  const series: [number, number][] = [];
  for (let at = ends.at(-1) ?? -1; ;) {
    const pair = pairs[at];
    if (pair === undefined) return series.reverse();
    series.push([pair.x, pair.y]);
    at = pair.previous;
  }
}

/** Lines that are there once, and where. */
function onlyPlaces(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [i, line] of lines.entries()) {
    if (places.has(line)) repeated.add(line);
    else places.set(line, i);
  }
  for (const line of repeated) places.delete(line);
  return places;
}

function hunksOf(edits: readonly Edit[]): string[] {
  const hunks: string[] = [];
  const changes = edits.flatMap(({ sign }, i) => (sign === ' ' ? [] : [i]));
  let [oldLine, newLine, at] = [1, 1, 0];
  for (let first = 0; first < changes.length;) {
    let last = first;
    while ((changes[last + 1] ?? Infinity) - (changes[last] ?? 0) <= 2 * CONTEXT) last += 1;
    const from = Math.max(0, (changes[first] ?? 0) - CONTEXT);
    const to = Math.min(edits.length, (changes[last] ?? 0) + CONTEXT + 1);
    // What was skipped is the same on both sides.
    oldLine += from - at;
    newLine += from - at;
    const shown = edits.slice(from, to);
    const oldCount = shown.filter(({ sign }) => sign !== '+').length;
    const newCount = shown.filter(({ sign }) => sign !== '-').length;
    const body = shown.map(({ sign, line }) =>
      line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`,
    );
    hunks.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${body.join('')}`);
    oldLine += oldCount;
    newLine += newCount;
    at = to;
    first = last + 1;
  }
  return hunks;
}

/** `start,count`; a side without lines is named by the line before it. */
function range(start: number, count: number): string {
  return count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`;
}
