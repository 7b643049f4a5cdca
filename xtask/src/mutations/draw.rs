//! A random scheme with nothing in it to find: a price for each person below what the result is worth, the same both ways, held
//! against a live comparison group in cohorts large enough to tell, and a fee that covers what is intended.
//!
//! It is drawn in three steps, as a careful commissioner would work it out. What the price buys is found first; then what is
//! intended is set below it and cohorts are made large enough to see it; last, the fee is set so that doing as intended pays.
//! A fault is planted between the second step and the third.

use base::philox::{open_unit, philox4x64};
use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw};
use risks::{AgentType, CATALOGUE, RiskId, Shock, StrategyKind, StrategyResults};
use simulation::reference_strategies::{CommonDraws, StrategySet};
use simulation::search::Budget;
use simulation::stress::quick_results;

use super::faults;

/// Everything that the two files say.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    seed: u64,
    pub more_is_better: bool,
    pub years: usize,
    pub people: f64,
    /// By segment of the assumptions.
    pub shares: Vec<f64>,
    pub now: Vec<f64>,
    pub half_cost: Vec<f64>,
    /// Most that help can do, as a share of the bad result.
    pub reach: f64,
    pub spent_now: f64,
    pub cost_each: Vec<f64>,
    pub fixed_share: f64,
    /// Worth of one result to the public.
    pub value: f64,
    /// A frequency outcome that nobody pays for, with events for each person affected by segment.
    pub events: Option<Events>,
    pub price: f64,
    /// Share of the price in each year after the first.
    pub later_price: f64,
    pub pay: Pay,
    pub baseline: Held,
    pub ratchet: f64,
    /// In proportion of people, or pounds by segment.
    pub intended: DrawnIntention,
    pub fee: Fee,
    /// Pounds for each person.
    pub fee_each: f64,
    /// Profit of doing as intended that the fee leaves, as a share of costs.
    pub margin: f64,
    pub fair_margin: f64,
    pub intake: &'static str,
    /// Lines of the two files for what some schemes have.
    pub reported_by_provider: bool,
    pub audit: Option<(f64, f64)>,
    /// Whether people with a reason are excepted.
    pub excepts: bool,
    pub assumptions_extra: String,
}

