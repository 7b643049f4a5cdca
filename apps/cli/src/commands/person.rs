//! `wellspent person ID RECORDS --purpose NAME --as-at DATE`: one person's timeline across agencies, each item with its owner.
//! Nothing is shown but what the purpose covers; what else is held is not even counted, since that some agency knows a person
//! can say more than any of its rows.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::day::{Day, NEVER, date, day};
use clap::Args;
use linkage::identity::{self, EventRef, What};
use linkage::joined::timeline::{Item, items};
use linkage::persons::Member;
use linkage::purpose::{Part, Purpose, Refusal};
use outcomes::Days;
use records::batch::Name;

use crate::args::{AccessArgs, DaysArgs};
use crate::print::{self, bold, dim};
use records::files::through::asked;
use report::words::listed;
use wellspent::access_log;
use wellspent::agencies::{self, Agencies};

#[derive(Args)]
pub struct Person {
    /// The person, as in the table of persons
    id: String,
    /// The folder with persons.csv, purposes.toml and a folder of records for each agency
    records: PathBuf,
    #[command(flatten)]
    access: AccessArgs,
    /// Only what this agency holds; may be given several times
    #[arg(long, value_name = "NAME")]
    agency: Vec<String>,
    #[command(flatten)]
    days: DaysArgs,
}

pub fn run(command: &Person) -> anyhow::Result<ExitCode> {
    let access = command.access.access()?;
    let mut agencies = agencies::open(&command.records, &access.purpose, command.days.days())?;
    command.agency.iter().try_for_each(|agency| agencies.purpose.agency(agency))?;
    let known_at = day(command.days.days().known_at());
    let Some(person) = living(&agencies, &command.id, known_at) else {
        bail!(Refusal {
            what: format!("no agency that the purpose `{}` covers holds anybody of this id", access.purpose),
            hint: "check the id; a purpose that covers more agencies may know the person".into(),
        });
    };
    let wanted = |member: &&Member| command.agency.is_empty() || command.agency.contains(&member.key.agency);
    let own: Vec<Member> = agencies.members.iter().filter(|member| member.person == person).filter(wanted).cloned().collect();
    access_log::note(&command.records, &access, "person", &[&person])?;
    let found = timeline(&mut agencies, &own, command.days.days())?;
    print::stdout(&text(command, &agencies, &person, &own, &found))?;
    print::notes(agencies.left_out().as_slice());
    Ok(ExitCode::SUCCESS)
}

/// The id under which the person is known on the day, if an agency that is covered holds a record.
fn living(agencies: &Agencies, id: &str, known_at: Day) -> Option<String> {
    let held = |person: &str| agencies.members.iter().any(|member| member.person == person);
    if held(id) {
        return Some(id.to_owned());
    }
    identity::lives_on(&agencies.history, id, known_at).filter(|person| held(person)).map(str::to_owned)
}

fn timeline(agencies: &mut Agencies, own: &[Member], days: Days) -> anyhow::Result<Vec<Item>> {
    let mut found = Vec::new();
    let names: BTreeSet<&str> = own.iter().map(|member| member.key.agency.as_str()).collect();
    for agency in names {
        let here = own.iter().filter(|member| member.key.agency == agency);
        let ids: BTreeSet<Name<'_>> = here.map(|member| Name::of(&member.key.id)).collect();
        agencies.each(agency, &|purpose, table| purpose.touches(table), &|_| asked(true), &mut |purpose, batch| {
            items(&mut found, agency, &batch, &ids, purpose, days.days());
            Ok(())
        })?;
    }
    found.sort();
    Ok(found)
}

fn text(command: &Person, agencies: &Agencies, person: &str, own: &[Member], found: &[Item]) -> String {
    let days = command.days.days();
    let mut out = format!("{}, as at {}, known at {}\n", bold(person), days.as_at, days.known_at());
    out += &format!("{}\n", dim(&print::wrap(&covers(&agencies.purpose), 100, "")));
    if person != command.id {
        let _ = writeln!(out, "{} is part of {person} by then", command.id);
    }
    // An id that only agencies outside the purpose ever held would show that one of them knows the person.
    let covered = |event: &EventRef<'_>| agencies.purpose.agency(event.key.agency).is_ok();
    let seen: BTreeSet<&str> = agencies.history.events().filter(covered).map(|event| event.person).collect();
    for event in agencies.history.events().filter(|event| event.day <= day(days.known_at())) {
        let ids = [event.person, event.other];
        let meant = ids.contains(&person) && ids.iter().all(|id| id.is_empty() || seen.contains(id));
        let what = match event.what {
            What::Created => format!("{} begins", event.person),
            What::Merged => format!("{} became part of {}", event.other, event.person),
            What::Split => format!("{} came out of {}", event.person, event.other),
            What::Joined | What::Left => continue,
        };
        if meant {
            let _ = writeln!(out, "{}  {what}", date(event.day));
        }
    }
    let names: BTreeSet<&str> = own.iter().map(|member| member.key.agency.as_str()).collect();
    let records = names.iter().map(|name| {
        let here = own.iter().filter(|member| member.key.agency == *name).count();
        format!("{name} {here}")
    });
    let quality = own.iter().map(|member| member.quality).fold(1.0, f64::min);
    let records: Vec<String> = records.collect();
    let _ = writeln!(out, "records: {}; that they are of one person has a quality of {quality:.2}\n", records.join(", "));
    if found.is_empty() {
        out += "nothing that the purpose shows is held of this person\n";
    }
    let width = |of: &dyn Fn(&Item) -> usize| found.iter().map(of).max().unwrap_or(0);
    let (agency, what) = (width(&|item| item.agency.chars().count()), width(&|item| item.what.chars().count()).min(60));
    for item in found {
        let when = when(item);
        let _ = writeln!(
            out,
            "{when:<24}  {:<agency$}  {:<8}  {:<what$}  {}",
            item.agency,
            item.table,
            item.what,
            dim(&format!("row {}", item.place))
        );
    }
    out
}

fn when(item: &Item) -> String {
    match (item.from, item.to) {
        (Day::MIN, _) => String::new(),
        (from, NEVER) => format!("{} →", date(from)),
        (from, to) if to <= from => date(from).to_string(),
        // The last day of it, which is how people say it; the tables have the first day no longer of it.
        (from, to) => format!("{} – {}", date(from), date(to - 1)),
    }
}

/// What is shown for the purpose, and that nothing else is.
fn covers(purpose: &Purpose) -> String {
    let items: Vec<String> = purpose
        .shows
        .iter()
        .map(|item| match &item.part {
            Part::Rows => item.table.name.to_owned(),
            Part::Kind(kind) => format!("{}: {kind}", item.table.name),
            Part::Column(column) => format!("{}.{column}", item.table.name),
        })
        .collect();
    let agencies: Vec<&str> = purpose.agencies.iter().map(String::as_str).collect();
    format!(
        "For {} ({}), by {}. Shown: {} of {}; whatever else is held, and by whom, is neither shown nor counted.",
        purpose.name,
        purpose.why,
        purpose.legal_basis,
        items.join(", "),
        listed(&agencies)
    )
}
