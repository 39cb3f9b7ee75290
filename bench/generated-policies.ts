import type { SourceFile } from '../engine/base/source.js';

/** Shapes of policies as people write them; `n` makes each one different. */
const SHAPES: readonly ((n: number) => string)[] = [
  (n) => `-- Large requests leave host ${n} alone.
create constraint keeps_off_${n} as
select * from pending
where pending.cores > ${n % 8} and pending.process in (select process_id from process where locality = 1)
check not pending.controllable_dkernel = ${n};
`,
  (n) => `-- Requests of two processes stay apart.
create constraint apart_${n} as
select * from pending as a
join pending as b on b.process = a.process + ${n} and not b.id = a.id
check not a.controllable_dkernel = b.controllable_dkernel;
`,
  (n) => `-- Hosts give no more than ${n} cores at once.
create constraint at_once_${n} as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
group by unallocated.dkernel
check sum(pending.cores) <= ${n + 100};
`,
  (n) => `-- Hosts with room are preferred.
create constraint roomy_${n} as
select * from pending
join unallocated on unallocated.dkernel = pending.controllable_dkernel
where pending.memslices between 1 and ${n + 1}
maximize unallocated.memslices - ${n}
weight ${n + 1};
`,
];

/** Policies over the rack's views, each a file of its own; they compile, and are not meant to be solved. */
export function generatedPolicies(count: number): SourceFile[] {
  return Array.from({ length: count }, (_, index) => {
    const shape = SHAPES[index % SHAPES.length] ?? SHAPES[0];
    return { name: `generated/${index}.sql`, text: shape?.(index + 1) ?? '' };
  });
}
