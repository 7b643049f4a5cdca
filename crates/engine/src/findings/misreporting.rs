//! Misreporting: claiming what did not happen, or setting a label that pays better.

use scheme::mends::Mend;
use scheme::money::Pence;

use super::{
    Case, Consequence, Finding, Harm, Plays, Role, gain, gain_test, listed, percent, pounds, pounds_within, public_loss,
};

pub(super) const CONSEQUENCE: Consequence = Consequence {
    name: "misreporting",
    definition: "Where the provider reports results, or sets labels that it is paid by, its best conduct claims results that did not \
                 happen or sets false labels, given what is checked and what a false claim costs when it is found; it gains, and the \
                 payer pays for nothing.",
    watch: "The share of audited claims found false, and results that no other record shows.",
    forecast,
    mends: |plays| std::iter::once(Mend::RecordsSay).chain(audits(plays)).collect(),
};

/// Shares of the claims that an audit could check, in percent.
const CHECKS: [i64; 3] = [5, 10, 20];

/// Audits under which a false claim costs on average half as much again as the best paid result brings.
fn audits(plays: &Plays) -> Vec<Mend> {
    let most = plays.segments.iter().map(|segment| segment.price_now).fold(0.0, f64::max);
    let penalty = |percent: i64| Pence((1.5 * most * 10_000.0 / percent as f64).round() as i64);
    let all = CHECKS.map(|percent| Mend::Audit { percent, penalty: penalty(percent) });
    if plays.reported_by_provider.is_empty() || most < 1.0 { Vec::new() } else { all.to_vec() }
}

fn forecast(plays: &Plays, best: Role) -> Finding {
    let mut case = Case::against(Role::BestHonest);
    let (Some(play), Some(honest)) = (plays.play(best), plays.play(Role::BestHonest)) else {
        let needs = "reported_by = \"provider\" or segments_set_by = \"provider\" in scheme.toml, and [false_claims.OUTCOME] or \
                     [relabelling] in world.toml";
        return case.not_looked_for(CONSEQUENCE.name, needs);
    };
    let what = match (plays.reported_by_provider.is_empty(), plays.labels_by_provider) {
        (false, false) => listed(&plays.reported_by_provider),
        (true, _) => "the segment of each person".to_owned(),
        (false, true) => format!("{} and the segment of each person", listed(&plays.reported_by_provider)),
    };
    let share = play.false_claims / play.claims.max(1.0);
    let labels = play.mislabelled / plays.people.max(1.0);
    case.test(
        "it pays to report what is not so",
        share > 0.0005 || labels > 0.0005,
        format!("{} of claims false, {} of people mislabelled", percent(share), percent(labels)),
    );
    let gain = gain(play, honest);
    gain_test(&mut case, gain, play, honest);
    let loss = public_loss(play, honest);
    case.test("payer and public together lose", loss.low() > 0.0, pounds_within(loss));
    case.figure("reported by the provider", what);
    case.figure("false claims", format!("{:.0}", play.false_claims));
    case.figure("share of claims false", percent(share));
    case.figure("people mislabelled", format!("{:.0}", play.mislabelled));
    case.figure("profit reporting honestly", pounds(honest.mean_profit()));
    let strategy = match (share > 0.0005, labels > 0.0005) {
        (true, true) => format!("Claim {} more than happened, and label people as a segment that pays better.", percent(share)),
        (true, false) => format!("Claim results that did not happen: {} of all claims are false.", percent(share)),
        (false, true) => format!("Label {} of people as a segment that pays better.", percent(labels)),
        (false, false) => "Report what is so.".to_owned(),
    };
    case.finding(CONSEQUENCE.name, strategy, gain, Harm::none(), loss)
}
