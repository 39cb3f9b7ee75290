import { seededRandom } from '../../engine/base/random.js';
import type { Frame, Report } from '../../engine/report/report.js';
import { svgElement, svgText } from '../../engine/report/svg.js';

/** Text that would run, or end an element, where it is not escaped. */
export const HOSTILE = `</script><script>throw new Error('run')</script><img src=x onerror="throw 1">&'"`;

const WIDTH = 8;
const HEIGHT = 6;

/** Tiles of two by two visited one after the other: each step keeps what the steps before it reached. */
function tileFrames(): Frame[] {
  const order: (number | null)[] = new Array<null>(WIDTH * HEIGHT).fill(null);
  const frames: Frame[] = [];
  for (let top = 0; top < HEIGHT; top += 2) {
    for (let left = 0; left < WIDTH; left += 2) {
      const active = [0, 1, WIDTH, WIDTH + 1].map((offset) => top * WIDTH + left + offset);
      active.forEach((cell, index) => {
        order[cell] = frames.length * 4 + index;
      });
      frames.push({ label: `tile (${top / 2}, ${left / 2})`, values: [...order], active });
    }
  }
  return frames;
}

/** A report with a section of every kind, made of seeded numbers. */
export function sampleReport(samples = 600): Report {
  const random = seededRandom(7);
  const between = (low: number, high: number): number => low + (high - low) * random.next();
  const xs = Array.from({ length: samples }, (_, index) => index / 10);
  const usage = xs.map((x) => 0.6 + 0.35 * Math.sin(x / 3) + between(0, 0.2) + (x % 20 < 3 ? 0.9 : 0));
  const quota = usage.map((_, index) => Math.max(...usage.slice(Math.max(0, index - 12), index + 1)) + 0.08);
  const fixed = usage.map((_, index) => (index % 97 === 5 ? null : 3.3));
  const slack = (factor: number): number[] =>
    Array.from({ length: 3000 }, () => factor * -Math.log(1 - between(0, 0.999)) - 0.02);
  const ticks = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
  const grid = {
    rows: { name: 'row', labels: ticks(HEIGHT) },
    columns: { name: 'column', labels: ticks(WIDTH) },
  };
  return {
    title: 'Quota schedulers on one bursty trace',
    subtitle: 'Eight containers for a minute; closed loop, the first ten seconds left out.',
    facts: [
      { label: 'containers', value: 8, unit: null },
      { label: 'periods', value: 12_000, unit: null },
      { label: 'least p99 slack', value: 0.734, unit: 'cores' },
      { label: 'winner', value: 'ref', unit: null },
    ],
    sections: [
      {
        kind: 'table',
        title: 'Side by side',
        note: 'Best value of each column marked.',
        columns: [
          { name: 'scheduler', unit: null, best: null },
          { name: 'p50 slack', unit: 'cores', best: 'least' },
          { name: 'p99 slack', unit: 'cores', best: 'least' },
          { name: 'throttled', unit: '%', best: 'least' },
          { name: 'work done', unit: 'ms', best: 'most' },
          { name: 'OOMs', unit: null, best: 'least' },
        ],
        rows: [
          ['ref', 0.16, 1.08, 15.5, 123_456, 0],
          ['static 1.5x', 1.93, 6.9, 0.03, 123_456, 0],
          ['Autopilot, 10 s', 0.07, 4.2, 37, 98_765.4, 2],
          ['VPA', 0.25, 6.43, 35, null, 11],
        ],
      },
      {
        kind: 'lines',
        title: 'Tracking of one container',
        note: 'Quota against usage, as time goes by.',
        x: { name: 'time', unit: 's' },
        y: { name: 'CPU', unit: 'cores' },
        xs,
        series: [
          { name: 'usage', shape: 'area', values: usage },
          { name: 'quota (ref)', shape: 'step', values: quota },
          { name: 'quota (static 1.5x)', shape: 'step', values: fixed },
        ],
      },
      {
        kind: 'cdf',
        title: 'CPU slack',
        note: 'Limit less usage, per container and period.',
        x: { name: 'slack', unit: 'cores' },
        scale: 'log',
        series: [
          { name: 'ref', values: slack(0.2), counts: null },
          { name: 'static 1.5x', values: slack(1.6), counts: null },
          { name: 'Autopilot, 10 s', values: slack(0.7), counts: null },
          { name: 'VPA', values: slack(1.1), counts: null },
        ],
      },
      {
        kind: 'bars',
        title: 'Mean allocation',
        note: null,
        value: { name: 'allocation', unit: 'cores' },
        group: 'application',
        groups: ['TrainTicket', 'Teastore', 'HipsterShop', 'MediaMicroservices'],
        series: [
          { name: 'ref', values: [33.2, 4.1, 5.5, 12.9] },
          { name: 'static 1.5x', values: [156.6, 18.9, 16.6, 31.7] },
        ],
      },
      {
        kind: 'heat-map',
        title: 'Access order',
        note: 'Which element comes when.',
        ...grid,
        value: { name: 'step', unit: null },
        values: Int32Array.from({ length: WIDTH * HEIGHT }, (_, index) => index),
      },
      {
        kind: 'animation',
        title: 'Tiles visited',
        note: 'Two by two, row by row.',
        ...grid,
        value: { name: 'visited as', unit: null },
        frames: tileFrames(),
      },
      {
        kind: 'picture',
        title: 'The grid',
        note: 'Two tiles and the fifo between them.',
        svg: svgElement(
          'svg',
          { viewBox: '0 0 320 90', width: 320, height: 90 },
          ...[0, 1].map((tile) =>
            svgElement('rect', {
              x: 10 + tile * 200,
              y: 15,
              width: 100,
              height: 60,
              rx: 6,
              fill: 'var(--panel)',
              stroke: 'var(--s0)',
            }),
          ),
          svgElement('path', { d: 'M110 45 H210', stroke: 'var(--s1)', 'stroke-width': 3 }),
          ...['core (0, 2)', 'core (1, 2)'].map((name, tile) =>
            svgElement(
              'text',
              { x: 60 + tile * 200, y: 49, 'text-anchor': 'middle', fill: 'var(--ink)', 'font-size': 13 },
              svgText(name),
            ),
          ),
        ),
        columns: [
          { name: 'fifo', unit: null, best: null },
          { name: 'from', unit: null, best: null },
          { name: 'to', unit: null, best: null },
        ],
        rows: [['of_in', 'core (0, 2)', 'core (1, 2)']],
      },
      {
        kind: 'prose',
        title: `Texts are texts: ${HOSTILE}`,
        note: HOSTILE,
        paragraphs: [HOSTILE, 'The figures above are made up; they show what a report looks like.'],
      },
    ],
  };
}
