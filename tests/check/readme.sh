#!/bin/sh
# readme.sh - what the READMEs say is true: scripts and commands exist, options are known, the commands of the first
# README run in order, every yaml block validates, and every file they name is there.
set -eu
root=$(cd "${WEIR_SOURCE:-$(dirname "$0")/../..}" && pwd)
weir=${WEIR:-$root/build/weir}
[ -x "$weir" ] || { echo "no program '$weir'"; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$root"
bad=0
complain() { echo "$*"; bad=1; }

for readme in README.md */README.md; do
    [ -f "$readme" ] || continue
    # sh FILE and paths with a folder of ours
    for path in $(grep -oE '(sh )?\b(sim|models|plots|tests|scenarios|include)/[A-Za-z0-9_./-]*[a-z]' "$readme" | sed 's/^sh //' | sort -u); do
        case $path in *[A-Z]*) continue ;; esac
        [ -e "$path" ] || complain "$readme: there is no '$path'"
    done
    # every yaml block is a whole scenario
    rm -f "$dir"/block*.yaml
    awk -v dir="$dir" '/^```yaml/ { n++; on = 1; next } /^```/ { on = 0 } on { print > (dir "/block" n ".yaml") }' "$readme"
    for block in "$dir"/block*.yaml; do
        [ -f "$block" ] || continue
        "$weir" validate "$block" >/dev/null || complain "$readme: a yaml block does not validate"
    done
    # weir COMMAND, with its options
    sed -n 's/^    \(.*\/\)*weir \([a-z].*\)/\2/p; ' "$readme" | sed 's/ *#.*//' >"$dir/commands"
    grep -oE '`weir [a-z][^`]*`' "$readme" | tr -d '`' | sed 's/^weir //' >>"$dir/commands" || true
    while read -r command rest; do
        "$weir" "$command" --help >"$dir/help" 2>&1 || { complain "$readme: there is no 'weir $command'"; continue; }
        for word in $rest; do
            case $word in
                --*) grep -q -e "${word%%=*} " "$dir/help" || complain "$readme: 'weir $command' has no $word" ;;
            esac
        done
    done <"$dir/commands"
done

mkdir "$dir/run"
cd "$dir/run"
sed -n 's/^    build\/weir \(.*\)/\1/p' "$root/README.md" | sed 's/ *#.*//' >"$dir/commands"
while read -r line; do
    code=0
    "$weir" $line >"$dir/out" 2>&1 </dev/null || code=$?
    [ $code = 0 ] || [ $code = 99 ] || { complain "README.md: 'weir $line' ends with $code"; cat "$dir/out"; }
done <"$dir/commands"
[ $bad = 0 ] || exit 1
echo "readme ok"
