//! DeLia, Hoover and Cantor (2012): in the two-sided model of the Medicare Shared Savings Program, an organisation with 5,000
//! members that saves nothing is rewarded with a chance of 0.24 and fined with one of 0.26; with 50,000 both are 0.02.
//!
//! What a member costs is no binary outcome. It is put here as one with the same mean and spread: a member is *costly* with
//! chance 1 / (1 + CV²) and costs nothing otherwise, so that the coefficient of variation of cost is CV.

use base::statistics::normal_cdf;
use contract::Scheme;
use simulation::assumptions::Assumptions;
use simulation::reference_strategies::CommonDraws;
use simulation::strategy::Strategy;
use simulation::wrong_payment::LoneCohort;

/// A gate of 2 % on either side of the benchmark, past which the whole difference is shared.
const SCHEME: &str = r#"
scheme = "Shared savings, two-sided"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"
[contract]
starts = 2012-01-01
ends = 2013-12-31
[cohorts]
starts = 2012-01-01
ends = 2012-12-31
every = "1 year"
people = MEMBERS
[outcome.costly]
measure = "members who cost much"
kind = "binary"
better = "fewer"
window = "12 months"
baseline = BENCHMARK
[pay.shared]
clause = "tariff"
outcome = "costly"
per = "person"
reward = "£10,000"
deduction = "£10,000"
gate = { improves_by_at_least = "GATE" }
from = "the published rule"
"#;

const WORLD: &str = r#"
assumptions = "No true saving"
[people]
from = "assumption: members alike"
[outcome.costly]
now = "CHANCE %"
from = "assumption: the coefficient of variation of cost"
[help.care]
half_cost = "£100"
moves = { costly = "10 %" }
from = "assumption: not used"
[cost]
each_person = "£0"
from = "assumption: not used"
[intended]
spend = "£0"
from = "assumption: not used"
"#;

fn read(members: usize, benchmark: &str, gate: &str, chance: f64) -> (Scheme, Assumptions) {
    let contract = SCHEME.replace("MEMBERS", &members.to_string()).replace("BENCHMARK", benchmark).replace("GATE", gate);
    let assumptions = WORLD.replace("CHANCE", &format!("{:.6}", 100.0 * chance));
    let read = crate::read(&crate::files([("scheme.toml", contract), ("assumptions.toml", assumptions)]));
    (read.scheme, read.assumptions)
}

/// The shares of replications in which doing nothing is rewarded, and fined.
fn undeserved(members: usize, benchmark: &str, chance: f64, replications: usize) -> (f64, f64) {
    const AT_ONCE: usize = 500;
    let (scheme, assumptions) = read(members, benchmark, "2 %", chance);
    let (mut rewarded, mut fined) = (0, 0);
    for first in (0..replications).step_by(AT_ONCE) {
        let draws = CommonDraws::build(&scheme, &assumptions, 1, first as u64, AT_ONCE);
        let arena = draws.arena(&scheme, &assumptions, 0);
        let paid = arena.payments(&Strategy::idle(&arena.chances, 1));
        rewarded += paid.rewards.iter().filter(|reward| **reward > 0.0).count();
        fined += paid.deductions.iter().filter(|deduction| **deduction > 0.0).count();
    }
    (rewarded as f64 / replications as f64, fined as f64 / replications as f64)
}

fn standard_error(share: f64, replications: usize) -> f64 {
    (share * (1.0 - share) / replications as f64).sqrt()
}

