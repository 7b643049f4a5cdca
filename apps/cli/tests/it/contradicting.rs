//! Records that contradict each other: what could change a sum is refused with its row and how to put it right, the rest is told, and
//! a true record is paid as before.

use crate::silent::{PEOPLE, STARTS, outcome, pay, pays, records, refuses, scheme};
use crate::wellspent::{Scratch, run, said};

const COVERED: &str = "table,kind,until\nevents,,2030-12-31\nspells,,2030-12-31\n";

/// A folder with tables of its own beside people, starts and coverage.
fn folder(tables: &[(&str, &str)]) -> Scratch {
    let usual = [("people", PEOPLE), ("starts", STARTS), ("coverage", COVERED)];
    let usual = usual.iter().filter(|(name, _)| tables.iter().all(|(other, _)| other != name));
    records(&usual.chain(tables).copied().collect::<Vec<_>>())
}

fn reoffending() -> Scratch {
    scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"\nproven_by = \"conviction\"", "£100"))
}

fn working(more: &str) -> Scratch {
    scheme(&outcome("job", "more", &format!("rule = \"sustained\"\nspells = \"job\"\ndays = \"60 days\"\n{more}"), "£100"))
}

/// A sum is paid, and something is said beside it.
fn tells(output: &std::process::Output, sum: &str, words: &[&str]) {
    pays(output, sum);
    // However long the lines are.
    let said = said(output).split_whitespace().collect::<Vec<_>>().join(" ");
    words.iter().for_each(|word| assert!(said.contains(word), "{word}\n{said}"));
}

/// A sum is paid, and nothing is said of something.
fn says_nothing_of(output: &std::process::Output, sum: &str, word: &str) {
    pays(output, sum);
    assert!(!said(output).contains(word), "{word}\n{}", said(output));
}

/// A contract that audits claims of an outcome, and what it pays for some claims beside jobs of persons 1 and 2.
fn audited(outcomes: &str, events: &str, files: &[(&str, &str)], more: &[&str]) -> std::process::Output {
    let contract = scheme(
        &(outcomes.to_owned() + "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"50 %\"\npenalty = \"£5\"\n"),
    );
    let events = format!("event,person,kind,date\n{events}x9,3,job,2026-09-01\n");
    let folder = folder(&[("events", &events)]);
    for (name, rows) in files {
        folder.write(&format!("{name}.csv"), format!("claim,provider,person,outcome,date,checked,found\n{rows}"));
    }
    pay(&contract, &folder, "2030-12-31", more)
}

fn job() -> String {
    let job = outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10");
    job.replace("[outcome.job]", "[outcome.job]\nreported_by = \"provider\"")
}

/// One claim was found both true and false by an audit, or false twice, whatever days the rows give.
#[test]
fn audits_of_one_claim_are_counted_once_or_refused() {
    let paid = |rows: &str, more: &str| {
        let files = [("claims", rows), ("claims-2", more)];
        audited(&job(), "e1,1,job,2027-09-01\n", &files[..1 + usize::from(!more.is_empty())], &[])
    };
    let first = "c1,A,1,job,2027-09-01,2028-01-01,true\n";
    let words = ["found true and one false", "claims.csv: `found`", "row 3", "false; true in row 2", "keep only its row"];
    refuses(&paid(&(first.to_owned() + "c2,A,1,job,2027-09-01,2028-02-01,false\n"), ""), &words);
    // A day apart it is the same claim, because there is one job from one start.
    refuses(&paid(&(first.to_owned() + "c2,A,1,job,2027-09-02,2028-01-01,false\n"), ""), &words);
    refuses(&paid(first, "c2,A,1,job,2027-09-01,2028-01-01,false\n"), &["row 2", "false; true in row 2 of claims.csv"]);
    // Another person and another provider's claim are other things; a check that is not yet known is none.
    let others = first.to_owned() + "c3,A,2,job,2027-09-01,2028-01-01,false\nc4,A,1,job,2027-09-01,2031-01-01,false\n";
    says_nothing_of(&paid(&others, ""), "£5", "one was found true");
    // Found false twice, it costs its penalty once.
    for second in ["2027-09-01,2028-02-01", "2027-09-02,2028-01-01", "2027-09-02,2028-01-02", "2027-09-01,2028-01-01"] {
        let twice = format!("c1,A,2,job,2027-09-01,2028-01-01,false\nc2,A,2,job,{second},false\n");
        tells(&paid(&twice, ""), "£5", &["both were found false; the penalty is taken once", "row 3 (false; false in row 2)"]);
    }
    // From two starts there are two.
    let contract = scheme(&(job() + "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"50 %\"\npenalty = \"£5\"\n"));
    let folder = folder(&[
        ("starts", &format!("{STARTS}s4,2,A,2028-09-01\n")),
        ("events", "event,person,kind,date\ne1,1,job,2027-09-01\n"),
        (
            "claims",
            "claim,provider,person,outcome,date,checked,found\nc1,A,2,job,2027-09-01,2028-01-01,false\nc2,A,2,job,2028-09-02,2029-01-01,false\n",
        ),
    ]);
    says_nothing_of(&pay(&contract, &folder, "2030-12-31", &[]), "£0", "both were found false");
}

