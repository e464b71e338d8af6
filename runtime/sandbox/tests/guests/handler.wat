;; A handler that answers its event: as the result, or as the error if it begins with '{'.
(component
  (core module $m
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3))))
    (func (export "handle") (param $at i32) (param $len i32) (result i32)
      (i32.store (i32.const 0) (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x7b)))
      (i32.store (i32.const 4) (local.get $at))
      (i32.store (i32.const 8) (local.get $len))
      (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "handle") (param "input" string) (result (result string (error string)))
    (canon lift (core func $i "handle") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
