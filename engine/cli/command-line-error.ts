import type { CommanderError } from 'commander';
import type { Diagnostic } from '../base/diagnostic.js';

/** What the parser of the command line found wrong, as a diagnostic: its wording, our shape. */
export function commandLineError(error: CommanderError, help: string): Diagnostic {
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const [message = '', ...rest] = first.split(/\. (?=[A-Z])/);
  const quoted = (text: string): string => text.replaceAll(/'((?:[^' ]|'(?=\w)| (?=[<[]))*)'/g, '`$1`');
  const meant = /^\(Did you mean (one of )?(.*)\?\)$/.exec(suggestion ?? '');
  const names = (meant?.[2] ?? '').split(', ').map((name) => `\`${name}\``);
  const hints = [
    ...(meant === null ? [] : [`did you mean ${names.join(' or ')}?`]),
    ...rest.map((sentence) => quoted(sentence.replace(/\.$/, '').replace(/^[A-Z]/, (c) => c.toLowerCase()))),
  ];
  return {
    code: 'cli/usage',
    severity: 'error',
    message: quoted(message.replace(/\.$/, '')),
    help: hints.length > 0 ? hints.join('; ') : help,
  };
}