/// An audit says one thing and the records another.
#[test]
fn audits_that_the_records_contradict_are_refused() {
    let paid = |rows: &str, more: &[&str]| audited(&job(), "e1,1,job,2027-09-01\n", &[("claims", rows)], more);
    let (shown, none) = ("c1,A,1,job,2027-09-01,2028-01-01,false\n", "c2,A,2,job,2027-09-01,2028-01-01,true\n");
    let words = ["was found false, and the records show its result", "claims.csv: `found`", "row 2", "the penalty taken"];
    refuses(&paid(shown, &[]), &words);
    refuses(&paid(none, &[]), &["was found true, and the records do not show its result", "row 2", "true; nothing is paid"]);
    // Accepted, both are priced as they are. The audit may be wrong, and then there is no penalty; or the records, and then no result.
    let accepted = ["--accept-faults", "agreed", "--accepted-by", "Jo Park"];
    tells(&paid(shown, &accepted), "£5", &["about 1 person", "anything from -£5 to £10", "Faults accepted by Jo Park"]);
    tells(&paid(none, &accepted), "£10", &["anything from £10 to £20"]);
    // What agrees, and what is not yet known, is told of nobody.
    let agree = "c1,A,1,job,2027-09-01,2028-01-01,true\nc2,A,2,job,2027-09-01,2028-01-01,false\n";
    says_nothing_of(&paid(agree, &[]), "£5", "the records");
}

/// An audit that the contract agrees and that was never made, or of too few claims, is told once every result is known.
#[test]
fn audits_that_are_missing_are_told() {
    let three = "e1,1,job,2027-09-01\ne2,2,job,2027-09-01\ne3,3,job,2027-09-01\n";
    let claims = |checked: usize| -> String {
        let audit = |at: usize| if at <= checked { "2028-01-01,true" } else { "," };
        (1..=3).map(|at| format!("c{at},A,{at},job,2027-09-01,{}\n", audit(at))).collect()
    };
    let paid = |rows: &str| audited(&job(), three, &[("claims", rows)], &[]);
    let what = "fewer claims were checked by an audit than the contract agrees";
    // Half of three claims is one.
    tells(&paid(&claims(0)), "£30", &[what, "claims.csv: `checked`", "job: none of 3 claims was checked"]);
    says_nothing_of(&paid(&claims(1)), "£30", what);
    // The same claim twice is one.
    tells(&paid(&(claims(0) + "c1,A,1,job,2027-09-01,,\n")), "£30", &["none of 3 claims was checked"]);
    // One part of the claims in each of two files.
    let parts = [("claims", "c1,A,1,job,2027-09-01,,\n"), ("claims-2", "c2,A,2,job,2027-09-01,,\n")];
    tells(&audited(&job(), three, &parts, &[]), "£30", &["none of 2 claims was checked"]);
    // An audit that is made after the day that is asked about is none yet.
    tells(&paid(&claims(1).replace("2028-01-01", "2031-01-01")), "£30", &["none of 3 claims was checked"]);
    // Results without any claim.
    let none = "no claim is for any of them";
    tells(&paid(""), "£30", &[none, "A, job: 3 results and no claim"]);
    says_nothing_of(&audited(&job(), "", &[("claims", "")], &[]), "£0", none);
    // While somebody is not yet known, the audit may still come.
    let contract = scheme(&(job() + "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"50 %\"\npenalty = \"£5\"\n"));
    let records = folder(&[
        ("events", &format!("event,person,kind,date\n{three}")),
        ("claims", &format!("claim,provider,person,outcome,date,checked,found\n{}", claims(0))),
    ]);
    assert!(!said(&pay(&contract, &records, "2028-03-30", &[])).contains(what));
    assert!(said(&pay(&contract, &records, "2028-12-31", &[])).contains(what));
}

