alter table pipeline_runs add column purged_at timestamptz;

comment on column pipeline_runs.purged_at is
    'When a purge began to delete the run, which counts as deleted since then; null for any other run.';

create index pipeline_runs_by_end on pipeline_runs (ended_at) where ended_at is not null;
create index pipeline_runs_by_pipeline on pipeline_runs (pipeline, created_at);
create index pipeline_runs_purged on pipeline_runs (run_id) where purged_at is not null;
