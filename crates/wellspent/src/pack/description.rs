//! The model on these very files, in the ODD form: overview, design concepts, details (Grimm and others, "The ODD protocol for
//! describing agent-based and other simulation models: a second update", JASSS 23(2) 7, 2020). Generated from the scheme and its
//! assumptions, so that another scheme gives another text.

use base::article::the;
use base::english::counted;
use base::literal::Literal as _;
use base::money::thousands;
use base::reader::StatedNumber;
use base::schedule::CohortTime;
use contract::Scheme;
use contract::exceptions::Exceptions;
use contract::explain::term_sheet;
use contract::terms::{Baseline, Intake, OutcomeKind, ReportedBy};
use risks::{CATALOGUE, percent, pounds};
use simulation::assumptions::{Intended, Move};
use simulation::people::{AreaPeople, Chances, people};
use simulation::reference_strategies::{main_outcome, typical_area};

use super::inputs;
use super::packed_command::PackedCommand;
use super::packed_run::PackedRun;
use super::plain_text::{head, row, text as plain};

pub(crate) fn text(run: &PackedRun<'_>, numbers: &[StatedNumber]) -> String {
    let areas = people(run.scheme, run.assumptions);
    let typical = &areas[typical_area(&areas)];
    format!(
        "# Description of the model\n\nIn the form of the ODD protocol (Grimm and others 2020), written from the files in `{}`.\n\n\
         {}{}{}{}{}{}{}",
        inputs::FOLDER,
        purpose(run),
        entities(run, &areas),
        process(run),
        concepts(run),
        initialisation(run, typical),
        input_data(run, numbers),
        submodels(run, typical),
    )
}

fn joined(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| plain(name.as_ref())).collect();
    risks::listed(&names)
}

fn number(value: usize) -> String {
    thousands(value as i64)
}

fn purpose(run: &PackedRun<'_>) -> String {
    let scheme = run.scheme;
    let summary = if scheme.summary.is_empty() { String::new() } else { format!(" {}", plain(&scheme.summary)) };
    let use_of_it = match run.command {
        PackedCommand::Stress { .. } => "which unintended risks its rules would bring when a provider earns as much as it can",
        PackedCommand::Fix { .. } => "which changes to its rules remove the unintended risks that they have",
        PackedCommand::Sensitivity { .. } => "which of the uncertain numbers decide what its rules bring about",
    };
    let names = CATALOGUE.iter().map(|risk| risk.name);
    let patterns = "We judge the model by patterns that it was not fitted to: closed forms of economic theory, published simulations \
                    and the results of real schemes. `docs/validity/README.md` compares them, failures included. On these files we \
                    judge it by the checks in `checks.md`, the contract's own worked examples first.";
    format!(
        "## 1. Purpose and patterns\n\nThe scheme: {}.{summary}\n\nThe purpose is to say, before the contract is signed, {use_of_it}, under the \
         assumptions \"{}\". The program knows these risks: {}.\n\n{patterns}\n\n",
        plain(&scheme.name),
        plain(&run.assumptions.name),
        joined(names)
    )
}

