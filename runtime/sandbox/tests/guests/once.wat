;; A reactor that answers how often it was called, and so whether its instance is fresh, and whether
;; _initialize ran before.
(module
  (memory (export "memory") 1)
  (global $initialized (mut i32) (i32.const 0))
  (global $calls (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $initialized (i32.const 1)))
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 1024)
  (func (export "steploom_handle") (param i32 i32) (result i64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    ;; "[<initialized>,<calls>,<what the last call left in memory>]"
    (i32.store8 (i32.const 0) (i32.const 0x5b))
    (i32.store8 (i32.const 1) (i32.add (i32.const 48) (global.get $initialized)))
    (i32.store8 (i32.const 2) (i32.const 0x2c))
    (i32.store8 (i32.const 3) (i32.add (i32.const 48) (global.get $calls)))
    (i32.store8 (i32.const 4) (i32.const 0x2c))
    (i32.store8 (i32.const 5) (i32.add (i32.const 48) (i32.load8_u (i32.const 9000))))
    (i32.store8 (i32.const 6) (i32.const 0x5d))
    (i32.store8 (i32.const 9000) (i32.const 1))
    (i64.const 7)))
