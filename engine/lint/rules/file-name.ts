import type { Rule } from '../rule.js';

/** A file bears the name of what it holds: some policy of it has the file's name in its own. */
export const fileName: Rule = ({ statement, first }, { statements }) => {
  const { source } = statement.name.span;
  const base = /([^/\\]+)\.sql$/.exec(source.name)?.[1];
  if (!first || base === undefined || /^[(<]/.test(source.name)) return [];
  const wanted = base.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const names = statements
    .filter((one) => one.statement.name.span.source === source)
    .map((one) => one.statement.name.text);
  if (names.some((name) => name.toLowerCase().includes(wanted))) return [];
  return [
    {
      span: statement.name.span,
      message: `no policy of \`${base}.sql\` bears its name; it holds ${names.map((name) => `\`${name}\``).join(', ')}`,
      help: 'name the file after what it holds, so that people find a policy by its name',
    },
  ];
};
