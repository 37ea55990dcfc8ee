# Two designs side by side.
$ printf 'weir: 1\nduration: 100s\nnetwork: off\nreplications: 4\nparameters: {d: 50ms}\ntraffic: {t: {target: desk, rate: 10/s}}\nresources: {desk: {type: service, service_time: $d}}\n' > a.yaml; sed 's/50ms/80ms/' a.yaml > b.yaml
$ weir compare a.yaml b.yaml
B is … slower at t.latency.p99
...
  * beyond chance at 95 %; paired by replication (equal seeds)
$ weir compare a.yaml b.yaml --metric desk.service.mean --json
{"paired": true, "differences": [
  {"metric": "desk.service.mean", "a": 0.05, "b": 0.08, "difference": 0.03, "ci95": …, "relative": 0.6, "p_value": …, "significant": true}
]}
$ weir compare a.yaml b.yaml -q --detailed-exitcode
? 2
$ weir compare a.yaml a.yaml -q --detailed-exitcode
$ weir run a.yaml -q -o a.h5; weir run b.yaml -q -o b.h5 --seed 9; weir compare a.h5 b.h5 | tail -1
  * beyond chance at 95 %; two independent samples (Welch)
$ weir run b.yaml -q -o b.h5; weir compare a.h5 b.h5 > 1; weir compare a.yaml b.yaml > 2; cmp 1 2
$ weir compare a.yaml
weir: …
? 2
$ weir compare a.yaml none.h5
weir: cannot open 'none.h5': No such file or directory
? 1
