//! `wellspent pay SCHEME RECORDS --as-at DATE`: a statement of what dated records come to (or, with `--tally FILE`, a tally that
//! was counted elsewhere), and with `--store` a payment run prepared from it. Nothing is owed before somebody else approves
//! the run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::Opened;
use base::money::{Pence, thousands};
use base::visible::visible;
use clap::Args;
use contract::Scheme;
use contract::read::SCHEME_FILE;
use contract::tally::{Stage, Tally};
use contract::terms::Baseline;
use ledger::copied::QUALITY;
use ledger::entry::{Run, What};
use ledger::renamed::renamings;
use ledger::run::{person, transactions};
use ledger::statement::{self, lines};
use ledger::store::{Open, Store};
use ledger::vanished::{self, Gone, Scope, in_note, other_contract, take_up};
use ledger::{Detail, Hash, Ledger, Line, Refusal, Statement, prepare_with};
use outcomes::Days;
use outcomes::claims::found_false;
use outcomes::effect::effect;
use outcomes::payees::Payees;
use outcomes::{self, Group, Measured};
use records::batch::Batch;
use records::gate::quality::{Copies, Quality};

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::commands::check::scheme_or_errors;
use crate::commands::price::tallies_or_errors;
use crate::print;
use records::files;
use report;
use report::quality::{self, several};
use report::statement::place;
use wellspent::access_log;
use wellspent::folder::{self, SchemeFolder};
use wellspent::linked::{Joint, read_outcomes};
use wellspent::live::Live;
use wellspent::payees;

#[derive(Args)]
pub struct Pay {
    /// The scheme folder; its name is the name of the contract
    scheme: PathBuf,
    /// The folder with people, starts, events …, each as CSV, Excel or Parquet; with --purpose, a folder of several agencies
    #[arg(required_unless_present = "tally", conflicts_with = "tally")]
    records: Option<PathBuf>,
    #[command(flatten)]
    joining: JoiningArgs,
    /// Instead of records, a tally: a CSV or Excel file with the people and the counts by area, cohort and segment; - for
    /// standard input
    #[arg(long, value_name = "FILE", requires = "provider")]
    tally: Option<PathBuf>,
    /// Who is paid; with records, only this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    #[command(flatten)]
    days: DaysArgs,
    /// Write the statement as CSV
    #[arg(long)]
    csv: bool,
    /// Write the statement as a page into this file, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the statement as Parquet into this file, too
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Write the data-quality statement into this CSV file, too
    #[arg(long, value_name = "FILE", conflicts_with = "tally")]
    quality: Option<PathBuf>,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the statement as an Excel workbook into this file, too
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// Prepare a payment run in this ledger: a file, or a postgres:// URL; it is made when it is not there
    #[arg(long, value_name = "LEDGER", requires = "prepared_by")]
    store: Option<String>,
    /// This provider is in force in the ledger and no longer in the statement, since nothing is due to it any more: take back what
    /// was posted. More than one may be given
    #[arg(long, value_name = "PROVIDER", requires = "store")]
    take_back: Vec<String>,
    /// This provider is in force in the ledger under its old name, and has a new one in the statement. More than one may be given
    #[arg(long, value_name = "OLD=NEW", requires = "store", value_parser = renamed)]
    renamed: Vec<Gone>,
    /// Who prepares the run
    #[arg(long, value_name = "NAME")]
    prepared_by: Option<String>,
    /// What there is to say of the run
    #[arg(long, value_name = "TEXT", requires = "store", default_value = "")]
    note: String,
}

