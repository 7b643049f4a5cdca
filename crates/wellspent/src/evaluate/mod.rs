//! Did it work? Reads a spec and a table of people, and answers by the design that the spec names.
//!
//! ```
//! use wellspent::access_log::{Access, Actor};
//! use wellspent::evaluate::{EvaluateRequest, evaluate};
//! use wellspent::folder::Reach;
//!
//! let folder = std::env::temp_dir().join(format!("evaluated-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let people: String = (0..200).map(|at| format!("p{at},{},{}\n", at % 2, u8::from(at % 4 == 0))).collect();
//! std::fs::write(folder.join("people.csv"), format!("person,offered,reoffended\n{people}"))?;
//! std::fs::write(
//!     folder.join("spec.toml"),
//!     r#"
//! question = "Did the offer of support reduce reoffending?"
//! estimand = "intention to treat"
//! design = "randomised"
//! [data]
//! table = "people.csv"
//! id = "person"
//! [treated]
//! column = "offered"
//! is = "1"
//! not = "0"
//! [outcome]
//! column = "reoffended"
//! name = "a proven reoffence"
//! unit = "people"
//! better = "fewer"
//! [standard_error]
//! method = "robust"
//! "#,
//! )?;
//! let request = EvaluateRequest {
//!     spec: folder.join("spec.toml"),
//!     reach: Reach::Inside(None),
//!     records: folder.clone(),
//!     as_at: jiff::civil::date(2026, 11, 30),
//!     today: jiff::civil::date(2026, 11, 30),
//!     access: Access { actor: Actor::new("analyst")?, purpose: "evaluation of support".to_owned() },
//! };
//! let report = evaluate(&request)?;
//! // Nobody in this table who was offered support reoffended, and half of the others did.
//! assert!((report.evaluation.estimates[0].effect + 0.5).abs() < 1e-12);
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod measured;
pub mod plan;
mod read;
pub mod registration;
mod request;

use std::path::Path;

use base::day::day;
use evaluation::evaluate::Refused;
use evaluation::spec::Spec;
pub use report::evaluate::EvaluationReport;
pub use request::EvaluateRequest;

use crate::access_log;
use crate::error::Error;

/// Answers the question of a spec.
///
/// # Errors
/// The spec has mistakes, or the table cannot be used.
pub fn evaluate(request: &EvaluateRequest) -> Result<EvaluationReport, Error> {
    let (spec, mut warnings) = read::spec(&request.spec)?;
    let path = read::table_path(&request.records, &spec)?;
    access_log::note(path.parent().unwrap_or(Path::new(".")), &request.access, "evaluate", &[])?;
    let (table, notes) = read::table(&path, &spec, |ids| measured::column(request, &spec, ids))?;
    warnings.extend(notes);
    let found = evaluation::evaluate::evaluate(&spec, &table, day(request.as_at)).map_err(|error| told(&error))?;
    let registration = registration::compared(&request.spec, &path, request.today, request.access.actor.name())?;
    Ok(EvaluationReport { randomised: is_randomised(&spec), evaluation: found, registration, warnings })
}

/// Whether people were treated by lot.
fn is_randomised(spec: &Spec) -> bool {
    matches!(spec.design, evaluation::spec::DesignSpec::Randomised(_))
}

fn told(refused: &Refused) -> Error {
    match refused {
        Refused::Table(fault) => Error::failed(fault.to_string(), "docs/evaluation.md says what a table must be"),
        Refused::Method { .. } => Error::failed(refused.to_string(), "docs/evaluation.md says what each design needs"),
    }
}
