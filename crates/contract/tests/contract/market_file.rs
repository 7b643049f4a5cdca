//! What is said of a market file that is wrong, and of one that a careful reader would ask about.

use base::problem::Severity;

use crate::market_allocation::files;

const GOOD: &str = "market = \"M\"\n[lot.all]\n[award]\nkind = \"framework\"\nplaces = 3\n[allocation]\nby = \"performance\"\n\
                    period = \"3 months\"\npower = 1\nleast_people = 100\nnew_entrant = \"10%\"\nshare_cap = \"50%\"\n\
                    [entry]\nrequirements = [\"A trained team\"]\ncost_to_meet = \"£20,000\"\ncost_of_bid = \"£5,000\"\n\
                    [exit]\nnotice = \"6 months\"\nstep_in_cover = \"50%\"\n\
                    [bond]\namount = \"£10,000\"\nforfeited_when = \"The provider leaves without notice\"\n\
                    [information]\nbarrier = [\"Names of local employers\"]\n";
const TABLE: &str = "provider,lot,capacity\nacorn,all,40\nbeech,all,40\ncedar,all,40\n";

/// Everything said of a market, and whether it can be used.
fn said(market: &str, providers: &str) -> (String, bool) {
    let files = files(market, providers);
    let checked = contract::check(&files);
    let of_market = checked.problems.iter().filter(|problem| problem.file != "scheme.toml");
    let texts: String = of_market.clone().map(|problem| problem.render("", &files.sources)).collect();
    let wrong = of_market.filter(|problem| problem.severity == Severity::Error).count();
    assert_eq!(checked.market.is_none(), wrong > 0, "{texts}");
    (texts, wrong > 0)
}

#[test]
fn a_good_file_has_no_problems() {
    assert_eq!(said(GOOD, TABLE), (String::new(), false));
}

/// Each mistake: what is replaced by what, and words of the message. Each says where, what was expected and what to do.
#[test]
fn each_mistake_has_a_helpful_message() {
    let in_file = [
        ("[award]\nkind = \"framework\"\nplaces = 3\n", "", "add a table: [award]"),
        ("\"framework\"", "\"frame\"", "\"single award\" or \"framework\" or \"licence\""),
        ("places = 3\n", "", "the lot `all` does not say how many providers may hold it"),
        ("places = 3", "places = 0", "from 1 to 1,000"),
        ("\"framework\"", "\"licence\"", "remove `places`, or write kind = \"framework\""),
        ("places = 3", "places = 2", "3 providers on 2020-01-01"),
        ("\"framework\"\nplaces = 3", "\"single award\"", "several providers hold it at the same time"),
        ("[lot.all]\n", "", "add a table: [lot]"),
        ("[lot.all]\n", "[lot.all]\nsegments = [\"c\"]\n", "the contract has no such segment"),
        ("[lot.all]\n", "[lot.all]\nsegments = [\"a\", \"a\"]\n", "the segment `a` appears twice"),
        ("[lot.all]\n", "[lot.all]\n[lot.more]\nsegments = [\"b\"]\n", "have an area and a segment in common"),
        ("[lot.all]\n", "[lot.all]\n[lot.ALL]\nsegments = [\"b\"]\n", "the lot `ALL` appears twice"),
        ("[lot.all]\n", "[lot.all]\nsize = 3\n", "docs/market-file.md"),
        ("by = \"performance\"", "by = \"chance\"", "`by` has a value that is not known"),
        ("by = \"performance\"", "by = \"user choice\"", "fallback = "),
        ("period = \"3 months\"\n", "", "add a line: period = "),
        ("\"3 months\"", "\"3 weeks\"", "write the period in months or years"),
        ("power = 1", "power = 0.3", "a whole or half number from 0 to 4"),
        ("power = 1", "power = 9", "the power is not possible"),
        ("least_people = 100", "least_people = 0", "a result of nobody cannot count"),
        ("\"10%\"", "\"nothing\"", "With no share it would never have a result"),
        ("new_entrant = \"10%\"\n", "", "add a line: new_entrant = \"10%\""),
        ("\"50%\"\n[entry]", "\"30%\"\n[entry]", "at least 33.3"),
        ("\"50%\"\n[entry]", "\"130%\"\n[entry]", "the share cap is not possible"),
        ("\"£20,000\"", "\"-£20,000\"", "`cost_to_meet` is negative"),
        ("[\"A trained team\"]", "[\"\"]", "a sentence with nothing in it"),
        ("step_in_cover = \"50%\"", "step_in_cover = \"100%\"", "the step-in cover is not possible"),
        ("forfeited_when = \"The provider leaves without notice\"\n", "", "forfeited_when = \"The provider leaves"),
        ("barrier", "barriers", "did you mean `barrier`?"),
        ("market = \"M\"\n", "", "market = \"Help into work in the county\""),
    ];
    for (old, new, words) in in_file {
        assert_eq!(GOOD.matches(old).count(), 1, "{old}");
        let (found, wrong) = said(&GOOD.replace(old, new), TABLE);
        assert!(wrong && found.contains(words), "{old} → {new}\n{found}");
        complete(&found);
    }
    let in_table = [
        ("beech,all", "beech,none", "the market has no such lot"),
        ("beech,all", ",all", "this provider has no id"),
        ("beech,all", "ACORN,all", "`acorn` is written in two ways"),
        ("beech,all", "acorn,all", "has two rows for the lot `all`"),
        ("all,40\nbeech", "all,many\nbeech", "`capacity` should be a number of people"),
        ("provider,lot", "provider,lots", "the column `lot`"),
    ];
    for (old, new, words) in in_table {
        let providers = TABLE.replacen(old, new, 1);
        let (found, wrong) = said(&GOOD.replacen("[lot", "providers = \"providers.csv\"\n[lot", 1), &providers);
        let words = words.replace("the column `lot`", "no column `lot`");
        assert!(wrong && found.contains(&words), "{providers}\n{found}");
        complete(&found);
    }
    let dates = [
        ("2021-01-01,2020-01-01,,", "the licence ends before it starts"),
        ("1 May 2020,,,", "`licensed_from` should be a date"),
        (",,2020-05-01,2020-04-01", "gets people again before it was suspended"),
        (",,,2020-04-01", "gets people again before it was suspended"),
        ("2019-12-31,,,", "licensed for days on which the contract does not pay it"),
    ];
    for (cells, words) in dates {
        let providers = format!(
            "provider,lot,licensed_from,licensed_to,suspended,resumed\nacorn,all,{cells}\nbeech,all,,,,\ncedar,all,,,,\n"
        );
        let (found, wrong) = said(GOOD, &providers);
        assert!(wrong && found.contains(words), "{cells}\n{found}");
        complete(&found);
    }
    let (found, wrong) = said(&GOOD.replace("\"performance\"", "\"capacity\""), &TABLE.replace(",40\nbeech", ",\nbeech"));
    assert!(wrong && found.contains("people are divided by capacity, and `acorn` states none"), "{found}");
}

