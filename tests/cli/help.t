# Every command has help, on the standard output, and exit status 0.
$ weir --help 2>/dev/null
weir - simulates AWS architectures request by request
usage: weir COMMAND [OPTIONS] [ARGUMENTS]
...
'weir COMMAND --help' tells more; 'weir explain TYPE' documents the scenario language
$ weir help | head -n 1
weir - simulates AWS architectures request by request
$ weir help run | head -n 1
usage: weir run FILE [OPTIONS]
$ for c in $(weir --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do weir $c --help | sed -n '1p;/--help/p'; done | grep -c -e "^usage: weir [a-z]" -e "^  -h, --help  *This help.$" | awk '{ print ($1 >= 16 && $1 % 2 == 0) }'
1
$ weir run --help
usage: weir run FILE [OPTIONS]
Simulates a scenario and reports its objectives.
  …--set PATH=VALUE…Override…
...
  -o, --output OUT.h5…
...
  -h, --help…This help.
  -q, --quiet…
...
$ weir validate -h | head -n 1
usage: weir validate FILE... [--strict] [--json]
