import type { PolicySettings } from '../check/policy-settings.js';
import { usageError } from './usage-error.js';

interface SettingOptions {
  readonly weight?: readonly string[];
  readonly priority?: readonly string[];
  readonly advisory?: readonly string[];
}

/** Non-negative decimals, as a policy's text may have them. */
const WEIGHT = /^[0-9]+(\.[0-9]+)?$/;
const PRIORITY = /^-?[0-9]{1,15}$/;

function pairs(
  option: 'weight' | 'priority',
  given: readonly string[] | undefined,
  shape: RegExp,
): [string, string][] {
  return (given ?? []).map((text) => {
    const at = text.lastIndexOf('=');
    const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    if (at > 0 && name !== '' && shape.test(value)) return [name, value];
    const example = option === 'weight' ? '2.5' : '1';
    throw usageError(`\`--${option} ${text}\` is not understood`, `write \`--${option} NAME=${example}\``);
  });
}

/** What `--weight`, `--priority` and `--advisory` set. Throws a usage error. */
export function settingsOf(options: SettingOptions): PolicySettings {
  const priorities = pairs('priority', options.priority, PRIORITY);
  return {
    weights: new Map(pairs('weight', options.weight, WEIGHT)),
    priorities: new Map(priorities.map(([name, value]) => [name, Number(value)])),
    advisory: new Set(options.advisory ?? []),
  };
}
