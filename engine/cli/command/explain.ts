import { CODES, isCode } from '../../base/codes.js';
import { DiagnosticError } from '../../base/diagnostic.js';
import { didYouMean } from '../../base/suggest.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { pageOf } from '../diagnostic-pages.js';
import { EXIT } from '../exit.js';

const ALL = Object.entries(CODES);

/** The nearest code, also for those who leave its stage out. */
function suggestion(wanted: string): string | undefined {
  const codes = ALL.map(([code]) => code);
  const full = codes.find((code) => code.endsWith(`/${wanted.toLowerCase()}`));
  return full === undefined
    ? (didYouMean(wanted, codes) ?? '`edict explain` lists all codes')
    : `did you mean \`${full}\`?`;
}

export const explain: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    command.argument('[CODE]', 'a code such as bind/unknown-column; without it all codes are listed');
  },
  run: (command, { output }) => {
    const [wanted] = command.args;
    if (wanted === undefined) {
      const widest = Math.max(...ALL.map(([code]) => code.length));
      output.answer({
        fields: { codes: ALL.map(([code, meaning]) => ({ code, meaning })) },
        text: ALL.map(([code, meaning]) => `${code.padEnd(widest)}  ${meaning}\n`).join(''),
      });
      return Promise.resolve(EXIT.done);
    }
    if (!isCode(wanted)) {
      const message = `no diagnostic bears the code \`${wanted}\``;
      throw new DiagnosticError([
        { code: 'cli/unknown-code', severity: 'error', message, help: suggestion(wanted) },
      ]);
    }
    const page = pageOf(wanted);
    output.answer({ fields: { code: wanted, meaning: CODES[wanted], page }, text: page });
    return Promise.resolve(EXIT.done);
  },
};
