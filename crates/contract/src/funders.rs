//! Who else bears a loss of the provider, and shares its surplus: investors in tranches, a foundation that guarantees the first loss.
//! The payer pays the provider. What the provider is left with beyond its costs is divided here.
//!
//! The funders stand in the order in which they bear a loss: the first loses first, and the last is the safest. A surplus goes the
//! other way: the last is paid first. What nobody takes is the provider's.

use base::article::the;
use base::literal::Literal as _;
use base::money::{Amount, Pence, Quantity, Rate, Rounding, WHOLE};
use base::problem::Problem;
use base::reader::Section;

/// Somebody who shares losses and surpluses of the provider. Each area is divided by itself, over the whole contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Funder {
    pub name: String,
    /// Where it comes from.
    pub from: String,
    /// The share of a loss that it bears, of what those before it leave, and the most.
    pub loses: Rate,
    pub loses_at_most: Option<Pence>,
    /// The share of a surplus that it gets, of what those after it leave, and the most.
    pub gains: Rate,
    pub gains_at_most: Option<Pence>,
}

/// Divides a surplus (negative: a loss) among the funders: what each gains, in their order. The rest is the provider's.
pub fn split<A: Amount>(funders: &[Funder], surplus: A, rounding: Rounding) -> Vec<A> {
    let nothing = A::default();
    let mut out = vec![nothing; funders.len()];
    let part = |left: A, share: Rate, most: Option<Pence>| {
        let part = left.share(share, rounding);
        match most.map(|most| A::of(Quantity::whole(1), most, rounding)) {
            Some(most) if most < part => most,
            _ => part,
        }
    };
    if surplus < nothing {
        let mut left = nothing.minus(surplus);
        for (funder, out) in funders.iter().zip(&mut out) {
            let loses = part(left, funder.loses, funder.loses_at_most);
            (*out, left) = (nothing.minus(loses), left.minus(loses));
        }
    } else {
        let mut left = surplus;
        for (funder, out) in funders.iter().zip(&mut out).rev() {
            let gains = part(left, funder.gains, funder.gains_at_most);
            (*out, left) = (gains, left.minus(gains));
        }
    }
    out
}

/// The most funders of a contract.
const MAX_FUNDERS: usize = 20;

/// Reads `[funders.NAME]`, in the order of the file.
pub(crate) fn read(top: &Section<'_, '_>) -> Vec<Funder> {
    let Some(tables) = top.section("funders") else { return Vec::new() };
    let sections = tables.sections();
    if sections.len() > MAX_FUNDERS {
        tables.push(
            Problem::at(tables.file, tables.span, "there are too many funders")
                .read(format!("{} tables", sections.len()))
                .expected(format!("at most {MAX_FUNDERS}"))
                .fix("join funders that lose and gain in the same place"),
        );
        return Vec::new();
    }
    let funders = sections.iter().map(|section| {
        let share = |key: &str, most: Option<Pence>, fix: &str| match section.has(key) {
            true => section.required_within(key, (Rate(0), Rate(WHOLE)), "not a share", fix),
            false if most.is_some() => Rate(WHOLE),
            false => Rate(0),
        };
        let (loses_at_most, gains_at_most) = (section.positive("loses_at_most"), section.positive("gains_at_most"));
        let loses = share("loses", loses_at_most, "write the share of a loss that it bears, such as \"100%\"");
        let gains = share("gains", gains_at_most, "write the share of a surplus that it gets, such as \"50%\"");
        section.finish();
        if loses == Rate(0) && gains == Rate(0) {
            section.push(
                Problem::at(section.file, section.span, format!("[{}] neither bears a loss nor shares a surplus", section.path))
                    .expected("loses_at_most = \"£100,000\", or gains = \"50%\"")
                    .fix("say what it can lose or gain, or remove it")
                    .warning(),
            );
        }
        if section.source().is_none() {
            section.push(
                Problem::at(section.file, section.span, format!("[{}] does not say where it comes from", section.path))
                    .expected("from = \"…\": a clause of the contract, a published source, or \"assumption: …\"")
                    .fix("add a line: from = \"clause 6.1\"")
                    .warning(),
            );
        }
        let from = section.source().unwrap_or_default().to_owned();
        Funder { name: section.name.clone(), from, loses, loses_at_most, gains, gains_at_most }
    });
    funders.collect()
}

