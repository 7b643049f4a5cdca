//! `wellspent claims SCHEME RECORDS --as-at DATE`: what providers claim, compared with what the records show.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::money::thousands;
use clap::Args;
use outcomes::claims::{Reconciled, reconcile};

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::commands::check::scheme_or_errors;
use crate::print;
use report::quality::{self, several};
use wellspent::access_log;
use wellspent::folder;
use wellspent::linked::read_outcomes;
use wellspent::payees::{self, Seen};

#[derive(Args)]
pub struct Claims {
    /// The scheme folder; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with people, starts, events … and claims, each as CSV, Excel or Parquet; with --purpose, a folder of several agencies
    records: PathBuf,
    #[command(flatten)]
    joining: JoiningArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
}

pub fn run(command: &Claims) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    let accepted = command.accept.accepted(None)?;
    let joining = command.joining.joining()?;
    let read = read_outcomes(&scheme, &command.records, joining.as_ref(), command.days.days(), &["claims"], accepted)?;
    if let Some(joining) = &joining {
        access_log::note(&command.records, &joining.access, "claims", &[])?;
    }
    let live = read.live();
    print::notes(&live.notes);
    let Some(batches) = &live.claims else {
        bail!("there is no table of claims in {}\n\nhint: docs/records.md says what it holds", command.records.display());
    };
    let seen = [Seen::in_starts(&live.records), Seen::in_claims(batches)];
    payees::named(&scheme, live.providers.as_deref(), &live.folders, &seen)?;
    let claims = reconcile(&scheme, &live.records, &live.measured, batches, command.days.days().days().1);
    let mut out = format!(
        "{:<24} {:<20} {:<20} {:>10} {:>10} {:>12} {:>14}\n",
        "provider", "clause", "outcome", "matched", "unclaimed", "unsupported", "not yet known"
    );
    // Claims that cannot be used fit nothing either.
    let set_aside = live.quality.files.iter().filter(|file| file.name.starts_with("claims")).map(|file| file.set_aside);
    let unknown = claims.unknown + set_aside.sum::<u64>() as i64;
    let mut unsupported = unknown;
    for ((provider, outcome), found) in &claims.by {
        unsupported += found.unsupported;
        let clauses = scheme.clauses.iter().filter(|clause| clause.outcome() == Some(*outcome));
        let names: Vec<&str> = clauses.map(|clause| clause.name.as_str()).collect();
        // What no clause pays for is shown only where somebody claims it.
        let claimed = *found != Reconciled { unclaimed: found.unclaimed, ..Reconciled::default() };
        if names.is_empty() && !claimed {
            continue;
        }
        out += &format!(
            "{:<24} {:<20} {:<20} {:>10} {:>10} {:>12} {:>14}\n",
            live.records.providers.get(*provider).to_string(),
            names.join(", "),
            scheme.outcomes[*outcome].name,
            thousands(found.matched),
            thousands(found.unclaimed),
            thousands(found.unsupported),
            thousands(found.open)
        );
    }
    if unknown > 0 {
        out += &format!("{} no start, provider or outcome of the records\n", several(unknown as u64, "claim fits", "claims fit"));
    }
    print::stdout(&out)?;
    print::notes(&quality::notes(&live.quality));
    Ok(ExitCode::from(u8::from(unsupported > 0)))
}
