//! The sentences of the risks, filled: tables of results with nobody, one person, two, many and very many, with sums that are zero,
//! negative or very large, and with names that are short, long or keys of a file. What a finding says has to stay English.
//! `cargo test -p risks --test sentences -- --nocapture` prints one filling of each sentence.

use std::collections::BTreeMap;

use base::{philox, proofreading};
use risks::{
    AgentType, AreaResults, CATALOGUE, Counterfactual, Estimate, OutcomeFacts, PaymentBend, PeopleNoun, PilotFacts,
    RecordedOtherwise, SegmentFacts, Shock, ShockResult, StrategyKind, StrategyResult, StrategyResults, TimingResult,
    WrongPayment, WrongPaymentRow, percent, percentage_points, pounds, pounds_in_prose, pounds_within_in_prose, quoted_list,
};

const SHOCKS: [Shock; 6] =
    [Shock::PointBetter, Shock::PointWorse, Shock::FifthFewer, Shock::FifthMore, Shock::NoRecovery, Shock::AtScale];
const COUNTS: [f64; 9] = [0.0, 0.4, 1.0, 1.2, 2.0, 11.0, 120.0, 6_413.0, 2_500_000.0];
const SUMS: [f64; 10] = [-3e9, -41_234.0, -0.3, 0.0, 0.004, 1.0, 405.2, 11_417.0, 8_100_000.0, 4e12];
const SHARES: [f64; 8] = [0.0, 0.0001, 0.01, 0.034, 0.08, 0.5, 0.97, 1.0];
const LONG: &str = "people_who_have_been_out_of_work_for_more_than_two_years_and_live_with_children_of_school_age";

/// Draws that are the same in every run, each by its number.
struct Draws {
    table: u64,
    at: u64,
}

