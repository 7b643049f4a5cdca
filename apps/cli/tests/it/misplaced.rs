//! Values that are in the wrong row, blank, or of the wrong sign or size, and households that cannot be: they are told or refused, and
//! harmless ones pay as before.

use std::process::Output;

use crate::silent::{PEOPLE, STARTS, outcome, pay, pays, records, scheme};
use crate::wellspent::{Scratch, said};

const COVERED: &str = "table,kind,until,count\nevents,,2030-12-31,\n";

/// What a contract pays on events, beside the usual people and starts.
fn paid(contract: &Scratch, events: &str) -> Output {
    let tables = [("people", PEOPLE), ("starts", STARTS), ("coverage", COVERED), ("events", events)];
    pay(contract, &records(&tables), "2030-12-31", &[])
}

/// The output on one line, so that a sentence is found wherever its lines end.
fn told(output: &Output) -> String {
    said(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tells(output: &Output, sum: &str, words: &[&str]) {
    pays(output, sum);
    words.iter().for_each(|word| assert!(told(output).contains(word), "{word}\n{}", told(output)));
}

fn refuses(output: &Output, words: &[&str]) {
    assert!(!output.status.success() && output.stdout.is_empty(), "{}", told(output));
    words.iter().for_each(|word| assert!(told(output).contains(word), "{word}\n{}", told(output)));
}

fn says_nothing_of(output: &Output, sum: &str, word: &str) {
    pays(output, sum);
    assert!(!told(output).contains(word), "{word}\n{}", told(output));
}

/// Reoffending that is proven by a conviction, and offences counted by what settled them.
fn proven(more: &str, each: &str) -> Scratch {
    let rule = format!("events = \"off\"\nproven_by = \"conviction\"\n{more}");
    scheme(&format!(
        "[outcome.re]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n[outcome.re.measured]\nrule = \
         \"any within\"\n{rule}\n[outcome.often]\nmeasure = \"x\"\nkind = \"frequency\"\nof = \"re\"\nbetter = \"fewer\"\nwindow = \"12 \
         months\"\nbaseline = \"1 per person\"\n[outcome.often.measured]\nrule = \"count within\"\n{rule}\neach = \"{each}\"\n\
         [pay.often]\nclause = \"tariff\"\noutcome = \"often\"\nper = \"event\"\nreward = \"£100\"\ndeduction = \"£100\"\nmeasured_over \
         = \"each cohort\"\n"
    ))
}

/// Two offences of one person and one of another, each with its conviction: the cells `class,settled,disposal` of each row.
fn offences(of: [[&str; 2]; 3]) -> String {
    let mut out = "event,person,kind,date,about,class,settled,disposal\n".to_owned();
    for (at, [offence, conviction]) in of.iter().enumerate() {
        let person = 1 + at / 2;
        out += &format!("o{at},{person},off,2027-09-0{},,{offence}\n", at + 1);
        out += &format!("c{at},{person},conviction,2027-10-0{},o{at},{conviction}\n", at + 1);
    }
    out
}

/// The rules read class, disposal and `settled` in the row of the event. In that of its conviction they change nothing.
#[test]
fn values_in_the_row_of_the_proof_are_refused_or_told() {
    let by_class = proven("except = [\"breach\"]", "event");
    let on_proof = "a proof has a class that the rules leave out, and its event has not";
    let only_proofs = offences([["theft,,", "breach,,"], ["theft,,", "theft,,"], ["theft,,", ",,"]]);
    refuses(
        &paid(&by_class, &only_proofs),
        &["a proof has a class", "events: `class`", "1 row; events with one of their own: 0"],
    );
    let both = offences([[",,", "breach,,"], ["breach,,", ",,"], ["theft,,", "theft,,"]]);
    tells(&paid(&by_class, &both), "£100", &[on_proof, "1 row; events with one of their own: 1"]);
    for harmless in [["breach,,", "breach,,"], ["breach,,", ",,"], ["breach,,", "guilty,,"]] {
        says_nothing_of(&paid(&by_class, &offences([harmless, harmless, ["theft,,", "plea,,"]])), "£200", "a proof has");
    }

    let by_disposal = proven("", "disposal");
    let on_proof = "a proof has a disposal, and its event has none";
    let only_proofs = offences([[",,", ",,D1"], [",,", ",,D1"], [",,", ",,D2"]]);
    refuses(&paid(&by_disposal, &only_proofs), &[on_proof, "events: `disposal`", "3 rows; events with one of their own: 0"]);
    let both = offences([[",,D1", ",,D1"], [",,D1", ",,D1"], [",,", ",,D2"]]);
    tells(&paid(&by_disposal, &both), "£100", &[on_proof, "1 row; events with one of their own: 2"]);
    says_nothing_of(&paid(&by_disposal, &offences([[",,D1", ",,D1"]; 3])), "£100", "a proof has");
    // No rule reads disposals here, or classes.
    let by_event = proven("", "event");
    says_nothing_of(&paid(&by_event, &offences([["theft,,", "breach,,D1"]; 3])), "£0", "a proof has");

    // The day of a conviction is its date. Another one in `settled` is told, because it may be the day that was meant.
    let on_proof = "a proof has another day in `settled` than its own";
    let settled = |day: &str| paid(&by_event, &offences([[",,", &format!(",{day},")]; 3]));
    tells(&settled("2029-10-01"), "£0", &[on_proof, "3 rows; events with one of their own: 0"]);
    says_nothing_of(&settled(""), "£0", on_proof);
    says_nothing_of(&paid(&by_event, &offences([[",2027-11-01,", ",2029-10-01,"]; 3])), "£0", on_proof);
    let same_day = offences([[",,", ",2027-10-01,"], [",,", ",2027-10-02,"], [",,", ",2027-10-03,"]]);
    says_nothing_of(&paid(&by_event, &same_day), "£0", on_proof);
}

/// Where a class decides whether an event counts, an event without one counts whatever it was.
#[test]
fn rows_without_a_class_among_others_are_told() {
    let contract = scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"\nexcept = [\"breach\"]", "£100"));
    let with = |class: &str| {
        let row = |at: usize, class: &str| format!("e{at},{at},off,2027-09-01,{class}\n");
        paid(&contract, &format!("event,person,kind,date,class\n{}{}{}", row(1, "breach"), row(2, "theft"), row(3, class)))
    };
    for blank in ["", "N/A", "-", "unknown", "not applicable"] {
        let words = [
            "some rows have no class",
            "events.csv: `class`",
            "1 of 3 rows",
            "1 row of 1 person has no class; all count. If all were of a class that the rules leave out, the sum would be £200 and not £100.",
        ];
        tells(&with(blank), "£100", &words);
    }
    // A slip or a new code counts like any other class, and is told.
    tells(&with("theft"), "£100", &["no rule names these classes, and their rows count", "theft (2 rows)"]);
    says_nothing_of(&with("theft"), "£100", "have no class");
    says_nothing_of(&with("breach"), "£200", "have no class");
    // Rows of other kinds need none.
    let other = "event,person,kind,date,class\ne1,1,off,2027-09-01,breach\ne2,2,interview,2027-09-01,\n";
    says_nothing_of(&paid(&contract, other), "£300", "have no class");
}

