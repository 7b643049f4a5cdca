//! What `--publish` lets out, through the front door: an attacker reads the published files and works out what it can, and what must
//! not be told apart is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use base::philox::words;
use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use serde_json::Value;

use crate::schema::assert_matches;
use crate::wellspent::{Scratch, run, said, tell};

const SCHEME: &str = "scheme = \"Support in a county\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
    month_end = \"last day of month\"\nsegments = \"segments.csv\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2031-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2028-12-31\nevery = \"2 years\"\npeople = 1000\n\
    [outcome.reoffending]\nmeasure = \"people who reoffend\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
    baseline = \"40 %\"\n\
    [outcome.reoffending.measured]\nrule = \"any within\"\nevents = \"offence\"\n\
    [outcome.offences]\nmeasure = \"offences\"\nkind = \"frequency\"\nof = \"reoffending\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n\
    baseline = \"1 per person\"\n\
    [outcome.offences.measured]\nrule = \"count within\"\nevents = \"offence\"\n\
    [pay.fewer]\nclause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£100\"\ndeduction = \"£100\"\n\
    from = \"assumption: test\"\n";

const SEGMENTS: &str = "segment,share,reoffending\nlow risk,50 %,25 %\nhigh risk,50 %,55 %\n";
const PROVIDERS: [&str; 4] = ["Ash", "Birch", "Cedar", "Elm"];
const RISKS: [&str; 2] = ["low risk", "high risk"];

/// How many people of one provider and segment are in each state: with the outcome, without it, not yet known.
type Cells = BTreeMap<(usize, usize), [i64; 3]>;

fn scheme() -> Scratch {
    let scheme = Scratch::new("scheme");
    scheme.write("scheme.toml", SCHEME);
    scheme.write("segments.csv", SEGMENTS);
    scheme
}

/// Records of so many people, as known on 2029-06-30. The ids are in the order of the cells, so that the same cells give the same files.
fn records(cells: &Cells) -> Scratch {
    let records = Scratch::new("records");
    write_records(&records, cells);
    records
}

fn write_records(records: &Scratch, cells: &Cells) {
    let mut people = "person,born\n".to_owned();
    let mut starts = "start,person,provider,began,segment\n".to_owned();
    let mut events = "event,person,kind,date\n".to_owned();
    let mut number = 0;
    for ((provider, risk), states) in cells {
        for (state, count) in states.iter().enumerate() {
            for _ in 0..*count {
                number += 1;
                let began = if state == 2 { "2028-11-15" } else { "2027-05-15" };
                let _ = writeln!(people, "{number},1985-05-17");
                let _ = writeln!(starts, "{number},{number},{},{began},{}", PROVIDERS[*provider], RISKS[*risk]);
                if state == 0 {
                    let _ = writeln!(events, "{number},{number},offence,2027-09-15");
                }
            }
        }
    }
    for (name, text) in [("people", people), ("starts", starts), ("events", events)] {
        records.write(&format!("{name}.csv"), text);
    }
    records.write("coverage.csv", "table,kind,until,since\nevents,offence,2029-06-30,2020-01-01\n");
    records.write("providers.csv", PROVIDERS.iter().fold("provider\n".to_owned(), |text, name| text + name + "\n"));
}

fn between(seed: u64, number: u64, low: i64, high: i64) -> i64 {
    low + (words(seed, number, 0, 0)[0] % (high - low + 1) as u64) as i64
}

/// Cells of which about a third are small, and some are empty.
fn drawn(seed: u64) -> Cells {
    let place = |at: u64| ((at / 2) as usize, (at % 2) as usize);
    let count = |at: u64, state: u64| match between(seed, 100 * at + state, 1, 9) {
        1 => 0,
        2..=4 => between(seed, 100 * at + 10 + state, 1, 9),
        _ => between(seed, 100 * at + 20 + state, 10, 80),
    };
    (0..8).map(|at| (place(at), [0, 1, 2].map(|state| count(at, state)))).collect()
}