/// Nobody does anything after a death. What is told as if somebody had counts for nothing, and stops the run where it would count.
#[test]
fn what_happens_after_a_death_does_not_count() {
    let died = "person,died\n1,2027-08-01\n2,\n3,\n";
    let contract = reoffending();
    let paid = |events: &str| {
        let events =
            format!("event,person,kind,date,settled,about\n{events}x1,2,off,2026-01-01,,\nx2,2,conviction,2026-02-01,,x1\n");
        pay(&contract, &folder(&[("people", died), ("events", &events)]), "2030-12-31", &[])
    };
    let words = ["after the person's death, and would change a result", "events.csv: `date`", "row 2", "a day up to the death"];
    refuses(&paid("o1,1,off,2027-09-01,,\nc1,1,conviction,2027-10-01,,o1\n"), &words);
    refuses(&paid("o1,1,off,2027-07-01,,\nc1,1,conviction,2027-10-01,,o1\n"), &["events.csv: `date`", "row 3"]);
    refuses(&paid("o1,1,off,2027-07-01,2027-10-01,\n"), &["events.csv: `settled`", "row 2"]);
    // It would change nothing: proven before the death all the same, or outside every window.
    let proven = "o1,1,off,2027-07-01,2027-07-15,\nc1,1,conviction,2027-10-01,,o1\n";
    tells(&paid(proven), "£200", &["after the person's death, and does not count", "row 3"]);
    tells(&paid("o1,1,off,2028-09-01,2028-10-01,\n"), "£300", &["does not count", "row 2"]);
    // On the day of the death somebody was alive.
    says_nothing_of(&paid("o1,1,off,2027-08-01,2027-08-01,\n"), "£200", "death");

    // A spell ends with the death at the latest.
    let contract = working("counted = \"cumulative\"");
    let paid = |spell: &str, more: &[&str]| {
        let spells = format!("spell,person,kind,from,to\nj1,1,job,{spell}\n");
        pay(&contract, &folder(&[("people", died), ("spells", &spells)]), "2030-12-31", more)
    };
    refuses(&paid("2027-07-15,2028-02-01", &[]), &["spells.csv: `to`", "row 2", "A spell ends with the death"]);
    refuses(&paid("2027-07-15,", &[]), &["spells.csv: `to`", "row 2"]);
    let accepted = paid("2027-07-15,", &["--accept-faults", "agreed", "--accepted-by", "Jo Park"]);
    tells(&accepted, "£0", &["would change a result if it counted", "Faults accepted by Jo Park"]);
    // Sixty days of work before it are enough, whatever the last day of the spell.
    tells(&paid("2027-06-01,", &[]), "£100", &["does not count"]);
    says_nothing_of(&paid("2027-06-01,2027-08-02", &[]), "£100", "death");

    // A death that became known later is no death yet.
    let people = "person,died,known\n1,2027-08-01,2031-06-01\n2,,\n3,,\n";
    let spells = "spell,person,kind,from,to\nj1,1,job,2027-07-15,2028-02-01\n";
    says_nothing_of(&pay(&contract, &folder(&[("people", people), ("spells", spells)]), "2030-12-31", &[]), "£100", "death");
    // And nobody starts after one.
    let people = "person,died\n1,2027-05-31\n2,\n3,\n";
    let spells = "spell,person,kind,from,to\nj1,2,job,2027-07-15,2028-02-01\n";
    let output = pay(&contract, &folder(&[("people", people), ("spells", spells)]), "2030-12-31", &[]);
    refuses(&output, &["died before a start that counts", "people.csv", "row 2"]);
}

/// One spell in two rows, of which only one knows its end.
#[test]
fn a_spell_that_has_ended_and_goes_on_is_refused_where_it_matters() {
    let contract = working("counted = \"cumulative\"");
    let paid =
        |rows: &str| pay(&contract, &folder(&[("spells", &format!("spell,person,kind,from,to\n{rows}"))]), "2030-12-31", &[]);
    let words = [
        "goes on, and another that it has ended",
        "spells.csv: `to`",
        "row 2     2027-07-15 to no end",
        "row 3     2027-07-15 to 2027-08-01",
        "keep the row with the end",
    ];
    refuses(&paid("j1,1,job,2027-07-15,\nj2,1,job,2027-07-15,2027-08-01\n"), &words);
    // Long enough either way.
    tells(&paid("j1,1,job,2027-07-15,\nj2,1,job,2027-07-15,2027-12-01\n"), "£100", &[words[0]]);
    // Two jobs at once, of which one goes on, are two jobs.
    for (rows, sum) in [
        ("j1,1,job,2027-07-15,\nj2,1,job,2027-07-16,2027-08-01\n", "£100"),
        ("j1,1,job,2027-07-15,\nj2,2,job,2027-07-15,2027-08-01\n", "£100"),
        ("j1,1,job,2027-07-15,\nj2,1,training,2027-07-15,2027-08-01\n", "£100"),
    ] {
        says_nothing_of(&paid(rows), sum, "it has ended");
    }
    // Two ends of one spell: as it matters, and as it does not.
    let words = [
        "begin on one day and end on different days",
        "row 2     2027-07-15 to 2027-08-20",
        "row 3     2027-07-15 to 2027-12-01",
    ];
    refuses(&paid("j1,1,job,2027-07-15,2027-08-20\nj2,1,job,2027-07-15,2027-12-01\n"), &words);
    refuses(
        &paid("j1,1,job,2027-07-15,\nj2,1,job,2027-07-15,2027-08-20\nj3,1,job,2027-07-15,2027-12-01\n"),
        &["that it has ended", "row 4"],
    );
    tells(&paid("j1,1,job,2027-07-15,2027-08-20\nj2,1,job,2027-07-15,2027-08-01\n"), "£0", &words[..1]);
    tells(&paid("j1,1,job,2027-07-15,2027-11-20\nj2,1,job,2027-07-15,2027-12-01\n"), "£100", &words[..1]);
    says_nothing_of(&paid("j1,1,job,2027-07-15,2027-08-20\nj2,1,job,2027-07-16,2027-12-01\n"), "£100", "different days");
    // A day in two spells counts once, however the days are counted: 52 days from 15 July to 5 September, and 63 to 16 September.
    for counted in ["counted = \"cumulative\"", "counted = \"continuous\"\nbreaks = \"0 days\""] {
        let contract = working(counted);
        for (end, sum) in [("2027-09-05", "£0"), ("2027-09-16", "£100")] {
            let spells = format!(
                "spell,person,kind,from,to\nj1,1,job,2027-07-15,2027-08-20\nj2,1,job,2027-08-01,{end}\nj3,1,job,2027-07-20,2027-08-10\n"
            );
            pays(&pay(&contract, &folder(&[("spells", &spells)]), "2030-12-31", &[]), sum);
        }
    }
}

