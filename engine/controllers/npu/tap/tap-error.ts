import type { Code } from '../../../base/codes.js';
import { DiagnosticError } from '../../../base/diagnostic.js';

/** What can be wrong with an access pattern, a tiling or a layout. */
export type TapProblem =
  | 'empty_dims'
  | 'dim_lt_1'
  | 'rank'
  | 'not_an_integer'
  | 'too_large'
  | 'offset_negative'
  | 'offset_too_large'
  | 'empty_sizes'
  | 'len_mismatch'
  | 'size_lt_1'
  | 'stride_negative'
  | 'out_of_bounds'
  | 'indivisible'
  | 'repeat_lt_1'
  | 'partial_not_allowed'
  | 'out_of_dimensions'
  | 'other_tensor'
  | 'axis'
  | 'not_contiguous'
  | 'empty_sequence';

/** A pattern that cannot be: carries the diagnostic `tap/bad-pattern` and the problem for programs. */
export class TapError extends DiagnosticError {
  constructor(
    readonly problem: TapProblem,
    message: string,
    /** Figures behind the message, such as `max_index` and `total`. */
    readonly figures: Readonly<Record<string, number>> = {},
  ) {
    const code: Code = 'tap/bad-pattern';
    super([{ code, severity: 'error', message }]);
  }
}
