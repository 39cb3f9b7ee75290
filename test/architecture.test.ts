import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import test from 'ava';
import ts from 'typescript';

/** What each folder of engine/ may import; `file.ts` alone names one file, `types of x` type imports only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  lang: ['base'],
  format: ['base', 'lang'],
  catalog: ['base'],
  check: ['base', 'lang', 'catalog'],
  lint: ['base', 'lang', 'catalog', 'check'],
  model: ['base'],
  lower: ['base', 'lang/ast.ts', 'lang/print.ts', 'catalog', 'check', 'model'],
  store: ['base', 'catalog'],
  ground: ['base', 'catalog', 'lower', 'model', 'types of store', 'store/store-error.ts'],
  solve: ['base', 'model'],
  machine: ['base'],
  report: ['base'],
  loop: [
    'base',
    'catalog',
    'check',
    'lower',
    'model',
    'store',
    'ground',
    'solve',
    'machine',
    'types of report',
  ],
  'policy-test': [
    'base',
    'lang',
    'check',
    'model',
    'lower',
    'ground/ground-error.ts',
    'types of solve',
    'store',
    'loop',
  ],
  replay: ['base', 'store', 'machine', 'loop'],
  importers: ['base', 'types of replay'],
  live: ['base', 'types of store', 'machine', 'loop', 'controllers/index.ts'],
  'controllers/*': [
    'base',
    'machine',
    'report',
    'loop/controller.ts',
    'loop/cgroup-session.ts',
    'store/tables.ts',
  ],
  'controllers/index.ts': ['controllers', 'types of loop'],
  cli: ['*'],
  web: ['*'],
  'index.ts': ['*'],
};

/** Packages and parts of Node by the files that may import them: a folder, or one file of it. */
const THIRD_PARTIES: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['store'],
  kysely: ['store'],
  'javascript-lp-solver': ['solve/simplex.ts'],
  highs: ['solve/highs.ts'],
  xstate: ['machine', 'controllers'],
  commander: ['cli'],
  picocolors: ['cli'],
  'node:fs': ['store', 'report/page-files.ts', 'replay/trace.ts', 'importers', 'live', 'cli', 'web'],
  'node:path': ['store', 'policy-test', 'importers', 'live', 'cli', 'web'],
  'node:os': ['live', 'cli/as-of-file.ts'],
  'node:module': ['report/page-files.ts'],
  'node:url': ['store', 'cli', 'web'],
  'node:util': ['cli'],
  'node:zlib': ['importers'],
  'node:http': ['live', 'cli', 'web'],
  'node:crypto': ['base', 'store'],
  'node:child_process': ['store/adhoc.ts'],
  'node:worker_threads': ['solve/worker.ts', 'live'],
};

interface Import {
  /** Paths below engine/, such as `loop/tick.ts`; a package keeps its name. */
  readonly from: string;
  readonly to: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);

function visitNodes(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => visitNodes(child, visit));
}

/** Static and dynamic imports, re-exports and imported types of a file. */
function importsOf(path: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const isPackage = !specifier.text.startsWith('.');
    const target = normalize(join(dirname(path), specifier.text)).replace(/\.js$/, '.ts');
    const to = isPackage ? specifier.text : relative('engine', target);
    found.push({ from: relative('engine', path), to, isPackage, typeOnly });
  };
  visitNodes(parse(path), (node) => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
  });
  return found;
}

/** The row of the table that a file belongs to. */
function rowOf(path: string): string {
  const [folder = '', ...rest] = path.split('/');
  if (folder !== 'controllers' || rest.length === 0) return folder;
  return rest.length === 1 ? 'controllers/index.ts' : 'controllers/*';
}

/** What is wrong with an import, or null. */
function problemOf({ from, to, isPackage, typeOnly }: Import): string | null {
  const row = rowOf(from);
  const said = `${from} imports ${typeOnly ? 'types of ' : ''}${to}`;
  if (isPackage) {
    const places = THIRD_PARTIES[to];
    const isAllowed = places?.some((place) => from === place || from.startsWith(`${place}/`)) === true;
    return isAllowed ? null : said;
  }
  const [folder = ''] = to.split('/');
  if (row === 'controllers/*') {
    const own = from.split('/').slice(0, 2).join('/');
    if (to.startsWith(`${own}/`)) return null;
  } else if (folder === row) return null;
  const allowed = MAY_IMPORT[row];
  if (allowed === undefined) return `${from} lies in a folder that the table does not have`;
  const isAllowed = allowed.some(
    (one) =>
      one === '*' ||
      one === to ||
      (one === folder && one !== 'controllers') ||
      (one === 'controllers' && row === 'controllers/index.ts' && folder === one) ||
      (one === `types of ${folder}` && typeOnly),
  );
  return isAllowed ? null : said;
}

const sources = filesBelow('engine').filter((path) => path.endsWith('.ts'));

test('no folder imports what its row of the dependency table does not list', (t) => {
  const problems = sources.flatMap(importsOf).flatMap((one) => problemOf(one) ?? []);
  t.true(sources.length > 50);
  t.deepEqual(problems, []);
});

