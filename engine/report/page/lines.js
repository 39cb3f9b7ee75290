import { axis, plain, plot } from './plot.js';
import { csvText, dashOf, fileName, make, saveText, seriesColor, withUnit } from './tools.js';

/** The bounds of a y axis that begins at zero unless values lie below it. */
function fromZero(_u, least, most) {
  if (least === null || most === null) return [0, 1];
  const low = Math.min(0, least);
  const high = Math.max(0, most);
  const room = (high - low) * 0.05 || 1;
  return [low < 0 ? low - room : 0, high > 0 ? high + room : 0];
}

export function lines(place, chart) {
  const data = [chart.xs, ...chart.series.map(({ ys }) => ys)];
  const csv = make(
    'button',
    {
      type: 'button',
      onclick: () =>
        saveText(
          fileName(chart.title),
          csvText([
            [withUnit(chart.x), ...chart.series.map(({ name }) => name)],
            ...chart.xs.map((value, index) => [value, ...chart.series.map(({ ys }) => ys[index])]),
          ]),
        ),
    },
    'Save as CSV',
  );
  plot(place, {
    title: chart.title,
    x: chart.x,
    data,
    series: chart.series,
    readingUnit: chart.y.unit,
    tools: [csv],
    options: () => ({
      scales: { x: { time: false }, y: { range: fromZero } },
      axes: [
        axis(withUnit(chart.x), { size: 34, values: (_u, values) => plain(values) }),
        axis(withUnit(chart.y), { size: 58, values: (_u, values) => plain(values) }),
      ],
      series: [
        {},
        ...chart.series.map(({ shape, name }, index) => ({
          label: name,
          stroke: () => seriesColor(index),
          width: shape === 'area' ? 1 : 1.75,
          dash: dashOf(index),
          points: { show: chart.xs.length <= 60 },
          ...(shape === 'area' ? { fill: () => `${seriesColor(index)}40` } : {}),
          ...(shape === 'step' ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        })),
      ],
    }),
  });
}
