# Looking things up: version, list, explain, schema; init; plot.
$ weir version
weir …
$ weir --version
weir …
$ weir version --json
{"weir": "…", "compiler": "…", …"weir_format": 1}
$ weir list
service…
alb…
...
$ weir list resources --json
[{"name": "service", "description": "…"},
...
 {"name": "…", "description": "…"}]
$ for what in resources metrics charts distributions causes regions instances runtimes retry-modes; do weir list $what --format csv | head -n 1; done | sort -u
name,description
$ weir list charts --format markdown | head -n 2
| name | description |
|---|---|
$ weir explain service | head -n 1
service  Service
$ weir explain AWS::DynamoDB::Table | head -n 1
dynamodb …
$ weir explain dynamodb.provisioned_throughput.read_capacity_units
read_capacity_units …required…
...
    CloudFormation: ReadCapacityUnits
$ weir explain metric latency
latency …
...
$ weir explain chart causes | head -n 1
causes …
$ weir explain DynamoDB.TableReadProvisionedThroughputExceeded
DynamoDB.TableReadProvisionedThroughputExceeded of dynamodb: HTTP 400. …
$ for m in $(weir list | sed 's/ .*//'); do weir explain $m --recursive >/dev/null || echo $m; done
$ weir schema | head -c 10; echo
{"$schema"
# What init writes validates and runs; it never overwrites unasked.
$ weir init
web-shop.yaml
$ weir validate web-shop.yaml --strict
web-shop.yaml: ok
$ weir init
weir: cannot write 'web-shop.yaml': File exists; --force overwrites
? 1
$ weir init --force
web-shop.yaml
$ weir init corner-shop
corner-shop.yaml
$ grep name: corner-shop.yaml
name: corner-shop
$ mkdir town; weir init town/shop.yaml; weir validate town/shop.yaml
town/shop.yaml
town/shop.yaml: ok
$ weir init 'my shop'
weir: 'my shop' is not a name; names are letters, digits, _ and -, a letter first
? 2
$ weir init nowhere/shop
weir: cannot write 'nowhere/shop.yaml': No such file or directory
? 1
$ weir run web-shop.yaml --duration 3m --warmup 30s -q -o shop.h5 --no-slo
# Charts: a path a line, in three formats; the same bytes again.
$ weir plot shop.h5 overview causes
charts/shop-overview.svg
charts/shop-causes.svg
$ weir plot shop.h5 overview --format png -o pictures --size 480x270
pictures/shop-overview.png
$ weir plot shop.h5 overview --format pdf -o again
again/shop-overview.pdf
$ head -c 5 again/shop-overview.pdf; echo; head -c 4 pictures/shop-overview.png | tail -c 3
%PDF-
PNG
$ weir plot shop.h5 overview -o again; cmp again/shop-overview.svg charts/shop-overview.svg && echo same
again/shop-overview.svg
same
$ weir plot shop.h5 -o all | sed 's/-.*//' | sort -u
all/shop
$ weir plot shop.h5 overvew
weir: unknown chart 'overvew'; did you mean 'overview'?
? 2
$ weir plot nowhere.h5; ls -d charts2
weir: cannot open 'nowhere.h5': No such file or directory
ls: …
? 2
$ weir plot web-shop.yaml
weir: 'web-shop.yaml' is no result of weir: it is not an HDF5 file
? 1
$ weir plot shop.h5 overview -o web-shop.yaml
weir: cannot …
? 1
