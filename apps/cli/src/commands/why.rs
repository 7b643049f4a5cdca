//! `wellspent why SCHEME RECORDS --as-at DATE LINE`: the people and events behind a line of the statement; with `--person ID`
//! everything that was decided for one person. Names of people are shown here alone, because they are asked for.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::day::{Day, NEVER, date};
use base::money::thousands;
use clap::Args;
use contract::Scheme;
use ledger::{Line, Statement};
use outcomes::why::{Why as Reasons, why, why_before};
use outcomes::{Index, State};
use records::batch::Name;
use records::facts::Fact;

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::commands::check::scheme_or_errors;
use crate::commands::pay::{claims_asked, from_records};
use crate::print;
use outcomes::Days;
use report::quality;
use report::statement::place;
use wellspent::access_log;
use wellspent::folder;
use wellspent::linked::{Joint, Sources, read_outcomes};
use wellspent::live::Live;

#[derive(Args)]
pub struct Why {
    /// The scheme folder
    scheme: PathBuf,
    /// The folder with people, starts, events …; with --purpose, a folder of several agencies
    records: PathBuf,
    /// The line: its number in `wellspent pay` of the same days, or the beginning of its id
    #[arg(required_unless_present = "person", conflicts_with = "person")]
    line: Option<String>,
    /// All that was decided for one person
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    #[command(flatten)]
    joining: JoiningArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
}

pub fn run(command: &Why) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    let (days, accepted) = (command.days.days(), command.accept.accepted(None)?);
    let joining = command.joining.joining()?;
    let read = read_outcomes(&scheme, &command.records, joining.as_ref(), days, claims_asked(&scheme), accepted)?;
    let live = read.live();
    print::notes(&live.notes);
    let asked = Asked { scheme: &scheme, live, days, joint: read.joint() };
    let (out, people) = match &command.person {
        Some(person) => asked.person(person)?,
        None => {
            let found = from_records(&scheme, &folder, live, days, None, &[])?;
            asked.line(&found.statement, command.line.as_deref().unwrap_or_default())?
        }
    };
    if let (Some(joining), Some(joint)) = (&joining, read.joint()) {
        let persons: BTreeSet<&str> = people.iter().map(|person| joint.person(*person)).collect();
        let persons: Vec<&str> = persons.into_iter().collect();
        access_log::note(&command.records, &joining.access, "why", &persons)?;
    }
    print::stdout(&out)?;
    print::notes(&quality::notes(&live.quality));
    Ok(ExitCode::SUCCESS)
}

struct Asked<'a> {
    scheme: &'a Scheme,
    live: &'a Live,
    days: Days,
    /// Several agencies' records: then people have the ids of the table of persons, and rows their agency.
    joint: Option<&'a Joint>,
}

