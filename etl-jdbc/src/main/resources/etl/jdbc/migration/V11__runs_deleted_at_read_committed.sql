-- A transaction with one snapshot for all of its statements does not see a task run that was committed meanwhile, and would leave it
-- without its run. A run of the same key has the same id, and could not write that task run then.
create or replace function delete_task_runs() returns trigger language plpgsql set search_path from current as $$
begin
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception 'runs cannot be deleted at isolation level %, which does not see the task runs that are written meanwhile',
            current_setting('transaction_isolation')
            using errcode = 'object_not_in_prerequisite_state',
                hint = 'Delete them in a transaction that begins with "begin isolation level read committed".';
    end if;
    delete from pipeline_tasks where run_id = old.run_id;
    return null;
end
$$;

comment on function delete_task_runs() is 'Deletes the task runs of a run that is deleted, at READ COMMITTED only.';
