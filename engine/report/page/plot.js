import { repaints } from './theme.js';
import { color, FONT, make, numberText, onWidth, quantityText } from './tools.js';

export function axis(label, extra) {
  return {
    stroke: () => color('--faint'),
    grid: { stroke: () => color('--grid'), width: 1 },
    ticks: { stroke: () => color('--line'), width: 1, size: 5 },
    font: FONT,
    labelFont: FONT,
    label,
    labelSize: 22,
    labelGap: 2,
    ...extra,
  };
}

export function plain(values) {
  return values.map((value) => (value === null ? '' : numberText(value)));
}

/** A chart of uPlot with a legend that switches series, readings at the cursor, zoom and keys. */
export function plot(place, { title, x, data, series, options, tools, readingUnit }) {
  const box = make('div', {
    class: 'plot',
    tabindex: '0',
    role: 'group',
    'aria-label': `${title}. Chart; its table follows. Arrow keys move the cursor, plus and minus zoom, 0 shows all.`,
  });
  const at = make('span', { class: 'at', 'aria-live': 'polite' });
  const readings = [];
  const buttons = series.map(({ name }, index) => {
    const reading = make('span', { class: 'reading' });
    readings.push(reading);
    const dash = Math.floor(index / 8) % 3;
    const button = make(
      'button',
      { type: 'button', 'aria-pressed': 'true' },
      make('span', { class: `swatch s${index % 8} dash${dash}`, 'aria-hidden': 'true' }),
      make('span', { class: 'name' }, name),
      reading,
    );
    button.addEventListener('click', () => {
      const shown = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(shown));
      chart.setSeries(index + 1, { show: shown });
    });
    return button;
  });
  const xs = data[0];
  const full = xs.length > 1 ? [xs[0], xs[xs.length - 1]] : [(xs[0] ?? 0) - 1, (xs[0] ?? 0) + 1];
  const reset = () => chart.setScale('x', { min: chart.fullX[0], max: chart.fullX[1] });
  const all = make('button', { type: 'button', onclick: () => reset() }, 'Show all');
  const bar = make('div', { class: 'tools' }, all, ...(tools ?? []), at);
  const legend = make(
    'div',
    { class: 'legend', role: 'group', 'aria-label': `Series of ${title}` },
    ...buttons,
  );
  place.append(legend, box, bar);

  let chart;
  function read(u) {
    const index = u.cursor.idx;
    const known = index !== null && index !== undefined;
    at.textContent = known
      ? `${x.name} ${quantityText(xs[index], x.unit)}`
      : 'Drag to zoom in; double click shows all.';
    readings.forEach((reading, which) => {
      reading.textContent = known ? quantityText(data[which + 1][index] ?? null, readingUnit) : '';
    });
  }
  function build(width) {
    chart?.destroy();
    const built = options(width);
    chart = new uPlot(
      {
        width,
        height: Math.round(Math.min(380, Math.max(240, width * 0.42))),
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 6 }, focus: { prox: -1 } },
        padding: [10, 14, 0, 0],
        ...built,
        hooks: { setCursor: [read] },
      },
      data,
      box,
    );
    chart.fullX = built.fullX ?? full;
    buttons.forEach((button, index) => {
      if (button.getAttribute('aria-pressed') !== 'true') chart.setSeries(index + 1, { show: false });
    });
    read(chart);
  }
  let width = 0;
  onWidth(box, (now) => {
    width = now;
    if (chart === undefined) build(now);
    else chart.setSize({ width: now, height: Math.round(Math.min(380, Math.max(240, now * 0.42))) });
  });
  repaints.push(() => {
    if (chart !== undefined) build(width);
  });

  const isLog = () => chart.scales.x.distr === 3;
  function zoom(factor) {
    const { min, max } = chart.scales.x;
    const to = isLog() ? Math.log : (value) => value;
    const from = isLog() ? Math.exp : (value) => value;
    const index = chart.cursor.idx;
    const middle = index === null || index === undefined ? (to(min) + to(max)) / 2 : to(xs[index]);
    const low = Math.max(to(chart.fullX[0]), middle - (middle - to(min)) * factor);
    const high = Math.min(to(chart.fullX[1]), middle + (to(max) - middle) * factor);
    if (high > low) chart.setScale('x', { min: from(low), max: from(high) });
  }
  function moveTo(index) {
    const bounded = Math.max(0, Math.min(xs.length - 1, index));
    const { min, max } = chart.scales.x;
    if (xs[bounded] < min || xs[bounded] > max) {
      const half = (max - min) / 2;
      if (isLog()) reset();
      else chart.setScale('x', { min: xs[bounded] - half, max: xs[bounded] + half });
    }
    chart.setCursor({
      left: chart.valToPos(xs[bounded], 'x'),
      top: chart.bbox.height / devicePixelRatio / 2,
    });
  }
  box.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? Math.max(1, Math.round(xs.length / 20)) : 1;
    const current = chart.cursor.idx ?? (event.key === 'ArrowRight' ? -1 : xs.length);
    const actions = {
      ArrowLeft: () => moveTo(current - step),
      ArrowRight: () => moveTo(current + step),
      Home: () => moveTo(0),
      End: () => moveTo(xs.length - 1),
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      0: reset,
      Escape: reset,
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  return { rebuild: () => build(width) };
}
