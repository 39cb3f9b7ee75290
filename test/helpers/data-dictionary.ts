import { readFileSync, readdirSync } from 'node:fs';

interface Entry {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly about: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly about: string }[];
}

/** Tables and views of a schema file with the comments above them and above their columns. */
function entriesOf(text: string): Entry[] {
  const entries: Entry[] = [];
  let comment: string[] = [];
  let open: { entry: Entry; columns: { name: string; type: string; about: string }[] } | null = null;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('--')) {
      comment.push(trimmed.slice(2).trim());
      continue;
    }
    const made = /^create (table|view) (\w+)/.exec(trimmed);
    if (made !== null) {
      const columns: { name: string; type: string; about: string }[] = [];
      const kind = made[1] === 'table' ? 'table' : 'view';
      const entry: Entry = { name: made[2] ?? '', kind, about: comment.join(' '), columns };
      entries.push(entry);
      open = kind === 'table' ? { entry, columns } : null;
      comment = [];
      continue;
    }
    const column = /^(\w+)\s+(integer|text|real|blob|any|boolean)\b/.exec(trimmed);
    if (open !== null && column !== null && comment.length > 0) {
      open.columns.push({ name: column[1] ?? '', type: column[2] ?? '', about: comment.join(' ') });
    }
    if (trimmed.startsWith(')')) open = null;
    if (trimmed !== '') comment = [];
    else if (open === null) comment = [];
  }
  return entries;
}

/** The text of docs/tables.md, made of the comments in schema/. */
export function dataDictionary(): string {
  const files = [
    ...readdirSync('schema')
      .filter((name) => name.endsWith('.sql'))
      .map((name) => `schema/${name}`),
    ...readdirSync('schema/packs')
      .filter((name) => name.endsWith('.sql'))
      .map((name) => `schema/packs/${name}`),
  ].sort();
  const parts = ['# Tables\n\nMade of the comments in `schema/`; `UPDATE=1 npm test` writes it anew.\n'];
  for (const file of files) {
    parts.push(`\n## ${file}\n`);
    for (const { name, kind, about, columns } of entriesOf(readFileSync(file, 'utf8'))) {
      parts.push(`\n### ${kind} \`${name}\`\n\n${about}\n`);
      if (columns.length === 0) continue;
      const rows = columns.map(
        (column) => `| \`${column.name}\` | ${column.type} | ${column.about.replaceAll('|', '\\|')} |\n`,
      );
      parts.push(`\n| column | type | meaning |\n|---|---|---|\n${rows.join('')}`);
    }
  }
  return parts.join('');
}
