import type { Command } from 'commander';
import { Option } from 'commander';
import { DiagnosticError } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import { policyPaths } from '../loop/policy-paths.js';
import { readShippedPolicies } from '../store/files.js';
import { controllersNamed } from './controller-input.js';
import type { Environment } from './environment.js';
import { collect } from './option-values.js';
import { readPolicies } from './policy-input.js';

/** Options of a command that looks at decisions: which policies it is to go by; see `policiesFor`. */
export function addPolicyOptions(command: Command): Command {
  return command
    .addOption(new Option('--policies <PATH>', 'policy file or folder; may repeat').argParser(collect))
    .addOption(
      new Option('--controller <NAME>', 'use the policies of this controller; may repeat').argParser(collect),
    );
}

/** The policies that a command line names, or the default ones of the controllers it names. */
export async function policiesFor(
  paths: readonly string[],
  controllerNames: readonly string[],
  stdin: Environment['stdin'],
): Promise<readonly SourceFile[]> {
  const controllers = await controllersNamed(controllerNames);
  if (paths.length > 0) return readPolicies(paths, stdin);
  const shipped = controllers.flatMap(policyPaths);
  if (shipped.length > 0) return readShippedPolicies(shipped);
  throw new DiagnosticError([
    {
      code: 'cli/usage',
      severity: 'error',
      message: 'no policies were named',
      help: 'add `--policies PATH`, or `--controller NAME` for the policies of a controller',
    },
  ]);
}