impl Asked<'_> {
    /// Everyone whom a line counts, with the day that decided and the facts behind it.
    fn line(&self, statement: &Statement, wanted: &str) -> anyhow::Result<(String, Vec<u32>)> {
        let line = find(statement, wanted)?;
        let scheme = self.scheme;
        let cohort = |name: &str| scheme.cohorts.iter().position(|cohort| cohort.name == name).unwrap_or_default();
        let cohorts = cohort(&line.from_cohort)..=cohort(&line.to_cohort);
        let outcome = scheme.outcome(&line.outcome);
        let measured = &self.live.measured;
        let mut out = format!("{}\n{}: {}\n", print::bold(&place(line)), line.sum_in_words(), line.reason);
        let here = |index: &Index| {
            !index.start.comparison
                && self.live.records.providers.get(index.start.provider).to_string() == line.provider
                && scheme.areas[index.area as usize] == line.area
                && cohorts.contains(&(index.cohort as usize))
                && (line.segment.is_empty() || scheme.segments[index.segment as usize] == line.segment)
        };
        let people: Vec<usize> = (0..measured.index.len()).filter(|at| here(&measured.index[*at])).collect();
        let counts = |at: &usize| outcome.is_none_or(|outcome| measured.of(*at)[outcome].value != 0);
        let counted: Vec<usize> = people.iter().copied().filter(counts).collect();
        let (as_at, known_at) = self.days.days();
        let reasons = outcome.map(|_| why(scheme, &self.live.records, measured, &counted, as_at, known_at));
        let persons: Vec<u32> = counted.iter().map(|at| measured.index[*at].start.person).collect();
        let sources = self.joint.map(|joint| joint.sources(&persons));
        let mut list = String::new();
        for (place, at) in counted.iter().enumerate() {
            let start = measured.index[*at].start;
            let from = sources.as_ref().map_or(String::new(), |sources| sources.of(start.person, "start", start.began));
            list += &format!("{:<20} started {}{from}", self.name(start.person), date(start.began));
            if let (Some(outcome), Some(reasons)) = (outcome, &reasons) {
                let reasons = &reasons[place][outcome];
                list +=
                    &format!("  {}  {}", value(reasons), self.facts(&reasons.facts, start.person, sources.as_ref()).join("; "));
            }
            list += "\n";
        }
        let (people, counted) = (people.len() as i64, counted.len() as i64);
        out += &match outcome {
            Some(outcome) => format!(
                "{} of its {} people have a count of {}:\n",
                thousands(counted),
                thousands(people),
                scheme.outcomes[outcome].name
            ),
            None => format!("its {} people:\n", thousands(people)),
        };
        Ok((out + &list, persons))
    }

    /// How somebody is named.
    fn name(&self, person: u32) -> String {
        match self.joint {
            Some(joint) => joint.person(person).to_owned(),
            None => self.live.records.people.names.get(person).to_string(),
        }
    }

    /// All that was decided for one person.
    fn person(&self, wanted: &str) -> anyhow::Result<(String, Vec<u32>)> {
        let records = &self.live.records;
        let person = match self.joint {
            Some(joint) => {
                joint.find(wanted).context("nobody of this id is in the table of persons, of those whom the purpose covers")?
            }
            None => records.people.names.find(Name::of(wanted)).context("nobody of this name is in the table of people")?,
        };
        let sources = self.joint.map(|joint| joint.sources(&[person]));
        let sources = sources.as_ref();
        let (as_at, known_at) = self.days.days();
        let mut out = format!("{}, as at {}, known at {}\n", print::bold(wanted), date(as_at), date(known_at));
        for (what, day) in [("died", records.people.ends(person).died), ("removed", records.people.ends(person).removed)] {
            if day != NEVER {
                out += &format!("  {what} {}\n", date(day));
            }
        }
        let measured = &self.live.measured;
        for start in records.starts.iter().filter(|start| start.person == person) {
            let from = sources.map_or(String::new(), |sources| sources.of(person, "start", start.began));
            out += &format!("start on {} with {}{from}", date(start.began), records.providers.get(start.provider));
            let Some(at) = measured.index.iter().position(|index| index.start == *start) else {
                let why = match start.known > known_at {
                    true => format!("it became known on {}", date(start.known)),
                    false => "it lies outside the scheme, or an earlier start of the same cohort counts".to_owned(),
                };
                out += &format!(": not counted; {why}\n");
                continue;
            };
            let index = measured.index[at];
            let scheme = self.scheme;
            out += &format!(
                ": counts {}in {}, {}, {}\n",
                if start.comparison { "in the comparison group " } else { "" },
                scheme.areas[index.area as usize],
                scheme.cohorts[index.cohort as usize].name,
                scheme.segments[index.segment as usize]
            );
            let outcomes = scheme.outcomes.iter().map(|outcome| outcome.name.clone());
            let before = measured.held_before.iter().map(|at| format!("{} before the start", scheme.outcomes[*at].name));
            let reasons = why(scheme, records, measured, &[at], as_at, known_at).concat();
            let reasons_before = why_before(scheme, records, measured, &[at], as_at, known_at).concat();
            for (name, reasons) in outcomes.zip(reasons).chain(before.zip(reasons_before)) {
                out += &format!("  {}: {}\n", print::bold(&name), value(&reasons));
                out += &format!(
                    "    window {} to before {}, to be observed to before {}; observed to before {}\n",
                    date(reasons.from),
                    date(reasons.to),
                    date(reasons.needed),
                    date(reasons.observed)
                );
                for fact in self.facts(&reasons.facts, person, sources) {
                    out += &format!("    counts: {fact}\n");
                }
            }
        }
        let all: Vec<(Fact, Day)> = records.facts.of(person, known_at).into_iter().map(|fact| (fact, NEVER)).collect();
        out += "all facts of the kinds that the contract asks for:\n";
        for fact in self.facts(&all, person, sources) {
            out += &format!("    {fact}\n");
        }
        Ok((out, vec![person]))
    }

    /// "offence on 2027-05-04, proven 2027-06-01".
    fn facts(&self, facts: &[(Fact, Day)], person: u32, sources: Option<&Sources>) -> Vec<String> {
        let need = &self.live.records.need;
        let from = |kind: &str, fact: &Fact| sources.map_or(String::new(), |sources| sources.of(person, kind, fact.from));
        let words = |(fact, proof): &(Fact, Day)| {
            let kind = fact.kind as usize;
            match need.events.get(kind) {
                Some(kind) if *proof == NEVER => format!("{kind} on {}{}", date(fact.from), from(kind, fact)),
                Some(kind) => format!("{kind} on {}{}, proven {}", date(fact.from), from(kind, fact), date(*proof)),
                None => {
                    let to = if fact.to == NEVER { "goes on".to_owned() } else { format!("to before {}", date(fact.to)) };
                    let kind = &need.spells[kind - need.events.len()];
                    format!("{kind} from {} {to}{}", date(fact.from), from(kind, fact))
                }
            }
        };
        facts.iter().map(words).collect()
    }
}

fn value(reasons: &Reasons) -> String {
    let finding = reasons.finding;
    match finding.state {
        State::NotYetKnown => "not yet known".to_owned(),
        State::LeftOut => "left out".to_owned(),
        State::Known if finding.day == NEVER => finding.value.to_string(),
        State::Known => format!("{}, on {}", finding.value, date(finding.day)),
    }
}

/// The line of a number, or of an id that begins so.
fn find<'a>(statement: &'a Statement, wanted: &str) -> anyhow::Result<&'a Line> {
    if let Some(line) = wanted.parse::<usize>().ok().and_then(|number| statement.lines.get(number.checked_sub(1)?)) {
        return Ok(line);
    }
    let found: Vec<&Line> =
        statement.lines.iter().filter(|line| wanted.len() >= 6 && statement.id(line).to_string().starts_with(wanted)).collect();
    match found[..] {
        [line] => Ok(line),
        _ => bail!(
            "the statement has {} lines, and none is {wanted}\n\nhint: list them with: wellspent pay, for the same days",
            statement.lines.len()
        ),
    }
}
