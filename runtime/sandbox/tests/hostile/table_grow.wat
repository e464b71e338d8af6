;; Tables: wants 2^32 - 1 elements, then as many as it gets, then traps.
(module
  (table $t 1 funcref)
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (drop (table.grow $t (ref.null func) (i32.const -1)))
    (loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 10000)) (i32.const -1))))
    (unreachable)))
