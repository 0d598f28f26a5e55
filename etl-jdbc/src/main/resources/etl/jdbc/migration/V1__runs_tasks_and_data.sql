create table pipeline_runs (
    run_id        uuid primary key,
    pipeline      text not null,
    fingerprint   text not null,
    run_key       text,
    arguments     jsonb not null,
    engine        text not null,
    engine_run_id text not null,
    state         text not null
        check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    tasks         integer not null,
    created_at    timestamptz not null,
    started_at    timestamptz,
    ended_at      timestamptz,
    error_type    text,
    error_message text,
    error_stack   text,
    owner         text,
    epoch         bigint not null default 0,
    lease_until   timestamptz,
    heartbeat_at  timestamptz,
    crash_count   integer not null default 0,
    unique (pipeline, run_key)
);

create index pipeline_runs_newest on pipeline_runs (created_at desc);

comment on table pipeline_runs is 'One execution of a pipeline each.';
comment on column pipeline_runs.fingerprint is 'Identifies the pipeline definition; a run is resumed only by the same one.';
comment on column pipeline_runs.run_key is 'The idempotency key of the caller, unique per pipeline.';
comment on column pipeline_runs.arguments is 'The text form of every parameter, by name.';
comment on column pipeline_runs.engine is 'Who drove the run: local, airflow, prefect, luigi.';
comment on column pipeline_runs.engine_run_id is 'The id of the run at the engine, empty for a local one.';
comment on column pipeline_runs.epoch is 'Reserved for leases: raised by whoever takes the run over.';

create table pipeline_tasks (
    run_id        uuid not null references pipeline_runs on delete cascade,
    task_id       text not null,
    map_index     integer not null default -1,
    state         text not null
        check (state in ('PENDING', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED', 'SKIPPED', 'UPSTREAM_FAILED',
                         'CANCELLED')),
    attempt       integer not null,
    started_at    timestamptz,
    ended_at      timestamptz,
    rows_read     bigint not null default 0,
    rows_written  bigint not null default 0,
    rows_rejected bigint not null default 0,
    output        jsonb,
    error_type    text,
    error_message text,
    error_stack   text,
    attempts      jsonb not null default '[]',
    primary key (run_id, task_id, map_index)
);

comment on table pipeline_tasks is
    'The task runs. A task that has not begun yet has no row, or is PENDING after a resume.';
comment on column pipeline_tasks.map_index is 'The element of a mapped task, -1 for any other task.';
comment on column pipeline_tasks.attempt is 'The number of the last attempt, 0 if there was none.';
comment on column pipeline_tasks.attempts is 'The attempts before the last one, in order, with their errors.';

create table raw_data (
    raw_id       bigint generated always as identity primary key,
    run_id       uuid not null references pipeline_runs on delete cascade,
    source       text not null,
    position     bigint not null,
    content      jsonb not null,
    content_hash text not null,
    received_at  timestamptz not null default now(),
    unique (run_id, source, position)
);

comment on table raw_data is 'What was extracted, as it came.';
comment on column raw_data.position is 'The place of the record in its source, from 0.';
comment on column raw_data.content_hash is 'SHA-256 of the record as JSON, in hexadecimal.';

create table transformed_data (
    transformed_id bigint generated always as identity primary key,
    run_id         uuid not null references pipeline_runs on delete cascade,
    source         text not null,
    raw_id         bigint not null unique references raw_data on delete cascade,
    content        jsonb not null,
    status         text not null check (status in ('VALID', 'INVALID')),
    errors         jsonb not null default '[]'
);

create index transformed_data_by_source on transformed_data (run_id, source);

comment on table transformed_data is 'What became of each raw record.';
comment on column transformed_data.errors is 'Why the record is INVALID, one sentence each.';
