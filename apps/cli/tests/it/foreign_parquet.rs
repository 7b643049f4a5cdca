//! Parquet files of other programs: every type, annotation, packing and form of page is read as the same rows in CSV are, or told
//! for what it is. Fixtures under `tests/faults/` were written by DuckDB and PyArrow.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::wellspent::{Scratch, root, run, said};

fn fault(name: &str) -> PathBuf {
    root().join("apps/cli/tests/faults").join(name)
}

fn text_of(path: &std::path::Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Checks a folder and keeps its good rows as CSV: the exit code, what was said, and the table asked for.
fn kept(folder: &std::path::Path, table: &str) -> (Option<i32>, String, String) {
    let out = Scratch::new("kept");
    let output = run(&["records", "check", text_of(folder), "--keep", out.path(), "--as", "csv"]);
    // A table that rows were left out of has another name.
    let named = [format!("{table}.csv"), format!("{table}-kept.csv")];
    let rows = named.iter().find_map(|name| fs::read_to_string(out.0.join(name)).ok()).unwrap_or_default();
    (output.status.code(), said(&output), rows)
}

#[test]
fn whole_numbers_without_a_sign_stay_what_they_are() {
    let folder = fault("unsigned-parquet");
    let (code, said_of, people) = kept(&folder.join("ids"), "people");
    assert_eq!(code, Some(0), "{said_of}");
    let ids: Vec<&str> = people.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!(ids, ["14733813495478003371", "18446744073709551615", "3411774979292333671", "7"]);
    let (code, said_of, spend) = kept(&folder.join("amounts"), "spend");
    assert_eq!(code, Some(0), "{said_of}");
    assert!(spend.contains(",4294967295.00,") && spend.contains(",2147483648.00,"), "{spend}");
    let out = Scratch::new("linked");
    let output = run(&["link", text_of(&folder.join("link/link.toml")), "--out", out.path()]);
    assert!(output.status.success(), "{}", said(&output));
    let mut ids = column(&out.0.join("persons.parquet"), "id");
    ids.sort();
    assert_eq!(ids, ["2147483648", "4294967295", "5", "6"]);
}

/// A column of a Parquet file as text.
fn column(path: &std::path::Path, name: &str) -> Vec<String> {
    let reader = SerializedFileReader::new(fs::File::open(path).expect("a file")).expect("a Parquet file");
    let rows = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row"));
    let text = |row: parquet::record::Row| {
        let (_, field) = row.get_column_iter().find(|(known, _)| *known == name).expect("the column");
        field.to_string().trim_matches('"').to_owned()
    };
    rows.map(text).collect()
}

/// People under numbers of 64 bits without a sign are found by the same digits in a CSV file, when outcomes are measured, too.
#[test]
fn large_numbers_are_the_names_that_their_digits_are() {
    let scheme = root().join("schemes/plain-linear");
    let ids = ["14733813495478003371", "18446744073709551615", "9223372036854775808", "9223372036854775807", "7"];
    let people = |parquet: bool| {
        let folder = Scratch::new("names");
        if parquet {
            let values: Vec<i64> = ids.iter().map(|id| id.parse::<u64>().expect("a number") as i64).collect();
            let data = Data::I64(values.into_iter().map(Some).collect());
            write(&folder, "people", &[("person", "INT64", "(UINT_64)", data, false)], &Style::default());
        } else {
            folder.write("people.csv", format!("person\n{}\n", ids.join("\n")));
        }
        let starts: Vec<String> =
            ids.iter().enumerate().map(|(at, id)| format!("{at},{id},rehabilitation provider,2024-01-1{at}\n")).collect();
        folder.write("starts.csv", format!("start,person,provider,began\n{}", starts.concat()));
        folder
    };
    for parquet in [true, false] {
        let output = run(&["records", "check", people(parquet).path()]);
        assert_eq!(output.status.code(), Some(0), "parquet {parquet}: {}", said(&output));
    }
    let measured = |parquet| {
        let folder = people(parquet);
        let said = said(&run(&["measure", text_of(&scheme), folder.path(), "--as-at", "2026-12-31"]));
        said.replace(folder.path(), "FOLDER").replace("people.parquet", "people.csv")
    };
    assert_eq!(measured(true), measured(false));
}

#[test]
fn what_duckdb_writes_is_read() {
    let (code, said_of, events) = kept(&fault("parquet-old-annotations/records"), "events");
    assert_eq!(code, Some(0), "{said_of}");
    let rows = "e1,1,x,2024-02-29,,,,,10.00,\ne2,2,x,2024-02-29,,,,,10.00,\ne3,3,x,2024-02-29,,,,,10.00,\n";
    assert!(events.ends_with(rows), "{events}");
}

#[test]
fn packings_are_read_and_lists_are_told() {
    let folder = fault("unsupported-compression");
    for packing in ["gzip", "lz4", "brotli"] {
        let (code, said_of, people) = kept(&folder.join(packing), "people");
        assert_eq!(code, Some(0), "{packing}: {said_of}");
        assert_eq!(people.lines().count(), 4, "{packing}");
    }
    let (code, said_of, _) = kept(&folder.join("list"), "people");
    assert_eq!(code, Some(1), "{said_of}");
    assert!(said_of.contains("`person`") && said_of.contains("a list in every row"), "{said_of}");
    assert!(!said_of.contains("damaged") && !said_of.contains("missing"), "{said_of}");
    // The old packing of Hadoop has a number of its own, 5, beside that of LZ4_RAW, 7; the rest of the file may be the same.
    let mut bytes = fs::read(folder.join("lz4/people.parquet")).expect("a file");
    let packing = bytes.windows(4).rposition(|four| four == [0x15, 0x0e, 0x16, 0x06]).expect("the packing before the count");
    bytes[packing + 1] = 0x0a;
    let old = Scratch::new("hadoop");
    old.write("people.parquet", bytes);
    let (code, said_of, _) = kept(&old.0, "people");
    assert_eq!(code, Some(1), "{said_of}");
    assert!(said_of.contains("compressed in a way that is not read") && said_of.contains("Snappy or Zstandard"), "{said_of}");
    assert!(!said_of.contains("damaged"), "{said_of}");
}

#[test]
fn floating_point_amounts_are_whole_pence_or_refused() {
    let folder = fault("float-amounts");
    for (name, shown) in [
        ("double", &["1.005", "5000.005", "4999.994", "10000.0049", "123456.789"][..]),
        ("single", &["1234567.9", "131072.02", "262144.28", "10000000"]),
        ("text", &["1.005", "5000.005", "4999.994", "10000.0049", "123456.789"]),
    ] {
        let (code, said_of, spend) = kept(&folder.join(name), "spend");
        assert_eq!((code, spend.lines().count()), (Some(1), 1), "{name}: {said_of}");
        assert!(shown.iter().all(|value| said_of.contains(value)), "{name}: {said_of}");
        assert!(!said_of.contains("9223372036854775807"), "{said_of}");
    }
    // Every whole number of pence is one in floating point, near 0 and far from it, and half a penny never is.
    let table = |amounts: Data, kind: &str| {
        let rows = amounts.len();
        let folder = Scratch::new("amounts");
        let ids = Data::I32((0..rows as i32).map(Some).collect());
        let same = |text: &str| Data::Bytes(vec![Some(text.as_bytes().to_vec()); rows]);
        write(
            &folder,
            "spend",
            &[
                ("spend", "INT32", "", ids, false),
                ("department", "BYTE_ARRAY", "(UTF8)", same("X"), false),
                ("date", "BYTE_ARRAY", "(UTF8)", same("2024-01-01"), false),
                ("amount", kind, "", amounts, false),
            ],
            &Style::default(),
        );
        kept(&folder.0, "spend")
    };
    let pence: Vec<i64> = (0..400).flat_map(|at| [at, 7 * at * at * at + at, 999_999_999_999_999 - 7 * at]).collect();
    let amounts = |spend: &str| -> Vec<String> {
        spend.lines().skip(1).map(|line| line.split(',').nth(3).unwrap_or_default().to_owned()).collect()
    };
    let exact = |pence: &i64| format!("{}.{:02}", pence / 100, pence % 100);
    let (code, said_of, spend) = table(Data::F64(pence.iter().map(|pence| Some(*pence as f64 / 100.0)).collect()), "DOUBLE");
    assert_eq!((code, amounts(&spend)), (Some(0), pence.iter().map(exact).collect()), "{said_of}");
    let small: Vec<i64> = pence.iter().copied().filter(|pence| *pence < 13_107_200).collect();
    let (code, said_of, spend) =
        table(Data::F32(small.iter().map(|pence| Some((*pence as f64 / 100.0) as f32)).collect()), "FLOAT");
    assert_eq!((code, amounts(&spend)), (Some(0), small.iter().map(exact).collect()), "{said_of}");
    let halves: Vec<Option<f64>> = (0..300).map(|at| Some((at * at * at) as f64 * 100.0 + 0.005)).collect();
    let (code, said_of, spend) = table(Data::F64(halves), "DOUBLE");
    assert_eq!((code, spend.lines().count()), (Some(1), 1), "{said_of}");
    let (_, said_of, spend) = table(Data::F64([f64::NAN, f64::INFINITY, -0.0, 0.1 + 0.2, 1e300].map(Some).to_vec()), "DOUBLE");
    assert_eq!(amounts(&spend), ["0.00", "0.30"], "{said_of}");
    assert!(said_of.contains("NaN") && said_of.contains("inf") && said_of.contains("1e300"), "{said_of}");
}

/// A file of some thousand bytes says that millions of letters stand in every row: they are capped before they are copied.
#[cfg(target_os = "linux")]
#[test]
fn long_texts_in_every_row_take_no_memory() {
    let folder = Scratch::new("bomb");
    let bomb = fs::read(fault("parquet-text-bomb/events.parquet")).expect("a file");
    folder.write("events.parquet", &bomb);
    folder.write("people.csv", "person\n1\n");
    // The same in a name, where a text just short enough to be read stands in every row, out of a dictionary.
    let short = Scratch::new("short");
    let mut dice = Dice(7);
    let text: Vec<u8> = (0..4096).map(|_| b'!' + dice.below(90) as u8).collect();
    let texts = Data::Bytes(vec![Some(text); 150_000]);
    write(&short, "people", &[("person", "BYTE_ARRAY", "(UTF8)", texts, false)], &Style::default());
    assert!(fs::metadata(short.0.join("people.parquet")).expect("a file").len() < 20_000);
    // 150,000 rows that are the same are one person.
    for (folder, expected) in [(&folder, 1), (&short, 0)] {
        let mut command = std::process::Command::new("sh");
        let limit = "ulimit -v 2000000; exec \"$0\" \"$@\"";
        command.args(["-c", limit, env!("CARGO_BIN_EXE_wellspent"), "records", "check", folder.path()]);
        let mut child =
            command.env("RAYON_NUM_THREADS", "2").stdout(std::process::Stdio::piped()).spawn().expect("the program starts");
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        let code = loop {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
            peak = line.trim().trim_end_matches(" kB").parse().unwrap_or(peak);
            if let Some(code) = child.try_wait().expect("a child") {
                break code;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        };
        assert_eq!(code.code(), Some(expected));
        assert!(peak > 1_000 && peak < 100_000, "{peak} kB");
    }
}

#[test]
fn checksums_of_pages_are_verified() {
    let path = fault("parquet-checksums/people.parquet");
    let folder = Scratch::new("checksums");
    let mut bytes = fs::read(path).expect("a file");
    folder.write("people.parquet", &bytes);
    assert_eq!(kept(&folder.0, "people").0, Some(0));
    let at = bytes.windows(18).position(|text| text == b"person number 0919").expect("a value");
    bytes[at + 17] = b'8';
    folder.write("people.parquet", &bytes);
    let (code, said_of, _) = kept(&folder.0, "people");
    assert!(code == Some(1) && said_of.contains("damaged") && said_of.to_lowercase().contains("crc"), "{said_of}");
}

/// Values of a column.
enum Data {
    I32(Vec<Option<i32>>),
    I64(Vec<Option<i64>>),
    F32(Vec<Option<f32>>),
    F64(Vec<Option<f64>>),
    Truth(Vec<Option<bool>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Data::I32(values) => values.len(),
            Data::I64(values) => values.len(),
            Data::F32(values) => values.len(),
            Data::F64(values) => values.len(),
            Data::Truth(values) => values.len(),
            Data::Bytes(values) | Data::Fixed(values) => values.len(),
        }
    }
}

/// How a file is written.
#[derive(Clone)]
struct Style {
    packing: Compression,
    second: bool,
    dictionary: bool,
    group: usize,
    page: usize,
}

impl Default for Style {
    fn default() -> Style {
        Style { packing: Compression::UNCOMPRESSED, second: false, dictionary: true, group: 1 << 20, page: 20_000 }
    }
}

/// Writes a table: name, physical type, annotation, values, and whether they may be missing.
fn write<A: std::fmt::Display>(folder: &Scratch, table: &str, columns: &[(&str, &str, A, Data, bool)], style: &Style) {
    fn part<T: Clone>(values: &[Option<T>]) -> (Vec<T>, Vec<i16>) {
        (values.iter().flatten().cloned().collect(), values.iter().map(|value| i16::from(value.is_some())).collect())
    }
    let field = |(name, physical, annotation, _, optional): &(&str, &str, A, Data, bool)| {
        let repetition = if *optional { "OPTIONAL" } else { "REQUIRED" };
        format!("{repetition} {physical} {name} {annotation};")
    };
    let message = format!("message table {{ {} }}", columns.iter().map(field).collect::<String>());
    let schema = Arc::new(parse_message_type(&message).unwrap_or_else(|error| panic!("{message}: {error}")));
    let properties = WriterProperties::builder()
        .set_compression(style.packing)
        .set_writer_version(if style.second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 })
        .set_dictionary_enabled(style.dictionary)
        .set_data_page_row_count_limit(style.page)
        .build();
    let file = fs::File::create(folder.0.join(format!("{table}.parquet"))).expect("a file");
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("a writer");
    let rows = columns[0].3.len();
    for start in (0..rows).step_by(style.group) {
        let range = start..(start + style.group).min(rows);
        let mut group = writer.next_row_group().expect("a row group");
        for (_, _, _, data, optional) in columns {
            let mut column = group.next_column().expect("a column").expect("a column");
            macro_rules! put {
                ($values:expr, $kind:ty, $of:expr) => {{
                    let (values, levels) = part(&$values[range.clone()]);
                    let values: Vec<_> = values.into_iter().map($of).collect();
                    column.typed::<$kind>().write_batch(&values, optional.then_some(&levels[..]), None).expect("values");
                }};
            }
            match data {
                Data::I32(values) => put!(values, Int32Type, |value| value),
                Data::I64(values) => put!(values, Int64Type, |value| value),
                Data::F32(values) => put!(values, FloatType, |value| value),
                Data::F64(values) => put!(values, DoubleType, |value| value),
                Data::Truth(values) => put!(values, BoolType, |value| value),
                Data::Bytes(values) => put!(values, ByteArrayType, ByteArray::from),
                Data::Fixed(values) => {
                    put!(values, FixedLenByteArrayType, |value| FixedLenByteArray::from(ByteArray::from(value)))
                }
            }
            column.close().expect("a column");
        }
        group.close().expect("a row group");
    }
    writer.close().expect("a file");
}

