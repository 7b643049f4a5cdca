//! Models made with Splink give the same pairs the same weights here. The models, what Splink 5 made of them pair by pair, and
//! the data are no part of this project: they are read from `$WELLSPENT_PEERS` (else `../shared/peers`) and `$WELLSPENT_DATA`
//! (else `../shared/data`), and a test whose files are absent is skipped with a message.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use linkage::blocking::{AllowedPairs, Blocks, each_pair};
use linkage::distinct_values::ValueNumbering;
use linkage::prepared::Levels;
use linkage::record_set::{FieldColumn, RecordSet};
use linkage::scoring::Scorer;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use records::batch::Texts;

use ::wellspent::link::splink as import;

use crate::wellspent::skipped;

/// A table as text: its columns by name, and for each row what it says; nothing there is empty.
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn at(&self, name: &str) -> usize {
        self.columns.iter().position(|known| known.eq_ignore_ascii_case(name)).unwrap_or_else(|| panic!("no column {name}"))
    }

    /// A column made of two with a space between; nothing where either is nothing.
    fn join(&mut self, name: &str, first: &str, second: &str) {
        let (first, second) = (self.at(first), self.at(second));
        self.columns.push(name.into());
        for row in &mut self.rows {
            let joined = if row[first].is_empty() || row[second].is_empty() {
                String::new()
            } else {
                format!("{} {}", row[first], row[second])
            };
            row.push(joined);
        }
    }
}

fn folder(variable: &str, otherwise: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os(variable).map_or_else(|| root.join(otherwise), PathBuf::from)
}

fn from_parquet(path: &Path) -> Table {
    let reader = SerializedFileReader::new(File::open(path).expect("the file is there")).expect("it is a Parquet file");
    let columns =
        reader.metadata().file_metadata().schema_descr().columns().iter().map(|column| column.name().to_owned()).collect();
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Double(number) => format!("{number:e}"),
        other => other.to_string(),
    };
    let row = |row: parquet::record::Row| row.get_column_iter().map(|(_, field)| text(field)).collect();
    Table {
        columns,
        rows: reader.get_row_iter(None).expect("it has rows").map(|read| row(read.expect("it can be read"))).collect(),
    }
}

/// Of files without quotes; spaces around a cell are no part of it.
fn from_csv(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).expect("the file is text");
    let mut lines = text.lines().map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    let columns = lines.next().expect("it has a header");
    Table { columns, rows: lines.collect() }
}

/// RecordSet with the columns of a model, as the tables say it and not cleaned; and the number of each record by its id.
fn records(tables: &[Table], columns: &[String], id: &str) -> (RecordSet, BTreeMap<String, u32>) {
    let (mut ids, mut agency) = (Texts::default(), Vec::new());
    for (number, table) in tables.iter().enumerate() {
        for row in &table.rows {
            ids.push(&row[table.at(id)]);
            agency.push(number as u16);
        }
    }
    let column = |name: &String| {
        let (mut numbering, mut rows) = (ValueNumbering::default(), Vec::new());
        for table in tables {
            let at = table.at(name);
            rows.extend(table.rows.iter().map(|row| numbering.number(&row[at])));
        }
        (FieldColumn { name: name.clone(), values: numbering.finish().into() }, rows)
    };
    let agencies = (0..tables.len()).map(|number| format!("src{number}")).collect();
    let columns = columns.iter().map(column).collect();
    let records = RecordSet::new(agencies, &agency, ids, columns, Vec::new());
    let by_id = (0..records.len() as u32).map(|record| (records.id(record).to_owned(), record)).collect();
    (records, by_id)
}

