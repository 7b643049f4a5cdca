//! Keyed random numbers: what one thing draws depends on the seed, the thing and the topic alone. So a folder is the same at any
//! number of threads, and a planted folder has the people of the honest folder with the same seed.

use base::philox::{open_unit, words};
use base::statistics::normal_quantile;

/// What is drawn. Each topic of a thing has its own numbers, so that one more draw in one of them moves nothing in another.
#[derive(Clone, Copy)]
pub(crate) enum Topic {
    Provider = 1,
    Area,
    Month,
    Referral,
    Person,
    Before,
    Offences,
    Admissions,
    Job,
    Home,
    Contacts,
    Feedback,
    Claim,
    Recording,
    Conduct,
}

/// The numbers of one thing and topic, in order.
pub(crate) struct Keyed {
    seed: u64,
    thing: u64,
    topic: u64,
    block: u64,
    left: [u64; 4],
    at: usize,
}

impl Keyed {
    pub(crate) fn new(seed: u64, thing: u64, topic: Topic) -> Keyed {
        Keyed { seed, thing, topic: topic as u64, block: 0, left: [0; 4], at: 4 }
    }

    /// Evenly between 0 and 1.
    pub(crate) fn unit(&mut self) -> f64 {
        if self.at == 4 {
            self.left = words(self.seed, self.thing, self.topic, self.block);
            self.block += 1;
            self.at = 0;
        }
        self.at += 1;
        open_unit(self.left[self.at - 1])
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from `low` to `high`, each as likely.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        low + (self.unit() * f64::from(high - low + 1)) as i32
    }

    pub(crate) fn normal(&mut self) -> f64 {
        normal_quantile(self.unit())
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * self.unit().ln()
    }

    /// A gamma number with mean 1 (Marsaglia and Tsang 2000); for a shape below 1 by the power of another uniform number.
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        let (d, boost) =
            if shape < 1.0 { (shape + 1.0 - 1.0 / 3.0, self.unit().powf(1.0 / shape)) } else { (shape - 1.0 / 3.0, 1.0) };
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v * boost / shape;
            }
        }
    }

    /// A Poisson count, by adding up the waits between events.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        let (mut count, mut sum) = (0, self.exponential(1.0));
        while sum < mean {
            count += 1;
            sum += self.exponential(1.0);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distributions_have_their_means() {
        let mut keyed = Keyed::new(1, 2, Topic::Person);
        let mut mean = |draw: &mut dyn FnMut(&mut Keyed) -> f64| (0..40_000).map(|_| draw(&mut keyed)).sum::<f64>() / 40_000.0;
        assert!((mean(&mut |keyed| keyed.gamma(0.7)) - 1.0).abs() < 0.03);
        assert!((mean(&mut |keyed| keyed.gamma(12.0)) - 1.0).abs() < 0.01);
        assert!((mean(&mut |keyed| keyed.poisson(3.5) as f64) - 3.5).abs() < 0.05);
        assert!((mean(&mut |keyed| f64::from(keyed.between(3, 7))) - 5.0).abs() < 0.05);
        assert!(mean(&mut Keyed::normal).abs() < 0.03);
    }

    #[test]
    fn the_same_key_gives_the_same_numbers() {
        let draw = |thing| Keyed::new(9, thing, Topic::Job).unit().to_bits();
        assert_eq!(draw(4), draw(4));
        assert_ne!(draw(4), draw(5));
    }
}
