//! Every kind of page, made from none, one and several of everything that it lists. A page must read as English with each: no plural
//! after 1, no list or table without an entry, no number that is none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base::day::Day;
use base::proofreading::faults;
use jiff::civil::date;
use ledger::statement::Statement;
use linkage::joined::duplication::{DuplicationCounts, DuplicationRules, SecondPiece, UnitCost};
use linkage::purpose::Purpose;
use outcomes::QueryDates;
use records::gate::quality::{FileRead, QualityReport};
use report::duplication::DuplicationReport;
use wellspent::folder::{self, Reach};
use wellspent::link::{LinkRequest, link};
use wellspent::progress::silent;
use wellspent::sensitivity::{SensitivityRequest, sensitivity};
use wellspent::stress::{StressRequest, StressResult, stress};

/// Elements that hold a text of their own: what stands in one is read together.
const BLOCKS: [&str; 20] = [
    "p",
    "li",
    "td",
    "th",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "caption",
    "figcaption",
    "summary",
    "title",
    "text",
    "tspan",
    "div",
    "ul",
    "table",
    "dl",
    "desc",
];

/// Elements that must have something in them, and what that is.
const FILLED: [(&str, &str); 5] = [("ul", "<li"), ("ol", "<li"), ("dl", "<dt"), ("tbody", "<tr"), ("figure", "<svg")];

/// What is wrong with a page, with the text that is wrong.
fn wrong(page: &str) -> Vec<String> {
    let body = page.split_once("<body>").map_or(page, |(_, body)| body);
    let mut found = Vec::new();
    for (element, entry) in FILLED {
        for part in body.split(&format!("<{element}")).skip(1).filter(|part| part.starts_with([' ', '>', '\n'])) {
            let inner = part.split(&format!("</{element}>")).next().unwrap_or_default();
            if !inner.contains(entry) {
                found.push(format!("<{element}> with nothing in it"));
            }
        }
    }
    for text in texts(body) {
        // A name may stand alone, and a table's cell may say how much of a whole there is.
        let mut said = faults(&text);
        // Outcomes and clauses have the scheme's own names, and what to add to a file is code. "None: every number has a source."
        said.retain(|fault| {
            !(fault.starts_with("a key in place of a word") || fault == "the name of a type" && text.starts_with("None"))
        });
        // An estimate or a limit on both sides of nothing.
        said.retain(|fault| fault != "a minus before a sum" || !(text.contains('±') || text.contains("may pay no less than")));
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric() && letter != '.').collect();
        let of_nothing = |at: usize| words[at] == "0" && words.get(at + 1) == Some(&"of") && words.get(at + 2) == Some(&"the");
        if (0..words.len()).any(of_nothing) {
            said.push("“0 of the”".to_owned());
        }
        if words.iter().any(|word| ["inf", "infinity", "nan"].contains(&word.to_lowercase().as_str())) {
            said.push("no number".to_owned());
        }
        found.extend(said.into_iter().map(|what| format!("{what}: {text}")));
    }
    found.sort();
    found.dedup();
    found
}

/// The texts of a page, each as a reader sees it. A figure's coordinates and what the page is drawn with are none.
fn texts(body: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        if BLOCKS.contains(&name) {
            out.push(String::new());
        }
        let text =
            text.replace('\n', " ").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        out.last_mut().expect("it has one").push_str(&text);
    }
    let trimmed = out.into_iter().map(|text| text.trim().to_owned());
    trimmed.filter(|text| text.chars().any(char::is_alphabetic)).collect()
}

/// A fault of one page, told once with the first page that has it.
#[derive(Default)]
struct Faults(BTreeMap<String, String>);

impl Faults {
    fn look(&mut self, about: &str, page: &str) {
        for fault in wrong(page) {
            self.0.entry(fault).or_insert_with(|| about.to_owned());
        }
    }

    fn none(&self) {
        let all: Vec<String> = self.0.iter().map(|(fault, page)| format!("{page}: {fault}")).collect();
        assert!(all.is_empty(), "{} faults\n{}", all.len(), all.join("\n"));
    }
}

