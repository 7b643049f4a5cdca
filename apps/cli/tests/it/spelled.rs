//! Words in two spellings where rows are counted by them: kinds of work and needs of several agencies, contracts and plans of invoices,
//! and the providers of lots. And claims whose day, provider or amount fits nothing.

use crate::silent::{outcome, pay, records, refuses, scheme};
use crate::wellspent::{Scratch, run, said};

/// What a command says, without line breaks.
fn told(arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(arguments);
    (output.status.code(), said(&output).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// What `duplication` says of two agencies that each have one row about one person: kind and class of each.
fn work([one, other]: [(&str, &str); 2], more: &str) -> (Option<i32>, String) {
    let folder = Scratch::new("spelled-work");
    for (agency, (kind, class)) in [("a", one), ("b", other)] {
        folder.write(&format!("{agency}/people.csv"), "person\n1\n");
        let row = format!("e1,1,{kind},2026-0{}-01,{class}\n", if agency == "a" { 1 } else { 2 });
        folder.write(&format!("{agency}/events.csv"), format!("event,person,kind,date,class\n{row}"));
    }
    folder.write("persons.csv", "agency,id,person\na,1,X\nb,1,X\n");
    let shows = "shows = [\"events\", \"spells\", \"contacts\", \"people\"]\nfrom = 2026-01-01\nuntil = 2199-12-31\n";
    folder.write("purposes.toml", format!("[purpose.j]\nwhy = \"x\"\nlegal_basis = \"y\"\nagencies = [\"a\", \"b\"]\n{shows}"));
    if !more.is_empty() {
        folder.write("duplication.toml", more);
    }
    told(&["duplication", folder.path(), "--purpose", "j", "--as-at", "2026-06-30", "--asked-by", "Jo Park"])
}

#[test]
fn work_in_two_spellings_is_never_done_once() {
    let (code, right) = work([("assessment", "housing"), ("assessment", "housing")], "");
    assert_eq!(code, Some(0), "{right}");
    assert!(!right.contains("look like") && !right.contains("two spellings"), "{right}");
    for need in ["Housing", "housing ", "HOUSING", "hous\u{ad}ing"] {
        let (code, said) = work([("assessment", "housing"), ("assessment", need)], "");
        let same = need.trim() == "housing";
        assert_eq!(code == Some(0), same, "{need}: {said}");
        assert!(
            same || said.contains("b/events") && said.contains("one need in two spellings") && said.contains("row 2"),
            "{said}"
        );
    }
    let (code, said) = work([("assessment", "housing"), ("assessment", "housin")], "");
    assert!(code == Some(0) && said.contains("two needs of one kind of work look like one"), "{said}");
    for kind in ["assessments", "Assessment", "assesment", "assessment : x"] {
        let (code, said) = work([("assessment", "housing"), (kind, "housing")], "");
        let right = kind.starts_with("assessment :");
        assert_eq!(code == Some(0), right, "{kind}: {said}");
        assert!(right || said.contains("spelled differently") && said.contains("other_kinds = ["), "{said}");
    }
    let other = "other_kinds = [\"assessments\"]\n";
    assert_eq!(work([("assessment", "housing"), ("assessments", "housing")], other).0, Some(0));
    // An agency whose department is spelled in another way than its folder would be its own department.
    let (code, said) = work([("assessment", "housing"), ("assessment", "housing")], "[department]\nA = \"Council\"\n");
    assert!(code != Some(0) && said.contains("spells an agency differently from its folder"), "{said}");
    let (_, said) = work([("visit", "housing"), ("call", "housing")], "");
    assert!(said.contains("No agency has a row of a kind that counts as \"assessment\""), "{said}");
}

#[test]
fn contracts_and_plans_in_two_spellings_are_told() {
    let folder = Scratch::new("spelled-invoices");
    let header = "invoice,contract,status,plan,outcome,period,results,price,amount\n";
    let rows = "I1,Care leavers,planned,Plan 1,job,2024,3,100,300\nI2,Care leavers,planned,plan-1,job,2025,3,100,300\n\
                I3,Care leavers,paid,,job,2024,3,100,300\nI4,Care-leavers,paid,,job,2025,3,100,300\nI5,Care leavers,planned,Plan 2,job,2026,3,100,300\n";
    folder.write("invoices.csv", format!("{header}{rows}"));
    let (code, said) = told(&["invoices", folder.path()]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("The contracts Care leavers and Care-leavers look like one name spelled differently"), "{said}");
    assert!(said.contains("The plans Plan 1 and plan-1 of the contract Care leavers look like one name"), "{said}");
    assert!(said.contains("As one plan: £600 in 2 lines") && !said.contains("Plan 2 and"), "{said}");
}

#[test]
fn lots_count_each_subcontractor_once_and_never_the_holder() {
    let folder = Scratch::new("spelled-lots");
    folder.write("lots.csv", "lot,provider,region\nL1,Acme,North\nL2,Acme Ltd,North\nL3,Cedar,South\n");
    folder.write("subcontracts.csv", "subcontract,lot,provider\nS1,L1,Acme\nS2,L1,Brook\nS3,L1,Brook\nS4,L3,Brook\n");
    let (code, said) = told(&["lots", folder.path()]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 subcontracts with 1 provider"), "{said}");
    assert!(said.contains("subcontracts, row 2: Acme holds the lot L1 itself"), "{said}");
    assert!(said.contains("row 4: Brook is a subcontractor of the lot L1 in row 3 too"), "{said}");
    assert!(said.contains("The providers Acme and Acme Ltd look like one name spelled differently"), "{said}");
}

/// Claims of an outcome with a price of £10 and an audit with a penalty of £5, beside jobs of person 1.
fn with_claims(claims: &str, more: &[&str]) -> (Scratch, Scratch, std::process::Output) {
    let job = outcome("job", "more", "rule = \"any within\"\nevents = \"job\"", "£10");
    let job = job.replace("[outcome.job]", "[outcome.job]\nreported_by = \"provider\"");
    let contract = scheme(&(job + "[pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"50 %\"\npenalty = \"£5\"\n"));
    let events = "event,person,kind,date\ne1,1,job,2027-09-01\nx9,3,job,2026-09-01\n";
    let claims = format!("claim,provider,person,outcome,date,checked,found,amount\n{claims}");
    let coverage = "table,kind,until\nevents,,2030-12-31\n";
    let folder = records(&[
        ("people", crate::silent::PEOPLE),
        ("starts", crate::silent::STARTS),
        ("coverage", coverage),
        ("events", events),
        ("claims", &claims),
        ("providers", "provider\nA\nB\n"),
    ]);
    let output = pay(&contract, &folder, "2030-12-31", more);
    (contract, folder, output)
}

#[test]
fn a_false_claim_that_fits_no_start_is_told_with_its_row_and_effect() {
    let paid = |claims: &str, more: &[&str]| with_claims(claims, more).2;
    let right = said(&paid("c1,A,2,job,2027-09-01,2028-01-01,false,\n", &[]));
    let accepted = ["--accept-faults", "agreed", "--accepted-by", "Jo Park"];
    for (claim, column, what) in [
        ("c1,A,2,job,2017-09-01,2028-01-01,false,\n", "`date`", "before the person's first start with the provider"),
        ("c1,B,2,job,2027-09-01,2028-01-01,false,\n", "`provider`", "no start with this provider"),
    ] {
        let words = [what, "claims.csv", column, "row 2", "found false; no penalty is taken for it"];
        refuses(&paid(claim, &[]), &words);
        let output = said(&paid(claim, &accepted));
        assert!(output.contains("anything from £5"), "{claim}: {output}\n{right}");
        // A true one changes nothing.
        let told = said(&paid(&claim.replace("false", "true"), &[]));
        assert!(told.contains("nothing depends on it") || told.contains(what), "{told}");
    }
}

/// What each such claim may change is added up, whether it is one or several of one kind.
#[test]
fn false_claims_that_fit_no_start_are_each_counted_in_the_effect() {
    let accepted = ["--accept-faults", "agreed", "--accepted-by", "Jo Park"];
    let claims = |count: usize| -> String {
        (1..=count).map(|at| format!("c{at},A,{at},job,2017-09-0{at},2028-01-01,false,\n")).collect()
    };
    for (count, least) in [(1, "-£5"), (2, "-£10"), (3, "-£15")] {
        let (contract, folder, output) = with_claims(&claims(count), &accepted);
        let output = said(&output);
        assert!(output.contains(&format!("anything from {least} to ")), "{count}: {output}");
        drop((contract, folder));
    }
}

/// A row of one of several files is told with its file.
#[test]
fn rows_of_claims_have_their_file() {
    let claims = "c1,A,1,job,2027-09-01,,,10.00\nc2,A,3,job,2017-09-01,,,\n";
    let (contract, folder, _) = with_claims(claims, &[]);
    let header = "claim,provider,person,outcome,date,checked,found,amount\n";
    folder.write("claims-2.csv", format!("{header}c3,A,2,job,2017-09-01,,,\nc4,A,2,job,2027-09-01,,,12\n"));
    let (_, said) = told(&["claims", contract.path(), folder.path(), "--as-at", "2030-12-31"]);
    assert!(said.contains("2 claims fit no start, in row 2 of claims-2.csv and row 3 of claims.csv: the day"), "{said}");
    assert!(said.contains("row 3 of claims-2.csv claims £12, and the contract pays £10"), "{said}");
}

#[test]
fn amounts_of_claims_are_compared_with_the_price_of_the_result() {
    let claims =
        "c1,A,1,job,2027-09-01,,,10.00\nc2,A,2,job,2027-09-01,,,999999\nc3,A,3,job,2027-09-01,,,\nc4,A,3,job,2017-09-01,,,10\n";
    let (contract, folder, _) = with_claims(claims, &[]);
    let (_, said) = told(&["claims", contract.path(), folder.path(), "--as-at", "2030-12-31"]);
    assert!(
        said.contains("1 claim of A for job has another amount than the contract pays for the result: row 3 claims £999,999"),
        "{said}"
    );
    assert!(said.contains("the contract pays £10"), "{said}");
    assert!(said.contains("1 claim fits no start, in row 5 of the claims: the day is before the person's first start"), "{said}");
}
