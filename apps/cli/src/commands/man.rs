//! `wellspent man [COMMAND]`: the manual page of the program or of one command.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man as Page;

use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent man > wellspent.1\n  wellspent man stress > wellspent-stress.1\n  wellspent man ledger \
                        verify | man -l -"
)]
pub(crate) struct Man {
    /// The command; without it, the page of the whole program
    command: Vec<String>,
}

pub(crate) fn run(wanted: &Man) -> anyhow::Result<ExitCode> {
    let mut command = crate::Cli::command();
    command.build();
    for name in &wanted.command {
        let Some(below) = command.find_subcommand(name).cloned() else {
            let above = command.get_bin_name().unwrap_or("wellspent").to_owned();
            bail!(wellspent::Error::failed(
                format!("there is no command `{name}` under `{}`", command.get_name()),
                format!("`{above} --help` lists the commands")
            ));
        };
        command = below;
    }
    let mut page = Vec::new();
    Page::new(command).render(&mut page)?;
    print::data(&String::from_utf8(page)?)?;
    Ok(ExitCode::SUCCESS)
}