/// None, one, and all of a list.
fn cuts(all: usize) -> Vec<usize> {
    let mut cuts = vec![0, 1, 2, all];
    cuts.retain(|count| *count <= all);
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn tested(scheme: &str, scenarios: u32) -> StressResult {
    let request = StressRequest { replications: 20, scenarios, ..StressRequest::new(Path::new(scheme), Reach::Inside(None)) };
    stress(&request, &silent).expect("a shipped scheme")
}

#[test]
fn the_page_of_a_stress_test_reads_as_english_with_none_one_and_several() {
    let mut faults = Faults::default();
    // One outcome and one area, and several of each.
    for scheme in ["plain-linear", "work-programme-2011"] {
        for scenarios in [0, 1, 2] {
            let mut result = tested(scheme, scenarios);
            faults.look(&format!("{scheme}, {scenarios} scenarios"), &result.html());
            let whole = result.stress.clone();
            for count in cuts(whole.reported.len()) {
                result.stress.reported.truncate(count);
                faults.look(&format!("{scheme}, {scenarios} scenarios, {count} risks"), &result.html());
                // The same risks, present and absent.
                for present in [true, false] {
                    // The words of a risk are made for what it is, so only one is taken for the other.
                    if present && count > 1 {
                        continue;
                    }
                    result.stress.reported.iter_mut().for_each(|reported| reported.finding.present = present);
                    faults.look(&format!("{scheme}, {scenarios} scenarios, {count} risks present: {present}"), &result.html());
                }
                result.stress.reported.clone_from(&whole.reported);
            }
            for count in cuts(whole.expected.len()) {
                result.stress.expected.truncate(count);
                faults.look(&format!("{scheme}, {count} outcomes"), &result.html());
                result.stress.expected.clone_from(&whole.expected);
            }
            for count in cuts(whole.assumptions.len()) {
                result.stress.assumptions.truncate(count);
                faults.look(&format!("{scheme}, {count} assumptions"), &result.html());
                result.stress.assumptions.clone_from(&whole.assumptions);
            }
            for count in cuts(whole.by_cost.len()) {
                result.stress.by_cost.truncate(count);
                faults.look(&format!("{scheme}, {count} costs"), &result.html());
                result.stress.by_cost.clone_from(&whole.by_cost);
            }
            for failed in [1, 2] {
                result.stress.scenarios_failed = failed;
                faults.look(&format!("{scheme}, {failed} scenarios failed"), &result.html());
            }
        }
    }
    faults.none();
}

#[test]
fn the_page_of_a_sensitivity_analysis_reads_as_english_with_none_one_and_several() {
    let request = SensitivityRequest { scheme: PathBuf::from("plain-linear"), reach: Reach::Inside(None), seed: 1 };
    let result = sensitivity(&request, &silent).expect("a shipped scheme");
    let mut faults = Faults::default();
    faults.look("sensitivity", &result.html());
    for kept in cuts(result.found.kept.len()) {
        for failed in [0, 1, 2] {
            let mut found = result.found.clone();
            found.kept.truncate(kept);
            found.failed = failed;
            found.outputs.iter_mut().for_each(|output| output.shares.truncate(kept));
            let notes = report::sensitivity_summary::notes(&found, 1);
            faults.look(&format!("{kept} numbers, {failed} failed"), &report::sensitivity::page(&result.scheme, &found, &notes));
        }
    }
    for count in cuts(result.found.outputs.len()) {
        let mut found = result.found.clone();
        found.outputs.truncate(count);
        faults.look(&format!("{count} figures"), &report::sensitivity::page(&result.scheme, &found, "Seed 1."));
    }
    faults.none();
}

#[test]
fn the_page_of_a_statement_reads_as_english_with_none_one_and_several() {
    let folder = folder::open(Path::new("plain-linear"), Reach::Inside(None)).expect("a shipped scheme");
    let scheme = folder.scheme().expect("it has no mistakes");
    let tally = contract::explain::expected_tally(&scheme, 0, None);
    let file = FileRead { name: "people.csv".to_owned(), sha256: "0".repeat(64), rows: 1, used: 1, set_aside: 0, repeats: 0 };
    let mut faults = Faults::default();
    for providers in [0, 1, 3] {
        for lines in [0, 1, usize::MAX] {
            for waiting in [0, 1, 2] {
                let providers: Vec<String> =
                    (0..providers).map(|number| format!("Provider {}", ["A", "B", "C"][number])).collect();
                let of = |provider: &String| ledger::statement::lines(&scheme, provider, &tally).into_iter().take(lines);
                let statement = Statement {
                    contract: "plain-linear".to_owned(),
                    version: ledger::Hash::NONE,
                    as_at: date(2029, 4, 30),
                    known_at: date(2029, 4, 30),
                    lines: providers.iter().flat_map(of).collect(),
                    providers,
                };
                let quality = QualityReport { files: vec![file.clone(); waiting], ..QualityReport::default() };
                let waiting = vec!["1 person is not yet known.".to_owned(); waiting];
                let about = format!("{} providers, {} lines", statement.providers.len(), statement.lines.len());
                let page = report::statement::page(&scheme, &statement, &waiting, Some(&quality));
                faults.look(&about, &page);
                faults.look(&about, &report::statement::page(&scheme, &statement, &waiting, None));
            }
        }
    }
    faults.none();
}

#[test]
fn the_page_of_duplication_reads_as_english_with_none_one_and_several() {
    let day = date(2029, 4, 30);
    let purpose = Purpose {
        name: "planning".to_owned(),
        why: "to plan services".to_owned(),
        legal_basis: "public task".to_owned(),
        agencies: vec!["housing".to_owned(), "police".to_owned()],
        shows: Vec::new(),
        from: day,
        until: day,
    };
    let pair = ["housing".to_owned(), "police".to_owned()];
    let rules = DuplicationRules::default();
    let mut faults = Faults::default();
    for people in [0, 1, 2, 2_000] {
        for pieces in [0, 1, 2] {
            for costs in [0, 1] {
                let second = |person: usize| SecondPiece {
                    person,
                    work: 0,
                    need: String::new(),
                    agencies: pair.clone(),
                    from: [20_000, 20_000 + person as Day],
                    days: 1,
                };
                let counts = DuplicationCounts {
                    held_by: BTreeMap::from([(1, people), (2, people)]).into_iter().filter(|(_, people)| *people > 0).collect(),
                    both: BTreeMap::from([(pair.clone(), people)]).into_iter().filter(|(_, people)| *people > 0).collect(),
                    seconds: (0..pieces).map(second).collect(),
                };
                let cost = UnitCost {
                    work: rules.works[0].name.clone(),
                    department: String::new(),
                    by_month: false,
                    pence: [10_000, 8_000, 12_000],
                    price_year: "2024".to_owned(),
                    source: "somebody's figure".to_owned(),
                };
                let report = DuplicationReport {
                    purpose: purpose.clone(),
                    days: QueryDates { as_at: day, known_at: None },
                    looking: rules.clone(),
                    unit_costs: vec![cost; costs],
                    counts: [counts.clone(), counts.clone(), counts],
                    links: pieces,
                    list: None,
                    quality: QualityReport::default(),
                    notes: Vec::new(),
                };
                faults.look(&format!("{people} people, {pieces} pieces, {costs} costs"), &report.page());
            }
        }
    }
    faults.none();
}

#[test]
fn the_page_of_a_linkage_reads_as_english_with_none_one_and_several() {
    let mut faults = Faults::default();
    let scratch = std::env::temp_dir().join(format!("wellspent-pages-{}", std::process::id()));
    for people in [0_u32, 1, 2, 60] {
        let folder = scratch.join(people.to_string());
        fs::create_dir_all(&folder).expect("a folder");
        let mut config = "purpose = \"a trial\"\nbasis = \"consent\"\n".to_owned();
        for agency in ["police", "housing"] {
            let row = |number: u32| {
                let (forename, surname) = (["Ann", "Ben", "Cat", "Dee", "Eve"][number as usize % 5], ["Lee", "Moss", "Nye"]);
                let surname =
                    format!("{}{}", surname[number as usize % 3], "abcdefghijklmnopqrst".split_at(number as usize % 20).0);
                format!("{number},{forename},{surname},{}-0{}-1{}\n", 1950 + number, 1 + number % 9, number % 9)
            };
            let rows: String = (0..people).map(row).collect();
            fs::write(folder.join(format!("{agency}.csv")), format!("id,forename,surname,born\n{rows}")).expect("a table");
            config += &format!(
                "[table.{agency}]\nfile = \"{agency}.csv\"\nid = \"id\"\n[table.{agency}.columns]\nforename = \"forename\"\nsurname = \
                 \"surname\"\nborn = \"date of birth\"\n"
            );
        }
        fs::write(folder.join("link.toml"), config).expect("a configuration");
        let out = folder.join("out");
        let request = LinkRequest {
            config: folder.join("link.toml"),
            reach: Reach::Inside(None),
            out: Some(out.clone()),
            day: Some(date(2029, 4, 30)),
            why: None,
        };
        // Nobody cannot be linked, and too few people teach a model nothing. What is refused has no page.
        if link(&request).is_ok() {
            faults.look(&format!("{people} people"), &fs::read_to_string(out.join("report.html")).expect("a page"));
        } else {
            assert!(people < 60, "60 people can be linked");
        }
    }
    fs::remove_dir_all(&scratch).expect("the folder can be removed");
    faults.none();
}
