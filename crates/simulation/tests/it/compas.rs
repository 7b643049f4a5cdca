//! Real people: creaming inside a payment group, against how finely a contract tells people apart. The people are those of
//! the COMPAS file, which is read where it lies and never copied; without it the test is skipped.

use std::collections::BTreeMap;
use std::f64::consts::LN_2;
use std::path::PathBuf;

use base::source::FileBytes;
use risks::{Estimate, RiskId, StrategyKind};
use simulation::stress::{StressOptions, stress};

use crate::{Shipped, skipped};

/// How many people of each decile, and how many of them stayed clear for two years.
type Deciles = BTreeMap<usize, (usize, usize)>;

fn deciles() -> Option<Deciles> {
    let data = std::env::var_os("WELLSPENT_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let text = std::fs::read_to_string(data.join("compas/compas-two-years-deid.csv")).ok()?;
    let mut problems = Vec::new();
    let table = base::table::CsvTable::parse(&base::source::SourceFile { name: "compas".to_owned(), text }, &mut problems);
    assert!(problems.is_empty(), "{} lines could not be read", problems.len());
    let (decile, outcome) = (table.column("decile_score")?, table.column("two_year_recid")?);
    let mut found = Deciles::new();
    for row in &table.rows {
        let (people, clear) = found.entry(row[decile].text.parse().expect("a decile")).or_default();
        *people += 1;
        *clear += usize::from(row[outcome].text == "0");
    }
    // What the publisher printed.
    assert_eq!(found.values().map(|(people, _)| people).sum::<usize>(), 7_214);
    assert_eq!(found.values().map(|(people, clear)| people - clear).sum::<usize>(), 3_251);
    Some(found)
}

/// What it costs to serve a person, in pounds.
const COST: f64 = 1_000.0;

const SCHEME: &str = r#"
scheme = "Staying clear, in payment groups"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"
intake = "provider chooses"
segments = "groups.csv"
[contract]
starts = 2027-01-01
ends = 2029-12-31
from = "assumption: invented"
[cohorts]
starts = 2027-01-01
ends = 2027-12-31
every = "1 year"
people = { table = "groups.csv", column = "people" }
from = "people of the file"
[outcome.clear]
measure = "people with no new offence within two years"
kind = "binary"
better = "more"
window = "24 months"
[pay.clear]
clause = "outcome payment"
outcome = "clear"
price = { table = "groups.csv", column = "price" }
from = "the same mark-up on what a clear person of each group costs"
"#;

const WORLD: &str = r#"
assumptions = "People by risk decile"
[people]
segments = "segments.csv"
individuals = "people.csv"
from = "people of the file"
[outcome.clear]
value = "£15,000"
from = "assumption: invented"
[help.support]
half_cost = "£150"
moves = { clear = "20 %" }
from = "assumption: invented"
[cost]
each_person = "£1,000"
from = "assumption: invented"
[intended]
spend = "£100"
from = "assumption: invented"
"#;

/// What one set of payment groups leads to.
struct Found {
    present: bool,
    turned_away: f64,
    gain: Estimate,
    /// The same gain in closed form: what the deciles that lose money at the best help for them would lose.
    exact: f64,
}

/// StrategyResults a contract with so many payment groups against a provider who sees the decile, or who sees no more than the group.
fn played(deciles: &Deciles, groups: usize, markup: f64, sees_decile: bool) -> Found {
    let group = |decile: usize| (decile - 1) * groups / 10;
    let seen = |decile: usize| if sees_decile { format!("decile {decile}") } else { format!("group {}", group(decile)) };
    let (mut contract, mut segments) = ("segment,people,price\n".to_owned(), "segment,priced_as\n".to_owned());
    let (mut people, mut exact) = ("segment,clear\n".to_owned(), 0.0);
    for at in 0..groups {
        let members: Vec<(usize, (usize, usize))> =
            deciles.iter().filter(|(decile, _)| group(**decile) == at).map(|(decile, counts)| (*decile, *counts)).collect();
        let (n, clear) = members.iter().fold((0, 0), |(n, clear), (_, counts)| (n + counts.0, clear + counts.1));
        let price = (1.0 + markup) * COST * n as f64 / clear as f64;
        contract += &format!("group {at},{n},£{price:.2}\n");
        let mut told: Vec<String> = members.iter().map(|(decile, _)| seen(*decile)).collect();
        told.dedup();
        segments += &told.iter().map(|segment| format!("{segment},group {at}\n")).collect::<String>();
        for (decile, (n, clear)) in members {
            let clear = clear as f64 / n as f64;
            people += &format!("{},{clear:.6}\n", seen(decile)).repeat(n);
            // Half of at most 20 % of the risk for every £150: the best help, and what serving one such person then earns.
            let half = 150.0;
            let effort = half / LN_2 * (price * 0.2 * (1.0 - clear) * LN_2 / half).max(1.0).ln();
            let helped = 1.0 - (1.0 - clear) * (1.0 - 0.2 * (1.0 - (-effort / half * LN_2).exp()));
            exact += n as f64 * (COST + effort - price * helped).max(0.0);
        }
    }
    let texts = [("scheme.toml", SCHEME.to_owned()), ("assumptions.toml", WORLD.to_owned())];
    let mut folder = crate::files(texts.into_iter().chain([("groups.csv", contract), ("segments.csv", segments)]));
    folder.insert("people.csv".to_owned(), FileBytes::People(people.into_bytes()));
    let Shipped { opened, scheme, assumptions } = crate::read(&folder);
    let options = StressOptions { seed: 1, replications: 400, scenarios: 0 };
    let result = stress(&opened, &scheme, &assumptions, options, &|_, _| {});
    let finding = &result.reported.iter().find(|r| r.finding.risk == RiskId::CherryPicking).expect("in the catalogue").finding;
    let served = result.results.get(StrategyKind::BEST).expect("simulated").served.iter().sum::<f64>();
    Found { present: finding.present, turned_away: 1.0 - served / 7_214.0, gain: finding.gain, exact }
}

/// Creaming is plain where one price is paid for everyone and fades as payment groups get finer; a provider who cannot tell
/// the people of a group apart cannot cream at all.
#[test]
fn creaming_fades_as_payment_groups_get_finer() {
    let Some(deciles) = deciles() else {
        skipped("compas/compas-two-years-deid.csv is not in the folder of data sets (WELLSPENT_DATA)");
        return;
    };
    println!("| payment groups | mark-up 5 %: turned away, gain | mark-up 10 % | mark-up 20 % | provider sees the group alone |");
    println!("|---|---|---|---|---|");
    let mut gains = Vec::new();
    for groups in [1, 2, 3, 5, 10] {
        let found = [0.05, 0.1, 0.2].map(|markup| played(&deciles, groups, markup, true));
        let blind = played(&deciles, groups, 0.1, false);
        let thousands = |pounds: f64| format!("£{:.0}k", pounds / 1_000.0);
        let cell = |found: &Found| {
            let (gain, error) = (thousands(found.gain.mean), thousands(1.96 * found.gain.error));
            match found {
                Found { turned_away: 0.0, .. } => "nobody".to_owned(),
                Found { present: true, .. } => format!("{:.0} %, {gain} ± {error}", 100.0 * found.turned_away),
                _ => format!("{:.0} %, {gain} ± {error}: not a finding", 100.0 * found.turned_away),
            }
        };
        for found in &found {
            // A search stops a little short of the very best.
            let allowed = 4.0 * found.gain.error + 1_000.0;
            assert!((found.gain.mean - found.exact).abs() < allowed, "{groups} groups: {:?} against {}", found.gain, found.exact);
        }
        let cells: Vec<String> = found.iter().chain([&blind]).map(cell).collect();
        println!("| {groups} | {} |", cells.join(" | "));
        assert!(!blind.present, "{groups} groups: nobody can be told apart, and yet some are turned away");
        gains.push(found.map(|found| if found.present { found.gain.mean } else { 0.0 }));
    }
    for markup in 0..3 {
        let of: Vec<f64> = gains.iter().map(|gain| gain[markup]).collect();
        assert!(of[0] > 200_000.0 && of[4] == 0.0, "{of:?}");
        assert!(of.windows(2).all(|pair| pair[1] <= pair[0]), "{of:?}");
    }
}
