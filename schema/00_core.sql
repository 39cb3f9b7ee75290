-- Tables of the loop itself. No word of any controller stands here.
-- A comment line above a table or column is its entry in the data dictionary.

-- Migrations that made this database. Its presence tells an adopted database from any other.
create table applied_migration (
  -- File name without `.sql`.
  name      text not null primary key,
  -- SHA-256 of the file's text, lower-case hex.
  checksum  text not null check (length(checksum) = 64)
) strict;

-- One row: counters of the state and the head of the journal.
create table meta (
  -- Always 1.
  meta_id         integer not null primary key check (meta_id = 1),
  -- Grows by one with every commit that changes the state a solve may have read.
  state_version   integer not null default 0 check (state_version >= 0),
  -- Number of the newest journal row; 0 for an empty journal.
  journal_seq     integer not null default 0 check (journal_seq >= 0),
  -- `hash` of the newest journal row; 64 zeros for an empty journal.
  journal_hash    text not null default '0000000000000000000000000000000000000000000000000000000000000000',
  -- `digest` of the newest journal row; 64 zeros for an empty journal.
  journal_digest  text not null default '0000000000000000000000000000000000000000000000000000000000000000'
) strict;

insert into meta (meta_id) values (1);

-- What came in, what was decided and what went out, in order. Rows are only ever added.
create table journal (
  -- 1, 2, 3 ... without a gap.
  seq     integer not null primary key check (seq >= 1),
  -- Tick the entry belongs to.
  tick    integer not null check (tick >= 0),
  -- `stale` is an answer that came too late to be written; it is in the hash but not in the digest.
  kind    text not null check (kind in ('input', 'decision', 'effect', 'refusal', 'outcome', 'stale')),
  -- Logical time, microseconds.
  at_us   integer not null,
  -- JSON with sorted keys.
  body    text not null check (json_valid(body)),
  -- SHA-256 over the previous row's hash and this row; any changed byte breaks the chain from here on.
  hash    text not null check (length(hash) = 64),
  -- The same chain without `stale` rows: equal runs have equal digests.
  digest  text not null check (length(digest) = 64)
) strict;

create index journal_by_tick on journal (tick, kind);

create trigger journal_grows_at_its_end before insert on journal
when new.seq <> (select coalesce(max(seq), 0) + 1 from journal)
begin
  select raise(abort, 'the journal only grows at its end');
end;

create trigger journal_keeps_rows before delete on journal
begin
  select raise(abort, 'the journal is append-only');
end;

create trigger journal_keeps_values before update on journal
begin
  select raise(abort, 'the journal is append-only');
end;

-- One solve: how it ended, how large it was, how long it took. Never part of the digest.
create table solve_run (
  -- In the order of solving.
  solve_run_id      integer not null primary key,
  -- Tick it was made for; a stale answer and its repetition share one.
  tick              integer not null check (tick >= 0),
  -- Logical time of the tick, microseconds.
  at_us             integer not null,
  -- `stale`: the state changed meanwhile; `rejected`: the answer failed a check; neither was written.
  status            text not null check (status in ('optimal', 'feasible', 'infeasible', 'unknown', 'model_invalid', 'stale', 'rejected')),
  -- Solver or scheduler whose answer this is; null when none answered.
  backend           text,
  -- SHA-256 of the policy set's text; null when code decided.
  policy_digest     text,
  -- Rows that waited for a decision.
  batch_count       integer not null default 0 check (batch_count >= 0),
  -- Variables of the solver model.
  variable_count    integer not null default 0 check (variable_count >= 0),
  -- Constraints of the solver model.
  constraint_count  integer not null default 0 check (constraint_count >= 0),
  -- Cells written.
  decision_count    integer not null default 0 check (decision_count >= 0),
  -- JSON array, one object per priority: priority, value, bound, gap.
  levels            text not null default '[]' check (json_valid(levels)),
  -- Parsing, binding and lowering, microseconds of wall time like all that follow.
  compile_us        integer not null default 0 check (compile_us >= 0),
  -- Ground queries and model building.
  ground_us         integer not null default 0 check (ground_us >= 0),
  -- The solver.
  solve_us          integer not null default 0 check (solve_us >= 0),
  -- The exact check and the check by SQLite.
  verify_us         integer not null default 0 check (verify_us >= 0),
  -- Write-back and commit.
  commit_us         integer not null default 0 check (commit_us >= 0)
) strict;

create index solve_run_by_tick on solve_run (tick);

-- Delayed transitions of state machines: one row per timer that is set.
create table timer (
  -- Machine that set it.
  owner   text not null,
  -- Row of that machine, as text.
  key     text not null,
  -- Which of the row's delays; empty where a row has only one.
  name    text not null default '',
  -- When it fires, logical microseconds.
  due_us  integer not null,
  -- The event it sends, as JSON.
  event   text not null check (json_valid(event)),
  primary key (owner, key, name)
) strict, without rowid;

create index timer_by_due on timer (due_us, owner, key, name);
