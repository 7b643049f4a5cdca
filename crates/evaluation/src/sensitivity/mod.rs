//! What could still explain an effect: how strong something unmeasured would have to be, and effects where there can be none.

pub mod e_value;
pub mod placebo;
pub mod robustness_value;
pub mod rosenbaum;
