//! The register of releases as lines of text, and back. Each line is a word and its fields, with tabs between. A tab, a line break
//! or a backslash in a field is written as `\t`, `\n` or `\\`.

use std::collections::BTreeMap;

use base::problem::Problem;

use crate::audit::{ALL_RULES, AuditRecord, CellPosition, ReleaseOutcome, rule_words};
use crate::nested::{NestedPopulations, PopulationVersions};
use crate::primary::PossibleRange;
use crate::published::{Formula, PublishedNumber};
use crate::register::{PastCell, PastRelease, ReleaseRegister};
use crate::system::CellId;
use crate::table::{CellMeasure, LARGEST_VALUE};

const FIRST_LINE: &str = "disclosure register 1";

/// The register as text.
#[must_use]
pub fn write(register: &ReleaseRegister) -> String {
    let entries = register.releases.iter().map(write_entry);
    [format!("{FIRST_LINE}\n")].into_iter().chain(entries).collect()
}

/// One entry as text, to be added to the end of a register.
#[must_use]
pub fn write_entry(release: &PastRelease) -> String {
    let mut text = String::new();
    let mut line = |fields: &[String]| {
        let fields: Vec<String> = fields.iter().map(|field| escaped(field)).collect();
        text.push_str(&fields.join("\t"));
        text.push('\n');
    };
    write_audit(&release.audit, &mut line);
    for cell in &release.cells {
        let of = if cell.of == CellMeasure::Count { "count" } else { "sum" };
        let high = cell.known.high.map_or("any".into(), |high| high.to_string());
        let mut fields = vec!["cell".into(), of.into(), cell.value.to_string(), cell.known.low.to_string(), high];
        let (low, high) = cell.protected.map_or(("no".into(), "no".into()), |(low, high)| (low.to_string(), high.to_string()));
        fields.extend([low, high, cell.contributors.to_string()]);
        fields.extend(id_fields(&cell.id));
        line(&fields);
    }
    for (total, parts) in &release.sums {
        let mut fields = vec!["sum".into(), parts.len().to_string()];
        fields.extend(id_fields(total));
        parts.iter().for_each(|part| fields.extend(id_fields(part)));
        line(&fields);
    }
    for number in &release.numbers {
        let mut fields = vec!["number".into(), number.cells.len().to_string()];
        number.cells.iter().for_each(|id| fields.extend(id_fields(id)));
        fields.extend(formula_fields(&number.formula));
        line(&fields);
    }
    for pair in &release.nested {
        line(&["nested".into(), pair.inner.clone(), pair.outer.clone()]);
    }
    for (inner, outer) in &release.within {
        let mut fields = vec!["within".into()];
        [inner, outer].into_iter().for_each(|id| fields.extend(id_fields(id)));
        line(&fields);
    }
    for pair in &release.versions {
        line(&["version".into(), pair.earlier.clone(), pair.later.clone()]);
    }
    text
}

fn write_audit(audit: &AuditRecord, line: &mut impl FnMut(&[String])) {
    let (outcome, why) = match &audit.outcome {
        ReleaseOutcome::Approved => ("approved", String::new()),
        ReleaseOutcome::Refused(why) => ("refused", why.clone()),
    };
    let numbers = [audit.day.to_string(), audit.earlier.to_string(), audit.differences.to_string(), audit.cells.to_string()];
    let texts = [&audit.name, &audit.actor, &audit.asked, &audit.policy, &audit.fingerprint].map(String::clone);
    let texts = [&texts[..], &[outcome.into(), why]].concat();
    line(&[&["release".to_owned()], &numbers[..], &texts[..]].concat());
    let place = |position: &CellPosition| [position.table.to_string(), position.cell.to_string()];
    for (rule, position) in &audit.hits {
        line(&[&["hit".into(), rule_words(*rule).into()], &place(position)[..]].concat());
    }
    audit.also_hidden.iter().for_each(|position| line(&[&["hidden".to_owned()], &place(position)[..]].concat()));
    audit.withheld.iter().for_each(|number| line(&["withheld".into(), number.to_string()]));
    audit.rounded_to.iter().for_each(|base| line(&["rounded".into(), base.to_string()]));
    for (position, reason) in &audit.exceptions {
        line(&[&["exception".to_owned()], &place(position)[..], std::slice::from_ref(reason)].concat());
    }
}

fn id_fields(id: &CellId) -> Vec<String> {
    let mut fields = vec![id.population.clone(), id.measure.clone(), id.conditions.len().to_string()];
    id.conditions.iter().for_each(|(name, category)| fields.extend([name.clone(), category.clone()]));
    fields
}

fn formula_fields(formula: &Formula) -> Vec<String> {
    match formula {
        Formula::Ratio { times, digits } => vec!["ratio".into(), times.to_string(), digits.to_string()],
        Formula::Payment { prices, unit } => {
            let prices = prices.iter().map(i64::to_string);
            ["payment".into(), unit.to_string()].into_iter().chain(prices).collect()
        }
        Formula::ShareInterval { z, digits } => vec!["interval".into(), format!("{z:?}"), digits.to_string()],
    }
}

