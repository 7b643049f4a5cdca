//! A share of what other clauses paid, which the provider keeps only if a gate is passed.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, Straightened, TakenBack};
use crate::clauses::per_unit::PerUnit;
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, nothing_of_a_debt, term_numbers};
use crate::expected_people;
use crate::gate::{Gate, MetIn, Verdict};
use crate::measured_result::TallyPart;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{MeasuredFor, MeasuredOver, SchemeTerms};
use base::literal::Change;
use base::money::{Amount, Pence, Quantity, Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "share at risk",
    summary: "A share of what the named clauses paid is given back unless a gate is passed. It is never more than they paid and \
              have not had taken back. Where the provider owes money under them, nothing is given back.",
    example: r#"[pay.at_risk]
clause = "share at risk"
of = ["fee"]
share = "10%"
gate = { outcome = "reoffending", improves_by_at_least = "5 percentage points" }
measured_over = "each year"
from = "clause 4.6""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct ShareAtRisk {
    pub of: Vec<usize>,
    pub share: Rate,
    pub gate: Gate,
    pub over: MeasuredOver,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<ShareAtRisk> {
    let of = context.clauses(section, "of", false);
    let fix = "write the part of the payment that is at risk";
    let share = section.required_within("share", (Rate(0), Rate(WHOLE)), "not a share of a payment", fix);
    let gate = context.gate(section, "gate", None);
    if !section.has("gate") {
        section.push(
            Problem::at(section.file, section.span, "a share at risk needs a gate")
                .expected("gate = { outcome = \"…\", improves_by_at_least = \"5 percentage points\" }")
                .fix("say which result lets the provider keep the share"),
        );
    }
    let over = section.choice("measured_over", &MeasuredOver::KNOWN).unwrap_or_default();
    if let Some(gate) = &gate {
        context.sizes(section, "gate", &gate.test, gate.met_in, (over, MeasuredFor::AllSegments));
    }
    Some(ShareAtRisk { of, share, gate: gate?, over })
}

impl ClauseKind for ShareAtRisk {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: true,
            takes_back: true,
            may_owe: true,
            // A share of the whole is the sum of the shares of its parts.
            pays_for_whole_area: false,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally, clauses) = (pricing.scheme, pricing.tally, pricing.clauses);
        for period in pricing.periods(self.over) {
            if !pricing.all_known(&period) {
                continue;
            }
            let part = TallyPart { cohorts: period.clone(), segment: None };
            let passed = pricing.decide(&self.gate, &part) == Verdict::Better;
            let sum = pricing.paid_by(&self.of, period.clone());
            // A share of a debt would be a gift for missing the gate.
            let sum = sum.or_nothing();
            let (share, left) = (sum.share(self.share, scheme.rounding), pricing.left_to_take(&self.of, period.clone()));
            let at_risk = if share < left { share } else { left };
            if !passed {
                pricing.take(&self.of, period.clone(), at_risk);
            }
            let amount = if passed { A::default() } else { A::default().minus(at_risk) };
            let price = at_risk.nearest_pence();
            let quantity = if passed { Quantity(0) } else { Quantity::whole(-1) };
            let line = UnpricedLine { cohorts: period, segment: None, quantity, unit: "share at risk", price };
            pricing.post(line, amount, || {
                let found = self.gate.found_in(scheme, tally, &part);
                let does = if passed { "keeps" } else { "gives back" };
                format!(
                    "{found}. The provider {does} {} of {}: the gate requires that {}",
                    self.share,
                    clause_names(clauses, &self.of),
                    self.gate.words(scheme)
                )
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let mut out = vec![format!(
            "The provider gives back {} of what {} paid unless {}, measured over {}.",
            self.share,
            term_numbers(clauses, &self.of),
            self.gate.words(scheme),
            self.over.words()
        )];
        out.extend(nothing_of_a_debt(clauses, &self.of, "given back"));
        out
    }

    fn outcome(&self) -> Option<usize> {
        Some(self.gate.outcome)
    }

    fn gates(&self) -> Vec<&Gate> {
        vec![&self.gate]
    }

    fn share_at_risk(&self) -> Option<Rate> {
        Some(self.share)
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn levels(&self) -> Vec<(usize, Change)> {
        self.gate.levels()
    }

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("of", &self.of))
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.of)
    }

    fn takes_of_what_is_left(&self) -> Option<TakenBack> {
        Some(TakenBack::Share(self.share))
    }

    fn without_the_jump(&self) -> &'static str {
        "put a smaller share at risk, or use a tariff that pays for each person beyond the baseline instead"
    }

    fn pool_cohorts(&mut self, _scheme: &SchemeTerms) {
        self.over = MeasuredOver::AllCohorts;
    }

    fn set_share_at_risk(&mut self, share: Rate) {
        self.share = share;
    }

    /// A tariff that pays as much at the gate as the share is worth.
    fn straightened(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Option<Straightened> {
        let change = self.gate.change()?;
        let only_fees = self.of.iter().all(|&of| !clauses.pays_for_results(of));
        if !only_fees || self.gate.met_in != MetIn::Whole {
            return None;
        }
        let areas = 0..scheme.areas.len();
        let of_area = |area| self.of.iter().map(|&of| clauses.expected_fee(of, scheme, area)).sum::<Option<f64>>();
        let fees: Option<f64> = areas.map(of_area).sum();
        let better = expected_people::improvement_at(scheme, self.gate.outcome, change)?;
        let price = Pence((self.share.as_f64() * fees? / better).round() as i64);
        let per = PerUnit::of(&scheme.outcomes[self.gate.outcome]);
        Some(Straightened {
            outcome: self.gate.outcome,
            per,
            price: Schedule::constant(price),
            over: self.over,
            measured_for: MeasuredFor::AllSegments,
            replaces: Some((self.of.clone(), self.share)),
        })
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        if self.share != new.share {
            text.set(name, "share", &format!("\"{}\"", new.share), "of", "another share at risk");
        }
        text.over(name, self.over, new.over, "gate");
    }

    fn keys_without_the_jump(&self) -> &'static [&'static str] {
        &["of", "share", "gate"]
    }
}
