import { DiagnosticError } from '../base/diagnostic.js';
import { didYouMean } from '../base/suggest.js';
import type { Controller } from '../loop/controller.js';

/** The controllers of these names, in that order. Throws DiagnosticError `cli/unknown-name`. */
export async function controllersNamed(names: readonly string[]): Promise<Controller[]> {
  if (names.length === 0) return [];
  const { controllers } = await import('../controllers/index.js');
  const known = controllers.map((controller) => controller.name);
  return names.map((name) => {
    const found = controllers.find((controller) => controller.name === name);
    if (found !== undefined) return found;
    const help = didYouMean(name, known) ?? `there is ${known.map((one) => `\`${one}\``).join(', ')}`;
    const message = `there is no controller \`${name}\``;
    throw new DiagnosticError([{ code: 'cli/unknown-name', severity: 'error', message, help }]);
  });
}
