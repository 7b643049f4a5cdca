//! Who is paid, from a folder of records. We refuse names that are not a provider's, with their row, and a run that may be for
//! several providers. The crates `records` and `outcomes` decide; here are the files of the rows, and the messages.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;
use base::day::{Day, date};
use base::english::{counted, plural};
use base::hidden_characters::hidden;
use contract::Scheme;
use contract::read::SCHEME_FILE;
use outcomes::IndexEvent;
use outcomes::payees::{Payees, Undecided, not_held, payees};
use records::Records;
use records::batch::Batch;
use records::payees::{RefusedName, refused_names};

use crate::error::Error;
use crate::measured::MeasuredRecords;
use records::files;

/// The providers that the rows of a table name.
pub(crate) struct NamedProviders {
    pub table: &'static str,
    pub names: Vec<String>,
}

impl NamedProviders {
    /// Providers that serve somebody. Nobody is paid for people of the comparison group.
    pub(crate) fn in_starts(records: &Records) -> NamedProviders {
        let served = records.starts.iter().filter(|start| !start.comparison).map(|start| start.provider);
        let served: BTreeSet<u32> = served.collect();
        NamedProviders { table: "starts", names: served.into_iter().map(|at| records.providers.get(at).to_string()).collect() }
    }

    /// Providers that claim something.
    pub(crate) fn in_claims(claims: &[Batch]) -> NamedProviders {
        let names = claims.iter().flat_map(|batch| {
            let column = batch.table.column("provider");
            (0..batch.rows()).filter_map(move |row| Some(batch.name(column, row)?.to_string()))
        });
        NamedProviders { table: "claims", names: names.collect::<BTreeSet<String>>().into_iter().collect() }
    }
}

/// Refuses names that are not a provider's. `table` has the ids of the table of providers, where there is one.
pub(crate) fn named(
    scheme: &Scheme,
    table: Option<&[String]>,
    folders: &[PathBuf],
    seen: &[NamedProviders],
) -> anyhow::Result<()> {
    let contract: Vec<String> = scheme.providers.iter().map(|provider| provider.id.clone()).collect();
    // The contract's own list decides who is paid, where it has one.
    let listed = if contract.is_empty() { table } else { Some(&contract[..]) };
    let names: BTreeSet<&String> = seen.iter().flat_map(|seen| &seen.names).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let found = refused_names(listed, &names);
    if found.is_empty() {
        return Ok(());
    }
    let list = match (contract.is_empty(), table) {
        (false, _) => format!("the list of providers in {SCHEME_FILE}"),
        (true, Some(_)) => "the table of providers".to_owned(),
        (true, None) => String::new(),
    };
    let place = |name: &str| place(folders, seen, name);
    let mut lines = Vec::new();
    let mut hint = String::new();
    for refused in &found {
        match refused {
            RefusedName::Unlisted { name, nearest } => {
                let mut line = format!("{}: the provider `{}` is not in {list}", place(name)?, name.escape_debug());
                if let Some(nearest) = nearest {
                    line += &format!("; the nearest is `{}`{}", nearest.escape_debug(), difference(name, nearest));
                }
                lines.push(line);
                hint = format!("write the provider's id exactly as in {list}, or add it there if it is paid as well");
            }
            RefusedName::Twice { one, other } => {
                let (one, other) = (one.escape_debug(), other.escape_debug());
                lines.push(format!("{list} has `{one}` and `{other}`, which differ only in spelling"));
                hint = "leave only one of the two, and write it like that in every table".to_owned();
            }
            RefusedName::Alike { one, other } => {
                let (first, second) = (place(one)?, place(other)?);
                let difference = difference(one, other);
                let (one, other) = (one.escape_debug(), other.escape_debug());
                lines.push(format!("{first} has the provider `{one}`, and {second} `{other}`: they may be the same{difference}"));
                hint = "if they are one provider, write its name the same way everywhere; if they are two, list them: a table \
                        providers.csv with a column `provider`, or `providers = [\"NAME\", \"NAME\"]` in scheme.toml"
                    .to_owned();
            }
            RefusedName::TooMany(count) => {
                lines.push(format!(
                    "the records name {}, and nothing lists them",
                    counted(*count as u64, "provider", "providers")
                ));
                hint = "list them: a table providers.csv with a column `provider`, or `providers` in scheme.toml".to_owned();
            }
        }
    }
    bail!(Error::failed(lines.join("\n"), hint));
}

