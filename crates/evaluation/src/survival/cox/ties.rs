//! How events at the same time are counted.

/// How events at the same time are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Efron (1977): as if they had happened one after another, in an order averaged over. Close to exact.
    Efron,
    /// Breslow (1974): as if each had happened with all of them still at risk. Biased towards no effect where many are tied.
    Breslow,
}