/// A message says where, what was expected and how to put it right.
fn complete(found: &str) {
    for problem in found.split("error: ").skip(1) {
        assert!(problem.contains("expected") && problem.contains("hint: "), "{problem}");
    }
}

#[test]
fn rules_that_invite_trouble_are_warned_about() {
    let open = GOOD.replace("\"framework\"\nplaces = 3", "\"licence\"");
    let by_rota = |text: &str| {
        let (before, after) = text.split_once("by = \"performance\"").expect("the rule");
        let after = after.split_once("new_entrant = \"10%\"\n").expect("the rule").1;
        format!("{before}by = \"rota\"\nperiod = \"3 months\"\n{after}")
    };
    let single = GOOD.replace("\"framework\"\nplaces = 3", "\"single award\"").replace("share_cap = \"50%\"\n", "");
    let two_later = "provider,lot,capacity,licensed_from\nacorn,all,40,\nbeech,all,40,2021-01-01\ncedar,all,40,\n";
    let cases = [
        (single, "provider,lot,capacity\nacorn,all,40\n", "one provider has a lot for more than 5 years"),
        (
            GOOD.replace("50%\"\n[entry]", "40%\"\n[entry]"),
            two_later,
            "2 providers are licensed on 2020-01-01, each with at most 40%",
        ),
        (GOOD.replace("= 100", "= 30"), TABLE, "with a chance of 21%"),
        (GOOD.replace("= 100", "= 10"), TABLE, "with a chance of 32%"),
        (by_rota(&open), TABLE, "cost rose by 48% in two years"),
        (GOOD.replace("step_in_cover = \"50%\"\n", ""), TABLE, "nobody holds capacity free to step in"),
        (GOOD.replace("step_in_cover = \"50%\"", "step_in_cover = \"20%\""), TABLE, "the others could not take everybody"),
        (GOOD.replace("[lot.all]\n", "[lot.all]\nsegments = [\"a\"]\n"), TABLE, "the segment \"b\" in \"whole area\""),
        (
            GOOD.replace("[lot.all]\n", "[lot.all]\nsegments = [\"a\"]\n[lot.b]\nsegments = [\"b\"]\n"),
            TABLE,
            "nobody is licensed in the lot `b`",
        ),
    ];
    for (market, providers, words) in cases {
        let (found, wrong) = said(&market, providers);
        assert!(!wrong && found.contains(words), "{words}\n{found}");
    }
    // A third of each capacity covers one of three: 26 of 40 are filled, and the others have 28 free.
    let (found, _) = said(&GOOD.replace("step_in_cover = \"50%\"", "step_in_cover = \"35%\""), TABLE);
    assert_eq!(found, "");
}

