//! Measured outcomes: the result as data, and its layout as text for the terminal, as CSV and as JSON.

use base::csv_cell::quoted;
use base::english::counted;
use base::money::thousands;
use linkage::joined::propagated_uncertainty::{EstimateRange, PropagatedUncertainty};
use linkage::recall::ShareEstimate;
use records::files::xlsx;
use records::gate::quality::QualityReport;

use crate::people::PeopleTable;
use crate::publication;
use crate::terminal::Terminal;

/// What dated records say of every outcome of a scheme.
pub struct Measurement {
    /// People served whose start counts.
    pub people: usize,
    /// Their starts. One person may start in several cohorts.
    pub starts: usize,
    /// People in the comparison group.
    pub comparison_people: usize,
    /// Events and spells of the kinds that the rules need.
    pub facts: usize,
    /// The outcomes over all people served, in the order of the scheme.
    pub outcomes: Vec<OutcomeCount>,
    /// The same counts by provider, area, cohort or segment, where that was asked for.
    pub breakdown: Vec<OutcomeBreakdown>,
    /// How certain the outcomes are, where several agencies' records were linked.
    pub uncertainty: Option<LinkageUncertainty>,
    /// The counts that `price` can price.
    pub tally: TallyTable,
    /// The outcomes of each person, where they were asked for with a purpose.
    pub people_table: Option<PeopleTable>,
    /// The data-quality report.
    pub quality: QualityReport,
    pub notes: Vec<String>,
}

impl Measurement {
    /// Everything for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }

    /// Each outcome with its linkage interval, as CSV; none for the records of one agency.
    #[must_use]
    pub fn intervals_csv(&self) -> Option<String> {
        self.uncertainty.as_ref().map(intervals_csv)
    }
}

/// How much is known of one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KnownCount {
    /// People whose result is known.
    pub known: i64,
    /// Their results: people who reached the outcome, or events, days or periods.
    pub count: i64,
    pub not_yet_known: i64,
    pub left_out: i64,
    /// People excepted from the outcome, where the contract has exceptions.
    pub excepted: i64,
}

/// One outcome over all people.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeCount {
    pub outcome: String,
    /// What an amount is counted in: "minutes"; `None` where people, events or periods are counted.
    pub unit: Option<String>,
    pub counts: KnownCount,
    /// The mean number of days from the start to the outcome, over the people who reached it.
    pub mean_days: Option<f64>,
}

/// One outcome, counted separately for each provider, area, cohort or segment.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeBreakdown {
    pub outcome: String,
    /// The names of a group and its counts.
    pub groups: Vec<(Vec<String>, KnownCount)>,
}

/// How certain the outcomes are, as far as the linkage goes.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkageUncertainty {
    /// How many linkages were drawn, and the seed.
    pub draws: usize,
    pub seed: u64,
    pub records: usize,
    /// Records that some draw may give to another person, and the groups of linked records that they are in.
    pub doubtful: usize,
    pub components: usize,
    /// Groups that are too large to list every possibility.
    pub large: usize,
    /// The share of matching pairs that were compared, where the linkage estimated it.
    pub compared: Option<ShareEstimate>,
    /// By outcome, in the order of the scheme.
    pub outcomes: Vec<OutcomeUncertainty>,
}

/// One outcome over all drawn linkages.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeUncertainty {
    pub outcome: String,
    pub carried: PropagatedUncertainty,
    pub range: EstimateRange,
    /// People whose result differs in at least one draw.
    pub changed: usize,
}

/// A tally: the counts of each area, cohort and segment.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyTable {
    /// The names of the columns after area, cohort and segment.
    pub columns: Vec<String>,
    /// Area, cohort and segment of a row, and its counts.
    pub rows: Vec<([String; 3], Vec<i64>)>,
}

impl TallyTable {
    /// The bytes of the tally as an Excel workbook.
    ///
    /// # Errors
    /// It has more rows than a sheet.
    pub fn workbook(&self) -> anyhow::Result<Vec<u8>> {
        xlsx::bytes("tally", &self.csv(), xlsx::of_tally)
    }

