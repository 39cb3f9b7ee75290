import type { Rows } from '../../loop/controller.js';

/**
 * Notes how processes lie on their hosts, each once all it asked for is there.
 * The row of an open run is overwritten, so that a run counts once, as of its last complete allocation.
 */
export function noteRuns(processes: readonly number[], nowUs: number, rows: Rows): void {
  if (processes.length === 0) return;
  rows.run(
    `insert into process_run (process_id, run, at_us, host_count, core_count, memslice_count, local_pairs)
     select
       process,
       coalesce(
         (select run from process_run where process_id = process and ended = 0),
         (select max(run) + 1 from process_run where process_id = process),
         1),
       ?, count(*), sum(cores), sum(memslices), sum(cores * memslices)
     from placed
     where process in (select value from json_each(?))
       and not exists (
         select 1 from request where status in ('PENDING', 'PLACED') and process_id = placed.process)
     group by process
     on conflict (process_id, run) do update set
       at_us = excluded.at_us,
       host_count = excluded.host_count,
       core_count = excluded.core_count,
       memslice_count = excluded.memslice_count,
       local_pairs = excluded.local_pairs`,
    nowUs,
    JSON.stringify(processes),
  );
}

/** Ends the run of a process that holds nothing any more. */
export function closeRun(process: number, rows: Rows): void {
  rows.run(
    `update process_run set ended = 1
     where process_id = ? and ended = 0 and not exists (select 1 from placed where process = ?)`,
    process,
    process,
  );
}