pub fn run(command: &Pay) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    // The name stands in for whoever accepts faults, too, so it is looked at before anything is read.
    if let Some(name) = &command.prepared_by {
        person(name, "the person who prepares the run (--prepared-by)")?;
    }
    let (statement, waiting, quality) = match (&command.records, &command.tally) {
        (Some(records), _) => {
            let only = command.provider.as_deref();
            let accepted = command.accept.accepted(command.prepared_by.as_deref())?;
            let (days, joining) = (command.days.days(), command.joining.joining()?);
            let read = read_outcomes(&scheme, records, joining.as_ref(), days, claims_asked(&scheme), accepted)?;
            if let Some(joining) = &joining {
                access_log::note(records, &joining.access, "pay", &[])?;
            }
            let live = read.live();
            print::notes(&live.notes);
            let found = from_records(&scheme, &folder, live, days, only, &command.take_back)?;
            let spread = read.joint().map(|joint| found.spread(&scheme, joint, days));
            let quality = found.quality(&scheme, live, days, only)?;
            (found.statement, found.waiting.into_iter().chain(spread).collect(), Some(quality))
        }
        (None, Some(tally)) => {
            let Some(tallies) = tallies_or_errors(&scheme, tally)? else { return Ok(ExitCode::from(1)) };
            let provider = command.provider.as_deref().unwrap_or_default();
            let provider = provider.split_whitespace().collect::<Vec<_>>().join(" ");
            let areas: Vec<usize> = tallies.iter().map(|tally| tally.area).collect();
            payees::of_tally(&scheme, &provider, &areas)?;
            let priced = |tally| lines(&scheme, &provider, &outcomes::payees::priced(&scheme, &provider, tally));
            let lines = tallies.iter().flat_map(priced).collect();
            (statement(&folder, command.days.days(), vec![provider], lines)?, Vec::new(), None)
        }
        (None, None) => unreachable!("the command line asks for one of the two"),
    };
    // First: a statement that the ledger refuses is not shown as if it were due.
    let mut said = None;
    let mut statement = statement;
    if let (Some(place), Some(name)) = (&command.store, &command.prepared_by) {
        let mut store = Store::open(place, Open::OrNew)?;
        let gone: Vec<Gone> = command.take_back.iter().cloned().map(Gone::TakenBack).chain(command.renamed.clone()).collect();
        let scope = match command.provider {
            Some(_) => Scope::Named { listed: !scheme.providers.is_empty() },
            None => Scope::Contract,
        };
        let (run, written, notes) = store.append(&now(), |ledger| {
            same_contract(ledger, &statement)?;
            take_up(ledger, &mut statement, scope, &gone)?;
            paid_once(ledger, &scheme, &statement)?;
            let of_records = quality.as_ref().map(|quality| Detail::new(QUALITY, &quality::recorded(quality)));
            let details = of_records.into_iter().chain(vanished::details(ledger, &statement.contract, &gone)).collect();
            let plan = prepare_with(ledger, statement.clone(), name, &noted(&command.note, &gone), details)?;
            Ok::<_, Refusal>(((plan.run, !plan.entries.is_empty(), plan.notes), plan.entries))
        })??;
        notes.iter().for_each(|note| print::stderr(&format!("note: {}", visible(note))));
        said = Some(prepared(store.ledger(), run, written, place));
    }
    print::stdout(&if command.csv { statement.csv() } else { text(&statement, &waiting) })?;
    if command.csv {
        waiting.iter().for_each(|line| print::stderr(&format!("note: {line}")));
    }
    if let Some(quality) = &quality {
        print::notes(&quality::notes(quality));
        if let Some(path) = &command.quality {
            std::fs::write(path, quality::csv(quality)).with_context(|| format!("could not write {}", path.display()))?;
        }
    }
    if let Some(path) = &command.html {
        let page = report::statement::page(&scheme, &statement, &waiting, quality.as_ref());
        std::fs::write(path, page).with_context(|| format!("could not write {}", path.display()))?;
    }
    if let Some(path) = &command.parquet {
        report::statement_parquet::write(&statement, quality.as_ref(), path)?;
    }
    if let Some(path) = &command.xlsx {
        files::xlsx::write(path, "statement", &statement.csv(), files::xlsx::of_statement)?;
    }
    if let Some(said) = said {
        // Whoever asked for CSV wants nothing else on standard output.
        if command.csv { print::stderr(said.trim_end()) } else { print::stdout(&said)? }
    }
    Ok(ExitCode::SUCCESS)
}

/// What records come to.
pub struct Found {
    pub statement: Statement,
    /// Whom it has to wait for, in words.
    pub waiting: Vec<String>,
    payees: Payees,
    groups: Vec<Group>,
}

