//! What goes wrong: the catalogue of unintended consequences, one to a file, each defined once in words and in code.
//!
//! A finding is a measured quantity and not an opinion. It is *present* only when every one of its tests holds: the provider
//! gains, somebody loses, and the whole is worse. When a test fails, the finding is reported as not found with the figure
//! that says so: an all-clear is a result too.
//!
//! A consequence reads a table of [`Plays`]: what named conducts cost, pay and do to people, all on the same random numbers.
//! It does not know how the plays were found. To add one: copy a neighbour, add it to [`CATALOGUE`], give it a glossary entry.

mod baseline_drift;
mod cherry_picking;
mod deadweight;
mod drift;
mod loss_and_windfall;
mod metric_divergence;
mod paid_for_noise;
mod parking;
mod threshold;
mod volume_risk;

use scheme::mends::Mend;
use scheme::money::thousands;

/// Every consequence, in reading order.
pub const CATALOGUE: [Consequence; 10] = [
    drift::CONSEQUENCE,
    parking::CONSEQUENCE,
    cherry_picking::CONSEQUENCE,
    threshold::CONSEQUENCE,
    paid_for_noise::CONSEQUENCE,
    deadweight::CONSEQUENCE,
    baseline_drift::CONSEQUENCE,
    metric_divergence::CONSEQUENCE,
    loss_and_windfall::CONSEQUENCE,
    volume_risk::CONSEQUENCE,
];

/// One unintended consequence: its name, its definition in words and in code, and what to try against it.
#[derive(Clone, Copy, Debug)]
pub struct Consequence {
    /// As in the report and the glossary: "drift".
    pub name: &'static str,
    /// When it is present, in one sentence.
    pub definition: &'static str,
    /// What to watch for on live records.
    pub watch: &'static str,
    /// Looks for it in a table of plays; `best` is the conduct taken for the provider's best.
    pub forecast: fn(&Plays, Role) -> Finding,
    /// Rule changes to try, the smallest first.
    pub mends: fn(&Plays) -> Vec<Mend>,
}

/// The reference conducts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The least that the contract compels; no effort.
    Idle,
    /// What is spent today: nothing extra.
    AsNow,
    /// What the commissioner expects.
    Intended,
    /// Best for the provider's profit.
    Best,
    /// Best for a provider that gives up some profit for less risk.
    Cautious,
    /// Best for a provider that counts part of the public's value as its own.
    Mission,
    /// A provider that errs, the less often the more an error costs (logit choice).
    Imperfect,
    /// Best for the public at the spend that is intended.
    PublicAtCost,
    /// Best for the public.
    Public,
    /// Best for profit if everyone referred had to be served.
    BestServingAll,
    /// Best for profit if the rules were the same without their gates.
    BestWithoutGates,
}

impl Role {
    /// As in a report.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Role::Idle => "idle",
            Role::AsNow => "nothing extra",
            Role::Intended => "intended",
            Role::Best => "provider's best",
            Role::Cautious => "cautious provider's best",
            Role::Mission => "mission-minded provider's best",
            Role::Imperfect => "imperfect provider",
            Role::PublicAtCost => "public's best at the same cost",
            Role::Public => "public's best",
            Role::BestServingAll => "provider's best serving everyone",
            Role::BestWithoutGates => "provider's best without gates",
        }
    }
}

/// What one conduct does in one area (or, summed, in all). Money in pounds; one entry per replication where it varies.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    pub role: Role,
    /// Spent on help that changes outcomes, in all.
    pub help_spend: f64,
    /// All the provider's costs.
    pub cost: f64,
    pub payments: Vec<f64>,
    /// The part of the payments that depends on results.
    pub results: Vec<f64>,
    pub rewards: Vec<f64>,
    pub deductions: Vec<f64>,
    /// The same as if each future held the truth exactly, with no chance in it.
    pub results_without_chance: f64,
    /// For each outcome and segment: the expected count, over everyone referred.
    pub outcomes: Vec<Vec<f64>>,
    /// Worth of the outcomes to the public, against no help for anyone.
    pub value: f64,
    /// Pounds of help in all, by segment.
    pub effort: Vec<f64>,
    /// People served, by segment.
    pub served: Vec<f64>,
    /// Share of cohorts and futures in which the last pound of effort earned nothing.
    pub dead_margin: f64,
    /// Share of cohorts and futures in which results were paid better than no change would be.
    pub cohorts_rewarded: f64,
}

/// A turn of events that no provider brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The main outcome is a percentage point better for everyone, served or not.
    PointBetter,
    /// The main outcome is a percentage point worse for everyone.
    PointWorse,
    /// A fifth fewer people come, of every kind.
    FifthFewer,
    /// A fifth more people come, of every kind.
    FifthMore,
}

