;; A reactor that asks the platform for what a line says; the line's body is its event. It answers [line, body] of what
;; it is answered, with null where there is no body.
(module
  (import "steploom" "call" (func $call (param i32 i32) (result i32)))
  (import "steploom" "take" (func $take (param i32)))
  (memory (export "memory") 16)
  (data (i32.const 1024) "LINE\n")
  (func (export "steploom_alloc") (param i32) (result i32) (i32.const NEXT))
  (func (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (local $end i32) (local $i i32)
    (local.set $end (i32.add (i32.const 65537)
      (call $call (i32.const 1024) (i32.add (i32.const LENGTH) (local.get $len)))))
    (call $take (i32.const 65537))
    (i32.store8 (i32.const 65536) (i32.const 0x5b))
    (local.set $i (i32.const 65537))
    (loop $next
      (if (i32.ne (i32.load8_u (local.get $i)) (i32.const 10))
        (then (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $next))))
    (i32.store8 (local.get $i) (i32.const 0x2c))
    (if (i32.eq (i32.add (local.get $i) (i32.const 1)) (local.get $end))
      (then
        (i32.store (local.get $end) (i32.const 0x6c6c756e))
        (local.set $end (i32.add (local.get $end) (i32.const 4)))))
    (i32.store8 (local.get $end) (i32.const 0x5d))
    (i64.or
      (i64.const 0x1000000000000)
      (i64.extend_i32_u (i32.sub (i32.add (local.get $end) (i32.const 1)) (i32.const 65536))))))
