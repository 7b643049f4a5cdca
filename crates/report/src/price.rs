//! A tally as the contract prices it, to the penny: a line for each clause with quantity, price and reason.

use base::article::the;
use base::csv_cell::quoted;
use base::money::Pence;
use contract::Scheme;
use contract::clauses::quantity_words;
use contract::price::{PricedLine, is_product, statement};
use contract::surplus;
use contract::tally::Tally;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, pounds};
use crate::terminal::Terminal;

/// A tally as the contract prices it, a line for each clause with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PriceReport {
    /// its title
    pub scheme: String,
    /// each is priced by itself
    pub areas: Vec<PricedArea>,
    /// over all areas, in pounds
    pub total: f64,
    #[serde(skip)]
    sum: Pence,
    /// Whether the contract has several areas, and several segments.
    #[serde(skip)]
    several: (bool, bool),
}

/// What one area is paid. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PricedArea {
    /// its name
    pub area: String,
    /// in the order of pricing
    pub lines: Vec<PriceEntry>,
    /// in pounds
    pub total: f64,
    /// what everybody is left with, where funders share losses and surpluses and all costs are certified
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<PartyShare>,
    #[serde(skip)]
    sum: Pence,
}

/// What one party is left with. Money in pounds; negative for a loss.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PartyShare {
    /// whose share, or what it is a share of
    pub party: String,
    /// in pounds; negative for a loss
    pub amount: f64,
    #[serde(skip)]
    exact: Pence,
}

/// One line of a price. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PriceEntry {
    /// position of the clause in the contract, from 1
    pub number: usize,
    /// its name
    pub clause: String,
    /// its kind
    pub kind: &'static str,
    /// the first cohort
    pub from_cohort: String,
    /// the last cohort
    pub to_cohort: String,
    /// the segment, where it is priced by itself
    pub segment: Option<String>,
    /// how many units
    pub quantity: f64,
    /// what is counted
    pub unit: &'static str,
    /// in pounds
    pub unit_price: f64,
    /// in pounds
    pub amount: f64,
    /// why
    pub reason: String,
    #[serde(skip)]
    words: LineWords,
}

/// How the numbers of a line are written for people.
#[derive(Clone, Debug, Default, PartialEq)]
struct LineWords {
    quantity: String,
    price: Pence,
    amount: Pence,
}

impl PriceReport {
    /// Prices tallies, one for each area.
    #[must_use]
    pub fn of(scheme: &Scheme, tallies: &[Tally]) -> PriceReport {
        let areas: Vec<PricedArea> = tallies.iter().map(|tally| area(scheme, tally)).collect();
        let sum = Pence(areas.iter().map(|area| area.sum.0).sum());
        let several = (scheme.areas.len() > 1, scheme.segments.len() > 1);
        PriceReport { scheme: scheme.name.clone(), areas, total: pounds(sum), sum, several }
    }

    /// The statement for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let mut out: String = self.areas.iter().map(|area| self.area_text(area, terminal)).collect();
        if self.areas.len() > 1 {
            out += &format!("Total over {} areas: {}\n", self.areas.len(), self.sum);
        }
        out
    }

    fn area_text(&self, area: &PricedArea, terminal: Terminal) -> String {
        let (several_areas, several_segments) = self.several;
        let mut out = if several_areas { format!("{}\n", terminal.bold(&area.area)) } else { String::new() };
        let mut clause = 0;
        for line in &area.lines {
            if line.number != clause {
                clause = line.number;
                let head = terminal.bold(&format!("{}. {}", line.number, line.clause));
                out += &format!("{head} {}\n", terminal.dim(&format!("({})", line.kind)));
            }
            let cohorts = match line.from_cohort == line.to_cohort {
                true => line.from_cohort.clone(),
                false => format!("{} … {}", line.from_cohort, line.to_cohort),
            };
            let segment = line.segment.as_ref().filter(|_| several_segments);
            let name = cohorts + &segment.map_or(String::new(), |segment| format!(", {segment}"));
            out += &terminal.with_amount(&spread(&name, &line.words.quantity, terminal), &line.words.amount.to_string());
            out += &terminal.dim(&format!("      {}\n", terminal.wrap(&line.reason, 6)));
        }
        out += &terminal.with_amount(&terminal.bold("Total"), &area.sum.to_string());
        if !area.shares.is_empty() {
            out += &format!("{}\n", terminal.bold("Who is left with what"));
            area.shares
                .iter()
                .for_each(|share| out += &terminal.with_amount(&format!("  {}", share.party), &share.exact.to_string()));
        }
        out
    }

    /// The statement as CSV, a row for each line.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = "area,clause,kind,from cohort,to cohort,segment,quantity,unit,unit price,amount,reason\n".to_owned();
        let written =
            |pence: Pence| format!("{}{}.{:02}", if pence.0 < 0 { "-" } else { "" }, pence.0.abs() / 100, pence.0.abs() % 100);
        for (area, line) in self.areas.iter().flat_map(|area| area.lines.iter().map(move |line| (area, line))) {
            let cells = [
                quoted(&area.area),
                quoted(&line.clause),
                line.kind.into(),
                quoted(&line.from_cohort),
                quoted(&line.to_cohort),
                quoted(line.segment.as_deref().unwrap_or_default()),
                line.quantity.to_string().into(),
                quoted(line.unit),
                written(line.words.price).into(),
                written(line.words.amount).into(),
                quoted(&line.reason),
            ];
            out += &format!("{}\n", cells.join(","));
        }
        out
    }
}

