//! How often a ranking of two providers is wrong.

use crate::distributions::binomial_mass;
use crate::error::EvaluationError;

/// More people than any provider has; the work grows with them.
const PEOPLE_MAX: u64 = 10_000_000;

/// The chance that the provider with the lower true share comes out above the other, from the shares of people each sees. Equal
/// figures count as half, as where a coin decides.
///
/// # Errors
///
/// A share that is not between 0 and 1, or nobody, or more than ten million people, at a provider.
pub fn chance_of_wrong_order(
    lower_share: f64,
    lower_people: u64,
    higher_share: f64,
    higher_people: u64,
) -> Result<f64, EvaluationError> {
    if !((0.0..=1.0).contains(&lower_share) && (lower_share..=1.0).contains(&higher_share)) {
        return Err(EvaluationError::Option { what: "shares must be from 0 to 1, the lower one first" });
    }
    if !((1..=PEOPLE_MAX).contains(&lower_people) && (1..=PEOPLE_MAX).contains(&higher_people)) {
        return Err(EvaluationError::Option { what: "each provider must have from 1 to 10,000,000 people" });
    }
    // For each count of the lower provider, the chance that the other's share is below it, and half of that of a tie.
    let (mut sum, mut below, mut next) = (0.0, 0.0, 0u64);
    for count in 0..=lower_people {
        let mass = binomial_mass(count, lower_people, lower_share);
        // `next / higher_people < count / lower_people` in whole numbers.
        let product = u128::from(count) * u128::from(higher_people);
        while next <= higher_people && u128::from(next) * u128::from(lower_people) < product {
            below += binomial_mass(next, higher_people, higher_share);
            next += 1;
        }
        let tied = next <= higher_people && u128::from(next) * u128::from(lower_people) == product;
        let tie = if tied { binomial_mass(next, higher_people, higher_share) } else { 0.0 };
        sum += mass * (below + 0.5 * tie);
    }
    Ok(sum)
}