/// Numbers that are as good as random and always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(self.0 ^ self.0 >> 29) * u128::from(sides)) >> 64) as u64
    }
}

fn big_endian(number: i128, bytes: usize) -> Vec<u8> {
    number.to_be_bytes()[16 - bytes..].to_vec()
}

type Written = (&'static str, String, Data, Vec<String>);

/// A column of whole numbers or texts that name something, in some type, with the same as text.
fn names(dice: &mut Dice, rows: usize, missing: bool) -> Written {
    const KINDS: [(&str, &str, u32, bool); 30] = [
        ("INT32", "", 32, true),
        ("INT32", "(INT_8)", 8, true),
        ("INT32", "(INT_16)", 16, true),
        ("INT32", "(INT_32)", 32, true),
        ("INT32", "(UINT_8)", 8, false),
        ("INT32", "(UINT_16)", 16, false),
        ("INT32", "(UINT_32)", 32, false),
        ("INT32", "(INTEGER(8,true))", 8, true),
        ("INT32", "(INTEGER(16,true))", 16, true),
        ("INT32", "(INTEGER(32,true))", 32, true),
        ("INT32", "(INTEGER(8,false))", 8, false),
        ("INT32", "(INTEGER(16,false))", 16, false),
        ("INT32", "(INTEGER(32,false))", 32, false),
        ("INT64", "", 64, true),
        ("INT64", "(INT_64)", 64, true),
        ("INT64", "(UINT_64)", 64, false),
        ("INT64", "(INTEGER(64,true))", 64, true),
        ("INT64", "(INTEGER(64,false))", 64, false),
        ("INT32", "(DECIMAL(9,0))", 30, true),
        ("INT64", "(DECIMAL(18,0))", 60, true),
        ("BYTE_ARRAY", "(DECIMAL(38,0))", 90, true),
        ("FIXED_LEN_BYTE_ARRAY (16)", "(DECIMAL(38,0))", 90, true),
        ("FIXED_LEN_BYTE_ARRAY (9)", "(DECIMAL(20,0))", 64, false),
        ("BYTE_ARRAY", "", 0, true),
        ("BYTE_ARRAY", "(UTF8)", 0, true),
        ("BYTE_ARRAY", "(STRING)", 0, true),
        ("BYTE_ARRAY", "(ENUM)", 0, true),
        ("BYTE_ARRAY", "(JSON)", 0, true),
        ("BYTE_ARRAY", "(UTF8)", 64, false),
        ("BYTE_ARRAY", "(UTF8)", 70, true),
    ];
    let (physical, annotation, bits, signed) = KINDS[dice.below(KINDS.len() as u64) as usize];
    let mut value = |row: usize| -> Option<i128> {
        if missing && dice.below(4) == 0 {
            return None;
        }
        let span = 1_i128 << bits.clamp(7, 100);
        // Ends of the range as often as its middle; the rest are different in every row.
        let number = match dice.below(8) {
            0 => span - 1 - row as i128 % 100,
            1 => row as i128 % 100,
            2 => span / 2 - 1 - row as i128 % 50,
            3 => span / 2 + row as i128 % 50,
            _ => (i128::from(dice.below(u64::MAX)) << 30 | i128::from(dice.below(1 << 30))) % span,
        };
        let number = if signed { number - span / 2 } else { number };
        // The least number of 64 bits stands for none.
        Some(if number == i128::from(i64::MIN) { 1 } else { number })
    };
    let values: Vec<Option<i128>> = (0..rows).map(&mut value).collect();
    let letters = bits == 0;
    let text = |number: &Option<i128>| match number {
        None => String::new(),
        Some(number) if letters => format!("N{:02}é", number.unsigned_abs()),
        Some(number) => number.to_string(),
    };
    let texts: Vec<String> = values.iter().map(text).collect();
    let bytes = |length: usize| values.iter().map(|value| value.map(|value| big_endian(value, length))).collect();
    let data = match physical {
        "INT32" => Data::I32(values.iter().map(|value| value.map(|value| value as i32)).collect()),
        "INT64" => Data::I64(values.iter().map(|value| value.map(|value| value as i64)).collect()),
        "BYTE_ARRAY" if annotation.starts_with("(DEC") => Data::Bytes(bytes(13)),
        "BYTE_ARRAY" => {
            Data::Bytes(values.iter().zip(&texts).map(|(value, text)| value.map(|_| text.as_bytes().to_vec())).collect())
        }
        _ => Data::Fixed(bytes(if physical.contains("16") { 16 } else { 9 })),
    };
    (physical, annotation.into(), data, texts)
}

/// A column of days.
fn days(dice: &mut Dice, rows: usize, missing: bool) -> Written {
    const DAY: i64 = 86_400_000;
    let kinds = [
        ("INT32", "(DATE)", 0),
        ("INT64", "(TIMESTAMP_MILLIS)", DAY),
        ("INT64", "(TIMESTAMP_MICROS)", DAY * 1_000),
        ("INT64", "(TIMESTAMP(MILLIS,true))", DAY),
        ("INT64", "(TIMESTAMP(MICROS,false))", DAY * 1_000),
        ("INT64", "(TIMESTAMP(NANOS,false))", DAY * 1_000_000),
        ("BYTE_ARRAY", "(UTF8)", 0),
    ];
    let (physical, annotation, each) = kinds[dice.below(kinds.len() as u64) as usize];
    let values: Vec<Option<i32>> =
        (0..rows).map(|_| (!missing || dice.below(4) > 0).then(|| dice.below(60_000) as i32 - 30_000)).collect();
    let date = |day: i32| jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(day)).expect("a day").to_string();
    let texts: Vec<String> = values.iter().map(|day| day.map_or_else(String::new, date)).collect();
    let data = match physical {
        "INT32" => Data::I32(values),
        "INT64" => Data::I64(values.iter().map(|day| day.map(|day| i64::from(day) * each)).collect()),
        _ => Data::Bytes(values.iter().map(|day| day.map(|day| date(day).into_bytes())).collect()),
    };
    (physical, annotation.into(), data, texts)
}

