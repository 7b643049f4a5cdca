//! Reads referrals, earlier allocations and results through the data-quality gate, and finds what their rows name in the scheme and the
//! market.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base::day::NEVER;
use base::english::counted;
use base::money::Quantity;
use contract::Scheme;
use contract::market::allocate::PlacementReason;
use contract::market::rules::Market;
use contract::market::standing::AdjustedResult;
use contract::terms::RecordsPolicy;
use records::batch::Batch;
use records::fault::Fault;
use records::files::TableFile;
use records::files::gated::{basic_rules, read_table, sha256};
use records::gate::findings::Findings;
use records::gate::quality::{self, AcceptedFaults, FileRead, QualityReport};
use records::gate::{KnownNames, QualityGate, TableRules};
use records::referrals::{ALLOCATIONS, REFERRALS, RESULTS};
use records::schema::RecordTable;
use sha2::{Digest as _, Sha256};

use super::queue::{EarlierPerson, PlacedPerson, ReferredPerson};
use super::request::ReferRequest;
use crate::gate::judge;

/// What was read.
pub(super) struct ReadTables {
    /// People who are not in the earlier allocations.
    pub(super) referrals: Vec<ReferredPerson>,
    pub(super) earlier: Vec<EarlierPerson>,
    /// In the order of the providers.
    pub(super) results: Vec<Option<AdjustedResult>>,
    pub(super) quality: QualityReport,
    pub(super) notes: Vec<String>,
}

/// Reads the tables that the request names.
///
/// # Errors
/// They do not allow a result. Rows of referrals may be left out where somebody accepts it; a row of earlier allocations or of results
/// never, because somebody would be placed twice, or by another result.
pub(super) fn read(request: &ReferRequest, scheme: &Scheme, market: &Market) -> anyhow::Result<ReadTables> {
    let names = NamesOfRows { scheme, market, providers: positions(market), seed: request.seed };
    let mut quality = QualityReport::default();
    let mut table = |path: &Path, table: &'static RecordTable, policy: &RecordsPolicy, accepted, of_rows: RowCheck<'_>| {
        let (batches, found) = read_one(path, table, policy, accepted, of_rows)?;
        quality.files.extend(found.files);
        quality.findings.extend(found.findings);
        quality.accepted = quality.accepted.take().or(found.accepted);
        anyhow::Ok(batches)
    };
    let none = RecordsPolicy::default();
    let earlier = match &request.earlier {
        Some(path) => table(path, &ALLOCATIONS, &none, None, &|batch, row| names.earlier(batch, row).err())?,
        None => Vec::new(),
    };
    let results = match &request.results {
        Some(path) => table(path, &RESULTS, &none, None, &|batch, row| names.result(batch, row).err())?,
        None => Vec::new(),
    };
    let check: RowCheck<'_> = &|batch, row| names.referral(batch, row).err();
    let referrals = table(&request.referrals, &REFERRALS, &scheme.records, request.accepted.clone(), check)?;

    let all = |batches: &[Batch]| -> Vec<(usize, usize)> {
        batches.iter().enumerate().flat_map(|(at, batch)| (0..batch.rows()).map(move |row| (at, row))).collect()
    };
    let earlier: Vec<EarlierPerson> =
        all(&earlier).into_iter().filter_map(|(at, row)| names.earlier(&earlier[at], row).ok()).collect();
    let mut of_providers = vec![None; market.providers.len()];
    for (at, row) in all(&results) {
        if let Ok((provider, result)) = names.result(&results[at], row) {
            of_providers[provider] = Some(result);
        }
    }
    let known: BTreeMap<&str, &ReferredPerson> =
        earlier.iter().map(|earlier| (earlier.person.id.as_str(), &earlier.person)).collect();
    let (mut again, mut changed) = (0, 0);
    let mut new = Vec::new();
    for (at, row) in all(&referrals) {
        let Ok(person) = names.referral(&referrals[at], row) else { continue };
        let Some(known) = known.get(person.id.as_str()) else {
            new.push(person);
            continue;
        };
        again += 1;
        let same = (known.day, known.area, known.segment, &known.choices);
        changed += usize::from(same != (person.day, person.area, person.segment, &person.choices));
    }
    let mut notes = Vec::new();
    if again > 0 {
        let are = counted(again, "referral is", "referrals are");
        notes.push(format!("{are} in the earlier allocations already, and what was decided there stands."));
    }
    if changed > 0 {
        let have = counted(changed, "of them has", "of them have");
        notes.push(format!(
            "{have} another day, area, segment or choice now than then. The row of the earlier allocations counts."
        ));
    }
    Ok(ReadTables { referrals: new, earlier, results: of_providers, quality, notes })
}

/// What is wrong with a row that has the right form.
type RowCheck<'a> = &'a dyn Fn(&Batch, usize) -> Option<Box<Fault>>;

