//! The compiling process by itself; the `steploom` binary contains the same.

use std::process::ExitCode;

fn main() -> ExitCode {
    steploom_sandbox::compiler_main()
}
