;; Output: JSON text with half of a pair of surrogates.
(module
  (memory (export "memory") 1)
  (data (i32.const 64) "\22\\ud800\22")
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (i64.const 0x4000000008)))
