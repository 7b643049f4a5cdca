//! Gate-keeping: an assessment before the start, at which hard cases fall out before they count.

use contract::mends::Mend;

use super::{Case, Consequence, Finding, Harm, Plays, Role, gain, gain_test, listed, pounds, public_loss};

pub(super) const CONSEQUENCE: Consequence = Consequence {
    name: "gate-keeping",
    definition: "Where people count only after an assessment, the provider's best conduct lets people fall out before it whom it \
                 could bring in, and its profit is higher than if it brought everyone in: people never get the service that is paid for, \
                 and with it the results that help would bring them.",
    watch: "Referrals that never become starts, by segment, and the days between the two.",
    forecast,
    mends: |_| vec![Mend::TakeEveryone, Mend::Together(vec![Mend::TakeEveryone, Mend::LiveComparison(1)])],
};

fn forecast(plays: &Plays, best: Role) -> Finding {
    let mut case = Case::against(Role::BestServingAll);
    let hard: Vec<usize> = (0..plays.segments.len()).filter(|&at| plays.segments[at].bring_in.is_some()).collect();
    if plays.assessed_first && hard.is_empty() {
        return case
            .not_looked_for(CONSEQUENCE.name, "[assessment] in world.toml: who falls out, and what bringing one in costs");
    }
    let said = if plays.assessed_first { "they do" } else { "everyone referred counts, or is turned away openly" };
    case.test("people count only after an assessment", plays.assessed_first, said.to_owned());
    let (Some(play), Some(all)) = (plays.play(best), plays.play(Role::BestServingAll)) else {
        return case.nothing(CONSEQUENCE.name, "Nobody can fall out before counting.");
    };
    let lost = |at: usize| (plays.segments[at].people - play.served[at]).max(0.0);
    let left: Vec<usize> = hard.into_iter().filter(|&at| lost(at) > 0.05 * plays.segments[at].people).collect();
    let names: Vec<String> = left.iter().map(|&at| plays.segments[at].name.clone()).collect();
    let people: f64 = left.iter().map(|&at| lost(at)).sum();
    let figure =
        if left.is_empty() { "all are brought in".to_owned() } else { format!("{people:.0} people: {}", listed(&names)) };
    case.test("people are let fall out who could be brought in", !left.is_empty(), figure);
    let gain = gain(play, all);
    gain_test(&mut case, gain, play, all);
    let (harm, loss) = (Harm::refused(plays, play, all, &left, "those who fall out"), public_loss(play, all));
    for &at in &left {
        case.figure(&format!("not started, {}", plays.segments[at].name), format!("{:.0}", lost(at)));
    }
    case.figure("profit bringing everyone in", pounds(all.mean_profit()));
    let strategy = match left.is_empty() {
        true => "Bring everyone in.".to_owned(),
        false => format!("Let {} fall out before they count.", listed(&names)),
    };
    case.finding(CONSEQUENCE.name, strategy, gain, harm, loss)
}
