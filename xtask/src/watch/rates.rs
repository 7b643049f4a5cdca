//! A rate with the number of draws behind it and Wilson's interval.

use base::statistics::wilson;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) part: usize,
    pub(crate) whole: usize,
}

impl Rate {
    /// One more, which counts or does not.
    pub(crate) fn add(&mut self, counts: bool) {
        self.part += usize::from(counts);
        self.whole += 1;
    }

    /// Both together.
    pub(crate) fn with(self, other: Rate) -> Rate {
        Rate { part: self.part + other.part, whole: self.whole + other.whole }
    }

    /// Wilson's 95% interval (Wilson 1927), from 0 to 1.
    pub(crate) fn interval(self) -> (f64, f64) {
        let [low, high] = wilson(self.part as f64, self.whole as f64);
        (low, high)
    }

    /// "18 of 20: 90% (70% to 97%)".
    pub(crate) fn words(self) -> String {
        if self.whole == 0 {
            return "–".to_owned();
        }
        let (low, high) = self.interval();
        let percent = |share: f64| format!("{:.0}%", 100.0 * share);
        let share = percent(self.part as f64 / self.whole as f64);
        format!("{} of {}: {share} ({} to {})", self.part, self.whole, percent(low), percent(high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3.
    #[test]
    fn wilsons_interval_is_as_published() {
        for (part, whole, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = Rate { part, whole }.interval();
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{part} of {whole}: {found:?}");
        }
    }
}
