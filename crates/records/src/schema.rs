//! The tables that agencies supply, as data. Reading, checking, publishing and documenting them all start here.

/// One table: a file `NAME.csv` or `NAME.parquet`.
#[derive(Debug, PartialEq)]
pub struct RecordTable {
    pub name: &'static str,
    /// What one row is about.
    pub row: &'static str,
    /// Whether each value of the first column is in one row only. Coverage has no such column.
    pub keyed: bool,
    pub columns: &'static [RecordColumn],
}

/// One column.
#[derive(Debug, PartialEq)]
pub struct RecordColumn {
    pub name: &'static str,
    pub kind: ValueKind,
    /// Whether every row must have a value.
    pub required: bool,
    /// Whether a value may identify a person. Such values never go into a message, a log or an error.
    pub personal: bool,
    pub meaning: &'static str,
}

/// The type of the values of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueKind {
    /// The name of a row, a person or an organisation: text or a whole number.
    Id,
    /// Text: a kind of event, a name, a comment.
    Text,
    /// A date, `2027-04-01`.
    Day,
    /// A decimal number with at most two digits after the point: pounds, hours, a score.
    Amount,
    /// A number from 0 to 1: a probability, a quality. Kept in millionths.
    Share,
    /// One of a closed set of words.
    Choice(&'static [&'static str]),
}

const fn column(name: &'static str, kind: ValueKind, required: bool, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind, required, personal: false, meaning }
}

const fn personal(name: &'static str, kind: ValueKind, required: bool, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind, required, personal: true, meaning }
}

const PERSON: RecordColumn = personal("person", ValueKind::Id, true, "the person, as in the table of people");
const ABOUT_PERSON: RecordColumn = personal("person", ValueKind::Id, false, "the person, if it is about one");
const KNOWN: RecordColumn = column("known", ValueKind::Day, false, "the day it became known; empty: the day it happened");

