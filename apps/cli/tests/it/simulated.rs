//! From records to money through the front door: simulated records, paid, asked why, corrected by late facts, and compared with
//! claims.

use std::fs;
use std::process::{Command, Output};

use parquet::file::reader::{FileReader as _, SerializedFileReader};

use crate::paying::{approve, run_of, text};
use crate::wellspent::{Scratch, root, run, said};

/// A shipped scheme, small enough for a test, simulated as records; gives the day by which everything is known.
fn simulated(name: &str, more: &[&str]) -> (Scratch, String) {
    let folder = Scratch::new("records");
    let output = run(&[&["simulate", name, "--out", folder.path()], more].concat());
    assert!(output.status.success(), "{}", said(&output));
    let until = text(&output).trim_end().rsplit(' ').next().expect("a day").to_owned();
    (folder, until)
}

fn pay(threads: &str, folder: &Scratch, day: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    command.args(["pay", "hmp-doncaster-2011", folder.path(), "--as-at", day, "--csv"]).current_dir(root());
    let output: Output = command.env("RAYON_NUM_THREADS", threads).output().expect("the program starts");
    assert!(output.status.success(), "{}", said(&output));
    text(&output)
}

#[test]
fn a_statement_is_the_same_to_the_byte_at_any_number_of_threads_and_in_any_order_of_rows() {
    let (folder, until) = simulated("hmp-doncaster-2011", &["--strategy", "idle"]);
    let first = pay("1", &folder, &until);
    assert!(first.lines().count() > 6, "{first}");
    let (parquet, again) = simulated("hmp-doncaster-2011", &["--strategy", "idle", "--as", "parquet"]);
    assert_eq!((pay("2", &parquet, &again), &again), (first.clone(), &until));
    // The rows of each table, dealt into seven heaps and put together again from the last.
    for name in ["people", "starts", "events", "spells", "coverage"] {
        let path = format!("{}/{name}.csv", folder.path());
        let table = fs::read_to_string(&path).expect("the table");
        let (head, rows) = table.split_once('\n').expect("a header");
        let rows: Vec<&str> = rows.lines().collect();
        let shuffled = (0..7).rev().flat_map(|heap| rows.iter().skip(heap).step_by(7));
        let text = shuffled.fold(head.to_owned(), |text, row| text + "\n" + row);
        fs::write(&path, text + "\n").expect("the table again");
    }
    for threads in ["1", "2", "8"] {
        assert_eq!(pay(threads, &folder, &until), first, "{threads} threads");
    }
}

/// A statement as Parquet has the columns, rows and values of its CSV.
#[test]
fn a_statement_as_parquet_says_what_its_csv_says() {
    let (folder, until) = simulated("hmp-doncaster-2011", &["--strategy", "idle"]);
    // Not beside the records: the second statement would tell of a file that is not read.
    let out = Scratch::new("statement");
    let path = format!("{}/statement.parquet", out.path());
    let ask = ["pay", "hmp-doncaster-2011", folder.path(), "--as-at", &until, "--csv", "--parquet", &path];
    let said = text(&run(&ask));
    let first = fs::read(&path).expect("the file");
    run(&ask);
    assert!(fs::read(&path).expect("the file") == first, "the same statement is the same bytes");
    let reader = SerializedFileReader::new(fs::File::open(&path).expect("the file")).expect("Parquet");
    let mut lines = said.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<_> = reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), lines.clone().count());
    for (row, line) in rows.iter().zip(lines) {
        let names: Vec<&String> = row.get_column_iter().map(|(name, _)| name).collect();
        assert_eq!(names, header);
        let cells: Vec<&str> = line.split(',').collect();
        let value = |name: &str| row.get_column_iter().find(|(known, _)| *known == name).expect("a column").1.to_string();
        // What stands before the reason, which has commas of its own, and the last.
        for (name, cell) in header.iter().zip(&cells).take(15) {
            let value = value(name);
            let value = value.trim_matches('"');
            let same = match *name {
                "quantity" => value.parse::<f64>().ok() == cell.parse::<f64>().ok(),
                _ => value == *cell || value.starts_with(&format!("{cell} ")),
            };
            assert!(same, "{name}: {value} against {cell}");
        }
        assert_eq!(value("line").trim_matches('"'), *cells.last().expect("an id"));
    }
}

