;; Host calls: opens files until no more can be opened, without end.
(module
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "steploom_alloc") (param i32) (result i32) i32.const 0)
  (func $handle (export "steploom_handle") (param $at i32) (param $len i32) (result i64)
    (loop $more
      (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
      ;; A name of eight letters from a counter.
      (i32.store8 (i32.const 128) (i32.add (i32.const 97) (i32.and (i32.load (i32.const 64)) (i32.const 15))))
      (i32.store8 (i32.const 129) (i32.add (i32.const 97) (i32.and (i32.shr_u (i32.load (i32.const 64)) (i32.const 4)) (i32.const 15))))
      (i32.store8 (i32.const 130) (i32.add (i32.const 97) (i32.and (i32.shr_u (i32.load (i32.const 64)) (i32.const 8)) (i32.const 15))))
      (i32.store8 (i32.const 131) (i32.add (i32.const 97) (i32.and (i32.shr_u (i32.load (i32.const 64)) (i32.const 12)) (i32.const 15))))
      (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 4) (i32.const 1)
        (i64.const 0x42) (i64.const 0x42) (i32.const 0) (i32.const 8)))
      (br $more))
    (i64.const 0)))
