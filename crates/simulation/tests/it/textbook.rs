//! Textbook cases: all of them agree, a wrong textbook is found out, and the answer comes from the file.

use std::path::{Path, PathBuf};

use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw, SchemeFiles};
use simulation::game::{self, GAME_FILE};
use simulation::textbook::{self, ComparedFigure, TEXTBOOK_FILE};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemes/theory")
}

/// A case, its files changed on the way in.
fn open(name: &str, change: impl Fn(&str, String) -> String) -> SchemeFiles {
    let mut folder = Folder::new();
    for entry in std::fs::read_dir(cases().join(name)).expect("a case").flatten() {
        let file = entry.file_name().into_string().expect("a name");
        let text = std::fs::read_to_string(entry.path()).expect("text");
        folder.insert(file.clone(), FileBytes::Read(change(&file, text).into_bytes()));
    }
    base::open(&folder)
}

fn compare(name: &str, change: impl Fn(&str, String) -> String) -> Vec<ComparedFigure> {
    let opened = open(name, change);
    let (case, problems) = textbook::read(&opened);
    let case = case.unwrap_or_else(|| panic!("{name}: {problems:?}"));
    textbook::compare(&opened, &case, 1).unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
}

/// One text in one file for another.
fn replaced(name: &str, file: &str, from: &str, to: &str) -> Vec<ComparedFigure> {
    compare(name, |at, text| {
        assert!(at != file || text.contains(from), "{name}/{file} has no `{from}`");
        if at == file { text.replace(from, to) } else { text }
    })
}

