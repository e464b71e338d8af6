;; Memory: wants all that 32 bits can name, in large steps, then traps.
(module
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1024)) (i32.const -1))))
    (unreachable)))