fn escaped(field: &str) -> String {
    field.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(field: &str) -> Option<String> {
    let mut text = String::with_capacity(field.len());
    let mut letters = field.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next()? {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

/// Reads a register that [`write()`] wrote.
///
/// # Errors
/// The first line that cannot be read, by its number.
pub fn read(text: &str) -> Result<ReleaseRegister, Box<Problem>> {
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(FIRST_LINE) {
        return Err(unreadable(1).expected(format!("\"{FIRST_LINE}\"")).into());
    }
    let mut register = ReleaseRegister::default();
    for (at, line) in lines {
        read_line(&mut register, line).ok_or_else(|| unreadable(at + 1))?;
    }
    Ok(register)
}

fn unreadable(line: usize) -> Problem {
    Problem::file("register", format!("line {line} of the register of releases cannot be read"))
        .fix("use the register as it was written. Without it, a new release cannot be checked with the earlier ones")
}

/// The fields of one line, taken one after the other.
struct LineFields<'t>(std::str::Split<'t, char>);

impl LineFields<'_> {
    fn text(&mut self) -> Option<String> {
        unescaped(self.0.next()?)
    }

    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.0.next()?.parse().ok()
    }

    /// A value of a cell.
    fn value(&mut self) -> Option<i64> {
        self.number::<i64>().filter(|value| (0..=2 * LARGEST_VALUE).contains(value))
    }

    fn id(&mut self) -> Option<CellId> {
        let (population, measure, count) = (self.text()?, self.text()?, self.number::<usize>()?);
        let mut conditions = BTreeMap::new();
        for _ in 0..count {
            conditions.insert(self.text()?, self.text()?);
        }
        Some(CellId { population, measure, conditions })
    }

    fn ids(&mut self, count: usize) -> Option<Vec<CellId>> {
        // A line has no more cells than it has fields.
        (0..count).map(|_| self.id()).collect()
    }

    fn position(&mut self) -> Option<CellPosition> {
        Some(CellPosition { table: self.number()?, cell: self.number()? })
    }

    fn formula(&mut self) -> Option<Formula> {
        match self.0.next()? {
            "ratio" => Some(Formula::Ratio { times: self.number()?, digits: self.number()? }),
            "payment" => {
                let unit = self.number()?;
                let prices: Option<Vec<i64>> = self.0.by_ref().map(|price| price.parse().ok()).collect();
                Some(Formula::Payment { prices: prices?, unit })
            }
            "interval" => Some(Formula::ShareInterval { z: self.number()?, digits: self.number()? }),
            _ => None,
        }
    }

    fn end(mut self) -> Option<()> {
        self.0.next().is_none().then_some(())
    }
}

fn read_line(register: &mut ReleaseRegister, line: &str) -> Option<()> {
    let mut fields = LineFields(line.split('\t'));
    let word = fields.0.next()?;
    if word == "release" {
        let audit = read_audit(&mut fields)?;
        let (cells, sums, within, numbers, nested, versions) = Default::default();
        register.releases.push(PastRelease { cells, sums, within, numbers, nested, versions, audit });
        return fields.end();
    }
    let release = register.releases.last_mut()?;
    match word {
        "hit" => {
            let name = fields.text()?;
            let rule = ALL_RULES.into_iter().find(|rule| rule_words(*rule) == name)?;
            release.audit.hits.push((rule, fields.position()?));
        }
        "hidden" => release.audit.also_hidden.push(fields.position()?),
        "withheld" => release.audit.withheld.push(fields.number()?),
        "rounded" => release.audit.rounded_to = Some(fields.number()?),
        "exception" => release.audit.exceptions.push((fields.position()?, fields.text()?)),
        "cell" => release.cells.push(read_cell(&mut fields)?),
        "sum" => {
            let count = fields.number()?;
            release.sums.push((fields.id()?, fields.ids(count)?));
        }
        "number" => {
            let count = fields.number()?;
            release.numbers.push(PublishedNumber { cells: fields.ids(count)?, formula: fields.formula()?, must_stay: true });
        }
        "within" => release.within.push((fields.id()?, fields.id()?)),
        "version" => release.versions.push(PopulationVersions { earlier: fields.text()?, later: fields.text()? }),
        "nested" => release.nested.push(NestedPopulations { inner: fields.text()?, outer: fields.text()? }),
        _ => return None,
    }
    fields.end()
}

fn read_audit(fields: &mut LineFields) -> Option<AuditRecord> {
    let (day, earlier, differences, cells) = (fields.number()?, fields.number()?, fields.number()?, fields.number()?);
    let (name, actor, asked) = (fields.text()?, fields.text()?, fields.text()?);
    let mut audit = AuditRecord::of(&name, &actor, day, &asked);
    (audit.earlier, audit.differences, audit.cells) = (earlier, differences, cells);
    (audit.policy, audit.fingerprint) = (fields.text()?, fields.text()?);
    let (outcome, why) = (fields.text()?, fields.text()?);
    audit.outcome = match outcome.as_str() {
        "approved" => ReleaseOutcome::Approved,
        "refused" => ReleaseOutcome::Refused(why),
        _ => return None,
    };
    // Days that have a date.
    (base::day::FIRST..=base::day::LAST).contains(&audit.day).then_some(audit)
}

fn read_cell(fields: &mut LineFields) -> Option<PastCell> {
    let of = match fields.0.next()? {
        "count" => CellMeasure::Count,
        "sum" => CellMeasure::Sum,
        _ => return None,
    };
    let (value, low) = (fields.value()?, fields.value()?);
    let high = match fields.0.next()? {
        "any" => None,
        high => Some(high.parse::<i64>().ok().filter(|high| *high <= 2 * LARGEST_VALUE)?),
    };
    let protected = match (fields.0.next()?, fields.0.next()?) {
        ("no", "no") => None,
        (low, high) => Some((low.parse().ok()?, high.parse().ok()?)),
    };
    let known = PossibleRange { low, high };
    // The true value is within what a reader was told and within its protection interval.
    let is_within = protected.is_none_or(|(low, high): (i64, i64)| low <= value && value <= high && high <= 2 * LARGEST_VALUE);
    (known.holds(value) && is_within).then_some(())?;
    let contributors = fields.value()?;
    Some(PastCell { id: fields.id()?, of, value, contributors, known, protected })
}
