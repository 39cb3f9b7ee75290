import { escapeText } from './escape.js';

/** HTML whose texts have been escaped; only `markup` makes it, and whoever inlines a whole file. */
export class Html {
  constructor(readonly text: string) {}
}

export const NOTHING = new Html('');

/**
 * HTML from a template: texts and numbers are escaped, HTML and lists of it stand as they are. Quote attributes.
 * The indentation of the template is left out.
 */
export function markup(
  strings: TemplateStringsArray,
  ...values: readonly (Html | string | number | readonly Html[])[]
): Html {
  let text = dedent(strings[0] ?? '');
  values.forEach((value, index) => {
    if (value instanceof Html) text += value.text;
    else if (typeof value === 'object') text += value.map((one) => one.text).join('');
    else text += escapeText(String(value));
    text += dedent(strings[index + 1] ?? '');
  });
  return new Html(text);
}

function dedent(text: string): string {
  return text.replace(/\n\s+/g, '\n');
}
