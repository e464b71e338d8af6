;; A runtime of a language whose programs are JSON: a program answers itself, in a list with how often it was
;; called in this memory. The program 1 cannot be loaded, and the event 9 is a trap.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "env" "memory" (memory 2))

  (data (i32.const 16) "null")
  (data (i32.const 32) "{\"errorType\":\"SyntaxError\",\"errorMessage\":\"1 is no program\"}")
  (data (i32.const 128) "called\n")
  (data (i32.const 256) "[0,")

  ;; What linkers add: memory that is imported is cleared. No call begins with that.
  (func $clear (memory.fill (i32.const 512) (i32.const 0) (i32.const 1024)) (i32.store (i32.const 0) (i32.const 0)))
  (start $clear)

  (func (export "_initialize")
    ;; Once and no more: the answer begins with another number if it is called again.
    (i32.store8 (i32.const 257) (i32.add (i32.load8_u (i32.const 257)) (i32.const 1))))

  (func (export "steploom_alloc") (param i32) (result i32) (i32.const 65536))

  (func (export "steploom_load") (param $at i32) (param $len i32) (result i64)
    (if (i32.and (i32.eq (local.get $len) (i32.const 1)) (i32.eq (i32.load8_u (local.get $at)) (i32.const 49)))
      (then (return (i64.or (i64.const 0x2000000000) (i64.const 0x8000003c)))))
    (memory.copy (i32.const 259) (local.get $at) (local.get $len))
    (i32.store8 (i32.add (i32.const 259) (local.get $len)) (i32.const 93))
    (i32.store (i32.const 0) (i32.add (local.get $len) (i32.const 4)))
    (i64.const 0x1000000004))

  (func (export "steploom_handle") (param $at i32) (param i32) (result i64)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 57)) (then (unreachable)))
    (i32.store (i32.const 8) (i32.const 128))
    (i32.store (i32.const 12) (i32.const 7))
    (drop (call $fd_write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 4)))
    (i32.store8 (i32.const 257) (i32.add (i32.load8_u (i32.const 257)) (i32.const 1)))
    (i64.or (i64.const 0x10000000000) (i64.extend_i32_u (i32.load (i32.const 0))))))
