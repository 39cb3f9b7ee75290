import { axis, plain, plot } from './plot.js';
import { repaints } from './theme.js';
import { dashOf, make, seriesColor, withUnit } from './tools.js';

/** The bounds as they are: uPlot would widen a logarithmic axis to whole decades. */
const exact = (_u, least, most) =>
  least === null ? [0, 1] : least === most ? [least * 0.9 - 0.1, most * 1.1 + 0.1] : [least, most];

export function cdf(place, chart) {
  // One axis for all series: each share holds until the next value of its own series.
  const xs = [...new Set(chart.series.flatMap((one) => one.xs))].sort((a, b) => a - b);
  const shares = chart.series.map((one) => {
    let next = 0;
    let share = 0;
    return xs.map((x) => {
      while (next < one.xs.length && one.xs[next] <= x) share = one.shares[next++];
      return share;
    });
  });
  const positive = xs.findIndex((value) => value > 0);
  const canLog = positive !== -1 && xs.length - positive > 1;
  let isLog = chart.scale === 'log' && canLog;
  const data = [];
  const fill = () => {
    const from = isLog ? positive : 0;
    data.length = 0;
    data.push(xs.slice(from), ...shares.map((one) => one.slice(from)));
  };
  const percents = (_u, values) =>
    values.map((value) => (value === null ? '' : `${Math.round(value * 1000) / 10} %`));
  const build = () => {
    fill();
    place.replaceChildren();
    const toggle = make(
      'button',
      { type: 'button', 'aria-pressed': String(isLog), hidden: !canLog },
      'Logarithmic axis',
    );
    toggle.addEventListener('click', () => {
      isLog = !isLog;
      repaints.splice(repaints.indexOf(repaint), 1);
      build();
      place.querySelector('[data-log]').focus();
    });
    toggle.dataset.log = '';
    const before = repaints.length;
    plot(place, {
      title: chart.title,
      x: chart.x,
      data,
      series: chart.series,
      readingUnit: null,
      tools: [toggle],
      options: (width) => ({
        fullX: [data[0][0], data[0][data[0].length - 1]],
        scales: {
          x: { time: false, range: exact, ...(isLog ? { distr: 3, log: 10 } : {}) },
          y: { range: [0, 1.02] },
        },
        axes: [
          axis(withUnit(chart.x), {
            size: 34,
            values: (_u, values) => plain(values),
            ...(isLog && width < 500 ? { space: 60 } : {}),
          }),
          axis('share of samples', { size: 58, values: percents }),
        ],
        series: [
          {},
          ...chart.series.map(({ name }, index) => ({
            label: name,
            stroke: () => seriesColor(index),
            width: 1.75,
            dash: dashOf(index),
            points: { show: false },
            paths: uPlot.paths.stepped({ align: 1 }),
          })),
        ],
      }),
    });
    repaint = repaints[before];
  };
  let repaint;
  build();
}