/// What one release says: the row of a group and the column, with the number or what stands in its place.
#[derive(Clone, Debug, Default)]
struct Release {
    /// A name for the records: the same records are the same people with the same results.
    of: usize,
    figures: BTreeMap<(String, Vec<String>, String), Said>,
    dimensions: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Said {
    /// The number, and how far it may be from what it was rounded from.
    Number(f64),
    Share([f64; 3]),
    FewerThan(i64),
    NotShown,
}

fn publish(scheme: &Scratch, records: &Scratch, register: &Scratch, by: &[&str], name: &str) -> std::process::Output {
    let to = |ending: &str| register.0.join(format!("{name}.{ending}")).display().to_string();
    let files = ["csv", "html", "json", "xlsx", "parquet"].map(to);
    let log = register.0.join("releases.txt").display().to_string();
    let mut ask = vec!["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--asked-by", "Ann Lee"];
    by.iter().for_each(|by| ask.extend(["--by", by]));
    ask.extend(["--publish", name, "--release-register", &log]);
    files.iter().for_each(|file| ask.extend(["--publish-to", file]));
    run(&ask)
}

fn release(register: &Scratch, name: &str, of: usize) -> Release {
    let text = fs::read_to_string(register.0.join(format!("{name}.csv"))).expect("the published file");
    let mut lines =
        text.trim_start_matches('\u{feff}').lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let dimensions = header[1..header.len() - 5].to_vec();
    let mut figures = BTreeMap::new();
    for row in lines {
        let [figure, value, low, high, shown] = &row[row.len() - 5..] else { panic!("{row:?}") };
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let said = match (value.as_str(), low.as_str(), shown.as_str()) {
            ("", _, "[c]") => Said::NotShown,
            ("", _, shown) => Said::FewerThan(shown.strip_prefix("fewer than ").expect(shown).parse().expect("a count")),
            (value, "", _) => Said::Number(number(value)),
            (value, low, _) => Said::Share([number(value), number(low), number(high)]),
        };
        figures.insert((row[0].clone(), row[1..row.len() - 5].to_vec(), figure.clone()), said);
    }
    Release { of, figures, dimensions }
}

const WITH: &str = "with the outcome";
const STATES: [&str; 4] = [WITH, "without it", "not yet known", "left out"];
const COUNTS: [&str; 6] = ["started", "result known", WITH, "without it", "not yet known", "left out"];

/// Groups as (provider, segment): a name, or none for all.
type Group = (Option<usize>, Option<usize>);

/// Everything that readers of several releases can write down, as a linear program.
struct Attacker<'a> {
    releases: &'a [Release],
    /// Groups, columns and records; releases of the same records share them.
    places: Vec<(usize, Group, usize)>,
}

