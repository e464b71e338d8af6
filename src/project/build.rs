//! Running a project's own commands.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use super::{Project, Tool};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::out;

/// Builds it; afterwards its module is there. What the commands say is shown as they say it, on standard
/// error.
///
/// # Errors
/// `ToolMissing`, with the command that installs it. `BuildFailed`: what the command said stands above. `ModuleMissing`: the
/// build left another file behind than `steploom.toml` says.
pub(crate) fn build(project: &Project) -> Result<(), Failure> {
    let module = project.module();
    let of_module = module
        .parent()
        .filter(|_| project.manifest.runtime.is_none());
    if let Some(folder) = of_module {
        // Not every compiler makes the folder that it is to write into.
        fs::create_dir_all(folder)?;
    }
    for command in &project.manifest.build {
        run(project, command, &project.manifest.environment)?;
    }
    if project.manifest.runtime.is_some() || module.is_file() {
        return Ok(());
    }
    let title = format!("the build left no {} behind", module.display());
    let advice = format!("say in {} what it leaves behind: 'module'", super::MANIFEST);
    Err(Failure::new(Exit::Failed, "ModuleMissing", title).advise(advice))
}

/// Runs its tests, in the same way.
///
/// # Errors
/// As those of a build; `NoTests` if it has none.
pub(crate) fn test(project: &Project) -> Result<(), Failure> {
    if project.manifest.test.is_empty() {
        let title = format!("{} says no 'test'", super::MANIFEST);
        return Err(Failure::new(Exit::Failed, "NoTests", title));
    }
    let none = BTreeMap::new();
    let mut tests = project.manifest.test.iter();
    tests.try_for_each(|command| run(project, command, &none))
}

/// What failed may have been the wrong thing to do.
fn guessed(project: &Project, failure: Failure) -> Failure {
    let manifest = super::MANIFEST;
    if project.folder.join(manifest).is_file() {
        return failure;
    }
    let language = &project.manifest.language;
    failure.advise(format!(
        "without a {manifest} it is built as what 'steploom new --lang {language}' makes; a {manifest} says how else, --lang what it is written in"
    ))
}

fn run(
    project: &Project,
    command: &[String],
    environment: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(());
    };
    let spelt = command.join(" ");
    out::note(format!("$ {spelt}"));
    let tool = Tool::named(program);
    let found = tool.and_then(Tool::find);
    let mut started = match &found {
        Some(found) => {
            let mut words = Command::new(found.words[0]);
            words.args(&found.words[1..]);
            words
        }
        None => Command::new(program),
    };
    let ended = started
        .args(arguments)
        .envs(environment)
        .current_dir(&project.folder)
        .stdin(Stdio::null())
        // Standard output is for what we say.
        .stdout(std::io::stderr())
        .status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let title = format!("'{spelt}' failed ({status}); what it said stands above");
            let failure = Failure::new(Exit::Failed, "BuildFailed", title);
            Err(guessed(project, failure))
        }
        Err(error) => {
            let title = format!("'{program}' cannot be started: {error}");
            let failure = Failure::new(Exit::Failed, "ToolMissing", title);
            Err(match tool {
                Some(tool) => failure.advise(format!("install it: {}", tool.install)),
                None => failure.advise("'steploom doctor' shows which toolchains are there"),
            })
        }
    }
}