impl Found {
    /// The data-quality statement with the most that what was set aside could change the sum.
    fn quality(&self, scheme: &Scheme, live: &Live, days: Days, only: Option<&str>) -> anyhow::Result<Quality> {
        let (as_at, known_at) = days.days();
        let claims = claims(scheme, live)?;
        let payable = |measured: &Measured| {
            let mut groups = outcomes::payable_at(scheme, measured, as_at, &self.payees.places);
            groups.retain(|group| only.is_none_or(|only| self.payees.ids[group.provider as usize] == only));
            if let Some(claims) = claims {
                found_false(scheme, &live.records, measured, claims, as_at.min(known_at), &mut groups);
            }
            groups
        };
        let price = |groups: &[Group]| {
            let lines = groups.iter().flat_map(|group| of_group(scheme, &self.payees, group));
            Pence(lines.fold(0, |sum: i64, line| sum.saturating_add(line.amount.0)))
        };
        let effect = effect(scheme, &live.measured, &live.set_aside, &payable, &price);
        let sum = |measured: &Measured| price(&payable(measured));
        let copies = live.quality.copies.map(|copies| {
            let sums = Some((sum(&live.measured), sum(&live.measured.once())));
            Copies { sums, ..copies }
        });
        Ok(Quality { effect, copies, ..live.quality.clone() })
    }

    /// What linkage leaves unsure in the sum, in words.
    fn spread(&self, scheme: &Scheme, joint: &Joint, days: Days) -> String {
        let mine: BTreeSet<u32> = self.groups.iter().map(|group| group.provider).collect();
        let total = |groups: &[Group]| -> i64 {
            let own = groups.iter().filter(|group| mine.contains(&group.provider));
            own.flat_map(|group| of_group(scheme, &self.payees, group)).map(|line| line.amount.0).sum()
        };
        let spread = joint.spread(scheme, days, &self.payees, &self.groups, &total);
        let count = |count: usize| thousands(count as i64);
        if spread.doubtful == 0 {
            return format!("Linkage: none of the {} records is in doubt, so it leaves the sum as it is.", count(spread.records));
        }
        format!(
            "Linkage: {} of the {} records may be somebody else's by their links. In 95% of {} other linkages drawn from the links \
             (seed {}) the sum is between {} and {}, and {} on average; as linked it is {}. Pairs that were never compared are in none.",
            count(spread.doubtful),
            count(spread.records),
            count(spread.draws),
            spread.seed,
            spread.low,
            spread.high,
            spread.mean,
            Pence(total(&self.groups))
        )
    }
}

/// The lines of one provider in one area.
fn of_group(scheme: &Scheme, payees: &Payees, group: &Group) -> Vec<Line> {
    let id = payees.ids[group.provider as usize].as_str();
    lines(scheme, id, &outcomes::payees::priced(scheme, id, &group.tally))
}

/// The tables that a contract asks for besides those of its rules: claims, where it audits any.
pub fn claims_asked(scheme: &Scheme) -> &'static [&'static str] {
    if (0..scheme.outcomes.len()).any(|at| scheme.checked(at).is_some()) { &["claims"] } else { &[] }
}

/// What records come to, and whom it has to wait for.
pub fn from_records(
    scheme: &Scheme,
    folder: &SchemeFolder,
    live: &Live,
    days: Days,
    only: Option<&str>,
    taken_back: &[String],
) -> anyhow::Result<Found> {
    let claims = claims(scheme, live)?;
    let as_at = days.days().0;
    let payees = payees::of_records(scheme, live, claims, as_at)?;
    let mut groups = outcomes::payable_at(scheme, &live.measured, as_at, &payees.places);
    let name = |group: &Group| payees.ids[group.provider as usize].as_str();
    if let Some(only) = only {
        groups.retain(|group| name(group) == only);
    }
    if let (true, Some(only)) = (groups.is_empty(), only.filter(|only| taken_back.iter().any(|gone| gone == only))) {
        let statement = statement(folder, days, vec![only.to_owned()], Vec::new())?;
        return Ok(Found { statement, waiting: Vec::new(), payees, groups });
    }
    if groups.is_empty() {
        let Some(only) = only else {
            bail!(
                "nobody started by {}, as known at {}\n\nhint: ask for a later day with --as-at and --known-at, or look at the dates \
                 in starts: `wellspent records check` says what is wrong with them",
                days.as_at,
                days.known_at()
            );
        };
        let near = base::spelling::nearest(only, payees.ids.iter().map(String::as_str));
        let near = near.map_or(String::new(), |near| format!("is `{}` meant? ", near.escape_debug()));
        bail!(
            "nobody started with the provider {}\n\nhint: {near}to take back what was posted for a provider that has nobody any \
             more, add --take-back \"{}\"",
            only.escape_debug(),
            only.escape_debug()
        );
    }
    complete(scheme, live, &groups)?;
    if let Some(claims) = &claims {
        audited(scheme, live, claims, days, &mut groups);
    }
    let mut providers: Vec<String> = groups.iter().map(|group| name(group).to_owned()).collect();
    providers.dedup();
    let priced = groups.iter().flat_map(|group| of_group(scheme, &payees, group)).collect();
    let statement = statement(folder, days, providers, priced)?;
    let waiting = waiting(scheme, &groups);
    Ok(Found { statement, waiting, payees, groups })
}

