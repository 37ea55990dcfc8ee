# Sweeps: points, files, shards, resuming, merging.
$ printf 'weir: 1\nname: shop\nduration: 20s\nreplications: 2\nparameters: {n: 1}\ntraffic: {t: {target: desk, rate: 30/s}}\nresources: {desk: {type: service, servers: $n, service_time: {exponential: 20ms}}}\nslo: [desk.wait.mean < 5ms]\nsweep: {n: [1, 2, 4]}\n' > shop.yaml
$ weir sweep shop.yaml
point  n             desk.wait.mean < 5ms  $/h
0      1             ✗ …   0.00 USD
1      2             ? …   0.00 USD
2      4             ✓ …    0.00 USD
3 points; 1 meets all objectives.  results  shop.sweep
$ ls shop.sweep
p00000-r0000.h5
p00000-r0001.h5
p00001-r0000.h5
p00001-r0001.h5
p00002-r0000.h5
p00002-r0001.h5
plan.json
$ weir merge shop.sweep -o shop.h5 --verify 3
shop.h5
# Any number of threads, any shards, any order: the same bytes.
$ weir sweep shop.yaml -q -o b --shard 2/3 --threads 1; weir sweep shop.yaml -q -o b --shard 1/3 --threads 4
$ weir merge b -o b.h5
weir: missing: point 1 (n=2), replication 0
weir: missing: point 2 (n=4), replication 1
weir: 2 of 6 jobs are missing; run the sweep again with --resume, or merge with --allow-missing
? 1
$ weir merge b -o b.h5 --allow-missing -q 2>/dev/null; cmp -s b.h5 shop.h5
? 1
$ weir sweep shop.yaml -q -o b --resume; weir merge b -o b.h5; cmp b.h5 shop.h5
b.h5
$ SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=4 weir sweep shop.yaml -q -o c
weir: shard 2/2, by SLURM_ARRAY_TASK_ID
$ AWS_BATCH_JOB_ARRAY_INDEX=0 AWS_BATCH_JOB_ARRAY_SIZE=2 weir sweep shop.yaml -q -o d
weir: shard 1/2, by AWS_BATCH_JOB_ARRAY_INDEX
$ weir merge c d -o cd.h5; cmp cd.h5 shop.h5
cd.h5
$ JOB_COMPLETION_INDEX=0 weir sweep shop.yaml
weir: JOB_COMPLETION_INDEX is set, but JOB_COMPLETIONS does not say how many there are; give --shard i/N
? 2
# What cannot be.
$ weir sweep shop.yaml --over n=1,x -o e
weir: point 1 (n=x):
...
? 3
$ ls e
ls: cannot access 'e': No such file or directory
? 2
$ weir sweep shop.yaml --over n
weir: option '--over' is 'n'; write PATH=AXIS, such as rcu=200,400,800
? 2
$ weir sweep shop.yaml --over n=3..1:1
weir: the axis 'n' needs a step above 0 of the same kind as its ends, and an end not below its beginning
? 3
$ weir sweep shop.yaml --shard 3/2
weir: option '--shard' is '3/2'; write i/N with 1 <= i <= N, such as 3/8
? 2
$ weir sweep shop.yaml --over n=1,2 -o shop.sweep
weir: 'shop.sweep' holds another sweep: its plan.json differs; choose another folder with -o, or --force
? 1
$ weir merge . -o x.h5
weir: '.' is no folder of a sweep: it has no plan.json
? 1
$ mkdir z; echo '{"weir": 1, "points": 3' > z/plan.json; weir merge z -o x.h5
weir: 'z/plan.json' is not a plan of weir
? 1
$ weir merge shop.sweep
weir: 'weir merge' needs -o ALL.h5, the file to write
? 2
$ weir sweep shop.yaml --over n=1 --slo -o f -q
? 99
# A file that is not whole is run again.
$ cp shop.sweep/p00000-r0000.h5 whole.h5; head -c 1000 whole.h5 > shop.sweep/p00000-r0000.h5; weir sweep shop.yaml --resume -q; cmp whole.h5 shop.sweep/p00000-r0000.h5
$ weir sweep shop.yaml --over n=1,2 -o shop.sweep --force -q; ls shop.sweep | wc -l
5
$ weir sweep shop.yaml --print slurm --shard 1/4 | sed -n '3,$p'
#SBATCH --job-name=shop
#SBATCH --array=1-4
...
exec weir sweep shop.yaml -o shop.sweep --resume --threads "${SLURM_CPUS_PER_TASK:-1}" --shard "$SLURM_ARRAY_TASK_ID/4" --quiet
...
$ weir sweep shop.yaml --print pbs
weir: option '--print' is 'pbs'; it must be slurm, batch, k8s or parallel
? 2
$ weir sweep shop.yaml -o g --json --stats desk.utilization | tr -d ' \n' | cut -c1-80
{"points":[{"point":0,"replications":2,"values":{"n":1},"metrics":{"desk":{"util
