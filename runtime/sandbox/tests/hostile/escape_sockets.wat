;; Escape: sends, receives, accepts and shuts down on every descriptor; answers the last errno.
(module
  (import "wasi_snapshot_preview1" "sock_send" (func $sock_send (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_recv" (func $sock_recv (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $sock_accept (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_shutdown" (func $sock_shutdown (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (local $fd i32)
    (loop $more
      (drop (call $sock_send (local.get $fd) (i32.const 64) (i32.const 1) (i32.const 0) (i32.const 8)))
      (drop (call $sock_recv (local.get $fd) (i32.const 64) (i32.const 1) (i32.const 0) (i32.const 8) (i32.const 12)))
      (drop (call $sock_accept (local.get $fd) (i32.const 0) (i32.const 8)))
      (i32.store8 (i32.const 0) (i32.add (i32.const 48) (i32.eqz (call $sock_shutdown (local.get $fd) (i32.const 1)))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $fd) (i32.const 64))))
    (i64.const 1)))
