//! `wellspent new NAME`: a starting scheme with comments and invented figures.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use wellspent::new_scheme::{NewSchemeRequest, TemplateKind, new_scheme};

use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent new my-scheme\n  wellspent new my-scheme --kind probation\n\n`wellspent schemes` lists \
                        the schemes that come with the program, which can be copied too."
)]
pub(crate) struct New {
    /// The folder to write, which does not exist yet or is empty
    name: PathBuf,
    /// What the scheme is about
    #[arg(long, value_enum, default_value = "employment")]
    kind: Kind,
    /// Write the result as JSON to standard output (`wellspent schema new` describes it)
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Help into work: a fee, and a price for each person beyond a baseline. The tutorial uses it
    Employment,
    /// Probation: one price both ways, compared with a comparison group
    Probation,
    /// Drug and alcohol treatment: a price for each start and each recovery
    Treatment,
    /// Homes for people who sleep rough: a price when somebody moves in, and for each quarter that the home lasts
    Housing,
    /// One outcome and the commonest clauses, with a comment for every line
    Blank,
}

pub(crate) fn run(command: &New) -> anyhow::Result<ExitCode> {
    let kind = match command.kind {
        Kind::Employment => TemplateKind::Employment,
        Kind::Probation => TemplateKind::Probation,
        Kind::Treatment => TemplateKind::Treatment,
        Kind::Housing => TemplateKind::Housing,
        Kind::Blank => TemplateKind::Blank,
    };
    let written = new_scheme(&NewSchemeRequest { folder: command.name.clone(), kind })?;
    print::result(command.json.then(|| written.document()), |_| written.text())?;
    Ok(ExitCode::SUCCESS)
}
