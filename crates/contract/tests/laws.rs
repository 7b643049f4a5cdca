//! Laws that hold for every scheme and every tally, checked on random ones. The schemes are written as text and read, as
//! a user's would be.

use std::collections::BTreeSet;

use base::SchemeFiles;
use base::literal::{Change, Literal as _, PerHead};
use base::money::{Pence, Rate};
use base::problem::Severity;
use base::reader::{Reader, ScenarioDraw};
use base::schedule::CohortTime;
use base::source::{FileBytes, Folder};
use contract::Scheme;
use contract::clauses::{CATALOGUE, Clause, ClauseTerms};
use contract::price::{NoLines, Paid, price, statement};
use contract::tally::Tally;
use contract::terms::{Baseline, OutcomeKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

const SEGMENTS: [&str; 3] = ["a", "b", "c"];
/// How many periods of a job are paid for at most.
const MOST_PERIODS: i64 = 13;

/// A random contract, before it is written out.
#[derive(Clone, Debug)]
struct Contract {
    rounding: usize,
    /// Which of [`SEGMENTS`], in the order of the file.
    segments: Vec<usize>,
    half_years: usize,
    /// In tenths of a percent.
    baseline: i64,
    comparison: bool,
    /// Whether people may be excepted from reoffending.
    exceptions: bool,
    /// Prices in pounds, by segment.
    job_prices: [i64; 3],
    fee: i64,
    falls: i64,
    reward: i64,
    deduction: Option<i64>,
    gate: Option<Gate>,
    /// In which segments the gate must be met: in all together, in each, or in at least one.
    met_in: usize,
    /// Whether the tariff, the bonus and the award are for each segment by itself.
    each_segment: bool,
    counts_from_gate: bool,
    hurdle: bool,
    over: usize,
    tops_up: bool,
    bonus: Option<(i64, Option<i64>, usize)>,
    /// A plain level in percent, and what each standard met adds.
    award: Option<(i64, [i64; 3])>,
    /// Rates in percent for no points and for all, and which of the ways to pay.
    points: Option<(i64, i64, usize)>,
    at_risk: Option<i64>,
    clawback: Option<i64>,
    floor: Option<i64>,
    cap: Option<i64>,
    events: Option<(i64, bool)>,
    /// Prices in pounds, by segment.
    attachment: Option<[i64; 3]>,
    /// The price, and whether periods count from the baseline.
    sustained: Option<(i64, bool)>,
    /// The penalty. With an audit the provider itself reports the jobs.
    audit: Option<i64>,
    /// The share of a surplus in percent, and what is kept first.
    surplus: Option<(i64, i64)>,
    /// The share of the costs in percent, whether the fee comes off first, and the most that is paid.
    costs: Option<(i64, bool, Option<i64>)>,
    /// A month's payment on account of jobs.
    on_account: Option<i64>,
    /// Multiplies every amount of money.
    scale: i64,
}

#[derive(Clone, Copy, Debug)]
enum Gate {
    Points(i64),
    MoreThanPoints(i64),
    Relative(i64),
    Significant(bool),
}

impl Gate {
    fn text(self) -> String {
        match self {
            Gate::Points(n) => format!("improves_by_at_least = \"{}.{} percentage points\"", n / 10, n % 10),
            Gate::MoreThanPoints(n) => format!("improves_by_more_than = \"{}.{} percentage points\"", n / 10, n % 10),
            Gate::Relative(n) => format!("improves_by_at_least = \"{n} %\""),
            Gate::Significant(two) => {
                format!("significant_at = \"5 %\", sides = \"{}-sided\"", if two { "two" } else { "one" })
            }
        }
    }
}

fn contract() -> impl Strategy<Value = Contract> {
    let gate = prop_oneof![
        (0i64..60).prop_map(Gate::Points),
        (0i64..60).prop_map(Gate::MoreThanPoints),
        (0i64..20).prop_map(Gate::Relative),
        any::<bool>().prop_map(Gate::Significant),
    ];
    let people =
        (0usize..3, prop_oneof![Just(vec![0]), Just(vec![1, 0]), Just(vec![2, 0, 1])], 1usize..7, 100i64..900, any::<bool>());
    let prices = ([0i64..5_000, 0i64..5_000, 0i64..5_000], 0i64..300, 0i64..3, 0i64..20_000, proptest::option::of(0i64..20_000));
    let segments = (0usize..3, any::<bool>());
    let tariff = (proptest::option::of(gate), any::<bool>(), any::<bool>(), 0usize..3, any::<bool>(), segments);
    let bonus = proptest::option::of((0i64..50, proptest::option::of(50i64..100), 0usize..3));
    let award = proptest::option::of((0i64..100, [0i64..200_000, 0i64..200_000, 0i64..200_000]));
    let points = proptest::option::of((50i64..100, 0i64..50, 0usize..4));
    let others = (
        (bonus, award, points),
        proptest::option::of(0i64..100),
        proptest::option::of(0i64..3_000),
        proptest::option::of(0i64..500_000),
        proptest::option::of(0i64..2_000_000),
        proptest::option::of((0i64..2_000, any::<bool>())),
        proptest::option::of([0i64..900, 0i64..900, 0i64..900]),
        proptest::option::of((0i64..400, any::<bool>())),
        (
            proptest::option::of(0i64..9_000),
            proptest::option::of((0i64..101, 0i64..30)),
            proptest::option::of((0i64..101, any::<bool>(), proptest::option::of(0i64..400_000))),
            proptest::option::of(0i64..90_000),
        ),
    );
    (people, prices, tariff, others).prop_map(|(people, prices, tariff, others)| Contract {
        rounding: people.0,
        met_in: if people.1.len() > 1 && !tariff.1 { tariff.5.0 } else { 0 },
        segments: people.1,
        half_years: people.2,
        baseline: people.3,
        comparison: people.4,
        exceptions: prices.1 % 2 == 1,
        job_prices: prices.0,
        fee: prices.1,
        falls: prices.2,
        reward: prices.3,
        deduction: prices.4,
        gate: tariff.0,
        each_segment: tariff.5.1,
        counts_from_gate: tariff.1 && matches!(tariff.0, Some(Gate::Points(_) | Gate::MoreThanPoints(_) | Gate::Relative(_))),
        hurdle: tariff.2,
        over: tariff.3,
        tops_up: tariff.4,
        bonus: others.0.0,
        award: others.0.1,
        points: others.0.2,
        at_risk: others.1,
        clawback: others.2,
        floor: others.3,
        cap: others.4,
        events: others.5,
        attachment: others.6,
        sustained: others.7,
        audit: others.8.0,
        surplus: others.8.1,
        costs: others.8.2,
        on_account: others.8.3,
        scale: 1,
    })
}

impl Contract {
    fn pounds(&self, amount: i64) -> String {
        format!("£{}", amount * self.scale)
    }

    fn folder(&self) -> Folder {
        let rounding = ["nearest penny, half up", "nearest penny, half even", "down to the penny"][self.rounding];
        let names: Vec<String> = self.segments.iter().map(|&at| format!("\"{}\"", SEGMENTS[at])).collect();
        let ends = ["09-30", "03-31"][(self.half_years + 1) % 2];
        let end = format!("{}-{ends}", 2027 + self.half_years / 2);
        let baseline = match self.comparison {
            true => "{ comparison_people_each = 3 }".to_owned(),
            false => format!("\"{}.{} %\"", self.baseline / 10, self.baseline % 10),
        };
        let over = ["each cohort", "each year", "all cohorts"][self.over];
        let exceptions = match self.exceptions {
            true => "[outcome.reoffending.exceptions]\nevents = \"moved\"\ngood_result = \"left out\"\n",
            false => "",
        };
        let mut text = format!(
            "scheme = \"Random\"\ncurrency = \"GBP\"\nrounding = \"{rounding}\"\nmonth_end = \"last day of month\"\n\
             segments = [{}]\nfrom = \"assumption: random\"\n\n[contract]\nstarts = 2027-04-01\nends = 2035-03-31\n\n\
             [cohorts]\nstarts = 2027-04-01\nends = {end}\nevery = \"6 months\"\npeople = 900\n\n\
             [outcome.reoffending]\nmeasure = \"people who reoffend\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nbaseline = {baseline}\n{exceptions}\n\
             [outcome.reoffences]\nmeasure = \"reoffences\"\nkind = \"frequency\"\nof = \"reoffending\"\nper = \"{}\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nbaseline = \"1.7 per person\"\n\n\
             [outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"30 %\"\n{}\n\
             [outcome.kept]\nmeasure = \"weeks in a job\"\nkind = \"sustained\"\nof = \"job\"\nevery = \"4 weeks\"\nmost = {MOST_PERIODS}\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"1.9 per person\"\n\n",
            names.join(", "),
            if self.events.is_some_and(|(_, affected)| affected) { "affected" } else { "person" },
            if self.audit.is_some() { "reported_by = \"provider\"\n" } else { "" },
        );
        let mut clause = |text_of: String| text += &format!("{text_of}\n");
        clause(format!(
            "[pay.fee]\nclause = \"service fee\"\neach_month = \"{}\"\nfalls_each_year = \"{}0 %\"\n",
            self.pounds(1_000 * self.fee),
            self.falls
        ));
        clause(
            "[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = { table = \"prices.csv\", column = \"job\" }\n"
                .into(),
        );
        let mut tariff = format!(
            "clause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"{}\"\n",
            self.pounds(self.reward)
        );
        if let Some(deduction) = self.deduction {
            tariff += &format!("deduction = \"{}\"\n", self.pounds(deduction));
        }
        if let Some(gate) = self.gate {
            let met_in = match self.met_in {
                _ if self.each_segment && !self.tops_up => "",
                0 => "",
                1 => ", met_in = \"each segment\"",
                _ => ", met_in_at_least = 1",
            };
            tariff += &format!("gate = {{ {}{met_in} }}\n", gate.text());
        }
        if self.counts_from_gate {
            tariff += "counts_from = \"gate\"\n";
        }
        if self.hurdle {
            tariff += "hurdle = { outcome = \"job\", improves_by_at_least = \"1 percentage point\" }\n";
        }
        if self.each_segment && !self.tops_up {
            tariff += "measured_for = \"each segment\"\n";
        }
        let measured_for = if self.each_segment { "each segment" } else { "all segments" };
        clause(format!("[pay.person]\n{tariff}measured_over = \"{over}\"\n"));
        if self.tops_up {
            clause(format!("[pay.all]\n{tariff}measured_over = \"all cohorts\"\ntops_up = [\"person\"]\n"));
        }
        if let Some((price, _)) = self.events {
            clause(format!(
                "[pay.events]\nclause = \"tariff\"\noutcome = \"reoffences\"\nper = \"event\"\nreward = \"{}\"\n",
                self.pounds(price)
            ));
        }
        if self.attachment.is_some() {
            clause("[pay.start]\nclause = \"attachment fee\"\nprice = { table = \"prices.csv\", column = \"start\" }\n".into());
        }
        if let Some((price, beyond)) = self.sustained {
            clause(format!(
                "[pay.kept]\nclause = \"sustainment payment\"\noutcome = \"kept\"\nprice = \"{}\"\ncounts_from = \"{}\"\n",
                self.pounds(price),
                if beyond { "baseline" } else { "nothing" }
            ));
        }
        if let Some(penalty) = self.audit {
            clause(format!(
                "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"10 %\"\npenalty = \"{}\"\n",
                self.pounds(penalty)
            ));
        }
        if let Some((above, up_to, per)) = self.bonus {
            let per = ["person", "percentage point", "lump sum"][per];
            let up_to = up_to.map_or(String::new(), |up_to| format!("up_to = \"{up_to}.1 %\"\n"));
            clause(format!(
                "[pay.bonus]\nclause = \"bonus\"\noutcome = \"reoffending\"\nabove = \"{above} %\"\n{up_to}per = \"{per}\"\nprice = \"{}\"\nmeasured_over = \"{over}\"\nmeasured_for = \"{measured_for}\"\n",
                self.pounds(777)
            ));
        }
        if let Some((level, [none, one, two])) = self.award {
            let pays =
                [none, none + one, none + one + two, none + one + two].map(|pounds| format!("\"{}\"", self.pounds(pounds)));
            let standards = [
                format!("{{ outcome = \"reoffending\", reaches = \"{level} %\" }}"),
                "{ outcome = \"reoffending\", improves_by_more_than = \"2 percentage points\" }".to_owned(),
                "{ outcome = \"reoffences\", reaches = \"2.5 per person\" }".to_owned(),
            ];
            clause(format!(
                "[pay.award]\nclause = \"award\"\nstandards = [{}]\npays = [{}]\nmeasured_over = \"{over}\"\nmeasured_for = \"{measured_for}\"\n",
                standards.join(", "),
                pays.join(", ")
            ));
        }
        if let Some((none, all, way)) = self.points {
            // Others' points are compared by contract year.
            let over = if way < 2 { over } else { "each year" };
            let pays = [
                format!("each_point = \"{}\"", self.pounds(321)),
                format!("levels = [20, 47.5]\npays = [\"£0\", \"{}\", \"{}\"]", self.pounds(900), self.pounds(2_900)),
                format!("pot = \"{}\"\nwinners = 2\nothers = \"others.csv\"", self.pounds(7_001)),
                format!("by_rank = [\"{}\", \"{}\"]\nothers = \"others.csv\"", self.pounds(901), self.pounds(400)),
            ];
            let indicators = [
                format!("{{ outcome = \"reoffending\", points = 40, none_at = \"{none} %\", all_at = \"{all} %\" }}"),
                "{ outcome = \"job\", points = 20, improves_by_at_least = \"1 percentage point\" }".to_owned(),
            ];
            clause(format!(
                "[pay.points]\nclause = \"points payment\"\nindicators = [{}]\n{}\nmeasured_over = \"{over}\"\n",
                indicators.join(", "),
                pays[way]
            ));
        }
        if let Some(each_month) = self.on_account {
            clause(format!(
                "[pay.on_account]\nclause = \"payment on account\"\nof = \"job\"\neach_month = \"{}\"\n",
                self.pounds(each_month)
            ));
        }
        if let Some(share) = self.at_risk {
            clause(format!(
                "[pay.at_risk]\nclause = \"share at risk\"\nof = \"fee\"\nshare = \"{share}.7 %\"\n\
                 gate = {{ outcome = \"reoffending\", improves_by_at_least = \"2 percentage points\" }}\nmeasured_over = \"each year\"\n"
            ));
        }
        if let Some(back) = self.clawback {
            clause(format!(
                "[pay.back]\nclause = \"clawback\"\nof = \"job\"\noutcome = \"reoffending\"\nprice = \"{}\"\nmeasured_over = \"{over}\"\n",
                self.pounds(back)
            ));
        }
        if let Some(least) = self.floor {
            clause(format!(
                "[pay.floor]\nclause = \"floor\"\non = [\"person\"]\nleast = \"-{}\"\nmeasured_over = \"each year\"\n",
                self.pounds(least)
            ));
        }
        if let Some(most) = self.cap {
            // A cap counts what a floor gives back along with the clause the floor limits; otherwise a worse result makes
            // room under the cap at no cost.
            let floor = if self.floor.is_some() { ", \"floor\"" } else { "" };
            clause(format!(
                "[pay.cap]\nclause = \"cap\"\non = [\"job\", \"person\"{floor}]\nmost = \"{}\"\nmeasured_over = \"each year\"\n",
                self.pounds(most)
            ));
        }
        if let Some((share, beyond, most)) = self.costs {
            let beyond = if beyond { "beyond = \"fee\"\n" } else { "" };
            let most = most.map_or(String::new(), |most| format!("at_most = \"{}\"\n", self.pounds(most)));
            clause(format!(
                "[pay.match]\nclause = \"cost share\"\nshare = \"{share} %\"\n{beyond}{most}measured_over = \"{over}\"\n"
            ));
        }
        if let Some((share, first)) = self.surplus {
            clause(format!(
                "[pay.surplus]\nclause = \"surplus share\"\nshare = \"{share}.5 %\"\nkeeps_first = \"{first} %\"\nmeasured_over = \"all cohorts\"\n"
                ).replace("100.5 %", "100 %"));
        }
        let starts = self.attachment.unwrap_or_default();
        let row = |&at: &usize| format!("{},{},{}\n", SEGMENTS[at], self.pounds(self.job_prices[at]), self.pounds(starts[at]));
        let rows: String = self.segments.iter().map(row).collect();
        let others = "provider,year,points\na,1,20\nb,1,47.5\nc,2,30\nd,2,30\na,3,0\na,4,60\n";
        // A table may not speak of years that the contract does not have.
        let years = self.half_years.div_ceil(2).max(1);
        let others: Vec<&str> = others
            .lines()
            .filter(|line| line.split(',').nth(1).and_then(|year| year.parse::<usize>().ok()).is_none_or(|year| year <= years))
            .collect();
        let prices = format!("segment,job,start\n{rows}");
        Folder::from([file("scheme.toml", &text), file("prices.csv", &prices), file("others.csv", &others.join("\n"))])
    }

    fn scheme(&self) -> Scheme {
        sound(&base::open(&self.folder()))
    }
}

fn file(name: &str, text: &str) -> (String, FileBytes) {
    (name.to_owned(), FileBytes::Read(text.as_bytes().to_vec()))
}

/// The scheme of a folder that has no errors. Without the warnings, which price every contract hundreds of times.
fn sound(opened: &SchemeFiles) -> Scheme {
    let picks = ScenarioDraw::new();
    let reader = Reader::new(opened, &picks);
    let scheme = contract::read::scheme(&reader);
    let problems = reader.problems.into_inner();
    let errors = opened.problems.iter().chain(&problems).filter(|problem| problem.severity == Severity::Error);
    let said: String = errors.map(|problem| problem.render("", &opened.sources)).collect();
    scheme.filter(|_| said.is_empty()).unwrap_or_else(|| panic!("the scheme has errors\n{said}"))
}

/// What happened in one cell, as shares, so that it fits any contract: people; and the shares of them who reoffend and find
/// jobs, events for each reoffender, the comparison group's share, the share of the periods that the jobs last, and the share of
/// the jobs that an audit finds false.
type Cell = (i64, f64, f64, f64, f64, f64, f64);

fn cells() -> impl Strategy<Value = Vec<Cell>> {
    let cell = (prop_oneof![9 => 1i64..800, 1 => Just(0)], 0.0..1.0, 0.0..1.0, 1.0..6.0, 0.0..1.0, 0.0..1.0, 0.0..0.2);
    proptest::collection::vec(cell, 18)
}

/// The tally of all cohorts; cell (cohort, segment NAME) is the same whatever the order of the segments.
fn tally(scheme: &Scheme, cells: &[Cell]) -> Tally {
    let mut tally = Tally::empty(scheme, 0, (0..scheme.cohorts.len()).collect());
    for cohort in 0..scheme.cohorts.len() {
        // A different amount for each cohort, between nothing and £1 million.
        tally.costs.push(Some(Pence((cells[cohort * 3].1 * 1e8) as i64)));
        for (segment, name) in scheme.segments.iter().enumerate() {
            let named = SEGMENTS.iter().position(|known| known == name).expect("a known segment");
            let (people, bad, good, events, compared, lasts, false_claims) = cells[cohort * 3 + named];
            let cell = tally.cell(cohort, segment);
            let of = |share: f64, whole: i64| (share * whole as f64) as i64;
            tally.people[cell] = people;
            tally.counts[0][cell] = of(bad, people);
            tally.counts[1][cell] = of(events, tally.counts[0][cell]);
            // Some of those who do not reoffend are excepted.
            if let Some(excepted) = tally.excepted[0].get_mut(cell) {
                *excepted = of(lasts, people - tally.counts[0][cell]);
            }
            tally.counts[2][cell] = of(good, people);
            tally.counts[3][cell] = of(lasts, MOST_PERIODS * tally.counts[2][cell]);
            // Only an outcome that is audited has places for what was found.
            if let Some(found) = tally.found_false[2].get_mut(cell) {
                *found = of(false_claims, tally.counts[2][cell]);
            }
            if let Baseline::Comparison { ratio } = scheme.outcomes[0].baseline {
                tally.comparison[0].people[cell] = (people * ratio).max(1);
                tally.comparison[0].counts[cell] = of(compared, people * ratio);
            }
        }
    }
    tally
}

fn exact(scheme: &Scheme, tally: &Tally) -> (usize, Paid<Pence>) {
    let (lines, paid) = statement(scheme, tally);
    (lines.len(), paid)
}

fn fast(scheme: &Scheme, tally: &Tally) -> Paid<f64> {
    let mut paid = Paid::default();
    price(scheme, tally, &mut paid, &mut NoLines);
    paid
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// The simulation prices with the same code in floating point: each line differs by its rounding and no more.
    #[test]
    fn exact_and_fast_pricing_agree(contract in contract(), cells in cells()) {
        let scheme = contract.scheme();
        let tally = tally(&scheme, &cells);
        let ((lines, exact), fast) = (exact(&scheme, &tally), fast(&scheme, &tally));
        let each = if contract.rounding == 2 { 1.0 } else { 0.5 };
        let allowed = each * lines as f64 + 1e-3;
        prop_assert!((exact.total().0 as f64 - fast.total()).abs() <= allowed, "{} and {}", exact.total(), fast.total());
        for clause in 0..scheme.clauses.len() {
            let (exact, fast) = (exact.clause(clause), fast.clause(clause));
            prop_assert!((exact.0 as f64 - fast).abs() <= allowed, "{}: {exact} and {fast}", scheme.clauses[clause].name);
        }
    }

    /// A statement adds up: its lines to the clauses, the clauses to the total.
    #[test]
    fn every_penny_has_a_line(contract in contract(), cells in cells()) {
        let scheme = contract.scheme();
        let (lines, paid) = statement(&scheme, &tally(&scheme, &cells));
        prop_assert_eq!(lines.iter().map(|line| line.amount.0).sum::<i64>(), paid.total().0);
        for clause in 0..scheme.clauses.len() {
            let sum: i64 = lines.iter().filter(|line| line.clause == clause).map(|line| line.amount.0).sum();
            prop_assert_eq!(sum, paid.clause(clause).0);
        }
    }

    #[test]
    fn money_scales(contract in contract(), cells in cells(), scale in 2i64..9) {
        let (one, many) = (contract.scheme(), Contract { scale, ..contract }.scheme());
        let tally = tally(&one, &cells);
        let costs = tally.costs.iter().map(|costs| costs.map(|Pence(pence)| Pence(scale * pence))).collect();
        let dearer = Tally { costs, ..tally.clone() };
        let (one_fast, many_fast) = (fast(&one, &tally).total(), fast(&many, &dearer).total());
        prop_assert!((scale as f64 * one_fast - many_fast).abs() <= 1e-9 * many_fast.abs() + 1e-3, "{one_fast} {many_fast}");
        let ((lines, one), (_, many)) = (exact(&one, &tally), exact(&many, &dearer));
        prop_assert!((scale * one.total().0 - many.total().0).abs() <= (scale + 1) * lines as i64);
    }

    /// One more person who reoffends never brings a provider money, under any gate, hurdle, bonus, award, points, cap or floor. Two kinds of
    /// contract are left out because there it may: where events are compared with the number of reoffenders, which is what
    /// that measure does, and where a cap or floor holds one of two clauses that are set off against each other.
    #[test]
    fn a_worse_result_never_pays_more(contract in contract(), cells in cells(), at in 0usize..18, more in 1i64..40) {
        let events = contract.events.map(|(price, _)| (price, false));
        let limits = (contract.floor.filter(|_| !contract.tops_up), contract.cap.filter(|_| !contract.tops_up));
        let scheme = Contract { events, floor: limits.0, cap: limits.1, ..contract }.scheme();
        let before = tally(&scheme, &cells);
        let mut after = before.clone();
        let cell = at % after.people.len();
        let worse = (after.counts[0][cell] + more).min(after.measured(&scheme, 0, cell));
        after.counts[0][cell] = worse;
        after.counts[1][cell] = after.counts[1][cell].max(worse);
        let (before, after) = (exact(&scheme, &before).1.total(), exact(&scheme, &after).1.total());
        prop_assert!(after <= before, "{before}, and {after} for a worse result");
    }

    #[test]
    fn the_order_of_segments_does_not_matter(contract in contract(), cells in cells()) {
        let scheme = contract.scheme();
        let mut turned = contract.clone();
        turned.segments.reverse();
        let turned = turned.scheme();
        let (one, other) = (exact(&scheme, &tally(&scheme, &cells)).1, exact(&turned, &tally(&turned, &cells)).1);
        for clause in 0..scheme.clauses.len() {
            prop_assert_eq!(one.clause(clause), other.clause(clause), "{}", &scheme.clauses[clause].name);
        }
    }

    /// What is measured cohort by cohort can be paid cohort by cohort.
    #[test]
    fn cohorts_add_up(contract in contract(), cells in cells()) {
        let contract = Contract { over: 0, tops_up: false, at_risk: None, floor: None, cap: None, surplus: None, ..contract };
        // A pot and a rank are for whole years.
        let contract = Contract { points: contract.points.filter(|(_, _, way)| *way < 2), ..contract };
        let scheme = contract.scheme();
        let whole = tally(&scheme, &cells);
        let parts = (0..scheme.cohorts.len()).map(|cohort| exact(&scheme, &whole.only(&[cohort])).1.total().0);
        prop_assert_eq!(parts.sum::<i64>(), exact(&scheme, &whole).1.total().0);
    }
}

/// The laws hold for every kind of clause only if every kind is drawn. A new one needs a place in [`Contract`].
#[test]
fn every_kind_of_clause_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let mut drawn: BTreeSet<&str> = BTreeSet::new();
    for _ in 0..100 {
        let contract = contract().new_tree(&mut runner).expect("a contract").current();
        drawn.extend(contract.scheme().clauses.iter().map(Clause::kind));
    }
    let missing: Vec<&str> = CATALOGUE.iter().map(|kind| kind.name).filter(|name| !drawn.contains(name)).collect();
    assert!(missing.is_empty(), "no random contract has a clause of the kind {missing:?}");
}