/// What a conduct brings when things take a turn, on the same random numbers as the play itself. Money in pounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Turned {
    pub turn: Turn,
    pub role: Role,
    /// All the provider's costs.
    pub cost: f64,
    pub payments: Vec<f64>,
    /// The part of the payments that depends on results.
    pub results: Vec<f64>,
}

/// The plays of one area.
#[derive(Clone, Debug)]
pub struct AreaPlays {
    pub area: String,
    pub people: f64,
    pub plays: Vec<Play>,
    pub turned: Vec<Turned>,
}

/// A table of plays for one scheme in one world.
#[derive(Clone, Debug)]
pub struct Plays {
    pub outcomes: Vec<OutcomeFacts>,
    pub segments: Vec<SegmentFacts>,
    pub areas: Vec<AreaPlays>,
    /// The same conducts summed over the areas.
    pub whole: Vec<Play>,
    /// What becomes of some of them when things take a turn, summed over the areas.
    pub turned: Vec<Turned>,
    /// The binary outcome that the commissioner aims at, or else the first that is paid for.
    pub main_outcome: Option<usize>,
    pub people: f64,
    /// The binary outcome whose good results the segments' prices are for.
    pub priced_outcome: Option<usize>,
    pub fair_margin: f64,
    pub has_gates: bool,
    /// Whether the provider may turn people away.
    pub intake_is_free: bool,
    /// Whether the payer measures cohorts one by one, so that pooling could help.
    pub cohorts: usize,
    /// The chance of a wrong payment by cohort size.
    pub wrong_payment: Option<WrongPayment>,
}

/// What a finding needs to know of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeFacts {
    pub name: String,
    pub binary: bool,
    /// +1 when more is better, −1 when fewer.
    pub sign: f64,
    /// Pounds to the public of one better.
    pub value: f64,
    /// Whether a clause pays for it.
    pub paid: bool,
}

/// What a finding needs to know of a segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentFacts {
    pub name: String,
    /// Position of the contract's segment that prices these people; several may share one.
    pub priced_as: usize,
    pub people: f64,
    /// Pounds for each further good result at which the first pound of effort would pay for itself (Holmström and Milgrom's
    /// condition at a corner: 1 / (most that help can move × speed of its returns)); `None` where help can do nothing.
    pub unparking_price: Option<f64>,
    /// Pounds that the scheme pays for one more good result in this segment, where its gates are open.
    pub price_now: f64,
}

/// The chance of a wrong payment in one cohort, exactly (binomial), priced by the scheme's own rules.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongPayment {
    /// The outcome that varies, and by how much the intended conduct betters it, in proportion.
    pub outcome: String,
    pub intended: f64,
    /// People in a typical cohort.
    pub typical: usize,
    pub rows: Vec<WrongPaymentRow>,
}

/// One cohort size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrongPaymentRow {
    pub people: usize,
    /// No true change, and a reward all the same.
    pub reward_for_nothing: f64,
    /// No true change, and a deduction all the same.
    pub deduction_for_nothing: f64,
    /// The intended change is real, and nothing is paid.
    pub real_change_refused: f64,
    /// Pounds paid on average for no true change.
    pub mean_for_nothing: f64,
}

impl Plays {
    /// One conduct over all areas.
    #[must_use]
    pub fn play(&self, role: Role) -> Option<&Play> {
        self.whole.iter().find(|play| play.role == role)
    }

    /// One conduct over all areas when things take a turn.
    #[must_use]
    pub fn turned(&self, role: Role, turn: Turn) -> Option<&Turned> {
        self.turned.iter().find(|turned| turned.role == role && turned.turn == turn)
    }
}