/// Whom a statement from records is for. Refuses names that are not a provider's, people served by a provider that does not hold
/// their area, and fees that may be due to several providers.
pub(crate) fn of_records(
    scheme: &Scheme,
    measured_records: &MeasuredRecords,
    claims: Option<&[Batch]>,
    as_at: Day,
) -> anyhow::Result<Payees> {
    let (records, measured, folders, table) =
        (&measured_records.records, &measured_records.measured, &measured_records.folders, measured_records.providers.as_deref());
    let mut seen = vec![NamedProviders::in_starts(records)];
    seen.extend(claims.map(NamedProviders::in_claims));
    named(scheme, table, folders, &seen)?;
    let outside = not_held(scheme, records, measured);
    if let Some(first) = outside.first() {
        let index = &measured.index[*first];
        let (provider, area) = (records.providers.get(index.start.provider).to_string(), &scheme.areas[index.area as usize]);
        let place = row_of_start(folders, records, index)?;
        let many = if outside.len() == 1 {
            String::new()
        } else {
            format!(", and {}", counted(outside.len() as u64 - 1, "other start is like it", "other starts are like it"))
        };
        bail!(Error::failed(
            format!(
                "{place}: somebody starts with {provider} in {area} on {}{many}, and {provider} does not hold {area} on that day \
                 under the contract",
                date(index.start.began)
            ),
            format!("correct the row, or the `areas`, `starts` and `ends` of {provider} in {SCHEME_FILE}")
        ));
    }
    payees(scheme, records, measured, table, as_at).map_err(|undecided| {
        let clauses: Vec<String> =
            scheme.for_whole_areas().iter().map(|clause| format!("`{}` ({})", clause.name, clause.kind())).collect();
        let pays = plural(clauses.len(), "pays", "pay");
        let clauses = clauses.join(", ");
        match undecided {
            Undecided::Several(providers) => Error::failed(
                format!(
                    "{clauses} {pays} for an area as a whole, and there are {} providers: {}. The contract does not say who holds \
                     which area",
                    providers.len(),
                    some(&providers)
                ),
                format!(
                    "say it in {SCHEME_FILE}, for each of them: [providers.\"{}\"] with areas = [\"NAME\"], and with starts and ends \
                     where it changes; or list them and write priced_for = \"each provider\" if each has a whole fee, bonus, award, \
                     points payment, cap and floor of its own. One provider alone: providers = [\"NAME\"]",
                    providers[0]
                ),
            ),
            Undecided::Areas(provider, areas) => Error::failed(
                format!(
                    "{clauses} {pays} for an area as a whole, and nobody started with {provider} in {}: the contract does not say \
                     whether {provider} holds it",
                    some(&areas)
                ),
                format!(
                    "say it in {SCHEME_FILE}: [providers.\"{provider}\"] with areas = [\"NAME\"], or providers = [\"{provider}\"] for \
                     every area"
                ),
            ),
        }
        .into()
    })
}

