def main():
    parser = argparse.ArgumentParser(description="Runs the pipeline once.")
    parser.add_argument("--arguments", default="{}", help="a JSON object, or @FILE which holds one")
    text = parser.parse_args().arguments
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as source:
            text = source.read()
    # Prefect stops the flow first and hands the signal on to this: a normal exit, which ends its temporary server, too
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    state = pipeline(**json.loads(text), return_state=True)
    print("%s: %s" % (state.name, state.message or ""), flush=True)
    return 0 if state.is_completed() else 1


if __name__ == "__main__":
    sys.exit(main())