/// The table of claims, where a contract audits any.
fn claims<'a>(scheme: &Scheme, live: &'a Live) -> anyhow::Result<Option<&'a [Batch]>> {
    let Some(outcome) = (0..scheme.outcomes.len()).find(|at| scheme.checked(*at).is_some()) else { return Ok(None) };
    let Some(claims) = live.claims.as_deref() else {
        bail!(
            "the contract audits claims of {}, and there is no table of claims in {}\n\nhint: hand over claims with what the audit \
             found, in the columns `checked` and `found`; without any, a table with a header alone",
            scheme.outcomes[outcome].name,
            live.folder.display()
        );
    };
    Ok(Some(claims))
}

/// Counts the claims that an audit found false.
fn audited(scheme: &Scheme, live: &Live, claims: &[Batch], days: Days, groups: &mut [Group]) {
    let (as_at, known_at) = days.days();
    let unknown = found_false(scheme, &live.records, &live.measured, claims, as_at.min(known_at), groups);
    if unknown > 0 {
        print::stderr(&format!(
            "note: {} no start, provider or outcome of the records",
            several(unknown as u64, "claim found false fits", "claims found false fit")
        ));
    }
}

/// "OLD=NEW" from the command line.
fn renamed(text: &str) -> Result<Gone, String> {
    match text.split_once('=').map(|(old, new)| (old.trim(), new.trim())) {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok(Gone::Renamed { old: old.to_owned(), new: new.to_owned() }),
        _ => Err("write the name in the ledger, an equals sign, and the name in the statement: OLD=NEW".to_owned()),
    }
}

/// The note of a run, with what was said of providers that are gone.
fn noted(note: &str, gone: &[Gone]) -> String {
    let said = gone.iter().map(|gone| match gone {
        Gone::TakenBack(name) => format!("{name} is taken back"),
        Gone::Renamed { old, new } => in_note(old, new),
    });
    let note = Some(note.trim().to_owned()).filter(|note| !note.is_empty());
    note.into_iter().chain(said).collect::<Vec<_>>().join("; ")
}

/// Refuses a contract that the ledger has under the same name in another spelling: all of it would be paid again.
fn same_contract(ledger: &Ledger, statement: &Statement) -> Result<(), Refusal> {
    let Some(other) = other_contract(ledger, &statement.contract) else { return Ok(()) };
    Err(Refusal {
        what: format!("the ledger has this contract as `{other}`, and the scheme folder is called `{}`", statement.contract),
        hint: format!("a contract is named as its folder: call the folder `{other}` again"),
    })
}

/// Refuses to pay for an area as a whole what the ledger pays another provider for the same area, where the contract does not
/// say who holds it.
fn paid_once(ledger: &Ledger, scheme: &Scheme, statement: &Statement) -> Result<(), Refusal> {
    if !scheme.providers.is_empty() {
        return Ok(());
    }
    let contract = &statement.contract;
    let whole: Vec<&str> = scheme.for_whole_areas().iter().map(|clause| clause.name.as_str()).collect();
    let others = ledger.owed_by_lines(contract).into_keys().filter(|name| !statement.providers.iter().any(|one| one == name));
    for other in others {
        for (_, in_force) in ledger.in_force(contract, other) {
            let line = &in_force.line;
            let twice = |new: &&Line| new.amount != Pence(0) && (&new.clause, &new.area) == (&line.clause, &line.area);
            if let Some(new) = statement.lines.iter().find(twice).filter(|_| whole.contains(&line.clause.as_str())) {
                return Err(Refusal {
                    what: format!(
                        "`{}` pays for {} as a whole: the ledger has it in force for {other}, and this statement pays it to {} as well",
                        new.clause, new.area, new.provider
                    ),
                    hint: format!(
                        "say in {SCHEME_FILE} who holds the area: [providers.\"{other}\"] with areas, starts and ends; or, if {other} is \
                         {} now, add --renamed \"{other}={}\"",
                        new.provider, new.provider
                    ),
                });
            }
        }
    }
    Ok(())
}

