//! Philox4x64-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
//! (2011). Every draw is a pure function of (seed; person, replication, decision, draw), so the same seed gives the same
//! bytes at any number of threads, and an analyst can recompute one person's draws with NumPy:
//!
//! ```python
//! numpy.random.Philox(counter=[person - 1, replication, decision, 0], key=[seed, 0]).random_raw(4)
//! ```
//!
//! (NumPy adds one to the counter before it draws, hence `person - 1`; people are numbered from 1.)

/// Four random words for a counter and a key: ten rounds.
#[must_use]
#[inline]
pub fn philox4x64(counter: [u64; 4], key: [u64; 2]) -> [u64; 4] {
    const M0: u64 = 0xD2E7_470E_E14C_6C93;
    const M1: u64 = 0xCA5A_8263_9512_1157;
    const W0: u64 = 0x9E37_79B9_7F4A_7C15;
    const W1: u64 = 0xBB67_AE85_84CA_A73B;
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u128::from(a) * u128::from(M0);
        let p1 = u128::from(c) * u128::from(M1);
        (a, b, c, d) = ((p1 >> 64) as u64 ^ b ^ k0, p1 as u64, (p0 >> 64) as u64 ^ d ^ k1, p0 as u64);
        k0 = k0.wrapping_add(W0);
        k1 = k1.wrapping_add(W1);
    }
    [a, b, c, d]
}

/// The four words of one person's decision in one replication.
#[must_use]
#[inline]
pub fn words(seed: u64, person: u64, replication: u64, decision: u64) -> [u64; 4] {
    philox4x64([person, replication, decision, 0], [seed, 0])
}

/// A number strictly between 0 and 1, from the upper 53 bits.
#[must_use]
#[inline]
pub fn open_unit(word: u64) -> f64 {
    ((word >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known-answer vectors of the Random123 distribution (philox 4x64 10).
    #[test]
    fn known_answers() {
        assert_eq!(
            philox4x64([0; 4], [0; 2]),
            [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b]
        );
        assert_eq!(
            philox4x64([u64::MAX; 4], [u64::MAX; 2]),
            [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0]
        );
    }
}
