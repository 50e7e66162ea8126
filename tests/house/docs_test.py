# Runs every command that the documentation shows, and follows every link between its pages.
#
#   docs_test.py MOTE [PAGE...]      MOTE is the program; without pages: README.md, CONTRIBUTING.md and docs/*.md
#
# A page's ```sh blocks run in order in one temporary folder, by `bash -e`, with MOTE on the PATH as `mote`, and with the
# repository's apps/, boards/, device/ and docs/ linked into it. Names in MODELS below stand for models of the shared
# folder ($MOTE_SHARED, else ../shared beside the repository): a block that uses one is left out where that is absent.
# A line before a block may say otherwise:
#   <!-- test: skip, WHY -->       not run (for what needs hardware, or hours)
#   <!-- test: exit 1 -->          the block must end with this status
#   <!-- test: prints TEXT -->     its output must contain TEXT
# Exit status: 0 all ran, 1 something failed, 77 (ctest: skipped) everything else ran but the shared folder is missing.
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = {
    "ww.tflite": "models/mlperf_tiny/str_ww_ref_int8.tflite",
    "kws.tflite": "models/mlperf_tiny/kws_ref_int8.tflite",
    "vww.tflite": "models/mlperf_tiny/vww_96_int8.tflite",
    "ic.tflite": "models/mlperf_tiny/ic_resnet_int8.tflite",
    "ad.tflite": "models/mlperf_tiny/ad01_int8.tflite",
    "vww_float.tflite": "models/mlperf_tiny/vww_96_float.tflite",
    "kws_float.tflite": "models/mlperf_tiny/kws_ref_float.tflite",
    "kws_input.npy": "golden/mlperf_tiny/kws_ref_int8/input0.npy",
    "ad_input.npy": "golden/mlperf_tiny/ad01_int8/input0.npy",
}
SECONDS_PER_BLOCK = 600


class Block:
    def __init__(self, page, line, text, markers):
        self.page, self.line, self.text = page, line, text
        self.skip, self.status, self.prints = None, 0, []
        for marker in markers:
            word, _, rest = marker.partition(" ")
            if word.rstrip(",") == "skip":
                if not rest:
                    raise SystemExit(f"{page}:{line}: a skipped block must say why")
                self.skip = rest
            elif word == "exit":
                self.status = int(rest)
            elif word == "prints":
                self.prints.append(rest)
            else:
                raise SystemExit(f"{page}:{line}: unknown test marker: {marker}")

    def models(self):
        return [name for name in MODELS if re.search(rf"(?<![\w.]){re.escape(name)}\b", self.text)]


def blocks_of(page):
    """The ```sh blocks of a page, each with the markers that stand right above it."""
    found, markers, inside, start = [], [], None, 0
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines(), 1):
        if inside is not None:
            if line.startswith("```"):
                found.append(Block(page, start, "\n".join(inside) + "\n", markers))
                inside, markers = None, []
            else:
                inside.append(line)
        elif line.strip() == "```sh":
            inside, start = [], number
        elif match := re.fullmatch(r"<!-- test: (.*?) -->", line.strip()):
            markers.append(match.group(1))
        elif line.strip():
            if markers:
                raise SystemExit(f"{page}:{number}: a test marker must stand right above a ```sh block")
    return found


def broken_links(page):
    """Relative links of a page that lead nowhere."""
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not ((ROOT / page).parent / target).exists():
            yield f"{page}: link to {target} leads nowhere"


def run(block, folder, environment):
    """None if the block did what it should, else what went wrong."""
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], cwd=folder, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=SECONDS_PER_BLOCK, check=False)
    except subprocess.TimeoutExpired:
        return f"did not end within {SECONDS_PER_BLOCK} s"
    if done.returncode != block.status:
        return f"ended with status {done.returncode}, not {block.status}:\n{done.stdout[-3000:]}"
    for text in block.prints:
        if text not in done.stdout:
            return f"did not print \"{text}\" but:\n{done.stdout[-3000:]}"
    return None


def main():
    mote = pathlib.Path(sys.argv[1]).resolve()
    pages = sys.argv[2:] or sorted(
        str(path.relative_to(ROOT)) for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"),
                                                 *(ROOT / "apps").glob("*/README.md")] if path.exists())
    shared = pathlib.Path(os.environ.get("MOTE_SHARED", ROOT.parent / "shared"))
    ran = failed = missing = 0
    for page in pages:
        for problem in broken_links(page):
            print(problem)
            failed += 1
        with tempfile.TemporaryDirectory() as folder:
            for name in ("apps", "boards", "device", "docs"):
                if (ROOT / name).exists():
                    (pathlib.Path(folder) / name).symlink_to(ROOT / name)
            bin_folder = pathlib.Path(folder) / ".bin"
            bin_folder.mkdir()
            (bin_folder / "mote").symlink_to(mote)
            environment = dict(os.environ, PATH=f"{bin_folder}:{os.environ['PATH']}", NO_COLOR="1", MOTE_HOME=str(ROOT))
            for block in blocks_of(page):
                where = f"{page}:{block.line}"
                absent = [name for name in block.models() if not (shared / MODELS[name]).exists()]
                if block.skip:
                    print(f"{where}: left out: {block.skip}")
                    continue
                if absent:
                    print(f"{where}: left out: needs {absent[0]} from the shared folder ({shared}); set MOTE_SHARED")
                    missing += 1
                    continue
                for name in block.models():
                    link = pathlib.Path(folder) / name
                    if not link.exists():
                        link.symlink_to(shared / MODELS[name])
                began = time.monotonic()
                problem = run(block, folder, environment)
                ran += 1
                failed += problem is not None
                print(f"{where}: {problem or 'ok'} ({time.monotonic() - began:.1f} s)")
    print(f"{ran} blocks ran, {failed} problems, {missing} left out for want of the shared folder")
    return 1 if failed else 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
