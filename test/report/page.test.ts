import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { renderReport } from '../../engine/report/render-report.js';
import { CHROMIUM, hasChromium, launchChromium, screenshotPath } from '../helpers/chromium.js';
import { sampleReport } from '../helpers/sample-report.js';

if (!hasChromium) {
  console.warn(`SKIPPED: the tests of report pages need a browser, and ${CHROMIUM} is missing`);
}
const browserTest = hasChromium ? test.serial : test.serial.skip;

let browser: Browser | null = null;
let address = '';

test.before(async () => {
  if (!hasChromium) return;
  const file = join(mkdtempSync(join(tmpdir(), 'edict-report-')), 'report.html');
  writeFileSync(file, renderReport(sampleReport()));
  address = pathToFileURL(file).href;
  browser = await launchChromium();
});

test.after.always(async () => {
  await browser?.close();
});

interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, and what scripts threw. */
  readonly complaints: string[];
  /** What the page asked for, besides itself. */
  readonly requests: string[];
}

async function open(options: BrowserContextOptions = {}): Promise<Opened> {
  if (browser === null) throw new Error('no browser');
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await context.route('**/*', (route) => {
    if (route.request().url() === address) return route.continue();
    requests.push(route.request().url());
    return route.abort();
  });
  await page.goto(address);
  // Charts are drawn once the browser has laid out the page.
  if (options.javaScriptEnabled !== false) {
    await page.locator('html[data-ready]').waitFor();
    const drawn = `document.querySelectorAll('.chart canvas').length === document.querySelectorAll('[data-chart]').length`;
    while (!(await page.evaluate<boolean>(drawn))) await page.waitForTimeout(20);
    await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
  }
  return { page, complaints, requests };
}

/** Distinct colours of each canvas: a blank one has one. */
const COLORS = `[...document.querySelectorAll('.chart canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) {
    found.add((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]);
  }
  return found.size;
})`;

/** A section by its heading. */
const sectionOf = (page: Page, title: string): ReturnType<Page['locator']> =>
  page.getByRole('region', { name: title, exact: true });

async function shoot(page: Page, name: string): Promise<void> {
  const path = screenshotPath(name);
  if (path !== null) await page.screenshot({ path, fullPage: true });
}

browserTest('a report draws its charts, complains of nothing and asks for nothing', async (t) => {
  const { page, complaints, requests } = await open();
  t.deepEqual(complaints, []);
  t.deepEqual(requests, []);
  const colors = await page.evaluate<number[]>(COLORS);
  t.is(colors.length, 4);
  for (const count of colors) t.true(count > 20, `${count} colours`);
  t.is(await page.locator('script').count(), 2);
  t.is(await page.locator('img').count(), 0);
  t.true(await page.getByText("throw new Error('run')").first().isVisible());
  await shoot(page, 'light.png');
  await page.context().close();
});

browserTest('behind every chart stands its table', async (t) => {
  const { page } = await open();
  const missing = await page.evaluate<string[]>(
    `[...document.querySelectorAll('section')].filter((one) => one.querySelector('.chart, .bar-chart, .drawing') !== null)
      .filter((one) => one.querySelector('details.twin table tbody tr') === null).map((one) => one.id)`,
  );
  t.deepEqual(missing, []);
  const slack = sectionOf(page, 'CPU slack');
  t.false(await slack.locator('table').isVisible());
  await slack.locator('summary').click();
  t.true(await slack.locator('table').isVisible());
  t.deepEqual(await slack.locator('tbody th').allTextContents(), [
    'ref',
    'static 1.5x',
    'Autopilot, 10 s',
    'VPA',
  ]);
  await page.context().close();
});