    /// The tally as CSV, for `wellspent price`.
    #[must_use]
    pub fn csv(&self) -> String {
        let heads = ["area", "cohort", "segment"].into_iter().chain(self.columns.iter().map(String::as_str));
        let mut out = heads.map(|head| quoted(head).into_owned()).collect::<Vec<_>>().join(",") + "\n";
        for (names, counts) in &self.rows {
            let names = names.iter().map(|name| quoted(name).into_owned());
            out += &(names.chain(counts.iter().map(i64::to_string)).collect::<Vec<_>>().join(",") + "\n");
        }
        out
    }
}

/// Everything for the terminal.
fn text(found: &Measurement, terminal: Terminal) -> String {
    let mut out = summary(found, terminal);
    found.breakdown.iter().for_each(|breakdown| out += &breakdown_text(breakdown, terminal));
    if let Some(uncertainty) = &found.uncertainty {
        out += &uncertainty_text(uncertainty, terminal);
    }
    out + &format!("\n{}\n", terminal.dim(&terminal.wrap(publication::EXACT, 0)))
}

/// A line for each outcome.
fn summary(found: &Measurement, terminal: Terminal) -> String {
    let mut people = format!("{} served", counted(found.people, "person", "people"));
    if found.starts > found.people {
        people += &format!(" with {}", counted(found.starts, "start", "starts"));
    }
    if found.comparison_people > 0 {
        people += &format!(", {} in the comparison group", thousands(found.comparison_people as i64));
    }
    let excepting = found.outcomes.iter().any(|outcome| outcome.counts.excepted > 0);
    let header = ["outcome", "known", "count", "not yet known", "left out", "excepted", "mean days to it"];
    let row = |OutcomeCount { outcome, unit, counts, mean_days }: &OutcomeCount| {
        let each = unit.as_ref().zip(share(counts)).map(|(unit, mean)| format!(" ({mean:.1} {unit} each)"));
        let cells = vec![
            outcome.clone(),
            thousands(counts.known),
            thousands(counts.count) + &each.unwrap_or_default(),
            thousands(counts.not_yet_known),
            thousands(counts.left_out),
            thousands(counts.excepted),
            mean_days.map_or("–".to_owned(), |days| format!("{days:.1}")),
        ];
        where_excepted(cells, 5, excepting)
    };
    let header = where_excepted(header.map(str::to_owned).to_vec(), 5, excepting);
    let rows: Vec<Vec<String>> = found.outcomes.iter().map(row).collect();
    let facts = counted(found.facts, "event or spell", "events and spells");
    format!("{people}, {facts}\n\n{}", terminal.table(&header, &rows))
}

/// The cells of a row without the column of those who are excepted, where nobody is.
fn where_excepted(mut cells: Vec<String>, column: usize, excepting: bool) -> Vec<String> {
    if !excepting {
        cells.remove(column);
    }
    cells
}

fn breakdown_text(breakdown: &OutcomeBreakdown, terminal: Terminal) -> String {
    let excepting = breakdown.groups.iter().any(|(_, counts)| counts.excepted > 0);
    let header = [breakdown.outcome.as_str(), "known", "count", "of 100", "not yet known", "left out", "excepted"];
    let row = |(names, counts): &(Vec<String>, KnownCount)| {
        let cells = vec![
            names.join(", "),
            thousands(counts.known),
            thousands(counts.count),
            share(counts).map_or(String::new(), |share| format!("{:.1}", 100.0 * share)),
            thousands(counts.not_yet_known),
            thousands(counts.left_out),
            thousands(counts.excepted),
        ];
        where_excepted(cells, 6, excepting)
    };
    let header = where_excepted(header.map(str::to_owned).to_vec(), 6, excepting);
    format!("\n{}", terminal.table(&header, &breakdown.groups.iter().map(row).collect::<Vec<_>>()))
}

/// The count for each person whose result is known.
pub(crate) fn share(counts: &KnownCount) -> Option<f64> {
    (counts.known > 0).then(|| counts.count as f64 / counts.known as f64)
}