/// A contract that counts households of two, and starts of people in households.
fn households(of: &[String]) -> Output {
    let household = "rule = \"household\"\noutcome = \"job\"\nmembers = \"any\"";
    let job = "[outcome.job]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n[outcome.job.measured]\n\
               rule = \"any within\"\nevents = \"job\"\n";
    let contract = scheme(&(job.to_owned() + &outcome("home", "more", household, "£100")));
    let text = std::fs::read_to_string(contract.0.join("scheme.toml")).expect("a scheme");
    contract.write("scheme.toml", text.replace("people = \"3 people\"\n", "people = 12\nhousehold_size = \"2 per household\"\n"));
    let (mut people, mut starts) = ("person\n".to_owned(), "start,person,provider,began,household\n".to_owned());
    for (at, household) in of.iter().enumerate() {
        people += &format!("{at}\n");
        starts += &format!("s{at},{at},A,2027-06-01,{household}\n");
    }
    let events = "event,person,kind,date\ne1,0,job,2027-09-01\n";
    let tables = [("people", &people[..]), ("starts", &starts), ("coverage", COVERED), ("events", events)];
    pay(&contract, &records(&tables), "2030-12-31", &[])
}

/// Each household counts once, so one that joins strangers, or that divides families, pays another sum.
#[test]
fn households_that_cannot_be_are_told_and_damaged_ids_refused() {
    let of = |size: usize, people: usize| (0..people).map(|at| format!("H{}", at / size)).collect::<Vec<_>>();
    let (far, large) = ("households are far larger or smaller than the contract expects", "one household is far larger");
    says_nothing_of(&households(&of(2, 12)), "£100", "household is far");
    says_nothing_of(&households(&of(2, 12)), "£100", far);
    tells(&households(&of(1, 12)), "£100", &[far, "starts: `household`", "1.00: 12 people in 12 households"]);
    tells(&households(&of(6, 12)), "£100", &[far, "6.00: 12 people in 2 households"]);
    says_nothing_of(&households(&of(1, 6)), "£100", far);
    tells(&households(&of(60, 60)), "£100", &[far, large, "60 people; the next largest has 0"]);
    let institution: Vec<String> = of(2, 60).into_iter().chain((0..13).map(|_| "home".to_owned())).collect();
    tells(&households(&institution), "£100", &[large, "13 people; the next largest has 2"]);
    says_nothing_of(&households(&institution[..72]), "£100", large);
    let mut spelled = of(2, 12);
    spelled[7] = "h3".to_owned();
    let words = ["differs from another only in letter case", "starts.csv: `household`", "row 9", "the other is in row 8"];
    refuses(&households(&spelled), &words);
    let damaged: Vec<String> = of(2, 11).into_iter().chain(["H\u{fffd}".to_owned()]).collect();
    refuses(&households(&damaged), &["a letter that could not be read", "starts.csv: `household`", "row 13"]);
}

