create table task_cache (
    cache_key     text primary key,
    pipeline      text not null,
    task_id       text not null,
    version       text not null,
    output        jsonb,
    output_digest text,
    run_id        uuid,
    computed_at   timestamptz,
    expires_at    timestamptz,
    owner         uuid,
    claim         bigint,
    claimed_until timestamptz
);

create index task_cache_by_end on task_cache (expires_at) where expires_at is not null;
create index task_cache_claims on task_cache (owner) where owner is not null;
create index task_cache_by_pipeline on task_cache (pipeline, computed_at);

comment on table task_cache is 'Outputs of tasks for reuse by other runs, and who computes one right now.';
comment on column task_cache.cache_key is 'SHA-256 of everything the output depends on, in hexadecimal.';
comment on column task_cache.output_digest is 'Tells whether the output can be read back as what it was.';
comment on column task_cache.run_id is 'The run that computed the output; it may be gone by now.';
comment on column task_cache.computed_at is 'When the output was computed, null while it has never been.';
comment on column task_cache.owner is 'The process that computes the output now; the claim ends at claimed_until unless prolonged.';

alter table pipeline_tasks add column cached_from uuid;

comment on column pipeline_tasks.cached_from is
    'The run that computed the output, if it was taken from task_cache and no attempt was executed.';