/// Reads one table through the gate and checks each row, and says whether the run may go on.
fn read_one(
    path: &Path,
    table: &'static RecordTable,
    policy: &RecordsPolicy,
    accepted: Option<AcceptedFaults>,
    check: RowCheck<'_>,
) -> anyhow::Result<(Vec<Batch>, QualityReport)> {
    let file = TableFile::named(table, path.to_owned());
    let known = KnownNames::default();
    // Two people may well be referred on one day from one area.
    let rules = TableRules { copies_later: true, ..basic_rules(true) };
    let mut batches = Vec::new();
    let found = read_table(&[&file], &QualityGate::new(table, &known, &rules), &|_| true, &mut |batch, _| {
        batches.push(batch);
        Ok(())
    })?;
    let rows = found.files.first().copied().unwrap_or_default();
    let mut findings: Findings = found.findings;
    let mut wrong = 0;
    for batch in &mut batches {
        let faults: Vec<Option<Box<Fault>>> = (0..batch.rows()).map(|row| check(batch, row)).collect();
        let good: Vec<bool> = faults.iter().map(Option::is_none).collect();
        for fault in faults.into_iter().flatten() {
            wrong += 1;
            findings.add(&file.name(), *fault, true, None);
        }
        batch.keep(&good);
    }
    let read = FileRead {
        name: file.name(),
        sha256: sha256(&file)?,
        rows: rows.read,
        used: rows.used - wrong,
        set_aside: rows.set_aside + wrong,
        repeats: rows.repeats,
    };
    let mut quality = QualityReport { files: vec![read], findings: quality::findings(&findings), ..QualityReport::default() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    judge(folder, &findings, &mut quality, policy, accepted)?;
    Ok((batches, quality))
}

/// The providers of a market by their ids.
fn positions(market: &Market) -> BTreeMap<&str, usize> {
    market.providers.iter().enumerate().map(|(at, provider)| (provider.id.as_str(), at)).collect()
}

/// The key of a referral: the first 64 bits of the SHA-256 of "SEED\nID".
fn key(seed: u64, id: &str) -> u64 {
    let hash = Sha256::digest(format!("{seed}\n{id}"));
    hash.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// What rows may name.
struct NamesOfRows<'a> {
    scheme: &'a Scheme,
    market: &'a Market,
    providers: BTreeMap<&'a str, usize>,
    seed: u64,
}

impl NamesOfRows<'_> {
    /// The position of a name among those of the scheme. An empty cell is enough where there is only one.
    fn place(&self, batch: &Batch, row: usize, column: &'static str, known: &[String]) -> Result<usize, Box<Fault>> {
        let at = batch.table.column(column);
        let text = batch.text_or_borrowed(at, row);
        if text.is_empty() && known.len() == 1 {
            return Ok(0);
        }
        known.iter().position(|name| *name == text).ok_or_else(|| {
            let what = match (column, text.is_empty()) {
                ("area", true) => "the area is missing, and the scheme has several",
                ("area", false) => "the scheme has no such area",
                (_, true) => "the segment is missing, and the scheme has several",
                (_, false) => "the scheme has no such segment",
            };
            let fault =
                Fault::value(batch.places[row], &batch.table.columns[at], &text, what, "write it exactly as in scheme.toml");
            Box::new(Fault { expected: some_of(known), ..fault }.without_value())
        })
    }

    /// The provider of a cell; `None` for an empty one.
    fn provider(&self, batch: &Batch, row: usize, column: &str) -> Result<Option<usize>, Box<Fault>> {
        let at = batch.table.column(column);
        let text = batch.text_or_borrowed(at, row);
        if text.is_empty() {
            return Ok(None);
        }
        self.providers.get(text.as_ref()).copied().map(Some).ok_or_else(|| self.no_provider(batch, row, column))
    }

    fn no_provider(&self, batch: &Batch, row: usize, column: &str) -> Box<Fault> {
        let at = batch.table.column(column);
        let fix =
            "write its id exactly, or add it to the providers of the market. One that has left stays there, with its last day";
        let what = "the market has no such provider";
        let fault = Fault::value(batch.places[row], &batch.table.columns[at], "", what, fix);
        let ids: Vec<String> = self.market.providers.iter().map(|provider| provider.id.clone()).collect();
        Box::new(Fault { expected: some_of(&ids), ..fault }.without_value())
    }

    /// One row of the table of referrals, or of the columns that the table of allocations shares with it.
    fn referral(&self, batch: &Batch, row: usize) -> Result<ReferredPerson, Box<Fault>> {
        let table = batch.table;
        let (area, segment) =
            (self.place(batch, row, "area", &self.scheme.areas)?, self.place(batch, row, "segment", &self.scheme.segments)?);
        let mut choices = Vec::new();
        let mut seen = BTreeSet::new();
        for choice in batch.text_or_borrowed(table.column("choices"), row).split(';').map(str::trim).filter(|id| !id.is_empty()) {
            let Some(&provider) = self.providers.get(choice) else { return Err(self.no_provider(batch, row, "choices")) };
            // A provider that is named twice is meant once.
            if seen.insert(provider) {
                choices.push(provider);
            }
        }
        let id = batch.text(table.column("referral"), row);
        let (day, key) = (batch.day(table.column("day"), row), key(self.seed, &id));
        Ok(ReferredPerson { id, day, area, segment, choices, key, was_placed: false })
    }

    /// One row of earlier allocations.
    fn earlier(&self, batch: &Batch, row: usize) -> Result<EarlierPerson, Box<Fault>> {
        let table = batch.table;
        let person = self.referral(batch, row).map_err(|fault| Box::new(fault.refused()))?;
        let wrong = |column: &str, what: &'static str, expected: &str, fix: &str| {
            let at = table.column(column);
            let fault = Fault::value(batch.places[row], &table.columns[at], "", what, fix);
            Box::new(Fault { expected: expected.to_owned(), ..fault }.without_value().refused())
        };
        let (provider, on) = (
            self.provider(batch, row, "provider").map_err(|fault| Box::new(fault.refused()))?,
            batch.day(table.column("placed"), row),
        );
        let Some(provider) = provider else {
            if on != NEVER {
                let expected = "a provider, or no day where the person waits";
                return Err(wrong("provider", "the person was placed on a day, and with nobody", expected, AS_WRITTEN));
            }
            return Ok(EarlierPerson { person, placed: None });
        };
        if on == NEVER {
            return Err(wrong(
                "placed",
                "the person has a provider, and no day",
                "the day on which the person was placed",
                AS_WRITTEN,
            ));
        }
        let name = batch.text_or_borrowed(table.column("lot"), row);
        let lot = self.market.lots.iter().position(|lot| lot.name == name);
        let licence = lot.and_then(|lot| self.market.lots[lot].licences.iter().position(|licence| licence.provider == provider));
        let (Some(lot), Some(licence)) = (lot, licence) else {
            let fix = "keep the row of the provider in the market, with its last day in `licensed_to`";
            return Err(wrong(
                "lot",
                "the provider does not hold this lot in the market",
                "a lot that the provider holds, or held",
                fix,
            ));
        };
        let reason = PlacementReason::of_words(&batch.text_or_borrowed(table.column("reason"), row));
        let Some(reason) = reason else {
            let expected = "a reason as the program writes it, such as \"next on the rota\" or \"choice 1\"";
            return Err(wrong("reason", "this is no reason that the program gives for a provider", expected, AS_WRITTEN));
        };
        let instead_of = self.provider(batch, row, "instead_of").map_err(|fault| Box::new(fault.refused()))?;
        let count = |column: &str| batch.text_or_borrowed(table.column(column), row).parse::<u32>().ok();
        let counts = count("in_period").zip(count("of"));
        let placed = PlacedPerson { lot, licence, provider, on, reason, instead_of, counts };
        Ok(EarlierPerson { person: ReferredPerson { was_placed: true, ..person }, placed: Some(placed) })
    }

    /// One row of results: the provider, and its result.
    fn result(&self, batch: &Batch, row: usize) -> Result<(usize, AdjustedResult), Box<Fault>> {
        let table = batch.table;
        let provider = self.provider(batch, row, "provider")?.ok_or_else(|| self.no_provider(batch, row, "provider"))?;
        let hundredths = |column: &str| batch.amount(table.column(column), row).unwrap_or_default();
        let (people, result, expected) = (hundredths("people"), hundredths("result"), hundredths("expected"));
        let wrong = |column: &str, what: &'static str, expected: &str| {
            let at = table.column(column);
            let value = batch.text(at, row);
            let fix = "correct the number; docs/market-file.md says what the columns hold";
            let fault = Fault::value(batch.places[row], &table.columns[at], &value, what, fix);
            Err(Box::new(Fault { expected: expected.to_owned(), ..fault }))
        };
        if people < 0 || people % 100 != 0 {
            return wrong("people", "this is no number of people", "a whole number, zero or more");
        }
        if result < 0 || result > people {
            return wrong("result", "more or fewer people than there are", "from 0 to the number of people");
        }
        if expected <= 0 || expected > people {
            return wrong("expected", "this cannot be expected of these people", "above 0, and at most the number of people");
        }
        // Hundredths to billionths; amounts of the records are far below the largest number.
        let quantity = |hundredths: i64| Quantity(hundredths.saturating_mul(10_000_000));
        Ok((provider, AdjustedResult { people: people / 100, result: quantity(result), expected: quantity(expected) }))
    }
}

/// What to do about a row of earlier allocations.
const AS_WRITTEN: &str = "give the file as an earlier run wrote it";

/// Some of the names that could be meant.
fn some_of(names: &[String]) -> String {
    const MOST: usize = 8;
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("one of {}{more}", names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", "))
}
