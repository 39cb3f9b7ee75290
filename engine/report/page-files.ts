import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { assert } from '../base/assert.js';

/** The texts that every report carries. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
}

/** The page's own modules, each after those it imports. */
const MODULES = [
  'tools.js',
  'theme.js',
  'plot.js',
  'lines.js',
  'cdf.js',
  'shades.js',
  'animation-controls.js',
  'grid.js',
  'report.js',
] as const;

let files: PageFiles | undefined;

/** uPlot and the page's own script and style, read once. */
export function pageFiles(): PageFiles {
  files ??= readPageFiles();
  return files;
}

function readPageFiles(): PageFiles {
  const { resolve } = createRequire(import.meta.url);
  const library = (name: string): string => readFileSync(resolve(`uplot/dist/${name}`), 'utf8');
  // Compiled files lie in dist/engine/report/; what browsers run is kept as it is, below engine/.
  const own = (name: string): string =>
    readFileSync(new URL(`../../../engine/report/page/${name}`, import.meta.url), 'utf8');
  const script = `${library('uPlot.iife.min.js')}\n${joined(MODULES.map(own))}`;
  const style = `${library('uPlot.min.css')}\n${own('report.css')}`;
  assert(!/<\/script|<!--/i.test(script) && !/<\/style/i.test(style), 'nothing in the page ends its element');
  return { script, style };
}

/** Modules as one script: a file opened from disk may not import another one. */
function joined(modules: readonly string[]): string {
  const bodies = modules.map((text) => text.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, ''));
  return `(() => {\n'use strict';\n${bodies.join('\n')}})();\n`;
}