/// Every pair that Splink scored has its weight here within a millionth of a bit, and its rules bring the same pairs together.
#[allow(clippy::print_stdout)]
fn agrees(name: &str, id: &str, tables: impl FnOnce(&Path) -> Option<Vec<Table>>) {
    let peers = folder("WELLSPENT_PEERS", "../shared/peers").join("linkage");
    let (model, scored) = (peers.join(format!("models/{name}.json")), peers.join(format!("pred/{name}.parquet")));
    if !model.exists() || !scored.exists() {
        return skipped(&format!("{} and {} are not there (WELLSPENT_PEERS)", model.display(), scored.display()));
    }
    let Some(tables) = tables(&folder("WELLSPENT_DATA", "../shared/data")) else {
        return skipped(&format!("the data of {name} are not there (WELLSPENT_DATA)"));
    };
    let text = std::fs::read_to_string(&model).expect("the model can be read");
    let splink = import::read(name, &text, None).unwrap_or_else(|problems| panic!("{}", problems.join("\n")));
    let (records, by_id) = records(&tables, &splink.imported.columns, id);
    let model = &splink.imported.model;
    let scorer = Scorer::new(model, &records).expect("the model can be made ready");

    let scored = from_parquet(&scored);
    let (left, right, bits) = (scored.at(&format!("{id}_l")), scored.at(&format!("{id}_r")), scored.at("match_weight"));
    let (mut most, mut pairs, mut wrong) = (0.0_f64, BTreeSet::new(), Vec::new());
    let mut seen: BTreeMap<(usize, u8), u64> = BTreeMap::new();
    let (mut told, mut untold) = (BTreeSet::new(), 0);
    for row in &scored.rows {
        let (a, b) = (by_id[&row[left]], by_id[&row[right]]);
        pairs.insert((a.min(b), a.max(b)));
        let levels = scorer.levels(a, b);
        let (here, there) = (scorer.weight(a, b, &levels), row[bits].parse::<f64>().expect("a weight is a number"));
        let difference = (here - there).abs();
        // A weight that is no number would be no difference, were it not told apart.
        most = if difference.is_nan() { f64::NAN } else { most.max(difference) };
        (0..model.comparisons.len()).for_each(|at| *seen.entry((at, levels[at])).or_default() += 1);
        if told.insert(there.to_bits()) && !tells_levels(&scorer, (a, b), &levels, there) {
            untold += 1;
        }
        if difference.is_nan() || difference > 1e-6 {
            wrong.push(format!(
                "{} {}: {here} here, {there} there, levels {:?}",
                row[left],
                row[right],
                &levels[..model.comparisons.len()]
            ));
        }
    }
    let blocks: Vec<Blocks> = (0..model.rules.len()).map(|rule| Blocks::new(&scorer.prepared, rule, usize::MAX)).collect();
    let allowed = AllowedPairs { within: vec![splink.within; tables.len()] };
    let found: BTreeSet<(u32, u32)> = each_pair(
        &scorer.prepared,
        &blocks,
        |_, a, b| allowed.allows(&records, a, b),
        || (),
        |(), found, _, pairs| found.extend_from_slice(pairs),
    )
    .1
    .into_iter()
    .collect();
    let levels: usize = model.comparisons.iter().map(|comparison| comparison.levels.len()).sum();
    println!(
        "{name}: {} pairs scored, largest difference {most:.1e} bits, {} of {levels} levels met, {untold} of {} weights that other levels have too; {} pairs by rules, {} not the same",
        scored.rows.len(),
        seen.len(),
        told.len(),
        found.len(),
        found.symmetric_difference(&pairs).count()
    );
    assert!(
        wrong.is_empty(),
        "{} of {} weights differ, such as\n{}",
        wrong.len(),
        scored.rows.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
    assert_eq!(untold, 0, "other levels may have been found than Splink's");
    assert!(found == pairs, "the rules bring other pairs together");
}

/// Whether no other levels than these give the pair the weight that Splink found: then its levels are these.
fn tells_levels(scorer: &Scorer<'_>, (a, b): (u32, u32), levels: &Levels, there: f64) -> bool {
    let comparisons = &scorer.prepared.model.comparisons;
    // What each level would add for this pair, with its frequencies.
    let most = comparisons.iter().map(|comparison| comparison.levels.len()).max().unwrap_or(0);
    let all_at = |level: usize| {
        let mut levels = Levels::default();
        comparisons.iter().enumerate().for_each(|(at, comparison)| levels[at] = level.min(comparison.levels.len() - 1) as u8);
        scorer.parts(a, b, &levels).0
    };
    let parts: Vec<Vec<(f64, f64)>> = (0..most).map(all_at).collect();
    // Nearer than any two sums are by chance, and farther than sums in another order differ.
    let mut others = vec![(scorer.before(a, b), true)];
    for (at, comparison) in comparisons.iter().enumerate() {
        let level = |level: usize| (parts[level][at].0 + parts[level][at].1, usize::from(levels[at]) == level);
        others = others
            .iter()
            .flat_map(|(sum, same)| (0..comparison.levels.len()).map(move |to| (sum + level(to).0, *same && level(to).1)))
            .collect();
    }
    others.iter().filter(|(sum, _)| (sum - there).abs() < 1e-9).all(|(_, same)| *same)
}

fn all_there(paths: &[PathBuf], read: impl Fn(&Path) -> Table) -> Option<Vec<Table>> {
    paths.iter().all(|path| path.exists()).then(|| paths.iter().map(|path| read(path)).collect())
}

fn historical(data: &Path) -> Option<Vec<Table>> {
    let mut tables = all_there(&[data.join("splink_datasets/historical_figures_with_errors_50k.parquet")], from_parquet)?;
    tables[0].join("first_name_surname_concat", "first_name", "surname");
    Some(tables)
}

#[test]
fn fake_1000_is_scored_as_splink_scores_it() {
    agrees("fake_1000", "unique_id", |data| all_there(&[data.join("splink_datasets/fake_1000.csv")], from_csv));
}

#[test]
fn febrl4_is_scored_as_splink_scores_it() {
    agrees("febrl4", "rec_id", |data| {
        all_there(&["a", "b"].map(|half| data.join(format!("febrl/dataset4{half}.csv"))), from_csv)
    });
}

#[test]
fn historical_50k_is_scored_as_splink_scores_it() {
    agrees("historical_50k", "unique_id", historical);
    agrees("historical_50k_more", "unique_id", historical);
}

/// A small town: people held by two agencies, with slips.
fn town(folder: &Path) {
    let first = ["ann", "bob", "cath", "dan", "eve", "fred", "gina", "hal"];
    let last = ["lee", "orr", "ray", "moss", "hart", "dale", "cole", "york", "finch", "stone", "wood"];
    let mut tables = [String::from("id,forename,surname,born,postcode\n"), String::from("id,forename,surname,born,postcode\n")];
    for person in 0..400_usize {
        let (forename, surname) = (first[person * 7 % first.len()], last[person * 5 % last.len()]);
        let born = format!("19{:02}-{:02}-{:02}", 50 + person % 50, 1 + person * 11 % 12, 1 + person * 17 % 28);
        let postcode = format!("LS{} {}AB", 1 + person % 29, person % 10);
        for (agency, table) in tables.iter_mut().enumerate() {
            let slipped = if agency == 1 && person % 9 == 0 { format!("{surname}e") } else { surname.to_owned() };
            table.push_str(&format!("{agency}-{person},{forename},{slipped},{born},{postcode}\n"));
        }
    }
    for (name, table) in ["police.csv", "housing.csv"].iter().zip(tables) {
        std::fs::write(folder.join(name), table).expect("the table can be written");
    }
}

fn config(folder: &Path, more: &str) -> PathBuf {
    let columns = "id = \"id\"\ncolumns = { forename = \"forename\", surname = \"surname\", born = \"date of birth\", postcode = \"postcode\" }\n";
    let top = format!("purpose = \"a test\"\nbasis = \"none needed\"\n{more}\n");
    let path = folder.join("link.toml");
    let text = format!("{top}[table.police]\nfile = \"police.csv\"\n{columns}[table.housing]\nfile = \"housing.csv\"\n{columns}");
    std::fs::write(&path, text).expect("the configuration can be written");
    path
}

fn link(config: &Path, model: &Path) -> (bool, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wellspent"));
    let folder = model.with_extension("out");
    let out = command.arg("link").arg(config).arg("--out").arg(&folder).output().expect("the program runs");
    if out.status.success() {
        std::fs::copy(folder.join("model.json"), model).expect("the model was written");
    }
    (out.status.success(), String::from_utf8_lossy(&out.stderr).into_owned())
}

fn fresh(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::remove_dir_all(&folder).ok();
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    town(&folder);
    folder
}

#[test]
fn a_learned_model_is_written_and_used_again_as_it_is() {
    let folder = fresh("model-again");
    let (learned, again) = (folder.join("learned.json"), folder.join("again.json"));
    let (well, words) = link(&config(&folder, "[twins]"), &learned);
    assert!(well, "{words}");
    let (well, words) = link(&config(&folder, "model = \"learned.json\""), &again);
    assert!(well, "{words}");
    let read = |path: &Path| std::fs::read_to_string(path).expect("the model was written");
    assert!(read(&learned).contains("\"twins\""), "the rule against twins is part of the model");
    assert_eq!(read(&learned), read(&again), "what is read is written again to the last digit, and nothing is learned anew");

    let broken = read(&learned).replacen("\"prior\": ", "\"prior\": 7", 1);
    std::fs::write(&learned, broken).expect("the model can be written");
    let (well, words) = link(&config(&folder, "model = \"learned.json\""), &again);
    assert!(!well && words.contains("`prior`"), "{words}");
}

#[test]
fn a_splink_model_is_used_from_the_configuration() {
    let folder = fresh("model-splink");
    let level = |condition: &str, m: f64, u: f64| {
        format!("{{\"sql_condition\": \"{condition}\", \"m_probability\": {m}, \"u_probability\": {u}}}")
    };
    let settings = |condition: &str| {
        let levels = [level(condition, 0.9, 0.01), level("ELSE", 0.1, 0.99)].join(", ");
        let rules = "[\"l.surname = r.surname\", {\"blocking_rule\": \"l.postcode = r.postcode\"}]";
        format!(
            "{{\"link_type\": \"link_only\", \"probability_two_random_records_match\": 0.001, \"comparisons\": [{{\"output_column_name\": \"surname\", \"comparison_levels\": [{levels}]}}], \"blocking_rules_to_generate_predictions\": {rules}}}"
        )
    };
    let write = |condition: &str| std::fs::write(folder.join("splink.json"), settings(condition)).expect("it can be written");
    let top = "model = \"splink.json\"\njoin = 20";
    let tables = "[table.police]\nfile = \"police.csv\"\nid = \"id\"\n[table.housing]\nfile = \"housing.csv\"\nid = \"id\"\n";
    let config = folder.join("link.toml");
    std::fs::write(&config, format!("purpose = \"a test\"\nbasis = \"none needed\"\n{top}\n{tables}"))
        .expect("it can be written");
    write("surname_l = surname_r");
    let (well, words) = link(&config, &folder.join("out.json"));
    assert!(well, "{words}");
    let out = std::fs::read_to_string(folder.join("out.json")).expect("the model was written");
    assert!(out.contains("as it stands"), "{out}");
    write("metaphone(surname_l) = surname_r");
    let (well, words) = link(&config, &folder.join("out.json"));
    let expected = "comparison `surname`, level 1: metaphone with 1 argument is not supported here";
    assert!(!well && words.contains(expected) && words.contains("expected:"), "{words}");
}

#[test]
fn decisions_are_checked_before_they_are_used() {
    let folder = fresh("decisions");
    let (out, header) = (folder.join("out.json"), "agency,id,other_agency,other_id,decision,scope,by,reason,from,to\n");
    let overrides =
        |rows: &str| std::fs::write(folder.join("overrides.csv"), format!("{header}{rows}")).expect("it can be written");
    let top = "overrides = \"overrides.csv\"\nas_at = 2027-04-01\n";
    for (rows, expected) in [
        ("police,0-1,housing,1-2,perhaps,,A. B.,seen,,\n", "`decision` is neither must nor cannot"),
        ("police,0-1,housing,1-2,must,,,seen,,\n", "`by` is empty"),
        ("police,0-1,housing,1-2,must,,A. B.,seen,soon,\n", "`from` is no day such as 2027-04-01"),
    ] {
        overrides(rows);
        let (well, words) = link(&config(&folder, top), &out);
        assert!(!well && words.contains(expected), "{words}");
    }
    overrides(
        "police,0-1,housing,1-2,must,,A. B.,seen,,\npolice,0-1,housing,1-2,cannot,,C. D.,seen,,\npolice,0-1,housing,none,cannot,,C. D.,seen,,\n",
    );
    let (well, words) = link(&config(&folder, top), &out);
    assert!(
        well && words.contains("decision 2 by C. D. parts records") && words.contains("decision 3: no such record of housing"),
        "{words}"
    );
    for (top, expected) in [
        ("overrides = \"overrides.csv\"", "as_at"),
        ("join = 10\nearlier = \"persons.csv\"\nfracture = 12", "what was together needs more than what is to be joined"),
        ("fracture = -3", "there are no persons of an earlier run"),
        ("twins = { same = [\"surname\"], unlike = [\"forname\"] }", "there is no field `forname`"),
        ("model = \"nowhere.json\"", "could not open"),
    ] {
        let (well, words) = link(&config(&folder, top), &out);
        assert!(!well && words.contains(expected), "{top}: {words}");
        let told = words.matches("error: ").count();
        assert!(told == 1 || !top.starts_with("model"), "the columns of a model that was not read are not told: {words}");
    }
}
