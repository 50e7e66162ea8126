# The main job as a test: real recordings in, a proven int8 model on the emulated Cortex-M4 out, as `./x demo` does it.
#
#   demo_test.py MOTE      needs a MOTE with the trainer, and the network once for the recordings (then .cache/)
#
# Exit status: 0 it holds, 1 it does not, 77 (ctest: skipped) the recordings cannot be fetched.
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / ".cache/data/activity"


def close(a, b):
    return abs(a - b) < 1e-9


def main():
    mote = pathlib.Path(sys.argv[1]).resolve()
    if not DATA.exists():
        DATA.parent.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run([sys.executable, ROOT / "apps/activity/fetch.py", "--cache", ROOT / ".cache", DATA], check=False)
        if fetched.returncode != 0:
            print("the recordings cannot be fetched without a network")
            return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([mote, "train", ROOT / "apps/activity/project.toml", "--data", DATA, "-o", folder / "model"], check=True)
        subprocess.run([mote, "evaluate", folder / "model", "--board", "nano33ble", "--json", folder / "report.json",
                        "--html", folder / "report.html"], check=True)
        report = json.loads((folder / "report.json").read_text())
        page = (folder / "report.html").read_text()
    accuracy, confusion = report["accuracy"], report["accuracy"]["confusion"]
    right = sum(confusion[i][i] for i in range(len(confusion)))
    checks = {
        "every sample is in the confusion matrix": sum(map(sum, confusion)) == accuracy["samples"] > 1000,
        "the accuracy is that of the matrix": close(right / accuracy["samples"], accuracy["board"]),
        "board and int8 reference agree": accuracy["bit_exact"] is True and close(accuracy["board"], accuracy["int8"]),
        "int8 loses at most two points": accuracy["int8"] > accuracy["float"] - 0.02,
        "the project's five limits are met": len(report["limits"]) == 5 and all(limit["met"] for limit in report["limits"]),
        "instructions were counted": report["instructions"] > 10000 and report["cycles_estimated"] > report["instructions"],
        "the layers add up": 0.95 < sum(layer["instructions"] for layer in report["layers"]) / report["instructions"] <= 1,
        "nobody stands in two parts": "no group stands in two parts" in report["training"]["split"],
        "the page holds the report": '"bit_exact":true' in page and "<svg" not in page.split("<script")[0],
    }
    for what, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED'}: {what}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