/// Somebody has left for good, and the spell that was left goes on.
#[test]
fn an_exit_beside_a_spell_that_goes_on_is_refused() {
    let rule = "rule = \"exit without return\"\nevents = \"completed\"\nspells = \"treatment\"\nclear = \"6 months\"";
    let contract = scheme(&outcome("left", "more", rule, "£100"));
    let paid = |spells: &str| {
        let spells = format!("spell,person,kind,from,to\nt9,3,treatment,2027-06-01,2027-07-01\n{spells}");
        let events = "event,person,kind,date\ne1,1,completed,2027-09-01\n";
        pay(&contract, &folder(&[("events", events), ("spells", &spells)]), "2030-12-31", &[])
    };
    let words = ["this spell goes on, and the person has left for good", "spells.csv: `to`", "row 3", "give the spell its end"];
    refuses(&paid("t1,1,treatment,2027-06-01,\n"), &words);
    says_nothing_of(&paid("t1,1,treatment,2027-06-01,2027-09-02\n"), "£100", "goes on");
    // Records close a spell some days late. And a spell that begins after the exit is a return.
    says_nothing_of(&paid("t1,1,treatment,2027-06-01,2027-09-20\n"), "£100", "goes on");
    says_nothing_of(&paid("t1,1,treatment,2027-10-01,\n"), "£0", "goes on");
    says_nothing_of(&paid("t1,1,treatment,2028-10-01,\n"), "£100", "goes on");
}

/// A kind that no rule uses is a result that nobody counts: it is told with its rows and the nearest kind that counts.
#[test]
fn kinds_that_no_rule_uses_are_told_with_their_rows() {
    let contract = reoffending();
    let paid = |rows: &str| {
        let events = format!("event,person,kind,date,about\n{rows}o2,2,off,2027-07-01,\nc2,2,conviction,2027-08-01,o2\n");
        pay(&contract, &folder(&[("events", &events)]), "2030-12-31", &[])
    };
    let rows = "o1,1,off,2027-07-01,\nc1,1,convicted,2027-08-01,o1\nc3,1,convicted,2027-08-02,o1\na1,1,arrest,2027-06-03,\n";
    let words = ["arrest (1 row)", "convicted (2 rows; the nearest that a rule uses is `conviction`)"];
    tells(&paid(rows), "£200", &words);
    // A conviction of something that no rule calls by this name.
    let about =
        "x1,1,offs or so,2027-07-01,\nc1,1,conviction,2027-08-01,x1\nx3,3,ofns,2027-07-01,\nc3,3,conviction,2027-08-01,x3\n";
    let words = [
        "about an event of a kind that no rule uses",
        "2 times about 2 people",
        "row 3 (offs or so)",
        "row 5 (ofns; the nearest is `off`)",
    ];
    tells(&paid(about), "£200", &words);
}

