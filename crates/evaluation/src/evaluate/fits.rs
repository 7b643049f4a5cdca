//! Whether the parts of a spec go together: each design has its estimands and its standard errors, and what a design cannot use is
//! refused rather than left out without a word.

use crate::error::EvaluationError;
use crate::spec::{DesignSpec, EstimandSpec, KnownWhen, OutcomeSource, Spec, StandardErrorMethod};

/// Refuses what does not go together.
///
/// # Errors
///
/// The first part that does not fit the design.
pub(super) fn fits(spec: &Spec) -> Result<(), EvaluationError> {
    let (estimands, methods, of_people, covariates) = of_design(&spec.design);
    let refuse = |what: &'static str| Err(EvaluationError::Option { what });
    if !estimands.contains(&spec.estimand) {
        return refuse("this design gives another effect than `estimand` says: see the table of designs in docs/evaluation.md");
    }
    let method = spec.standard_error.method;
    if !methods.contains(&method) {
        return refuse(
            "this standard error does not go with this design: see the table of standard errors in docs/evaluation.md",
        );
    }
    let clustered =
        matches!(method, StandardErrorMethod::Clustered | StandardErrorMethod::Bootstrap | StandardErrorMethod::Randomisation)
            || matches!(spec.design, DesignSpec::DifferenceInDifferences(_));
    if spec.standard_error.clusters.is_some() && !clustered {
        return refuse(
            "this standard error leaves `clusters` out: use \"clustered\", \"bootstrap\" or \"randomisation\", or remove `clusters`",
        );
    }
    let has_parts = !spec.subgroups.is_empty() || !spec.negative_controls.is_empty();
    if has_parts && !of_people {
        return refuse("this design has no subgroups and no negative controls: remove them from the spec");
    }
    if !covariates && !spec.covariates.is_empty() {
        return refuse("this design uses no covariates: remove them from the spec");
    }
    let has_day = spec.covariates.iter().any(|covariate| matches!(covariate.known, KnownWhen::On(_)));
    if has_day && spec.treated.is_none() {
        return refuse("this design has no day of the start to compare `known_on` with: write known = \"before the start\"");
    }
    if spec.estimand == EstimandSpec::Complier && method == StandardErrorMethod::Randomisation {
        return refuse(
            "who would take the service up under another lot is not known, so \"randomisation\" goes with \"intention to treat\" only",
        );
    }
    roles(spec)
}

/// Refuses a column in two roles: what is adjusted for must not be what came of it, or who was treated.
fn roles(spec: &Spec) -> Result<(), EvaluationError> {
    let OutcomeSource::Column(outcome) = &spec.outcome.source else { return Ok(()) };
    let treated = spec.treated.as_ref().map(|who| who.column.as_str());
    let exact: &[String] = match &spec.design {
        DesignSpec::Matching(matching) => &matching.exact,
        _ => &[],
    };
    let adjusted = || spec.covariates.iter().map(|covariate| covariate.column.as_str()).chain(exact.iter().map(String::as_str));
    let refuse = |what: &'static str| Err(EvaluationError::Option { what });
    if adjusted().any(|column| column == outcome || Some(column) == treated) {
        return refuse("the outcome or the treatment is among the covariates or the columns that must be equal: take it out");
    }
    if Some(outcome.as_str()) == treated {
        return refuse("the outcome and the treatment are the same column");
    }
    if spec.negative_controls.iter().any(|column| column == outcome || Some(column.as_str()) == treated) {
        return refuse(
            "the outcome or the treatment is named as a negative control: name an outcome that the service cannot have changed",
        );
    }
    Ok(())
}

/// What a design can be asked for.
type Abilities = (&'static [EstimandSpec], &'static [StandardErrorMethod], bool, bool);

/// The estimands and standard errors of a design, whether it compares people one by one, and whether it uses covariates.
fn of_design(design: &DesignSpec) -> Abilities {
    use EstimandSpec::{Ate, Ato, Att, Complier, IntentionToTreat};
    use StandardErrorMethod::{
        AbadieImbens, Bootstrap, Classical, Clustered, Influence, NeweyWest, Pair, Placebo, Randomisation, Robust,
    };
    match design {
        DesignSpec::Randomised(_) => {
            (&[IntentionToTreat, Complier], &[Classical, Robust, Clustered, Bootstrap, Randomisation], true, true)
        }
        DesignSpec::Matching(_) => (&[Att], &[Classical, Robust, Clustered, Pair, AbadieImbens, Bootstrap], true, true),
        DesignSpec::Subclassification { .. } | DesignSpec::CoarsenedExact(_) => {
            (&[Att], &[Classical, Robust, Clustered, Bootstrap], true, true)
        }
        DesignSpec::Weighting(_) => (&[Att, Ate, Ato], &[Classical, Robust, Clustered, Influence, Bootstrap], true, true),
        DesignSpec::EntropyBalancing => (&[Att, Ate], &[Classical, Robust, Clustered, Bootstrap], true, true),
        DesignSpec::DoublyRobust => (&[Att, Ate], &[Influence, Bootstrap], true, true),
        DesignSpec::DifferenceInDifferences(_) => (&[Att], &[Influence, Clustered, Bootstrap], false, true),
        DesignSpec::InterruptedTimeSeries(_) => (&[Att], &[NeweyWest], false, false),
        DesignSpec::SyntheticControl(_) => (&[Att], &[Placebo], false, true),
        DesignSpec::RegressionDiscontinuity(_) => (&[Att, Ate], &[Robust, Clustered], false, false),
        DesignSpec::Survival(_) => (&[Att, Ate, IntentionToTreat], &[Classical, Robust], false, true),
    }
}