/// Refuses what a contract needs and the records do not give, with what to do.
fn complete(scheme: &Scheme, live: &Live, groups: &[Group]) -> anyhow::Result<()> {
    if let Some(outcome) = outcomes::unobserved_before(scheme, &live.records) {
        bail!(
            "{} is compared with the same people before they started, and the records do not say from which day they are \
             complete\n\nhint: give that day in the table coverage, in the column `since`; without it nobody can tell a quiet \
             year from one that was never handed over",
            scheme.outcomes[outcome].name
        );
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let name = &outcome.name;
        if !matches!(outcome.baseline, Baseline::Comparison { .. }) {
            continue;
        }
        for tally in groups.iter().map(|group| &group.tally) {
            for cell in 0..tally.people.len() {
                let (cohort, segment) = (cell / tally.segments, cell % tally.segments);
                let alone = tally.people[cell] > 0 && tally.comparison[at].people[cell] == 0;
                if alone && tally.stage(cohort) == Stage::Complete {
                    bail!(
                        "{name} needs a comparison group, and the records have nobody to compare with in {}, {}, {}\n\nhint: \
                         add them to people and starts, with `comparison` in the column `group`",
                        scheme.areas[tally.area],
                        scheme.cohorts[cohort].name,
                        scheme.segments[segment]
                    );
                }
            }
        }
    }
    Ok(())
}

/// For each cohort in which somebody is not yet known, how many, and what that holds back.
fn waiting(scheme: &Scheme, groups: &[Group]) -> Vec<String> {
    let mut out = Vec::new();
    for (at, cohort) in scheme.cohorts.iter().enumerate() {
        let cells = at * scheme.segments.len()..(at + 1) * scheme.segments.len();
        let sum = |of: &dyn Fn(&Tally, usize) -> i64| -> i64 {
            groups.iter().map(|group| cells.clone().map(|cell| of(&group.tally, cell)).sum::<i64>()).sum()
        };
        let (started, waiting) = (sum(&Tally::started), sum(&|tally, cell| tally.waiting[cell]));
        if waiting > 0 {
            let ended = groups.iter().any(|group| group.tally.stage(at) != Stage::Running);
            let held = if ended { "" } else { "; the cohort has not ended, and its service fee is due for whole months" };
            let (people, are) = (several(started.unsigned_abs(), "person", "people"), if waiting == 1 { "is" } else { "are" });
            out.push(format!("{}: of {people} {} {are} not yet known{held}", cohort.name, thousands(waiting)));
        }
    }
    if !out.is_empty() {
        out.push("What is compared with a gate or a baseline is settled when everyone in its cohorts is known.".into());
    }
    out
}

fn statement(folder: &SchemeFolder, days: Days, providers: Vec<String>, lines: Vec<Line>) -> anyhow::Result<Statement> {
    let (contract, version) = (contract(&folder.path)?, version(&folder.opened));
    Ok(Statement { contract, version, as_at: days.as_at, known_at: days.known_at(), lines, providers })
}

