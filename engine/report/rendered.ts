import type { Chart } from './chart.js';
import type { Html } from './markup.js';

/** A section's inside: HTML that stands without scripts, with a place for the chart where there is one. */
export interface Rendered {
  readonly body: Html;
  readonly chart: Chart | null;
}
