;; Stack: calls itself without end, with a host call at every depth.
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (drop (call $sched_yield))
    (i64.add (i64.const 1) (call $handle (local.get $at) (local.get $len)))))
