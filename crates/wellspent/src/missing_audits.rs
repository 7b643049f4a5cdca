//! Audits that the contract agrees and that seem not to have been made, as findings: nothing else shows that nobody looked for false
//! claims.

use base::english::{counted, plural};
use base::money::thousands;
use outcomes::audit_shares::{AuditShare, AuditShares};
use records::fault::{Fault, visible};
use records::gate::findings::Findings;

use crate::doubted::Doubted;

/// The message where too few claims were checked.
const TOO_FEW: &str = "fewer claims were checked by an audit than the contract agrees";

/// The message where there are no claims of results that the contract audits.
const NO_CLAIMS: &str = "the contract audits claims of these results, and no claim is for any of them";

/// Adds a finding for each provider and outcome with fewer audits than the contract agrees.
pub(crate) fn add(doubted: &Doubted<'_>, findings: &mut Findings) -> anyhow::Result<()> {
    let Doubted { scheme, records, measured, by, again, .. } = *doubted;
    let mut shares = AuditShares::new(scheme, records, measured, by);
    again("claims", &mut |_, batch| shares.add(batch))?;
    for ((outcome, provider), share) in shares.end() {
        let of_whom = format!("{}, {}", visible(&records.providers.get(provider).to_string()), scheme.outcomes[outcome].name);
        if let Some(fault) = fault(&of_whom, &share) {
            findings.add("claims", fault, false, None);
        }
    }
    Ok(())
}

/// What is missing of the audits of one provider and outcome.
fn fault(of_whom: &str, share: &AuditShare) -> Option<Fault> {
    let (what, value, expected, fix) = if share.claims == 0 && share.results > 0 {
        (
            NO_CLAIMS,
            format!("{} and no claim", counted(share.results, "result", "results")),
            "the claims of each provider, with what the audit found".to_owned(),
            "ask for the claims; no action needed if the provider made none",
        )
    } else if share.checked < share.to_check() {
        (
            TOO_FEW,
            checked_words(share.checked, share.claims),
            format!("{} of the claims, {} of {}", share.agreed, thousands(share.to_check()), thousands(share.claims)),
            "supply what the audit found, in the columns `checked` and `found`; if there was no audit, have it made, or agree to do \
             without it. Until then nobody knows how many of these claims are false",
        )
    } else {
        return None;
    };
    let value = Some(format!("{of_whom}: {value}"));
    Some(Fault { column: "checked".into(), value, ..Fault::file(what, expected, fix).warning() })
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

    #[test]
    fn sentences_for_none_one_and_many() {
        let told = |[results, claims, checked, percent]: [i64; 4]| {
            let agreed = Rate(WHOLE / 100 * percent);
            let fault = fault("A, job", &AuditShare { results, claims, checked, agreed }).expect("something is missing");
            format!("{}; expected {}", fault.value.unwrap_or_default(), fault.expected)
        };
        assert_eq!(told([1, 1, 0, 100]), "A, job: the only claim was not checked; expected 100% of the claims, 1 of 1");
        assert_eq!(told([9, 10, 0, 50]), "A, job: none of 10 claims was checked; expected 50% of the claims, 5 of 10");
        assert_eq!(told([9, 10, 1, 50]), "A, job: 1 of 10 claims was checked; expected 50% of the claims, 5 of 10");
        assert_eq!(told([9, 2_000, 3, 50]), "A, job: 3 of 2,000 claims were checked; expected 50% of the claims, 1,000 of 2,000");
        assert!(told([1, 0, 0, 10]).starts_with("A, job: 1 result and no claim;"));
        assert!(told([2, 0, 0, 10]).starts_with("A, job: 2 results and no claim;"));
    }
}
