//! The bar of a long run. It is drawn on standard error, and only where that is a terminal.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};
use wellspent::progress::Progress;

/// Does a run that says where it is, with a bar while it lasts.
pub(crate) fn shown<T>(run: impl FnOnce(Progress<'_>) -> T) -> anyhow::Result<T> {
    let bar = ProgressBar::new(1000).with_style(ProgressStyle::with_template("{msg:<44} {bar:40} {percent:>3}%  {elapsed}")?);
    let done = run(&|what: &str, part: f64| {
        bar.set_message(wellspent::hidden_characters::visible(what).into_owned());
        bar.set_position(((part * 1000.0) as u64).max(bar.position()));
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    Ok(done)
}
