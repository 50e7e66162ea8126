"""A data set of which most recordings have lost their labels: folders for distillation.py, in the set's own layout."""
import gzip
import random
import re
import tomllib


def recordings(project, data):
    """(class, name, content) of each: a file to link, or a piece of a class's CSV file as lines."""
    settings = tomllib.loads(project)["data"]
    if settings.get("layout", "folders") == "folders":
        return [(file.parent.name, file.name, file) for file in sorted(data.glob("*/*"))]
    inner = data if list(data.glob("*.csv")) else next(p for p in sorted(data.iterdir()) if p.is_dir())
    found = []
    for file in sorted(inner.glob("*.csv")):
        head, *lines = file.read_text().splitlines()
        rows = settings["rows"]
        for begin in range(0, len(lines) - rows + 1, rows):
            found.append((file.stem, f"{begin // rows:03}", [head, *lines[begin:begin + rows]]))
    return found


def write_recordings(folder, items):
    """`items`: (class, name, content) as recordings() gives them; what is one class's stays in order."""
    tables = {}
    for where, name, content in items:
        if isinstance(content, list):
            tables.setdefault(where, content[:1]).extend(content[1:])
        else:
            (folder / where).mkdir(parents=True, exist_ok=True)
            (folder / where / name).unlink(missing_ok=True)
            (folder / where / name).symlink_to(content.resolve())
    folder.mkdir(parents=True, exist_ok=True)
    for where, lines in tables.items():
        (folder / f"{where}.csv").write_text("\n".join(lines) + "\n")


def hide(project, data, where, labelled, tested, seed):
    """Writes where/labelled, and where/all with a class "unlabelled" besides. `tested`: names of groups, or a share of
    each class. Returns the groups that are tested, for split.test."""
    pattern = tomllib.loads(project)["data"].get("group", "(.*)_")
    by_class = {}
    for item in recordings(project, data):
        by_class.setdefault(item[0], []).append(item)
    kept, hidden, groups = [], [], []
    for name, items in by_class.items():
        random.Random(f"{seed} {name}").shuffle(items)
        if isinstance(tested, list):
            test = [i for i in items if re.search(pattern, i[1]).group(1) in tested]
            groups = tested
        elif isinstance(items[0][2], list):  # pieces are numbered as they stand in the file, those tested first
            test = items[:round(tested * len(items))]
            groups += [f"{name}#{k + 1:03}" for k in range(len(test))]
        else:
            test = items[:round(tested * len(items))]
            groups = ["tested_*"]
        rest = [i for i in items if i not in test]
        if groups == ["tested_*"]:
            test = [(c, "tested_" + n, x) for c, n, x in test]
        kept += test + rest[:labelled]
        hidden += [("unlabelled", n, x) for _, n, x in rest[labelled:]]
    write_recordings(where / "labelled", kept)
    write_recordings(where / "all", kept + hidden)
    return groups


def read_maybe_packed(file):
    return file.read_bytes() if file.exists() else gzip.open(f"{file}.gz").read()


def hide_idx(project, data, where, labelled, most, seed):
    """The same for pairs of IDX files, whose test part stays. Returns the class of what has no label, one more than the
    others, of which there are `most`; None: all."""
    part = tomllib.loads(project)["data"].get("test_part", "t10k")
    training = next(f.name.split("-images")[0] for f in data.glob("*-images-idx3-ubyte*") if not f.name.startswith(part))
    images = read_maybe_packed(data / f"{training}-images-idx3-ubyte")
    labels = read_maybe_packed(data / f"{training}-labels-idx1-ubyte")[8:]
    each = (len(images) - 16) // len(labels)
    order = list(range(len(labels)))
    random.Random(seed).shuffle(order)
    known = []
    for label in sorted(set(labels)):
        known += [i for i in order if labels[i] == label][:labelled]
    taken = set(known)
    hidden = [i for i in order if i not in taken][:most]
    for name, rows in [("labelled", known), ("all", known + hidden)]:
        (where / name).mkdir(parents=True, exist_ok=True)
        for file in data.glob(f"{part}-*"):
            (where / name / file.name).unlink(missing_ok=True)
            (where / name / file.name).symlink_to(file.resolve())
        said = bytes(labels[i] if k < len(known) else max(labels) + 1 for k, i in enumerate(rows))
        count = len(rows).to_bytes(4, "big")
        (where / name / f"{training}-images-idx3-ubyte").write_bytes(
            images[:4] + count + images[8:16] + b"".join(images[16 + i * each:16 + (i + 1) * each] for i in rows))
        (where / name / f"{training}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1]) + count + said)
    return str(max(labels) + 1)
