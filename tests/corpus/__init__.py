"""The hostile corpus: data that any implementation can run, and what runs it against this one."""