/// Whether a provider that is named for a tally can be paid: one of the contract's list, where there is one.
pub(crate) fn of_tally(scheme: &Scheme, provider: &str, areas: &[usize]) -> anyhow::Result<()> {
    if scheme.providers.is_empty() {
        return Ok(());
    }
    let Some(known) = scheme.provider(provider) else {
        let ids = || scheme.providers.iter().map(|provider| provider.id.as_str());
        let near = base::similar_names::nearest(provider, ids()).map_or(String::new(), |near| format!("; is `{near}` meant?"));
        bail!(Error::failed(
            format!("the contract's list of providers does not have `{}`{near}", provider.escape_debug()),
            format!("--provider takes an id of that list: {}", some(&ids().map(str::to_owned).collect::<Vec<_>>()))
        ));
    };
    if let Some(area) = areas.iter().find(|area| known.holdings.iter().all(|held| held.area != **area)) {
        let area = &scheme.areas[*area];
        bail!(Error::failed(
            format!("the tally has {area}, which {provider} does not hold under the contract"),
            format!("correct the tally, or the areas of {provider} in {SCHEME_FILE}")
        ));
    }
    Ok(())
}

/// The first few names.
fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    let more = if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// Where two names that look the same begin to differ.
fn difference(one: &str, other: &str) -> String {
    if !base::similar_names::same(one, other) {
        return String::new();
    }
    let (mut ours, mut theirs) = (one.chars(), other.chars());
    let mut at = 0;
    // A letter on every keyboard is shown. Any other may look like one, so its number is shown too.
    let code = |c: Option<char>| match c {
        None => "nothing".to_owned(),
        Some(' ') => "a blank".to_owned(),
        Some(c) if c.is_ascii_graphic() => format!("`{c}`"),
        Some(c) if c.is_alphanumeric() && !hidden(c) => format!("`{c}` (U+{:04X})", u32::from(c)),
        Some(c) => format!("U+{:04X}", u32::from(c)),
    };
    loop {
        at += 1;
        let (our, their) = (ours.next(), theirs.next());
        if our != their || our.is_none() {
            let capital = |c: Option<char>| c.map(|c| c.to_lowercase().to_string());
            if our.is_some() && capital(our) == capital(their) && one.to_lowercase() == other.to_lowercase() {
                return format!(" (they differ only in capital letters: {} and {})", code(our), code(their));
            }
            return format!(" (character {at} is {} in one and {} in the other)", code(our), code(their));
        }
    }
}

/// The first row that names a provider: "starts.csv, row 3".
fn place(folders: &[PathBuf], seen: &[NamedProviders], name: &str) -> anyhow::Result<String> {
    let table = seen.iter().find(|seen| seen.names.iter().any(|seen| seen == name)).map_or("starts", |seen| seen.table);
    let names = |batch: &Batch, row: usize| {
        let served = table != "starts" || batch.text(batch.table.column("group"), row) != "comparison";
        served && batch.name(batch.table.column("provider"), row).is_some_and(|found| found.to_string() == name)
    };
    first_row(folders, table, &names)
}

fn row_of_start(folders: &[PathBuf], records: &Records, index: &IndexEvent) -> anyhow::Result<String> {
    let start = &index.start;
    let (person, provider) = (records.people.names.get(start.person), records.providers.get(start.provider));
    let here = |batch: &Batch, row: usize| {
        let column = |name| batch.table.column(name);
        batch.day(column("began"), row) == start.began
            && batch.name(column("provider"), row) == Some(provider)
            && (folders.len() > 1 || batch.name(column("person"), row) == Some(person))
    };
    first_row(folders, "starts", &here)
}

/// The first row of a table that meets a condition, with its file; the table's name where there is none.
fn first_row(folders: &[PathBuf], table: &str, here: &dyn Fn(&Batch, usize) -> bool) -> anyhow::Result<String> {
    for folder in folders {
        for file in files::find(folder)?.0.iter().filter(|file| file.table.name == table) {
            let mut found = None;
            file.read(&|_| true, &mut |batch, _| {
                if found.is_none() {
                    found = (0..batch.rows()).find(|row| here(&batch, *row)).map(|row| batch.places[row]);
                }
                Ok(())
            })?;
            if let Some(row) = found {
                let agency = folder.file_name().filter(|_| folders.len() > 1);
                let agency = agency.map_or(String::new(), |name| format!("{}/", name.to_string_lossy()));
                return Ok(format!("{agency}{}, row {row}", file.name()));
            }
        }
    }
    Ok(table.to_owned())
}
