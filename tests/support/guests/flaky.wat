;; A reactor that fails as 'Flaky' when STEPLOOM_RETRY is 0, and else answers its event.
(module
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $get (param i32 i32) (result i32)))
  (memory (export "memory") 8)
  (data (i32.const 64) "{\"errorType\":\"Flaky\",\"errorMessage\":\"not yet\"}")
  (data (i32.const 128) "STEPLOOM_RETRY=0\00")
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 65536)
  (func $is_first (result i32)
    (local $at i32) (local $end i32) (local $same i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $get (i32.const 1024) (i32.const 16384)))
    (local.set $at (i32.const 16384))
    (local.set $end (i32.add (i32.const 16384) (i32.load (i32.const 4))))
    (loop $each
      (local.set $same (i32.const 0))
      (loop $byte
        (if (i32.eq
              (i32.load8_u (i32.add (local.get $at) (local.get $same)))
              (i32.load8_u (i32.add (i32.const 128) (local.get $same))))
          (then
            (local.set $same (i32.add (local.get $same) (i32.const 1)))
            (if (i32.eq (local.get $same) (i32.const 17)) (then (return (i32.const 1))))
            (br $byte))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $at) (local.get $end))))
    (i32.const 0))
  (func (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (if (call $is_first) (then
      ;; 64 << 32, with bit 31 of the length for an error, and 46 bytes.
      (return (i64.or (i64.shl (i64.const 64) (i64.const 32)) (i64.const 0x8000002e)))))
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
      (i64.extend_i32_u (local.get $len)))))
