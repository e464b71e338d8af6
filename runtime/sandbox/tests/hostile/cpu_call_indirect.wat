;; Stack: calls itself through a table without end.
(module
  (type $f (func (param i32) (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $again)
  (func $again (type $f)
    (i32.add (i32.const 1)
      (call_indirect (type $f) (i32.add (local.get 0) (i32.const 1)) (i32.const 0))))
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (drop (call_indirect (type $f) (i32.const 0) (i32.const 0)))
    (i64.const 0)))
