//! Reads the keys of each design, from the table with its name.

use base::literal::{Literal as _, Plain};
use base::reader::Section;

use super::keys::{DesignName, names, needed, plain, whole};
use super::{
    AreaSpec, BandwidthSpec, CaliperSpec, CoarseningSpec, CovariateKind, CovariateSpec, DesignSpec, DiscontinuitySpec,
    DistanceSpec, MatchingSpec, PanelComparison, PanelSpec, RandomisedSpec, SeriesSpec, SurvivalMethod, SurvivalSpec,
    WeightingSpec,
};

/// The design with its keys.
pub(super) fn design(top: &Section<'_, '_>, name: DesignName, covariates: &[CovariateSpec]) -> Option<DesignSpec> {
    let table = |key: &str| top.required_section(key, &format!("[{key}]"));
    match name {
        DesignName::Randomised => {
            Some(DesignSpec::Randomised(top.section("randomised").map_or(RandomisedSpec::default(), |t| {
                let of = |key: &str| t.text(key).map(str::to_owned);
                let (strata, received) = (of("strata"), of("received"));
                t.finish();
                RandomisedSpec { strata, received }
            })))
        }
        DesignName::Matching => matching(&table("matching")?).map(DesignSpec::Matching),
        DesignName::Subclassification => {
            let t = table("subclassification")?;
            let classes = whole(&t, "classes", (2, 100), None);
            t.finish();
            Some(DesignSpec::Subclassification { classes })
        }
        DesignName::CoarsenedExact => coarsened(&table("coarsened")?, covariates).map(DesignSpec::CoarsenedExact),
        DesignName::Weighting => {
            let t = table("weighting")?;
            let kinds = [
                ("inverse probability", WeightingSpec::InverseProbability),
                ("stabilised", WeightingSpec::Stabilised),
                ("overlap", WeightingSpec::Overlap),
            ];
            let kind = needed(&t, "weights", &kinds);
            t.finish();
            kind.map(DesignSpec::Weighting)
        }
        DesignName::EntropyBalancing => Some(DesignSpec::EntropyBalancing),
        DesignName::DoublyRobust => Some(DesignSpec::DoublyRobust),
        DesignName::DifferenceInDifferences => panel(&table("panel")?).map(DesignSpec::DifferenceInDifferences),
        DesignName::InterruptedTimeSeries => {
            let t = table("series")?;
            let period = t.required_text("period", "the column with the number of the period, such as \"month\"");
            let from = plain(&t, "from");
            let season = t.has("season").then(|| whole(&t, "season", (2, 366), None));
            let lag = whole(&t, "lag", (0, 366), None);
            t.finish();
            Some(DesignSpec::InterruptedTimeSeries(SeriesSpec { period, from, season, lag }))
        }
        DesignName::SyntheticControl => {
            let t = table("areas")?;
            let unit = t.required_text("unit", "the column with the area, such as \"area\"");
            let period = t.required_text("period", "the column with the number of the period, such as \"year\"");
            let treated = t.required_text("treated", "the area that was treated, such as \"California\"");
            let from = plain(&t, "from");
            let outcomes = match covariates.is_empty() && !t.has("outcomes") {
                true => Vec::new(),
                false => {
                    let expected = "periods before the start whose outcome should be alike, such as [2018, 2020]";
                    let read = t.required_numbers::<Plain>("outcomes", expected).unwrap_or_default();
                    read.into_iter().map(|(period, _, _)| period.0).collect()
                }
            };
            t.finish();
            Some(DesignSpec::SyntheticControl(AreaSpec { unit, period, treated, from, outcomes }))
        }
        DesignName::RegressionDiscontinuity => {
            let t = table("discontinuity")?;
            let score = t.required_text("score", "the column with the score, such as \"risk_score\"");
            let cut_off = plain(&t, "cut_off");
            let treated_above = needed(&t, "treated", &[("from the cut-off up", true), ("below the cut-off", false)]);
            let bandwidth = match t.has("bandwidth") && !t.is_text("bandwidth") {
                true => BandwidthSpec::Fixed(plain(&t, "bandwidth")),
                false => needed(&t, "bandwidth", &[("optimal", BandwidthSpec::Optimal)])?,
            };
            t.finish();
            Some(DesignSpec::RegressionDiscontinuity(DiscontinuitySpec {
                score,
                cut_off,
                treated_above: treated_above?,
                bandwidth,
            }))
        }
        DesignName::Survival => {
            let t = table("survival")?;
            let time = t.required_text("time", "the column with the days until it happened, such as \"days\"");
            let event = t.required_text("event", "the value of the outcome where it happened, such as \"1\"");
            let method = needed(&t, "method", &[("log-rank", SurvivalMethod::LogRank), ("cox", SurvivalMethod::Cox)]);
            t.finish();
            Some(DesignSpec::Survival(SurvivalSpec { time, event, method: method? }))
        }
    }
}

