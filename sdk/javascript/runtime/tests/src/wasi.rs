//! The host's side of WASI preview 1, as much as the module imports: an environment, clocks, randomness, a log, and a
//! folder in memory that is there in a call only. Calls back have the answers that a test gives.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use wasmtime::{Caller, Linker, Memory, Result, StoreLimits, format_err};

const MODULE: &str = "wasi_snapshot_preview1";
const PLATFORM: &str = "steploom";
/// What a call back is answered when there is no answer left, as while a function is loaded.
const NOT_NOW: &str = "{\"error\":{\"code\":\"NotNow\",\"message\":\"ask in the handler\"}}\n";
/// The folder's descriptor, and its path.
const FOLDER: u32 = 3;
const FOLDER_PATH: &str = "/tmp";

const OK: i32 = 0;
const BADF: i32 = 8;
const EXIST: i32 = 20;
const ISDIR: i32 = 31;
const NOENT: i32 = 44;
const NOTDIR: i32 = 54;
const NOTEMPTY: i32 = 55;

/// What an instance is told, and what it did.
pub struct Host {
    environment: BTreeMap<String, String>,
    /// What it wrote: the stream, and the text.
    pub log: Vec<(u32, String)>,
    /// What it asked of the platform.
    pub asked: Vec<String>,
    /// What it is answered, in turn.
    answers: VecDeque<String>,
    taken: Vec<u8>,
    /// How much memory it may have.
    pub memory_bytes_max: usize,
    pub(crate) limits: StoreLimits,
    /// Where it is; set when there is one.
    pub memory: Option<Memory>,
    has_folder: bool,
    /// Files and folders by their path below the folder; folders have none.
    files: BTreeMap<String, Option<Vec<u8>>>,
    open: BTreeMap<u32, (String, usize)>,
    started: Instant,
    random: u64,
}

impl Default for Host {
    fn default() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            environment: BTreeMap::new(),
            log: Vec::new(),
            asked: Vec::new(),
            answers: VecDeque::new(),
            taken: Vec::new(),
            memory_bytes_max: 128 << 20,
            limits: StoreLimits::default(),
            memory: None,
            has_folder: false,
            files: BTreeMap::new(),
            open: BTreeMap::new(),
            started: Instant::now(),
            random: now.as_nanos() as u64 | 1,
        }
    }
}

impl Host {
    /// Sets a variable of the environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Answers its next call back.
    pub fn answer(&mut self, answer: &str) {
        self.answers.push_back(answer.to_owned());
    }

    /// Gives it the folder.
    pub fn open_folder(&mut self) {
        self.has_folder = true;
    }

    /// The environment as `environ_get` lays it out.
    fn variables(&self) -> Vec<String> {
        self.environment
            .iter()
            .map(|(name, value)| format!("{name}={value}\0"))
            .collect()
    }
}

/// A caller's memory, by plain places.
struct Place<'a> {
    caller: Caller<'a, Host>,
    memory: Memory,
}

impl<'a> Place<'a> {
    fn of(caller: Caller<'a, Host>) -> Self {
        let memory = caller.data().memory.expect("set before any call");
        Self { caller, memory }
    }

    fn host(&mut self) -> &mut Host {
        self.caller.data_mut()
    }

    fn put(&mut self, at: u32, bytes: &[u8]) {
        self.memory
            .write(&mut self.caller, at as usize, bytes)
            .expect("inside of the memory");
    }

    fn get(&self, at: u32, size: u32) -> Vec<u8> {
        let mut bytes = vec![0; size as usize];
        self.memory
            .read(&self.caller, at as usize, &mut bytes)
            .expect("inside of the memory");
        bytes
    }

    fn word(&self, at: u32) -> u32 {
        u32::from_le_bytes(self.get(at, 4).try_into().expect("four bytes"))
    }

    /// Where pieces are, and how large.
    fn pieces(&self, at: u32, count: u32) -> Vec<(u32, u32)> {
        (0..count)
            .map(|n| (self.word(at + 8 * n), self.word(at + 8 * n + 4)))
            .collect()
    }

    /// A path below a descriptor.
    fn path(&mut self, fd: u32, at: u32, size: u32) -> String {
        let name = String::from_utf8(self.get(at, size)).expect("UTF-8");
        let base = match self.host().open.get(&fd) {
            Some((base, _)) => base.clone(),
            None => String::new(),
        };
        let mut path = String::new();
        for part in base.split('/').chain(name.split('/')) {
            if !part.is_empty() && part != "." {
                let gap = if path.is_empty() { "" } else { "/" };
                write!(path, "{gap}{part}").expect("text");
            }
        }
        path
    }

    fn put_stat(&mut self, at: u32, path: &str) -> i32 {
        let is_root = path.is_empty();
        let (kind, size) = match self.host().files.get(path) {
            Some(Some(bytes)) => (4, bytes.len() as u64),
            Some(None) => (3, 0),
            None if is_root => (3, 0),
            None => return NOENT,
        };
        let mut stat = [0; 64];
        stat[16] = kind;
        stat[32..40].copy_from_slice(&size.to_le_bytes());
        self.put(at, &stat);
        OK
    }
}

