# On a terminal (made by `script`, where util-linux is there): colours unless told otherwise, and a line of progress.
$ cat >shop.yaml <<END
> weir: 1
> name: shop
> duration: 1m
> replications: 3
> traffic: {shoppers: {target: web, rate: 30/s}}
> resources: {web: {type: service, servers: 4, service_time: {exponential: 100ms}}}
> slo: [web.latency.p99 < 10s]
> END
$ cat >on_tty.sh <<END
> script -qec true /dev/null >/dev/null 2>&1 || { echo "\$2"; exit; }
> TERM=xterm script -qec "\$1" /dev/null >out
> grep -q "\$3" out && echo found || echo none
> END
$ sh on_tty.sh "weir run shop.yaml" found "$(printf '\033')\[1m"
found
$ sh on_tty.sh "NO_COLOR=1 weir run shop.yaml -q -v; NO_COLOR=1 weir run shop.yaml 2>/dev/null" none "$(printf '\033')"
none
$ sh on_tty.sh "NO_COLOR= weir run shop.yaml" found "$(printf '\033')\[1m"
found
$ sh on_tty.sh "TERM=dumb weir run shop.yaml 2>/dev/null" none "$(printf '\033')"
none
$ sh on_tty.sh "weir run shop.yaml --color never 2>/dev/null" none "$(printf '\033')"
none
$ sh on_tty.sh "weir run shop.yaml" found "replication 1/3  33 %  .*events/s  ETA 0:0"
found
$ sh on_tty.sh "weir run shop.yaml --quiet" none "replication"
none
