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
# The same tables make completions and the manual page.
$ weir completion bash >weir.bash; bash -c '. ./weir.bash; COMP_WORDS=(weir va); COMP_CWORD=1; _weir; echo ${COMPREPLY[*]}; COMP_WORDS=(weir run --thr); COMP_CWORD=2; _weir; echo ${COMPREPLY[*]}; : >x.yaml; COMP_WORDS=(weir run x.y); _weir; echo ${COMPREPLY[*]}'
validate
--threads
x.yaml
$ weir completion zsh | head -n 2
autoload -U +X bashcompinit && bashcompinit
_weir() {
$ weir completion fish | grep -e '-a run' -e 'from run.* -l output'
complete -c weir -n __fish_use_subcommand -a run -d 'Simulates a scenario and reports its objectives.'
complete -c weir -n '__fish_seen_subcommand_from run' -l output -s o -r -d 'Write the results to this file.'
$ weir completion powershell
weir: unknown shell 'powershell'; see 'weir completion --help'
? 2
$ weir man | head -n 3
.TH WEIR 1 "" "weir …"
.SH NAME
weir \- simulates AWS architectures request by request
$ weir man >weir.1; if command -v man >/dev/null && man --version >/dev/null 2>&1; then man --warnings -l ./weir.1 2>&1 >/dev/null; fi
