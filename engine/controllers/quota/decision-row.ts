import type { ControllerContext } from '../../loop/controller.js';

/** A row of `quota_decision`. Left out is null. */
export interface DecisionRow {
  readonly container: number | null;
  readonly application?: number | null;
  readonly rule: string;
  readonly resource?: 'cpu' | 'memory';
  readonly from?: number;
  readonly to?: number;
  readonly signal?: number | null;
  readonly cause: string;
  readonly detail?: number;
}

/** Tells what was decided, or what happened that people will ask for. */
export function note({ rows, nowUs }: Pick<ControllerContext, 'rows' | 'nowUs'>, row: DecisionRow): void {
  rows.run(
    `insert into quota_decision
       (at_us, container_id, application_id, rule, resource, from_value, to_value, quota_signal_id, cause, detail)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    nowUs,
    row.container,
    row.application ?? null,
    row.rule,
    row.resource ?? null,
    row.from ?? null,
    row.to ?? null,
    row.signal ?? null,
    row.cause,
    row.detail ?? null,
  );
}