/// The providers of the contract are those of the market where it has no table of its own.
#[test]
fn the_list_of_the_contract_is_used() {
    let open = |market: &str, table: &str| {
        let scheme =
            crate::head(1, &["a"], "nearest penny, half up").replacen("segments", "areas = [\"north\", \"south\"]\nsegments", 1);
        let listed = "[providers.acorn]\nareas = [\"north\"]\n[providers.beech]\nends = 2020-12-31\n";
        let outcome = "[outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"30 %\"\n\
                       [pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£1\"\n";
        let files =
            crate::opened(&[("scheme.toml", &(scheme + listed + outcome)), ("market.toml", market), ("providers.csv", table)]);
        let checked = contract::check(&files);
        let texts: String = checked.problems.iter().map(|problem| problem.render("", &files.sources)).collect();
        (checked.market, texts)
    };
    let market = "market = \"M\"\n[lot.north]\nareas = [\"north\"]\n[lot.south]\nareas = [\"south\"]\n[award]\nkind = \"licence\"\n\
                  [allocation]\nby = \"rota\"\nperiod = \"1 month\"\n";
    let (found, texts) = open(market, "other\n1\n");
    let found = found.unwrap_or_else(|| panic!("{texts}"));
    let held: Vec<Vec<&str>> = found
        .lots
        .iter()
        .map(|lot| lot.licences.iter().map(|licence| found.providers[licence.provider].id.as_str()).collect())
        .collect();
    assert_eq!(held, [vec!["acorn", "beech"], vec!["beech"]]);
    assert_eq!(base::day::date(found.lots[1].licences[0].to), jiff::civil::Date::constant(2020, 12, 31));
    let (_, texts) = open(market, "provider,lot\noak,north\n");
    assert!(texts.contains("the contract does not list this provider"), "{texts}");
    let (_, texts) = open(market, "provider,lot\nacorn,south\n");
    assert!(texts.contains("the contract pays `acorn` for none of the areas of the lot `south`"), "{texts}");
    let (_, texts) = open(market, "provider,lot\nbeech,south\n");
    assert!(texts.contains("licensed for days on which the contract does not pay it"), "{texts}");
}

/// What is said of random markets stays English: with no, one and many of everything, and numbers of any size.
#[test]
fn the_sentences_of_a_market_stay_english() {
    let mut draws = crate::Draws(21);
    let mut seen = 0;
    for _ in 0..crate::rounds(300) {
        let providers = draws.below(4);
        let kind = draws.of(&["\"framework\"\nplaces = 1", "\"framework\"\nplaces = 40", "\"licence\"", "\"single award\""]);
        let by = draws.of(&[
            "\"rota\"",
            "\"capacity\"",
            "\"user choice\"\nfallback = \"waiting list\"",
            "\"user choice\"\nfallback = \"rota\"",
            "\"performance\"\npower = 0\nleast_people = 1\nnew_entrant = \"equal share\"",
            "\"user choice\"\nfallback = \"performance\"\npower = 2.5\nleast_people = 1000\nnew_entrant = \"0.5%\"",
        ]);
        let period = draws.of(&["1 month", "3 months", "1 year", "10 years"]);
        let cap = draws.of(&["", "share_cap = \"100%\"\n", "share_cap = \"33.4%\"\n"]);
        let lots = draws.of(&[
            "[lot.all]\n",
            "[lot.a]\nsegments = [\"a\"]\n",
            "[lot.a]\nsegments = [\"a\"]\n[lot.b]\nsegments = [\"b\"]\n",
        ]);
        let rest = draws.of(&[
            "",
            "[entry]\nrequirements = [\"One\", \"Two.\"]\ncost_to_meet = \"£0\"\ncost_of_bid = \"£1,000,000\"\n",
            "[exit]\nnotice = \"1 day\"\nstep_in_cover = \"12.5%\"\n[bond]\namount = \"£1\"\nforfeited_when = \"it leaves\"\n",
            "[information]\nbarrier = [\"Names.\"]\n[exit]\nnotice = \"12 months\"\n",
        ]);
        let market =
            format!("market = \"M\"\n{lots}[award]\nkind = {kind}\n[allocation]\nby = {by}\nperiod = \"{period}\"\n{cap}{rest}");
        let lot = if lots.contains("all") { "all" } else { "a" };
        let mut table = "provider,lot,capacity,licensed_from,licensed_to,suspended,resumed\n".to_owned();
        for at in 0..providers {
            let dates =
                draws.of(&[",,,", "2020-02-01,,,", ",2039-01-01,2020-03-01,", "2020-02-01,2021-01-01,2020-03-01,2020-04-01"]);
            table += &format!("p{at},{lot},{},{dates}\n", draws.of(&["1", "120", "1000000"]));
        }
        let files = if providers == 0 { files(&market, "other\n1\n") } else { files(&market, &table) };
        let checked = contract::check(&files);
        for problem in checked.problems.iter().filter(|problem| problem.file != "scheme.toml") {
            let faults = base::proofreading::faults(&problem.what);
            assert!(faults.is_empty(), "{faults:?}: {}", problem.what);
        }
        let (Some(market), Some(scheme)) = (&checked.market, &checked.scheme) else { continue };
        seen += 1;
        for paragraph in contract::market::words::term_sheet(market, scheme) {
            let faults = base::proofreading::faults_of_sentences(&paragraph.text);
            assert!(faults.is_empty(), "{faults:?}: {}", paragraph.text);
        }
    }
    assert!(seen > 60, "{seen}");
}
