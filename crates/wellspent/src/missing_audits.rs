//! Audits that the contract agrees and that seem not to have been made, as findings: nothing else shows that nobody looked for false
//! claims.

use std::collections::BTreeMap;

use base::english::{counted, plural};
use base::money::thousands;
use outcomes::audit_shares::{AuditShare, AuditShares};
use records::fault::{Fault, visible};
use records::gate::findings::Findings;

use crate::doubted::Doubted;

/// The message where too few claims were checked.
const TOO_FEW: &str = "fewer claims were checked by an audit than the contract agrees";

/// The message where nobody looked at the claims of one provider.
const NONE_OF_PROVIDER: &str = "no claim of this provider was checked by an audit, and claims of others were";

/// The message where there are no claims of results that the contract audits.
const NO_CLAIMS: &str = "the contract audits claims of these results, and no claim is for any of them";

/// So many checks of a provider's claims are to be expected before none is no chance. A sample that is drawn from all claims of an
/// outcome has more of some providers and fewer of others.
const EXPECTED_CHECKS: i64 = 10;

const FIX: &str = "supply what the audit found, in the columns `checked` and `found`; if there was no audit, have it made, or agree to do \
                   without it. Until then nobody knows how many of these claims are false";

/// Adds a finding for each outcome with fewer audits than the contract agrees, and for each provider of whom nothing was checked or
/// claimed.
pub(crate) fn add(doubted: &Doubted<'_>, findings: &mut Findings) -> anyhow::Result<()> {
    let Doubted { scheme, records, measured, by, again, .. } = *doubted;
    let mut shares = AuditShares::new(scheme, records, measured, by);
    let mut file: Option<String> = None;
    again("claims", &mut |name, batch| {
        file.get_or_insert_with(|| name.to_owned());
        shares.add(batch);
    })?;
    let file = file.as_deref().unwrap_or("claims");
    let shares = shares.end();
    let mut outcomes: BTreeMap<usize, AuditShare> = BTreeMap::new();
    for ((outcome, _), share) in &shares {
        let all = outcomes.entry(*outcome).or_insert(AuditShare { agreed: share.agreed, ..AuditShare::default() });
        all.results += share.results;
        all.claims += share.claims;
        all.checked += share.checked;
    }
    for (outcome, all) in &outcomes {
        let faults = too_few(&scheme.outcomes[*outcome].name, all).into_iter();
        faults.for_each(|fault| findings.add(file, fault, false, None));
    }
    for ((outcome, provider), share) in &shares {
        let of_whom = format!("{}, {}", visible(&records.providers.get(*provider).to_string()), scheme.outcomes[*outcome].name);
        let faults = of_provider(&of_whom, share, &outcomes[outcome]).into_iter();
        faults.for_each(|fault| findings.add(file, fault, false, None));
    }
    Ok(())
}

/// What is missing of the audits of one outcome: a contract agrees a share of all its claims.
fn too_few(outcome: &str, all: &AuditShare) -> Option<Fault> {
    let expected = || format!("{} of the claims, {} of {}", all.agreed, thousands(all.to_check()), thousands(all.claims));
    (all.checked < all.to_check()).then(|| fault(TOO_FEW, outcome, checked_words(all.checked, all.claims), expected(), FIX))
}

/// What is missing of the claims of one provider for one outcome, and of their audits.
fn of_provider(of_whom: &str, share: &AuditShare, all: &AuditShare) -> Option<Fault> {
    if share.claims == 0 && share.results > 0 {
        let value = format!("{} and no claim", counted(share.results, "result", "results"));
        let fix = "ask for the claims; no action needed if the provider made none";
        return Some(fault(NO_CLAIMS, of_whom, value, "the claims of each provider, with what the audit found".to_owned(), fix));
    }
    // Where nothing at all was checked, that is told of the outcome.
    let is_left_out = share.checked == 0 && share.to_check() >= EXPECTED_CHECKS && all.checked > 0;
    let expected = || format!("about {} of {}, as the contract agrees", thousands(share.to_check()), thousands(share.claims));
    is_left_out.then(|| fault(NONE_OF_PROVIDER, of_whom, checked_words(0, share.claims), expected(), FIX))
}

fn fault(what: &'static str, of_whom: &str, value: String, expected: String, fix: &'static str) -> Fault {
    let value = Some(format!("{of_whom}: {value}"));
    Fault { column: "checked".into(), value, ..Fault::file(what, expected, fix).warning() }
}

/// "none of 10 claims was checked", "1 of 10 claims was checked", "3 of 10 claims were checked".
fn checked_words(checked: i64, claims: i64) -> String {
    match (checked, claims) {
        (0, 1) => "the only claim was not checked".to_owned(),
        (0, _) => format!("none of {} claims was checked", thousands(claims)),
        _ => format!("{} of {} claims {} checked", thousands(checked), thousands(claims), plural(checked, "was", "were")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::money::{Rate, WHOLE};

    fn share([results, claims, checked, percent]: [i64; 4]) -> AuditShare {
        AuditShare { results, claims, checked, agreed: Rate(WHOLE / 100 * percent) }
    }

    fn words(fault: Fault) -> String {
        format!("{}; expected {}", fault.value.unwrap_or_default(), fault.expected)
    }

    #[test]
    fn sentences_for_none_one_and_many() {
        let told = |counts| words(too_few("job", &share(counts)).expect("something is missing"));
        assert_eq!(told([1, 1, 0, 100]), "job: the only claim was not checked; expected 100% of the claims, 1 of 1");
        assert_eq!(told([9, 10, 0, 50]), "job: none of 10 claims was checked; expected 50% of the claims, 5 of 10");
        assert_eq!(told([9, 10, 1, 50]), "job: 1 of 10 claims was checked; expected 50% of the claims, 5 of 10");
        assert_eq!(told([9, 2_000, 3, 50]), "job: 3 of 2,000 claims were checked; expected 50% of the claims, 1,000 of 2,000");
        assert!(too_few("job", &share([9, 10, 5, 50])).is_none());
        let told = |counts| words(of_provider("A, job", &share(counts), &share([0; 4])).expect("something is missing"));
        assert!(told([1, 0, 0, 10]).starts_with("A, job: 1 result and no claim;"));
        assert!(told([2, 0, 0, 10]).starts_with("A, job: 2 results and no claim;"));
    }

    #[test]
    fn a_provider_may_have_few_of_the_claims_that_were_drawn() {
        let all = share([0, 1_000, 100, 10]);
        let told = |counts, all: &AuditShare| of_provider("A, job", &share(counts), all).map(words);
        assert_eq!(told([0, 100, 1, 10], &all), None);
        assert_eq!(told([0, 99, 0, 10], &all), None, "nine were to be expected");
        let left_out = "A, job: none of 100 claims was checked; expected about 10 of 100, as the contract agrees";
        assert_eq!(told([0, 100, 0, 10], &all).as_deref(), Some(left_out));
        assert_eq!(told([0, 100, 0, 10], &share([0, 1_000, 0, 10])), None, "it is told of the outcome");
    }
}
