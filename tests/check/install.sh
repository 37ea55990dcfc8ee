#!/bin/sh
# install.sh - installs into a temporary prefix and embeds the library from there: through weir.pc and through the
# CMake package. The program loads a scenario, runs it and looks at a result.
set -eu
build=${WEIR_BUILD:-$(dirname "$0")/../../build}
grep -q '^SANITIZE:[A-Z]*=.' "$build/CMakeCache.txt" && { echo "skipped: a build with sanitizers embeds only with them"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cmake --install "$build" --prefix "$dir/usr" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
[ "$("$dir/usr/bin/weir" version)" = "$("${WEIR:-$build/weir}" version)" ]

mkdir "$dir/embed"
cd "$dir/embed"
cat >shop.yaml <<'END'
weir: 1
name: shop
duration: 1m
traffic: {shoppers: {target: web, rate: 30/s}}
resources:
  web: {type: service, servers: 4, service_time: {exponential: 100ms}}
END
cat >embed.c <<'END'
#include <weir.h>
int main(void)
{
    wr_diag *d = wr_diag_create();
    wr_scenario *s = wr_scenario_load("shop.yaml", NULL, 0, d);
    wr_experiment x = {0};
    wr_err err = {0};
    if (!s || wr_lab_run(s, &(wr_plan){.replications = 2}, &x, &err))
        return 1;
    printf("%s\n", wr_experiment_find(&x, "web", "", "latency", "mean")->e.mean > 0.1 ? "embedded" : "odd");
    wr_experiment_clear(&x);
    wr_scenario_destroy(s);
    wr_diag_destroy(d);
}
END
lib=$(find "$dir/usr" -name weir.pc)
flags=$(PKG_CONFIG_PATH=$(dirname "$lib") pkg-config --define-prefix --cflags --libs weir)
# -fno-lto: optimising across files takes long and is not the question.
${CC:-cc} -std=c17 -fno-lto embed.c -o by_pc $flags
[ "$(./by_pc)" = embedded ] || { echo "weir.pc: the program does not run as it should"; exit 1; }

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(embed LANGUAGES C)
find_package(weir REQUIRED)
add_executable(by_cmake embed.c)
target_link_libraries(by_cmake PRIVATE weir::weir)
END
{ cmake -S . -B out -DCMAKE_PREFIX_PATH="$dir/usr" -DCMAKE_EXE_LINKER_FLAGS=-fno-lto && cmake --build out; } >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
[ "$(out/by_cmake)" = embedded ] || { echo "CMake package: the program does not run as it should"; exit 1; }
echo "install ok"