/// One event on days of two cohorts of one person.
#[test]
fn what_counts_in_two_cohorts_is_told_with_what_it_comes_to() {
    let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£100"));
    let paid = |date: &str, more: &str| {
        let starts = format!("{STARTS}s4,1,A,2028-04-02\n");
        let events = format!("event,person,kind,date\ne1,1,job,{date}\n{more}");
        pay(&contract, &folder(&[("starts", &starts), ("events", &events)]), "2030-12-31", &[])
    };
    let told = "1 result of 1 person counts in two cohorts, because the follow-up windows of one person overlap. If what happened in both \
                windows counted in the first cohort only, the sum would be £100 and not £200.";
    tells(&paid("2028-05-01", ""), "£200", &[told]);
    // In one window alone, or with another event in each.
    says_nothing_of(&paid("2028-04-01", ""), "£100", "in two cohorts");
    says_nothing_of(&paid("2028-06-01", ""), "£100", "in two cohorts");
    says_nothing_of(&paid("2028-05-01", "e2,1,job,2028-09-01\n"), "£200", "in two cohorts");
    // A failure that counts twice, and days of one spell.
    let contract = scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"job\"", "£100"));
    let starts = format!("{STARTS}s4,1,A,2028-04-02\n");
    let events = "event,person,kind,date\ne1,1,job,2028-05-01\n";
    let output = pay(&contract, &folder(&[("starts", &starts), ("events", events)]), "2030-12-31", &[]);
    tells(&output, "£200", &["the sum would be £300 and not £200."]);
    let contract = working("counted = \"cumulative\"");
    for (to, sum, again) in [("2028-06-01", "£200", true), ("2029-06-01", "£200", false), ("2028-05-05", "£100", false)] {
        let spells = format!("spell,person,kind,from,to\nj1,1,job,2028-03-01,{to}\n");
        let output = pay(&contract, &folder(&[("starts", &starts), ("spells", &spells)]), "2030-12-31", &[]);
        pays(&output, sum);
        assert_eq!(said(&output).contains("in two cohorts"), again, "{to}\n{}", said(&output));
    }
}

/// A table in several files, of which one calls a column by another name.
#[test]
fn a_column_that_one_file_has_and_another_has_not() {
    let events = "event,person,kind,date,settled,about,known\n\
                  o1,1,off,2027-07-01,2027-08-01,,2027-09-01\nx2,2,off,2026-08-01,,,\nc2,2,conviction,2027-08-01,,x2,\n";
    let contract = reoffending();
    let paid = |header: &str, row: &str| {
        let folder = folder(&[("events", events)]);
        folder.write("events-2.csv", format!("event,person,kind,date,{header}\n{row}\n"));
        pay(&contract, &folder, "2030-12-31", &[])
    };
    let lacks = "another file of this table has this column, and this file does not";
    let settled = "o3,3,off,2027-07-01,2027-08-01,,";
    pays(&paid("settled,about,known", settled), "£100");
    refuses(
        &paid("convicted,about,known", settled),
        &["events-2.csv: `settled`", lacks, "as in events.csv", "`convicted` is not read"],
    );
    refuses(&paid("settled_on,about,known", settled), &["events-2.csv: `settled`", "the nearest in this file is `settled_on`"]);
    // Events that nobody proves need no such column, and a file may know nothing of `known`.
    pays(&paid("notes,about,known", "a3,3,arrest,2027-07-01,x,,"), "£200");
    tells(&paid("settled,about", "o3,3,off,2027-07-01,2027-08-01,"), "£100", &["events-2.csv: `known`", lacks]);
    refuses(&paid("settled,about,known_on", settled), &["events-2.csv: `known`", "the nearest in this file is `known_on`"]);
    // Who is in the comparison group would be paid for.
    let starts = "start,person,provider,began,group\ns1,1,A,2027-06-01,\ns2,2,A,2027-06-01,comparison\n";
    let empty = starts.replace("comparison", "");
    for (header, starts, refused) in
        [("group", starts, false), ("grp", starts, true), ("arm", starts, true), ("grp", &empty, true), ("notes", &empty, false)]
    {
        let folder = folder(&[("events", events), ("starts", starts)]);
        folder.write("starts-2.csv", format!("start,person,provider,began,{header}\ns3,3,A,2027-06-01,comparison\n"));
        let output = pay(&contract, &folder, "2030-12-31", &[]);
        match refused {
            true => refuses(&output, &["starts-2.csv: `group`", "as in starts.csv", header]),
            false => pays(&output, if starts == empty { "£200" } else { "£0" }),
        }
    }
    // A column that a rule needs and no file has: the header that may be it is named.
    let folder = folder(&[("spells", "spell,person,kind,from,stop\nj1,1,job,2027-06-01,2027-08-01\n")]);
    let output = pay(&working("counted = \"cumulative\""), &folder, "2030-12-31", &[]);
    refuses(
        &output,
        &["spells.csv: `to`", "the rules need this column", "the nearest in this file is `stop`, which is not read"],
    );
}

