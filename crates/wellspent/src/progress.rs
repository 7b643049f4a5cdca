//! How a long run says where it is, and how it is stopped.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::error::{Error, ErrorKind};

/// Is called with what the run does now and the part of the whole that is done, from 0 to 1. `Break` stops the run at once. It may
/// be called from several threads.
pub type Progress<'a> = &'a (dyn Fn(&str, f64) -> ControlFlow<()> + Sync);

/// A progress that shows nothing and never stops the run.
pub fn silent(_: &str, _: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// What unwinds through the simulation when somebody stops it.
struct Stopped;

/// Runs a simulation with a progress that can stop it. The simulation keeps nothing outside itself, so that it can be left at any
/// of its steps: it is left as a panic leaves it, through all its threads, without the panic's message.
pub(crate) fn stoppable<T>(
    progress: Progress<'_>,
    run: impl FnOnce(simulation::stress::OnProgress<'_>) -> T,
) -> Result<T, Error> {
    let step = |what: &str, part: f64| {
        if progress(what, part).is_break() {
            resume_unwind(Box::new(Stopped));
        }
    };
    catch_unwind(AssertUnwindSafe(|| run(&step))).map_err(|panic| match panic.downcast::<Stopped>() {
        Ok(_) => Error {
            kind: ErrorKind::Failed,
            problems: Vec::new(),
            what: "the run was stopped before its end".to_owned(),
            hint: None,
            notes: Vec::new(),
        },
        Err(fault) => resume_unwind(fault),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn a_run_ends_where_it_is_stopped_in_whichever_thread() {
        let run = |step: simulation::stress::OnProgress<'_>| {
            (0..1000).into_par_iter().for_each(|at| step("counting", f64::from(at)));
            7
        };
        assert_eq!(stoppable(&silent, run), Ok(7));
        let stop = |_: &str, part: f64| if part > 500.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let stopped = stoppable(&stop, run).expect_err("stopped");
        assert_eq!(stopped.what, "the run was stopped before its end");
    }
}
