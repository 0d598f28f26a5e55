-- Whoever writes a task run locks its run in the same statement, and so knows that it exists and stays until the commit. To find and
-- lock it once more for the foreign key was a third of the server's work on a task run.
alter table pipeline_tasks drop constraint if exists pipeline_tasks_run_id_fkey;

create function delete_task_runs() returns trigger language plpgsql set search_path from current as $$
begin
    delete from pipeline_tasks where run_id = old.run_id;
    return null;
end
$$;

create trigger delete_task_runs after delete on pipeline_runs for each row execute function delete_task_runs();

comment on function delete_task_runs() is 'Deletes the task runs of a run that is deleted.';
comment on column pipeline_tasks.run_id is 'A run of pipeline_runs; whoever inserts a task run locks it.';