/// One id in two letter cases, of a row and of a contract.
#[test]
fn ids_that_differ_only_in_letter_case_are_told() {
    let header = "invoice,contract,status,plan,outcome,period,results,price,amount\n";
    let folder = Scratch::new("invoices");
    folder.write("invoices.csv", format!("{header}i1,C1,paid,,job,Q1,1,10,10\ni2,c1,paid,,job,Q1,2,10,20\n"));
    folder.write("invoices-2.csv", format!("{header}I1,C1,paid,,job,Q2,1,10,10\nI3,D1,paid,,job,Q2,1,10,10\n"));
    let said_of = |more: &[&str]| said(&run(&[&["invoices", folder.path()], more].concat()));
    let told = said_of(&[]);
    assert!(told.contains("invoices-2.csv: `invoice`: this id differs from an earlier one only in letter case"), "{told}");
    assert!(told.contains("row 2 (I1, as in row 2 of invoices.csv)"), "{told}");
    let contracts = "The contracts C1 and c1 look like one name spelled differently, and each is added up on its own. As one contract: paid £40 in 3 lines.";
    assert!(told.contains(contracts), "{told}");
    assert!(said_of(&["--contract", "c1"]).contains(contracts), "{}", said_of(&["--contract", "c1"]));
    assert!(!said_of(&["--contract", "D1"]).contains("As one contract"), "{}", said_of(&["--contract", "D1"]));
    // A total is not added to its lines, and what may not have been known is told.
    folder.write("invoices-2.csv", format!("{header}Total,D1,paid,,,,,,60\n"));
    let told = said_of(&[]);
    assert!(told.contains("named like a sum of the others") && told.contains("row 2"), "{told}");
    folder.write("invoices-2.csv", format!("{header}I3,C1,paid,,job,Q2,1,10,10\nI4,C1,paid,,,,,,20\n"));
    assert!(said_of(&[]).contains("The line I4 of the contract C1 is the sum of its other paid lines"), "{}", said_of(&[]));
    let told = said_of(&["--known-at", "2027-03-31"]);
    let undated =
        "4 lines have nothing in `known`, and may have become known after 2027-03-31. They are counted: paid £60, planned £0.";
    assert!(told.contains(undated), "{told}");
    // A file of lines without prices cannot be checked as the others are.
    folder.write("invoices-2.csv", "invoice,contract,status,cost,amount\nI4,D1,paid,10,10\n");
    let told = said_of(&[]);
    assert!(told.contains("invoices-2.csv: `price`: another file of this table has this column"), "{told}");
    // Ids that are all written alike are not compared at all, and those of other rows are told, too.
    let contract = scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"", "£100"));
    let paid = |other: &str| {
        let events = format!("event,person,kind,date\no1,1,off,2027-07-01\n{other},2,off,2027-07-01\n");
        pay(&contract, &folder_of(&events), "2030-12-31", &[])
    };
    tells(&paid("O1"), "£100", &["only in letter case; both rows count", "row 3 (as in row 2)"]);
    says_nothing_of(&paid("o2"), "£100", "letter case");
    says_nothing_of(&paid("P1"), "£100", "letter case");
}

fn folder_of(events: &str) -> Scratch {
    folder(&[("events", events)])
}

/// One name in two spellings: areas of a contract and of starts, and the other providers of a pot.
#[test]
fn names_that_differ_only_in_spelling_are_refused() {
    let job = outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£100");
    let with_areas = |areas: &str| {
        let contract = scheme(&job);
        let text = std::fs::read_to_string(contract.0.join("scheme.toml")).expect("the scheme");
        contract.write("scheme.toml", text.replace("currency", &format!("areas = [{areas}]\ncurrency")));
        contract
    };
    for (one, other) in [("St Mary", "Saint Mary"), ("Tyne & Wear", "Tyne and Wear"), ("Stoke-on-Trent", "Stoke on Trent")] {
        let contract = with_areas(&format!("\"{one}\", \"{other}\""));
        let output = run(&["check", contract.path()]);
        let said = said(&output);
        assert!(!output.status.success() && said.contains("appears twice") && said.contains(one), "{said}");
        // In the records the nearest name is given.
        let starts = format!("start,person,provider,began,area\ns1,1,A,2027-06-01,{other}\ns2,2,A,2027-06-01,{one}\n");
        let folder = folder(&[("starts", &starts), ("events", "event,person,kind,date\ne1,1,job,2027-09-01\n")]);
        let output = pay(&with_areas(&format!("\"{one}\", \"Hill\"")), &folder, "2030-12-31", &[]);
        refuses(&output, &["the scheme has no area with this name", "row 2", &format!("write `{one}`")]);
    }
    let pot = "[pay.pot]\nclause = \"points payment\"\nindicators = [{ outcome = \"job\", points = 60, none_at = \"0%\", all_at = \"100%\" }]\n\
               pot = \"£600\"\nothers = \"others.csv\"\nmeasured_over = \"each year\"\n";
    let contract = scheme(&(job.clone() + pot));
    let folder = folder(&[("events", "event,person,kind,date\ne1,1,job,2027-09-01\n")]);
    let paid = |rows: &str| {
        contract.write("others.csv", format!("provider,points\n{rows}"));
        pay(&contract, &folder, "2030-12-31", &[])
    };
    for (one, other) in [("Brook & Son", "Brook and Son"), ("Brook Trust", "BROOK TRUST LTD"), ("St. Mary's", "Saint Marys")] {
        let output = paid(&format!("{one},60\n{other},60\n"));
        refuses(&output, &["is there twice for the same time and area", "rows 2 and 3"]);
    }
    refuses(&paid("A Ltd,60\n"), &["others.csv, row 2", "is paid by `pot` itself"]);
    // A slip may be another provider, and `check` and `pay` say so. Another number is another provider.
    let slip = paid("Brook House,30\nBrok House,30\n");
    assert!(
        slip.status.success() && said(&slip).contains("others.csv of the contract: two other providers have nearly"),
        "{}",
        said(&slip)
    );
    let checked = |rows: &str| {
        contract.write("others.csv", format!("provider,points\n{rows}"));
        said(&run(&["check", contract.path()]))
    };
    assert!(checked("Brook House,30\nBrok House,30\n").contains("two other providers have nearly the same name, and both count"));
    assert!(!checked("Trust 1,30\nTrust 2,30\n").contains("nearly the same name"));
}

