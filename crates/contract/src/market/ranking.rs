//! How often chance alone ranks the worse of two providers first. A result that counts for a share should tell providers apart.

/// The chance that a provider whose people do well with one chance has more good results than one whose people do well with another, or
/// as many and wins the draw, where each has so many people. The two counts are binomial.
#[must_use]
pub fn chance_of_more(one: f64, other: f64, people: u32) -> f64 {
    let (one, other) = (chances(one, people), chances(other, people));
    let mut below = 0.0;
    let mut sum = 0.0;
    for (one, other) in one.into_iter().zip(other) {
        sum += one * (below + other / 2.0);
        below += other;
    }
    sum
}

/// The chance of each number of good results.
fn chances(good: f64, people: u32) -> Vec<f64> {
    let mut log_factorials = vec![0.0f64];
    for number in 1..=people {
        log_factorials.push(log_factorials[number as usize - 1] + f64::from(number).ln());
    }
    // Nothing happens no times for sure, even where it never happens.
    let term = |count: u32, chance: f64| if count == 0 { 0.0 } else { f64::from(count) * chance.ln() };
    let all = people as usize;
    let chance = |count: u32| {
        let ways = log_factorials[all] - log_factorials[count as usize] - log_factorials[(people - count) as usize];
        (ways + term(count, good) + term(people - count, 1.0 - good)).exp()
    };
    (0..=people).map(chance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same case is solved by the textbook game of ratings, in another way.
    #[test]
    fn few_people_do_not_tell_providers_apart() {
        for (people, expected) in [(10, 0.321_577_837), (30, 0.208_793_349), (100, 0.068_747_240)] {
            let found = chance_of_more(0.6, 0.7, people);
            assert!((found - expected).abs() < 5e-9, "{people} people: {found}");
        }
        assert!((chance_of_more(0.4, 0.4, 17) - 0.5).abs() < 1e-12);
        assert!((chance_of_more(1.0, 0.0, 3) - 1.0).abs() < 1e-12 && chance_of_more(0.0, 1.0, 3).abs() < 1e-12);
    }
}
