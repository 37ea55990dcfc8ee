# Invalid scenarios: every mistake at its place, with the line, a caret and a hint; exit status 3.
$ cat >shop.yaml <<END
> weir: 1
> name: shop
> duration: 1m
> parameters: {peak: 30/s}
> traffic: {shoppers: {target: web, rate: \$peak}}
> resources:
>   web:
>     type: service
>     servers: 4
>     service_time: {exponential: 100ms}
> END
$ weir validate shop.yaml
shop.yaml: ok
$ weir run nowhere.yaml
nowhere.yaml: error: cannot read it: No such file or directory
1 error in nowhere.yaml
? 3
$ sed 's/servers/sevrers/; s/100ms/100/' shop.yaml >bad.yaml; weir run bad.yaml
bad.yaml:9:5: error: unknown key 'sevrers' of service 'web'
    9 |     sevrers: 4
      |     ^~~~~~~ did you mean 'servers'?
bad.yaml:10:33: error: …
   10 |     service_time: {exponential: 100}
      |                                 ^~~…
2 errors in bad.yaml; see 'weir explain service'
? 3
$ weir run bad.yaml --json 2>/dev/null
? 3
$ weir run shop.yaml --set web.servres=3
command line:1:5: error: unknown key 'servres'…
    1 | web.servres=3
      |     ^~~~~~~ did you mean 'servers'?
1 error in command line…
? 3
$ weir run shop.yaml --set web.servers=none
command line:1:13: error: …
    1 | web.servers=none
      |             ^~~~…
1 error in command line…
? 3
$ weir run shop.yaml --duration soon
command line:1:10: error: …
    1 | duration=soon
      |          ^~~~…
1 error in command line…
? 3
$ weir validate shop.yaml bad.yaml nowhere.yaml 2>/dev/null
shop.yaml: ok
? 3
$ weir validate shop.yaml bad.yaml --json 2>/dev/null
{"files": [{"file": "shop.yaml", "ok": true, "errors": [], "warnings": []}, {"file": "bad.yaml", "ok": false, "errors": [{"line": 9, "column": 5, "message": "unknown key 'sevrers' of service 'web'", "hint": "did you mean 'servers'?"}, {"line": 10, …}], "warnings": []}]}
? 3
$ weir validate shop.yaml --set web.servers=0
command line:1:13: error: …
...
? 3
$ weir validate - <shop.yaml
-: ok
# Warnings do not change the exit status, unless --strict.
$ echo 'parameters: {peak: 30/s, unused: 1}' >new; sed -e '/^parameters/{r new' -e 'd;}' shop.yaml >warned.yaml; weir validate warned.yaml
warned.yaml:4:…: warning: …'unused'…
...
warned.yaml: ok
$ weir validate warned.yaml --strict 2>/dev/null
? 3
$ weir run warned.yaml --strict -q 2>/dev/null
? 3
$ weir run warned.yaml -q 2>/dev/null
# A scenario of nothing, and of something else.
$ : >empty.yaml; weir run empty.yaml 2>&1 | head -n 1
empty.yaml:…error: …
$ echo 'a: [1' >broken.yaml; weir run broken.yaml 2>&1 | head -n 1
broken.yaml:…error: not valid YAML…
# A target that is none is no target.
$ printf 'weir: 1\nduration: 1s\ntraffic: {x: {target: none, rate: 1/s}}\nresources: {a: {type: service, service_time: 1ms}}\n' > none.yaml; weir run none.yaml 2>&1 | head -1
none.yaml:3:11: error: traffic 'x' needs one of 'target' and 'request'