browserTest('keys move the cursor of a chart, zoom into it and back', async (t) => {
  const { page, complaints } = await open();
  const section = sectionOf(page, 'Tracking of one container');
  const plot = section.locator('.plot');
  await plot.focus();
  await page.keyboard.press('Home');
  t.regex((await section.locator('.at').textContent()) ?? '', /^time 0 s$/);
  for (let press = 0; press < 5; press += 1) await page.keyboard.press('ArrowRight');
  t.regex((await section.locator('.at').textContent()) ?? '', /^time 0\.5 s$/);
  t.regex((await section.locator('.reading').first().textContent()) ?? '', /^[\d.]+ cores$/);
  const before = await plot.screenshot();
  await page.keyboard.press('+');
  await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
  t.false((await plot.screenshot()).equals(before), 'zoomed in');
  await page.keyboard.press('0');
  await page.keyboard.press('Home');
  t.regex((await section.locator('.at').textContent()) ?? '', /^time 0 s$/);

  const series = section.getByRole('button', { name: /^quota \(ref\)/ });
  t.is(await series.getAttribute('aria-pressed'), 'true');
  await series.press('Enter');
  t.is(await series.getAttribute('aria-pressed'), 'false');

  const logarithmic = sectionOf(page, 'CPU slack').getByRole('button', { name: 'Logarithmic axis' });
  t.is(await logarithmic.getAttribute('aria-pressed'), 'true');
  await logarithmic.press('Enter');
  t.is(await logarithmic.getAttribute('aria-pressed'), 'false');
  t.deepEqual(complaints, []);
  await page.context().close();
});

browserTest('an animation is played, stepped and searched with keys', async (t) => {
  const { page, complaints } = await open();
  const section = sectionOf(page, 'Tiles visited');
  const label = section.locator('.step-label');
  const step = async (): Promise<string> => (await label.textContent()) ?? '';
  t.is(await step(), 'Step 1 of 12: tile (0, 0)');
  await section.locator('.plot').focus();
  await page.keyboard.press('.');
  t.is(await step(), 'Step 2 of 12: tile (0, 1)');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  t.is(await section.locator('.at').textContent(), 'row 0, column 1: 1');
  await page.keyboard.press('End');
  t.is(await step(), 'Step 12 of 12: tile (2, 3)');
  await page.keyboard.press(',');
  t.is(await step(), 'Step 11 of 12: tile (2, 2)');
  await page.keyboard.press('Home');
  t.is(await step(), 'Step 1 of 12: tile (0, 0)');
  await section.getByRole('slider').focus();
  await page.keyboard.press('ArrowRight');
  t.is(await step(), 'Step 2 of 12: tile (0, 1)');
  await section.getByRole('combobox').selectOption('25');
  await section.getByRole('button', { name: 'Play' }).press('Enter');
  await label.getByText('Step 12 of 12').waitFor();
  t.is(await section.locator('.play').textContent(), 'Play', 'it stops at the end');
  t.deepEqual(complaints, []);
  await page.context().close();
});

browserTest('dark mode follows the reader, and the button switches', async (t) => {
  const { page, complaints } = await open({ colorScheme: 'dark' });
  const ground = (): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  t.is(await ground(), 'rgb(18, 22, 27)');
  await shoot(page, 'dark.png');
  await page.getByRole('button', { name: 'Light mode' }).click();
  t.is(await ground(), 'rgb(255, 255, 255)');
  t.is(await page.getByRole('button', { name: 'Dark mode' }).count(), 1);
  t.deepEqual(complaints, []);
  await page.context().close();
});

browserTest('a narrow screen needs no scrolling sideways', async (t) => {
  for (const width of [320, 360, 768]) {
    const { page, complaints } = await open({ viewport: { width, height: 740 } });
    for (const summary of await page.locator('details.twin summary').all()) await summary.click();
    t.is(await page.evaluate<number>('document.documentElement.scrollWidth'), width);
    t.deepEqual(complaints, []);
    await shoot(page, `narrow-${width}.png`);
    await page.context().close();
  }
});

browserTest('without scripts a report still has its words, bars, drawings and tables', async (t) => {
  const { page } = await open({ javaScriptEnabled: false });
  t.true(await page.getByText('Charts need JavaScript').isVisible());
  t.true(await page.locator('.bar-chart').isVisible());
  t.true(await page.locator('.drawing svg').isVisible());
  t.true((await page.locator('details.twin table').count()) >= 7);
  await shoot(page, 'no-script.png');
  await page.context().close();
});
