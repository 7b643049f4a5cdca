//! What is asked of a referral.

use std::path::PathBuf;

use records::gate::quality::AcceptedFaults;

use crate::access_log::Access;
use crate::folder::Reach;

/// Who is placed, and by what.
#[derive(Clone, Debug)]
pub struct ReferRequest {
    /// A scheme folder with a market, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The table of referrals.
    pub referrals: PathBuf,
    /// The allocations of an earlier run.
    pub earlier: Option<PathBuf>,
    /// The table of results, for shares by performance.
    pub results: Option<PathBuf>,
    /// Decides ties, together with the id of a referral.
    pub seed: u64,
    /// The file to write, which must not be there.
    pub out: PathBuf,
    /// Who asks, and the purpose in words.
    pub access: Access,
    /// Somebody accepts that rows of referrals that cannot be used are left out.
    pub accepted: Option<AcceptedFaults>,
}
