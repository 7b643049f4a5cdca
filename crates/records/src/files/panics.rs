//! Panics of a library on damaged input are caught and told as faults of the input; they need no stack trace on top.

use std::cell::Cell;
use std::sync::Once;

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Runs something whose panics the caller catches, without the message that a panic prints.
pub fn silent<T>(run: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !SILENT.get() {
                usual(panic);
            }
        }));
    });
    SILENT.set(true);
    let result = run();
    SILENT.set(false);
    result
}