#[derive(Clone, Debug)]
pub(super) struct Events {
    pub each: Vec<f64>,
    pub value: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pay {
    /// Both ways, against the baseline.
    Tariff,
    /// For every good result.
    EachResult,
    /// So much of the fee for each person goes back unless the improvement reaches a gate (proportion of people).
    AtRisk { gate: f64, lump: f64 },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Held {
    Comparison(u64),
    Fixed,
    /// Against the same people before, when so many more (proportion of people) had the bad result.
    Before(f64),
}

#[derive(Clone, Debug)]
pub(super) enum DrawnIntention {
    Aim(f64),
    Spend(Vec<f64>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fee {
    EachPerson,
    EachMonth,
}

/// Replications each scheme is simulated on.
const REPLICATIONS: usize = Budget::QUICK.replications;

/// No amount of a scheme file is larger (pounds).
const LARGEST_AMOUNT: f64 = 1e9;

impl Draw {
    /// The scheme of a number, with a fault in it or none.
    pub(super) fn of(number: u64, fault: Option<RiskId>) -> Draw {
        let mut draw = Draw::rules(number, fault);
        // What the price buys, seen in a few people: a linear price buys the same from any number of them.
        let sketch = Draw { people: 1_000.0, ..draw.clone() };
        let improvement = improvement(&sketch.results(), StrategyKind::BEST);
        draw.intended = DrawnIntention::Aim(improvement * draw.uniform(20, 0.45, 0.6));
        draw.people = draw.people_to_see_it(improvement * 0.45);
        if let Some(fault) = fault {
            faults::plant(fault, &mut draw, improvement);
        }
        draw.set_fee();
        if let Some(fault) = fault {
            faults::plant_margin(fault, &mut draw);
        }
        draw
    }

    /// For each risk, whether it is found.
    pub(super) fn findings(&self) -> Vec<bool> {
        let results = self.results();
        CATALOGUE.iter().map(|risk| (risk.forecast)(&results, AgentType::ProfitSeeking).present).collect()
    }

    /// The rules, before it is known what they buy.
    fn rules(seed: u64, fault: Option<RiskId>) -> Draw {
        let u = |draw: u64, low: f64, high: f64| uniform(seed, draw, low, high);
        let wanted = fault.map_or(1, faults::segments);
        let segments = (u(0, 1.0, 4.99) as usize).max(wanted.min(3)).min(if wanted == 0 { 1 } else { 4 });
        let raw: Vec<f64> = (0..segments).map(|at| u(100 + at as u64, 1.0, 3.0)).collect();
        let total: f64 = raw.iter().sum();
        let now: Vec<f64> = (0..segments).map(|at| u(200 + at as u64, 0.3, 0.7)).collect();
        let half_cost: Vec<f64> = (0..segments).map(|at| u(300 + at as u64, 150.0, 500.0)).collect();
        let reach = u(1, 0.15, 0.3);
        let more_is_better = u(2, 0.0, 1.0) < 0.5;
        let events = (u(6, 0.0, 1.0) < 0.4).then(|| Events { each: vec![u(7, 1.5, 4.0); segments], value: 0.0 });
        let mut draw = Draw {
            seed,
            more_is_better,
            years: 2 + (u(8, 0.0, 2.99) as usize),
            people: 1_000.0,
            shares: raw.iter().map(|share| share / total).collect(),
            now,
            spent_now: u(9, 0.0, 0.4) * half_cost.iter().copied().fold(f64::INFINITY, f64::min),
            cost_each: Vec::new(),
            half_cost,
            reach,
            fixed_share: u(10, 0.0, 0.2),
            value: 0.0,
            events,
            price: 0.0,
            later_price: 1.0,
            pay: Pay::Tariff,
            baseline: Held::Comparison(1 + u(11, 0.0, 2.99) as u64),
            ratchet: 0.0,
            intended: DrawnIntention::Aim(0.01),
            fee: if u(12, 0.0, 1.0) < 0.5 { Fee::EachPerson } else { Fee::EachMonth },
            fee_each: 0.0,
            margin: 0.0,
            fair_margin: 0.5,
            intake: "everyone",
            reported_by_provider: false,
            audit: None,
            excepts: false,
            assumptions_extra: String::new(),
        };
        let dearest = (0..segments).map(|at| draw.corner(at)).fold(0.0, f64::max);
        draw.price = dearest * u(3, 3.0, 6.0);
        draw.value = draw.price / u(4, 0.6, 0.9);
        let cost = u(5, 0.3, 1.0) * draw.price;
        draw.cost_each = vec![cost; segments];
        draw.fee_each = 1.1 * cost;
        draw.add_what_does_no_harm();
        draw
    }

    /// The price at which a segment's first pound of help pays for itself.
    pub(super) fn corner(&self, segment: usize) -> f64 {
        let bad = if self.more_is_better { 1.0 - self.now[segment] } else { self.now[segment] };
        self.half_cost[segment] / (self.reach * bad * std::f64::consts::LN_2)
    }

    pub(super) fn cheapest_corner(&self) -> f64 {
        (0..self.now.len()).map(|at| self.corner(at)).fold(f64::INFINITY, f64::min)
    }

    /// Things that could go wrong and do not: a sound audit, dates that are not worth moving, people who are worth bringing in, a
    /// pilot that can be trusted.
    fn add_what_does_no_harm(&mut self) {
        let price = self.price;
        match self.uniform(30, 0.0, 6.0) as u64 {
            0 => {
                self.reported_by_provider = true;
                self.audit = Some((0.1, 12.0 * price));
                self.assumptions_extra +=
                    &table("false_claims.result", &[("at_most", percent(0.2)), ("cost_of_last", pounds(price))]);
            }
            1 => {
                let moves = [("at_most", percent(0.05)), ("cost_of_last", pounds(0.2 * price))];
                self.assumptions_extra += &table("timing.result", &moves);
            }
            2 if self.fee == Fee::EachPerson => {
                self.intake = "after assessment";
                let assessment = [("falls_out", percent(0.2)), ("bring_in", pounds(0.005 * self.cost_each[0]))];
                self.assumptions_extra += &table("assessment", &assessment);
            }
            3 => {
                let effect = percent(0.05 * self.reach);
                let pilot = [("help", "\"support\"".to_owned()), ("tried", "2".to_owned())];
                let sizes = [("standard_error", effect.clone()), ("differ_by", effect)];
                self.assumptions_extra += &table("pilot", &[pilot, sizes].concat());
            }
            _ => {}
        }
        // Besides: a few results that others lose, people who could leave and do not, and evidence that costs next to nothing.
        match self.uniform(31, 0.0, 6.0) as u64 {
            0 => {
                let share = self.uniform(32, 0.0, 0.09);
                self.assumptions_extra += &table("displacement.result", &[("share", percent(share))]);
            }
            1 => {
                self.excepts = true;
                let exits = [("at_most", percent(0.1)), ("cost_of_last", pounds(60.0 * price))];
                self.assumptions_extra += &table("exits.result", &exits);
            }
            2 if self.reported_by_provider => {
                self.assumptions_extra += &table("claims.result", &[("cost_of_last", pounds(0.05 * price))]);
            }
            _ => {}
        }
    }

    /// Puts more people into the last segment, so that it has this share of them.
    pub(super) fn gather_in_last(&mut self, share: f64) {
        let last = self.shares.len() - 1;
        let rest = 1.0 - self.shares[last];
        self.shares[..last].iter_mut().for_each(|other| *other *= (1.0 - share) / rest);
        self.shares[last] = share;
    }

    /// A number of this scheme's own, between two others.
    pub(super) fn uniform(&self, draw: u64, low: f64, high: f64) -> f64 {
        uniform(self.seed, draw, low, high)
    }

    /// People in a cohort so that an improvement stands out from chance by three standard errors, or a little more.
    fn people_to_see_it(&self, improvement: f64) -> f64 {
        let mean: f64 = self.shares.iter().zip(&self.now).map(|(share, now)| share * now).sum();
        let compared = match self.baseline {
            Held::Comparison(ratio) => 1.0 / ratio as f64,
            _ => 1.0,
        };
        let variance = mean * (1.0 - mean) * (1.0 + compared);
        (variance * (self.uniform(21, 3.0, 3.6) / improvement).powi(2)).clamp(500.0, 60_000.0).round()
    }

    /// A fee at which doing as intended pays: by four standard deviations of its profit, and enough for as many more or fewer
    /// people as may come; and a margin called fair that the provider's best does not pass.
    fn set_fee(&mut self) {
        let results = self.results();
        let Some(intended) = results.get(StrategyKind::Intended) else { return };
        let people = self.all_people();
        let under = |shock: Shock| results.under_shock(StrategyKind::Intended, shock);
        // What each shock needs beside the fee: a fee for each person falls with them.
        let needs = |profit: f64, sd: f64, volume: f64| {
            let by_person = if self.fee == Fee::EachPerson { volume } else { 1.0 };
            (self.fee_each * people * by_person - profit + 4.0 * sd + self.margin * intended.cost) / (people * by_person)
        };
        let (profit, sd) = moments(&intended.profit().collect::<Vec<f64>>());
        let mut fee = needs(profit, sd, 1.0);
        if self.margin == 0.0 {
            for (shock, volume) in [(Shock::FifthFewer, 0.8), (Shock::FifthMore, 1.2)] {
                let Some(shocked) = under(shock) else { continue };
                let (profit, sd) = moments(&shocked.profit().collect::<Vec<f64>>());
                fee = fee.max(needs(profit, sd, volume));
            }
            // What pilots suggest may be less than they measured.
            if let Some(scaled) = under(Shock::AtScale) {
                let (profit, sd) = moments(&scaled.profit().collect::<Vec<f64>>());
                fee = fee.max(needs(profit, sd, 1.0));
            }
        }
        self.fee_each = fee.max(0.01 * self.cost_each[0]);
        if self.fee == Fee::EachMonth && self.fee_each * self.people / 12.0 > LARGEST_AMOUNT {
            // So many costly people that a scheme file cannot hold a month's fee: it is asked for each of them.
            self.fee = Fee::EachPerson;
            return self.set_fee();
        }
        self.fair_margin = (self.largest_margin() + 0.05).clamp(0.05, 0.99);
    }

    /// The largest margin over replications at the provider's best.
    pub(super) fn largest_margin(&self) -> f64 {
        let results = self.results();
        let Some(best) = results.get(StrategyKind::BEST) else { return 0.0 };
        best.profit().zip(&best.payments).map(|(profit, paid)| profit / paid.max(1.0)).fold(0.0, f64::max)
    }

    /// People over all cohorts.
    fn all_people(&self) -> f64 {
        self.people * self.years as f64
    }

    /// The short search's strategy results of the two files.
    pub(super) fn results(&self) -> StrategyResults {
        let mut folder = Folder::new();
        for (name, text) in self.files() {
            folder.insert(name.to_owned(), FileBytes::Read(text.into_bytes()));
        }
        let opened = base::open(&folder);
        let picks = ScenarioDraw::new();
        let reader = Reader::new(&opened, &picks);
        let scheme = contract::read::scheme(&reader);
        let assumptions = scheme.as_ref().and_then(|scheme| simulation::assumptions::read(&reader, scheme));
        let (Some(scheme), Some(assumptions)) = (scheme, assumptions) else {
            panic!("a drawn scheme reads without errors: {:?}\n{}", reader.problems.borrow(), self.files()[0].1)
        };
        let stage = CommonDraws::build(&scheme, &assumptions, self.seed, 0, REPLICATIONS);
        quick_results(&scheme, &assumptions, &stage, StrategySet::ForProfit)
    }

    /// The folder's files: name and text.
    fn files(&self) -> Vec<(&'static str, String)> {
        vec![
            ("scheme.toml", self.scheme_file()),
            ("assumptions.toml", self.assumptions_file()),
            ("segments.csv", self.segments_file()),
            ("years.csv", self.years_file()),
        ]
    }

    fn scheme_file(&self) -> String {
        let (ends, better) = (2027 + self.years, if self.more_is_better { "more" } else { "fewer" });
        let mut out = format!(
            "scheme = \"A random scheme\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\n\
             month_end = \"last day of month\"\nintake = \"{}\"\nfrom = \"assumption: drawn\"\n\n\
             [contract]\nstarts = 2027-04-01\nends = {ends}-03-31\n\n\
             [cohorts]\nstarts = 2027-04-01\nends = {ends}-03-31\nevery = \"1 year\"\npeople = {:.0}\n\n\
             [outcome.result]\nmeasure = \"people with the result\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"12 months\"\n",
            self.intake, self.people
        );
        out += &match self.baseline {
            Held::Comparison(ratio) => format!("baseline = {{ comparison_people_each = {ratio} }}\n"),
            Held::Fixed => {
                let mean: f64 = self.shares.iter().zip(&self.now).map(|(share, now)| share * now).sum();
                format!("baseline = {}\n", percent(mean))
            }
            Held::Before(_) => "baseline = { same_people_before = \"12 months\" }\n".to_owned(),
        };
        if self.ratchet > 0.0 {
            out += &format!("ratchet = {}\n", percent(self.ratchet));
        }
        if self.reported_by_provider {
            out += "reported_by = \"provider\"\n";
        }
        if self.excepts {
            out +=
                "\n[outcome.result.exceptions]\nevents = [\"moved away\"]\ngood_result = \"counts\"\nreported_by = \"records\"\n";
        }
        if self.events.is_some() {
            out += "\n[outcome.events]\nmeasure = \"events\"\nkind = \"frequency\"\nof = \"result\"\n";
            out += &format!("better = \"{better}\"\nwindow = \"12 months\"\n");
        }
        let fee = match self.fee {
            Fee::EachPerson => format!("clause = \"attachment fee\"\nprice = {}", pounds(self.fee_each)),
            Fee::EachMonth => {
                format!("clause = \"service fee\"\neach_month = {}", pounds(self.fee_each * self.people / 12.0))
            }
        };
        out += &format!("\n[pay.fee]\n{fee}\n");
        let by_year = |column: &str| format!("{{ table = \"years.csv\", column = \"{column}\" }}");
        out += &match self.pay {
            Pay::Tariff => format!(
                "\n[pay.results]\nclause = \"tariff\"\noutcome = \"result\"\nper = \"person\"\nreward = {0}\ndeduction = {0}\n",
                by_year("price")
            ),
            Pay::EachResult => {
                format!("\n[pay.results]\nclause = \"outcome payment\"\noutcome = \"result\"\nprice = {}\n", by_year("price"))
            }
            Pay::AtRisk { gate, lump } => format!(
                "\n[pay.results]\nclause = \"share at risk\"\nof = [\"fee\"]\nshare = {}\n\
                 gate = {{ outcome = \"result\", improves_by_at_least = {} }}\n",
                percent((lump / self.fee_each).min(1.0)),
                points(gate)
            ),
        };
        if let Some((checks, penalty)) = self.audit {
            out += &format!(
                "\n[pay.audit]\nclause = \"audit\"\noutcome = \"result\"\nchecks = {}\npenalty = {}\n",
                percent(checks),
                pounds(penalty)
            );
        }
        out
    }

    fn assumptions_file(&self) -> String {
        let column = |name: &str| format!("{{ table = \"segments.csv\", column = \"{name}\" }}");
        let mut out = format!(
            "assumptions = \"A random assumptions\"\nfrom = \"assumption: drawn\"\n\n[people]\nsegments = \"segments.csv\"\n\n\
             [outcome.result]\nnow = {}\nvalue = {}\n",
            column("now"),
            pounds(self.value)
        );
        match self.baseline {
            Held::Fixed => out += "matches_baseline = true\n",
            Held::Before(_) => out += &format!("before = {}\n", column("before")),
            Held::Comparison(_) => {}
        }
        if let Some(events) = &self.events {
            out += &format!("\n[outcome.events]\neach = {}\nvalue = {}\n", column("each"), pounds(events.value));
        }
        out += &format!(
            "\n[help.support]\nspent_now = {}\nhalf_cost = {}\nmoves = {{ result = {} }}\n\n\
             [cost]\neach_person = {}\nfixed_share = {}\n\n",
            pounds(self.spent_now),
            column("half_cost"),
            percent(self.reach),
            column("cost"),
            percent(self.fixed_share)
        );
        out += &match &self.intended {
            DrawnIntention::Aim(aim) => format!("[intended]\noutcome = \"result\"\naim = {}\n", points(*aim)),
            DrawnIntention::Spend(_) => format!("[intended]\nspend = {}\n", column("spend")),
        };
        out + &format!("\n[provider]\nfair_margin = {}\n\n{}", percent(self.fair_margin), self.assumptions_extra)
    }

    fn segments_file(&self) -> String {
        let mut out = String::from("segment,share,now,before,half_cost,cost,each,spend\n");
        let mut left = 1_000_000i64;
        for at in 0..self.shares.len() {
            // Shares are written to a ten-thousandth of a per cent, and the last takes what is left.
            let share = if at + 1 == self.shares.len() { left } else { (self.shares[at] * 1e6).round() as i64 };
            left -= share;
            let worse = if let Held::Before(worse) = self.baseline { worse } else { 0.0 };
            let before = self.now[at] + if self.more_is_better { -worse } else { worse };
            let spend = if let DrawnIntention::Spend(spend) = &self.intended { spend[at] } else { 0.0 };
            let each = self.events.as_ref().map_or(1.0, |events| events.each[at]);
            out += &format!(
                "s{at},{:.4} %,{:.4} %,{:.4} %,£{:.2},£{:.2},{each:.4},£{spend:.2}\n",
                share as f64 / 1e4,
                100.0 * self.now[at],
                100.0 * before.clamp(0.0, 1.0),
                self.half_cost[at],
                self.cost_each[at]
            );
        }
        out
    }

    fn years_file(&self) -> String {
        let price = |year: usize| if year == 1 { self.price } else { self.price * self.later_price };
        (1..=self.years).fold("year,price\n".to_owned(), |out, year| out + &format!("{year},£{:.2}\n", price(year)))
    }
}

/// How much better than today the main outcome is under a strategy, in proportion of people.
fn improvement(results: &StrategyResults, kind: StrategyKind) -> f64 {
    let (Some(there), Some(now)) = (results.get(kind), results.get(StrategyKind::AsNow)) else { return 0.0 };
    results.outcomes[0].sign * (there.outcome(0) - now.outcome(0)) / results.people.max(1.0)
}

fn uniform(seed: u64, draw: u64, low: f64, high: f64) -> f64 {
    low + (high - low) * open_unit(philox4x64([seed, draw, 0, 0], [0x6D75_7461_7465, 0])[0])
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = risks::mean(values);
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0).max(1.0);
    (mean, variance.sqrt())
}

/// A table of the file: its heading and its lines.
pub(super) fn table(heading: &str, lines: &[(&str, String)]) -> String {
    let lines: String = lines.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    format!("[{heading}]\n{lines}\n")
}

pub(super) fn pounds(value: f64) -> String {
    format!("\"£{value:.2}\"")
}

pub(super) fn percent(share: f64) -> String {
    format!("\"{:.4} %\"", 100.0 * share)
}

fn points(share: f64) -> String {
    format!("\"{:.4} percentage points\"", 100.0 * share)
}
