//! What goes wrong: the catalogue of unintended risks, one to a file, each defined once in words and in code.
//!
//! A finding is a measured quantity and not an opinion. It is *present* only when every one of its tests holds: the provider
//! gains, somebody loses, and the whole is worse. When a test fails, the finding is reported as not found with the figure
//! that says so: an all-clear is a result too.
//!
//! A risk reads a table of [`StrategyResults`]: what named strategies cost, pay and do to people, all on the same random numbers.
//! It does not know how the strategy results were found. To add one: copy a neighbour, add it to [`CATALOGUE`], give it a glossary entry.

mod baseline_drift;
mod cherry_picking;
mod deadweight;
mod drift;
mod gate_keeping;
mod loss_and_windfall;
mod metric_divergence;
mod misreporting;
mod paid_for_noise;
mod parking;
mod pilot_to_scale;
mod ratchet;
mod regression_to_the_mean;
mod stays;
mod strategy_results;
mod threshold;
mod timing;
mod volume_risk;

use base::money::thousands;
use contract::fixes::Fix;
pub use stays::why_it_stays;
pub use strategy_results::*;

/// Every risk, in reading order.
pub const CATALOGUE: [Risk; 16] = [
    drift::RISK,
    parking::RISK,
    cherry_picking::RISK,
    gate_keeping::RISK,
    threshold::RISK,
    timing::RISK,
    misreporting::RISK,
    ratchet::RISK,
    paid_for_noise::RISK,
    deadweight::RISK,
    regression_to_the_mean::RISK,
    baseline_drift::RISK,
    metric_divergence::RISK,
    loss_and_windfall::RISK,
    volume_risk::RISK,
    pilot_to_scale::RISK,
];

/// One unintended risk: its name, its definition in words and in code, and what to try against it.
#[derive(Clone, Copy, Debug)]
pub struct Risk {
    /// As in the report and the glossary: "drift".
    pub name: &'static str,
    /// When it is present, in one sentence.
    pub definition: &'static str,
    /// What to watch for on live records.
    pub watch: &'static str,
    /// Looks for it in a table of strategy results; `best` is the strategy taken for the provider's best.
    pub forecast: fn(&StrategyResults, Role) -> Finding,
    /// Rule changes to try, the smallest first.
    pub fixes: fn(&StrategyResults) -> Vec<Fix>,
}

/// A mean.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A figure with its Monte Carlo error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    /// Standard error of the mean over replications; 0 when the figure is exact.
    pub error: f64,
}

impl Estimate {
    /// A figure without Monte Carlo error.
    #[must_use]
    pub fn exact(value: f64) -> Estimate {
        Estimate { mean: value, error: 0.0 }
    }

    /// The mean of values, one per replication.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f64>) -> Estimate {
        let values: Vec<f64> = values.collect();
        let (n, mean) = (values.len() as f64, mean(&values));
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        Estimate { mean, error: (variance / n.max(1.0)).sqrt() }
    }

    /// Whether it lies above zero by more than chance explains once in two thousand times: for figures that are zero on average
    /// where there is nothing to find, and are looked at in many schemes and scenarios.
    #[must_use]
    pub fn beyond_chance(&self) -> bool {
        self.mean - 3.29 * self.error > 0.0
    }

    /// The lower end of the 95 % interval.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.mean - 1.96 * self.error
    }

    /// The upper end of the 95 % interval.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.mean + 1.96 * self.error
    }
}

/// One condition of a finding, with the figure that decides it.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    pub what: String,
    pub holds: bool,
    pub figure: String,
}

/// What was found of one risk.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub name: &'static str,
    pub present: bool,
    /// What the files would have to say for it to be looked for at all, where they do not.
    pub not_looked_for: Option<&'static str>,
    /// The strategy found, in one sentence.
    pub strategy: String,
    /// The reference that gain and losses are counted against.
    pub against: Role,
    /// Pounds to the provider.
    pub gain: Estimate,
    /// People worse off, and of how many thousand.
    pub people_harmed: f64,
    pub harmed_per_thousand: f64,
    /// What happens to them.
    pub harm: String,
    /// Pounds to the payer and the public: what is paid more, plus the value of the results lost.
    pub payer_loss: Estimate,
    pub tests: Vec<Test>,
    /// Other figures worth showing: label and value.
    pub figures: Vec<(String, String)>,
}

/// Builds a finding: it is present when every test holds.
struct Case {
    against: Role,
    not_looked_for: Option<&'static str>,
    tests: Vec<Test>,
    figures: Vec<(String, String)>,
}

impl Case {
    fn against(against: Role) -> Case {
        Case { against, not_looked_for: None, tests: Vec::new(), figures: Vec::new() }
    }

    fn test(&mut self, what: &str, holds: bool, figure: String) {
        self.tests.push(Test { what: what.to_owned(), holds, figure });
    }

