//! A throw-away Postgres: a cluster in a temporary folder on a port of the loopback, made from the
//! `initdb` and `postgres` that the computer has.
//!
//! Nothing of it outlives the tests, however they end: the server belongs to a shell that waits for
//! the end of its input, which is the end of this process; then it stops the server and removes the
//! folder. Postgres refuses to run as root, so then it runs as `postgres` or `nobody`.
//!
//! Where there is no Postgres, tests that need one are skipped, and that is said on standard error,
//! past the capture of the test runner. With `STEPLOOM_POSTGRES_REQUIRED` set they fail instead.
//! `STEPLOOM_POSTGRES_BIN` names the folder of the programs, if it is none of the usual.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long the server may take to start: on a computer that does much else, and after a crash.
const START_MAX: Duration = Duration::from_mins(2);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// How often another port is tried, if somebody took the one that was free.
const STARTS_MAX: u32 = 10;

const USER: &str = "steploom";
/// It guards nothing: tests have passwords to see that these are used.
const PASSWORD: &str = "a:pass/word";
const PASSWORD_IN_URL: &str = "a%3Apass%2Fword";

/// `$1` is the folder; the rest starts the server. A line on the input stops the server's keeper but
/// leaves the folder, the end of the input ends both. A server that ends by itself leaves the file
/// `ended`: its number alone would not tell, as it stays taken until somebody waits for it.
const KEEPER: &str = r#"
folder=$1; shift
(
  sh -c 'echo $$ >"$0/server"; exec "$@"' "$folder" "$@" >>"$folder/log" 2>&1
  : >"$folder/ended"
) &
watch=$!
stop() { kill -INT "$(cat "$folder/server")" 2>/dev/null; wait $watch; }
if read -r _; then stop; exit; fi
stop
rm -rf "$folder"
"#;

/// A running server, and the folder that it keeps everything in.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    /// None while the server is down.
    keeper: Option<Child>,
    databases: AtomicU32,
}

