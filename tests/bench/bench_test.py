# `./x bench` in small: one model on two boards; the table, the JSON, the page and the picture say the same figures.
#
#   bench_test.py MOTE      needs the shared models and baselines ($MOTE_SHARED, else ../shared); without: skipped (77)
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    mote = pathlib.Path(sys.argv[1]).resolve()
    if not (pathlib.Path(os.environ.get("MOTE_SHARED", ROOT.parent / "shared")) / "baselines.json").exists():
        print("the folder with shared models is absent (set MOTE_SHARED)")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        done = subprocess.run([sys.executable, ROOT / "tests/bench/bench.py", "--mote", mote, "--board", "nucleo-l4r5zi", "--board", "esp32-c3",
                               "--model", "ad", "--layers", "--json", folder / "rows.json", "--chart", folder / "chart.svg",
                               "--markdown", folder / "page.md"], check=True, capture_output=True, text=True)
        rows = json.loads((folder / "rows.json").read_text())
        assert [row["board"] for row in rows] == ["nucleo-l4r5zi", "esp32-c3"], rows
        page = (folder / "page.md").read_text()
        picture = (folder / "chart.svg").read_text() if (ROOT / "node_modules").exists() else None
        for row in rows:
            report = row["report"]
            assert sum(layer["instructions"] for layer in report["layers"]) <= report["instructions"]
            assert f"{report['instructions']:,}" in done.stdout and f"{report['instructions']:,}" in page
            assert picture is None or f"{row['share']:.2f}" in picture
        assert 0 < rows[0]["report"]["wait_cycles_estimated"] < rows[0]["report"]["cycles_estimated"]
        assert "predicted" in done.stdout
    return 0


sys.exit(main())
