comment on column pipeline_runs.owner is
    'The process that executes the run; null if none does, or if an outside engine drives the run.';
comment on column pipeline_runs.epoch is
    'Raised by whoever takes the run; a writer with another epoch is refused.';
comment on column pipeline_runs.lease_until is
    'Until when the run belongs to its owner, by the clock of the database; null if it has no owner.';
comment on column pipeline_runs.heartbeat_at is 'When the owner last prolonged its lease.';
comment on column pipeline_runs.crash_count is
    'How often an owner has let its lease run out since the run was last started by somebody.';
