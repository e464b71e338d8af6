//! `completions`: what a shell needs to complete our command line.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::Failure;

/// Print what your shell needs to complete this command line
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom completions bash > ~/.local/share/bash-completion/completions/steploom
  steploom completions zsh > ~/.zfunc/_steploom
  steploom completions fish > ~/.config/fish/completions/steploom.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "steploom", &mut script);
    std::io::Write::write_all(&mut std::io::stdout().lock(), &script)?;
    Ok(())
}
