import type { ControllerContext } from '../../loop/controller.js';
import type { EventOf } from './decode.js';
import { MAX_ID, MAX_US } from './decode.js';

/** What is told to be in force is no longer in flight; told without a value, everything ordered so far is. */
export function acknowledge(event: EventOf<'acknowledge'>, { rows }: ControllerContext): void {
  const { containers, quotaUs, limitPages } = event;
  const all = quotaUs === null && limitPages === null;
  for (const [values, twin, flight] of [
    [quotaUs, 'quota_us', 'in_flight_us'],
    [limitPages, 'limit_pages', 'in_flight_pages'],
  ] as const) {
    if (values === null && !all) continue;
    const told = containers.flatMap((container, at): readonly (readonly [number, number])[] => {
      const value = values === null ? 0 : values[at];
      return isWhole(container, MAX_ID) && isWhole(value, MAX_US) ? [[container, value]] : [];
    });
    // What is in force beyond the committed value stays in flight; it never grows by being told.
    rows.run(
      `update container set ${flight} = min(${flight}, max(0, told.value - ${twin}))
       from (select value ->> 0 as container_id, value ->> 1 as value from json_each(?)) as told
       where told.container_id = container.container_id and container.ended_us is null`,
      JSON.stringify(told),
    );
  }
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max;
}
