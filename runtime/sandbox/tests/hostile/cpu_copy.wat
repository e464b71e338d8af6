;; CPU: copies 32 MiB again and again.
(module
  (memory (export "memory") 1024)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (loop $forever
      (memory.copy (i32.const 1) (i32.const 0) (i32.const 0x2000000))
      (br $forever))
    (i64.const 0)))