#[test]
fn damaged_ids_are_refused_in_any_column_of_ids() {
    let contract = scheme(&outcome("re", "fewer", "rule = \"any within\"\nevents = \"off\"", "£100"));
    let events = "event,person,kind,date\ne\u{fffd},1,off,2027-09-01\n";
    refuses(&paid(&contract, events), &["a letter that could not be read", "events.csv: `event`", "row 2"]);
    let named = "event,person,kind,date\ne1,M\u{fffd}ller,off,2027-09-01\n";
    let people = format!("{PEOPLE}M\u{fffd}ller\n");
    let tables = [("people", &people[..]), ("starts", STARTS), ("coverage", COVERED), ("events", named)];
    let output = pay(&contract, &records(&tables), "2030-12-31", &[]);
    refuses(&output, &["a letter that could not be read", "people.csv: `person`", "row 5"]);
    assert!(!said(&output).contains("ller"), "{}", said(&output));
}

/// Days in a bed, of which fewer are better, for a price of each one below 100 for each person.
fn beds(amounts: &[&str]) -> Output {
    let contract = scheme(
        "[outcome.beds]\nmeasure = \"x\"\nkind = \"amount\"\nunit = \"days\"\nbetter = \"fewer\"\nmost = 600\nwindow = \"12 months\"\n\
         baseline = \"100 per person\"\n[outcome.beds.measured]\nrule = \"sum within\"\nevents = \"bed\"\nadds_up = \"units\"\n\
         [pay.beds]\nclause = \"tariff\"\noutcome = \"beds\"\nper = \"unit\"\nreward = \"£1\"\ndeduction = \"£1\"\nmeasured_over = \
         \"each cohort\"\n",
    );
    let mut events = "event,person,kind,date,amount\n".to_owned();
    for (at, amount) in amounts.iter().enumerate() {
        events += &format!("e{at},{},bed,2027-09-{:02},{amount}\n", 1 + at % 3, 1 + at);
    }
    paid(&contract, &events)
}

/// Less is better, so an amount with the wrong sign is paid for.
#[test]
fn amounts_below_zero_are_told_and_turned_ones_refused() {
    let (below, turned) = ("this amount is below zero", "more amounts of this kind are below zero than above it");
    says_nothing_of(&beds(&["60", "60", "60", "20", "20", "20"]), "£60", "below zero");
    tells(&beds(&["60", "60", "60", "20", "20", "-20"]), "£100", &[below, "events.csv: `amount`", "row 7"]);
    let output = beds(&["-60", "-60", "-60", "-20", "-20", "-20"]);
    refuses(&output, &[turned, "events.csv: `amount`", "bed: 6 below, 0 above"]);
    // Few rows may be corrections of amounts from before.
    tells(&beds(&["60", "-10", "-10"]), "£240", &[below]);
}

/// One amount that is far too large takes the whole sum.
#[test]
fn amounts_that_are_far_too_large_are_told() {
    let (limit, usual) = ("more than a thousand times the most that counts", "about a thousand times the usual one");
    let all = ["999999999"; 3];
    tells(&beds(&all), "-£1,500", &[limit, "row 2"]);
    assert!(!told(&beds(&all)).contains(usual));
    tells(&beds(&["60", "60", "60", "20", "20", "80000"]), "-£460", &[usual, "bed: 1 of 6 rows"]);
    says_nothing_of(&beds(&["1", "60", "600", "20", "20", "600"]), "-£401", "thousand");
}
