//! The Python in `docs/method.md` gives the same draws as `replay`, run as it is written there.
//!
//! `cargo xtask test` sets up the interpreter and names it in `WELLSPENT_PYTHON`. Without it the test uses `python3` if that
//! has NumPy, and otherwise says that it was skipped.

use std::process::Command;

use simulation::replay::replay;

use crate::{shipped, skipped};

#[test]
fn the_documented_python_gives_the_same_draws() {
    let documentation = include_str!("../../../../docs/method.md");
    let code = documentation.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a snippet");
    let named = std::env::var("WELLSPENT_PYTHON");
    let python = named.clone().unwrap_or_else(|_| "python3".to_owned());
    let has_numpy = Command::new(&python).args(["-c", "import numpy"]).output().is_ok_and(|output| output.status.success());
    if !has_numpy {
        assert!(named.is_err(), "{python} was named for this test and has no NumPy");
        skipped("no Python with NumPy here; `cargo xtask test` installs one");
        return;
    }
    let it = shipped("work-programme-2011");
    for (person, replication, seed) in [(1, 0, 1), (12_345, 7, 42), (30_000, 199, u64::from(u32::MAX))] {
        let told = replay(&it.scheme, &it.assumptions, seed, person, replication).expect("a person");
        let decision = &told.decisions[0];
        let arguments = [person, replication, decision.number as u64, seed].map(|number| number.to_string());
        let output = Command::new(&python).arg("-c").arg(code).args(&arguments).output().expect("python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let printed: Vec<u64> =
            String::from_utf8_lossy(&output.stdout).split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let mut expected = vec![u64::from(decision.uniform)];
        expected.extend(decision.words);
        assert_eq!(printed, expected, "person {person}, replication {replication}, seed {seed}");
    }
}