test('the dependency table tells right imports from wrong ones', (t) => {
  const edge = (from: string, to: string, typeOnly = false): string | null =>
    problemOf({ from, to, typeOnly, isPackage: !/[./]/.test(to) || to.startsWith('node:') });
  t.is(edge('check/bind.ts', 'lang/ast.ts'), null);
  t.is(edge('lower/plan.ts', 'lang/ast.ts'), null);
  t.is(edge('ground/reader.ts', 'store/store.ts', true), null);
  t.is(edge('controllers/rack/machine.ts', 'controllers/rack/units.ts'), null);
  t.is(edge('cli/main.ts', 'controllers/index.ts'), null);
  t.truthy(edge('base/order.ts', 'lang/ast.ts'));
  t.truthy(edge('lang/parser.ts', 'check/bind.ts'));
  t.truthy(edge('solve/select.ts', 'check/bound.ts'));
  t.truthy(edge('model/model.ts', 'solve/solver.ts'));
  t.truthy(edge('lower/lower.ts', 'lang/parser.ts'));
  t.truthy(edge('ground/ground.ts', 'store/store.ts'));
  t.truthy(edge('loop/loop.ts', 'controllers/index.ts'));
  t.truthy(edge('loop/loop.ts', 'controllers/rack/controller.ts'));
  t.truthy(edge('controllers/rack/machine.ts', 'controllers/quota/machine.ts'));
  t.truthy(edge('controllers/rack/machine.ts', 'loop/loop.ts'));
  t.truthy(edge('loop/loop.ts', 'node:fs'));
  t.truthy(edge('solve/select.ts', 'highs'));
  t.truthy(edge('store/store.ts', 'node:child_process'));
  t.truthy(edge('check/bind.ts', 'lodash'));
  t.truthy(edge('new/thing.ts', 'base/order.ts'));
});

test('only those who start programs know the list of controllers', (t) => {
  const allowed = ['cli', 'web', 'live', 'index.ts'];
  const importers = sources.flatMap(importsOf).filter(({ to }) => to === 'controllers/index.ts');
  t.deepEqual(
    importers.filter(({ from }) => !allowed.includes(from.split('/')[0] ?? '')),
    [],
  );
});

/** Names that belong to controllers: their folders, their tables and views. */
function controllerWords(): Set<string> {
  const words = new Set<string>();
  for (const name of readdirSync('engine/controllers')) if (!name.endsWith('.ts')) words.add(name);
  for (const path of filesBelow('schema')) {
    // Packs have no controller, and the core tables are the core's own.
    if (dirname(path) !== 'schema' || path === join('schema', '00_core.sql')) continue;
    const text = readFileSync(path, 'utf8');
    for (const [, name = ''] of text.matchAll(/^create (?:table|view) (\w+)/gm)) words.add(name);
  }
  return words;
}

const isCore = (path: string): boolean =>
  !['controllers', 'cli', 'web', 'importers', 'index.ts'].includes(
    relative('engine', path).split('/')[0] ?? '',
  );

/** Texts of string literals and templates that are SQL. */
function sqlOf(path: string): string[] {
  const texts: string[] = [];
  visitNodes(parse(path), (node) => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      texts.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' ? '));
    }
  });
  return texts.filter((text) =>
    /^\s*(select|with|insert|update|delete|replace|create (table|view|index|constraint|trigger)|drop|alter)\s/i.test(
      text,
    ),
  );
}

test('no SQL of the core names a controller, its tables or its views', (t) => {
  const words = controllerWords();
  for (const word of ['rack', 'host', 'process', 'request', 'core_extent', 'unallocated']) {
    t.true(words.has(word), word);
  }
  const found = sources
    .filter(isCore)
    .flatMap((path) =>
      sqlOf(path).flatMap((sql) =>
        [...sql.matchAll(/\w+/g)].flatMap(([word]) =>
          words.has(word) ? [`${path}: ${word} in ${sql}`] : [],
        ),
      ),
    );
  t.deepEqual(found, []);
  const all = sources.filter(isCore).flatMap(sqlOf);
  t.true(all.length > 20, 'the search finds SQL at all');
});

test('schema, migrations and policies hold SQL only', (t) => {
  const others = ['schema', 'migrations', 'policies']
    .flatMap(filesBelow)
    .filter((path) => !path.endsWith('.sql'));
  t.deepEqual(others, []);
});

test('no file of the engine exceeds 600 lines', (t) => {
  const long = sources.filter((path) => readFileSync(path, 'utf8').trimEnd().split('\n').length > 600);
  t.deepEqual(long, []);
});

test('the core type-checks with the controllers absent', (t) => {
  t.timeout(120_000);
  const config = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, '.');
  const roots = sources.filter((path) => {
    const [folder = ''] = relative('engine', path).split('/');
    return !['controllers', 'cli', 'web', 'index.ts'].includes(folder);
  });
  const program = ts.createProgram(roots, { ...options, noEmit: true, incremental: false, composite: false });
  const read = program.getSourceFiles().map((file) => relative(process.cwd(), file.fileName));
  t.deepEqual(
    read.filter((path) => path.startsWith('engine/controllers')),
    [],
  );
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file === undefined ? '' : relative(process.cwd(), file.fileName);
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  t.deepEqual(problems, []);
});
