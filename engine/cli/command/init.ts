import { existsSync, statSync } from 'node:fs';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { exitOf } from '../exit.js';

type Deed = 'created' | 'adopted' | 'migrated' | 'unchanged';

function deedOf(existed: boolean, adopted: boolean, applied: number): Deed {
  if (!existed) return 'created';
  if (adopted) return 'adopted';
  return applied > 0 ? 'migrated' : 'unchanged';
}

const SENTENCES: Readonly<Record<Deed, (path: string) => string>> = {
  created: (path) => `created \`${path}\``,
  adopted: (path) => `added the state tables to \`${path}\`; its own tables are as they were`,
  migrated: (path) => `brought \`${path}\` up to date`,
  unchanged: (path) => `\`${path}\` is up to date`,
};

export const init: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .option('--db <FILE>', 'the database', 'edict.db')
      .addHelpText(
        'after',
        '\nA database that already holds tables keeps them; running it twice changes nothing.',
      );
  },
  run: async (command, { output }) => {
    const { db } = command.opts<{ db: string }>();
    // SQLite takes an empty file for an empty database.
    const existed = existsSync(db) && statSync(db).size > 0;
    const { migrate } = await import('../../store/migrate.js');
    const { adopted, applied, warnings } = await migrate(db);
    const deed = deedOf(existed, adopted, applied.length);
    const steps = applied.map((name) => `  applied ${name}\n`).join('');
    output.answer({
      fields: { database: db, deed, applied },
      text: output.quiet ? '' : `${SENTENCES[deed](db)}\n${steps}`,
      diagnostics: warnings,
    });
    return exitOf(warnings);
  },
};
