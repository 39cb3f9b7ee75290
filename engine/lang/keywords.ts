/** Words that cannot be a name without quotes, because the grammar needs them where a name could stand. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'add all and as between by case collate create cross default distinct else end escape except exists foreign from ' +
    'full group having in inner intersect into is isnull join left like limit natural not notnull null offset ' +
    'on or order outer primary references returning right select set table then to union unique ' +
    'using values when where window with'
  ).split(' '),
);

/** Words of the grammar; another that a parser asks for is found all the same, only slower. */
const KEYWORDS = [
  ...RESERVED,
  ...(
    'asc cast check constraint desc filter first glob groups indexed last match materialized maximize minimize nulls ' +
    'over partition priority range recursive regexp rows view weight'
  ).split(' '),
];

const LONGEST = Math.max(...KEYWORDS.map(({ length }) => length));
const FIRST = 97;

/** Keywords by first letter and length. */
const BUCKETS: string[][] = [];
for (const word of KEYWORDS) (BUCKETS[bucketOf(word.charCodeAt(0), word.length)] ??= []).push(word);

function bucketOf(code: number, length: number): number {
  return ((code | 32) - FIRST) * (LONGEST + 1) + length;
}

/** The keyword that a name in the text is, in lower case, or ''. Makes no string. */
export function keywordAt(text: string, start: number, end: number): string {
  if (end - start > LONGEST) return '';
  const bucket = BUCKETS[bucketOf(text.charCodeAt(start), end - start)];
  if (bucket === undefined) return '';
  for (const word of bucket) if (isWordAt(text, start, word)) return word;
  return '';
}

/** True where the letters at an offset are those of a lower-case word, in either case. */
export function isWordAt(text: string, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i += 1) {
    const code = text.charCodeAt(start + i);
    const isUpper = code >= 65 && code <= 90;
    if ((isUpper ? code | 32 : code) !== word.charCodeAt(i)) return false;
  }
  return true;
}
