import type { Quantity } from './report.js';

/** What the page's script draws: data of `page/report.js`. Short names, since there is one per number series. */
export type Chart =
  | {
      readonly kind: 'lines';
      readonly title: string;
      readonly x: Quantity;
      readonly y: Quantity;
      readonly xs: readonly number[];
      readonly series: readonly {
        readonly name: string;
        readonly shape: 'line' | 'step' | 'area';
        readonly ys: readonly (number | null)[];
      }[];
    }
  | {
      readonly kind: 'cdf';
      readonly title: string;
      readonly x: Quantity;
      readonly scale: 'linear' | 'log';
      readonly series: readonly {
        readonly name: string;
        readonly xs: readonly number[];
        readonly shares: readonly number[];
      }[];
    }
  | {
      readonly kind: 'grid';
      readonly title: string;
      readonly rows: GridLabels;
      readonly columns: GridLabels;
      readonly value: Quantity;
      /** Least and greatest number of all frames; null where there is none. */
      readonly range: readonly [number, number] | null;
      readonly frames: readonly GridFrame[];
      readonly animated: boolean;
    };

export interface GridLabels {
  readonly name: string;
  readonly labels: readonly string[];
}

export interface GridFrame {
  readonly label: string;
  /** Cell index and new value, cell index and new value, ...: what differs from the frame before (all empty at first). */
  readonly changes: readonly (number | null)[];
  readonly active: readonly number[];
}

/** Six significant digits: more than any screen shows. */
export function shortNumber(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}
