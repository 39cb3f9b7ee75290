import { existsSync, statSync } from 'node:fs';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { exitOf } from '../exit.js';
import { withStore } from '../with-store.js';

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

type HistoryChange = 'begun' | 'kept' | 'ended' | 'none';

const HISTORY_SENTENCES: Readonly<Record<HistoryChange, string>> = {
  begun: '  what rows were is remembered from now on\n',
  kept: '',
  ended: '  what rows were is forgotten\n',
  none: '',
};

/** Begins or ends the history as asked; unless asked, one whose tables have changed begins anew. */
async function changeHistory(db: string, asked: boolean | undefined): Promise<HistoryChange> {
  const { beginHistory, endHistory, historyState } = await import('../../store/history.js');
  return withStore(db, 'state', (store): HistoryChange => {
    const had = store.read(() => historyState(store)).kind !== 'none';
    if (asked === false) return endHistory(store) ? 'ended' : 'none';
    if (asked === undefined && !had) return 'none';
    return beginHistory(store) ? 'begun' : 'kept';
  });
}

export const init: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command
      .option('--db <FILE>', 'the database', 'edict.db')
      .option('--history', 'remember from now on what rows were, for `query --at`')
      .option('--no-history', 'forget it, and remember no more')
      .addHelpText(
        'after',
        '\nA database that already holds tables keeps them; running it twice changes nothing.',
      );
  },
  run: async (command, { output }) => {
    const { db, history } = command.opts<{ db: string; history?: boolean }>();
    // SQLite takes an empty file for an empty database.
    const existed = existsSync(db) && statSync(db).size > 0;
    const { migrate } = await import('../../store/migrate.js');
    const { adopted, applied, warnings } = await migrate(db);
    const deed = deedOf(existed, adopted, applied.length);
    const change = await changeHistory(db, history);
    const steps = applied.map((name) => `  applied ${name}\n`).join('');
    output.answer({
      fields: { database: db, deed, applied, history: change },
      text: output.quiet ? '' : `${SENTENCES[deed](db)}\n${steps}${HISTORY_SENTENCES[change]}`,
      diagnostics: warnings,
    });
    return exitOf(warnings);
  },
};
