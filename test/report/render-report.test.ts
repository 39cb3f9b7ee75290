import test from 'ava';
import { renderReport, REPORT_BYTES } from '../../engine/report/render-report.js';
import type { Report, Section } from '../../engine/report/report.js';
import { digestBase64 } from '../../engine/base/digest.js';
import { must } from '../../engine/base/assert.js';
import { HOSTILE, sampleReport } from '../helpers/sample-report.js';

const reportOf = (...sections: readonly Section[]): Report => ({
  title: 'A report',
  subtitle: null,
  facts: [],
  sections,
});

const textBetween = (text: string, from: string, to: string): string =>
  must(text.split(from)[1]?.split(to)[0], `${from} in the page`);

test('the same report gives the same text, which holds every section and its table', (t) => {
  const text = renderReport(sampleReport());
  t.is(text, renderReport(sampleReport()));
  t.is(text.match(/<section/g)?.length, 8);
  for (const title of [
    'Side by side',
    'Tracking of one container',
    'CPU slack',
    'Access order',
    'Tiles visited',
  ]) {
    t.true(text.includes(`<h2 id="section-`) && text.includes(`>${title}</h2>`), title);
  }
  t.is(text.match(/<section[^>]*data-chart/g)?.length, 4);
  t.true((text.match(/<table/g)?.length ?? 0) >= 9);
});

test('texts are escaped wherever they stand', (t) => {
  const text = renderReport({
    title: HOSTILE,
    subtitle: HOSTILE,
    facts: [{ label: HOSTILE, value: HOSTILE, unit: HOSTILE }],
    sections: [
      {
        kind: 'lines',
        title: HOSTILE,
        note: HOSTILE,
        x: { name: HOSTILE, unit: HOSTILE },
        y: { name: HOSTILE, unit: HOSTILE },
        xs: [0, 1],
        series: [{ name: HOSTILE, shape: 'line', values: [1, 2] }],
      },
      {
        kind: 'animation',
        title: `grid ${HOSTILE}`,
        note: null,
        rows: { name: HOSTILE, labels: [HOSTILE] },
        columns: { name: HOSTILE, labels: [HOSTILE] },
        value: { name: HOSTILE, unit: HOSTILE },
        frames: [{ label: HOSTILE, values: [1], active: [0] }],
      },
      {
        kind: 'table',
        title: `table ${HOSTILE}`,
        note: null,
        columns: [{ name: HOSTILE, unit: HOSTILE, best: null }],
        rows: [[HOSTILE]],
      },
    ],
  });
  t.false(text.includes('<img'));
  // The page's own three script elements, and no other.
  t.is(text.match(/<script/g)?.length, 2);
  t.is(text.match(/<\/script/g)?.length, 2);
});

test('the security policy allows the inlined script and style by their digests and nothing else', (t) => {
  const text = renderReport(sampleReport());
  const policy = textBetween(text, 'Content-Security-Policy" content="', '"').replaceAll('&#39;', "'");
  t.deepEqual(policy.split('; '), [
    "default-src 'none'",
    `script-src 'sha256-${digestBase64(textBetween(text, '<script>', '</script>'))}'`,
    `style-src 'sha256-${digestBase64(textBetween(text, '<style>', '</style>'))}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  t.false(/ style="/.test(text), 'no style attribute, which the policy would refuse');
  t.deepEqual(text.match(/\s(?:src|href)="(?!#)[^"]*"/g), null);
});

test('the best values of a column are marked, and all that equal them', (t) => {
  const text = renderReport(
    reportOf({
      kind: 'table',
      title: 'Marks',
      note: null,
      columns: [
        { name: 'name', unit: null, best: null },
        { name: 'low', unit: 'ms', best: 'least' },
        { name: 'high', unit: null, best: 'most' },
        { name: 'plain', unit: null, best: null },
      ],
      rows: [
        ['a', 1.5, 10, 1],
        ['b', 2, 30, 2],
        ['c', 1.5, null, 3],
      ],
    }),
  );
  t.deepEqual(
    [...text.matchAll(/best">([^<]*)</g)].map(([, number]) => number),
    ['1.5', '30', '1.5'],
  );
});

test('a report that is too large is thinned until it fits, and says so', (t) => {
  const length = 200_000;
  const side = 1000;
  const text = renderReport(
    reportOf(
      {
        kind: 'lines',
        title: 'Long',
        note: null,
        x: { name: 'time', unit: 's' },
        y: { name: 'load', unit: null },
        xs: Float64Array.from({ length }, (_, index) => index / 10),
        series: [1, 2, 3, 4, 5, 6, 7, 8].map((factor) => ({
          name: `series ${factor}`,
          shape: 'line' as const,
          values: Float64Array.from({ length }, (_, index) => Math.sin(index / 1000) * factor),
        })),
      },
      {
        kind: 'heat-map',
        title: 'Wide',
        note: null,
        rows: { name: 'row', labels: Array.from({ length: side }, (_, index) => String(index)) },
        columns: { name: 'column', labels: Array.from({ length: side }, (_, index) => String(index)) },
        value: { name: 'order', unit: null },
        values: Int32Array.from({ length: side * side }, (_, index) => index),
      },
      ...Array.from({ length: 30 }, (_, index): Section => ({
        kind: 'table',
        title: `Table ${index}`,
        note: null,
        columns: [{ name: 'row', unit: null, best: null }],
        rows: Array.from({ length: 20_000 }, (_, row) => [`row ${row} of a long table ${'x'.repeat(200)}`]),
      })),
    ),
  );
  t.true(Buffer.byteLength(text) <= REPORT_BYTES);
  t.regex(text, /Drawn: [\d,]+ of 200,000 samples/);
  t.regex(text, /Drawn in blocks of \d+ × \d+ cells/);
  t.regex(text, /The first [\d,]+ of 20,000 rows/);
});

test('a series that does not fit its axis is a mistake of the caller', (t) => {
  const section: Section = {
    kind: 'lines',
    title: 'Short',
    note: null,
    x: { name: 'x', unit: null },
    y: { name: 'y', unit: null },
    xs: [0, 1, 2],
    series: [{ name: 's', shape: 'line', values: [1] }],
  };
  t.throws(() => renderReport(reportOf(section)), { message: /series s of Short/ });
});
