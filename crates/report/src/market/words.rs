//! The sentences and tables of a market, shared by the text and the page.

use base::english::{capitalised, counted, plural};
use base::money::thousands;
use base::schedule::CohortTime;
use contract::market::rules::AwardKind;
use risks::{Estimate, listed, percent, percentage_points, pounds, pounds_in_prose, pounds_within, pounds_within_in_prose};
use simulation::assumptions::Help;
use simulation::game::best_responses::PlayEnd;
use simulation::market::{CAP, HelpSpend, MarketEnd, MarketStrategy, MarketVariant, STEPS, SolvedMarket};
use simulation::mixture::Behaviour;

use super::PlayedMarket;

/// A rule that was switched, as the name of a row.
pub(super) fn variant(variant: MarketVariant) -> String {
    match variant {
        MarketVariant::AsWritten => "as written".to_owned(),
        MarketVariant::OneProvider => "one provider for each lot".to_owned(),
        MarketVariant::WithChoice => "users choose".to_owned(),
        MarketVariant::WithoutChoice => "users do not choose".to_owned(),
        MarketVariant::SharesByPerformance => "shares follow performance".to_owned(),
        MarketVariant::EqualShares => "shares do not follow performance".to_owned(),
        MarketVariant::WithCap => format!("no provider above {CAP}"),
        MarketVariant::WithoutCap => "without the share cap".to_owned(),
    }
}

/// "better", "worse" or neither, where chance does not explain it.
fn which(estimate: Estimate, more: &'static str, less: &'static str) -> Option<&'static str> {
    match estimate {
        _ if estimate.low() > 0.0 => Some(more),
        _ if estimate.high() < 0.0 => Some(less),
        _ => None,
    }
}

