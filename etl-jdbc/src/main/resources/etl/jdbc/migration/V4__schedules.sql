create table pipeline_schedules (
    name          text primary key,
    pipeline      text not null,
    timing        text not null,
    registered_at timestamptz not null,
    handled_until timestamptz not null,
    paused        boolean not null default false
);

comment on table pipeline_schedules is 'Where each schedule stands, for all processes.';
comment on column pipeline_schedules.timing is 'What makes it tick, as text, to tell when that has changed.';
comment on column pipeline_schedules.registered_at is 'When a scheduler first saw it.';
comment on column pipeline_schedules.handled_until is 'The ticks up to this moment, and at it, are done with.';

create index pipeline_runs_unfinished on pipeline_runs (pipeline, created_at) where state in ('QUEUED', 'RUNNING');
