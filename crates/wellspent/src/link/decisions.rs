//! What a configuration decides besides the model: when persons of an earlier run stay together (`fracture`, `earlier`), what is
//! never one person (`[twins]`), and what people have decided about single pairs (`overrides`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::day::{self, Day};
use base::english::plural;
use base::literal::Plain;
use base::reader::Section;
use linkage::clustering::PairDecisions;
use linkage::earlier_persons::EarlierPersons;
use linkage::field::Field;
use linkage::model::LinkageModel;
use linkage::overrides::{self, DecisionProblem, Override};
use linkage::record_set::RecordSet;
use linkage::twins::{self, TwinSigns};
use records::fault::Grade;

use super::named_files::{FIX_FILE, NamedFiles};
use crate::link::texts;
use records::files::safe::{self, LARGEST_LIST_BYTES};

/// What is decided, and where it is written.
#[derive(Default)]
pub(crate) struct Decisions {
    twins: Option<TwinSigns>,
    /// Persons of an earlier run, and the bits from which they stay together.
    earlier: Option<(PathBuf, f64)>,
    overrides: Option<(PathBuf, String, Day)>,
}

/// Reads the keys; `join` is the threshold of the same configuration.
pub(crate) fn read(top: &Section<'_, '_>, base: &NamedFiles<'_>, fields: &[Field], join: Option<f64>) -> Decisions {
    let fracture = top.number::<Plain>("fracture").map(|plain| plain.0);
    let join = join.unwrap_or(0.0);
    if let Some(fracture) = fracture.filter(|fracture| *fracture > join) {
        let problem =
            top.problem("fracture", "what was together needs more than what is to be joined").read(fracture.to_string());
        top.push(problem.expected(format!("at most `join`, which is {join}")).fix("lower `fracture` or raise `join`"));
    }
    let earlier =
        top.text("earlier").map(|file| (base.file(top, "earlier", file, FIX_FILE).unwrap_or_default(), fracture.unwrap_or(join)));
    if let (Some(fracture), None) = (fracture, &earlier) {
        let problem =
            top.problem("fracture", "there are no persons of an earlier run that could fracture").read(fracture.to_string());
        top.push(
            problem.expected("`earlier` beside it").fix("add a line: earlier = \"persons.csv\", the persons of the run before"),
        );
    }
    let overrides = top.text("overrides").map(|file| {
        let scope = top.text("scope").unwrap_or_default().to_owned();
        let day = top.required_date("as_at").map_or(day::NEVER, day::day);
        (base.file(top, "overrides", file, FIX_FILE).unwrap_or_default(), scope, day)
    });
    for key in ["scope", "as_at"].into_iter().filter(|key| overrides.is_none() && top.has(key)) {
        let problem = top.problem(key, format!("`{key}` says which decisions count, and there are none"));
        top.push(problem.fix(format!("leave `{key}` out, or name the file with the decisions: overrides = \"overrides.csv\"")));
    }
    let twins = top.section("twins").map(|section| {
        let usual = TwinSigns::of(fields);
        let list = |key: &str, usual: Vec<usize>| {
            section
                .list(key)
                .map_or(usual, |names| names.into_iter().filter_map(|(name, _)| field(&section, key, name, fields)).collect())
        };
        let signs =
            TwinSigns { same: list("same", usual.same), unlike: list("unlike", usual.unlike), apart: list("apart", usual.apart) };
        if signs.same.is_empty() || signs.unlike.is_empty() {
            let problem = section.problem("same", "twins share something and differ in something, and no such fields are known");
            let fix = "add lines such as same = [\"surname\", \"date of birth\", \"postcode\"] and unlike = [\"forename\"]";
            section.push(problem.expected("`same` and `unlike`, each with the names of fields").fix(fix));
        }
        section.finish();
        signs
    });
    Decisions { twins, earlier, overrides }
}

fn field(section: &Section<'_, '_>, key: &str, name: &str, fields: &[Field]) -> Option<usize> {
    let found = fields.iter().position(|field| field.name.eq_ignore_ascii_case(name));
    if found.is_none() {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let problem = section.problem(key, format!("there is no field `{name}`")).read(format!("`{name}`"));
        section.push(problem.expected(format!("one of {}", names.join(", "))).nearest(name, names));
    }
    found
}

impl Decisions {
    /// The model with the rule against twins, where one is asked for.
    pub(crate) fn with_twins(&self, mut model: LinkageModel, fields: &[Field], join: f64) -> LinkageModel {
        if let Some(signs) = &self.twins {
            twins::add(&mut model, signs, fields, join);
        }
        model
    }

