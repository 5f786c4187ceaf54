"""The archive as xarray sees it, for archive.test.ts.

  archive.py states              a path per line of standard input → what is there, a line of JSON each
  archive.py look STORE          how it opens, with and without consolidated metadata, and what it says of itself
  archive.py compare STATE       every value of STATE/ops_monitor.zarr against the raw lines of STATE, both ways
  archive.py watch STORE         opens and reads all, again and again, until standard input ends
"""

import glob
import hashlib
import json
import re
import select
import sys
from datetime import datetime, timezone

import cf_xarray  # noqa: F401 (gives .cf)
import numpy as np
import xarray as xr


def state(path):
    """All decoded values, times and names. What cannot be read is told by the kind of its error alone."""
    try:
        with xr.open_zarr(path) as ds:
            ds.load()
            digest = hashlib.sha256()
            for name in sorted(map(str, ds.variables)):
                values = np.ascontiguousarray(ds[name].values)
                digest.update(f"{name} {values.dtype} {values.shape} {json.dumps(dict(ds[name].attrs), default=str)}".encode())
                digest.update(values.tobytes())
            return {"samples": ds.sizes["time"], "hash": digest.hexdigest()}
    except Exception as error:
        return {"error": type(error).__name__}


def states():
    for line in sys.stdin:
        print(json.dumps(state(line.rstrip("\n"))), flush=True)


def look(path):
    with xr.open_zarr(path) as ds, xr.open_zarr(path, consolidated=False) as other:
        ds.load()
        time = ds.indexes["time"]
        flags = [name for name in ds.data_vars if "flag_meanings" in ds[name].attrs]

        def decodes(name):
            meanings = ds[name].attrs["flag_meanings"].split(" ")
            return all(np.array_equal(ds[name].cf == word, ds[name] == number) for number, word in enumerate(meanings))

        return {
            "attributes": {name: str(value) for name, value in ds.attrs.items()},
            "samples": ds.sizes["time"],
            "variables": len(ds.data_vars),
            "flags": len(flags),
            "flags_that_cf_xarray_decodes": sum(map(decodes, flags)),
            "dimensions": sorted({str(dimension) for name in ds.variables for dimension in ds[name].dims}),
            "time": str(time.dtype)[:10],
            "sorted": bool(time.is_monotonic_increasing),
            "unique": bool(time.is_unique),
            "same_without_consolidated": bool(ds.identical(other.load())),
            "types": sorted({str(ds[name].dtype) for name in ds.data_vars}),
            "without_long_name": [n for n in ds.data_vars if not ds[n].attrs.get("long_name")],
            "without_units_or_meanings": [n for n in ds.data_vars if not ({"units", "flag_meanings"} & set(ds[n].attrs))],
            "with_both": [n for n in ds.data_vars if {"units", "flag_meanings"} <= set(ds[n].attrs)],
            "flags_without_values": [n for n in flags if len(ds[n].attrs["flag_values"]) != len(ds[n].attrs["flag_meanings"].split(" "))],
        }


# How the raw lines become names and numbers, written again from what is documented.
MANY = {"hosts", "filesystems", "streams", "mirrors", "gpus", "gates", "plugins", "metrics", "watchdog", "endpoints", "checkouts"}
WORDS_THAT_ARE_FLAGS = {("gates", "verdict"), ("plugins", "result"), ("gpus", "state"), ("watchdog", "state")}
# Of the configuration or of another judge, carried along in the snapshot for whoever judges it: no readings.
NO_READINGS = {"age_limits", "memory_limits", "alerts"}
LEVELS = ["green", "amber", "red", "unknown"]


def identifier(name):
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "root"


def singular(name):
    return name[:-1] if name.endswith("s") else name


