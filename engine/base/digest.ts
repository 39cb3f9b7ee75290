import { createHash } from 'node:crypto';

/** SHA-256 of a text as lower-case hex. */
export function digestText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** JSON with object keys sorted at every level, so that equal values give equal text. Bigints become decimal strings. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return item.toString();
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(entries);
  });
}

/** SHA-256 of a text as base64, the form that content security policies use. */
export function digestBase64(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
