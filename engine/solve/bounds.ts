import { unreachable } from '../base/assert.js';
import type {
  Capacity,
  LinearExpression,
  Literal,
  Model,
  NodeId,
  TermOf,
  VariableId,
} from '../model/model.js';
import { isNegated, nodeOf } from '../model/model.js';
import type { Range } from './range.js';
import { EVERYTHING, TRUTH, ZERO, addRanges, hullOf, point, scaleRange } from './range.js';

/** What is known of a model: a range per variable, and nodes decided true (1), false (0) or not (-1). */
export interface Knowledge {
  rangeOf(variable: VariableId): Range;
  truthOf(node: NodeId): number;
}

/** -1 unknown, 0 false, 1 true. */
export function truthOfLiteral(knowledge: Knowledge, literal: Literal): number {
  const truth = knowledge.truthOf(nodeOf(literal));
  if (truth < 0) return truth;
  return isNegated(literal) ? 1 - truth : truth;
}

/** Ranges of expressions; numeric nodes are computed once per instance, so make one per state of knowledge. */
export class Bounds {
  private readonly numerics = new Map<number, Range>();

  constructor(
    private readonly model: Model,
    private readonly knowledge: Knowledge,
  ) {}

  term(of: TermOf): Range {
    switch (of.kind) {
      case 'variable':
        return this.knowledge.rangeOf(of.variable);
      case 'literal': {
        const truth = truthOfLiteral(this.knowledge, of.literal);
        return truth < 0 ? TRUTH : point(truth);
      }
      case 'numeric':
        return this.numeric(of.numeric);
      default:
        return unreachable(of);
    }
  }

  expression({ constant, terms }: LinearExpression): Range {
    let total = point(constant);
    for (const { of, coefficient } of terms) total = addRanges(total, scaleRange(coefficient, this.term(of)));
    return total;
  }

  numeric(id: number): Range {
    const known = this.numerics.get(id);
    if (known !== undefined) return known;
    const range = this.computeNumeric(id);
    this.numerics.set(id, range);
    return range;
  }

  private computeNumeric(id: number): Range {
    const numeric = this.model.numerics[id];
    if (numeric === undefined) return EVERYTHING;
    if (numeric.kind === 'balance') return balanceRange(numeric.capacity);
    const truth = truthOfLiteral(this.knowledge, numeric.literal);
    if (truth === 0) return ZERO;
    const range = this.expression(numeric.expression);
    return truth === 1 ? range : hullOf(range, ZERO);
  }
}

/** Smallest spare minus largest capacity: every demand may at worst be on one key. */
function balanceRange({ items, keys }: Capacity): Range {
  if (keys.length === 0) return ZERO;
  let largest = 0;
  let smallest = Infinity;
  for (const { capacity } of keys) {
    largest = Math.max(largest, capacity);
    smallest = Math.min(smallest, capacity);
  }
  let total = ZERO;
  for (const { demand } of items) total = addRanges(total, point(-demand));
  return addRanges({ lo: smallest + total.lo, hi: smallest }, point(-largest));
}
