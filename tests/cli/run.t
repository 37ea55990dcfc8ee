# weir run: objectives, JSON, files, threads.
$ cat >shop.yaml <<END
> weir: 1
> name: shop
> duration: 1m
> warmup: 10s
> metrics_period: 10s
> replications: 3
> parameters: {peak: 30/s}
> traffic: {shoppers: {target: web, rate: \$peak}}
> resources:
>   web: {type: service, servers: 4, service_time: {exponential: 100ms}}
> slo: [web.latency.p99 < 10s]
> END
$ weir run shop.yaml
shop   3 replications × 1m   seed 1   …events in…
  SLO
  ✓ web.latency.p99 < 10s…
...
  resource…
...
$ weir run shop.yaml --quiet
$ weir run - --quiet <shop.yaml
$ weir run shop.yaml --set 'slo=[web.latency.p99 < 1ms]' >/dev/null
? 99
$ weir run shop.yaml --set 'slo=[web.latency.p99 < 1ms]' --no-slo -q
# Standard output is one JSON document, also when an objective is missed; warnings and the rest go elsewhere.
$ weir run shop.yaml --set 'slo=[web.latency.p99 < 1ms]' --json
{
  "weir": "…", "scenario": "shop", "seed": 1, "replications": 3,
  "duration_s": 60, "warmup_s": 10,
  "events": …, "requests": …, "wall_s": …, "events_per_s": …,
  "fingerprint": "…",
  "metrics": {
...
  "slo": [
    {"expr": "web.latency.p99 < 1ms", "value": …, "ci95": …, "pass": false, "undecided": false, "reason": null}
  ],
  "cost": {"total_usd": 0, "per_hour_usd": 0, "items": []},
  "warnings": []
}
? 99
$ weir run shop.yaml --json --stats web.latency | grep -c '^      "'
1
# The number of threads never changes a byte, but for the clock on the wall.
$ for n in 1 2; do weir run shop.yaml --threads $n --json -o $n.h5 | sed 's/"wall_s": [^,]*, "events_per_s": [^,]*/clock/' >$n.json; done; cmp 1.json 2.json && cmp 1.h5 2.h5 && echo same
same
$ WEIR_THREADS=2 weir run shop.yaml -q -o 3.h5; cmp 1.h5 3.h5 && echo same
same
# Seeds: the option, then the file, then the environment.
$ seed() { weir run shop.yaml --json "$@" | sed -n 's/.*"seed": \([0-9]*\).*/\1/p'; }; seed; seed --seed 7; WEIR_SEED=8 seed; WEIR_SEED=8 seed --seed 7; WEIR_SEED=8 seed --set seed=9
1
7
8
7
9
# Progress: a line a replication with -v, none without a terminal otherwise.
$ weir run shop.yaml -q -v
replication 1/3  33 %  …events/s  ETA 0:0…
replication 2/3  67 %  …events/s  ETA 0:0…
replication 3/3  100 %  …events/s  ETA 0:0…
# Files: overwritten whole, or not at all.
$ mkdir full; weir run shop.yaml -q -o full/a.h5 && cp full/a.h5 b.h5; weir run shop.yaml -q --seed 2 -o full/a.h5; cmp -s full/a.h5 b.h5 || ls full
a.h5
$ weir run shop.yaml -o nowhere/a.h5
weir: cannot write 'nowhere/a.h5': No such file or directory
? 1
$ weir run shop.yaml -q -o full; ls -A full
weir: cannot write 'full': …
a.h5
$ weir run shop.yaml >/dev/full
weir: cannot write to the standard output
? 1
# A closed pipe ends the program quietly.
$ weir run shop.yaml --json | head -n 1
{
$ weir list metrics | true
# Options may stand anywhere, in both forms; -- ends them.
$ weir run --set=peak=35/s -q shop.yaml --seed=3
$ cp shop.yaml ./-odd.yaml; weir run -q -- -odd.yaml
# Colours: never without a terminal, always when asked for.
$ weir run shop.yaml | grep -c "$(printf '\033')"
0
? 1
$ weir run shop.yaml --color always | grep -c "$(printf '\033')" | sed 's/[1-9][0-9]*/some/'
some
$ WEIR_COLOR=always weir run shop.yaml | grep -c "$(printf '\033')" | sed 's/[1-9][0-9]*/some/'
some
$ WEIR_COLOR=always weir run shop.yaml --color never | grep -c "$(printf '\033')"
0
? 1
# Signals: what is finished is kept and written; exit status 130.
$ : >log; weir run shop.yaml --replications 100000 --threads 1 -v -q -o kept.h5 2>log & pid=$!; until grep -q 'replication 2/' log; do :; done; kill -USR1 $pid; kill -TERM $pid; wait $pid; echo $?; ls kept.h5; grep -c stopping log
130
kept.h5
1
