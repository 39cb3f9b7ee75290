import type { SvgText } from './svg.js';

/**
 * What a report says, as plain data. `renderReport` makes one HTML file of it.
 *
 * - Texts are plain text: the renderer escapes them. The one exception is the SVG of a picture (see `svg.ts`).
 * - `null` is a missing value: a gap in a line, an empty cell.
 */
export interface Report {
  readonly title: string;
  /** One sentence under the title: what was looked at. */
  readonly subtitle: string | null;
  /** The few figures that a hurried reader should see. */
  readonly facts: readonly Fact[];
  readonly sections: readonly Section[];
}

export interface Fact {
  readonly label: string;
  readonly value: string | number;
  readonly unit: string | null;
}

export type Section =
  | ProseSection
  | TableSection
  | LinesSection
  | CdfSection
  | BarsSection
  | HeatMapSection
  | AnimationSection
  | PictureSection;

export interface SectionHead {
  /** Unique within the report: it becomes the accessible name of the section. */
  readonly title: string;
  /** One or two sentences: what to look for, how it was measured. */
  readonly note: string | null;
}

export interface ProseSection extends SectionHead {
  readonly kind: 'prose';
  readonly paragraphs: readonly string[];
}

/** A name with the unit of its numbers; `null` where they are counts or have none. */
export interface Quantity {
  readonly name: string;
  readonly unit: string | null;
}

export type Cell = string | number | null;

export interface TableColumn extends Quantity {
  /** Which value of the column is the best one; it is marked, and so are all that equal it. */
  readonly best: 'least' | 'most' | null;
}

export interface TableSection extends SectionHead {
  readonly kind: 'table';
  /** The first column names its row. */
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Numbers by index; typed arrays are welcome. */
export type Numbers = ArrayLike<number | null>;

export interface LineSeries {
  readonly name: string;
  /** As many as the section's `xs`. */
  readonly values: Numbers;
  /** `step` holds each value until the next x; `area` is a line with its ground filled. */
  readonly shape: 'line' | 'step' | 'area';
}

/** Several series over one x axis (usually time), to be zoomed into. */
export interface LinesSection extends SectionHead {
  readonly kind: 'lines';
  readonly x: Quantity;
  readonly y: Quantity;
  /** Strictly increasing. */
  readonly xs: ArrayLike<number>;
  readonly series: readonly LineSeries[];
}

export interface CdfSeries {
  readonly name: string;
  /** In any order. */
  readonly values: ArrayLike<number>;
  /** How often each value was seen; `null` counts each once. */
  readonly counts: ArrayLike<number> | null;
}

/** Cumulative distributions: which share of a series is at most x. */
export interface CdfSection extends SectionHead {
  readonly kind: 'cdf';
  readonly x: Quantity;
  /** The axis to begin with; the reader may switch. A logarithmic one leaves out values that are not positive. */
  readonly scale: 'linear' | 'log';
  readonly series: readonly CdfSeries[];
}

export interface BarSeries {
  readonly name: string;
  /** As many as the section's `groups`. */
  readonly values: readonly (number | null)[];
}

/** Numbers from zero on, a bar for each, grouped by what they belong to. */
export interface BarsSection extends SectionHead {
  readonly kind: 'bars';
  readonly value: Quantity;
  readonly group: string;
  readonly groups: readonly string[];
  readonly series: readonly BarSeries[];
}

export interface GridAxis {
  /** What its labels are: `row`, `tile column`, `dim 1`. */
  readonly name: string;
  /** One per row or column of the grid. */
  readonly labels: readonly string[];
}

interface GridHead extends SectionHead {
  readonly rows: GridAxis;
  readonly columns: GridAxis;
  /** What the numbers of the cells are. */
  readonly value: Quantity;
}

/** A grid of numbers by colour. */
export interface HeatMapSection extends GridHead {
  readonly kind: 'heat-map';
  /** Row by row: rows x columns numbers. */
  readonly values: Numbers;
}

export interface Frame {
  /** What this step is, in a few words. */
  readonly label: string;
  /** The whole grid at this step, row by row; the renderer stores what changed. */
  readonly values: Numbers;
  /** Indexes of cells to outline: what this step is about. */
  readonly active: ArrayLike<number>;
}

/** A heat map that changes step by step. All frames share one colour scale. */
export interface AnimationSection extends GridHead {
  readonly kind: 'animation';
  readonly frames: readonly Frame[];
}

/** A drawing with a table of what it shows. */
export interface PictureSection extends SectionHead {
  readonly kind: 'picture';
  /** An `<svg>` element with a `viewBox`. */
  readonly svg: SvgText;
  /** What the drawing tells, for those who cannot see it. */
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
}
