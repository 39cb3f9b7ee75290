// By hand, since a regular expression like / +$/ looks at each run of spaces once per space of it.

/** What SQL takes as space between tokens. */
export const SPACES = ' \t\n\f\r';

export function stripEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The text without any of the characters at both its ends. */
export function strip(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && characters.includes(text.charAt(start))) start += 1;
  return stripEnd(text.slice(start), characters);
}