impl PlayedMarket<'_> {
    fn written(&self) -> Option<&SolvedMarket> {
        self.found.solved.first()
    }

    /// What a reader needs first.
    pub(super) fn answer(&self) -> String {
        let Some(written) = self.written() else { return "Nothing was played.".to_owned() };
        let figures = &written.figures;
        let all = self.found.providers.len();
        let taking = figures.by_provider.iter().filter(|provider| provider.people.mean > 0.0).count();
        let providers = counted(all as u64, "provider", "providers");
        let part = match taking {
            0 => format!("none of {providers} takes part"),
            _ => format!("{taking} of {providers} {} part", plural(taking as u64, "takes", "take")),
        };
        let balance = match figures.net {
            net if net.mean >= 0.0 => format!("{} more than is paid for them", pounds_in_prose(net.mean)),
            net => format!("{} less than is paid for them", pounds_in_prose(-net.mean)),
        };
        let waiting = match figures.placed.mean {
            placed if placed > 0.9995 => "Everybody finds a provider.".to_owned(),
            placed => format!("{} of people find no provider.", percent(1.0 - placed)),
        };
        format!(
            "With the rules as written, {part}. They are paid {}. Their results are worth {} to the public, compared with no help: {balance}. {waiting} {}",
            pounds_within_in_prose(figures.paid),
            pounds_within_in_prose(figures.worth),
            self.switched()
        )
    }

    /// Which rules would bring more or less, in a sentence or two.
    fn switched(&self) -> String {
        let others = || self.found.solved.iter().skip(1);
        if others().next().is_none() {
            return "There is one provider, so no rule about providers can be switched.".to_owned();
        }
        let named = |wanted: &str| -> Vec<String> {
            let of = others().filter(|solved| which(solved.more.net, "more", "less") == Some(wanted));
            of.map(|solved| {
                format!("\u{201C}{}\u{201D} ({})", variant(solved.variant), pounds_in_prose(solved.more.net.mean.abs()))
            })
            .collect()
        };
        let (more, less) = (named("more"), named("less"));
        let mut sentences = Vec::new();
        if !more.is_empty() {
            sentences.push(format!("What results are worth, less what is paid, would be higher with {}.", listed(&more)));
        }
        if !less.is_empty() {
            sentences.push(format!("It would be lower with {}.", listed(&less)));
        }
        if sentences.is_empty() {
            sentences.push("No rule that was switched alone changes that by more than chance.".to_owned());
        } else if more.is_empty() {
            sentences[0] = format!("What results are worth, less what is paid, would be lower with {}.", listed(&less));
        }
        sentences.join(" ")
    }

    pub(super) const PROVIDERS: [&'static str; 7] =
        ["provider", "kind", "takes part", "help for each person", "people", "paid", "profit"];

    /// A row for each provider.
    pub(super) fn providers(&self) -> Vec<Vec<String>> {
        let Some(written) = self.written() else { return Vec::new() };
        let profile = written.ends.first().map(|end| end.settled.profile.as_slice()).unwrap_or_default();
        let row = |(at, strategy): (usize, &MarketStrategy)| {
            let figures = &written.figures.by_provider[at];
            let takes_part = match figures.gave_up.mean {
                _ if !strategy.enters => "no".to_owned(),
                0.0 => "yes".to_owned(),
                share => format!("yes; gives up in {}", percent(share)),
            };
            vec![
                self.found.providers[at].clone(),
                self.kind(at).to_owned(),
                takes_part,
                if strategy.enters { self.help(strategy) } else { "–".to_owned() },
                thousands(figures.people.mean.round() as i64),
                pounds(figures.paid.mean),
                pounds_within(figures.profit),
            ]
        };
        profile.iter().enumerate().map(row).collect()
    }

    fn kind(&self, at: usize) -> &'static str {
        let id = &self.rules.providers[at].id;
        let assumed = self.assumptions.market.iter().flat_map(|market| &market.providers).find(|assumed| assumed.id == *id);
        match assumed.map(|assumed| assumed.kind) {
            Some(Behaviour::Mission) => "mission-minded",
            Some(Behaviour::Norm) => "carries on as today",
            Some(Behaviour::PublicBody) => "public body",
            Some(Behaviour::Profit | Behaviour::Satisficing) | None => "seeks profit",
        }
    }

    /// What a provider spends on help for each person, by segment where it differs; the mean over areas.
    fn help(&self, strategy: &MarketStrategy) -> String {
        let areas = self.scheme.areas.len();
        let spent = |(segment, step): (usize, &u8)| {
            let of = |help: &Help, area: usize| match STEPS[usize::from(*step)] {
                HelpSpend::Today => help.spent_now.at(area, segment, CohortTime::FIRST),
                HelpSpend::OfHalfCost(times) => times * help.half_cost.at(area, segment, CohortTime::FIRST),
            };
            let all = self.assumptions.help.iter().flat_map(|help| (0..areas).map(move |area| of(help, area)));
            let spent = pounds(all.sum::<f64>() / areas.max(1) as f64);
            if STEPS[usize::from(*step)] == HelpSpend::Today { format!("{spent}, as today") } else { spent }
        };
        let each: Vec<String> = strategy.steps.iter().enumerate().map(spent).collect();
        match each.as_slice() {
            [first, rest @ ..] if rest.iter().all(|spent| spent == first) => first.clone(),
            each => {
                let named = each.iter().zip(&self.found.segments).map(|(spent, segment)| format!("{segment}: {spent}"));
                named.collect::<Vec<_>>().join("; ")
            }
        }
    }

    pub(super) const GROUPS: [&'static str; 3] = ["group", "find a provider", "have a good result"];

    /// A row for each group of people, and one for everybody.
    pub(super) fn groups(&self) -> Vec<Vec<String>> {
        let Some(written) = self.written() else { return Vec::new() };
        let row = |name: &str, placed: Estimate, good: Estimate| {
            vec![name.to_owned(), percent(placed.mean), format!("{} ± {}", percent(good.mean), percent(1.96 * good.error))]
        };
        let groups = self.found.segments.iter().zip(&written.figures.by_segment);
        let mut rows: Vec<Vec<String>> = groups.map(|(name, figures)| row(name, figures.placed, figures.good)).collect();
        if rows.len() > 1 {
            rows.push(row("everybody", written.figures.placed, written.figures.good));
        }
        rows
    }

    pub(super) const RULES: [&'static str; 7] = [
        "rules",
        "worth less paid",
        "compared with as written",
        "good results",
        "who is worse off",
        "providers, first and last",
        "largest share at the end",
    ];

    /// A row for each rule that was switched.
    pub(super) fn rules(&self) -> Vec<Vec<String>> {
        let row = |solved: &SolvedMarket| {
            let (figures, more) = (&solved.figures, &solved.more);
            let is_written = solved.variant == MarketVariant::AsWritten;
            let groups = self.found.segments.iter().zip(&more.good_of_segment);
            let worse: Vec<String> = groups
                .filter(|(_, good)| good.high() < 0.0)
                .map(|(name, good)| format!("{name} ({})", points(good.mean)))
                .collect();
            vec![
                variant(solved.variant),
                pounds(figures.net.mean),
                if is_written { "–".to_owned() } else { pounds_within(more.net) },
                percent(figures.good.mean),
                match (is_written, worse.is_empty()) {
                    (true, _) => "–".to_owned(),
                    (false, true) => "nobody beyond chance".to_owned(),
                    (false, false) => listed(&worse),
                },
                format!("{:.1}, {:.1}", figures.providers[0].mean, figures.providers[1].mean),
                percent(figures.largest.mean),
            ]
        };
        self.found.solved.iter().map(row).collect()
    }

    pub(super) const REST: [&'static str; 4] = ["rules", "how it ended", "rounds", "one provider could still gain"];

    /// A row for each rule: how it came to rest, and what is left to gain.
    pub(super) fn rest(&self) -> Vec<Vec<String>> {
        let largest = |regret: &[Estimate]| {
            regret.iter().copied().fold(Estimate::exact(0.0), |most, of| if of.mean > most.mean { of } else { most })
        };
        let row = |solved: &SolvedMarket| {
            let end = solved.ends.first()?;
            let how = match end.settled.end {
                PlayEnd::AtRest => "at rest",
                PlayEnd::Mixed => "choices go round",
                PlayEnd::Stopped => "stopped at the limit",
            };
            let left = pounds_within(largest(&end.settled.regret));
            Some(vec![variant(solved.variant), how.to_owned(), end.settled.rounds.to_string(), left])
        };
        self.found.solved.iter().filter_map(row).collect()
    }

    /// What the rows mean, and the other ends of the market as written.
    pub(super) fn rest_in_words(&self) -> Vec<String> {
        let open = self.rules.award == AwardKind::Licence;
        let mut lines = vec![format!(
            "What one provider could still gain is its gain from another spend on one group{}, on luck that was not used to choose.",
            if open { ", or from staying out or coming in" } else { "" }
        )];
        if self.found.solved.iter().any(|solved| solved.ends.first().is_some_and(|end| end.settled.end == PlayEnd::Mixed)) {
            lines.push("Where choices go round, none is at rest. The figures are of those made most often.".to_owned());
        }
        if self.found.solved.iter().any(|solved| solved.ends.first().is_some_and(|end| end.settled.end == PlayEnd::Stopped)) {
            lines.push(
                "Where it stopped at the limit, providers were still changing. The figures are of their last choices.".to_owned(),
            );
        }
        let ends = self.written().map(|written| written.ends.as_slice()).unwrap_or_default();
        if ends.len() > 1 {
            let starts: usize = ends.iter().map(|end| end.starts).sum();
            let each = |end: &MarketEnd| format!("{} ({} of {starts} starts)", pounds_within_in_prose(end.net), end.starts);
            lines.push(format!(
                "The market as written ends in {} ways, which depend on where providers begin. What results are worth less what is paid: {}. The figures are of the first.",
                ends.len(),
                listed(&ends.iter().map(each).collect::<Vec<_>>())
            ));
        }
        lines
    }

    /// What all this rests on.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(market) = &self.assumptions.market {
            let users = market.users;
            let weighed = match users.each_point {
                none if none <= 0.0 => "Results play no part in their choice.".to_owned(),
                each => format!("A mile counts as much as {:.1} percentage points of results.", users.each_mile / each),
            };
            lines.push(format!(
                "Users: {} say whom they want, and {} of these are told of results. {weighed} These are assumptions, from assumptions.toml.",
                percent(users.choosing),
                percent(users.informed)
            ));
        }
        lines.push("Each provider keeps to one choice for the whole contract: whether to take part, and what to spend on each group. What can be spent is today's spend, nothing, or 0.5, 1, 2 or 4 times what buys half of the effect.".to_owned());
        lines.push(
            "Results count for shares and for what users are told once the outcome is known of everybody in a cohort.".to_owned(),
        );
        if self.found.solved.iter().any(|solved| solved.variant == MarketVariant::OneProvider) {
            lines.push(
                "With one provider for each lot, the one that costs least if it serves everybody holds it: an assumption."
                    .to_owned(),
            );
        }
        lines.push(format!(
            "{} and the same luck under all rules. Figures after ± are 95% intervals over {}, seed {}. They do not include the uncertainty of the assumptions.",
            capitalised(&risks::people(self.found.people as f64)),
            counted(self.found.options.replications as u64, "replication", "replications"),
            self.found.options.seed
        ));
        lines
    }
}

/// A change of a rate, with its sign.
fn points(change: f64) -> String {
    percentage_points(change).replace(" percentage", "")
}
