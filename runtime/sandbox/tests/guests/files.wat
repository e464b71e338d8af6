;; A command that makes one file system call after the other, as its event asks, and answers the
;; errnos. The event is a JSON text of letters:
;;   c  create (and open) the file "/tmp/NAME", the names being a, b, c, ... one after the other
;;   w  write 64 KiB to the file that was opened last
;;   h  write one byte at 1 TiB to it (a hole)
;;   l  make it 1 TiB long
;;   s  seek to 1 TiB in it
;;   t  open it again and truncate it
;;   u  delete it (it stays open)
;;   d  make a folder
;;   y  make a symbolic link to "../f"
;;   v  open the file "f" of the second folder for reading
;;   x  create a file in the second folder
;;   k  link the file "f" of the second folder into /tmp
;;   e  open "../f"
;;   p  open "/etc/passwd"
;;   q  open the last symbolic link
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pwrite" (func $pwrite (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_filestat_set_size" (func $resize (param i32 i64) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink" (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_link"
    (func $link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (data (i32.const 256) "../f")
  (data (i32.const 272) "/etc/passwd")
  ;; 512: the name of the file; 1024: the event; 16384: the answer; 131072: what is written.
  (global $name (mut i32) (i32.const 0x60))
  (global $file (mut i32) (i32.const -1))
  (func $create (param $folder i32) (param $flags i32) (result i32)
    (local $errno i32)
    (local.set $errno (call $open (local.get $folder) (i32.const 0) (i32.const 512) (i32.const 1)
      (local.get $flags) (i64.const 0x600042) (i64.const 0x600042) (i32.const 0) (i32.const 16)))
    (if (i32.eqz (local.get $errno)) (then (global.set $file (i32.load (i32.const 16)))))
    (local.get $errno))
  (func $next
    (global.set $name (i32.add (global.get $name) (i32.const 1)))
    (i32.store8 (i32.const 512) (global.get $name)))
  (func $look (param $folder i32) (param $at i32) (param $len i32) (result i32)
    (call $open (local.get $folder) (i32.const 1) (local.get $at) (local.get $len) (i32.const 0)
      (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 16)))
  (func $buffer (param $len i32)
    (i32.store (i32.const 0) (i32.const 131072))
    (i32.store (i32.const 4) (local.get $len)))
  (func $do (param $op i32) (result i32)
    (if (i32.eq (local.get $op) (i32.const 0x63)) (then
      (call $next) (return (call $create (i32.const 3) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x77)) (then
      (call $buffer (i32.const 65536))
      (return (call $write (global.get $file) (i32.const 0) (i32.const 1) (i32.const 16)))))
    (if (i32.eq (local.get $op) (i32.const 0x68)) (then
      (call $buffer (i32.const 1))
      (return (call $pwrite (global.get $file) (i32.const 0) (i32.const 1)
        (i64.const 0x10000000000) (i32.const 16)))))
    (if (i32.eq (local.get $op) (i32.const 0x6c)) (then
      (return (call $resize (global.get $file) (i64.const 0x10000000000)))))
    (if (i32.eq (local.get $op) (i32.const 0x73)) (then
      (return (call $seek (global.get $file) (i64.const 0x10000000000) (i32.const 0) (i32.const 16)))))
    (if (i32.eq (local.get $op) (i32.const 0x74)) (then
      (return (call $create (i32.const 3) (i32.const 8)))))
    (if (i32.eq (local.get $op) (i32.const 0x75)) (then
      (return (call $unlink (i32.const 3) (i32.const 512) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x64)) (then
      (call $next) (return (call $mkdir (i32.const 3) (i32.const 512) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x79)) (then
      (call $next)
      (return (call $symlink (i32.const 256) (i32.const 4) (i32.const 3) (i32.const 512) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x76)) (then
      (return (call $look (i32.const 4) (i32.const 259) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x78)) (then
      (call $next) (return (call $create (i32.const 4) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x6b)) (then
      (call $next)
      (return (call $link (i32.const 4) (i32.const 0) (i32.const 259) (i32.const 1)
        (i32.const 3) (i32.const 512) (i32.const 1)))))
    (if (i32.eq (local.get $op) (i32.const 0x65)) (then
      (return (call $look (i32.const 3) (i32.const 256) (i32.const 4)))))
    (if (i32.eq (local.get $op) (i32.const 0x70)) (then
      (return (call $look (i32.const 3) (i32.const 272) (i32.const 11)))))
    (if (i32.eq (local.get $op) (i32.const 0x71)) (then
      (return (call $look (i32.const 3) (i32.const 512) (i32.const 1)))))
    (unreachable))
  (func (export "_start")
    (local $in i32) (local $out i32) (local $errno i32)
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 15000))
    (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $in (i32.const 1025))
    (local.set $out (i32.const 16384))
    (i32.store8 (local.get $out) (i32.const 0x5b))
    (loop $more
      (local.set $errno (call $do (i32.load8_u (local.get $in))))
      (i32.store8 offset=1 (local.get $out)
        (select (i32.const 0x20) (i32.add (i32.const 48) (i32.div_u (local.get $errno) (i32.const 10)))
          (i32.lt_u (local.get $errno) (i32.const 10))))
      (i32.store8 offset=2 (local.get $out)
        (i32.add (i32.const 48) (i32.rem_u (local.get $errno) (i32.const 10))))
      (i32.store8 offset=3 (local.get $out) (i32.const 0x2c))
      (local.set $out (i32.add (local.get $out) (i32.const 3)))
      (local.set $in (i32.add (local.get $in) (i32.const 1)))
      (br_if $more (i32.ne (i32.load8_u (local.get $in)) (i32.const 0x22))))
    (i32.store8 (local.get $out) (i32.const 0x5d))
    (i32.store (i32.const 0) (i32.const 16384))
    (i32.store (i32.const 4) (i32.sub (i32.add (local.get $out) (i32.const 1)) (i32.const 16384)))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
