import { cdf } from './cdf.js';
import { grid } from './grid.js';
import { lines } from './lines.js';
import { themed } from './theme.js';
import { root } from './tools.js';

const charts = JSON.parse(document.getElementById('charts').textContent);
const DRAW = { lines, cdf, grid };
for (const section of document.querySelectorAll('section[data-chart]')) {
  const chart = charts[Number(section.dataset.chart)];
  DRAW[chart.kind](section.querySelector('.chart'), chart);
}
themed();
root.dataset.ready = '';
