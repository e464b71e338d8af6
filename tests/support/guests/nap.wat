;; A reactor that answers its event after 20 ms.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 8)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 1024)
  (func (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    ;; One subscription: the monotonic clock, relative, in nanoseconds.
    (i32.store (i32.const 80) (i32.const 1))
    (i64.store (i32.const 88) (i64.const 20000000))
    (drop (call $poll (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 8)))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
      (i64.extend_i32_u (local.get $len)))))
