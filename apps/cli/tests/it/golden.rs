//! What a stress test says of each shipped scheme, word for word: a change in any figure is seen and reviewed.
//! `UPDATE=1 cargo test -p cli` rewrites the files.

use crate::wellspent::{Scratch, differs, root, run, said};

#[test]
fn every_shipped_scheme_is_told_as_before() {
    let schemes = std::fs::read_dir(root().join("schemes")).expect("schemes").flatten();
    let schemes = schemes.filter(|entry| entry.path().join("scheme.toml").is_file());
    let mut broken = Vec::new();
    for scheme in schemes {
        let name = scheme.file_name().into_string().expect("a name");
        let found = said(&run(&["stress", &name, "--scenarios", "8", "--replications", "40", "--seed", "1"]));
        let file = root().join(format!("apps/cli/tests/golden/{name}.txt"));
        broken.extend(differs(&file, &found));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A run that would not fit into memory is refused before it begins, with the way out.
#[test]
fn a_run_that_cannot_fit_is_refused() {
    let many = Scratch::new("many");
    for file in ["scheme.toml", "assumptions.toml", "segments.csv"] {
        let text = std::fs::read_to_string(root().join("schemes/plain-linear").join(file)).expect("a file");
        let text = text.split("[example.").next().unwrap_or_default().replace("every = \"1 year\"", "every = \"1 month\"");
        many.write(file, text.replace("\"5,000 people\"", "\"1,000,000 people\""));
    }
    let output = run(&["stress", many.path(), "--replications", "5000"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("GB in memory"), "{}", said(&output));
}
