;; Floods: writes 64 KiB of lines to standard error, without end.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (memory.fill (i32.const 64) (i32.const 0x78) (i32.const 65472))
    (i32.store8 (i32.const 200) (i32.const 10))
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.const 65472))
    (loop $more
      (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $more))
    (i64.const 0)))