/// Someone who meets a kind of clause in a contract or a message looks it up by its name.
#[test]
fn every_kind_of_clause_is_in_the_glossary() {
    let glossary = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/glossary.md");
    let glossary = std::fs::read_to_string(glossary).expect("the glossary");
    for kind in CATALOGUE {
        let heading = format!("## {}", kind.name);
        let mut after = glossary.lines().skip_while(|line| *line != heading).skip(1);
        assert!(after.next().is_some_and(|line| !line.trim().is_empty()), "docs/glossary.md has no entry `{heading}`");
    }
}

/// What the documentation shows of each kind of clause must be true: its example reads, in a contract that has what the
/// example refers to.
#[test]
#[allow(clippy::print_stdout, reason = "shown when it fails, to say which example it was")]
fn every_example_of_the_catalogue_reads() {
    let outcome = |name: &str, rest: &str| {
        format!("[outcome.{name}]\nmeasure = \"{name}\"\nwindow = \"12 months\"\nfrom = \"clause 2\"\n{rest}\n\n")
    };
    let binary = "kind = \"binary\"\nbetter = \"more\"\nbaseline = \"40 %\"";
    let mut head = "scheme = \"Examples\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
                    month_end = \"last day of month\"\n\n[contract]\nstarts = 2027-04-01\nends = 2032-03-31\n\n\
                    [cohorts]\nstarts = 2027-04-01\nends = 2028-03-31\nevery = \"1 year\"\npeople = 1_000\n\n"
        .to_owned();
    for name in ["reoffending", "job", "job-lost", "other"] {
        head += &outcome(name, binary);
    }
    head += &outcome("job-kept", "kind = \"sustained\"\nof = \"job\"\nevery = \"4 weeks\"\nmost = 13\nbetter = \"more\"");
    for kind in CATALOGUE {
        let mut text = head.clone();
        for name in ["earlier", "fee", "job", "binary", "frequency"] {
            if !kind.example.contains(&format!("[pay.{name}]")) {
                text += &format!("[pay.{name}]\nclause = \"attachment fee\"\nprice = \"£1\"\nfrom = \"clause 4\"\n\n");
            }
        }
        text += kind.example;
        let folder = Folder::from([file("scheme.toml", &text), file("prices.csv", "year,job outcome,attachment\n1,£900,£400\n")]);
        println!("the example of `{}`", kind.name);
        let scheme = sound(&base::open(&folder));
        assert_eq!(scheme.clauses.last().map(Clause::kind), Some(kind.name));
        assert!(!kind.summary.is_empty());
    }
}