fn entities(run: &PackedRun<'_>, areas: &[AreaPeople]) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let all: usize = areas.iter().map(AreaPeople::count).sum();
    let cohorts: Vec<_> = areas[0].cohorts.iter().map(|&at| &scheme.cohorts[at]).collect();
    let mut out = "## 2. Entities, state variables and scales\n\n".to_owned();
    out += &head(&["entity", "how many", "state variables"]);
    let binary = scheme.outcomes.iter().filter(|outcome| outcome.is_binary()).map(|outcome| &outcome.name);
    let on_top: Vec<&String> =
        scheme.outcomes.iter().filter(|outcome| !outcome.is_binary()).map(|outcome| &outcome.name).collect();
    let numbers = if on_top.is_empty() { String::new() } else { format!("; how many {}", joined(on_top)) };
    let fixed = format!("number, area, cohort, segment; whether {}{numbers}", joined(binary));
    out += &row(&["person", &number(all), &fixed]);
    let segments = format!("share of the people, chances: {}", joined(assumptions.segments.iter().map(|segment| &segment.name)));
    out += &row(&["segment", &number(assumptions.segments.len()), &segments]);
    let sizes: Vec<usize> = areas.iter().map(AreaPeople::count).collect();
    let (low, high) = (sizes.iter().min().copied().unwrap_or_default(), sizes.iter().max().copied().unwrap_or_default());
    let size = if low == high { number(low) } else { format!("{} to {}", number(low), number(high)) };
    out += &row(&["area", &number(areas.len()), &format!("its people ({size})")]);
    let days = match (cohorts.first(), cohorts.last()) {
        (Some(first), Some(last)) => format!("people who start from {} to {}", first.starts, last.ends),
        _ => String::new(),
    };
    out += &row(&["cohort of an area", &number(cohorts.len()), &days]);
    let mut does = format!("pounds a person by segment on {}", joined(assumptions.help.iter().map(|help| &help.name)));
    does += match scheme.intake {
        Intake::Everyone => "",
        Intake::ProviderChooses => "; which segments are turned away",
        Intake::AfterAssessment => "; which segments are brought in before they count",
    };
    if scheme.segments_set_by == ReportedBy::Provider && assumptions.relabelling.is_some() {
        does += "; the share of people labelled as what they are not";
    }
    let claimed = scheme
        .outcomes
        .iter()
        .zip(&assumptions.false_claims)
        .filter(|(outcome, claims)| outcome.reported_by == ReportedBy::Provider && claims.is_some());
    let claimed: Vec<&String> = claimed.map(|(outcome, _)| &outcome.name).collect();
    if !claimed.is_empty() {
        does += &format!("; the share of false claims of {}", joined(claimed));
    }
    let excepting = scheme.outcomes.iter().zip(&assumptions.exceptions).filter(|(outcome, unfounded)| {
        let by_provider = |stated: &Exceptions| stated.reported_by == ReportedBy::Provider;
        outcome.exceptions.as_ref().is_some_and(by_provider) && unfounded.is_some()
    });
    let excepting: Vec<&String> = excepting.map(|(outcome, _)| &outcome.name).collect();
    if !excepting.is_empty() {
        does += &format!("; the share of people excepted without a reason from {}", joined(excepting));
    }
    out += &row(&[&scheme.provider, "one in each area", &does]);
    out += &row(&[&scheme.payer, "1", "none: it pays as the rules say"]);
    let compared = scheme.outcomes.iter().filter(|outcome| matches!(outcome.baseline, Baseline::Comparison { .. }));
    let compared: Vec<&String> = compared.map(|outcome| &outcome.name).collect();
    if !compared.is_empty() {
        out += &row(&[
            "comparison group",
            "one for each cohort and segment",
            &format!("people, and how many with {}", joined(compared)),
        ]);
    }
    let first = format!(
        "\nTime: {} of a contract from {} to {}, in cohorts of {} months; each cohort is one step. Space: the areas, which do not affect \
         each other. Money in pounds, paid in whole pence.\n\n",
        counted(assumptions.years, "contract year is simulated", "contract years are simulated"),
        scheme.starts,
        scheme.ends,
        cohorts.first().map_or(0, |cohort| cohort.months)
    );
    out + &first
}

