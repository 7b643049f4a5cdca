//! `wellspent completions SHELL`: a script that lets a shell complete commands and options.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::{Shell, generate};

use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent completions bash > ~/.local/share/bash-completion/completions/wellspent\n  wellspent \
                        completions zsh > ~/.zfunc/_wellspent\n  wellspent completions fish > \
                        ~/.config/fish/completions/wellspent.fish"
)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(command: &Completions) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(command.shell, &mut crate::Cli::command(), "wellspent", &mut script);
    print::data(&String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}
