const INVISIBLE = /^[\p{Mn}\p{Me}\u200b-\u200f\ufeff]$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$|^\p{Emoji_Presentation}$/u;
/** Control characters, and those that turn the direction of the text: both would make a terminal show what is not there. */
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Columns that one character takes in a terminal: 0, 1 or 2. */
export function characterWidth(character: string): number {
  if (character <= '\x7e') return 1;
  if (INVISIBLE.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns that a text without line ends takes in a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** A text on one line that cannot steer a terminal: line ends and the like become `\n`, `\t`, `\u001b`. */
export function safeText(text: string): string {
  return text.replace(HARMFUL, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** True where a character must not reach a terminal as it is. */
export function isHarmful(character: string): boolean {
  return character.replace(HARMFUL, '') === '';
}
