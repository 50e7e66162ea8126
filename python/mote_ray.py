"""Runs the trials of `mote search` on a Ray cluster.

    mote search PROJECT.toml --board BOARD -o OUT --runner "python3 python/mote_ray.py"

mote calls it once a batch with a JSON file: {"command": [...], "specs": [...]}; every trial is `command spec`, which
leaves its result beside the spec. All machines see the same files (a shared file system) and have mote. The cluster is
the one of $RAY_ADDRESS; without it Ray starts one on this machine. A trial takes one CPU.
"""
import json
import subprocess
import sys

import ray


@ray.remote(num_cpus=1)
def trial(command, spec):
    """One process on some worker; what it said if it failed, and where it ran."""
    done = subprocess.run([*command, spec], capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{spec}: {done.stderr.strip()}", ray.get_runtime_context().get_node_id()


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        batch = json.load(file)
    ray.init(log_to_driver=False, logging_level="error")
    results = ray.get([trial.remote(batch["command"], spec) for spec in batch["specs"]])
    failures = [failure for failure, _ in results if failure]
    if len(sys.argv) > 2:  # for tests: which machines worked
        with open(sys.argv[2], "a", encoding="utf-8") as file:
            file.writelines(f"{node}\n" for _, node in results)
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