impl Draws {
    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        self.at += 1;
        choices[(philox::words(12, self.table, self.at, 0)[0] % choices.len() as u64) as usize]
    }

    fn yes(&mut self) -> bool {
        self.of(&[true, false])
    }

    fn many(&mut self, number: usize, choices: &[f64]) -> Vec<f64> {
        (0..number).map(|_| self.of(choices)).collect()
    }

    /// One sum for each of three replications: mostly the same, so that the findings are often sure.
    fn sums(&mut self) -> Vec<f64> {
        if self.yes() { vec![self.of(&SUMS); 3] } else { self.many(3, &SUMS) }
    }

    fn estimate(&mut self) -> Estimate {
        Estimate { mean: self.of(&SHARES), error: self.of(&[0.0, 0.01]) }
    }

    fn strategy(&mut self, kind: StrategyKind, outcomes: usize, segments: usize) -> StrategyResult {
        StrategyResult {
            kind,
            help_spend: self.of(&SUMS).max(0.0),
            cost: self.of(&SUMS).max(0.0),
            administration: self.of(&SUMS).max(0.0),
            others: if self.yes() { self.many(3, &SUMS) } else { Vec::new() },
            funders: Vec::new(),
            payments: self.sums(),
            results: self.sums(),
            rewards: self.sums(),
            deductions: self.sums(),
            renewal: if self.yes() { vec![self.of(&SHARES); 3] } else { Vec::new() },
            stakes: if self.yes() { self.many(3, &SUMS) } else { Vec::new() },
            results_without_chance: self.of(&SUMS),
            payment_without_chance: self.of(&SUMS),
            outcomes: (0..outcomes).map(|_| self.many(segments, &COUNTS)).collect(),
            value: self.of(&SUMS),
            effort: self.many(segments, &SUMS).into_iter().map(|sum| sum.max(0.0)).collect(),
            served: self.many(segments, &COUNTS),
            dead_margin: self.estimate(),
            cohorts_rewarded: self.estimate(),
            false_claims: self.of(&COUNTS),
            claims: self.of(&COUNTS),
            mislabelled: self.of(&COUNTS),
            excepted: self.of(&COUNTS),
            brought_over: self.many(outcomes, &COUNTS),
        }
    }

    fn shock(&mut self, shock: Shock, kind: StrategyKind) -> ShockResult {
        let (payments, results) = (vec![self.of(&SUMS); 3], vec![self.of(&SUMS); 3]);
        ShockResult { shock, kind, cost: self.of(&SUMS).max(0.0), payments, others: Vec::new(), results, value: self.of(&SUMS) }
    }

    fn timing(&mut self) -> Option<TimingResult> {
        let (payments, moving) = (vec![self.of(&SUMS); 3], vec![self.of(&SUMS).max(0.0); 3]);
        let (moved, results) = (self.of(&COUNTS), self.of(&COUNTS));
        self.yes().then_some(TimingResult { payments, moving, moved, results })
    }

    fn recorded_otherwise(&mut self) -> Option<RecordedOtherwise> {
        let (changed, of, cost) = (self.of(&COUNTS), self.of(&COUNTS), self.of(&SUMS).max(0.0));
        let recorded = RecordedOtherwise { paid_more: self.sums(), cost, changed, of };
        self.yes().then_some(recorded)
    }

    fn area(&mut self, outcomes: usize, segments: usize) -> AreaResults {
        use Counterfactual::{AfterEvidence, EveryResultPaid, EveryoneServed, FixedBaseline, HonestReports, NoGates};
        let plain =
            [StrategyKind::Idle, StrategyKind::AsNow, StrategyKind::Intended, StrategyKind::PublicAtCost, StrategyKind::Public];
        let agents = AgentType::ALL.into_iter().chain([AgentType::Mixture]).map(StrategyKind::BestResponse);
        let other = [EveryoneServed, NoGates, HonestReports, FixedBaseline, EveryResultPaid, AfterEvidence]
            .map(StrategyKind::Counterfactual);
        let kinds: Vec<StrategyKind> = plain.into_iter().chain(agents).chain(other).collect();
        let shocked = [StrategyKind::Idle, StrategyKind::AsNow, StrategyKind::Intended, StrategyKind::BEST];
        let shocks = SHOCKS.iter().flat_map(|&shock| shocked.map(|kind| (shock, kind)));
        AreaResults {
            area: "North".to_owned(),
            people: self.of(&COUNTS),
            strategies: kinds.iter().map(|&kind| self.strategy(kind, outcomes, segments)).collect(),
            shocks: shocks.map(|(shock, kind)| self.shock(shock, kind)).collect(),
            timing: self.timing(),
            worse_past: self.recorded_otherwise(),
            exits: self.recorded_otherwise(),
            paid_without_results: self.of(&SUMS),
        }
    }

    fn outcome(&mut self) -> OutcomeFacts {
        let name = self.of(&["job", "stayed_away", LONG]);
        let measures =
            ["people with a proven reoffence (the binary measure)", "people who start a job", "the share", "families in work"];
        OutcomeFacts {
            name: name.to_owned(),
            people: PeopleNoun::of(name, self.of(&measures)),
            people_each: 1.0,
            binary: self.of(&[true, true, false]),
            base: 0,
            amount: None,
            sign: self.of(&[1.0, -1.0]),
            value: self.of(&SUMS).max(0.0),
            paid: self.of(&[true, true, false]),
            assumed: self.of(&[None, None, Some(40.0)]),
            price: self.of(&SUMS).max(0.0),
            displaced: self.of(&[None, Some(0.0), Some(0.3), Some(1.0)]),
            evidence: self.of(&[None, Some(1.0), Some(4_000.0)]),
        }
    }

    fn segment(&mut self, outcomes: usize) -> SegmentFacts {
        let (unparking, bring) = (self.of(&SUMS).max(0.0), self.of(&SUMS).max(0.0));
        SegmentFacts {
            name: self.of(&["low", "under_25", LONG]).to_owned(),
            priced_as: 0,
            people: self.of(&COUNTS),
            unparking_price: self.yes().then_some(unparking),
            price_now: self.of(&SUMS).max(0.0),
            prices: self.many(outcomes, &SUMS),
            bring_in: self.yes().then_some(bring),
            paid_for_start: self.of(&SUMS),
            cost_of_start: self.of(&SUMS).max(0.0),
        }
    }

    fn pilot(&mut self) -> Option<PilotFacts> {
        let pilot = PilotFacts {
            help: self.of(&["coaching", "one_to_one_help"]).to_owned(),
            outcome: self.of(&["job", "stayed_away"]).to_owned(),
            in_points: self.yes(),
            tried: self.of(&[1, 2, 12]),
            measured: self.of(&SHARES),
            interval: (self.of(&SHARES), self.of(&SHARES)),
            expected: self.of(&SHARES),
            expected_interval: (self.of(&SHARES), self.of(&SHARES)),
            at_scale: self.of(&SHARES),
            cost_rises: self.of(&SHARES),
        };
        self.yes().then_some(pilot)
    }

    fn wrong_payment(&mut self) -> Option<WrongPayment> {
        let row = |draws: &mut Draws, people: usize| WrongPaymentRow {
            people,
            reward_for_nothing: draws.of(&SHARES),
            deduction_for_nothing: draws.of(&SHARES),
            real_change_refused: draws.of(&SHARES),
            mean_for_nothing: draws.of(&SUMS),
            limited: draws.yes(),
        };
        let table = WrongPayment {
            outcome: self.of(&["job", "stayed_away"]).to_owned(),
            intended: self.of(&SHARES),
            typical: self.of(&[1, 2, 300]),
            rows: [1, 2, 1_000].into_iter().map(|people| row(self, people)).collect(),
        };
        self.yes().then_some(table)
    }

    fn results(&mut self) -> StrategyResults {
        let (outcomes, segments, areas) = (self.of(&[1, 2]), self.of(&[1, 2, 3]), self.of(&[1, 2]));
        let areas: Vec<AreaResults> = (0..areas).map(|_| self.area(outcomes, segments)).collect();
        let first = areas[0].clone();
        let percent_checked = self.of(&[1, 5, 80]);
        let names =
            |yes: bool, names: &[&str]| if yes { names.iter().map(|&name| name.to_owned()).collect() } else { Vec::new() };
        StrategyResults {
            outcomes: (0..outcomes).map(|_| self.outcome()).collect(),
            segments: (0..segments).map(|_| self.segment(outcomes)).collect(),
            areas,
            whole: first.strategies,
            shocks: first.shocks,
            timing: first.timing,
            worse_past: first.worse_past,
            exits: first.exits,
            main_outcome: self.yes().then_some(0),
            people: self.of(&COUNTS),
            priced_outcome: self.yes().then_some(0),
            fair_margin: self.of(&[0.0, 0.1]),
            caution: 0.5,
            bend: PaymentBend { depth: self.of(&SUMS), moved: self.of(&SUMS), limit: self.of(&SUMS) },
            paid_without_results: self.of(&SUMS),
            intake_is_free: self.yes(),
            assessed_first: self.yes(),
            reported_by_provider: names(self.yes(), &["stayed_away"]),
            excepted_by_provider: names(self.yes(), &["job"]),
            checked_now: self.yes().then_some(percent_checked),
            labels_by_provider: self.yes(),
            has_ratchet: self.yes(),
            compared_with_before: names(self.yes(), &["stayed_away", "job"]),
            compared_with_past: names(self.yes(), &["job"]),
            leaving_is_no_failure: names(self.yes(), &["stayed_away", "job"]),
            claimed_by_provider: names(self.yes(), &["job"]),
            pilot: self.pilot(),
            cohorts: self.of(&[1, 2, 12]),
            wrong_payment: self.wrong_payment(),
        }
    }
}