/// What the linkage leaves uncertain in each outcome.
fn uncertainty_text(found: &LinkageUncertainty, terminal: Terminal) -> String {
    let mut out = format!(
        "\n{}\n{}\n\n",
        terminal.bold("How certain the outcomes are, given the linkage"),
        terminal.wrap(
            &format!(
                "{} of {}, in {}, may belong to somebody else, judging by their links. We drew {} from the links (seed {}) and \
                 measured everything again. Intervals are 95% intervals.",
                thousands(found.doubtful as i64),
                counted(found.records, "record", "records"),
                counted(found.components, "group", "groups"),
                counted(found.draws, "other linkage", "other linkages"),
                found.seed
            ),
            0
        ),
    );
    let header = ["of 100 people", "as linked", "mean of draws", "linkage alone", "people alone", "both", "changed"];
    let mut rows = Vec::new();
    for OutcomeUncertainty { outcome, carried, range, changed } in &found.outcomes {
        let is_share = *range == EstimateRange::Share;
        let figure = |value: f64| if is_share { format!("{:.1}", value * 100.0) } else { format!("{value:.3}") };
        let error = |value: f64| if is_share { format!("{:.2}", value * 100.0) } else { format!("{value:.4}") };
        let between = |(low, high): (f64, f64)| format!("{} to {}", figure(low), figure(high));
        let name = if is_share { outcome.clone() } else { format!("{outcome} (each)") };
        rows.push(vec![
            name,
            figure(carried.as_linked.value),
            format!("{} ± {}", figure(carried.mean), error(carried.mean_error)),
            between(carried.linkage),
            between(carried.people),
            between(carried.both),
            thousands(*changed as i64),
        ]);
    }
    out += &terminal.table(&header.map(str::to_owned), &rows);
    out + &format!("{}\n", terminal.dim(&terminal.wrap(&uncertainty_notes(found), 0)))
}

/// What the columns mean, and what no interval includes.
fn uncertainty_notes(found: &LinkageUncertainty) -> String {
    let compared = match &found.compared {
        Some(share) => format!(
            "By capture and recapture, {:.1}% ({:.1}% to {:.1}%) of the pairs of records of one person were compared. That is an \
             upper bound, of the pairs that the model can see.",
            share.share * 100.0,
            share.low * 100.0,
            share.high * 100.0
        ),
        None => "How many pairs of records of one person were compared is not known: the folder has no recall.csv.".to_owned(),
    };
    let large = match found.large {
        0 => String::new(),
        1 => " 1 group of records is too large to list every possibility, so we sampled from it.".to_owned(),
        large => {
            format!(
                " {} groups of records are too large to list every possibility, so we sampled from them.",
                thousands(large as i64)
            )
        }
    };
    format!(
        "linkage alone: the range for these same people, over the drawn linkages. people alone: the range among people like these, \
         if the linkage is right. both: the range among people like these, with the linkage uncertain. changed: people whose \
         result differs in at least one draw. ±: Monte Carlo error. We take the probabilities of the links as they are. {compared} \
         Pairs that were never compared are in no draw, so no interval includes what they hide.{large}"
    )
}

/// The intervals as a table: a row for each outcome.
#[must_use]
fn intervals_csv(found: &LinkageUncertainty) -> String {
    let mut out =
        "outcome,measure,people,as_linked,draws,seed,mean_of_draws,monte_carlo_error,linkage_low,linkage_high,people_low,\
                   people_high,both_low,both_high,people_who_hang,compared_share,compared_low,compared_high\n"
            .to_owned();
    for outcome in &found.outcomes {
        let measure = measure_of(outcome.range);
        let (all, figure) = (&outcome.carried, outcome.carried.as_linked);
        let numbers =
            [all.mean, all.mean_error, all.linkage.0, all.linkage.1, all.people.0, all.people.1, all.both.0, all.both.1];
        let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:.6}")).collect();
        let compared = found.compared.map_or([String::new(), String::new(), String::new()], |compared| {
            [compared.share, compared.low, compared.high].map(|share| format!("{share:.6}"))
        });
        out += &format!(
            "{},{measure},{},{:.6},{},{},{},{},{}\n",
            quoted(&outcome.outcome),
            figure.people,
            figure.value,
            found.draws,
            found.seed,
            numbers.join(","),
            outcome.changed,
            compared.join(",")
        );
    }
    out
}

pub(crate) fn measure_of(range: EstimateRange) -> &'static str {
    if range == EstimateRange::Share { "share" } else { "mean" }
}
