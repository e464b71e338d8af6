;; Output: JSON that is nested a million times.
(module
  (memory (export "memory") 16)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (memory.fill (i32.const 0) (i32.const 0x5b) (i32.const 1000000))
    (i64.const 1000000)))