/// All that is said of a table of results: sentences and phrases first, then the figures of tables.
fn said(results: &StrategyResults) -> (Vec<String>, Vec<String>) {
    let (mut prose, mut figures) = (Vec::new(), Vec::new());
    for risk in CATALOGUE {
        prose.extend((risk.why_it_stays)(results).map(|why| format!("It stays because {why}.")));
        prose.extend((risk.fixes)(results).iter().map(|fix| format!("Fix: {}.", fix.words())));
        for agent in [AgentType::ProfitSeeking, AgentType::Mixture] {
            let finding = (risk.forecast)(results, agent);
            prose.push(finding.strategy.clone());
            prose.push(format!("Gains: {}.", (risk.gain_in_words)(&finding)));
            prose.extend((risk.losers)(&finding, results).into_iter().map(|loser| format!("Loses: {loser}.")));
            prose.extend(finding.tests.iter().map(|test| format!("Test: {}.", test.what)));
            figures.extend(finding.tests.iter().map(|test| test.figure.clone()));
            figures.extend(finding.figures.iter().map(|(label, value)| format!("{label}: {value}")));
        }
    }
    (prose, figures)
}

/// Faults of a cell of a table. It may be negative; a sentence says who loses.
fn faults_of_cell(text: &str) -> Vec<String> {
    proofreading::faults(text).into_iter().filter(|fault| fault != "a minus before a sum").collect()
}

#[test]
fn what_a_risk_says_is_english_whatever_the_numbers() {
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut filled: BTreeMap<String, String> = BTreeMap::new();
    for table in 0..400 {
        let (prose, figures) = said(&Draws { table, at: 0 }.results());
        let prose = prose.into_iter().map(|text| (proofreading::faults(&text), text));
        for (faults, text) in prose.chain(figures.into_iter().map(|text| (faults_of_cell(&text), text))) {
            for fault in faults {
                wrong.entry(fault).or_insert_with(|| text.clone());
            }
            let shape: String = text.chars().filter(|letter| !letter.is_ascii_digit()).take(50).collect();
            filled.entry(shape).or_insert(text);
        }
    }
    assert!(filled.len() > 100, "few sentences were filled");
    let list: Vec<String> = wrong.iter().map(|(fault, text)| format!("{fault}: {text}")).collect();
    assert!(list.is_empty(), "{} faults of English\n{}", list.len(), list.join("\n"));
}

#[test]
fn figures_are_written_as_people_write_them() {
    let values = [-3e9, -1.0, -0.4, -1e-9, -0.0, 0.0, 1e-9, 0.4, 0.6, 1.0, 999_499.0, 999_500.0, 4e12, f64::INFINITY];
    for value in values {
        for text in [pounds(value), pounds_in_prose(value), percent(value), percentage_points(value)] {
            assert!(!text.starts_with("-0") && !text.starts_with("-£0") && !text.contains("NaN"), "{value}: {text}");
        }
        for error in [0.0, 1e-9, 0.3, 1.0, 5e5, f64::INFINITY] {
            let text = pounds_within_in_prose(Estimate { mean: value, error });
            assert!(!text.contains("£-") && !text.contains("-£0 ") && !text.ends_with("-£0"), "{value} ± {error}: {text}");
        }
    }
    let names = |names: &[&str]| quoted_list(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
    assert_eq!([names(&[]), names(&["a_b"]), names(&["a", "b"])], ["none", "“a b”", "“a” and “b”"]);
}
