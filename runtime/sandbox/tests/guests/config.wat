;; A handler whose event is the name of a variable, in quotes: it logs its event and answers the variable's text, or null.
(component
  (import "wasi:config/store@0.2.0-rc.1" (instance $config
    (type $error' (variant (case "upstream" string) (case "io" string)))
    (export "error" (type $error (eq $error')))
    (export "get" (func (param "key" string) (result (result (option string) (error $error)))))
    (export "get-all" (func (result (result (list (tuple string string)) (error $error)))))))
  (import "wasi:logging/logging@0.1.0-draft" (instance $logging
    (type $level' (enum "trace" "debug" "info" "warn" "error" "critical"))
    (export "level" (type $level (eq $level')))
    (export "log" (func (param "level" $level) (param "context" string) (param "message" string)))))
  (core module $libc
    (memory (export "memory") 1)
    (data (i32.const 64) "nullvariables")
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3)))))
  (core instance $c (instantiate $libc))
  (alias core export $c "memory" (core memory $memory))
  (alias core export $c "realloc" (core func $realloc))
  (core func $get (canon lower (func $config "get") (memory $memory) (realloc $realloc)))
  (core func $log (canon lower (func $logging "log") (memory $memory)))
  (core module $m
    (import "h" "memory" (memory 1))
    (import "h" "get" (func $get (param i32 i32 i32)))
    (import "h" "log" (func $log (param i32 i32 i32 i32 i32)))
    (func (export "handle") (param $at i32) (param $len i32) (result i32)
      (call $log (i32.const 3) (i32.const 68) (i32.const 9) (local.get $at) (local.get $len))
      (call $get (i32.add (local.get $at) (i32.const 1)) (i32.sub (local.get $len) (i32.const 2)) (i32.const 16))
      ;; The text lies in the same place whether it is a variable's or an error's.
      (i32.store (i32.const 0) (i32.load8_u (i32.const 16)))
      (i32.store (i32.const 4) (i32.load (i32.const 24)))
      (i32.store (i32.const 8) (i32.load (i32.const 28)))
      (if (i32.eqz (i32.or (i32.load8_u (i32.const 16)) (i32.load8_u (i32.const 20))))
        (then
          (i32.store (i32.const 4) (i32.const 64))
          (i32.store (i32.const 8) (i32.const 4))))
      (i32.const 0)))
  (core instance $i (instantiate $m (with "h" (instance
    (export "memory" (memory $memory))
    (export "get" (func $get))
    (export "log" (func $log))))))
  (func (export "handle") (param "input" string) (result (result string (error string)))
    (canon lift (core func $i "handle") (memory $memory) (realloc $realloc))))