#[test]
fn every_case_agrees_with_its_textbook() {
    let mut names: Vec<String> = std::fs::read_dir(cases())
        .expect("the textbook cases are in the repository")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a name"))
        .collect();
    names.sort();
    assert!(names.len() >= 49, "{names:?}");
    let mut wrong = Vec::new();
    for name in &names {
        let compared = compare(name, |_, text| text);
        assert!(!compared.is_empty(), "{name} compares nothing");
        for one in compared {
            println!("{name}: {}: textbook {}, engine {:?}", one.label, one.textbook, one.engine);
            if !one.agrees() {
                wrong.push(format!("{name}: {one:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Five in the last of six places is enough to be found out where nothing is simulated, and five errors where something is.
#[test]
fn a_wrong_textbook_is_found_out() {
    let differ = |compared: &[ComparedFigure]| compared.iter().filter(|one| !one.agrees()).count();
    assert_eq!(differ(&replaced("linear-contract", TEXTBOOK_FILE, "value = 0.8\n", "value = 0.800005\n")), 1);
    // The same figure found by two roads.
    assert_eq!(differ(&replaced("parking", TEXTBOOK_FILE, "value = 277.25837", "value = 277.25937")), 2);
    assert_eq!(differ(&replaced("common-value", TEXTBOOK_FILE, "value = 0.666666667\n", "value = 0.68\n")), 2);
    assert_eq!(differ(&replaced("regression-to-the-mean", TEXTBOOK_FILE, "value = 0.55992", "value = 0.57992")), 1);
}

/// Every form of game, and schemes, with one number changed in the file: the answer moves to where the textbook's formula has
/// it for the new number.
#[test]
fn a_changed_number_changes_the_answer() {
    let two_pi = 2.0 * std::f64::consts::PI;
    let expected: [(&str, &str, &str, &str, &str, f64); 26] = [
        // v / (1 + r c s²) with r = 4.
        ("linear-contract", GAME_FILE, "risk_aversion = 2", "risk_aversion = 4", "share", 0.25),
        // B1 − B2 C12 over 1 + r s² (1 − C12²) with C12 = 0.2.
        ("multitask", GAME_FILE, "uncounted = 0.5", "uncounted = 0.2", "share", 0.8 / 1.96),
        ("giving-up", GAME_FILE, "bonus = 2", "bonus = 2.1", "threshold at which it gives up", 4.2f64.sqrt()),
        ("timing-at-a-quota", GAME_FILE, "cost = 2", "cost = 1.3", "reach", (2.0f64 / 1.3).sqrt()),
        // b r / (r + λ) with λ = 0.1.
        ("ratchet", GAME_FILE, "0.25 (0 to 0.25)", "0.1 (0 to 0.25)", "effective price", 1.0 / 3.0),
        ("team", GAME_FILE, "players = 4", "players = 5", "share of the first best", 0.4 - 0.04),
        ("tournament", GAME_FILE, "variance = 1", "variance = 2", "effort", 1.0 / two_pi.sqrt()),
        ("bid-contest", GAME_FILE, "entry_cost = 5", "entry_cost = 2", "entrants", 7.0),
        // Costs 10, 10 and 30: (100 − 3 × 10 + 40) / 4.
        ("cournot", GAME_FILE, "[provider.three]\ncost = 10", "[provider.three]\ncost = 30", "quantity of one", 27.5),
        // Played 3 : 5 : 2, which leaves the column player 0.1 short whatever it does.
        ("rock-paper-scissors", GAME_FILE, "rock = -2\npaper = 1", "rock = -2\npaper = 2", "value to row", 0.1),
        ("weakest-link", GAME_FILE, "benefit = 90", "benefit = 120", "belief that one needs", 0.5),
        ("private-cost", GAME_FILE, "bidders = 4", "bidders = 8", "first-price bid", 0.3),
        ("sensitivity", GAME_FILE, "b = 0.1", "b = 0", "share in all of z", 0.0),
        // c′ − b′ = 1 with b = √e: e = (3/2)².
        ("incomplete-contract", GAME_FILE, "\"2 (0 to 2)\"", "\"1 (0 to 2)\"", "spent on saving at best", 2.25),
        // 1 − (0.3/1.3) × 0.3.
        ("cost-menu", GAME_FILE, "cost = 1.5", "cost = 1.3", "effort of other", 1.0 - 0.09 / 1.3),
        ("mixed-payment", GAME_FILE, "weight = 0.5", "weight = 0.25", "best share to bear", 0.25),
        // √(c t/F) and √(t/(4F)) with c = 4.
        ("quality-at-a-fixed-price", GAME_FILE, "quality_cost = 1", "quality_cost = 4", "entrants", 240f64.sqrt()),
        ("quality-at-a-fixed-price", GAME_FILE, "quality_cost = 1", "quality_cost = 4", "best number", 15f64.sqrt()),
        ("share-by-performance", GAME_FILE, "margin = 100", "margin = 400", "effort of each of two", 10.0),
        // A range of 2: √(4 × 0.25) − 0.25.
        ("low-bid-and-bond", GAME_FILE, "high = 1", "high = 2", "price with a bond of 0.25", 0.75),
        ("informed-incumbent", GAME_FILE, "high = 1", "high = 3", "incumbent's profit", 0.5),
        // 0.8 × 0.3/(0.8 × 0.3 + 0.2 × 0.6).
        (
            "rating-bias",
            GAME_FILE,
            "satisfies = 0.6",
            "satisfies = 0.8",
            "rating when the dissatisfied answer twice as often",
            2.0 / 3.0,
        ),
        // Two of four fail.
        ("collapse-cover", GAME_FILE, "failing = 1", "failing = 2", "highest safe utilisation of four", 0.5),
        // Shares of 0.5, 0.3 and 0.4: Σ s − Σ s²/2 over n/2.
        ("pooled-budget", GAME_FILE, "share = 0.2", "share = 0.4", "share of the first best", (1.2 - 0.25) / 1.5),
        ("order-of-help", GAME_FILE, "succeeds = 0.8", "succeeds = 0.5", "best chance", 0.4),
        // Half of what money can do at half of the price: 1/(θ κ) with κ = ln 2 / 415.89.
        ("parking", "segments.csv", "831.78", "415.89", "un-parking price of hard", 415.89 / std::f64::consts::LN_2 / 0.06),
    ];
    for (name, file, from, to, label, value) in expected {
        let compared = replaced(name, file, from, to);
        let one = compared.into_iter().find(|one| one.label == label).expect("a figure of the case");
        let moved = ComparedFigure { textbook: value, ..one };
        assert!(moved.agrees(), "{name} with `{to}`: {moved:?}");
    }
    // Where a figure is simulated, its error moves with the number of draws.
    let few = replaced("regression-to-the-mean", GAME_FILE, "400_000", "40_000");
    let many = compare("regression-to-the-mean", |_, text| text);
    let ratio = few[0].engine.error / many[0].engine.error;
    assert!((2.0..5.0).contains(&ratio), "a tenth of the draws gives {ratio} times the error");
}

/// A player type that Cournot never wrote about: with unequal costs the solver still leaves nobody anything to gain.
#[test]
fn unequal_players_settle_without_regret() {
    let compared = replaced("cournot", GAME_FILE, "[provider.two]\ncost = 10", "[provider.two]\ncost = 41.5");
    let regret = compared.iter().find(|one| one.label == "regret").expect("a figure");
    assert!(regret.engine.mean < 1e-9, "{regret:?}");
}

#[test]
fn the_same_seed_gives_the_same_figures_at_any_number_of_threads() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| format!("{:?}{:?}", compare("common-value", |_, text| text), compare("pilot-to-scale", |_, text| text)))
    };
    assert_eq!(run(1), run(3));
}

const BEGIN: &str = "<!-- games: `UPDATE=1 cargo test -p simulation --test it games` writes what follows -->\n";
const END: &str = "<!-- games end -->\n";

/// A section for each form, in reading order: what it is, an example that can be solved, the figures of its answer.
fn reference_of_games() -> String {
    let mut out = String::new();
    for form in &game::CATALOGUE {
        let folder = Folder::from([(GAME_FILE.to_owned(), FileBytes::Read(form.example.as_bytes().to_vec()))]);
        let opened = base::open(&folder);
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&opened, &picks);
        let game = game::read(&reader).unwrap_or_else(|| panic!("{}: {:?}", form.name, reader.problems.borrow()));
        let figures = game::solve(&game, 1);
        assert!(figures.len() > 1 && figures.iter().all(|figure| figure.value.mean.is_finite()), "{figures:?}");
        let names: Vec<String> = figures.iter().map(|figure| format!("`{}`", figure.name)).collect();
        let summary = form.summary.split_whitespace().collect::<Vec<_>>().join(" ").replace(". ", ".\n");
        out += &format!("### {}\n\n{summary}\n\n```toml\n{}\n```\n\n", form.name, form.example);
        out += &format!("Figures: {}.\n\n", names.join(", "));
    }
    out
}

#[test]
fn the_reference_of_games_is_current() {
    let path = cases().join("../../docs/game-file.md");
    let written = std::fs::read_to_string(&path).expect("the reference");
    let (head, rest) = written.split_once(BEGIN).expect("the line before the games");
    let (_, tail) = rest.split_once(END).expect("the line after the games");
    let current = format!("{head}{BEGIN}\n{}{END}{tail}", reference_of_games());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &current).expect("the reference can be written");
    }
    assert!(written == current || std::env::var_os("UPDATE").is_some(), "docs/game-file.md is out of date\nhint: {BEGIN}");
}

/// Nothing that can be written into a number makes the solvers stop or go on for ever.
#[test]
fn extreme_numbers_are_refused_or_answered() {
    for (name, from) in [
        ("linear-contract", "variance = 1.5"),
        ("threshold-bonus", "bonus = 2"),
        ("ratchet", "cost = 1"),
        ("cost-menu", "cost = 1.5"),
        ("mixed-payment", "each = 4"),
        ("quality-at-a-fixed-price", "travel = 3"),
        ("share-by-performance", "margin = 100"),
        ("low-bid-and-bond", "high = 1"),
        ("collapse-cover", "capacity = 1"),
    ] {
        let key = from.split(" = ").next().expect("a key");
        for number in ["0", "-1", "0.000001", "1_000_000", "999_999_999"] {
            let opened = open(name, |_, text| text.replace(from, &format!("{key} = {number}")));
            if let (Some(case), _) = textbook::read(&opened) {
                assert!(textbook::compare(&opened, &case, 1).is_ok(), "{name} with {key} = {number}");
            }
        }
    }
}
