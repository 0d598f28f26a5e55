        wait(list(tasks.values()))
    except BaseException:
        STOP.append("the flow was interrupted")
        raise
    finally:
        finished = finish(request, tasks)
    unfinished = [name for name in tasks if not tasks[name].state.is_completed()]
    if unfinished:
        return Failed(message="not completed: %s" % ", ".join(unfinished))
    if finished.get("state") != "SUCCEEDED":
        return Failed(message="the run ended as %s" % finished.get("state", "unknown"))
    return Completed(message="all tasks completed")