def flatten(record, judged):
    """Names → numbers; words that are flags → their word."""
    found = {"collection_ms": record["collection_ms"]}

    def walk(prefix, data, section):
        if isinstance(data, bool):
            found[prefix] = int(data)
        elif isinstance(data, (int, float)):
            found[prefix] = data
        elif isinstance(data, str):
            if (section, prefix.rsplit("_", 1)[-1]) in WORDS_THAT_ARE_FLAGS:
                found[prefix] = data
        elif isinstance(data, dict):
            for key, value in data.items():
                if key in NO_READINGS:
                    continue
                walk(f"{prefix}_{identifier(key)}", value, section)

    def reading(section, item, envelope):
        label = "probe_" + identifier(section if item is None else f"{section}.{item}")
        timed_out = envelope["status"] == "failed" and envelope["kind"] == "timeout"
        found[f"{label}_outcome"] = "timed_out" if timed_out else envelope["status"]
        if "ms" in envelope:
            found[f"{label}_ms"] = envelope["ms"]
        if envelope["status"] != "ok":
            return
        prefix = section if item is None and section != "services" else singular(section)
        walk(prefix if item is None else f"{prefix}_{identifier(item)}", envelope["data"], section)

    for section, envelope in record["sections"].items():
        if section in MANY and envelope["status"] == "ok":
            for item, own in envelope["data"].items():
                reading(section, item, own)
        else:
            reading(section, None, envelope)
    if judged:
        found["level_overall"] = judged["overall_level"]
        for name, level in judged["levels"].items():
            found[f"level_{identifier(name)}"] = level
    return found


def lines(pattern):
    for path in sorted(glob.glob(pattern)):
        with open(path, encoding="utf-8") as file:
            yield from map(json.loads, file)


def microseconds(text):
    whole = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return int(whole.timestamp()) * 1_000_000 + whole.microsecond


def compare(folder):
    judged = {line["run_id"]: line for line in lines(f"{folder}/health/health_*.jsonl")}
    records = list(lines(f"{folder}/raw/ops_monitor_*.jsonl"))
    rows = [flatten(record, judged.get(record["run_id"])) for record in records]
    times = np.array([microseconds(record["time_utc"]) for record in records])
    wrong, compared, present = [], 0, 0
    with xr.open_zarr(f"{folder}/ops_monitor.zarr") as ds:
        ds.load()
        if not np.array_equal(ds.time.values.astype("datetime64[us]").astype("i8"), times):
            wrong.append("the times differ")
        names = {name for row in rows for name in row}
        wrong += [f"{name} is in no raw line" for name in set(ds.data_vars) - names]
        wrong += [f"{name} is not in the store" for name in names - set(ds.data_vars)]
        for name in sorted(names & set(ds.data_vars)):
            variable = ds[name]
            meanings = variable.attrs.get("flag_meanings", "").split(" ")
            missing = -1 if variable.dtype.kind == "i" else np.nan
            def number(value):
                return meanings.index(value) if isinstance(value, str) else value
            expected = np.array([number(row[name]) if name in row else missing for row in rows], dtype="f8")
            there = variable.values.astype("f8")
            # Bit for bit, but for the many ways to write NaN.
            same = (expected.view("i8") == there.view("i8")) | (np.isnan(expected) & np.isnan(there))
            compared += len(same)
            present += sum(name in row for row in rows)
            if not same.all():
                index = int(np.argmin(same))
                wrong.append(f"{name}: {np.count_nonzero(~same)} differ, first {index}: {expected[index]} became {there[index]}")
    return {"wrong": wrong[:20], "samples": len(rows), "variables": len(names), "judged": len(judged), "compared": compared, "present": present}


def watch(path):
    opens, advances, problems = 0, 0, []
    before, last = None, 0
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0] and len(problems) < 5:
        opens += 1
        try:
            with xr.open_zarr(path) as ds:
                ds.load()
        except Exception as error:
            problems.append(f"open {opens}, after {last} samples: {type(error).__name__}: {error}")
            continue
        samples = ds.sizes["time"]
        if samples < last:
            problems.append(f"{last} samples became {samples}")
        elif before is not None:
            grown = [name for name in before.data_vars if not np.array_equal(before[name].values, ds[name].values[:last], equal_nan=True)]
            if grown or not np.array_equal(before.time.values, ds.time.values[:last]):
                problems.append(f"what was there changed between {last} and {samples} samples: {grown}")
        # Each row is whole: the number that it was written with, and a level.
        if not np.array_equal(ds.gate_prune_counts_files.values, np.arange(samples)) or (ds.level_overall.values < 0).any():
            problems.append(f"a row of {samples} is not whole")
        advances += samples > last
        before, last = ds, samples
    print(json.dumps({"opens": opens, "advances": advances, "samples": last, "problems": problems}))


def main():
    command, *given = sys.argv[1:]
    if command in ("states", "watch"):
        globals()[command](*given)
    else:
        print(json.dumps({"look": look, "compare": compare}[command](*given)))


if __name__ == "__main__":
    main()
