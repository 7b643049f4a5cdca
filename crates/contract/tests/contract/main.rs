//! What a contract pays at its thresholds, whether clauses do what they say of themselves, and what happens with files that cannot be a contract.

mod awards;
mod caps;
mod declarations;
mod exceptions;
mod handed_over;
mod hostile;
mod households;
mod market_allocation;
mod market_file;
mod parts;
mod points;
mod segments;
mod sentences;
mod signs;
mod terms;
mod thresholds;
mod ties;
mod times;

use base::SchemeFiles;
use base::problem::{Problem, Severity};
use base::reader::{Reader, ScenarioDraw};
use base::source::{FileBytes, Folder};
use contract::Scheme;

/// The head of a scheme file, up to its outcomes: `cohorts` whole years of `segments`.
fn head(years: usize, segments: &[&str], rounding: &str) -> String {
    let names: Vec<String> = segments.iter().map(|name| format!("\"{name}\"")).collect();
    format!(
        "scheme = \"T\"\ncurrency = \"GBP\"\nrounding = \"{rounding}\"\nmonth_end = \"last day of month\"\nfrom = \"assumption: test\"\n\
         segments = [{}]\n[contract]\nstarts = 2020-01-01\nends = 2040-12-31\n[cohorts]\nstarts = 2020-01-01\nends = {}-12-31\n\
         every = \"1 year\"\npeople = 100\n",
        names.join(", "),
        2019 + years
    )
}

fn opened(files: &[(&str, &str)]) -> SchemeFiles {
    base::open(&Folder::from_iter(
        files.iter().map(|(name, text)| ((*name).to_owned(), FileBytes::Read(text.as_bytes().to_vec()))),
    ))
}

/// Everything wrong with a scheme, without the warnings that price it hundreds of times.
fn problems(opened: &SchemeFiles) -> (Option<Scheme>, Vec<Problem>) {
    let picks = ScenarioDraw::new();
    let reader = Reader::new(opened, &picks);
    let scheme = contract::read::scheme(&reader);
    let problems = opened.problems.iter().cloned().chain(reader.problems.into_inner()).collect();
    (scheme, problems)
}

fn sound(opened: &SchemeFiles) -> Scheme {
    let (scheme, problems) = problems(opened);
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let said: String = errors.map(|problem| problem.render("", &opened.sources)).collect();
    scheme.unwrap_or_else(|| panic!("the scheme has errors\n{said}"))
}

/// How many random inputs a test tries; `WELLSPENT_HEAVY=40` tries forty times as many.
fn rounds(usual: usize) -> usize {
    let heavy = std::env::var("WELLSPENT_HEAVY").ok().and_then(|times| times.parse::<usize>().ok());
    usual * heavy.unwrap_or(1)
}

/// Numbers that look random and are the same in every run (Knuth's multiplier, the upper bits).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % end.max(1)
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as i64) as usize]
    }
}
