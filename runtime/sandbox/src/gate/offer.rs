//! What the sandbox offers to import: WASI preview 1 and the platform to modules, WASI 0.2 to components, and more to
//! those whose function is granted it.

use steploom_types::Grant;

use super::{Import, NAME_SHOWN_MAX};
use crate::ability;

/// The code of an import that is offered to nobody.
pub(super) const UNKNOWN: &str = "UNKNOWN_IMPORT";

const PREVIEW1: &str = "wasi_snapshot_preview1";

/// The functions of WASI preview 1; those on sockets answer that they are not supported.
const PREVIEW1_FUNCTIONS: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "random_get",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// The interfaces of WASI 0.2. Sockets are there because standard libraries import them; every
/// address is refused. Requests over HTTP go where the function's owner said.
const INTERFACES: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// Why an import is refused to a function with these grants: a code and a sentence. `None` if it is offered.
pub(super) fn refusal(import: &Import, grants: &[Grant]) -> Option<(&'static str, String)> {
    let mut granted = ability::INTERFACES.iter();
    let found = granted.find(|(name, ..)| import.name.is_empty() && import.module == *name);
    if let Some((name, kind, form)) = found {
        let has_grant = grants.iter().any(|grant| grant.kind() == *kind);
        return (!has_grant).then(|| {
            let why = format!(
                "imports '{name}', which the function is not granted; its owner can grant it: steploom deploy --grant {form}"
            );
            ("NOT_GRANTED", why)
        });
    }
    (!has(import)).then(|| (UNKNOWN, explain(import)))
}

/// Whether an import is offered.
fn has(import: &Import) -> bool {
    if import.name.is_empty() {
        let interface = interface(&import.module);
        return interface.is_some_and(|name| INTERFACES.contains(&name));
    }
    let functions = match import.module.as_str() {
        PREVIEW1 => PREVIEW1_FUNCTIONS,
        ability::MODULE => ability::FUNCTIONS,
        _ => return false,
    };
    functions.contains(&import.name.as_str())
}

/// Whether an import can create or open files.
pub(super) fn is_of_filesystem(import: &Import) -> bool {
    names_filesystem(&import.module, &import.name)
}

/// Whether the import of these names can create or open files.
pub(crate) fn names_filesystem(module: &str, name: &str) -> bool {
    if module == PREVIEW1 {
        return name.starts_with("path_");
    }
    interface(module) == Some("wasi:filesystem/types")
}

/// That an import is not offered.
fn explain(import: &Import) -> String {
    let full = match import.name.as_str() {
        "" => quoted(&import.module),
        name => quoted(&format!("{}.{name}", import.module)),
    };
    format!("imports {full}, which is not offered")
}

/// What is offered instead, to a component or a module.
pub(super) fn offered(to_component: bool) -> String {
    if to_component {
        let granted: Vec<_> = ability::INTERFACES.iter().map(|(name, ..)| *name).collect();
        return format!(
            "offered are, in version 0.2: {}; and, if they are granted: {}",
            INTERFACES.join(", "),
            granted.join(", ")
        );
    }
    format!(
        "offered are, in '{}': {}; in '{PREVIEW1}': {}",
        ability::MODULE,
        ability::FUNCTIONS.join(", "),
        PREVIEW1_FUNCTIONS.join(", ")
    )
}

/// A name of the module's own, fit to be shown.
pub(super) fn quoted(name: &str) -> String {
    let mut shown: String = name.chars().take(NAME_SHOWN_MAX).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    format!("'{}'", shown.escape_debug())
}

/// The interface without its version, if the version is one that we know.
fn interface(name: &str) -> Option<&str> {
    let (interface, version) = name.split_once('@')?;
    (version == "0.2" || version.starts_with("0.2.")).then_some(interface)
}
