# Tables of a result file for spreadsheets.
$ cat >shop.yaml <<END
> weir: 1
> name: shop
> duration: 30s
> metrics_period: 10s
> replications: 2
> traffic: {shoppers: {target: web, rate: 30/s}}
> resources: {web: {type: service, queue_limit: 1, service_time: {exponential: 100ms}}}
> slo: [web.latency.p99 < 10s, "shoppers.error_rate < 90%"]
> END
$ weir run shop.yaml -q -o shop.h5 2>/dev/null; weir export shop.h5 | head -n 2
point,replication,owner,part,metric,stat,unit,value,count
0,0,shoppers,,requests,sum,1,…,…
$ for t in summary series slo causes cost annotations; do weir export shop.h5 --table $t | head -n 1; done
point,replication,owner,part,metric,stat,unit,value,count
replication,time_s,variable,value
index,expr,value,ci95,passed,undecided,reason
point,replication,owner,cause,outcome,count,share,first_s
point,replication,owner,item,quantity,unit,usd
point,replication,time_s,owner,kind,text,value
$ weir export shop.h5 --table causes
point,replication,owner,cause,outcome,count,share,first_s
0,0,web,Service.QueueFull,rejected,…,0.…,…
0,1,web,Service.QueueFull,rejected,…,0.…,…
$ weir export shop.h5 --table slo --json
[{"index": 0, "expr": "web.latency.p99 < 10s", …},
 {"index": 1, "expr": "shoppers.error_rate < 90%", …}]
$ weir export shop.h5 --table series | grep -c ',web.requests,'
6
# The sum of the periods is the total.
$ weir export shop.h5 --table series | awk -F, '$1 == 1 && $3 == "web.requests" { n += $4 } END { print n }' >a; weir export shop.h5 | awk -F, '$2 == 1 && $3 == "web" && $5 == "requests" && $6 == "sum" { print $8 }' >b; cmp a b && echo same
same
$ weir export shop.h5 -o shop.csv; weir export shop.h5 | cmp - shop.csv && echo same
same
$ weir export shop.h5 -o nowhere/shop.csv
weir: cannot write 'nowhere/shop.csv': No such file or directory
? 1
$ weir export shop.h5 --table slos
weir: unknown table 'slos'; did you mean 'slo'?
? 2
$ weir export shop.h5 --format xml
weir: option '--format' is 'xml'; it must be csv or json
? 2
$ weir export shop.yaml
weir: 'shop.yaml' is no result of weir: it is not an HDF5 file
? 1