/// A month's fee is due on its last day; the year's is what the months come to.
#[test]
fn a_service_fee_is_paid_by_the_month_while_a_cohort_runs() {
    let (folder, _) = simulated("hmp-doncaster-2011", &["--strategy", "idle"]);
    let fee = |day: &str| {
        let said = pay("2", &folder, day);
        let row = said.lines().find(|row| row.contains(",fee,") && row.contains(",2011-10 to 2012-09,"));
        row.map(|row| row.split(',').skip(11).take(4).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(fee("2011-10-30"), None);
    assert_eq!(fee("2011-12-30").as_deref(), Some("0.166666667 years 16666667.00 2777777.83"));
    assert_eq!(fee("2011-12-31").as_deref(), Some("0.25 years 16666667.00 4166666.75"));
    assert_eq!(fee("2012-09-29").as_deref(), Some("0.916666667 years 16666667.00 15277778.08"));
    assert_eq!(fee("2012-09-30").as_deref(), Some("1 years 16666667.00 16666667.00"));
}

#[test]
fn a_late_fact_takes_a_line_back_and_the_past_stays_as_it_was() {
    let (folder, until) = simulated("plain-linear", &[]);
    let store = format!("{}/ledger.db", folder.path());
    let pay = |known: &str| {
        let ask = ["pay", "plain-linear", folder.path(), "--as-at", &until, "--known-at", known];
        run(&[&ask[..], &["--store", &store, "--prepared-by", "Ann Lee"]].concat())
    };
    let csv = |known: &str| text(&run(&["pay", "plain-linear", folder.path(), "--as-at", &until, "--known-at", known, "--csv"]));
    let first = pay(&until);
    let statement = csv(&until);
    assert!(said(&run(&approve(&run_of(&first), &store))).contains("approved and posted"));

    // Somebody's offence of the window turns out to have been proven in time; it becomes known a month later.
    let path = format!("{}/events.csv", folder.path());
    let events = fs::read_to_string(&path).expect("the events");
    let starts = fs::read_to_string(format!("{}/starts.csv", folder.path())).expect("the starts");
    let quiet = starts.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
    let column = |name: &str| starts.lines().next().and_then(|head| head.split(',').position(|own| own == name)).expect(name);
    let group = column("group");
    let quiet = quiet.filter(|row| row[group] == "served").find(|row| !events.contains(&format!(",{},offence", row[1])));
    let (person, began) = quiet.map(|row| (row[1].to_owned(), row[3].to_owned())).expect("somebody without any offence");
    let late = "2030-06-30";
    fs::write(&path, format!("{events}x1,{person},offence,{began},,,{began},,,{late}\n")).expect("one more event");

    assert_eq!(csv(&until), statement, "what was known then is what was known then");
    let corrected = pay(late);
    assert!(text(&corrected).contains("would post 1 and take back 1"), "{}", said(&corrected));
    assert!(text(&corrected).contains("a difference of -£15,000"), "{}", said(&corrected));
    assert!(said(&run(&approve(&run_of(&corrected), &store))).contains("approved and posted"));
    let replayed = run(&["ledger", "statement", &store, "--contract", "plain-linear", "--as-at", &until, "--known-at", &until]);
    assert_eq!(text(&replayed), statement, "a past statement comes back to the byte");

    let why = said(&run(&["why", "plain-linear", folder.path(), "--as-at", &until, "--known-at", late, "--person", &person]));
    assert!(why.contains(&format!("reoffending: 1, on {began}")), "{why}");
    assert!(why.contains(&format!("counts: offence on {began}, proven {began}")), "{why}");
    let line = said(&run(&["why", "plain-linear", folder.path(), "--as-at", &until, "--known-at", late, "2"]));
    assert!(
        line.contains(&format!("\n{person:<20} started {began}  1, on {began}  offence on {began}, proven {began}\n")),
        "{line}"
    );
    let before = said(&run(&["why", "plain-linear", folder.path(), "--as-at", &until, "--person", &person]));
    assert!(before.contains("reoffending: 0") && !before.contains("counts: offence"), "{before}");
}

#[test]
fn claims_are_held_against_the_records() {
    let folder = Scratch::new("claims");
    let offence = "event,person,kind,date,settled\ne1,2,offence,2012-01-05,2012-02-01\ne2,3,offence,2012-01-05,2012-02-01\n";
    folder.write("people.csv", "person\n1\n2\n3\n4\n");
    folder.write(
        "starts.csv",
        "start,person,provider,began\n1,1,P,2011-10-01\n2,2,P,2011-10-02\n3,3,P,2011-10-03\n4,4,P,2014-01-01\n",
    );
    folder.write("events.csv", offence);
    folder.write("coverage.csv", "table,kind,until\nevents,,2014-06-30\n");
    let claim = |id: &str, person: &str, date: &str| format!("{id},P,{person},reoffending,{date}\n");
    folder.write(
        "claims.csv",
        "claim,provider,person,outcome,date\n".to_owned()
            + &claim("c1", "2", "2012-02-01")
            + &claim("c2", "1", "2012-03-01")
            + &claim("c3", "4", "2014-05-01")
            + &claim("c4", "9", "2014-05-01"),
    );
    let output = run(&["claims", "hmp-doncaster-2011", folder.path(), "--as-at", "2014-06-30"]);
    let said = said(&output);
    let row = said.lines().find(|line| line.starts_with("P ")).expect("a row");
    let cells: Vec<&str> = row.split_whitespace().collect();
    // The result that the contract pays for is that nobody reoffends. Person 1 has it; 2 and 3 have not, and one of them is claimed.
    assert_eq!(cells[cells.len() - 4..], ["1", "0", "1", "1"], "matched, unclaimed, unsupported, not yet known: {said}");
    assert!(said.contains("1 claim has a fault and is compared with nothing"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

/// What a simulated provider claims is what the records show; a claim more and a claim fewer are found, one each.
#[test]
fn simulated_claims_are_honest_and_planted_ones_are_found() {
    let (folder, until) = simulated("work-programme-2011", &[]);
    let columns = |said: &str| -> Vec<[i64; 4]> {
        let rows = said.lines().skip(1).map(|line| line.split_whitespace().map(|cell| cell.replace(',', "")).collect::<Vec<_>>());
        let rows = rows.filter_map(|cells| cells.get(cells.len().checked_sub(4)?..).map(<[String]>::to_vec));
        rows.filter_map(|last| Some([last[0].parse().ok()?, last[1].parse().ok()?, last[2].parse().ok()?, last[3].parse().ok()?]))
            .collect()
    };
    let ask = ["claims", "work-programme-2011", folder.path(), "--as-at", &until];
    let honest = run(&ask);
    let found = columns(&text(&honest));
    assert_eq!(honest.status.code(), Some(0), "{}", said(&honest));
    assert!(found.len() > 1 && found.iter().all(|[matched, rest @ ..]| *matched > 0 && *rest == [0, 0, 0]), "{}", said(&honest));

    let path = format!("{}/claims.csv", folder.path());
    let claims = fs::read_to_string(&path).expect("the claims");
    let starts = fs::read_to_string(format!("{}/starts.csv", folder.path())).expect("the starts");
    let mut rows: Vec<&str> = claims.lines().collect();
    let first = rows.remove(1).split(',').map(str::to_owned).collect::<Vec<_>>();
    let idle = starts.lines().skip(1).map(|row| row.split(',').nth(1).expect("a person"));
    let idle = idle.clone().find(|person| !claims.contains(&format!(",{person},"))).expect("somebody without a result");
    let planted = format!("planted,{},{idle},{},{until},,,,", first[1], first[3]);
    rows.push(&planted);
    fs::write(&path, rows.join("\n") + "\n").expect("the claims again");
    let output = run(&ask);
    let sum = |found: &[[i64; 4]], at: usize| found.iter().map(|row| row[at]).sum::<i64>();
    let now = columns(&text(&output));
    assert_eq!((sum(&now, 0), sum(&now, 1), sum(&now, 2)), (sum(&found, 0) - 1, 1, 1), "{}", said(&output));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn who_is_missing_to_compare_with_is_asked_for() {
    let (folder, until) = simulated("plain-linear", &[]);
    let path = format!("{}/starts.csv", folder.path());
    let starts = fs::read_to_string(&path).expect("the starts");
    let served: Vec<&str> = starts.lines().filter(|row| !row.contains("comparison")).collect();
    fs::write(&path, served.join("\n") + "\n").expect("the starts again");
    let said = said(&run(&["pay", "plain-linear", folder.path(), "--as-at", &until]));
    assert!(said.contains("the records have nobody to compare with in"), "{said}");
    assert!(said.contains("`comparison` in the column `group`"), "{said}");
}

/// Two providers in one area are compared with the same people, whoever keeps the list of them.
#[test]
fn comparison_people_stand_for_their_area() {
    let folder = Scratch::new("area");
    folder.write("people.csv", "person\n1\n2\n3\n4\n5\n6\n");
    let start = |person: &str, provider: &str, group: &str| format!("{person},{person},{provider},2027-05-01,{group}\n");
    let served = [("1", "P"), ("2", "P"), ("3", "Q"), ("4", "Q")].map(|(person, provider)| start(person, provider, ""));
    let compared = ["5", "6"].map(|person| start(person, "county", "comparison"));
    folder.write("starts.csv", "start,person,provider,began,group\n".to_owned() + &served.concat() + &compared.concat());
    folder.write(
        "events.csv",
        "event,person,kind,date,settled\ne1,1,offence,2027-06-01,2027-07-01\ne2,5,offence,2027-06-01,2027-07-01\n",
    );
    folder.write("coverage.csv", "table,kind,until\nevents,,2030-12-31\n");
    // The contract pays a fee for an area as a whole: it must say that each of the two has its own.
    let scheme = Scratch::new("plain-linear");
    let shipped = fs::read_to_string(root().join("schemes/plain-linear/scheme.toml")).expect("the scheme");
    scheme.write("scheme.toml", "providers = [\"P\", \"Q\"]\npriced_for = \"each provider\"\n".to_owned() + &shipped);
    for table in fs::read_dir(root().join("schemes/plain-linear")).expect("the folder").flatten() {
        let name = table.file_name().display().to_string();
        if name.ends_with(".csv") {
            scheme.write(&name, fs::read(table.path()).expect("the table"));
        }
    }
    let said = text(&run(&["pay", scheme.path(), folder.path(), "--as-at", "2030-12-31", "--csv"]));
    let person = |provider: &str| {
        let row = said.lines().find(|row| row.contains(&format!(",{provider},")) && row.contains(",person,"));
        row.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    // P: one of two, as among those compared. Q: none, and one was to be expected.
    assert!(person("P").contains(",0.00,") && person("Q").contains(",15000.00,"), "{said}");
    assert!(!said.contains(",county,"), "{said}");
}

/// A contract that holds people against what they did before, and audits what the provider claims.
const BEFORE: &str = "scheme = \"Test\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
    [contract]\nstarts = 2027-01-01\nends = 2028-12-31\nfrom = \"assumption: test\"\n\
    [cohorts]\nstarts = 2027-01-01\nends = 2027-12-31\nevery = \"1 year\"\npeople = 4\n\
    [outcome.offending]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nwait = \"1 month\"\n\
    baseline = { same_people_before = \"12 months\" }\n\
    [outcome.offending.measured]\nrule = \"any within\"\nevents = \"offence\"\nproven_by = \"conviction\"\n\
    [outcome.job]\nmeasure = \"m\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"6 months\"\nreported_by = \"provider\"\n\
    [outcome.job.measured]\nrule = \"any within\"\nevents = \"job start\"\n\
    [pay.fewer]\nclause = \"tariff\"\noutcome = \"offending\"\nper = \"person\"\nreward = \"£100\"\ndeduction = \"£100\"\nfrom = \"assumption: test\"\n\
    [pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"100 %\"\npenalty = \"£50\"\nfrom = \"assumption: test\"\n";

/// Four people start on 31 March 2027: their year before runs from 31 March 2026 to 30 March 2027.
#[test]
fn the_same_people_before_and_false_claims_are_paid_from_records() {
    let scheme = Scratch::new("before");
    scheme.write("scheme.toml", BEFORE);
    let folder = Scratch::new("records");
    folder.write("people.csv", "person\n1\n2\n3\n4\n");
    folder.write(
        "starts.csv",
        "start,person,provider,began\n1,1,P,2027-03-31\n2,2,P,2027-03-31\n3,3,P,2027-03-31\n4,4,Q,2027-03-31\n",
    );
    folder.write(
        "events.csv",
        "event,person,kind,date,settled\n\
         e1,1,offence,2026-03-31,2026-05-01\n\
         e2,2,offence,2027-03-30,2027-04-29\n\
         e3,3,offence,2026-03-30,2026-05-01\n\
         e4,3,offence,2026-06-01,2027-04-30\n\
         e5,3,offence,2027-03-31,2027-05-01\n\
         e6,4,offence,2026-12-01,2027-01-01\n",
    );
    folder.write("providers.csv", "provider\nP\nQ\n");
    folder.write("claims.csv", "claim,provider,person,outcome,date,checked,found\n");
    let coverage = |since: &str| {
        let none = "events,job start,2029-12-31,,4,0,Ann Lee,2030-01-02";
        let header = "table,kind,until,since,people,count,said_by,said_on";
        folder.write("coverage.csv", format!("{header}\nevents,,2029-12-31,{since},,,,\n{none}\n"));
    };
    let pay = |as_at: &str| said(&run(&["pay", scheme.path(), folder.path(), "--as-at", as_at]));
    coverage("");
    assert!(pay("2029-12-31").contains("in the column `since`"), "{}", pay("2029-12-31"));

    // Before: persons 1 (the first day), 2 (the last day, proven on the last day) and of Q 4; not 3, whose offences lie a day too
    // early or were proven a day too late. After: person 3.
    coverage("2026-03-31");
    let paid = pay("2029-12-31");
    assert!(paid.contains("1 person × £100 = £100: 1 counted, 2 expected"), "{paid}");
    assert!(paid.contains("1 person × £100 = £100: 0 counted, 1 expected"), "Q is compared with its own people: {paid}");
    let tally = format!("{}/tally.csv", folder.path());
    run(&["measure", scheme.path(), folder.path(), "--as-at", "2029-12-31", "--tally", &tally]);
    let tally = fs::read_to_string(&tally).expect("the tally");
    assert!(
        tally.starts_with("\u{feff}area,cohort,segment,people,offending,offending before,job\n") && tally.contains(",4,1,3,0\n"),
        "{tally}"
    );

    let why = said(&run(&["why", scheme.path(), folder.path(), "--as-at", "2029-12-31", "--person", "2"]));
    assert!(why.contains("offending before the start: 1, on 2027-03-30\n    window 2026-03-31 to before 2027-03-31"), "{why}");

    // Who cannot be seen for the whole year before counts neither way.
    coverage("2026-04-01");
    let paid = pay("2029-12-31");
    assert!(!paid.contains(" counted, 2 "), "{paid}");

    // Two claims looked at and found false, one of them not before 2029.
    coverage("2026-03-31");
    folder.write(
        "claims.csv",
        "claim,provider,person,outcome,date,checked,found\n\
         c1,P,1,job,2027-06-01,2027-07-01,false\nc2,P,2,job,2027-06-01,,\nc3,P,3,job,2027-06-01,2029-01-01,false\n\
         c4,P,3,job,2027-06-01,,\n",
    );
    assert!(pay("2028-12-31").contains("-1 person found false × £50 = -£50"), "{}", pay("2028-12-31"));
    assert!(pay("2029-12-31").contains("-2 people found false × £50 = -£100"), "{}", pay("2029-12-31"));
    fs::remove_file(folder.0.join("claims.csv")).expect("a file");
    assert!(pay("2029-12-31").contains("there is no table of claims in"), "{}", pay("2029-12-31"));
}