fn process(run: &PackedRun<'_>) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let mut steps = vec![
        format!("In each area, {} chooses its strategy, the same for every cohort.", plain(&the(&scheme.provider))),
        match scheme.intake {
            Intake::Everyone => "Everyone referred is served.".to_owned(),
            Intake::ProviderChooses => "Segments that it turns away are neither served nor counted.".to_owned(),
            Intake::AfterAssessment => "People whom it does not bring in drop out before they count.".to_owned(),
        },
        format!("Help ({}) moves each person's chances.", joined(assumptions.help.iter().map(|help| &help.name))),
    ];
    for outcome in &scheme.outcomes {
        let name = plain(&outcome.name);
        steps.push(match outcome.kind {
            OutcomeKind::Binary => match outcome.reaches() {
                Some((amount, level)) => format!(
                    "A person whose {} is good enough, at a level of {level}, counts in {name}.",
                    plain(&scheme.outcomes[amount].name)
                ),
                None => format!("For each person, chance decides whether {name} happens."),
            },
            OutcomeKind::Amount { .. } => format!("For each person, an amount of {name} is drawn."),
            OutcomeKind::Frequency { of, .. } => {
                format!("For each person with {}, the number of {name} is drawn.", plain(&scheme.outcomes[of].name))
            }
            OutcomeKind::Sustained { of, every, most } => format!(
                "For each person with {}, it is drawn how long it lasts: {name}, every {}, up to {most}.",
                plain(&scheme.outcomes[of].name),
                every.words()
            ),
        });
    }
    if scheme.outcomes.iter().any(|outcome| outcome.compared().is_some()) {
        steps.push("The comparison is drawn as a whole for each cohort and segment.".to_owned());
    }
    steps.push("What happened is counted by cohort and segment: the tally.".to_owned());
    for (at, clause) in scheme.clauses.iter().enumerate() {
        let sum = if at == 0 { "The rules price the tally, clause by clause: first" } else { "then" };
        steps.push(format!("{sum} {} ({}).", plain(&clause.name), clause.kind()));
    }
    let made = match run.command {
        PackedCommand::Stress { replications, scenarios, .. } => format!(
            "All this is one replication. The search looks for the best strategy on replications of its own. The results are reported on {} \
             others, the same for every strategy. {} are the same files with every uncertain number moved, each with its own search.",
            number(replications as usize),
            counted(scenarios, "scenario", "scenarios")
        ),
        PackedCommand::Fix { scenarios, .. } => format!(
            "All this is one replication. Each set of changes to the rules has its own search and is judged on other replications. The chosen \
             set is tried in {}, before and after.",
            counted(scenarios, "scenario", "scenarios")
        ),
        PackedCommand::Sensitivity { .. } => {
            "All this is one replication. Each setting of the uncertain numbers has its own short search.".to_owned()
        }
    };
    let list: String = steps.iter().enumerate().map(|(at, step)| format!("{}. {step}\n", at + 1)).collect();
    format!("## 3. Process overview and scheduling\n\n{list}\n{made}\n\n")
}

fn concepts(run: &PackedRun<'_>) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let paid: Vec<String> = scheme.result_clauses().map(|at| plain(&scheme.clauses[at].name)).collect();
    let results = match paid.len() {
        0 => "No clause pays for results.".to_owned(),
        _ => format!("Payment for results: {}.", paid.join(", ")),
    };
    let gates = scheme.clauses.iter().filter(|clause| !clause.gates().is_empty()).map(|clause| plain(&clause.name));
    let gates: Vec<String> = gates.collect();
    let gates =
        if gates.is_empty() { "No clause has a gate.".to_owned() } else { format!("Behind a gate: {}.", gates.join(", ")) };
    let provider = &assumptions.provider;
    let ratchet: Vec<&String> =
        scheme.outcomes.iter().filter(|outcome| outcome.ratchet.0 != 0).map(|outcome| &outcome.name).collect();
    let learning = match ratchet.is_empty() {
        true => "None; the strategy is the same in every cohort.".to_owned(),
        false => format!(
            "None; but the baseline of {} follows the results of the year before, and the search takes that into account.",
            joined(ratchet)
        ),
    };
    let fair = percent(provider.fair_margin);
    let items = [
        ("Basic principles", format!("A provider does what pays best under the rules. {results} {gates}")),
        ("Emergence", "Which people are helped, how much, and what is paid follow from the search. We prescribe none of it.".to_owned()),
        ("Adaptation", "The provider adapts its strategy to the rules and the assumptions as stated, in full, before the first cohort starts.".to_owned()),
        (
            "Objectives",
            format!(
                "Four kinds of provider: profit; profit less {} pounds for each pound of its standard deviation (cautious); profit plus \
                 {} of the value of outcomes to the public (mission-minded); and one that makes mistakes, on a scale of {} of what it is paid. \
                 A margin up to {fair} counts as fair.",
                provider.caution,
                percent(provider.mission),
                percent(provider.imprecision)
            ),
        ),
        ("Learning", learning),
        ("Prediction", "The provider knows the chances, costs and rules. It does not know which replication will come.".to_owned()),
        (
            "Sensing",
            format!("The provider can tell the segments apart: {}.", joined(assumptions.segments.iter().map(|segment| &segment.name))),
        ),
        ("Interaction", "None between people, areas or providers. Only payment links the provider to the payer.".to_owned()),
        (
            "Stochasticity",
            "Whether and how often a thing happens to a person. The random numbers are keyed by (seed; person, replication, decision, \
             draw), so that every strategy meets the same replications and anyone can draw them again."
                .to_owned(),
        ),
        (
            "Collectives",
            format!("Cohorts and areas, by which people are counted and paid for: {}.", joined(scheme.areas.iter().take(3)) + &more(scheme)),
        ),
        ("Observation", "Costs, payments in every replication, expected outcomes by segment, and the tests of each risk.".to_owned()),
    ];
    let list: String = items.iter().map(|(name, words)| format!("- **{name}.** {words}\n")).collect();
    format!("## 4. Design concepts\n\n{list}\n")
}

