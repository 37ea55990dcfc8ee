# Statistics of a column of numbers.
$ weir stats none.csv
weir: cannot open 'none.csv': No such file or directory
? 1
$ printf 'a,b\n1,2\n3,4\n' > two.csv; weir stats two.csv
weir: 'two.csv' has 2 columns: choose one with --column
? 1
$ weir stats two.csv --column c
weir: 'two.csv' has no column 'c'
? 1
$ printf 'x\n1\nfive\n' > bad.csv; weir stats bad.csv
bad.csv:3: error: 'five' is not a number
? 1
$ printf 'x\n' > empty.csv; weir stats empty.csv
weir: 'empty.csv' holds no numbers
? 1
$ weir stats two.csv --column b --confidence 2
weir: option '--confidence' is '2'; it must be a share from 0.5 up to 1, such as 0.95 or 95%
? 2
$ weir stats two.csv --column b
n 2  mean 3  sd 1.41421356
95 % interval of the mean: 3 +- 12.7062  [-9.70620474, 15.7062047]
min 2  p50 2  p95 4  p99 4  max 4
$ weir stats two.csv --column a --json
{"n": 2, "mean": 2, "sd": 1.4142135623730951, "confidence": 0.94999999999999996, "half_width": 12.7062047361…, "low": -10.7062047361…, "high": 14.7062047361…, "min": 1, "max": 3, "p50": 1, "p95": 3, "p99": 3}
$ printf '9\n11\n1\n1\n3\n3\n1\n1\n3\n3\n' > m.csv; weir stats m.csv --warmup mser5 --batch 2
...
MSER-2: leave out 1 of 5 batches (2 numbers); mean after it 2, of all 3.6
$ printf '1\n2\n3\n' > p.csv; printf '2\n3\n4\n' > q.csv; weir stats p.csv --against q.csv
...
paired   difference -1 +- 0  [-1, -1]  p = 0
Welch    difference -1 +- 2.26696  [-3.26695794, 1.26695794]  p = 0.288