    /// The finding when the files say nothing by which it could be looked for.
    fn not_looked_for(mut self, name: &'static str, needs: &'static str) -> Finding {
        self.not_looked_for = Some(needs);
        self.test("the files say enough to look for it", false, "they do not".to_owned());
        self.finding(name, "Not looked for.".to_owned(), Estimate::default(), Harm::none(), Estimate::default())
    }

    /// The finding when its strategy results are missing from the table.
    fn nothing(self, name: &'static str, strategy: &str) -> Finding {
        self.finding(name, strategy.to_owned(), Estimate::default(), Harm::none(), Estimate::default())
    }

    fn figure(&mut self, label: &str, value: String) {
        self.figures.push((label.to_owned(), value));
    }

    fn finding(self, name: &'static str, strategy: String, gain: Estimate, harm: Harm, payer_loss: Estimate) -> Finding {
        Finding {
            name,
            present: !self.tests.is_empty() && self.tests.iter().all(|test| test.holds),
            not_looked_for: self.not_looked_for,
            strategy,
            against: self.against,
            gain,
            people_harmed: harm.people,
            harmed_per_thousand: harm.per_thousand,
            harm: harm.what,
            payer_loss,
            tests: self.tests,
            figures: self.figures,
        }
    }
}

/// How many people a change of strategy leaves worse off.
struct Harm {
    people: f64,
    per_thousand: f64,
    what: String,
}

impl Harm {
    fn none() -> Harm {
        Harm { people: 0.0, per_thousand: 0.0, what: String::new() }
    }

    /// People whose binary outcome is worse under `play` than under `reference`: the main outcome where that is worse for as
    /// many as count, and else the one that is worst.
    fn between(strategy_results: &StrategyResults, play: &StrategyResult, reference: &StrategyResult) -> Harm {
        let lost = |at: usize| strategy_results.outcomes[at].sign * (reference.outcome(at) - play.outcome(at));
        let counts = |at: &usize| lost(*at) >= 0.5 && lost(*at) > 0.000_05 * strategy_results.people;
        let binary = (0..strategy_results.outcomes.len()).filter(|&at| strategy_results.outcomes[at].binary);
        let worst = binary.max_by(|&a, &b| lost(a).total_cmp(&lost(b)));
        let named = strategy_results.main_outcome.filter(counts).or(worst);
        match named.map(|at| (lost(at), &strategy_results.outcomes[at])) {
            Some((people, outcome)) if people > 0.0 => {
                let way = if outcome.sign < 0.0 { "more people with" } else { "fewer people with" };
                Harm {
                    people,
                    per_thousand: 1000.0 * people / strategy_results.people.max(1.0),
                    what: format!("{way} {}", outcome.name),
                }
            }
            _ => Harm::none(),
        }
    }

    /// People of some segments whose binary outcome is worse under `play` than under `reference`: the worst such outcome, in
    /// each thousand of them; `who` says who they are.
    fn among(
        strategy_results: &StrategyResults,
        play: &StrategyResult,
        reference: &StrategyResult,
        segments: &[usize],
        who: &str,
    ) -> Harm {
        let lost = |at: usize| -> f64 {
            let each = segments.iter().map(|&segment| reference.outcomes[at][segment] - play.outcomes[at][segment]);
            strategy_results.outcomes[at].sign * each.sum::<f64>()
        };
        let binary = (0..strategy_results.outcomes.len()).filter(|&at| strategy_results.outcomes[at].binary);
        let Some(worst) = binary.max_by(|&a, &b| lost(a).total_cmp(&lost(b))) else { return Harm::none() };
        let people: f64 = segments.iter().map(|&segment| strategy_results.segments[segment].people).sum();
        let harmed = lost(worst).max(0.0);
        let way = if strategy_results.outcomes[worst].sign < 0.0 { "more people with" } else { "fewer people with" };
        Harm {
            people: harmed,
            per_thousand: 1000.0 * harmed / people.max(1.0),
            what: format!("{way} {} among {who}", strategy_results.outcomes[worst].name),
        }
    }

    /// What being refused the service costs the people of some segments: the results they lose, or else, where they would not
    /// be helped either if they were served, the service itself.
    fn refused(
        strategy_results: &StrategyResults,
        play: &StrategyResult,
        served: &StrategyResult,
        segments: &[usize],
        who: &str,
    ) -> Harm {
        let harm = Harm::among(strategy_results, play, served, segments, who);
        let people: f64 = segments.iter().map(|&at| (strategy_results.segments[at].people - play.served[at]).max(0.0)).sum();
        if harm.people >= 0.5 || people < 0.5 {
            return harm;
        }
        let what = "people refused the service that is paid for, who lose no result because nobody would help them in it";
        Harm { people, per_thousand: 1000.0 * people / strategy_results.people.max(1.0), what: what.to_owned() }
    }
}