/// A column of amounts.
fn amounts(dice: &mut Dice, rows: usize) -> Written {
    let scale = dice.below(6) as u32;
    let kind = dice.below(8);
    let whole = matches!(kind, 0 | 1);
    let most = if matches!(kind, 0 | 2) { 9_000 } else { 90_000_000 };
    let pence: Vec<i64> = (0..rows)
        .map(|_| {
            let pence = dice.below(2 * most) as i64 - if kind == 1 { 0 } else { most as i64 };
            if whole || scale == 0 && kind < 6 {
                pence * 100
            } else if scale == 1 && kind < 6 {
                pence * 10
            } else {
                pence
            }
        })
        .collect();
    let raw = |pence: i64| if scale <= 2 { pence / 10_i64.pow(2 - scale) } else { pence * 10_i64.pow(scale - 2) };
    let decimal = |precision: u32| format!("(DECIMAL({precision},{scale}))");
    let (physical, annotation, data) = match kind {
        0 => ("INT32", String::new(), Data::I32(pence.iter().map(|pence| Some((pence / 100) as i32)).collect())),
        1 => ("INT64", "(UINT_64)".into(), Data::I64(pence.iter().map(|pence| Some(pence / 100)).collect())),
        2 => ("INT32", decimal(9), Data::I32(pence.iter().map(|pence| Some(raw(*pence) as i32)).collect())),
        3 => ("INT64", decimal(18), Data::I64(pence.iter().map(|pence| Some(raw(*pence))).collect())),
        4 => (
            "FIXED_LEN_BYTE_ARRAY (16)",
            decimal(38),
            Data::Fixed(pence.iter().map(|pence| Some(big_endian(i128::from(raw(*pence)), 16))).collect()),
        ),
        5 => (
            "BYTE_ARRAY",
            decimal(20),
            Data::Bytes(pence.iter().map(|pence| Some(big_endian(i128::from(raw(*pence)), 9))).collect()),
        ),
        6 => ("DOUBLE", String::new(), Data::F64(pence.iter().map(|pence| Some(*pence as f64 / 100.0)).collect())),
        _ => {
            ("BYTE_ARRAY", "(UTF8)".into(), { Data::Bytes(pence.iter().map(|pence| Some(text(*pence).into_bytes())).collect()) })
        }
    };
    (physical, annotation, data, pence.iter().map(|pence| text(*pence)).collect())
}

