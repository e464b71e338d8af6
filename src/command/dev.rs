//! `dev`: a project that is built and deployed whenever it changes.

mod watch;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use steploom_types::Name;
use tokio::task::{JoinHandle, block_in_place};

use super::deploy::Settings;
use super::{Context, logs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::project::{self, Language, Project, Upload};
use crate::view::{Paint, out};

use watch::Watch;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Build and deploy a project whenever one of its files changes, and show what the function logs
///
/// Ends with Ctrl-C. A build that fails is shown, and the version before it goes on.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom dev hello
  steploom dev . --timeout-ms 1000 --env LEVEL=debug")]
pub(crate) struct Args {
    /// The project's folder
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The function's name, if the project's will not do
    #[arg(long)]
    name: Option<Name>,

    /// The language, if the files do not tell
    #[arg(long = "lang", value_name = "LANG", value_parser = project::language())]
    language: Option<&'static Language>,

    #[command(flatten)]
    settings: Settings,
}

/// Goes on until Ctrl-C.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let open = || Project::open(&args.path, args.name.as_ref(), args.language);
    let Some(mut project) = open()? else {
        return Err(none(&args.path));
    };
    let settings = args.settings.resolve();
    let mut follower: Option<(Name, JoinHandle<()>)> = None;
    let mut watch = Watch::new(&project);
    loop {
        match renew(&project, &mut watch, &settings, context).await {
            Ok(()) => {
                let is_followed = follower
                    .as_ref()
                    .is_some_and(|(name, task)| *name == project.name && !task.is_finished());
                if !is_followed {
                    if let Some((_, task)) = follower.take() {
                        task.abort();
                    }
                    follower = Some((project.name.clone(), follow(&project.name, context).await?));
                }
            }
            Err(failure) if failure.exit == Exit::Unreachable => return Err(failure),
            Err(failure) => out::note(failure.text(Paint::of_stderr())),
        }
        changed(&project, &mut watch).await;
        match open() {
            Ok(Some(now)) => project = now,
            Ok(None) => return Err(none(&args.path)),
            Err(failure) => out::note(failure.text(Paint::of_stderr())),
        }
    }
}

fn none(path: &Path) -> Failure {
    let title = format!("{} is no project of a function", path.display());
    let failure = Failure::new(Exit::NotFound, "NoProject", title);
    failure.advise("'steploom new NAME --lang LANG' makes one")
}

/// Builds it and deploys what came of that.
async fn renew(
    project: &Project,
    watch: &mut Watch,
    settings: &steploom_api::wire::FunctionSettings,
    context: &Context,
) -> Result<(), Failure> {
    let began = Instant::now();
    block_in_place(|| {
        let built = project::build(project);
        watch.built(project);
        built
    })?;
    let built = began.elapsed();
    let upload = block_in_place(|| Upload::of_project(project))?;
    let began = Instant::now();
    let put = upload.put(settings);
    let function = context.client.put_function(&project.name, put).await?;
    let deployed = began.elapsed();
    out::note(format!(
        "{} {} version {}: built in {:.1} s, deployed in {:.1} s",
        Paint::of_stderr().green("✓"),
        project.name,
        function.latest.version,
        built.as_secs_f64(),
        deployed.as_secs_f64(),
    ));
    Ok(())
}

/// Shows what the function logs from now on, beside what is done here.
async fn follow(name: &Name, context: &Context) -> Result<JoinHandle<()>, Failure> {
    let mut lines = context.client.follow_logs(name).await?;
    let (json, paint) = (context.json, context.paint);
    Ok(tokio::spawn(async move {
        while let Some(line) = lines.next().await {
            let said = match line {
                Ok(line) => logs::say_line(&line, json, paint),
                Err(error) => {
                    out::note(Failure::from(error).text(Paint::of_stderr()));
                    return;
                }
            };
            if said.is_err() {
                return;
            }
        }
    }))
}

/// Waits for a change.
async fn changed(project: &Project, watch: &mut Watch) {
    loop {
        tokio::time::sleep(LOOK).await;
        if block_in_place(|| watch.has_changed(project)) {
            return;
        }
    }
}
