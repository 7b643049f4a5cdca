//! A share of a surplus over certified costs, which the provider gives back.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, TakenBack};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, nothing_of_a_debt, term_numbers, waits_for_costs};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{MeasuredOver, SchemeTerms};
use base::money::{Amount, Quantity, Rate, WHOLE};
use base::reader::Section;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "surplus share",
    summary: "The provider gives back a share of its surplus: of what the named clauses (or all clauses above) paid beyond its \
              certified costs. With `keeps_first`, it first keeps a share of these costs. A saving on an agreed price is shared in \
              this way. With a share of 100%, nothing beyond `keeps_first` can be kept. It is worked out for each measured period \
              when the costs of that period are certified and everything is known about its people.",
    example: r#"[pay.gain_share]
clause = "surplus share"
of = ["fee", "job"]               # optional: without it, all clauses above
share = "50%"                     # of the surplus, given back
keeps_first = "5%"                # optional: of the certified costs, kept before anything is given back
measured_over = "each year"
from = "clause 4.11""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct SurplusShare {
    pub of: Vec<usize>,
    /// The share of the surplus that is given back.
    pub share: Rate,
    /// A share of the certified costs: so much surplus is kept whole.
    pub keeps_first: Rate,
    pub over: MeasuredOver,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> SurplusShare {
    let of = context.clauses(section, "of", true);
    let fix = "write the part of the surplus that is given back, such as \"50%\"";
    let share = section.required_within("share", (Rate(0), Rate(WHOLE)), "not a share of a surplus", fix);
    let keeps_first = match section.has("keeps_first") {
        true => {
            let fix = "write the surplus that is kept before anything is given back, as a share of the certified costs";
            section.required_within("keeps_first", (Rate(0), Rate(WHOLE)), "not a share of the costs", fix)
        }
        false => Rate(0),
    };
    let over = section.required_choice("measured_over", &MeasuredOver::KNOWN);
    SurplusShare { of, share, keeps_first, over }
}

impl SurplusShare {
    /// What is kept before anything is given back: " and 5% of them, which it keeps".
    fn kept_words(&self) -> String {
        match self.keeps_first {
            Rate(0) => String::new(),
            kept => format!(" and {kept} of them, which it keeps"),
        }
    }
}

impl ClauseKind for SurplusShare {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        Some(read(section, context))
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            // It compares money. The clauses it is on answer for the results.
            compares_results: false,
            takes_back: true,
            may_owe: true,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, clauses) = (pricing.scheme, pricing.clauses);
        for period in pricing.periods(self.over) {
            let Some(certified) = pricing.tally.certified(period.clone()) else { continue };
            // A surplus of the payments for the first results would be another one.
            if !pricing.all_known(&period) {
                continue;
            }
            let costs = A::of(Quantity::whole(1), certified, scheme.rounding);
            let paid = pricing.paid_by(&self.of, period.clone());
            let beyond = paid.minus(costs).minus(costs.share(self.keeps_first, scheme.rounding));
            let beyond = beyond.or_nothing();
            let (share, left) = (beyond.share(self.share, scheme.rounding), pricing.left_to_take(&self.of, period.clone()));
            let back = if share < left { share } else { left };
            pricing.take(&self.of, period.clone(), back);
            let gives = back > A::default();
            let price = back.nearest_pence();
            let quantity = if gives { Quantity::whole(-1) } else { Quantity(0) };
            let line = UnpricedLine { cohorts: period, segment: None, quantity, unit: "surplus share", price };
            pricing.post(line, A::default().minus(back), || {
                let kept = self.kept_words();
                let found =
                    format!("{} paid {}; certified costs {certified}", clause_names(clauses, &self.of), paid.nearest_pence());
                match gives {
                    true => format!("{found}. The provider gives back {} of what is beyond the costs{kept}", self.share),
                    false => format!("no change: {found}. There is no surplus to share beyond the costs{kept}"),
                }
            });
        }
    }

    fn explain(&self, _: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let kept = self.kept_words();
        let mut out = vec![
            format!(
                "The provider gives back {} of its surplus, measured over {}: of what {} paid beyond its certified costs{kept}.",
                self.share,
                self.over.words(),
                term_numbers(clauses, &self.of)
            ),
            waits_for_costs(true),
        ];
        out.extend(nothing_of_a_debt(clauses, &self.of, "given back"));
        out
    }

    fn reads_costs(&self) -> bool {
        true
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("of", &self.of))
    }

    fn is_on_all_unless_said(&self) -> bool {
        true
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.of)
    }

    fn takes_of_what_is_left(&self) -> Option<TakenBack> {
        Some(TakenBack::Share(self.share))
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.over(name, self.over, new.over, "share");
    }
}