fn more(scheme: &Scheme) -> String {
    match scheme.areas.len() {
        0..=3 => String::new(),
        all => format!(" and {} more", all - 3),
    }
}

fn initialisation(run: &PackedRun<'_>, typical: &AreaPeople) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let chances = Chances::of(scheme, assumptions, typical);
    let binary: Vec<usize> = (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].is_binary()).collect();
    let mut header = vec!["segment".to_owned(), "people".to_owned(), "share".to_owned(), "priced as".to_owned()];
    header.extend(binary.iter().map(|&at| format!("chance of {} now", scheme.outcomes[at].name)));
    let mut table = head(&header.iter().map(String::as_str).collect::<Vec<_>>());
    let all = typical.count().max(1) as f64;
    for (at, segment) in assumptions.segments.iter().enumerate() {
        let people = typical.in_segment(at);
        let mut cells =
            vec![segment.name.clone(), number(people), percent(people as f64 / all), scheme.segments[segment.priced_as].clone()];
        cells.extend(binary.iter().map(|&outcome| percent(chances.now(outcome, at))));
        table += &row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    format!(
        "## 5. Initialisation\n\nPeople are numbered through areas, cohorts and segments, and divided by the stated shares into whole \
         people. They start as things are now: their chances include what is spent today. In {}, the area of typical size:\n\n\
         {table}\n",
        plain(&scheme.areas[typical.area])
    )
}

fn input_data(run: &PackedRun<'_>, numbers: &[StatedNumber]) -> String {
    let files: String = inputs::list(run.folder)
        .iter()
        .map(|input| {
            let name = input.name.trim_start_matches(inputs::FOLDER).trim_start_matches('/');
            if !input.copied {
                return format!("- `{}`: a table of people, one row each\n", input.name);
            }
            let of = numbers.iter().filter(|number| number.path.starts_with(&format!("{name}: "))).count();
            format!("- `{}`: {}\n", input.name, counted(of, "number", "numbers"))
        })
        .collect();
    format!(
        "## 6. Input data\n\nThe model reads these files before it starts, and nothing while it runs:\n\n{files}\n\
         `assumptions.csv` has every number with its range and source.\n\n"
    )
}

fn submodels(run: &PackedRun<'_>, typical: &AreaPeople) -> String {
    format!(
        "## 7. Submodels\n\n{}{}{}{}",
        help(run, typical),
        beliefs(run, typical),
        intended(run, typical),
        contract(run.scheme)
    )
}

fn help(run: &PackedRun<'_>, typical: &AreaPeople) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let mut out =
        "### Help\n\nSpending *e* pounds a person buys 1 − 2^(−*e* / half cost) of the most that a kind of help can do. Kinds \
                   of help work one after another on what is left. As stated"
            .to_owned();
    out += &format!(", in {}:\n\n", plain(&scheme.areas[typical.area]));
    out += &head(&["help", "spent now", "half cost", "moves at the most"]);
    let segments = 0..assumptions.segments.len();
    for help in &assumptions.help {
        let across = |of: &dyn Fn(usize) -> f64| {
            let (low, high) = segments.clone().map(of).fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
            if (high - low).abs() < 0.005 { pounds(low) } else { format!("{} to {} by segment", pounds(low), pounds(high)) }
        };
        let moves: Vec<String> = scheme
            .outcomes
            .iter()
            .zip(&help.moves)
            .filter_map(|(outcome, moves)| {
                let each: Vec<Move> = segments
                    .clone()
                    .map(|segment| moves.as_ref().map(|m| m.at(typical.area, segment, CohortTime::FIRST)))
                    .collect::<Option<_>>()?;
                let size = |moves: &Move| match moves {
                    Move::Relative(share) if *share < 0.0 => {
                        (format!("{} more of the chance, for the worse", percent(-share)), *share)
                    }
                    Move::Points(share) if *share < 0.0 => {
                        (format!("{:.1} percentage points for the worse", -100.0 * share), *share)
                    }
                    Move::Relative(share) => (format!("{} of the chance", percent(*share)), *share),
                    Move::Points(share) => (format!("{:.1} percentage points", 100.0 * share), *share),
                };
                let low = each.iter().map(size).min_by(|a, b| a.1.total_cmp(&b.1))?.0;
                let high = each.iter().map(size).max_by(|a, b| a.1.total_cmp(&b.1))?.0;
                let words = if low == high { low } else { format!("{low} to {high} by segment") };
                Some(format!("{} by {words}", outcome.name))
            })
            .collect();
        let spent = across(&|segment| help.spent_now.at(typical.area, segment, CohortTime::FIRST));
        let half = across(&|segment| help.half_cost.at(typical.area, segment, CohortTime::FIRST));
        out += &row(&[&help.name, &spent, &half, &moves.join("; ")]);
    }
    out + "\n"
}