impl<'a> Attacker<'a> {
    fn of(releases: &'a [Release]) -> Attacker<'a> {
        let records: BTreeSet<usize> = releases.iter().map(|release| release.of).collect();
        let providers = || (0..PROVIDERS.len()).map(Some).chain([None]);
        let mut places = Vec::new();
        for of in records {
            for provider in providers() {
                for risk in [Some(0), Some(1), None] {
                    places.extend((0..COUNTS.len()).map(|column| (of, (provider, risk), column)));
                }
            }
        }
        Attacker { releases, places }
    }

    fn at(&self, place: (usize, Group, usize)) -> usize {
        self.places.iter().position(|known| *known == place).expect("a place")
    }

    /// What a release says of a group: a row that is not there is published as nobody.
    fn said(release: &Release, group: Group, column: &str) -> Option<Said> {
        let names = release.dimensions.iter().map(|dimension| match dimension.as_str() {
            "provider" => group.0.map_or("all", |at| PROVIDERS[at]),
            _ => group.1.map_or("all", |at| RISKS[at]),
        });
        let has = |name: &str| release.dimensions.iter().any(|dimension| dimension == name);
        if (group.0.is_some() && !has("provider")) || (group.1.is_some() && !has("segment")) {
            return None;
        }
        let names: Vec<String> = names.map(str::to_owned).collect();
        let row = |column: &str| release.figures.get(&("reoffending".to_owned(), names.clone(), column.to_owned())).cloned();
        if row("started").is_none() && !column.starts_with("of") {
            return Some(Said::Number(0.0));
        }
        row(column)
    }

    /// The ends of what a count can be.
    fn interval(&self, wanted: (usize, Group, usize)) -> (f64, f64) {
        let wanted = self.at(wanted);
        let end = |direction| {
            let mut problem = Problem::new(direction);
            let variables: Vec<Variable> = self
                .places
                .iter()
                .enumerate()
                .map(|(at, place)| problem.add_var(f64::from(u8::from(at == wanted)), self.range(*place)))
                .collect();
            let variable = |place| variables[self.at(place)];
            for place in &self.places {
                let (of, (provider, risk), column) = *place;
                let mut sum = |parts: Vec<Variable>| {
                    let mut terms: Vec<(Variable, f64)> = parts.into_iter().map(|part| (part, 1.0)).collect();
                    terms.push((variable(*place), -1.0));
                    problem.add_constraint(&terms, ComparisonOp::Eq, 0.0);
                };
                if provider.is_none() {
                    sum((0..PROVIDERS.len()).map(|at| variable((of, (Some(at), risk), column))).collect());
                }
                if risk.is_none() {
                    sum((0..RISKS.len()).map(|at| variable((of, (provider, Some(at)), column))).collect());
                }
                let states =
                    |columns: std::ops::Range<usize>| columns.map(|column| variable((of, (provider, risk), column))).collect();
                if column == 0 {
                    sum(states(2..6));
                }
                if column == 1 {
                    sum(states(2..4));
                }
            }
            // Shares, rounded to a tenth of a per cent. Where one is shown, so are its numbers; an attacker writes it down all the same.
            for release in self.releases {
                for (provider, risk) in self.groups() {
                    let Some(Said::Share([share, ..])) = Self::said(release, (provider, risk), "of 100 (95% interval)") else {
                        continue;
                    };
                    let (with, known) =
                        (variable((release.of, (provider, risk), 2)), variable((release.of, (provider, risk), 1)));
                    problem.add_constraint([(with, 100.0), (known, -(share - 0.05))], ComparisonOp::Ge, -1e-6);
                    problem.add_constraint([(with, 100.0), (known, -(share + 0.05))], ComparisonOp::Le, 1e-6);
                }
            }
            match problem.solve() {
                Ok(outcome) => outcome.into_solution().expect("a solution").var_value(variables[wanted]),
                Err(microlp::Error::Unbounded) => f64::INFINITY,
                Err(error) => panic!("{error}"),
            }
        };
        (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
    }

    fn groups(&self) -> BTreeSet<Group> {
        self.places.iter().map(|(_, group, _)| *group).collect()
    }

    /// What the releases say of one count, all together.
    fn range(&self, (of, group, column): (usize, Group, usize)) -> (f64, f64) {
        let mut range = (0.0, f64::INFINITY);
        for release in self.releases.iter().filter(|release| release.of == of) {
            let is_inner = STATES.contains(&COUNTS[column])
                && release.dimensions.iter().all(|name| if name == "provider" { group.0.is_some() } else { group.1.is_some() });
            let (low, high) = match Self::said(release, group, COUNTS[column]) {
                Some(Said::Number(number)) => (number, number),
                Some(Said::FewerThan(count)) => (1.0, (count - 1) as f64),
                // A part that had been small would say so.
                Some(Said::NotShown) if is_inner => (10.0, f64::INFINITY),
                _ => (0.0, f64::INFINITY),
            };
            range = (f64::max(range.0, low), f64::min(range.1, high));
        }
        range
    }
}

/// The true counts of a group.
fn truth(cells: &Cells, group: Group, column: usize) -> i64 {
    let of = |states: &[i64; 3]| match column {
        0 => states.iter().sum(),
        1 => states[0] + states[1],
        5 => 0,
        column => states[column - 2],
    };
    let is_in = |place: &(usize, usize)| group.0.is_none_or(|at| at == place.0) && group.1.is_none_or(|at| at == place.1);
    cells.iter().filter(|(place, _)| is_in(place)).map(|(_, states)| of(states)).sum()
}

/// What attackers found.
struct Found {
    attacked: usize,
    narrowest: f64,
    shown: usize,
    numbers: usize,
}

impl Found {
    fn new() -> Found {
        Found { attacked: 0, narrowest: f64::INFINITY, shown: 0, numbers: 0 }
    }

    /// Attacks every small count of the records that some release has a cell for. Labels leave a width of 5 to every one, and the truth
    /// is never outside.
    fn attack(&mut self, releases: &[Release], records: &[&Cells]) {
        for release in releases {
            let counts = release
                .figures
                .iter()
                .filter(|((table, _, figure), _)| table == "reoffending" && COUNTS.contains(&figure.as_str()));
            self.numbers += counts.clone().count();
            self.shown += counts.filter(|(_, said)| matches!(said, Said::Number(_))).count();
        }
        let attacker = Attacker::of(releases);
        for place in &attacker.places {
            let (of, group, column) = *place;
            let is_asked =
                releases.iter().any(|release| release.of == of && Attacker::said(release, group, COUNTS[column]).is_some());
            let value = truth(records[of], group, column);
            if !is_asked || !(1..10).contains(&value) {
                continue;
            }
            let (low, high) = attacker.interval(*place);
            assert!(low <= value as f64 + 1e-6 && high >= value as f64 - 1e-6, "{value} is not within {low} to {high}");
            self.attacked += 1;
            self.narrowest = self.narrowest.min(high - low);
        }
    }
}

/// One release of random records, by provider and segment.
#[test]
fn no_small_count_is_found_in_what_is_published() {
    let (scheme, mut found, mut refused) = (scheme(), Found::new(), 0);
    const TABLES: u64 = 24;
    for seed in 0..TABLES {
        let (cells, register) = (drawn(seed), Scratch::new("register"));
        let records = records(&cells);
        let by = [&["provider", "segment"][..], &["provider"], &["segment", "provider"]][seed as usize % 3];
        let output = publish(&scheme, &records, &register, by, "first");
        if !output.status.success() {
            refused += 1;
            continue;
        }
        found.attack(&[release(&register, "first", 0)], &[&cells]);
        only_published_numbers(&register, "first");
    }
    tell(&format!(
        "{TABLES} releases by provider and segment, {refused} refused: {} small counts attacked, the narrowest is known to within {:.1}; \
         {} of {} counts are shown",
        found.attacked, found.narrowest, found.shown, found.numbers
    ));
    assert!(found.attacked > 100 && refused <= 6, "{} {refused}", found.attacked);
    assert!(found.narrowest >= 4.0, "{}", found.narrowest);
}

/// Overlapping groups of the same records, and the same groups some months later, when few people changed.
#[test]
fn no_small_count_is_found_in_a_sequence_of_releases() {
    let (scheme, mut found, mut refused) = (scheme(), Found::new(), 0);
    let (mut small_changes, mut narrowest_change) = (0, f64::INFINITY);
    const SEQUENCES: u64 = 8;
    for seed in 0..SEQUENCES {
        let (mut cells, register) = (drawn(1_000 + seed), Scratch::new("register"));
        let (mut releases, mut all): (Vec<Release>, Vec<Cells>) = (Vec::new(), vec![cells.clone()]);
        let mut at = records(&cells);
        for (step, by) in
            [&["provider"][..], &["segment"], &["provider", "segment"], &[], &["provider", "segment"], &["provider"]]
                .iter()
                .enumerate()
        {
            if step >= 3 {
                // Some of those not yet known become known, and some people start.
                for (number, states) in cells.values_mut().enumerate() {
                    let draw =
                        |which, low, high| between(seed, 7_000 + 100 * step as u64 + 10 * number as u64 + which, low, high);
                    let known = draw(1, 0, 3).min(states[2]);
                    let with = draw(2, 0, known);
                    *states = [states[0] + with, states[1] + known - with, states[2] - known + draw(3, 0, 4)];
                }
                all.push(cells.clone());
                at = records(&cells);
            }
            let name = format!("step {step}");
            if publish(&scheme, &at, &register, by, &name).status.success() {
                releases.push(release(&register, &name, all.len() - 1));
            } else {
                refused += 1;
            }
        }
        found.attack(&releases, &all.iter().collect::<Vec<_>>());
        // Anybody may subtract one version from another.
        let attacker = Attacker::of(&releases);
        for place in attacker.places.iter().filter(|place| place.0 > 0) {
            for earlier in 0..place.0 {
                let change = truth(&all[place.0], place.1, place.2) - truth(&all[earlier], place.1, place.2);
                let is_asked = |of: usize| {
                    releases.iter().any(|release| release.of == of && Attacker::said(release, place.1, COUNTS[place.2]).is_some())
                };
                if !(1..10).contains(&change.abs()) || !is_asked(place.0) || !is_asked(earlier) {
                    continue;
                }
                let (now, then) = (attacker.interval(*place), attacker.interval((earlier, place.1, place.2)));
                small_changes += 1;
                narrowest_change = f64::min(narrowest_change, (now.1 - then.0) - (now.0 - then.1));
            }
        }
    }
    tell(&format!(
        "{SEQUENCES} sequences of 6 releases, {refused} refused: {} small counts attacked, the narrowest is known to within {:.1}; \
         {small_changes} small changes, the narrowest is known to within {narrowest_change:.1}; {} of {} counts are shown",
        found.attacked, found.narrowest, found.shown, found.numbers
    ));
    assert!(found.attacked > 60 && small_changes > 300, "{} {small_changes}", found.attacked);
    assert!(found.narrowest >= 4.0 && narrowest_change >= 4.0, "{} {narrowest_change}", found.narrowest);
    assert!(refused < 12, "{refused}");
}

/// Two folders of records of which the same is published, and in which small counts differ: nothing that comes out tells them apart, in
/// any format, on standard output or standard error.
#[test]
fn records_that_publish_alike_cannot_be_told_apart() {
    let scheme = scheme();
    let (mut pairs, mut tried) = (0, 0);
    for seed in 0..20 {
        let cells = drawn(2_000 + seed);
        let Some((text, files, published)) = said_of(&scheme, &cells) else { continue };
        let is_hidden = |(provider, risk): (usize, usize), column: &str| {
            let said = Attacker::said(&published, (Some(provider), Some(risk)), column);
            matches!(said, Some(Said::FewerThan(_) | Said::NotShown))
        };
        let hidden: Vec<(usize, usize)> =
            cells.keys().copied().filter(|place| is_hidden(*place, WITH) && is_hidden(*place, "without it")).collect();
        let both = hidden.iter().flat_map(|here| hidden.iter().map(move |there| (*here, *there)));
        for (here, there) in both.filter(|(here, there)| here.0 != there.0 && here.1 == there.1) {
            // One person more with the outcome here and one fewer there, the other way round without it.
            let mut other = cells.clone();
            for (place, by) in [(here, 1), (there, -1)] {
                let states = other.get_mut(&place).expect("a cell");
                states[0] += by;
                states[1] -= by;
            }
            // Every number keeps its label.
            let label = |count: i64| (count > 0, count < 10);
            let is_alike = |(before, after): (&i64, &i64)| *after >= 0 && label(*before) == label(*after);
            if !cells.values().flatten().zip(other.values().flatten()).all(is_alike) {
                continue;
            }
            tried += 1;
            let Some((other_text, other_files, _)) = said_of(&scheme, &other) else { continue };
            if files[0] != other_files[0] {
                continue;
            }
            pairs += 1;
            assert_eq!(text, other_text, "standard output or standard error tells them apart");
            for (at, (file, other)) in files.iter().zip(&other_files).enumerate() {
                assert!(file == other, "file {at} tells them apart");
            }
        }
    }
    tell(&format!("{pairs} of {tried} pairs of records publish alike, and nothing tells them apart"));
    assert!(pairs >= 5, "{pairs} of {tried}");
}

/// Everything that a release of records says: standard error and output, the files, and the figures; none where it is refused.
fn said_of(scheme: &Scratch, cells: &Cells) -> Option<(String, Vec<Vec<u8>>, Release)> {
    let (records, register) = (records(cells), Scratch::new("register"));
    let output = publish(scheme, &records, &register, &["provider", "segment"], "one");
    if !output.status.success() {
        return None;
    }
    let text = said(&output).replace(register.path(), "REGISTER").replace(records.path(), "RECORDS");
    let file = |ending: &&str| fs::read(register.0.join(format!("one.{ending}"))).expect("a file");
    Some((text, ["csv", "html", "json", "xlsx", "parquet"].iter().map(file).collect(), release(&register, "one", 0)))
}

/// The page and the JSON say the same numbers as the file, and no others.
fn only_published_numbers(register: &Scratch, name: &str) {
    let release = release(register, name, 0);
    let document: Value =
        serde_json::from_slice(&fs::read(register.0.join(format!("{name}.json"))).expect("the document")).expect("JSON");
    let mut seen = 0;
    for table in document["tables"].as_array().expect("tables") {
        for row in table["rows"].as_array().expect("rows") {
            let names: Vec<String> =
                row["names"].as_array().expect("names").iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect();
            for figure in row["figures"].as_array().expect("figures") {
                let column = figure["figure"].as_str().unwrap_or_default();
                let said =
                    &release.figures[&(table["name"].as_str().unwrap_or_default().to_owned(), names.clone(), column.to_owned())];
                seen += 1;
                match said {
                    Said::Number(number) => assert_eq!(figure["value"].as_f64(), Some(*number)),
                    Said::Share([share, low, high]) => {
                        let ends = ["value", "low", "high"].map(|end| figure[end].as_f64());
                        assert_eq!(ends, [Some(*share), Some(*low), Some(*high)]);
                    }
                    Said::FewerThan(_) | Said::NotShown => {
                        assert!(figure["value"].is_null() && figure["low"].is_null() && figure["high"].is_null());
                    }
                }
            }
        }
    }
    assert_eq!(seen, release.figures.len());
    // Every number in the words of the page, alternative texts and titles included, is a published one or no count of people.
    let page = fs::read_to_string(register.0.join(format!("{name}.html"))).expect("the page");
    let body = page.split("<body").nth(1).expect("a body");
    let mut allowed: BTreeSet<String> = BTreeSet::new();
    for said in release.figures.values() {
        match said {
            // A mean has one decimal.
            Said::Number(number) => allowed.extend([number.to_string(), format!("{number:.1}")]),
            Said::Share(share) => allowed.extend(share.iter().map(|end| format!("{end:.1}"))),
            Said::FewerThan(count) => drop(allowed.insert(count.to_string())),
            Said::NotShown => {}
        }
    }
    // How many numbers are hidden in each table, which readers can count themselves.
    for table in ["reoffending", "offences"] {
        let hidden = |((of, _, _), said): &(&(String, Vec<String>, String), &Said)| {
            of == table && matches!(said, Said::FewerThan(_) | Said::NotShown)
        };
        let all = release.figures.iter().filter(hidden);
        allowed.insert(all.filter(|((_, _, figure), _)| COUNTS.contains(&figure.as_str())).count().to_string());
        let all = release.figures.iter().filter(hidden).count();
        allowed.insert(all.to_string());
    }
    // The days, the level of the intervals, the smallest count and ticks of the scale.
    let known = ["2029", "06", "30", "2035", "12", "31", "95", "100", "10", "9"].map(str::to_owned);
    allowed.extend(known);
    allowed.extend((0..=10).map(|tick| (10 * tick).to_string()));
    let texts = texts(body);
    assert!(texts.iter().any(|text| text.contains("People who reoffend")), "{texts:?}");
    for text in &texts {
        for number in numbers(text) {
            assert!(allowed.contains(&number), "{number} is in the page, in \"{text}\", and is not published: {allowed:?}");
        }
    }
}

/// The texts of a page and of the attributes that readers meet.
fn texts(body: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        out.push(text.to_owned());
        for name in ["title=\"", "aria-label=\"", "alt=\"", "data-label=\""] {
            out.extend(tag.split(name).nth(1).and_then(|value| value.split('"').next()).map(str::to_owned));
        }
    }
    out
}

/// The numbers in a text, without commas between thousands.
fn numbers(text: &str) -> Vec<String> {
    let text = text.replace(',', "");
    let parts = text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    parts
        .map(|part| part.trim_matches('.').to_owned())
        .filter(|part| part.chars().any(|letter| letter.is_ascii_digit()))
        .collect()
}

fn small() -> Cells {
    let rows = [[3, 37, 2], [40, 60, 12], [30, 45, 20], [25, 70, 11], [33, 41, 15], [52, 38, 14], [61, 39, 13], [22, 44, 16]];
    rows.iter().enumerate().map(|(at, states)| ((at / 2, at % 2), *states)).collect()
}

/// The result without `--publish` says that it is not to be published.
#[test]
fn an_exact_result_says_so() {
    let (scheme, records) = (scheme(), records(&small()));
    let ask = ["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--by", "provider"];
    let text = said(&run(&ask)).replace("\n", " ");
    assert!(text.contains("These figures are exact, for the parties to the contract. Do not publish them"), "{text}");
    let document = assert_matches("measure", &[&ask[..], &["--json"]].concat());
    assert!(document["not_for_publication"].as_str().is_some_and(|line| line.contains("exact")));
}

/// What is exact does not go out beside what is published, and neither do notes with numbers of people.
#[test]
fn nothing_exact_is_written_beside_a_release() {
    let (scheme, records, register) = (scheme(), records(&small()), Scratch::new("register"));
    let log = register.0.join("releases.txt").display().to_string();
    let ask = ["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--by", "provider", "--by", "segment"];
    let publish = ["--publish", "one", "--release-register", &log];
    let file = register.0.join("tally.csv").display().to_string();
    for exact in [&["--tally", &file][..], &["--xlsx", &file], &["--quality", &file], &["--provider", "Ash"]] {
        let output = run(&[&ask[..], &publish, exact].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    assert!(!register.0.join("releases.txt").exists(), "nothing was asked of the register");
    let text = said(&run(&[&ask[..], &publish].concat()));
    assert!(text.contains("exit code 0") && text.contains("fewer than 10") && text.contains("[c]"), "{text}");
    assert!(!text.contains("Data quality") && !text.contains("do not publish"), "{text}");
    // The document has its schema.
    let again = ["--publish", "two", "--release-register", &log, "--json"];
    assert_matches("publication", &[&ask[..], &again].concat());
    let listed = said(&run(&["releases", &log]));
    assert!(listed.contains("2 requests to publish") && listed.contains("checked with: 1 earlier release"), "{listed}");
    assert_matches("releases", &["releases", &log, "--json"]);
}

/// The data controller's file sets the rules, and mistakes in it are told.
#[test]
fn the_policy_is_that_of_the_records() {
    let (scheme, records) = (scheme(), records(&small()));
    let text = |policy: &str| {
        let register = Scratch::new("register");
        records.write("disclosure.toml", policy);
        said(&publish(&scheme, &records, &register, &["provider"], "one")).replace("\n", " ")
    };
    let strict = text("[disclosure]\nsmallest_count = 20\nleast_range = 8\nzero = \"published\"\n");
    assert!(strict.contains("fewer than 20") && !strict.contains("nobody set"), "{strict}");
    let rounded = text("[disclosure]\nrounding_base = 5\n");
    assert!(rounded.contains("rounded to a multiple of 5") && !rounded.contains("[c]"), "{rounded}");
    let wrong = text("[disclosure]\nsmallest_count = 3\n");
    assert!(wrong.contains("`smallest_count` is not possible") && wrong.contains("exit code 1"), "{wrong}");
}

/// Without a register that can be read and written there is no release.
#[test]
fn without_a_register_nothing_is_published() {
    let (scheme, records, register) = (scheme(), records(&small()), Scratch::new("register"));
    let ask = ["measure", scheme.path(), records.path(), "--as-at", "2029-06-30", "--by", "provider", "--publish", "one"];
    assert_eq!(run(&ask).status.code(), Some(2));
    register.write("releases.txt", "disclosure register 1\nrelease\tnonsense\n");
    let log = register.0.join("releases.txt").display().to_string();
    let broken = said(&run(&[&ask[..], &["--release-register", &log]].concat()));
    assert!(broken.contains("line 2 of the register of releases cannot be read") && !broken.contains("started"), "{broken}");
    register.write("other.txt", "something else\n");
    let other = register.0.join("other.txt").display().to_string();
    let refused = said(&run(&[&ask[..], &["--release-register", &other]].concat()));
    assert!(refused.contains("is there already") && !refused.contains("started"), "{refused}");
    let in_records = records.0.join("starts.csv").display().to_string();
    assert_eq!(run(&[&ask[..], &["--release-register", &in_records]].concat()).status.code(), Some(2));
}
