#!/usr/bin/env python3
"""A matrix of small Zarr stores as xarray writes them, and the newest finite samples as xarray reads them.

stores.py list                                    the stores that this zarr can write; `group` contains the data
stores.py write OUT NAME...|--all [--end ISO]     OUT/NAME.zarr
stores.py read STORE...                           a store, or a group in one: OUT/NAME.zarr/a/group

Runs under Debian 12's xarray 2023.01 with zarr 2, and under today's with zarr 3.
"""

import argparse
import json
import struct
import warnings
from datetime import datetime, timezone
from itertools import product

import cftime
import numcodecs
import numpy as np
import pandas as pd
import xarray as xr
import zarr

ZARR_3 = zarr.__version__.startswith("3")
SAMPLES = 400
TICK = np.timedelta64(5, "m")
# How many of the last samples are missing: none, a few, and nearly an hour of them, which in chunks of 3 to 5 samples is
# several chunks back.
GAPS = {"DCInverterVolts": 0, "BatterySOC": 3, "InternalTemperature": 11}
NO_GAPS = dict.fromkeys(GAPS, 0)
# No power of two divides these values: a wrong order of operations in a decoder shows in the last bit.
VALUES = {
    "DCInverterVolts": np.round(25.37 + 2.2 * np.sin(np.arange(SAMPLES) / 40), 2),
    "BatterySOC": np.round(50.1 + 49.3 * np.sin(np.arange(SAMPLES) / 90), 1),
    "InternalTemperature": np.round(-18.43 + 11.7 * np.cos(np.arange(SAMPLES) / 70), 2),
}


def dataset(end, late="0ns", gaps=None, missing=np.nan, zeros=0):
    """`late` moves the times off the whole minute; so many of the last samples are `zeros`."""
    last = np.datetime64(end.astimezone(timezone.utc).replace(tzinfo=None), "ns")
    times = last + pd.Timedelta(late).to_timedelta64() - TICK * np.arange(SAMPLES)[::-1]
    ds = xr.Dataset(coords={"time": times})
    for name, data in VALUES.items():
        data = data.copy()
        data[SAMPLES - zeros :] = 0
        data[SAMPLES - (gaps or GAPS)[name] :] = missing
        ds[name] = ("time", data, {"long_name": name})
    return ds


