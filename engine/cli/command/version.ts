import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { packageVersion } from '../package-version.js';
import { withStore } from '../with-store.js';

/** SQLite's version, or null where it does not load; only the JSON answer pays for asking. */
async function sqliteVersion(): Promise<string | null> {
  try {
    return await withStore(':memory:', 'plain', (store) =>
      String(store.rows('select sqlite_version()')[0]?.[0]),
    );
  } catch {
    return null;
  }
}

export const version: CliCommand = {
  formats: WORD_FORMATS,
  configure: () => undefined,
  run: async (_command, { output }) => {
    const number = packageVersion();
    const sqlite = output.format === 'json' ? await sqliteVersion() : null;
    output.answer({
      fields: { version: number, node: process.versions.node, sqlite },
      text: `edict ${number}\n`,
    });
    return EXIT.done;
  },
};