/// Rows are rows in every message.
#[test]
fn messages_of_a_tally_speak_of_rows() {
    let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£100"));
    contract.write("t.csv", "cohort,people,job\n2027-04 to 2028-03,3,1\n2027-04 to 2028-03,3,1\n");
    let file = contract.0.join("t.csv").display().to_string();
    let output = run(&["pay", contract.path(), "--tally", &file, "--provider", "A", "--as-at", "2030-12-31"]);
    refuses(&output, &["there is already a row for this area, cohort and segment", "rows 2 and 3"]);
    assert!(!said(&output).contains("line"), "{}", said(&output));
}

/// Of amounts of which less is better, a lost row pays more: only a count by the agency can show it.
#[test]
fn a_lost_amount_that_would_pay_more_is_told_unless_counts_are_stated() {
    let contract = |better: &str| {
        scheme(&format!(
            "[outcome.cost]\nmeasure = \"x\"\nkind = \"amount\"\nunit = \"£\"\nbetter = \"{better}\"\nmost = 1000\nwindow = \"12 months\"\n\
             baseline = \"100 per person\"\n[outcome.cost.measured]\nrule = \"sum within\"\nevents = \"bed\"\nadds_up = \"units\"\n\
             [pay.cost]\nclause = \"bonus\"\noutcome = \"cost\"\nabove = \"5%\"\nper = \"unit\"\nprice = \"£1\"\n"
        ))
    };
    let measured = |better: &str, coverage: &str| {
        let events = "event,person,kind,date,amount\ne1,1,bed,2027-09-01,100\n";
        let folder = folder(&[("events", events), ("coverage", coverage)]);
        said(&run(&["measure", contract(better).path(), folder.path(), "--as-at", "2030-12-31"]))
    };
    let word = "a missing row of this kind counts as a good result";
    let told = measured("fewer", COVERED).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(word) && told.contains(": bed"), "{told}");
    let counted = "table,kind,until,count\nevents,bed,2030-12-31,1\n";
    assert!(!measured("fewer", counted).contains(word), "{}", measured("fewer", counted));
    assert!(!measured("more", COVERED).contains(word), "{}", measured("more", COVERED));
}

