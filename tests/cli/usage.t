# Wrong usage: one line that says so, exit status 2, nothing on the standard output.
$ weir
weir - simulates AWS architectures request by request
...
  run        …
...
? 2
$ weir 2>/dev/null
? 2
$ weir rnu
weir: unknown command 'rnu'; did you mean 'run'?
? 2
$ weir frobnicate
weir: unknown command 'frobnicate'; see 'weir --help'
? 2
$ weir trace x.h5
weir: the command 'trace' is not in this build
? 2
$ weir run
weir: usage: weir run FILE [OPTIONS]
? 2
$ weir run a.yaml b.yaml
weir: usage: weir run FILE [OPTIONS]
? 2
$ weir run --thread 3 x.yaml
weir: unknown option 'thread'; did you mean 'threads'?
? 2
$ weir run x.yaml --xyzzy
weir: unknown option 'xyzzy'; see 'weir run --help'
? 2
$ weir run x.yaml --trace=xray
weir: the option '--trace' is not in this build
? 2
$ weir run x.yaml -Z
weir: unknown option 'Z'; see 'weir run --help'
? 2
$ weir run x.yaml --seed
weir: option '--seed' needs a value: S
? 2
$ weir run x.yaml --quiet=yes
weir: option '--quiet' takes no value
? 2
$ weir run x.yaml --replications 0
weir: option '--replications' is '0'; it must be a whole number from 1 to 100000000
? 2
$ weir run x.yaml --threads=two
weir: option '--threads' is 'two'; it must be a whole number from 1 to 4096
? 2
$ weir run x.yaml --seed -1
weir: option '--seed' is '-1'; it must be a whole number from 0 to 9223372036854775807
? 2
$ WEIR_THREADS=many weir run x.yaml
weir: environment variable 'WEIR_THREADS' is 'many'; it must be a whole number from 1 to 4096
? 2
$ weir run x.yaml --set servers
weir: option '--set' is 'servers'; write PATH=VALUE, such as app.max_size=12
? 2
$ weir validate x.yaml --color sometimes
weir: option '--color' is 'sometimes'; it must be auto, always or never
? 2
$ weir plot x.h5 --format gif
weir: option '--format' is 'gif'; it must be svg, png or pdf
? 2
$ weir plot x.h5 --size big
weir: option '--size' is 'big'; write WIDTHxHEIGHT in points, such as 960x540
? 2
$ weir list resurces
weir: unknown list 'resurces'; did you mean 'resources'?
? 2
$ weir list scenarios
weir: the list 'scenarios' is not in this build
? 2
$ weir list --format xml
weir: option '--format' is 'xml'; it must be table, csv, json or markdown
? 2
$ weir explain dynamodbb
weir: unknown type, cause or metric 'dynamodbb'; did you mean 'dynamodb'?
? 2
$ weir explain alb.foo
weir: 'alb' has no key 'foo'; see 'weir explain alb'
? 2
$ weir explain metric foo
weir: unknown metric 'foo'; see 'weir list metrics'
? 2
$ weir explain type alb
weir: cannot explain a 'type'; it must be metric or chart
? 2