impl Play {
    /// Profit in each replication.
    pub fn profit(&self) -> impl Iterator<Item = f64> + '_ {
        self.payments.iter().map(|payment| payment - self.cost)
    }

    /// Mean payment.
    #[must_use]
    pub fn payment(&self) -> f64 {
        mean(&self.payments)
    }

    /// Mean profit.
    #[must_use]
    pub fn mean_profit(&self) -> f64 {
        self.payment() - self.cost
    }

    /// What the better results of a segment earn where the gates are open, less what help for it costs: pounds, against doing
    /// nothing.
    #[must_use]
    pub fn segment_profit(&self, plays: &Plays, idle: &Play, segment: usize) -> f64 {
        let Some(outcome) = plays.priced_outcome else { return -self.effort[segment] };
        let better = plays.outcomes[outcome].sign * (self.outcomes[outcome][segment] - idle.outcomes[outcome][segment]);
        plays.segments[segment].price_now * better - self.effort[segment]
    }

    /// Expected count of an outcome over all segments.
    #[must_use]
    pub fn outcome(&self, outcome: usize) -> f64 {
        self.outcomes[outcome].iter().sum()
    }

    /// The sum of plays of the same role in several areas.
    #[must_use]
    pub fn sum<'a>(plays: impl Iterator<Item = &'a Play>) -> Option<Play> {
        plays.fold(None, |sum, play| match sum {
            None => Some(play.clone()),
            Some(mut sum) => {
                let people = sum.outcomes_people();
                let weight = |a: f64, b: f64| {
                    let (wa, wb) = (people, play.outcomes_people());
                    if wa + wb > 0.0 { (a * wa + b * wb) / (wa + wb) } else { 0.0 }
                };
                sum.dead_margin = weight(sum.dead_margin, play.dead_margin);
                sum.cohorts_rewarded = weight(sum.cohorts_rewarded, play.cohorts_rewarded);
                sum.help_spend += play.help_spend;
                sum.cost += play.cost;
                sum.value += play.value;
                sum.results_without_chance += play.results_without_chance;
                add(&mut sum.payments, &play.payments);
                add(&mut sum.results, &play.results);
                add(&mut sum.rewards, &play.rewards);
                add(&mut sum.deductions, &play.deductions);
                add(&mut sum.served, &play.served);
                add(&mut sum.effort, &play.effort);
                sum.outcomes.iter_mut().zip(&play.outcomes).for_each(|(sum, more)| add(sum, more));
                Some(sum)
            }
        })
    }

    /// The weight of this play in an average over areas: the people it serves.
    fn outcomes_people(&self) -> f64 {
        self.served.iter().sum()
    }
}

impl Turned {
    /// The sum of the same conduct and turn in several areas.
    #[must_use]
    pub fn sum<'a>(parts: impl Iterator<Item = &'a Turned>) -> Option<Turned> {
        parts.fold(None, |sum, part| match sum {
            None => Some(part.clone()),
            Some(mut sum) => {
                sum.cost += part.cost;
                add(&mut sum.payments, &part.payments);
                add(&mut sum.results, &part.results);
                Some(sum)
            }
        })
    }

    /// Profit in each replication.
    pub fn profit(&self) -> impl Iterator<Item = f64> + '_ {
        self.payments.iter().map(|payment| payment - self.cost)
    }
}

fn add(sum: &mut [f64], more: &[f64]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
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

/// What was found of one consequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub name: &'static str,
    pub present: bool,
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
    tests: Vec<Test>,
    figures: Vec<(String, String)>,
}

impl Case {
    fn against(against: Role) -> Case {
        Case { against, tests: Vec::new(), figures: Vec::new() }
    }

    fn test(&mut self, what: &str, holds: bool, figure: String) {
        self.tests.push(Test { what: what.to_owned(), holds, figure });
    }

    fn figure(&mut self, label: &str, value: String) {
        self.figures.push((label.to_owned(), value));
    }

    fn finding(self, name: &'static str, strategy: String, gain: Estimate, harm: Harm, payer_loss: Estimate) -> Finding {
        Finding {
            name,
            present: !self.tests.is_empty() && self.tests.iter().all(|test| test.holds),
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

/// How many people a change of conduct leaves worse off.
struct Harm {
    people: f64,
    per_thousand: f64,
    what: String,
}

impl Harm {
    fn none() -> Harm {
        Harm { people: 0.0, per_thousand: 0.0, what: String::new() }
    }

    /// People whose binary outcome is worse under `play` than under `reference`: the worst such outcome.
    fn between(plays: &Plays, play: &Play, reference: &Play) -> Harm {
        let binary = plays.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.binary);
        let worst = binary
            .map(|(at, outcome)| (outcome.sign * (reference.outcome(at) - play.outcome(at)), outcome))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match worst {
            Some((people, outcome)) if people > 0.0 => {
                let way = if outcome.sign < 0.0 { "more people with" } else { "fewer people with" };
                Harm { people, per_thousand: 1000.0 * people / plays.people.max(1.0), what: format!("{way} {}", outcome.name) }
            }
            _ => Harm::none(),
        }
    }
}

/// What moving from `reference` to `play` brings the provider, on the same random numbers.
fn gain(play: &Play, reference: &Play) -> Estimate {
    Estimate::of(play.profit().zip(reference.profit()).map(|(a, b)| a - b))
}

/// What it costs the payer and the public: what is paid more, plus the value of the results lost.
fn public_loss(play: &Play, reference: &Play) -> Estimate {
    let lost = reference.value - play.value;
    Estimate::of(play.payments.iter().zip(&reference.payments).map(|(a, b)| a - b + lost))
}

/// Whether a gain is larger than its Monte Carlo error allows for chance, and than a thousandth of what is paid.
fn gains(gain: Estimate, play: &Play) -> bool {
    gain.low() > 0.0 && gain.mean > 0.001 * play.payment().abs()
}

fn gain_test(case: &mut Case, gain: Estimate, play: &Play, reference: &Play) {
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
