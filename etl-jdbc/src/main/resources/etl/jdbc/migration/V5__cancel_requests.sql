alter table pipeline_runs add column cancel_requested_at timestamptz;

comment on column pipeline_runs.cancel_requested_at is
    'When somebody asked the process that executes the run to cancel it; null again when the run is reopened.';
