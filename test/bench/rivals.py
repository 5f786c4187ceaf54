"""What somebody would write instead, with pandas, xarray and zarr 3: `append STORE SAMPLE` or `rebuild STORE RAW HEALTH`."""

import glob
import itertools
import json
import sys


def append(store, sample):
    """One sample that has been flattened already: {"time": microseconds, "values": {name: [dtype, number]}}."""
    import numpy
    import xarray

    with open(sample) as file:
        new = json.load(file)
    time = numpy.array([new["time"]], "datetime64[us]")
    columns = {name: ("time", numpy.array([value], dtype)) for name, (dtype, value) in new["values"].items()}
    xarray.Dataset(columns, {"time": time}).to_zarr(store, append_dim="time")


LEVELS = {"green": 0, "amber": 1, "red": 2, "unknown": 3}


def flatten(value, prefix, row):
    for key, part in value.items():
        if isinstance(part, dict):
            flatten(part, f"{prefix}{key}_", row)
        elif isinstance(part, (int, float)):
            row[prefix + key] = part


def rows(raw, health):
    for snapshots, verdicts in zip(sorted(glob.glob(f"{raw}/*.jsonl")), sorted(glob.glob(f"{health}/health_*.jsonl"))):
        with open(snapshots) as one, open(verdicts) as other:
            for snapshot, verdict in zip(one, other):
                record = json.loads(snapshot)
                row = {"time": record["time_utc"]}
                flatten(record["sections"], "", row)
                for name, level in json.loads(verdict)["levels"].items():
                    row["level_" + name] = LEVELS[level]
                yield row


def rebuild(store, raw, health):
    import pandas

    # In pieces: rows by the hundred thousand as dictionaries would take 8 GB.
    every = rows(raw, health)
    frame = pandas.concat(pandas.DataFrame(piece) for piece in iter(lambda: list(itertools.islice(every, 4032)), []))
    frame["time"] = pandas.to_datetime(frame["time"].str.slice(0, 26))
    frame = frame.set_index("time").sort_index()
    frame = frame.astype({name: "float64" for name in frame.columns if frame[name].dtype == object})
    frame.columns = [name.replace("/", "_").replace(".", "_") for name in frame.columns]
    data = frame.to_xarray()
    data.to_zarr(store, zarr_format=3, encoding={name: {"chunks": (4032,)} for name in data.variables})


if __name__ == "__main__":
    {"append": append, "rebuild": rebuild}[sys.argv[1]](*sys.argv[2:])