def raw_time(ds, units, calendar):
    """xarray tidies the units it is given: these stand in the store as they are written here."""
    moments = [datetime.utcfromtimestamp(int(ns) // 10**9) for ns in ds.time.values.astype("i8")]
    numbers = np.array(cftime.date2num(moments, units, calendar)).astype("i8")
    return ds.assign_coords(time=("time", numbers, {"units": units, "calendar": calendar}))


def spoil(ds, how):
    """Puts in place of one variable, or of the calendar, something that the reader has to refuse."""
    volts = ds.DCInverterVolts
    if how == "2d":
        return ds.assign(DCInverterVolts=volts.expand_dims({"level": 2}, axis=1).copy())
    if how == "string":
        return ds.assign(DCInverterVolts=volts.astype(str).astype(object))
    return raw_time(ds, "minutes since 2020-01-01", how)


BLOSC = ("lz4", "lz4hc", "zstd", "blosclz", "zlib")
NONE = {"compressor": None}
I2 = {"dtype": "i2", "_FillValue": -32768}
I4 = {"dtype": "i4", "_FillValue": -1}
COARSE = {"scale_factor": 0.6, "add_offset": -40.3}
SECONDS = {"units": "seconds since 1970-01-01", "dtype": "i8"}
PACKED = {**I2, "scale_factor": 0.01, "add_offset": 3.7}


def row(says, every=None, time=None, chunk=144, make=None, raw=None, spoilt=None, **options):
    """`every`: the encoding of each variable; `time`: of the time; `options`: of to_zarr, but for those `write` takes."""
    every, time = {"chunks": (chunk,), **(every or {})}, {"chunks": (chunk,), **(time or {})}
    return dict(says=says, make=make or {}, raw=raw, spoilt=spoilt, every=every, time=time, options=options)


def since(says, units, **more):
    return row(f"time in {says}", time={"units": units, **more})


def raw(says, units, calendar="proleptic_gregorian", **more):
    return row(f"time in {says}", raw=(units, calendar), **more)


def both_formats():
    """The stores that both formats of Zarr can hold, in the words of xarray."""
    return {
        "plain": row("all defaults, consolidated"),
        "scattered": row("not consolidated", consolidated=False),
        "partly": row("one sample in the last chunk, chunks of 3", chunk=3),
        "chunk-4": row("chunks of 4", chunk=4),
        "chunk-long": row("one chunk, far longer than the data", chunk=100_000),
        "none": row("not compressed", NONE),
        "none-chunk-5": row("not compressed, chunks of 5", NONE, chunk=5),
        "append": row(
            "appended to in steps, times in chunks of one", time={"chunks": (1,)}, chunk=5, append=[379, 390]
        ),
        # With units of its own: xarray would take days for a single sample, and silently cut what is appended.
        "append-one": row("begun with one sample, all chunks of one", time=SECONDS, chunk=1, append=[1, 2, 390]),
        "group": row("in a group of a group", group="power/inverter"),
        "all-missing": row("one variable without any sample", make={"gaps": {**GAPS, "BatterySOC": SAMPLES}}, chunk=50),
        "infinite": row("infinite where it is missing elsewhere", make={"missing": np.inf}, chunk=4),
        "float16": row("float16", {"dtype": "f2"}),
        "float32": row("float32", {"dtype": "f4"}),
        "float32-fill": row("float32, -9999 is missing", {"dtype": "f4", "_FillValue": -9999.0}),
        "fill": row("-9999 is missing", {"_FillValue": -9999.0}, chunk=4),
        "missing-value": row("missing_value alone", {"dtype": "i2", "missing_value": -9999}, chunk=4),
        "missing-value-both": row("missing_value and _FillValue", {"missing_value": -9999.0, "_FillValue": -9999.0}),
        "int8": row("int8, -128 is missing", {"dtype": "i1", "_FillValue": -128}),
        "int16": row("int16, -32768 is missing", I2),
        "int32": row("int32, -1 is missing", I4, chunk=5),
        "int64": row("int64, -1 is missing", {"dtype": "i8", "_FillValue": -1}),
        "int32-no-fill": row("int32, nothing is missing", {"dtype": "i4"}, make={"gaps": NO_GAPS}),
        # zarr 3 writes no chunk that holds nothing but its fill_value, in format 2 not even where that is null.
        "zeros": row("int64, zeros from yesterday on", {"dtype": "i8"}, make={"gaps": NO_GAPS, "zeros": 300}, chunk=4),
        "packed-int16": row("int16 with scale and offset", PACKED),
        "packed-int16-chunk-4": row("int16 with scale and offset, chunks of 4", PACKED, chunk=4),
        "packed-int16-scale": row("int16 with a scale", {**I2, "scale_factor": 0.01}),
        "packed-int16-offset": row("int16 with an offset", {**I2, "add_offset": 0.3}),
        "packed-int32": row("int32 with a scale", {**I4, "scale_factor": 0.001}),
        "packed-uint8": row("uint8 with scale and offset", {**COARSE, "dtype": "u1", "_FillValue": 255}),
        "packed-unsigned": row("such in an int8", {**COARSE, "dtype": "i1", "_FillValue": -1, "_Unsigned": "true"}),
        "packed-float32": row("float32 with scale and offset", {"dtype": "f4", "scale_factor": 0.1, "add_offset": 3.7}),
        "time-seconds": since("seconds since 1970", "seconds since 1970-01-01", dtype="i8"),
        "time-minutes": since("minutes, int32", "minutes since 2020-02-29 12:30:00", dtype="i4"),
        "time-hours": since("hours, float64", "hours since 2001-01-01", dtype="f8"),
        "time-days": since("days, float64", "days since 1900-01-01", dtype="f8"),
        "time-days-standard": since("days, standard", "days since 1858-11-17", dtype="f8", calendar="standard"),
        "time-seconds-float": since("seconds, float64", "seconds since 2000-01-01T00:00:00", dtype="f8"),
        "time-raw-t": raw("seconds, units with T and Z", "seconds since 1970-01-01T00:00:00Z"),
        "time-raw-short": raw("seconds, units without leading zeros", "seconds since 2000-1-1 0:0:0"),
        "time-raw-zone": raw("minutes, units with a time zone", "minutes since 2000-01-01 00:00:00 +02:00"),
        "time-raw-capital": raw("Seconds, gregorian", "Seconds since 1970-01-01 00:00:00.0", "gregorian"),
        "time-raw-1": raw("minutes since the year 1, standard", "minutes since 0001-01-01 00:00:00", "standard"),
        "time-raw-1-proleptic": raw("minutes since the year 1, proleptic", "minutes since 0001-01-01 00:00:00"),
        "time-raw-1500": raw("minutes since 1500, standard", "minutes since 1500-01-01", "standard"),
        "refused-2d": row("a variable with a second dimension", spoilt="2d"),
        "refused-noleap": row("a calendar without leap days", spoilt="noleap"),
        "refused-string": row("strings for numbers", spoilt="string"),
    }


def format_2():
    n = numcodecs
    stores = {f"v2-{name}": row for name, row in both_formats().items()}
    for cname, (shuffle, word) in product(BLOSC, enumerate(("noshuffle", "shuffle", "bitshuffle"))):
        codec = n.Blosc(cname=cname, clevel=5, shuffle=shuffle)
        stores[f"v2-blosc-{cname}-{word}"] = row(f"blosc, {cname}, {word}", {"compressor": codec})
    codecs = {"zstd": n.Zstd(3), "gzip": n.GZip(5), "zlib": n.Zlib(5), "lz4": n.LZ4(), "bz2": n.BZ2(), "lzma": n.LZMA()}
    for name, codec in codecs.items():
        stores[f"v2-{name}"] = row(name, {"compressor": codec})
    fixed = n.FixedScaleOffset(offset=3, scale=100, dtype="<f8", astype="<i2")
    filters = {  # encoding, filters
        "delta": (I2, [n.Delta("<i2")]),
        "delta-big": ({**I2, "dtype": ">i2"}, [n.Delta(">i2")]),
        "delta-narrow": (I4, [n.Delta("<i4", astype="<i2")]),
        "delta-float": ({"_FillValue": -99.0}, [n.Delta("<f8")]),
        "fixedscaleoffset": ({"_FillValue": -99.0}, [fixed]),
        "fixedscaleoffset-delta": ({"_FillValue": -99.0}, [fixed, n.Delta("<i2")]),
        "shuffle": ({"compressor": n.Zlib(1)}, [n.Shuffle(8)]),
        "shuffle-narrow": ({"compressor": n.Zlib(1)}, [n.Shuffle(4)]),
        "quantize": ({}, [n.Quantize(2, "<f8")]),
        "bitround": ({}, [n.BitRound(12)]),
        "astype": ({}, [n.AsType("<f4", "<f8")]),
        "crc32": ({}, [n.CRC32()]),
    }
    for name, (encoding, chain) in filters.items():
        stores[f"v2-filter-{name}"] = row(f"filter {name}", {**encoding, "filters": chain})
    stores |= {
        "v2-time-delta": row("times as differences", time={**SECONDS, "filters": [n.Delta("<i8")]}),
        "v2-big-f8": row("big-endian float64", {"dtype": ">f8"}),
        "v2-big-i2": row("big-endian packed int16", {**PACKED, "dtype": ">i2"}),
        "v2-big-time": row("big-endian times", time={**SECONDS, "dtype": ">i8"}),
        "v2-fill-zero": row("int16, 0 is missing", {"dtype": "i2", "_FillValue": 0}),
        "v2-order-f": row("order F", again={"order": "F"}),
        "v2-slash": row("dimension separator /", again={"dimension_separator": "/"}),
    }
    return stores


def format_3():
    from zarr import codecs as c
    from zarr.codecs import numcodecs as n

    stores = {f"v3-{name}": row for name, row in both_formats().items()}
    for cname, word in product(BLOSC, ("noshuffle", "shuffle", "bitshuffle")):
        codec = c.BloscCodec(cname=cname, clevel=5, shuffle=word)
        stores[f"v3-blosc-{cname}-{word}"] = row(f"blosc, {cname}, {word}", {"compressor": codec})
    chains = {
        "zstd": [c.ZstdCodec(level=3)],
        "zstd-checksum": [c.ZstdCodec(level=3, checksum=True)],
        "gzip": [c.GzipCodec()],
        "crc32c": [c.Crc32cCodec()],
        "zstd-crc32c": [c.ZstdCodec(), c.Crc32cCodec()],
        "n-zlib": [n.Zlib(level=5)],
        "n-gzip": [n.GZip(level=5)],
        "n-zstd": [n.Zstd(level=3)],
        "n-blosc": [n.Blosc(cname="lz4", clevel=5, shuffle=1)],
        "n-lz4": [n.LZ4()],
        "n-bz2": [n.BZ2()],
        "n-crc32": [n.CRC32()],
        "n-shuffle": [n.Shuffle(elementsize=8), n.Zlib(level=1)],
        "n-shuffle-narrow": [n.Shuffle(elementsize=4), n.Zlib(level=1)],
    }
    for name, chain in chains.items():
        stores[f"v3-{name}"] = row(name, {"compressor": chain})
    fixed = n.FixedScaleOffset(offset=3, scale=100, dtype="<f8", astype="<i2")
    filters = {
        "n-delta": (I2, [n.Delta(dtype="<i2")]),
        "n-delta-narrow": (I4, [n.Delta(dtype="<i4", astype="<i2")]),
        "n-fixedscaleoffset": ({"_FillValue": -99.0}, [fixed]),
        "n-quantize": ({}, [n.Quantize(digits=2, dtype="<f8")]),
        "n-bitround": ({}, [n.BitRound(keepbits=12)]),
        "n-astype": ({}, [n.AsType(encode_dtype="<f4", decode_dtype="<f8")]),
        "transpose": ({}, [c.TransposeCodec(order=(0,))]),
    }
    for name, (encoding, chain) in filters.items():
        stores[f"v3-{name}"] = row(f"filter {name}", {**encoding, "filters": chain})
    shards = {"chunks": (5,), "shards": (50,)}
    start = c.ShardingCodec(chunk_shape=(5,), codecs=[c.BytesCodec(), c.GzipCodec()], index_location="start")
    stores |= {
        "v3-sharded": row("shards of 50 in chunks of 5", shards, shards),
        "v3-sharded-scattered": row("shards, not consolidated", shards, shards, consolidated=False),
        "v3-sharded-packed": row("shards of packed int16", {**shards, **PACKED}),
        "v3-sharded-start": row("shards, their index first", {"chunks": (50,), "serializer": start, "compressor": []}),
        "v3-big": row("big-endian float64", {"serializer": c.BytesCodec(endian="big")}),
        "v3-keys-dot": row("chunk keys c.0", {"chunk_key_encoding": {"name": "default", "separator": "."}}),
        "v3-keys-v2": row("chunk keys as in format 2", {"chunk_key_encoding": {"name": "v2", "separator": "."}}),
        "v3-missing-value-float": row("missing_value alone", {"missing_value": -9999.0, "_FillValue": None}, chunk=4),
        "v3-fill-zero": row("zarr's own fill_value is 0, which masks nothing", {"fill_value": 0.0}),
    }
    for unit, late in (("milliseconds", "123ms"), ("microseconds", "123456us"), ("nanoseconds", "123456789ns")):
        time = {"units": f"{unit} since 1970-01-01", "dtype": "i8"}
        stores[f"v3-time-{unit}"] = row(f"time in {unit}", time=time, make={"late": late})
    return stores


def matrix():
    return {**format_2(), **(format_3() if ZARR_3 else {})}


def again(path, group, **options):
    """Writes the same arrays again by zarr itself, with options that xarray does not have."""
    group = zarr.open_group(str(path), mode="r+", path=group or "")
    for name in VALUES:
        old = group[name]
        data, attributes = old[:], dict(old.attrs)
        kept = {"shape": old.shape, "chunks": old.chunks, "dtype": old.dtype, "fill_value": old.fill_value}
        new = zarr.create(store=group.store, path=old.path, overwrite=True, **kept, **options)
        new[:] = data
        new.attrs.update(attributes)
    zarr.consolidate_metadata(group.store)


def encoding(row, ds):
    result = {}
    for name, variable in ds.variables.items():
        words = dict(row["time"] if name == "time" else row["every"] if name in VALUES else {})
        if variable.ndim > 1:
            words["chunks"] = words["chunks"] * variable.ndim
        if ZARR_3 and "compressor" in words:
            words["compressors"] = words.pop("compressor")
        result[name] = words
    return result


def write(path, row, end, zarr_format):
    ds = dataset(end, **row["make"])
    if row["raw"]:
        ds = raw_time(ds, *row["raw"])
    if row["spoilt"]:
        ds = spoil(ds, row["spoilt"])
    options = {"consolidated": True, **row["options"]}
    once_more, steps = options.pop("again", None), options.pop("append", [])
    if ZARR_3:
        options["zarr_format"] = zarr_format
    cuts = [*steps, SAMPLES]
    ds.isel(time=slice(0, cuts[0])).to_zarr(path, mode="w", encoding=encoding(row, ds), **options)
    for start, stop in zip(cuts, cuts[1:]):
        ds.isel(time=slice(start, stop)).to_zarr(path, append_dim="time", consolidated=options["consolidated"])
    if once_more:
        again(path, options.get("group"), **once_more, **({"zarr_format": zarr_format} if ZARR_3 else {}))


def newest(variable):
    if variable.ndim != 1 or variable.dtype.kind not in "fiu":
        return {"error": f"{variable.ndim} dimensions of {variable.dtype}"}
    if variable.time.dtype.kind != "M":
        return {"error": f"times are {variable.time.dtype}"}
    data = variable.values.astype("f8")
    finite = np.flatnonzero(np.isfinite(data))
    if len(finite) == 0:
        return None
    index = int(finite[-1])
    return {
        "time": str(variable.time.values.astype("datetime64[ns]").astype("i8")[index]),
        "value": struct.pack(">d", data[index]).hex(),
    }


def read(path):
    try:
        with xr.open_zarr(path, chunks=None) as ds:
            last = ds.time.values[-1]
            return {
                "last": str(last.astype("datetime64[ns]").astype("i8")) if ds.time.dtype.kind == "M" else None,
                "variables": {name: newest(ds[name]) for name in VALUES},
            }
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    # Neither what zarr says of codecs beyond its specification nor what xarray says of ambiguous dates is news here.
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    writing = commands.add_parser("write")
    writing.add_argument("out")
    writing.add_argument("names", nargs="*")
    writing.add_argument("--all", action="store_true")
    writing.add_argument("--end", type=datetime.fromisoformat, default="2026-11-20T09:50:00+00:00")
    commands.add_parser("read").add_argument("stores", nargs="+")
    given = parser.parse_args()
    stores = matrix()
    if given.command == "read":
        print(json.dumps({path: read(path) for path in given.stores}, indent=1))
    elif given.command == "list":
        print(json.dumps([{"name": name, "group": row["options"].get("group")} for name, row in stores.items()], indent=1))
    else:
        for name in stores if given.all else given.names:
            write(f"{given.out}/{name}.zarr", stores[name], given.end, int(name[1]))


if __name__ == "__main__":
    main()
