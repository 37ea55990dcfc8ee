#!/bin/sh
# Opens a result file with the programs of RESULTS.md: xarray (each engine that is there), pandas, h5dump.
# Usage: xarray.sh [WEIR]; exits 77 with a reason where the readers are missing (python3-xarray,
# python3-h5netcdf, python3-pandas, python3-tables).
set -eu
weir=${1:-${WEIR:-weir}}
python=
for p in /usr/bin/python3 python3; do
    if "$p" -c 'import xarray, pandas, tables' 2>/dev/null; then
        python=$p
        break
    fi
done
[ -n "$python" ] || { echo "skipped: no python3 with xarray, pandas and tables"; exit 77; }
command -v "$weir" >/dev/null || { echo "skipped: no program '$weir'"; exit 77; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/shop.yaml" <<'END'
weir: 1
name: shop
duration: 10m
warmup: 1m
metrics_period: 10s
replications: 3
traffic: {shoppers: {target: web, rate: 30/s}}
resources:
  web: {type: service, servers: 4, service_time: {exponential: 100ms}}
slo: [web.latency.p99 < 10s, web.waited_share]
END
"$weir" run "$dir/shop.yaml" -o "$dir/shop.h5" --json >"$dir/shop.json"

"$python" - "$dir/shop.h5" "$dir/shop.json" <<'END'
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd, xarray as xr
path, doc = sys.argv[1], json.load(open(sys.argv[2]))
engines = [e for e in ("h5netcdf", "netcdf4") if e in xr.backends.list_engines()]
if not engines:
    print("skipped: xarray has neither h5netcdf nor netcdf4")
    sys.exit(77)
for engine in engines:
    d = xr.open_dataset(path, engine=engine)
    v = d["web.latency.p99"]
    assert v.dims == ("replication", "time") and v.shape == (3, 60), v
    assert v.attrs["units"] == "s" and v.attrs["kind"] == "value" and v.attrs["stat"] == "p99" and v.attrs["part"] == ""
    assert v.dtype == np.float64 and float(d["time"][-1]) == 590 and d.attrs["title"] == "shop" and d.attrs["complete"] == 1
    assert float(v.mean()) > 0.1
    total = d["web.requests"].sel(time=slice(60, None)).sum("time").mean()
    assert abs(float(total) - doc["metrics"]["web"]["requests"]["sum"]["mean"]) < 1e-6
    h = xr.open_dataset(path, engine=engine, group="histograms")["web.latency"]
    s = pd.read_hdf(path, "summary")
    counts = s[(s.owner == "web") & (s.metric == "latency") & (s.stat == "count")].value
    assert np.array_equal(h.sum("bin_edge"), counts), (h.sum("bin_edge"), counts)
    print("xarray", engine, "ok")
s = pd.read_hdf(path, "summary")
assert list(s.columns) == "point replication owner part metric stat unit value count".split(), s.columns
a = pd.read_hdf(path, "aggregate")
for row in a.itertuples():
    owner = row.owner + (":" + row.part if row.part else "")
    said = doc["metrics"][owner][row.metric][row.stat]
    mine = s[(s.owner == row.owner) & (s.part == row.part) & (s.metric == row.metric) & (s.stat == row.stat)].value
    assert said["n"] == row.n == mine.notna().sum(), row
    if row.n:
        assert said["mean"] == row.mean and np.isclose(mine.mean(), row.mean, rtol=1e-12, atol=0), row
import tables
with tables.open_file(path) as f:  # read_hdf takes a table without rows for none at all
    for name in "slo causes cost annotations replications edges resources provenance/included".split():
        rows = f.get_node("/" + name + "/table").nrows
        assert not rows or len(pd.read_hdf(path, name)) == rows, name
assert list(pd.read_hdf(path, "slo").passed) == [1, -1]
print("pandas ok")
END

if command -v h5dump >/dev/null; then
    h5dump -H "$dir/shop.h5" >/dev/null
    echo "h5dump ok"
fi
