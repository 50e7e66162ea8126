# `mote search --runner python/mote_ray.py` on a local Ray cluster of two workers finds what a search in processes of
# this machine finds, candidate for candidate.
#
#   ray_test.py MOTE      needs ray from PyPI (in .cache/venv, which ./x makes); without: skipped (77)
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import ray
    from ray.cluster_utils import Cluster
except ImportError:
    print("ray is not installed (./x test installs it into .cache/venv)")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROJECT = """name = "waves"
[data]
folder = "data"
rate_hz = 20
window = 32
stride = 8
[network]
type = "cnn1d"
[train]
epochs = 2
batch_size = 16
[search]
population = 8
epochs = [1]
"""


def write_waves(folder):
    """Three classes by frequency, five people each."""
    for c, name in enumerate(("slow", "middle", "fast")):
        for person in range(5):
            rows = [f"{2 * math.sin(0.15 * 2 ** c * t + person)},{math.cos(0.15 * 2 ** c * t + person)}" for t in range(64)]
            path = folder / name / f"p{person}_1.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x,y\n" + "\n".join(rows) + "\n")


def search(mote, folder, name, *options):
    out = folder / name
    subprocess.run([mote, "search", folder / "project.toml", "--board", "nano33ble", "-o", out, "--trials", "6", "--budget", "10m", *options],
                   check=True, stdout=subprocess.DEVNULL)
    found = json.loads((out / "search.json").read_text())
    return [(c["settings"], c["epochs"], c["validation_accuracy"]) for c in found["candidates"]]


def main():
    mote = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_waves(folder / "data")
        (folder / "project.toml").write_text(PROJECT)
        here = search(mote, folder, "here", "--workers", "1")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
        cluster.add_node(num_cpus=1)
        os.environ["RAY_ADDRESS"] = cluster.address
        nodes = folder / "nodes"
        runner = folder / "runner"
        runner.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/python/mote_ray.py" "$1" "{nodes}"\n')
        runner.chmod(0o755)
        there = search(mote, folder, "there", "--runner", str(runner))
        cluster.shutdown()
        assert here == there, f"{here}\n{there}"
        assert any(epochs == 2 for _, epochs, _ in here)
        assert len(set(nodes.read_text().split())) == 2, "one worker did everything"
    return 0


sys.exit(main())