/// A slip in the year takes a row out of every window. Where the agency says how far its rows are complete, a row dated long after
/// that day is set aside and stops the run; a late row, and one of another kind, does not.
#[test]
fn a_row_dated_long_after_the_last_complete_day_is_not_passed_over() {
    let paid = |date: &str, kind: &str, more: &[&str]| {
        let events = format!("event,person,kind,date\ne1,1,job,2027-09-01\ne2,2,{kind},{date}\n");
        let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10"));
        pay(&contract, &folder(&[("events", &events)]), "2030-12-31", more)
    };
    let what = "more than a year after the last complete day and the day that is asked about";
    let words = [what, "events.csv: `date`", "row 3", "2072-09-01", "a day up to 2032-01-01", "`until` of coverage"];
    refuses(&paid("2072-09-01", "job", &[]), &words);
    tells(&paid("2072-09-01", "job", &["--accept-faults", "typing slip", "--accepted-by", "Jo Park"]), "£10", &[what]);
    says_nothing_of(&paid("2032-01-01", "job", &[]), "£10", what);
    says_nothing_of(&paid("2072-09-01", "interview", &[]), "£10", what);

    let spells = |from: &str| {
        let spells = format!("spell,person,kind,from,to\ns1,1,job,2027-09-01,2028-01-01\ns2,2,job,{from},\n");
        pay(&working("counted = \"cumulative\""), &folder(&[("spells", &spells)]), "2030-12-31", &[])
    };
    refuses(&spells("2072-09-01"), &[what, "spells.csv: `from`", "row 3"]);
    says_nothing_of(&spells("2031-09-01"), "£100", what);

    // Without that statement, the day of such a row is told, because the table seems to reach it.
    let nothing_stated = |date: &str| {
        let events = format!("event,person,kind,date\ne1,1,job,2027-09-01\ne2,2,job,2028-03-01\ne3,2,job,{date}\n");
        let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10"));
        let folder = records(&[("people", PEOPLE), ("starts", STARTS), ("events", &events)]);
        said(&pay(&contract, &folder, "2079-12-31", &[])).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let lonely = "it is more than a year after all others";
    assert!(nothing_stated("2072-09-01").contains(lonely), "{}", nothing_stated("2072-09-01"));
    assert!(!nothing_stated("2028-12-01").contains(lonely));
}

/// What was known before it happened is told: it was planned, or one of the days is wrong.
#[test]
fn what_was_known_before_it_happened_is_told() {
    let paid = |known: &str| {
        let events = format!("event,person,kind,date,known\ne1,1,job,2027-09-01,{known}\n");
        let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10"));
        pay(&contract, &folder(&[("events", &events)]), "2030-12-31", &[])
    };
    tells(&paid("2027-08-31"), "£10", &["it became known before it happened", "row 2", "2027-08-31"]);
    says_nothing_of(&paid("2027-09-01"), "£10", "before it happened");
    says_nothing_of(&paid(""), "£10", "before it happened");
}

/// A kind is a kind whatever its name, also one that is a number or stands for none in other columns.
#[test]
fn a_kind_of_any_name_that_no_rule_uses_is_told() {
    let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10"));
    for kind in ["0", "00", "-", "7", "other"] {
        let events = format!("event,person,kind,date\ne1,1,{kind},2027-09-01\ne2,2,job,2027-09-01\n");
        let output = pay(&contract, &folder(&[("events", &events)]), "2030-12-31", &[]);
        let said = said(&output);
        assert!(said.contains("kind") && said.contains(kind), "{kind}\n{said}");
    }
}

/// A spell that ends in the far future has not ended, or its year is wrong.
#[test]
fn ends_in_the_far_future_are_told() {
    let spells = |to: &str| format!("spell,person,kind,from,to\ns1,1,job,2027-08-01,{to}\ns2,2,job,2027-08-01,2027-08-05\n");
    let paid = |to: &str| pay(&working("counted = \"cumulative\"\n"), &folder(&[("spells", &spells(to))]), "2030-12-31", &[]);
    for far in ["2041-01-02", "2127-08-20"] {
        tells(&paid(far), "£100", &["spells.csv: `to`: it ends more than ten years after the day that is asked about", "row 2"]);
    }
    for end in ["", "2031-06-30"] {
        says_nothing_of(&paid(end), "£100", "ten years");
    }
}

/// Where some starts say that they are served, one that says nothing may be either. Where none does, an empty cell is served.
#[test]
fn a_start_that_does_not_say_its_group_among_others_that_do() {
    let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10"));
    let paid = |groups: [&str; 3]| {
        let rows = (1..=3).zip(groups).map(|(at, group)| format!("s{at},{at},A,2027-06-01,{group}\n"));
        let starts = format!("start,person,provider,began,group\n{}", rows.collect::<String>());
        let events = "event,person,kind,date\ne1,1,job,2027-09-01\ne2,2,job,2027-09-01\n";
        pay(&contract, &folder(&[("starts", &starts), ("events", events)]), "2030-12-31", &[])
    };
    refuses(&paid(["served", "", "comparison"]), &["starts.csv: `group`", "row 3", "write `served` or `comparison`"]);
    says_nothing_of(&paid(["", "", "comparison"]), "£20", "group");
    says_nothing_of(&paid(["served", "served", "comparison"]), "£20", "say to which group");
}

/// Days that systems write where there is none.
#[test]
fn the_first_day_of_a_calendar_is_told() {
    let contract = scheme(&outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10"));
    let paid = |day: &str| {
        let events = format!("event,person,kind,date\ne1,1,job,2027-09-01\ne2,2,job,{day}\n");
        pay(&contract, &folder(&[("events", &events)]), "2030-12-31", &[])
    };
    for day in ["1970-01-01", "1900-01-01"] {
        tells(&paid(day), "£10", &["many systems write this day where the day is not known", "row 3"]);
    }
    says_nothing_of(&paid("1970-01-02"), "£10", "many systems");
}
