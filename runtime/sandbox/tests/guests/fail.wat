;; A reactor that answers its event as an error.
(module
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 1024)
  (func (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))
      (i64.extend_i32_u (i32.or (local.get $len) (i32.const 0x80000000))))))