/// Position 0 or 1 of an uncertain number gives the low or the high end of its range, wherever the number is.
#[test]
fn an_uncertain_number_goes_from_its_low_end_to_its_high_end() {
    let text = "scheme = \"Ranges\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
                from = \"assumption: ranges\"\nsegments = [\"a\", \"b\"]\n\n[contract]\nstarts = 2027-04-01\nends = 2032-03-31\n\n\
                [cohorts]\nstarts = 2027-04-01\nends = 2028-03-31\nevery = \"1 year\"\npeople = \"1,000 people (800 people to 1,500 people)\"\n\n\
                [outcome.bad]\nmeasure = \"bad\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"1 year\"\nbaseline = \"50 % (40 % to 55 %)\"\n\n\
                [outcome.events]\nmeasure = \"events\"\nkind = \"frequency\"\nof = \"bad\"\nbetter = \"fewer\"\nwindow = \"1 year\"\nbaseline = \"2 per person (1.5 per person to 3 per person)\"\n\n\
                [pay.start]\nclause = \"attachment fee\"\nprice = { table = \"prices.csv\", column = \"start\" }\n\n\
                [pay.bonus]\nclause = \"bonus\"\noutcome = \"bad\"\nabove = \"3 percentage points (1 percentage point to 5 percentage points)\"\nper = \"lump sum\"\n\
                price = { value = \"£4,000\", range = \"£3,000 to £6,000\" }\n";
    let prices = "segment,start\na,£50 (£40 to £70)\nb,£60\n";
    let opened = base::open(&Folder::from([file("scheme.toml", text), file("prices.csv", prices)]));
    let read = |picks: &ScenarioDraw| contract::read::scheme(&Reader::new(&opened, picks)).expect("a scheme without errors");
    let uncertain_numbers = {
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&opened, &picks);
        let _ = contract::read::scheme(&reader);
        reader.uncertain_numbers.into_inner()
    };
    assert_eq!(uncertain_numbers.len(), 6, "{uncertain_numbers:?}");
    // People, baseline, events, start for segment a, start for segment b, bonus edge in points, bonus price.
    type Seen = (i64, Rate, Rate, Pence, Pence, Change, Pence);
    let seen = |scheme: &Scheme| -> Seen {
        let baseline = |at: usize| match &scheme.outcomes[at].baseline {
            Baseline::Fixed(schedule) => schedule.at(0, 0, CohortTime::FIRST),
            other => panic!("{other:?}"),
        };
        let (ClauseTerms::AttachmentFee(start), ClauseTerms::Bonus(bonus)) = (&scheme.clauses[0].terms, &scheme.clauses[1].terms)
        else {
            panic!("{:?}", scheme.clauses);
        };
        assert!(matches!(scheme.outcomes[1].kind, OutcomeKind::Frequency { .. }));
        let people = scheme.people.at(0, 0, CohortTime::FIRST).0;
        (
            people,
            baseline(0),
            baseline(1),
            start.price.at(0, 0, CohortTime::FIRST),
            start.price.at(0, 1, CohortTime::FIRST),
            bonus.gate.change().expect("one level"),
            bonus.price.at(0, 0, CohortTime::FIRST),
        )
    };
    let wanted = |words: [&str; 6]| -> Seen {
        let money = |text: &str| Pence::parse(text).expect("money");
        let PerHead(events) = PerHead::parse(words[2]).expect("events");
        (
            words[0].parse().expect("people"),
            Rate::parse(words[1]).expect("a rate"),
            events,
            money(words[3]),
            money("£60"),
            Change::parse(words[4]).expect("points"),
            money(words[5]),
        )
    };
    let low = wanted(["800", "40 %", "1.5 per person", "£40", "1 percentage point", "£3,000"]);
    let central = wanted(["1000", "50 %", "2 per person", "£50", "3 percentage points", "£4,000"]);
    let high = wanted(["1500", "55 %", "3 per person", "£70", "5 percentage points", "£6,000"]);
    let all = |way: f64| uncertain_numbers.iter().map(|uncertain| (uncertain.path.clone(), way)).collect::<ScenarioDraw>();
    assert_eq!(seen(&read(&all(0.0))), low);
    assert_eq!(seen(&read(&ScenarioDraw::new())), central);
    assert_eq!(seen(&read(&all(1.0))), high);
    // One uncertain moves one number.
    for uncertain in &uncertain_numbers {
        let turned = seen(&read(&ScenarioDraw::from([(uncertain.path.clone(), 1.0)])));
        let same = [
            turned.0 == central.0,
            turned.1 == central.1,
            turned.2 == central.2,
            turned.3 == central.3,
            turned.4 == central.4,
            turned.5 == central.5,
            turned.6 == central.6,
        ];
        assert_eq!(same.iter().filter(|same| !**same).count(), 1, "{}", uncertain.path);
    }
}