fn beliefs(run: &PackedRun<'_>, typical: &AreaPeople) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let mut out = "### Outcomes and costs\n\n".to_owned();
    for (outcome, belief) in scheme.outcomes.iter().zip(&assumptions.outcomes) {
        let better = if outcome.sign() < 0 { "fewer" } else { "more" };
        let mut words = format!("one {better} is worth {} to the public", pounds(belief.value));
        if belief.trend != 0.0 {
            words += &format!("; since the baseline was set it has moved by {:+.1} points for everyone", 100.0 * belief.trend);
        }
        if belief.matches.is_some() {
            words += "; chances are shifted so that each area meets the contract's baseline";
        }
        out += &format!("- {} ({}): {words}.\n", plain(&outcome.name), plain(&outcome.measure));
    }
    let each = assumptions.cost_each_person.at(typical.area, 0, CohortTime::FIRST).pounds();
    let year = assumptions.cost_each_year.at(typical.area, 0, CohortTime::FIRST).pounds();
    out += &format!(
        "- Serving a person costs {} {} besides help, of which {} stays when fewer come; an area costs {} a year.\n\n",
        plain(&the(&scheme.provider)),
        pounds(each),
        percent(assumptions.cost_fixed_share),
        pounds(year)
    );
    out
}

fn intended(run: &PackedRun<'_>, typical: &AreaPeople) -> String {
    let (scheme, assumptions) = (run.scheme, run.assumptions);
    let words = match &assumptions.intended {
        Intended::Aim { outcome, better_by } => {
            format!(
                "{} better by {:.1} percentage points at the least cost",
                plain(&scheme.outcomes[*outcome].name),
                100.0 * better_by
            )
        }
        Intended::Spend(spend) => {
            let each: Vec<String> = (0..assumptions.segments.len())
                .map(|at| {
                    format!(
                        "{} on {}",
                        pounds(spend.at(typical.area, at, CohortTime::FIRST)),
                        plain(&assumptions.segments[at].name)
                    )
                })
                .collect();
            format!("a person, {}", risks::listed(&each))
        }
        Intended::SpendOn(spends) => {
            let segments = 0..assumptions.segments.len();
            let each = assumptions.help.iter().zip(spends).map(|(help, spend)| {
                let (low, high) = segments
                    .clone()
                    .map(|at| spend.at(typical.area, at, CohortTime::FIRST))
                    .fold((f64::INFINITY, 0.0f64), |(low, high), spend| (low.min(spend), high.max(spend)));
                let pounds = if low == high { pounds(low) } else { format!("{} to {} by segment", pounds(low), pounds(high)) };
                format!("{pounds} on {}", plain(&help.name))
            });
            format!("a person, {}", risks::listed(&each.collect::<Vec<_>>()))
        }
    };
    let main = main_outcome(scheme, assumptions)
        .map_or(String::new(), |at| format!(" The main outcome is {}.", plain(&scheme.outcomes[at].name)));
    format!("### What is intended\n\nThe commissioner expects: {words}.{main}\n\n")
}

/// The rules in English, clause by clause, from the terms.
fn contract(scheme: &Scheme) -> String {
    let mut out = "### The contract\n\n".to_owned();
    for paragraph in term_sheet(scheme) {
        let from = if paragraph.from.is_empty() { String::new() } else { format!(" ({})", plain(&paragraph.from)) };
        out += &format!("{} {}{from}\n\n", paragraph.number, plain(&paragraph.text));
    }
    out.trim_end().to_owned() + "\n"
}
