//! `wellspent refer SCHEME REFERRALS --out FILE`: places people with providers by the rules of the scheme's market.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use wellspent::Access;
use wellspent::refer::{ReferRequest, refer};

use crate::args::{AcceptArgs, ActorArgs, actor};
use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent refer county-market referrals.csv --out allocations.csv --for \"placing people\"\n  \
                        wellspent refer county-market referrals.csv --earlier allocations.csv --results results.csv \
                        --out allocations-2.csv --for \"placing people\""
)]
pub(crate) struct Refer {
    /// The scheme folder with a market.toml, or the name of a shipped scheme
    scheme: PathBuf,
    /// The table of referrals, as CSV, Excel or Parquet: referral, day, area, segment, choices
    referrals: PathBuf,
    /// Write what became of everybody to this new CSV file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The allocations of an earlier run, which stand: nobody is moved, and people who wait are tried again
    #[arg(long, value_name = "FILE")]
    earlier: Option<PathBuf>,
    /// The results of providers, for shares by performance: provider, people, result, expected
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Decides ties, together with the id of a referral. State it beforehand, and keep it
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// What you need it for, in your own words. We log who looked at whose records
    #[arg(long = "for", value_name = "PURPOSE")]
    purpose_in_words: String,
    #[command(flatten)]
    actor: ActorArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the counts as JSON to standard output (`wellspent schema refer` describes them)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Refer) -> anyhow::Result<ExitCode> {
    let purpose = command.purpose_in_words.trim().to_owned();
    if purpose.is_empty() {
        anyhow::bail!("say why people are placed: add --for PURPOSE. We log who looked at whose records");
    }
    let access = Access { actor: actor(command.actor.asked_by.as_deref())?, purpose };
    let found = refer(&ReferRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        referrals: command.referrals.clone(),
        earlier: command.earlier.clone(),
        results: command.results.clone(),
        seed: command.seed,
        out: command.out.clone(),
        access,
        accepted: command.accept.accepted(None)?,
    })?;
    print::notes(&found.notes);
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    print::notes(&found.quality);
    Ok(ExitCode::SUCCESS)
}
