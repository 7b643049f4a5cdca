//! Whatever is in the files, reading them ends in a scheme or in problems, never in a panic.

use base::reader::{Reader, ScenarioDraw};
use base::source::{FileBytes, Folder};
use contract::explain;
use proptest::prelude::*;

/// A folder without a fault, shared with the tests of messages.
fn good() -> Folder {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../apps/cli/tests/bad/_base");
    let files = std::fs::read_dir(folder)
        .expect("the good scheme")
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml" || extension == "csv"));
    let read = |file: std::fs::DirEntry| {
        let name = file.file_name().into_string().expect("a name in UTF-8");
        (name, FileBytes::Read(std::fs::read(file.path()).expect("a file")))
    };
    files.map(read).collect()
}

/// One thing done to the bytes of a file; places are shares of its length.
#[derive(Clone, Debug)]
enum Spoil {
    Delete(f64, usize),
    Insert(f64, Vec<u8>),
    Swap(f64, f64, usize),
    Replace(f64, Vec<u8>),
    /// Puts another number in the place of one.
    Number(f64, String),
}

impl Spoil {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let at = |share: f64, bytes: &[u8]| ((share * bytes.len() as f64) as usize).min(bytes.len());
        match self {
            Spoil::Delete(share, length) => {
                let start = at(*share, bytes);
                let end = (start + length).min(bytes.len());
                bytes.drain(start..end);
            }
            Spoil::Insert(share, new) => {
                let at = at(*share, bytes);
                bytes.splice(at..at, new.iter().copied());
            }
            Spoil::Replace(share, new) => {
                let start = at(*share, bytes);
                let end = (start + new.len()).min(bytes.len());
                bytes.splice(start..end, new.iter().copied());
            }
            Spoil::Number(share, new) => {
                let start = at(*share, bytes);
                let Some(start) = bytes[start..].iter().position(u8::is_ascii_digit).map(|offset| start + offset) else { return };
                let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'_' | b'.'));
                let end = start + digits.count();
                bytes.splice(start..end, new.bytes());
            }
            Spoil::Swap(a, b, length) => {
                let (a, b) = (at(*a, bytes), at(*b, bytes));
                for offset in 0..*length {
                    if a.max(b) + offset < bytes.len() {
                        bytes.swap(a + offset, b + offset);
                    }
                }
            }
        }
    }
}

/// Bits of text that turn a good file into an interesting one.
fn scrap() -> impl Strategy<Value = Vec<u8>> {
    let scraps = [
        "0",
        "9",
        "999999999",
        "-",
        ".",
        "\"",
        "'",
        "\n",
        "\r\n",
        " ",
        "=",
        "[",
        "]",
        "[[",
        "{",
        "}",
        ",",
        "#",
        "£",
        "%",
        "é",
        "\u{feff}",
        "\u{0}",
        "\\",
        "1e308",
        "nan",
        "inf",
        "0x",
        "true",
        "2027-02-30",
        "9999-12-31",
        "0001-01-01",
        " to ",
        "(1 % to 2 %)",
        "\"\"\"",
        "[pay.x]\n",
        "[outcome.y]\n",
        "from",
        "points",
        "£999,999,999",
        "100 %",
        "400 months",
        "1000",
        "of = \"reoffending\"\n",
        "kind = \"binary\"\n",
        "comparison_people_each = 3",
    ];
    prop_oneof![
        proptest::sample::select(scraps.to_vec()).prop_map(|scrap| scrap.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 1..4),
    ]
}

fn spoil() -> impl Strategy<Value = Spoil> {
    let numbers = ["0", "1", "100", "99.999999999", "0.000000001", "1000000", "1,000,000,000", "999999999", "2", "12", "400"];
    prop_oneof![
        3 => (0.0..1.0, proptest::sample::select(numbers.to_vec())).prop_map(|(at, new)| Spoil::Number(at, new.to_owned())),
        1 => (0.0..1.0, 1usize..30).prop_map(|(at, length)| Spoil::Delete(at, length)),
        1 => (0.0..1.0, scrap()).prop_map(|(at, new)| Spoil::Insert(at, new)),
        1 => (0.0..1.0, scrap()).prop_map(|(at, new)| Spoil::Replace(at, new)),
        1 => (0.0..1.0, 0.0..1.0, 1usize..12).prop_map(|(a, b, length)| Spoil::Swap(a, b, length)),
    ]
}

/// Reads the folder and does with it what the program does.
fn use_it(folder: &Folder) {
    let opened = base::open(folder);
    let checked = contract::check(&opened);
    for problem in &checked.problems {
        assert!(!problem.render("folder", &opened.sources).is_empty());
    }
    let errors = checked.problems.iter().filter(|problem| problem.severity == base::problem::Severity::Error).count();
    assert!(checked.scheme.is_some() || errors > 0, "no scheme and nothing said");
    if let Some(scheme) = &checked.scheme {
        assert!(!explain::term_sheet(scheme).is_empty());
        for outcome in 0..scheme.outcomes.len() {
            let _ = explain::payment_table(scheme, &explain::expected_tally(scheme, 0, None), outcome, &[-10.0, 0.0, 10.0]);
        }
        for way in [0.0, 1.0] {
            turned(&opened, way);
        }
    }
}

/// The same folder with every uncertain at one end.
fn turned(opened: &base::SchemeFiles, way: f64) {
    let picks = ScenarioDraw::new();
    let reader = Reader::new(opened, &picks);
    let _ = contract::read::scheme(&reader);
    let picks: ScenarioDraw = reader.uncertain_numbers.borrow().iter().map(|uncertain| (uncertain.path.clone(), way)).collect();
    let reader = Reader::new(opened, &picks);
    assert!(contract::read::scheme(&reader).is_some(), "a scheme within its ranges must read");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spoilt_folder_never_panics(file in 0usize..4, spoils in proptest::collection::vec(spoil(), 1..6)) {
        let mut folder = good();
        let name = ["scheme.toml", "scheme.toml", "bands.csv", "prices.csv"][file];
        if let Some(FileBytes::Read(bytes)) = folder.get_mut(name) {
            spoils.iter().for_each(|spoil| spoil.apply(bytes));
        }
        use_it(&folder);
    }

    #[test]
    fn any_bytes_at_all_never_panic(toml in proptest::collection::vec(any::<u8>(), 0..200), csv in "\\PC{0,80}") {
        let mut folder = good();
        folder.insert("scheme.toml".into(), FileBytes::Read(toml));
        folder.insert("bands.csv".into(), FileBytes::Read(csv.into_bytes()));
        use_it(&folder);
    }
}