/// The time, for the record only: it decides nothing.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The contract is named as its folder.
fn contract(folder: &Path) -> anyhow::Result<String> {
    let folder = folder.canonicalize().with_context(|| format!("could not find the folder {}", folder.display()))?;
    let name = folder.file_name().context("a scheme must stand in a folder with a name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// The version of the rules: the hash of `scheme.toml` and the tables it names. What is believed of the assumptions is no part of
/// the contract.
fn version(opened: &Opened) -> Hash {
    let terms = opened.sources.get(SCHEME_FILE).map_or("", |source| source.text.as_str());
    let of_contract = |name: &str| name == SCHEME_FILE || (name.ends_with(".csv") && terms.contains(name));
    let files = opened.sources.iter().map(|(name, source)| (name.as_str(), source.text.as_str()));
    statement::version(files.filter(|(name, _)| of_contract(name)))
}

fn text(statement: &Statement, waiting: &[String]) -> String {
    let mut out = heading(statement) + "\n";
    let several = statement.providers.len() > 1;
    for (number, line) in (1..).zip(&statement.lines) {
        let provider = if several { format!("{}: ", line.provider) } else { String::new() };
        out += &format!("{number:>4}  {:<74} {:>16}\n", provider + &place(line), line.amount);
        out +=
            &print::dim(&format!("      {}\n", print::wrap(&format!("{}: {}", line.sum_in_words(), line.reason), 88, "      ")));
    }
    for line in waiting {
        out += &format!("      {line}\n");
    }
    for provider in &statement.providers {
        let all = print::bold(&format!("{:<78}", format!("{provider} in all")));
        out += &format!("  {all} {:>16}\n", statement.total(provider));
    }
    out
}

/// Of which contract a statement is, for which days and under which rules.
pub fn heading(statement: &Statement) -> String {
    let Statement { contract, as_at, known_at, version, .. } = statement;
    format!("{}, as at {as_at}, known at {known_at}, rules {}", print::bold(contract), version.short())
}

/// What a run that is not posted yet changes for each provider; one with a new name is one provider. Says where more was paid than
/// would be due.
pub fn changes(ledger: &Ledger, run: &Run) -> String {
    let (statement, renamed) = (&run.statement, renamings(run));
    let contract = &statement.contract;
    let mut out = String::new();
    for provider in statement.providers.iter().filter(|name| renamed.iter().all(|renaming| renaming.old != **name)) {
        let old = renamed.iter().find(|renaming| renaming.new == *provider).map(|renaming| renaming.old.as_str());
        let both = |of: &dyn Fn(&str) -> Pence| Pence(of(provider).0.saturating_add(old.map_or(0, |old| of(old).0)));
        let (before, paid) = (both(&|name| ledger.accrued(contract, name)), both(&|name| ledger.paid(contract, name)));
        let total = statement.total(provider);
        let difference = Pence(total.0.saturating_sub(before.0));
        let name = match old {
            Some(old) => format!("{provider}, which was {old}"),
            None => provider.clone(),
        };
        out += &format!("  {}: {before} before, {total} after, a difference of {difference}\n", visible(&name));
        let due = total.0.saturating_sub(paid.0);
        let provider = visible(provider);
        if paid.0 > 0 && due < 0 {
            out += &format!("      {paid} was paid, so {provider} would owe {}\n", Pence(due.saturating_neg()));
        } else if paid.0 != 0 && old.is_some() {
            out += &format!("      {paid} was paid under the old name, so {provider} would be owed {}\n", Pence(due));
        }
    }
    out
}

fn prepared(ledger: &Ledger, run: Hash, written: bool, place: &str) -> String {
    let place = ledger::store::without_password(place);
    let Some(posted) = ledger.run(run) else { return String::new() };
    let id = run.short();
    if let Some(name) = &posted.approved_by {
        return format!("run {id} holds this statement; {name} approved it and it is posted\n");
    }
    let by = &posted.run.prepared_by;
    let statement = &posted.run.statement;
    let mut out = format!("run {id} {} by {by}\n", if written { "prepared" } else { "was prepared before" });
    let (mut new, mut reversals) = (0, 0);
    for transaction in transactions(ledger, run, &posted.run) {
        match transaction.what {
            What::Posts { .. } => new += 1,
            What::Reverses(_) => reversals += 1,
            What::Settles | What::Reclassifies => {}
        }
    }
    out += &format!("  it would post {new} and take back {reversals}\n");
    out += &changes(ledger, &posted.run);
    let others = ledger
        .owed_by_lines(&statement.contract)
        .into_iter()
        .filter(|(name, _)| !statement.providers.iter().any(|one| one == name));
    for (name, amount) in others {
        out += &format!("  {name} is not in this run, and stays as it is: {amount}\n");
    }
    out + &format!(
        "next: somebody else looks at it (wellspent ledger show {place} {id})\n      and says: wellspent approve {id} --store {place} --by NAME\n"
    )
}
