/** Codes of the characters that tokens are told by. */
export const CODE = {
  newLine: 10,
  space: 32,
  bang: 33,
  doubleQuote: 34,
  dollar: 36,
  quote: 39,
  openParenthesis: 40,
  star: 42,
  plus: 43,
  minus: 45,
  dot: 46,
  slash: 47,
  zero: 48,
  nine: 57,
  colon: 58,
  less: 60,
  equal: 61,
  greater: 62,
  question: 63,
  at: 64,
  openBracket: 91,
  underscore: 95,
  backtick: 96,
  bar: 124,
} as const;

const BYTE_ORDER_MARK = 0xfeff;

export const isSpace = (code: number): boolean =>
  code === CODE.space || (code >= 9 && code <= 13 && code !== 11) || code === BYTE_ORDER_MARK;

export const isDigit = (code: number): boolean => code >= CODE.zero && code <= CODE.nine;

export const isHexDigit = (code: number): boolean =>
  isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102 && code < 128);

/** Letters, the underscore and all beyond ASCII. */
export const isNameStart = (code: number): boolean =>
  ((code | 32) >= 97 && (code | 32) <= 122) || code === CODE.underscore || code > 127;

/** False for NaN, which stands for the end of the text. */
export const isNamePart = (code: number): boolean =>
  isNameStart(code) || isDigit(code) || code === CODE.dollar;