/// Every table, in reading order: tables that others refer to come first.
pub static TABLES: [RecordTable; 13] = [
    RecordTable {
        name: "people",
        row: "One person.",
        keyed: true,
        columns: &[
            personal("person", ValueKind::Id, true, "the id of the person, the same in every table; not a name"),
            personal("forename", ValueKind::Text, false, "given names, for linking"),
            personal("surname", ValueKind::Text, false, "family name, for linking"),
            personal("born", ValueKind::Day, false, "date of birth"),
            personal("sex", ValueKind::Text, false, "sex, as the agency records it"),
            personal("postcode", ValueKind::Text, false, "the last known postcode, for linking"),
            personal("died", ValueKind::Day, false, "the day of death; empty while the person is alive"),
            personal("removed", ValueKind::Day, false, "the day the person was deported or emigrated for good"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "providers",
        row: "An organisation that serves people, or may do so.",
        keyed: true,
        columns: &[
            column("provider", ValueKind::Id, true, "the id of the organisation, as in the other tables"),
            column("name", ValueKind::Text, false, "the name of the organisation"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "starts",
        row: "One person starts with one provider: the index event, from which every follow-up window is counted.",
        keyed: true,
        columns: &[
            column("start", ValueKind::Id, true, "the id of the row"),
            PERSON,
            column("provider", ValueKind::Id, true, "the provider that serves the person"),
            column("began", ValueKind::Day, true, "the first day: the index date"),
            column("area", ValueKind::Text, false, "the area of the contract; needed if the scheme has several"),
            column("segment", ValueKind::Text, false, "the segment of the contract; needed if the scheme has several"),
            personal(
                "household",
                ValueKind::Id,
                false,
                "the household or family of the person; needed if an outcome counts households",
            ),
            column("ended", ValueKind::Day, false, "the first day after the service ended; empty while it goes on"),
            column(
                "group",
                ValueKind::Choice(&["served", "comparison"]),
                false,
                "`comparison` for a person of the comparison group, whom nobody serves; empty: served",
            ),
            KNOWN,
        ],
    },
    RecordTable {
        name: "events",
        row: "Something happened to a person on one day: an offence, a conviction, a test, a wage paid.",
        keyed: true,
        columns: &[
            column("event", ValueKind::Id, true, "the id of the row"),
            PERSON,
            column("kind", ValueKind::Text, true, "the kind of event: offence, conviction, job start …"),
            column("date", ValueKind::Day, true, "the day it happened"),
            column(
                "class",
                ValueKind::Text,
                false,
                "a class within the kind, by which outcomes may leave events out: breach, theft …",
            ),
            column(
                "about",
                ValueKind::Id,
                false,
                "the event that this one is about: the offence of a conviction, or the start of a job that ends",
            ),
            column(
                "settled",
                ValueKind::Day,
                false,
                "the day it was proven, if no other row says so: for an offence, the day of the conviction",
            ),
            column(
                "disposal",
                ValueKind::Id,
                false,
                "the disposal that settled it; offences dealt with together have the same one",
            ),
            column("amount", ValueKind::Amount, false, "an amount: pounds of a wage, or any units"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "spells",
        row: "Something lasted: a job, a treatment, a tenancy, a time in custody.",
        keyed: true,
        columns: &[
            column("spell", ValueKind::Id, true, "the id of the row"),
            PERSON,
            column("kind", ValueKind::Text, true, "the kind of spell: job, treatment, custody …"),
            column("from", ValueKind::Day, true, "the first day"),
            column("to", ValueKind::Day, false, "the first day after the end; empty while it goes on"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "contacts",
        row: "A provider and a person met.",
        keyed: true,
        columns: &[
            column("contact", ValueKind::Id, true, "the id of the row"),
            PERSON,
            column("provider", ValueKind::Id, true, "the provider that met the person"),
            column("date", ValueKind::Day, true, "the day"),
            column("kind", ValueKind::Text, false, "the kind of contact: meeting, call, group …"),
            column("hours", ValueKind::Amount, false, "how long it took, in hours"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "spend",
        row: "A department spent money.",
        keyed: true,
        columns: &[
            column("spend", ValueKind::Id, true, "the id of the row"),
            column("department", ValueKind::Id, true, "the department that spent it"),
            column("date", ValueKind::Day, true, "the day"),
            column("amount", ValueKind::Amount, true, "pounds; a refund is negative"),
            column("kind", ValueKind::Text, false, "what it was spent on"),
            ABOUT_PERSON,
            KNOWN,
        ],
    },
    RecordTable {
        name: "claims",
        row: "A provider claims a person's result: that an outcome happened or, where fewer is better, that it did not.",
        keyed: true,
        columns: &[
            column("claim", ValueKind::Id, true, "the id of the row"),
            column("provider", ValueKind::Id, true, "the provider that claims"),
            PERSON,
            column("outcome", ValueKind::Text, true, "the outcome, as the scheme names it"),
            column("date", ValueKind::Day, true, "the day on which the outcome was reached, according to the provider"),
            column("amount", ValueKind::Amount, false, "the pounds claimed"),
            column("checked", ValueKind::Day, false, "the day on which an audit checked the claim; empty: not checked"),
            column("found", ValueKind::Choice(&["true", "false"]), false, "whether the audit found the claim true"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "feedback",
        row: "Feedback from a person on a service.",
        keyed: true,
        columns: &[
            column("feedback", ValueKind::Id, true, "the id of the row"),
            column("provider", ValueKind::Id, true, "the provider of the service"),
            column("date", ValueKind::Day, true, "the day of the feedback"),
            ABOUT_PERSON,
            column("score", ValueKind::Amount, false, "the score, on the scale of the form"),
            personal("words", ValueKind::Text, false, "the comment, in the person's own words"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "lots",
        row: "One lot: a contract for one kind of service in one place, held by one provider.",
        keyed: true,
        columns: &[
            column("lot", ValueKind::Id, true, "the id of the row"),
            column("provider", ValueKind::Id, true, "the prime provider, which holds the lot"),
            column("kind", ValueKind::Text, false, "the kind of service: accommodation, treatment …"),
            column("region", ValueKind::Text, false, "the region"),
            column("area", ValueKind::Text, false, "the area, if it is not the whole region"),
            column("title", ValueKind::Text, false, "the title of the lot"),
            column("begins", ValueKind::Day, false, "the first day of the contract"),
            column("ends", ValueKind::Day, false, "the first day after the end; empty if no end is known"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "subcontracts",
        row: "A provider works in a lot that another provider holds.",
        keyed: true,
        columns: &[
            column("subcontract", ValueKind::Id, true, "the id of the row"),
            column("lot", ValueKind::Id, true, "the lot, as in the table of lots"),
            column("provider", ValueKind::Id, true, "the subcontractor, which works in the lot"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "invoices",
        row: "A line of an invoice, or of a plan for one: a number of results at a price, without the people.",
        keyed: true,
        columns: &[
            column("invoice", ValueKind::Id, true, "the id of the line"),
            column("contract", ValueKind::Id, true, "the contract of the invoice"),
            column("status", ValueKind::Choice(&["planned", "paid"]), true, "whether the payment is expected or was made"),
            column(
                "plan",
                ValueKind::Id,
                false,
                "the plan of a planned line; the plans of a contract replace each other and are never added up",
            ),
            column("outcome", ValueKind::Text, false, "the outcome paid for"),
            column("period", ValueKind::Text, false, "the period, as the contract writes it"),
            column("results", ValueKind::Amount, false, "the number of results"),
            column("price", ValueKind::Amount, false, "pounds for one result"),
            column("amount", ValueKind::Amount, true, "the pounds of the line"),
            KNOWN,
        ],
    },
    RecordTable {
        name: "coverage",
        row: "How far the records reach: a kind of event or spell is complete up to a day. Without a row, the last day of the table is used.",
        keyed: false,
        columns: &[
            column("table", ValueKind::Choice(&["events", "spells"]), true, "the table that the row is about"),
            column(
                "kind",
                ValueKind::Text,
                false,
                "the kind of event or spell; empty: every kind of the table that has no row of its own",
            ),
            column("until", ValueKind::Day, true, "the last complete day"),
            column(
                "since",
                ValueKind::Day,
                false,
                "the first complete day; needed if people are compared with the time before they started",
            ),
            column("people", ValueKind::Id, false, "how many people were looked up; needed if the count is 0"),
            column(
                "count",
                ValueKind::Id,
                false,
                "how many rows of the kind there are for the people and days of this row, counted by the agency; a different number of rows is refused; 0 states that there are none",
            ),
            column("said_by", ValueKind::Text, false, "the person at the agency who states it; needed if the count is 0"),
            column("said_on", ValueKind::Day, false, "the day on which it was stated; needed if the count is 0"),
        ],
    },
];

/// The table with a name.
#[must_use]
pub fn table(name: &str) -> Option<&'static RecordTable> {
    TABLES.iter().find(|table| table.name == name)
}

impl RecordTable {
    /// The position of a column. A name that the table does not have is a bug.
    #[must_use]
    pub fn column(&self, name: &str) -> usize {
        let found = self.columns.iter().position(|column| column.name == name);
        found.unwrap_or_else(|| panic!("the table {} has no column {name}", self.name))
    }
}

impl ValueKind {
    /// What is expected of a value, with an example.
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            ValueKind::Id => "a name or a whole number".into(),
            ValueKind::Text => "text".into(),
            ValueKind::Day => "a date like this: 2027-04-01".into(),
            ValueKind::Amount => "a number with at most two digits after the point: 1234.50".into(),
            ValueKind::Share => "a number from 0 to 1: 0.975".into(),
            ValueKind::Choice(words) => format!("one of {}", words.join(", ")),
        }
    }
}
