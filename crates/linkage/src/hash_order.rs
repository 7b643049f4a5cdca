//! Sorts records by hash. The first bits of a hash spread records evenly, so they are first divided into parts that fit into
//! the cache, then into groups of a few records, which are sorted.

/// Records with their hashes, in order: by hash, then by record.
#[must_use]
pub(crate) fn by_hash(mut hashed: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    let bits = hashed.len().next_power_of_two().trailing_zeros();
    let coarse = bits.saturating_sub(PART);
    let mut parted = vec![(0, 0); hashed.len()];
    let ends = placed(&hashed, &mut parted, 64 - coarse, coarse);
    let mut from = 0;
    for end in ends {
        placed(&parted[from..end], &mut hashed[from..end], 64 - bits, bits - coarse);
        from = end;
    }
    let shift = 64 - bits.max(1);
    hashed.chunk_by_mut(|a, b| a.0 >> shift == b.0 >> shift).for_each(<[(u64, u32)]>::sort_unstable);
    hashed
}

/// A part has at most about 2 to this power of records.
const PART: u32 = 12;

/// Puts records in the order of `bits` bits of their hashes, from bit `from` on. Returns where each value of these bits ends.
fn placed(hashed: &[(u64, u32)], to: &mut [(u64, u32)], from: u32, bits: u32) -> Vec<usize> {
    let value = |hash: u64| if bits == 0 { 0 } else { (hash >> from) as usize & ((1 << bits) - 1) };
    let mut ends = vec![0; (1 << bits) + 1];
    hashed.iter().for_each(|(hash, _)| ends[value(*hash) + 1] += 1);
    (1..ends.len()).for_each(|at| ends[at] += ends[at - 1]);
    for pair in hashed {
        let place = &mut ends[value(pair.0)];
        to[*place] = *pair;
        *place += 1;
    }
    ends.pop();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distinct_values::mix;

    /// The order is the one that the standard library gives: for few and many records, for equal hashes, and for no records.
    #[test]
    fn in_order() {
        for count in [0, 1, 2, 3, 4_095, 4_097, 20_000] {
            for distinct in [1, 7, 1_000, u64::MAX] {
                let hashed: Vec<(u64, u32)> = (0..count).map(|at: u32| (mix(1, u64::from(at) * 31 % distinct), !at)).collect();
                let mut expected = hashed.clone();
                expected.sort_unstable();
                assert!(by_hash(hashed) == expected, "{count} records, {distinct} values");
            }
        }
    }
}
