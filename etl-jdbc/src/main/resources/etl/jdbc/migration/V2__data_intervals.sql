alter table pipeline_runs
    add column data_from  timestamptz,
    add column data_until timestamptz,
    add check (data_from < data_until or (data_from is null and data_until is null));

comment on column pipeline_runs.data_from is 'The first moment of the data that the run works on, null if it has no data interval.';
comment on column pipeline_runs.data_until is 'The first moment after the data that the run works on.';