/// What moving from `reference` to `play` brings the provider, on the same random numbers.
fn gain(play: &StrategyResult, reference: &StrategyResult) -> Estimate {
    Estimate::of(play.profit().zip(reference.profit()).map(|(a, b)| a - b))
}

/// Each result paid for at this percentage of what it is worth to the public: a provider then spreads help as the public would.
fn at_value(strategy_results: &StrategyResults, percent: i64) -> Fix {
    let pence = |outcome: &OutcomeFacts| (100.0 * outcome.value).round() as i64;
    Fix::AtValue { percent, worth: strategy_results.outcomes.iter().map(pence).collect() }
}

/// What it costs the payer and the public: what is paid more, plus the value of the results lost.
fn public_loss(play: &StrategyResult, reference: &StrategyResult) -> Estimate {
    let lost = reference.value - play.value;
    Estimate::of(play.payments.iter().zip(&reference.payments).map(|(a, b)| a - b + lost))
}

/// Whether a gain is larger than its Monte Carlo error allows for chance, and than a thousandth of what is paid.
fn gains(gain: Estimate, play: &StrategyResult) -> bool {
    gain.low() > 0.0 && gain.mean > 0.001 * play.payment().abs()
}

fn gain_test(case: &mut Case, gain: Estimate, play: &StrategyResult, reference: &StrategyResult) {
    case.test(
        &format!("the provider gains against {}", case.against.words()),
        gains(gain, play),
        format!("{} (profit {} against {})", pounds_within(gain), pounds(play.mean_profit()), pounds(reference.mean_profit())),
    );
}

fn loss_test(case: &mut Case, harm: &Harm, loss: Estimate) {
    let harmed = harm.people >= 0.5 && harm.per_thousand > 0.05;
    case.test(
        "people are worse off",
        harmed,
        match harmed {
            true => format!("{} {}", thousands(harm.people.round() as i64), harm.what),
            false => "nobody".to_owned(),
        },
    );
    case.test("payer and public together lose", loss.low() > 0.0, pounds_within(loss));
}

/// Pounds for a sentence, to three significant figures: no run supports more.
#[must_use]
pub fn pounds(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    let three = |x: f64| {
        let digits = if x >= 100.0 {
            0
        } else if x >= 10.0 {
            1
        } else {
            2
        };
        format!("{x:.digits$}")
    };
    match size {
        _ if !size.is_finite() => "no limit".to_owned(),
        _ if size >= 999_500_000.0 => format!("{sign}£{}bn", three(size / 1e9)),
        _ if size >= 999_500.0 => format!("{sign}£{}m", three(size / 1e6)),
        _ if size >= 9_995.0 => format!("{sign}£{}k", three(size / 1e3)),
        _ if size < 0.5 => "£0".to_owned(),
        _ => format!("{sign}£{}", thousands(size.round() as i64)),
    }
}

/// Pounds with their 95 % Monte Carlo interval in the same unit, and with no more digits than the interval supports.
#[must_use]
pub fn pounds_within(value: Estimate) -> String {
    let half = 1.96 * value.error;
    if half == 0.0 || !half.is_finite() || !value.mean.is_finite() {
        return pounds(value.mean);
    }
    let size = value.mean.abs().max(half);
    let (unit, suffix) = match size {
        _ if size >= 999_500_000.0 => (1e9, "bn"),
        _ if size >= 999_500.0 => (1e6, "m"),
        _ if size >= 9_995.0 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let (mean, half) = (value.mean.abs() / unit, half / unit);
    let three = if suffix.is_empty() || mean >= 100.0 { 0 } else { 2 - usize::from(mean >= 10.0) };
    let digits = three.min(error_digits(half));
    let smallest = 10f64.powi(-(digits as i32));
    let show = |value: f64| match suffix {
        "" => thousands(value.round() as i64),
        _ => format!("{value:.digits$}"),
    };
    let sign = if value.mean < 0.0 && mean >= smallest / 2.0 { "-" } else { "" };
    // An error too small to move the last digit is not worth a reader's time.
    let within = if half < smallest / 2.0 { String::new() } else { format!(" ± £{}{suffix}", show(half)) };
    format!("{sign}£{}{suffix}{within}", show(mean))
}

/// Decimals that an error leaves meaningful: one digit of the error, or two where it begins with a 1.
fn error_digits(half: f64) -> usize {
    let first = half.log10().floor();
    let begins_with_one = half / 10f64.powf(first) < 2.0;
    (-first as i64 + i64::from(begins_with_one)).clamp(0, 2) as usize
}

/// A share for a sentence.
#[must_use]
pub fn percent(share: f64) -> String {
    let value = 100.0 * share;
    if value.abs() < 9.95 { format!("{value:.1} %") } else { format!("{value:.0} %") }
}

/// Names joined for a sentence: "a, b and c".
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}
