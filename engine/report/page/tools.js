export const root = document.documentElement;

export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

export function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'onclick') element.addEventListener('click', value);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

export const color = (name) => getComputedStyle(root).getPropertyValue(name).trim();
export const seriesColor = (index) => color(`--s${index % 8}`);
export const DASHES = [[], [9, 5], [2, 4]];
export const dashOf = (index) => DASHES[Math.floor(index / 8) % 3];
export const withUnit = ({ name, unit }) => (unit === null ? name : `${name} (${unit})`);

export function numberText(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-4) return value.toExponential(2);
  const digits = Number.isInteger(value)
    ? 0
    : size < 1
      ? 4
      : Math.max(0, 4 - String(Math.floor(size)).length);
  return value.toLocaleString('en-US', { maximumFractionDigits: digits, useGrouping: size >= 10000 });
}
export const quantityText = (value, unit) =>
  unit === null || value === null ? numberText(value) : `${numberText(value)} ${unit}`;

export function saveText(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
export const csvCell = (value) => {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
export const csvText = (rows) => rows.map((row) => row.map(csvCell).join(',')).join('\n') + '\n';
export const fileName = (title) =>
  `${
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'chart'
  }.csv`;

/** Runs `action` whenever the width of `element` changes, and once at first. */
export function onWidth(element, action) {
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.floor(element.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    action(now);
  }).observe(element);
}
