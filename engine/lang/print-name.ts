/** Words that would be read as something else where a name stands; SQLite's own reserved words among them. */
const QUOTED = new Set(
  (
    'add all and as between by case cast check collate commit constraint create cross current_date current_time ' +
    'current_timestamp default deferrable delete desc distinct drop else end escape except exists false filter ' +
    'foreign from full glob group groups having in index indexed inner insert intersect into is isnull join left ' +
    'like limit match maximize minimize natural not nothing notnull null offset on or order outer over partition ' +
    'primary range recursive references regexp returning right rows select set table then to transaction true union ' +
    'unique update using values when where window with'
  ).split(' '),
);

const isPlain = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_$]*$/.test(name);

/** A name in double quotes. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name as SQL, quoted only where it must be. */
export function printName({ text }: { readonly text: string }): string {
  return isPlain(text) && !QUOTED.has(text.toLowerCase()) ? text : quoted(text);
}

/** The name of a function; those that are keywords elsewhere are called by their plain name. */
export function printFunctionName(name: { readonly text: string }): string {
  return /^(all|like|glob|match|regexp)$/i.test(name.text) ? name.text : printName(name);
}

/** The type of a cast: one or several words. */
export function printType(type: string): string {
  return type.split(' ').every(isPlain) ? type : quoted(type);
}
