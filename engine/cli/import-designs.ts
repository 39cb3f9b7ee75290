import type { Diagnostic } from '../base/diagnostic.js';
import { DiagnosticError, isError } from '../base/diagnostic.js';
import type { Design } from '../controllers/npu/design.js';
import { readDesign } from '../controllers/npu/read-design.js';
import type { DesignFormat, DesignReading, GivenDesign } from '../importers/design-format.js';
import { readDataFile } from '../importers/read-data-file.js';
import { withStore } from './with-store.js';

export interface DesignImport extends DesignReading {
  readonly file: string;
  readonly database: string;
  /** The one of several that is meant; null for all. */
  readonly instance: string | null;
}

/** Declares the designs of a file in a state database, which is made where there is none. */
export async function importDesigns(
  format: DesignFormat,
  { file, database, instance, pinned }: DesignImport,
): Promise<{ readonly designs: readonly Design[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { designs: all, diagnostics } = format.read(readDataFile(file, 'import/bad-file'), { pinned });
  if (diagnostics.some(isError)) throw new DiagnosticError(diagnostics);
  const given = chosen(all, instance);
  const problems: Diagnostic[] = [];
  const designs = given.flatMap((one) => {
    const read = readDesign(one.value);
    problems.push(...read.problems.map(({ path, message, help }) => problemOf(one, path, message, help)));
    return read.design === null ? [] : [read.design];
  });
  if (problems.length > 0) throw new DiagnosticError(problems);
  const { migrate } = await import('../store/migrate.js');
  const { declare } = await import('../controllers/npu/declare.js');
  const { rowsOf } = await import('../store/rows-of.js');
  const { warnings } = await migrate(database);
  await withStore(database, 'state', (store) => {
    store.write(() => {
      designs.forEach((design, i) => {
        const declared = declare(design, 0, rowsOf(store));
        const from = given[i];
        if (declared.status === 'refused' && from !== undefined)
          throw new DiagnosticError([problemOf(from, '', declared.message, declared.help)]);
      });
      store.bumpState();
    });
  });
  return { designs, diagnostics: [...diagnostics, ...warnings] };
}

function problemOf(given: GivenDesign, path: string, message: string, help: string | undefined): Diagnostic {
  const said = path === '' ? message : `\`${path}\` of \`${given.id}\` ${message}`;
  return { code: 'import/bad-file', severity: 'error', message: said, span: given.spanOf(path), help };
}

/** The designs that are meant. Throws DiagnosticError import/unknown-instance. */
export function chosen(designs: readonly GivenDesign[], instance: string | null): readonly GivenDesign[] {
  if (instance === null) return designs;
  const found = designs.filter(({ id }) => id === instance);
  if (found.length > 0) return found;
  throw new DiagnosticError([
    {
      code: 'import/unknown-instance',
      severity: 'error',
      message: `the file has no design \`${instance}\``,
      help: `it has ${designs.map(({ id }) => `\`${id}\``).join(', ')}`,
    },
  ]);
}
