alter table pipeline_runs add column purged_at timestamptz;

comment on column pipeline_runs.purged_at is
    'When a purge began to delete the run, which counts as deleted since then; null for any other run.';

create index pipeline_runs_by_end on pipeline_runs (ended_at) where ended_at is not null;
create index pipeline_runs_by_pipeline on pipeline_runs (pipeline, created_at);
create index pipeline_runs_purged on pipeline_runs (run_id) where purged_at is not null;

-- Room on each page for the next version of its rows, so that prolonging leases touches no index and pages clean themselves.
-- Not for task runs, which are written two or three times: their table would be twice as large, and nothing faster.
alter table pipeline_runs set (fillfactor = 50);

-- Vacuum comes after a fiftieth of the rows has changed, not after a fifth, so that the room of what is purged is used again
-- before large tables grow.
alter table pipeline_runs set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table pipeline_tasks set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
