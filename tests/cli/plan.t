# The cheapest configuration that keeps the objective.
$ printf 'weir: 1\nname: shop\nduration: 100s\nreplications: 4\nparameters: {n: 4}\ntraffic: {t: {target: desk, rate: 30/s}}\nresources: {desk: {type: service, servers: $n, service_time: {exponential: 100ms}}}\nslo: [desk.wait.mean < 80ms]\nsweep: {n: [3, 4, 5, 6]}\n' > shop.yaml
$ weir plan shop.yaml --minimize desk.in_service
...
best         point 2 (n=5): desk.in_service 5, 0 USD an hour
next cheaper point 1 (n=4): desk.in_service 4, 0 USD an hour; misses desk.wait.mean < 80ms (…)
$ weir plan shop.yaml --minimize desk.in_service --json | tr -d ' \n' | cut -c1-50
{"best":{"point":2,"values":{"n":"5"},"cost_per_ho
$ weir plan shop.yaml --vary n=2,3 -q
? 99
$ weir plan shop.yaml --vary n=2,3 --json | tr -d ' \n' | cut -c1-30
{"best":null,"feasible":false,
$ weir plan shop.yaml --confidence 0.5
weir: option '--confidence' is '0.5'; this build judges at 95%
? 2
$ weir plan shop.yaml --minimize cost
weir: option '--minimize' is 'cost'; write OWNER.METRIC, such as run.cost_per_hour
? 2
$ weir plan shop.yaml --max-runs 3
weir: option '--max-runs' is less than one replication for each of 4 points
? 2
$ weir plan shop.yaml --vary n=x
weir: point 0 (n=x):
...
? 3
