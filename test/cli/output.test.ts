import test from 'ava';
import { wantsColor } from '../../engine/cli/render/colors.js';
import { commandLineError } from '../../engine/cli/command-line-error.js';
import { CommanderError } from 'commander';
import { EXIT, EXIT_MEANINGS, exitOf } from '../../engine/cli/exit.js';
import { internalErrorText } from '../../engine/cli/internal-error.js';
import { CODES, isCode } from '../../engine/base/codes.js';

const terminal = { write: () => undefined, isTTY: true };
const pipe = { write: () => undefined };

for (const [title, sink, when, variables, expected] of [
  ['a terminal is coloured', terminal, 'auto', {}, true],
  ['a pipe is not', pipe, 'auto', {}, false],
  ['NO_COLOR turns it off', terminal, 'auto', { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR does not', terminal, 'auto', { NO_COLOR: '' }, true],
  ['TERM=dumb turns it off', terminal, 'auto', { TERM: 'dumb' }, false],
  ['FORCE_COLOR wins over NO_COLOR and the pipe', pipe, 'auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0 turns it off', terminal, 'auto', { FORCE_COLOR: '0' }, false],
  ['the command line wins over NO_COLOR', pipe, 'always', { NO_COLOR: '1' }, true],
  ['the command line wins over FORCE_COLOR', terminal, 'never', { FORCE_COLOR: '1' }, false],
] as const) {
  test(`colour: ${title}`, (t) => {
    t.is(wantsColor(sink, when, variables), expected);
  });
}

test('every exit code has a meaning', (t) => {
  t.deepEqual(
    Object.keys(EXIT_MEANINGS).map(Number),
    Object.values(EXIT).sort((a, b) => a - b),
  );
});

test('the gravest error decides the exit code; warnings do not', (t) => {
  const of = (code: string, severity: 'error' | 'warning' = 'error', message = 'm') => {
    t.true(isCode(code), code);
    return isCode(code) ? { code, severity, message } : t.fail();
  };
  const listed = (...all: ReturnType<typeof of>[]) => exitOf(all.filter((one) => typeof one === 'object'));
  t.is(listed(), EXIT.done);
  t.is(listed(of('store/schema-drift', 'warning')), EXIT.done);
  t.is(listed(of('bind/unknown-table')), EXIT.findings);
  t.is(listed(of('bind/unknown-table'), of('cli/no-input')), EXIT.failed);
  t.is(listed(of('solve/unknown')), EXIT.limit);
  t.is(listed(of('store/broken-chain'), of('cli/no-input')), EXIT.untrusted);
  t.is(listed(of('store/damaged')), EXIT.untrusted);
  t.is(listed(of('store/io', 'error', '`a.db` is locked by another process')), EXIT.failed);
});

test('every code leads to an exit code that says there is something', (t) => {
  for (const code of Object.keys(CODES).filter(isCode)) {
    t.true(exitOf([{ code, severity: 'error', message: '' }]) > 0, code);
  }
});

for (const [given, message, help] of [
  ["error: unknown command 'chek'\n(Did you mean check?)", 'unknown command `chek`', 'did you mean `check`?'],
  ["error: option '--db <FILE>' argument missing", 'option `--db <FILE>` argument missing', 'ask'],
  [
    "error: too many arguments for 'version'. Expected 0 arguments but got 2.",
    'too many arguments for `version`',
    'expected 0 arguments but got 2',
  ],
  [
    "error: unknown option '--x'\n(Did you mean one of --db, --cwd?)",
    'unknown option `--x`',
    'did you mean `--db` or `--cwd`?',
  ],
] as const) {
  test(`a wrong command line becomes a diagnostic: ${message}`, (t) => {
    const diagnostic = commandLineError(new CommanderError(1, 'commander.any', given), 'ask');
    t.deepEqual(diagnostic, { code: 'cli/usage', severity: 'error', message, help });
  });
}

test('an unexpected exception shows no stack unless EDICT_DEBUG asks for it', (t) => {
  const error = new Error('broken\npromise');
  const text = internalErrorText(error, {});
  t.true(text.startsWith('internal error: broken\\npromise\n'));
  t.notRegex(text, /\bat /);
  t.regex(internalErrorText(error, { EDICT_DEBUG: '1' }), /\n {4}at /);
  t.is(internalErrorText('a string', {}).split('\n')[0], 'internal error: a string');
});