impl JsonDocument for PriceReport {
    const SCHEMA: &'static str = "wellspent-price/1";
    const COMMAND: &'static str = "wellspent price --json";
}

/// What a line is for, and its quantity at the left of the amounts.
fn spread(name: &str, quantity: &str, terminal: Terminal) -> String {
    /// Takes the largest amount that a line usually has.
    const AMOUNT: usize = 17;
    let room = terminal.width.min(Terminal::PLAIN.width).saturating_sub(AMOUNT + 2);
    let taken = name.chars().count() + quantity.chars().count();
    format!("  {name}{}{quantity}", " ".repeat(room.saturating_sub(taken).max(2)))
}

fn area(scheme: &Scheme, tally: &Tally) -> PricedArea {
    let (lines, paid) = statement(scheme, tally);
    let lines = lines.iter().map(|line| priced_line(scheme, line)).collect();
    let total = paid.total();
    PricedArea {
        area: scheme.areas[tally.area].clone(),
        lines,
        total: pounds(total),
        shares: shares(scheme, tally, total),
        sum: total,
    }
}

/// The costs, what is left beyond them, and what everybody gets of that.
fn shares(scheme: &Scheme, tally: &Tally, paid: Pence) -> Vec<PartyShare> {
    let Some(found) = surplus::statement(scheme, tally, paid) else { return Vec::new() };
    let share = |party: String, exact: Pence| PartyShare { party, amount: pounds(exact), exact };
    let of_funders = scheme
        .funders
        .iter()
        .zip(&found.funders)
        .map(|(funder, part)| share(format!("funder {}", risks::quoted(&funder.name)), *part));
    let first = [share("certified costs".to_owned(), found.costs), share("paid less costs".to_owned(), found.surplus)];
    let last = share(the(&scheme.provider), found.provider);
    first.into_iter().chain(of_funders).chain([last]).collect()
}

fn priced_line(scheme: &Scheme, line: &PricedLine) -> PriceEntry {
    let clause = &scheme.clauses[line.clause];
    let quantity = match (quantity_words(line.quantity, line.unit), is_product(line.quantity, line.price, line.amount)) {
        (Some(quantity), true) => format!("{quantity} × {}", line.price),
        (Some(quantity), false) => format!("{quantity} at {}", line.price),
        (None, _) => String::new(),
    };
    PriceEntry {
        number: line.clause + 1,
        clause: clause.name.clone(),
        kind: clause.kind(),
        from_cohort: scheme.cohorts[line.cohorts.0].name.clone(),
        to_cohort: scheme.cohorts[line.cohorts.1].name.clone(),
        segment: line.segment.map(|at| scheme.segments[at].clone()),
        quantity: line.quantity.as_f64(),
        unit: line.unit,
        unit_price: pounds(line.price),
        amount: pounds(line.amount),
        reason: line.reason.clone(),
        words: LineWords { quantity, price: line.price, amount: line.amount },
    }
}