/// Offers what the module imports.
#[expect(clippy::too_many_lines, reason = "a list of functions")]
pub fn link(linker: &mut Linker<Host>) -> Result<()> {
    type C<'a> = Caller<'a, Host>;
    linker.func_wrap(PLATFORM, "call", |c: C<'_>, at: u32, size: u32| {
        let mut place = Place::of(c);
        let request = String::from_utf8(place.get(at, size)).expect("UTF-8");
        let host = place.host();
        host.asked.push(request);
        let answer = host.answers.pop_front();
        host.taken = answer.unwrap_or_else(|| NOT_NOW.to_owned()).into_bytes();
        host.taken.len() as u32
    })?;
    linker.func_wrap(PLATFORM, "take", |c: C<'_>, to: u32| {
        let mut place = Place::of(c);
        let answer = std::mem::take(&mut place.host().taken);
        place.put(to, &answer);
    })?;
    linker.func_wrap(PLATFORM, "fuel", |c: C<'_>| c.get_fuel())?;
    linker.func_wrap(
        MODULE,
        "environ_sizes_get",
        |c: C<'_>, count: u32, size: u32| {
            let mut place = Place::of(c);
            let all = place.host().variables();
            let bytes: usize = all.iter().map(String::len).sum();
            place.put(count, &(all.len() as u32).to_le_bytes());
            place.put(size, &(bytes as u32).to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "environ_get",
        |c: C<'_>, places: u32, texts: u32| {
            let mut place = Place::of(c);
            let mut at = texts;
            for (n, text) in place.host().variables().iter().enumerate() {
                place.put(places + 4 * n as u32, &at.to_le_bytes());
                place.put(at, text.as_bytes());
                at += text.len() as u32;
            }
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "clock_time_get",
        |c: C<'_>, clock: u32, _: u64, at: u32| {
            let mut place = Place::of(c);
            let time = if clock == 0 {
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default()
            } else {
                place.host().started.elapsed() + Duration::from_secs(1)
            };
            place.put(at, &(time.as_nanos() as u64).to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(MODULE, "random_get", |c: C<'_>, at: u32, size: u32| {
        let mut place = Place::of(c);
        for n in 0..size {
            let host = place.host();
            host.random ^= host.random << 13;
            host.random ^= host.random >> 7;
            host.random ^= host.random << 17;
            let byte = host.random as u8;
            place.put(at + n, &[byte]);
        }
        OK
    })?;
    linker.func_wrap(
        MODULE,
        "poll_oneoff",
        |c: C<'_>, wanted: u32, found: u32, _: u32, count: u32| {
            let mut place = Place::of(c);
            let nanos =
                u64::from_le_bytes(place.get(wanted + 24, 8).try_into().expect("eight bytes"));
            std::thread::sleep(Duration::from_nanos(nanos));
            place.put(found, &[0; 32]);
            place.put(count, &1_u32.to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(MODULE, "proc_exit", |_: C<'_>, code: u32| -> Result<()> {
        Err(format_err!("proc_exit({code})"))
    })?;
    linker.func_wrap(
        MODULE,
        "fd_write",
        |c: C<'_>, fd: u32, at: u32, count: u32, written: u32| {
            let mut place = Place::of(c);
            let mut bytes = Vec::new();
            for (at, size) in place.pieces(at, count) {
                bytes.extend(place.get(at, size));
            }
            place.put(written, &(bytes.len() as u32).to_le_bytes());
            if fd == 1 || fd == 2 {
                let text = String::from_utf8(bytes).expect("UTF-8");
                place.host().log.push((fd, text));
                return OK;
            }
            let host = place.host();
            let Some((path, _)) = host.open.get(&fd).cloned() else {
                return BADF;
            };
            if let Some(Some(file)) = host.files.get_mut(&path) {
                file.extend(bytes);
            }
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_read",
        |c: C<'_>, fd: u32, at: u32, count: u32, read: u32| {
            let mut place = Place::of(c);
            let pieces = place.pieces(at, count);
            let mut total = 0;
            for (at, size) in pieces {
                let host = place.host();
                let Some((path, from)) = host.open.get_mut(&fd) else {
                    return BADF;
                };
                let Some(Some(file)) = host.files.get(path.as_str()) else {
                    return ISDIR;
                };
                let end = file.len().min(*from + size as usize);
                let part = file[*from..end].to_vec();
                *from = end;
                total += part.len() as u32;
                place.put(at, &part);
            }
            place.put(read, &total.to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_seek",
        |c: C<'_>, _: u32, _: i64, _: u32, at: u32| {
            Place::of(c).put(at, &0_u64.to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(MODULE, "fd_close", |c: C<'_>, fd: u32| {
        Place::of(c).host().open.remove(&fd);
        OK
    })?;
    linker.func_wrap(MODULE, "fd_fdstat_get", |c: C<'_>, fd: u32, at: u32| {
        let mut place = Place::of(c);
        let mut stat = [0xff; 24];
        stat[0] = if fd < FOLDER { 2 } else { 3 };
        stat[2..4].fill(0);
        place.put(at, &stat);
        OK
    })?;
    linker.func_wrap(MODULE, "fd_prestat_get", |c: C<'_>, fd: u32, at: u32| {
        let mut place = Place::of(c);
        if fd != FOLDER || !place.host().has_folder {
            return BADF;
        }
        place.put(at, &0_u32.to_le_bytes());
        place.put(at + 4, &(FOLDER_PATH.len() as u32).to_le_bytes());
        OK
    })?;
    linker.func_wrap(
        MODULE,
        "fd_prestat_dir_name",
        |c: C<'_>, _: u32, at: u32, size: u32| {
            Place::of(c).put(at, &FOLDER_PATH.as_bytes()[..size as usize]);
            OK
        },
    )?;
    linker.func_wrap(MODULE, "fd_filestat_get", |c: C<'_>, fd: u32, at: u32| {
        let mut place = Place::of(c);
        match place.host().open.get(&fd).cloned() {
            Some((path, _)) => place.put_stat(at, &path),
            None => BADF,
        }
    })?;
    linker.func_wrap(
        MODULE,
        "path_filestat_get",
        |c: C<'_>, fd: u32, _: u32, path: u32, size: u32, at: u32| {
            let mut place = Place::of(c);
            let path = place.path(fd, path, size);
            place.put_stat(at, &path)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_open",
        |c: C<'_>,
         fd: u32,
         _: u32,
         path: u32,
         size: u32,
         how: u32,
         _: u64,
         _: u64,
         _: u32,
         at: u32| {
            let mut place = Place::of(c);
            let path = place.path(fd, path, size);
            let (make, only_new, empty) = (how & 1 != 0, how & 4 != 0, how & 8 != 0);
            let host = place.host();
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            if !parent.is_empty() && !matches!(host.files.get(parent), Some(None)) {
                return NOENT;
            }
            match host.files.get(&path) {
                Some(_) if only_new => return EXIST,
                None if path.is_empty() => {}
                None if !make => return NOENT,
                None => drop(host.files.insert(path.clone(), Some(Vec::new()))),
                Some(Some(_)) if empty => drop(host.files.insert(path.clone(), Some(Vec::new()))),
                Some(_) => {}
            }
            let fresh = 10 + host.open.len() as u32;
            host.open.insert(fresh, (path, 0));
            place.put(at, &fresh.to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_readdir",
        |c: C<'_>, fd: u32, at: u32, room: u32, cookie: u64, used: u32| {
            let mut place = Place::of(c);
            let host = place.host();
            let Some((folder, _)) = host.open.get(&fd).cloned() else {
                return BADF;
            };
            let start = if folder.is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            };
            let mut bytes = Vec::new();
            let below = host.files.iter().filter_map(|(path, file)| {
                let name = path.strip_prefix(&start)?;
                (!name.contains('/')).then_some((name, file))
            });
            for (n, (name, file)) in below.enumerate().skip(cookie as usize) {
                bytes.extend((n as u64 + 1).to_le_bytes());
                bytes.extend((n as u64 + 1).to_le_bytes());
                bytes.extend((name.len() as u32).to_le_bytes());
                bytes.extend(if file.is_some() { 4_u32 } else { 3 }.to_le_bytes());
                bytes.extend(name.as_bytes());
            }
            bytes.truncate(room as usize);
            place.put(at, &bytes);
            place.put(used, &(bytes.len() as u32).to_le_bytes());
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_create_directory",
        |c: C<'_>, fd: u32, path: u32, size: u32| {
            let mut place = Place::of(c);
            let path = place.path(fd, path, size);
            let host = place.host();
            let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
            if host.files.contains_key(&path) || path.is_empty() {
                return EXIST;
            }
            if !parent.is_empty() && !host.files.contains_key(parent) {
                return NOENT;
            }
            host.files.insert(path, None);
            OK
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_unlink_file",
        |c: C<'_>, fd: u32, path: u32, size: u32| {
            let mut place = Place::of(c);
            let path = place.path(fd, path, size);
            let host = place.host();
            match host.files.get(&path) {
                None => NOENT,
                Some(None) => ISDIR,
                Some(Some(_)) => {
                    host.files.remove(&path);
                    OK
                }
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_remove_directory",
        |c: C<'_>, fd: u32, path: u32, size: u32| {
            let mut place = Place::of(c);
            let path = place.path(fd, path, size);
            let host = place.host();
            let start = format!("{path}/");
            match host.files.get(&path) {
                None => NOENT,
                Some(Some(_)) => NOTDIR,
                Some(None) if host.files.keys().any(|other| other.starts_with(&start)) => NOTEMPTY,
                Some(None) => {
                    host.files.remove(&path);
                    OK
                }
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_rename",
        |c: C<'_>, fd: u32, from: u32, from_size: u32, to_fd: u32, to: u32, to_size: u32| {
            let mut place = Place::of(c);
            let from = place.path(fd, from, from_size);
            let to = place.path(to_fd, to, to_size);
            let host = place.host();
            match host.files.remove(&from) {
                Some(file) => {
                    host.files.insert(to, file);
                    OK
                }
                None => NOENT,
            }
        },
    )?;
    Ok(())
}
