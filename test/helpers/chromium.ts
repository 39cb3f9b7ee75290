import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Debian's browser; `EDICT_CHROMIUM` names another. */
export const CHROMIUM = process.env['EDICT_CHROMIUM'] ?? '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS, chromiumSandbox: false });
}

/** Where `EDICT_SCREENSHOTS` wants pictures of pages, or null: nobody looks at them. */
export function screenshotPath(name: string): string | null {
  const folder = process.env['EDICT_SCREENSHOTS'];
  if (folder === undefined) return null;
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}
