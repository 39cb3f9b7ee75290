import { animationControls } from './animation-controls.js';
import { css, inkOn, shade } from './shades.js';
import { repaints } from './theme.js';
import { color, FONT, make, numberText, onWidth, quantityText, withUnit } from './tools.js';

export function grid(place, chart) {
  const rows = chart.rows.labels;
  const columns = chart.columns.labels;
  const [least, most] = chart.range ?? [0, 1];
  const shareOf = (value) => (most > least ? (value - least) / (most - least) : 0.5);
  const canvas = make('canvas', { 'aria-hidden': 'true' });
  const box = make(
    'div',
    {
      class: 'plot grid-plot',
      tabindex: '0',
      role: 'group',
      'aria-label':
        `${chart.title}. ${chart.animated ? 'Animation' : 'Heat map'}; its table follows. Arrow keys move over the cells` +
        (chart.animated ? ', space plays, comma and full stop step.' : '.'),
    },
    canvas,
  );
  const at = make('span', { class: 'at', 'aria-live': 'polite' });
  let frame = 0;
  let values = [];
  let cell = null;
  let layout = null;

  /** Values after a step: played on from where we are, or from the start. */
  let playedTo = -1;
  function valuesAt(step) {
    if (step < playedTo) playedTo = -1;
    if (playedTo === -1) values = new Array(rows.length * columns.length).fill(null);
    while (playedTo < step) {
      playedTo += 1;
      const { changes } = chart.frames[playedTo];
      for (let index = 0; index < changes.length; index += 2) values[changes[index]] = changes[index + 1];
    }
  }

  function measure(width) {
    const context = canvas.getContext('2d');
    context.font = FONT;
    const longest = (labels) => Math.max(0, ...labels.map((label) => context.measureText(label).width));
    const left = Math.ceil(Math.min(width * 0.3, longest(rows) + 12)) + 18;
    const side = (width - left - 8) / columns.length;
    const size = Math.max(Math.min(side, 46, Math.max(3, 620 / rows.length)), 0.25);
    const top = 8;
    return {
      left,
      top,
      size,
      width,
      height: Math.ceil(top + size * rows.length + 78),
      longestColumn: longest(columns),
    };
  }

  function paint() {
    if (layout === null) return;
    const { left, top, size, width, height, longestColumn } = layout;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    context.font = FONT;
    const across = size * columns.length;
    const down = size * rows.length;
    const gap = size >= 10 ? 1 : 0;
    context.fillStyle = color('--grid');
    context.fillRect(left, top, across, down);
    values.forEach((value, index) => {
      if (value === null) return;
      const x = left + (index % columns.length) * size;
      const y = top + Math.floor(index / columns.length) * size;
      const tint = shade(shareOf(value));
      context.fillStyle = css(tint);
      context.fillRect(x, y, size - gap + (gap === 0 ? 0.4 : 0), size - gap + (gap === 0 ? 0.4 : 0));
      if (size < 24) return;
      const text = numberText(value);
      if (context.measureText(text).width > size - 4) return;
      context.fillStyle = inkOn(tint);
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(text, x + size / 2, y + size / 2);
    });
    /** The border around cells, not the lines between them. */
    const outlineAll = (cells) => {
      const all = new Set(cells);
      const thickness = Math.max(1.5, Math.min(3, size / 6));
      context.fillStyle = color('--mark');
      for (const index of all) {
        const column = index % columns.length;
        const x = left + column * size;
        const y = top + Math.floor(index / columns.length) * size;
        if (!all.has(index - columns.length)) context.fillRect(x, y, size, thickness);
        if (!all.has(index + columns.length)) context.fillRect(x, y + size - thickness, size, thickness);
        if (column === 0 || !all.has(index - 1)) context.fillRect(x, y, thickness, size);
        if (column === columns.length - 1 || !all.has(index + 1)) {
          context.fillRect(x + size - thickness, y, thickness, size);
        }
      }
    };
    const outline = (index, stroke, thickness) => {
      context.strokeStyle = stroke;
      context.lineWidth = thickness;
      const x = left + (index % columns.length) * size;
      const y = top + Math.floor(index / columns.length) * size;
      context.strokeRect(
        x + 0.5,
        y + 0.5,
        size - gap - 1 + (gap === 0 ? 1 : 0),
        size - gap - 1 + (gap === 0 ? 1 : 0),
      );
    };
    outlineAll(chart.frames[frame]?.active ?? []);
    if (cell !== null) outline(cell, color('--ink'), 2);

    context.fillStyle = color('--faint');
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    const rowStep = Math.max(1, Math.ceil(14 / size));
    rows.forEach((label, index) => {
      if (index % rowStep === 0) context.fillText(label, left - 6, top + (index + 0.5) * size, left - 26);
    });
    context.textAlign = 'center';
    context.textBaseline = 'top';
    const columnStep = Math.max(1, Math.ceil((longestColumn + 8) / size));
    columns.forEach((label, index) => {
      if (index % columnStep === 0) context.fillText(label, left + (index + 0.5) * size, top + down + 5);
    });
    context.fillText(chart.columns.name, left + across / 2, top + down + 21);
    context.save();
    context.translate(9, top + down / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = 'middle';
    context.fillText(chart.rows.name, 0, 0);
    context.restore();
    if (chart.range === null) return;
    const barTop = top + down + 44;
    const barWidth = Math.min(220, Math.max(120, across));
    for (let x = 0; x < barWidth; x += 1) {
      context.fillStyle = css(shade(x / barWidth));
      context.fillRect(left + x, barTop, 1.5, 10);
    }
    context.fillStyle = color('--faint');
    context.textBaseline = 'top';
    context.textAlign = 'left';
    context.fillText(quantityText(least, null), left, barTop + 14);
    context.textAlign = 'right';
    context.fillText(quantityText(most, null), left + barWidth, barTop + 14);
    context.textAlign = 'left';
    context.fillText(withUnit(chart.value), left + barWidth + 8, barTop - 1);
  }

  function say() {
    if (cell === null) {
      at.textContent = 'Point at a cell, or use the arrow keys.';
      return;
    }
    const row = rows[Math.floor(cell / columns.length)];
    const column = columns[cell % columns.length];
    const value = values[cell];
    at.textContent = `${chart.rows.name} ${row}, ${chart.columns.name} ${column}: ${
      value === null ? 'nothing' : quantityText(value, chart.value.unit)
    }`;
  }
  function pick(index) {
    cell = index;
    say();
    paint();
  }
  canvas.addEventListener('pointermove', (event) => {
    if (layout === null) return;
    const bounds = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - bounds.left - layout.left) / layout.size);
    const row = Math.floor((event.clientY - bounds.top - layout.top) / layout.size);
    const isInside = column >= 0 && row >= 0 && column < columns.length && row < rows.length;
    const index = isInside ? row * columns.length + column : null;
    if (index !== cell) pick(index);
  });
  canvas.addEventListener('pointerleave', () => pick(null));

  const controls = chart.animated
    ? animationControls({
        title: chart.title,
        labels: chart.frames.map(({ label }) => label),
        step: () => frame,
        show,
      })
    : null;
  place.append(
    ...(controls === null ? [] : [controls.label]),
    box,
    ...(controls === null ? [] : [controls.bar]),
    make('div', { class: 'tools' }, at),
  );
  box.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const width = columns.length;
    const current = cell ?? 0;
    const moves = {
      ArrowLeft: () => pick(cell === null ? 0 : current % width === 0 ? current : current - 1),
      ArrowRight: () => pick(cell === null ? 0 : current % width === width - 1 ? current : current + 1),
      ArrowUp: () => pick(current < width ? current : current - width),
      ArrowDown: () => pick(cell === null ? 0 : current + width < values.length ? current + width : current),
      Escape: () => pick(null),
      ...(controls === null ? {} : controls.keys),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  });
  onWidth(box, (width) => {
    layout = measure(width);
    paint();
  });
  repaints.push(paint);

  function show(step) {
    frame = Math.max(0, Math.min(chart.frames.length - 1, step));
    if (chart.frames.length > 0) valuesAt(frame);
    controls?.shown();
    say();
    paint();
  }

  show(0);
}
