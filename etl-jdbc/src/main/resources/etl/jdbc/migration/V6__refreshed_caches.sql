alter table pipeline_runs add column refreshes_cache boolean not null default false;

comment on column pipeline_runs.refreshes_cache is 'Whether the run computes every cached output anew.';