fn text(pence: i64) -> String {
    format!("{}{}.{:02}", if pence < 0 { "-" } else { "" }, pence.abs() / 100, pence.abs() % 100)
}

/// Random tables in every type, annotation, packing and form of page are read as their twins in CSV are.
/// `WELLSPENT_PARQUET_TABLES` says how many, 150 if nothing does.
#[test]
fn any_table_is_the_same_in_parquet_and_in_csv() {
    let tables = std::env::var("WELLSPENT_PARQUET_TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(150_u64);
    for number in 0..tables {
        let mut dice = Dice(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let rows = [1, 7, 200, 3_000][dice.below(4) as usize];
        let packings = [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(Default::default()),
            Compression::BROTLI(Default::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(Default::default()),
        ];
        let style = Style {
            packing: packings[dice.below(6) as usize],
            second: dice.below(2) == 0,
            dictionary: dice.below(2) == 0,
            group: [50, 1_000, 1 << 20][dice.below(3) as usize],
            page: [40, 20_000][dice.below(2) as usize],
        };
        let kind = |dice: &mut Dice| names(dice, rows, true);
        let ids = Data::I32((0..rows as i32).map(Some).collect());
        let id_texts: Vec<String> = (0..rows).map(|at| at.to_string()).collect();
        let (department, date, amount) = (names(&mut dice, rows, false), days(&mut dice, rows, false), amounts(&mut dice, rows));
        let (kind, person, known) = (kind(&mut dice), names(&mut dice, rows, true), days(&mut dice, rows, true));
        let mut columns = vec![("spend", "INT32", String::new(), ids, id_texts, dice.below(2) == 0)];
        for (name, written, missing) in [
            ("department", department, false),
            ("date", date, false),
            ("amount", amount, false),
            ("kind", kind, true),
            ("person", person, true),
            ("known", known, true),
        ] {
            let (physical, annotation, data, texts) = written;
            columns.push((name, physical, annotation, data, texts, missing || dice.below(2) == 0));
        }
        let shown: Vec<String> =
            columns.iter().map(|(name, physical, annotation, ..)| format!("{name} {physical} {annotation}")).collect();
        let (parquet, csv) = (Scratch::new("parquet"), Scratch::new("csv"));
        let mut text = columns.iter().map(|column| column.0).collect::<Vec<_>>().join(",") + "\n";
        for row in 0..rows {
            text += &(columns.iter().map(|column| column.4[row].as_str()).collect::<Vec<_>>().join(",") + "\n");
        }
        csv.write("spend.csv", text);
        let columns: Vec<_> = columns
            .into_iter()
            .map(|(name, physical, annotation, data, _, missing)| (name, physical, annotation, data, missing))
            .collect();
        write(&parquet, "spend", &columns, &style);
        let (one, other) = (kept(&parquet.0, "spend"), kept(&csv.0, "spend"));
        assert_eq!((one.0, other.0), (Some(0), Some(0)), "table {number}: {shown:?}\n{}\n{}", one.1, other.1);
        assert!(one.2 == other.2, "table {number}: {shown:?}\n{}", crate::wellspent::difference(&other.2, &one.2));
    }
}

/// Columns that hold nothing, truths, UUIDs; and what is never read is told by name, with what to write instead.
#[test]
fn every_other_type_is_read_or_named() {
    let rows = 2;
    let ids = || Data::I32(vec![Some(1), Some(2)]);
    let same = |text: &str| Data::Bytes(vec![Some(text.as_bytes().to_vec()); rows]);
    let claims = |odd: (&'static str, &'static str, &'static str, Data, bool)| {
        let folder = Scratch::new("claims");
        let mut columns = vec![
            ("claim", "INT32", "", ids(), false),
            ("provider", "BYTE_ARRAY", "(UTF8)", same("A"), false),
            ("person", "INT32", "", ids(), false),
            ("outcome", "BYTE_ARRAY", "(UTF8)", same("job"), false),
            ("date", "BYTE_ARRAY", "(UTF8)", same("2024-01-01"), false),
        ];
        columns.retain(|column| column.0 != odd.0);
        columns.push(odd);
        write(&folder, "claims", &columns, &Style::default());
        kept(&folder.0, "claims")
    };
    let (code, said_of, rows_of) = claims(("found", "BOOLEAN", "", Data::Truth(vec![Some(true), None]), true));
    assert_eq!(code, Some(0), "{said_of}");
    assert!(rows_of.lines().nth(1).is_some_and(|line| line.ends_with(",true,")), "{rows_of}");
    let uuid = Data::Fixed(vec![Some((0..16).collect()), Some(vec![255; 16])]);
    let (code, said_of, rows_of) = claims(("person", "FIXED_LEN_BYTE_ARRAY (16)", "(UUID)", uuid, true));
    assert!(code == Some(0) && rows_of.contains(",00010203-0405-0607-0809-0a0b0c0d0e0f,"), "{said_of}{rows_of}");
    for (column, annotation) in [("checked", "(UNKNOWN)"), ("checked", "(INT_8)"), ("found", "")] {
        let (code, said_of, _) = claims((column, "INT32", annotation, Data::I32(vec![None; 2]), true));
        assert_eq!(code, Some(0), "{column} {annotation}: {said_of}");
    }
    let (code, said_of, _) = claims(("amount", "DOUBLE", "", Data::F64(vec![None; 2]), true));
    assert_eq!(code, Some(0), "{said_of}");
    let two = |bytes| Data::Fixed(vec![Some(vec![0; bytes]); 2]);
    for (odd, found, fix) in [
        (("checked", "INT32", "", ids(), true), "whole numbers (int32)", "date32"),
        (("person", "DOUBLE", "", Data::F64(vec![Some(1.0); 2]), true), "floating point numbers (double)", "int64 or uint64"),
        (("amount", "FIXED_LEN_BYTE_ARRAY (2)", "(FLOAT16)", two(2), true), "half precision", "decimal128(18, 2)"),
        (("amount", "FIXED_LEN_BYTE_ARRAY (12)", "(INTERVAL)", two(12), true), "intervals", "decimal128(18, 2)"),
        (("checked", "INT32", "(TIME(MILLIS,true))", ids(), true), "times of day", "date32"),
        (("amount", "BOOLEAN", "", Data::Truth(vec![Some(true); 2]), true), "true or false", "decimal128(18, 2)"),
    ] {
        let (code, said_of, _) = claims(odd);
        assert_eq!(code, Some(1), "{said_of}");
        assert!(said_of.contains(found) && said_of.contains(fix) && !said_of.contains("damaged"), "{found}: {said_of}");
    }
    let hour = |unit: i64| Data::I64(vec![Some(unit * 3600 * 19_000 * 24), Some(unit * 3600 * (19_000 * 24 + 23))]);
    let (code, said_of, _) = claims(("date", "INT64", "(TIMESTAMP(MICROS,true))", hour(1_000_000), false));
    assert!(code == Some(1) && said_of.contains("2022-01-08T23:00:00Z") && said_of.contains("Europe/London"), "{said_of}");
    let (code, said_of, _) = claims(("date", "INT64", "(TIMESTAMP(NANOS,false))", hour(1_000_000_000), false));
    assert!(code == Some(1) && said_of.contains("2022-01-08T23:00:00\n"), "{said_of}");
}

/// A page that unpacks to more than it declares is refused before the library unpacks it to its end.
#[test]
fn pages_that_hold_more_than_they_declare_are_refused() {
    for packing in [Compression::GZIP(Default::default()), Compression::BROTLI(Default::default())] {
        for second in [false, true] {
            let folder = Scratch::new("more");
            let texts = Data::Bytes((0..9).map(|at| Some(vec![b'a' + at; 1000])).collect());
            let style = Style { packing, second, dictionary: false, ..Style::default() };
            write(&folder, "people", &[("person", "BYTE_ARRAY", "(UTF8)", texts, false)], &style);
            assert_eq!(kept(&folder.0, "people").0, Some(0), "it is sound before it is touched");
            let path = folder.0.join("people.parquet");
            let mut bytes = fs::read(&path).expect("a file");
            // A page header begins with its kind and its unpacked size, a number of three bytes here.
            assert!(bytes[4] == 0x15 && bytes[6] == 0x15 && bytes[8] & 0x80 != 0 && bytes[9] & 0x80 == 0);
            bytes[7..10].copy_from_slice(&[0xd0, 0x8f, 0x00]);
            fs::write(&path, bytes).expect("a file");
            let (code, said_of, _) = kept(&folder.0, "people");
            assert!(code == Some(1) && said_of.contains("more than the 1000 it declares"), "{packing:?} {second}: {said_of}");
        }
    }
}