impl Funder {
    /// What it can lose and gain, as a sentence without its name.
    fn words(&self) -> String {
        let share = |share: Rate, most: Option<Pence>, of: &str| {
            let part = if share == Rate(WHOLE) { String::new() } else { format!("{share} of ") };
            let most = most.map_or(String::new(), |most| format!(", up to {}", most.words()));
            (share != Rate(0)).then(|| format!("{part}{of}{most}"))
        };
        let loses = share(self.loses, self.loses_at_most, "the loss that reaches it");
        let gains = share(self.gains, self.gains_at_most, "the surplus that reaches it");
        match (loses, gains) {
            (Some(loses), Some(gains)) => format!("bears {loses}, and gets {gains}"),
            (Some(loses), None) => format!("bears {loses}"),
            (None, Some(gains)) => format!("gets {gains}"),
            (None, None) => "bears no loss and gets no surplus".to_owned(),
        }
    }
}

/// Who bears a loss and shares a surplus, for the term sheet; nothing where it is the provider alone.
pub(crate) fn explain(funders: &[Funder], provider: &str) -> Vec<String> {
    if funders.is_empty() {
        return Vec::new();
    }
    let provider = the(provider);
    let order = match funders.len() {
        1 => String::new(),
        _ => " A loss comes to the first of them first, and a surplus to the last of them first.".to_owned(),
    };
    let first = format!(
        "What {provider} is left with beyond its costs is shared, for each area over the whole contract.{order} The rest is {provider}'s own."
    );
    std::iter::once(first).chain(funders.iter().map(|funder| format!("`{}` {}.", funder.name, funder.words()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funder(name: &str, loses: (i64, Option<i64>), gains: (i64, Option<i64>)) -> Funder {
        let pounds = |most: Option<i64>| most.map(|pounds| Pence(100 * pounds));
        let share = |percent: i64| Rate(percent * WHOLE / 100);
        Funder {
            name: name.to_owned(),
            from: String::new(),
            loses: share(loses.0),
            loses_at_most: pounds(loses.1),
            gains: share(gains.0),
            gains_at_most: pounds(gains.1),
        }
    }

    /// A foundation that guarantees the first £50, a junior investor with £100 and a senior one with £200.
    fn tranches() -> [Funder; 3] {
        [
            funder("foundation", (100, Some(50)), (0, None)),
            funder("junior", (100, Some(100)), (50, None)),
            funder("senior", (100, Some(200)), (100, Some(30))),
        ]
    }

    fn pounds(surplus: i64) -> Vec<i64> {
        split(&tranches(), Pence(100 * surplus), Rounding::HalfUp).iter().map(|part| part.0 / 100).collect()
    }

    #[test]
    fn a_loss_goes_down_the_list_and_a_surplus_up() {
        assert_eq!(pounds(0), [0, 0, 0]);
        assert_eq!(pounds(-40), [-40, 0, 0]);
        assert_eq!(pounds(-120), [-50, -70, 0]);
        assert_eq!(pounds(-300), [-50, -100, -150]);
        // Beyond all limits the provider loses £50.
        assert_eq!(pounds(-400), [-50, -100, -200]);
        assert_eq!(pounds(20), [0, 0, 20]);
        // The senior investor first, then half of the rest to the junior one; £35 are the provider's.
        assert_eq!(pounds(100), [0, 35, 30]);
    }

    #[test]
    fn nobody_gains_in_a_loss_and_more_never_harms() {
        let mut before: Option<(Vec<Pence>, i64)> = None;
        for pence in (-60_000..60_000).step_by(37) {
            let parts = split(&tranches(), Pence(pence), Rounding::Down);
            let own = pence - parts.iter().map(|part| part.0).sum::<i64>();
            assert!(parts.iter().all(|part| part.0 == 0 || part.0.signum() == pence.signum()), "{pence}: {parts:?}");
            assert!(own == 0 || own.signum() == pence.signum(), "{pence}: {own}");
            if let Some((parts_before, own_before)) = before {
                assert!(own >= own_before && parts.iter().zip(&parts_before).all(|(now, before)| now >= before), "{pence}");
            }
            before = Some((parts, own));
        }
    }
}