fn matching(t: &Section<'_, '_>) -> Option<MatchingSpec> {
    let distances = [
        ("propensity", DistanceSpec::Propensity),
        ("logit of propensity", DistanceSpec::LogitPropensity),
        ("mahalanobis", DistanceSpec::Mahalanobis),
    ];
    let distance = needed(t, "distance", &distances);
    let ratio = whole(t, "ratio", (1, 1_000), Some(1));
    let replacement = match t.truth("replacement") {
        Some(replacement) => Some(replacement),
        None if t.has("replacement") => None,
        None => {
            let problem = t.problem("replacement", "nothing says whether one person may be compared with several");
            t.push(problem.expected("true or false").fix("add a line: replacement = false"));
            None
        }
    };
    let caliper = match t.text("caliper") {
        None => None,
        Some("none") => None,
        Some(text) => {
            match caliper(text) {
                Some(caliper) => Some(caliper),
                None => {
                    let problem = t.problem("caliper", "not a caliper").read(format!("\"{text}\""));
                    t.push(
                    problem
                        .expected("standard deviations of the distance such as \"0.2 SD\", a distance such as \"0.05\", or \"none\"")
                        .fix("write it like this: caliper = \"0.2 SD\""),
                );
                    None
                }
            }
        }
    };
    if !t.has("caliper") {
        let problem = t.problem("caliper", "nothing says how far a pair may be apart");
        t.push(problem.expected("a caliper such as \"0.2 SD\", or \"none\"").fix("add a line: caliper = \"0.2 SD\""));
    }
    let exact = names(t, "exact");
    t.finish();
    Some(MatchingSpec { distance: distance?, ratio, replacement: replacement?, caliper, exact })
}

/// "0.2 SD" or "0.05".
fn caliper(text: &str) -> Option<CaliperSpec> {
    let lower = text.trim().to_ascii_lowercase();
    let (digits, deviations) = match lower.strip_suffix("sd") {
        Some(digits) => (digits.trim().to_owned(), true),
        None => (lower, false),
    };
    let Plain(width) = Plain::parse(&digits).ok()?;
    (width > 0.0).then_some(if deviations { CaliperSpec::Deviations(width) } else { CaliperSpec::Absolute(width) })
}

fn coarsened(t: &Section<'_, '_>, covariates: &[CovariateSpec]) -> Option<Vec<CoarseningSpec>> {
    let mut out = Vec::new();
    let mut good = true;
    for covariate in covariates {
        let column = &covariate.column;
        let cuts = match covariate.kind {
            CovariateKind::Category => Vec::new(),
            CovariateKind::Number => match t.required_numbers::<Plain>(column, "where each class begins, such as [25, 35, 45]") {
                Some(cuts) => cuts.into_iter().map(|(cut, _, _)| cut.0).collect(),
                None => {
                    good = false;
                    Vec::new()
                }
            },
        };
        if cuts.windows(2).any(|pair| pair[0] >= pair[1]) {
            let problem = t.problem(column, format!("the classes of `{column}` do not rise"));
            t.push(problem.expected("numbers from the smallest to the largest").fix("put them in order, each once"));
        }
        out.push(CoarseningSpec { column: column.clone(), cuts });
    }
    t.finish();
    good.then_some(out)
}

fn panel(t: &Section<'_, '_>) -> Option<PanelSpec> {
    let unit = t.required_text("unit", "the column with the unit, such as \"office\"");
    let period = t.required_text("period", "the column with the number of the period, such as \"year\"");
    let first_treated = t.required_text("first_treated", "the column with the first treated period, such as \"first_year\"");
    let kinds = [("never treated", PanelComparison::NeverTreated), ("not yet treated", PanelComparison::NotYetTreated)];
    let comparison = needed(t, "comparison", &kinds);
    let anticipation = whole(t, "anticipation", (0, 1_000), Some(0));
    t.finish();
    Some(PanelSpec { unit, period, first_treated, comparison: comparison?, anticipation })
}
