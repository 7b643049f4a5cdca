//! How parts of a penny are rounded.

/// What happens to parts of a penny. The scheme file must say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest penny; an exact half goes away from zero, as in "half up" on an invoice.
    #[default]
    HalfUp,
    /// To the nearest penny; an exact half goes to the even penny.
    HalfEven,
    /// Towards zero: parts of a penny are not paid.
    Down,
}