    /// The pairs that are decided by hand, and what is odd about the list, in words.
    pub(crate) fn decided(&self, records: &RecordSet) -> anyhow::Result<(PairDecisions, Vec<String>)> {
        let Some((file, scope, day)) = &self.overrides else { return Ok((PairDecisions::default(), Vec::new())) };
        let list = overrides(file)?;
        let (decided, odd) = overrides::pair_decisions(&list, records, scope, *day);
        let name = file.display();
        let words = odd.into_iter().map(|odd| match odd {
            DecisionProblem::NoSuchRecord { at, agency, .. } => {
                format!("{name}: decision {}: no such record of {agency} is among those that are linked", at + 1)
            }
            DecisionProblem::Contradicted { at } => format!(
                "{name}: decision {} by {} parts records that other decisions put together; they stay together until one of them ends",
                at + 1,
                list[at].by
            ),
        });
        Ok((decided, words.collect()))
    }

    /// Who was one person in the earlier run.
    pub(crate) fn earlier(&self, records: &RecordSet) -> anyhow::Result<Option<EarlierPersons>> {
        let Some((file, fracture)) = &self.earlier else { return Ok(None) };
        let (columns, _) = texts::read(file, &["agency", "id", "person"])?;
        let [agency, id, person] = &columns[..] else { bail!("{} has no persons", file.display()) };
        let mut known: BTreeMap<(&str, &str), u32> = BTreeMap::new();
        for row in 0..id.rows.len() {
            let key = |row: usize| (agency.values.text(agency.rows[row]), id.values.text(id.rows[row]));
            if *known.entry(key(row)).or_insert(person.rows[row]) != person.rows[row] {
                let first = (0..row).find(|first| key(*first) == key(row)).unwrap_or(0);
                let [first, second] = [first, row].map(|row| texts::row_number(file, row));
                bail!("{}: rows {first} and {second} give one record to different persons", file.display());
            }
        }
        let of = |record: usize| {
            let agency = records.agency_of(record as u32);
            known.get(&(agency, records.id(record as u32))).copied().unwrap_or(0)
        };
        Ok(Some(EarlierPersons { person: (0..records.len()).map(of).collect(), fracture: *fracture }))
    }
}

const COLUMNS: [&str; 10] = ["agency", "id", "other_agency", "other_id", "decision", "scope", "by", "reason", "from", "to"];

/// Reads a list of decisions; a decision without somebody who made it and a reason is none.
fn overrides(file: &Path) -> anyhow::Result<Vec<Override>> {
    safe::open(file, LARGEST_LIST_BYTES)?;
    let (columns, faults) = texts::read(file, &COLUMNS)?;
    let lost = faults.iter().filter(|fault| fault.grade != Grade::Warning).count();
    if lost > 0 {
        let rows = plural(lost, "row", "rows");
        bail!("{} has {lost} {rows} that cannot be read, and a decision must not be lost", file.display());
    }
    let count = columns[0].rows.len();
    let decision = |row: usize| {
        let cell = |at: usize| columns[at].values.text(columns[at].rows[row]).trim().to_owned();
        let wrong = |what: String| format!("{}: decision {}: {what}", file.display(), row + 1);
        let must = match cell(4).as_str() {
            "must" => true,
            "cannot" => false,
            // What stands here may have slipped from another column, and say who somebody is.
            _ => bail!(wrong("`decision` is neither must nor cannot".into())),
        };
        for at in [0, 1, 2, 3, 6, 7] {
            if cell(at).is_empty() {
                bail!(wrong(format!("`{}` is empty; a decision names both records, who made it and why", COLUMNS[at])));
            }
        }
        let day = |at: usize| match cell(at).as_str() {
            "" => Ok(None),
            text => day::parse(text.as_bytes()).map(Some).map_err(|_| ()),
        };
        let read =
            |at: usize| day(at).map_err(|()| anyhow::anyhow!(wrong(format!("`{}` is no day such as 2027-04-01", COLUMNS[at]))));
        Ok(Override {
            one: (cell(0), cell(1)),
            other: (cell(2), cell(3)),
            must,
            scope: cell(5),
            by: cell(6),
            reason: cell(7),
            from: read(8)?,
            to: read(9)?,
        })
    };
    (0..count).map(decision).collect::<anyhow::Result<Vec<Override>>>().context("the overrides cannot be used")
}