/// The one number that the abstract does not give is set so that half of the replications at 5,000 members are wrongly paid, as
/// published; the split of that half and everything at 50,000 members then follow.
#[test]
fn undeserved_bonuses_and_fines() {
    const REPLICATIONS: usize = 10_000;
    const LARGE: usize = 1_000;
    println!("| benchmark | coefficient of variation | 5,000 members: rewarded / fined | 50,000 members: rewarded / fined |");
    println!("|---|---|---|---|");
    println!("| published | not in the abstract | .24 / .26 | .02 / .02 |");
    // The share of the benchmark's own variance in that of one year, for groups of the same size.
    for (name, noise, ratio) in [("known", 0.0, 0), ("from twice as many members", 0.5, 2), ("from as many members", 1.0, 1)] {
        // Half of the replications lie beyond 2 % when the standard error of the saving is 2 % / 0.6745.
        let variation = 0.02 / 0.674_49 * f64::sqrt(5_000.0 / (1.0 + noise));
        let chance = 1.0 / (1.0 + variation * variation);
        let benchmark = match ratio {
            0 => format!("\"{:.6} %\"", 100.0 * chance),
            ratio => format!("{{ comparison_people_each = {ratio} }}"),
        };
        let (rewarded, fined) = undeserved(5_000, &benchmark, chance, REPLICATIONS);
        let (rewarded_large, fined_large) = undeserved(50_000, &benchmark, chance, LARGE);
        println!(
            "| {name} | {variation:.2} | {rewarded:.3} / {fined:.3} (± {:.3}) | {rewarded_large:.3} / {fined_large:.3} (± {:.3}) |",
            1.96 * standard_error(rewarded, REPLICATIONS),
            1.96 * standard_error(0.0165, LARGE),
        );
        // The normal approximation, from the same variance, with the whole count that a gate needs.
        let tail = |members: f64| {
            let error = variation * ((1.0 + noise) / members).sqrt();
            normal_cdf(-0.02 / error)
        };
        for (found, exact, replications, allowed) in [
            (rewarded, tail(5_000.0), REPLICATIONS, 0.01),
            (fined, tail(5_000.0), REPLICATIONS, 0.01),
            (rewarded_large, tail(50_000.0), LARGE, 0.002),
            (fined_large, tail(50_000.0), LARGE, 0.002),
        ] {
            let off = (found - exact).abs();
            assert!(off < 4.0 * standard_error(exact, replications) + allowed, "{name}: {found} against {exact}");
        }
        assert!((rewarded - 0.24).abs() < 0.02 && (fined - 0.26).abs() < 0.02, "{name}: {rewarded} / {fined}");
        assert!((rewarded_large - 0.02).abs() < 0.015 && (fined_large - 0.02).abs() < 0.015, "{name}");
        if ratio == 0 {
            let (scheme, _) = read(5_000, &benchmark, "2 %", chance);
            let cohort = LoneCohort::plain(&scheme, 0, chance);
            let exact = |members: usize| [1.0, -1.0].map(|way| cohort.payment(members, chance, |paid| way * paid > 0.005).0);
            let ([small, small_fined], [large, large_fined]) = (exact(5_000), exact(50_000));
            println!("| known, exactly | {variation:.2} | {small:.3} / {small_fined:.3} | {large:.4} / {large_fined:.4} |");
            for (found, exact, replications) in [
                (rewarded, small, REPLICATIONS),
                (fined, small_fined, REPLICATIONS),
                (rewarded_large, large, LARGE),
                (fined_large, large_fined, LARGE),
            ] {
                assert!((found - exact).abs() < 4.0 * standard_error(exact, replications), "{found} against {exact}");
            }
            denied(variation, chance, &benchmark);
        }
    }
}

/// A true saving that goes unpaid, exactly, with the benchmark known: by the two-sided gate of 2 %, and by the one-sided one,
/// which was 3.9 % for organisations of this size.
fn denied(variation: f64, chance: f64, benchmark: &str) {
    println!("true saving, unpaid at a gate of 2 % and of 3.9 % (5,000 members, coefficient of variation {variation:.2}):");
    for saving in [0.05, 0.06, 0.07] {
        let unpaid = ["2 %", "3.9 %"].map(|gate| {
            let (scheme, _) = read(5_000, benchmark, gate, chance);
            LoneCohort::plain(&scheme, 0, chance).payment(5_000, chance * (1.0 - saving), |paid| paid < 0.005).0
        });
        println!("  {:.0} %: {:.3}, {:.3}", 100.0 * saving, unpaid[0], unpaid[1]);
    }
}
