//! What is said of a linkage on the terminal: what came out, how much may be missing, and what needs somebody's eye.

use base::money::thousands;
use linkage::score::probability;

use crate::terminal;
use linkage::linkage::Linkage;

/// Links between these, in bits, should be looked at by somebody.
pub const REVIEW: (f64, f64) = (-3.0, 7.0);

/// Said in the stead of an interval.
pub const CANNOT_TELL: &str = "cannot be told: too few matching pairs, or too few of them in doubt";

pub fn summary(made: &Linkage) -> String {
    let (linked, records) = (&made.linked, &made.records);
    let persons = linked.person.iter().enumerate().filter(|(record, person)| *record as u32 == **person).count();
    let several = made.linked.holds.len();
    let mut out = terminal::bold(&format!(
        "{} of {} are {}\n",
        counted(records.count(), "record"),
        agencies(records.agencies.len()),
        counted(persons, "person")
    ));
    out += &format!("for: {} ({})\n\n", made.purpose, made.basis);
    out += &line("persons of several records", &thousands(several as i64));
    let doubtful = made.linked.holds.iter().filter(|hold| hold.weakest().1 < REVIEW.1).count();
    out += &line(
        "of them to be looked at",
        &format!("{} (a record held by less than {} bits)", thousands(doubtful as i64), REVIEW.1),
    );
    let between = linked.links.iter().filter(|link| (REVIEW.0..REVIEW.1).contains(&f64::from(link.weight))).count();
    out += &line("links in the review band", &format!("{} ({} to {} bits)", thousands(between as i64), REVIEW.0, REVIEW.1));
    out += &line("pairs compared", &thousands(linked.candidates as i64));
    match &linked.recall {
        Some(recall) => {
            let between = |low: f64, high: f64| format!("{:.1} to {:.1} %", low * 100.0, high * 100.0);
            let compared = match recall.can_tell() {
                true => format!("{} by capture and recapture, of those the model can see", between(recall.low, recall.high)),
                false => CANNOT_TELL.to_owned(),
            };
            out += &line("matching pairs among them", &compared);
            let linked = recall.all.as_ref().map_or(CANNOT_TELL.to_owned(), |all| {
                format!("{} (about {:.1} %)", between(all.low, all.high), all.share * 100.0)
            });
            out += &line("all matching pairs linked", &linked);
        }
        None => out += &line("matching pairs among them", "not estimated: the model's own rules were used"),
    }
    let hot: u64 = linked.rules.iter().map(|rule| rule.hot_pairs).sum();
    if hot > 0 {
        out +=
            &line("left out as too common", &format!("{} pairs that share a value of over 500 records", thousands(hot as i64)));
    }
    out += &thresholds(made);
    if let Some(found) = &made.evaluation {
        out += &format!(
            "\nagainst the labels of {} records ({} persons)\n",
            thousands(found.records as i64),
            thousands(found.persons as i64)
        );
        let pairs = &found.pairs;
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        out += &line(
            "pairs",
            &format!("precision {}, recall {}, F1 {:.5}", percent(pairs.precision()), percent(pairs.recall()), pairs.f1()),
        );
        out += &line("B-cubed", &format!("{:.5}", found.b_cubed()));
        out += &line("persons exactly right", &percent(found.exact as f64 / found.persons.max(1) as f64));
        for (name, group) in &made.by_group {
            let name = if name.is_empty() { "(not given)" } else { name };
            let errors = format!("precision {}, recall {}", percent(group.precision), percent(group.recall));
            out += &line(&format!("  {name}"), &format!("{errors}, {} records", thousands(group.records as i64)));
        }
    }
    out
}

/// A number of things.
pub fn counted(count: usize, what: &str) -> String {
    format!("{} {what}{}", thousands(count as i64), if count == 1 { "" } else { "s" })
}

pub fn agencies(count: usize) -> String {
    if count == 1 { "one agency".into() } else { format!("{count} agencies") }
}

fn line(what: &str, value: &str) -> String {
    format!("  {what:<28} {value}\n")
}

/// What a threshold would mean: links at or above it, how many of them are expected to be wrong, and how many links below it
/// are expected to be right, by the probabilities of the pairs themselves.
pub struct Threshold {
    pub bits: f64,
    pub above: i64,
    pub wrong: f64,
    pub missed: f64,
}

/// Usual thresholds, and the one that was used.
pub fn at_thresholds(made: &Linkage) -> Vec<Threshold> {
    let mut all = vec![-2.0, 0.0, 5.0, 10.0, 14.0, 20.0];
    if !all.contains(&made.join) {
        all.push(made.join);
        all.sort_by(f64::total_cmp);
    }
    let mut found: Vec<Threshold> = all.into_iter().map(|bits| Threshold { bits, above: 0, wrong: 0.0, missed: 0.0 }).collect();
    for weight in made.linked.links.iter().map(|link| f64::from(link.weight)) {
        let probability = probability(weight);
        for threshold in &mut found {
            if weight >= threshold.bits {
                threshold.above += 1;
                threshold.wrong += 1.0 - probability;
            } else {
                threshold.missed += probability;
            }
        }
    }
    found
}

fn thresholds(made: &Linkage) -> String {
    let mut out = String::from("\n  at a threshold of (bits)     links        expected wrong   expected missed\n");
    for Threshold { bits, above, wrong, missed } in at_thresholds(made) {
        let mark = if bits == made.join { "  used, between whole groups" } else { "" };
        out += &format!(
            "  {bits:>24}     {:<12} {:<16} {}{mark}\n",
            thousands(above),
            thousands(wrong.round() as i64),
            thousands(missed.round() as i64)
        );
    }
    out
}