impl Cluster {
    /// One for all tests of this process; `None` if there is no Postgres.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// One of its own, for a test that kills it; `None` if there is no Postgres.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = find_programs() else {
            say_skipped();
            return None;
        };
        let user = unprivileged();
        let folder = new_folder(user);
        let mut cluster = Self {
            programs,
            folder,
            user,
            port: 0,
            keeper: None,
            databases: AtomicU32::new(0),
        };
        cluster.init();
        cluster.port = free_port();
        for _ in 0..STARTS_MAX {
            if cluster.try_up() {
                return Some(cluster);
            }
            cluster.port = free_port();
        }
        panic!("the database does not start:\n{}", cluster.log());
    }

    /// The URL of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut create = self.program("createdb");
        create
            .env("PGPASSWORD", PASSWORD)
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", USER])
            .arg(&name);
        check("createdb", &run(&mut create));
        let port = self.port;
        format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{port}/{name}")
    }

    /// Kills the server and everything that works for it, as a crash does.
    pub(crate) fn kill(&mut self) {
        let server = read(&self.folder.join("server")).trim().to_owned();
        let children = format!("/proc/{server}/task/{server}/children");
        let children = read(Path::new(&children));
        let mut kill = Command::new("kill");
        kill.args(["-KILL", &server]);
        // One that has ended meanwhile is no reason to complain.
        let _ = run(kill.args(children.split_whitespace()));
        self.keeper_ends();
    }

    /// Starts it again after a [kill](Self::kill), on the same port.
    pub(crate) fn up(&mut self) {
        let until = Instant::now() + START_MAX;
        // What is left of the former one may still hold its memory.
        while !self.try_up() {
            assert!(Instant::now() < until, "it stays down:\n{}", self.log());
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn init(&self) {
        let password = self.folder.join("password");
        std::fs::write(&password, PASSWORD).expect("the folder is ours");
        // In the order of a language, if it can be: nothing of ours may depend on the order of bytes
        // being the database's own.
        let by_language = ["--locale-provider=icu", "--icu-locale=en-US"];
        if !self.init_with(&password, &by_language).status.success() {
            check("initdb", &self.init_with(&password, &[]));
        }
    }

    fn init_with(&self, password: &Path, arguments: &[&str]) -> Output {
        let mut init = self.program("initdb");
        init.arg("--pgdata").arg(self.data());
        init.arg("--pwfile").arg(password);
        init.args(["--username", USER, "--auth", "scram-sha-256"]);
        init.args(["--encoding", "UTF8", "--locale", "C", "--no-sync"]);
        run(init.args(arguments))
    }

    /// Whether the server came up.
    fn try_up(&mut self) -> bool {
        let server_file = self.folder.join("server");
        let ended_file = self.folder.join("ended");
        let _ = std::fs::remove_file(&server_file);
        let _ = std::fs::remove_file(&ended_file);
        self.keeper = Some(self.keeper());
        let until = Instant::now() + START_MAX;
        while Instant::now() < until {
            let server = read(&server_file);
            let server = server.trim();
            let state = read(&self.data().join("postmaster.pid"));
            let mut state = state.lines();
            // The first line says whose it is, the eighth how far it has come.
            let is_ours = !server.is_empty() && state.next() == Some(server);
            if is_ours && state.nth(6).is_some_and(|line| line.trim() == "ready") {
                return true;
            }
            if ended_file.exists() {
                break;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        self.keeper_ends();
        false
    }

    /// The shell that starts the server and ends it.
    fn keeper(&self) -> Child {
        let mut keeper = self.as_user(Command::new("sh"));
        keeper.args(["-c", KEEPER, "sh"]).arg(&self.folder);
        keeper.arg(self.programs.join("postgres"));
        keeper.arg("-D").arg(self.data());
        for setting in [
            format!("port={}", self.port).as_str(),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=400",
            "shared_buffers=64MB",
            "wal_level=minimal",
            "max_wal_senders=0",
        ] {
            keeper.args(["-c", setting]);
        }
        keeper.stdin(Stdio::piped());
        keeper.stdout(Stdio::null()).stderr(Stdio::null());
        keeper.spawn().expect("there is a shell")
    }

    /// Ends the keeper and leaves the folder.
    fn keeper_ends(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            let _ = writeln!(keeper.stdin.take().expect("it is piped"));
            let _ = keeper.wait();
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        read(&self.folder.join("log"))
    }

    fn program(&self, name: &str) -> Command {
        self.as_user(Command::new(self.programs.join(name)))
    }

    fn as_user(&self, mut command: Command) -> Command {
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.keeper.take() {
            Some(mut keeper) => {
                drop(keeper.stdin.take());
                let _ = keeper.wait();
            }
            None => drop(std::fs::remove_dir_all(&self.folder)),
        }
    }
}

/// The folder that has the programs: the newest, if there are several.
fn find_programs() -> Option<PathBuf> {
    const MANY: [&str; 6] = [
        "/usr/lib/postgresql",
        "/usr/libexec",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/usr/pgsql",
        "/usr",
    ];
    let has_all = |folder: &Path| {
        let programs = ["initdb", "postgres", "createdb"];
        programs.iter().all(|name| folder.join(name).is_file())
    };
    let chosen = std::env::var_os("STEPLOOM_POSTGRES_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    // The programs find their files from where they really are.
    let in_path = std::env::split_paths(&path).filter_map(|folder| {
        let program = folder.join("initdb").canonicalize().ok()?;
        Some(program.parent()?.to_path_buf())
    });
    let mut usual: Vec<PathBuf> = MANY.iter().flat_map(|folder| below(folder)).collect();
    usual.sort_by_key(|folder| std::cmp::Reverse(version(folder)));
    let usual = usual.into_iter().map(|folder| folder.join("bin"));
    let single = ["/usr/local/bin", "/usr/local/pgsql/bin"].map(PathBuf::from);
    let all = chosen.into_iter().chain(in_path).chain(usual).chain(single);
    all.into_iter().find(|folder| has_all(folder))
}

fn below(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

/// The number at the end of a folder's name, such as that of `postgresql@17`.
fn version(folder: &Path) -> u32 {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.parse().unwrap_or(0)
}

/// Whom to run as, if we are root.
fn unprivileged() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        let number = String::from_utf8(output.stdout).ok()?;
        number.trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let of = |user: &str| Some((id(&["-u", user])?, id(&["-g", user])?));
    let user = of("postgres").or_else(|| of("nobody"));
    Some(user.expect("a user 'postgres' or 'nobody', since Postgres does not run as root"))
}

fn new_folder(user: Option<(u32, u32)>) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("steploom-postgres-{}-{n}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).expect("the temporary folder can be written");
    if let Some((uid, gid)) = user {
        chown(&folder, Some(uid), Some(gid)).expect("we are root");
    }
    folder
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null());
    let program = command.get_program().to_owned();
    let output = command.output();
    output.unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()))
}

#[track_caller]
fn check(what: &str, output: &Output) {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {complaint}");
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// Written past the capture of the test runner, once.
fn say_skipped() {
    static SAID: OnceLock<()> = OnceLock::new();
    const TEXT: &str = "\n\
        *** SKIPPED: there is no Postgres here, so nothing was tested on it.\n\
        *** `cargo xtask test` installs it where it may; otherwise install your system's package\n\
        *** (postgresql), or name the folder of initdb in STEPLOOM_POSTGRES_BIN.\n\n";
    assert!(
        std::env::var_os("STEPLOOM_POSTGRES_REQUIRED").is_none(),
        "there is no Postgres here, and STEPLOOM_POSTGRES_REQUIRED is set"
    );
    SAID.get_or_init(|| {
        let _ = std::io::stderr().write_all(TEXT.as_bytes());
    });
}
