;; Host calls: sleeps for a year.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (i32.store (i32.const 80) (i32.const 1))
    (i64.store (i32.const 88) (i64.const 31536000000000000))
    (drop (call $poll_oneoff (i32.const 64) (i32.const 256) (i32.const 1) (i32.const 8)))
    (i64.const 0)))
