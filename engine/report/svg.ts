import { assert } from '../base/assert.js';
import { escapeText } from './escape.js';

/** A piece of SVG that is safe to join with others. */
export type SvgText = string & { readonly svg: true };

const NAME = /^[a-z][A-Za-z0-9-]*$/;

/**
 * An SVG element. Names are checked, attribute values are escaped, children are elements or texts of `svgText`.
 *
 * - INVARIANT: what it makes holds no script, no event handler and no reference to anything outside the file.
 * - Attributes that are `null` are left out; numbers are rounded to 1/100.
 * - Colours may be those of the page: `var(--ink)`, `var(--faint)`, `var(--line)`, `var(--ground)`, `var(--s0)` .. `var(--s7)`.
 */
export function svgElement(
  name: string,
  attributes: Readonly<Record<string, string | number | null>>,
  ...children: readonly SvgText[]
): SvgText {
  assert(NAME.test(name) && name !== 'script' && name !== 'foreignObject', () => `no SVG element ${name}`);
  const parts = Object.entries(attributes).flatMap(([key, value]) => {
    assert(NAME.test(key) && !/^on|href/i.test(key), () => `no SVG attribute ${key}`);
    if (value === null) return [];
    const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeText(value);
    assert(!/url\((?!#)/i.test(text), () => `no outside reference in SVG attribute ${key}`);
    return [` ${key}="${text}"`];
  });
  return `<${name}${parts.join('')}>${children.join('')}</${name}>` as SvgText;
}

/** Characters between tags. */
export function svgText(text: string): SvgText {
  return escapeText(text) as SvgText;
}
