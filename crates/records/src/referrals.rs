//! The tables of a referral: who is to be placed, who was placed, and the results by which shares are set. They are read one file at a
//! time, and are no part of a folder of records.

use crate::schema::{RecordColumn, RecordTable, ValueKind};

const fn column(name: &'static str, kind: ValueKind, required: bool, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind, required, personal: false, meaning }
}

const fn referral(meaning: &'static str) -> RecordColumn {
    RecordColumn { name: "referral", kind: ValueKind::Id, required: true, personal: true, meaning }
}

const AREA: RecordColumn = column("area", ValueKind::Text, false, "the area of the contract; needed if the scheme has several");
const SEGMENT: RecordColumn =
    column("segment", ValueKind::Text, false, "the segment of the contract; needed if the scheme has several");
const CHOICES: RecordColumn = column(
    "choices",
    ValueKind::Text,
    false,
    "the ids of the providers that the person would like, best first, with semicolons between them; empty where nobody was chosen",
);

/// People who are to be placed.
pub static REFERRALS: RecordTable = RecordTable {
    name: "referrals",
    row: "One person is referred.",
    keyed: true,
    columns: &[
        referral("the id of the referral, which also decides ties; not a name"),
        column("day", ValueKind::Day, true, "the day of the referral"),
        AREA,
        SEGMENT,
        CHOICES,
    ],
};

/// What became of them.
pub static ALLOCATIONS: RecordTable = RecordTable {
    name: "allocations",
    row: "One referral, and the provider that has the person.",
    keyed: true,
    columns: &[
        referral("the id of the referral"),
        column("day", ValueKind::Day, true, "the day of the referral"),
        AREA,
        SEGMENT,
        CHOICES,
        column("lot", ValueKind::Text, false, "the lot; empty where no lot has the area and the segment"),
        column("provider", ValueKind::Id, false, "the provider that has the person; empty while the person waits"),
        column("placed", ValueKind::Day, false, "the day on which the person was placed; empty while the person waits"),
        column("reason", ValueKind::Text, true, "why this provider, or why nobody"),
        column("instead_of", ValueKind::Id, false, "the provider that would have had the person but for the share cap"),
        column(
            "in_period",
            ValueKind::Id,
            false,
            "how many people the provider had in the lot and the period, with this one, when the person was placed",
        ),
        column("of", ValueKind::Id, false, "how many people were placed in the lot and the period by then, with this one"),
    ],
};

/// Results of providers.
pub static RESULTS: RecordTable = RecordTable {
    name: "results",
    row: "The result of one provider, and what is expected of the people it had.",
    keyed: true,
    columns: &[
        column("provider", ValueKind::Id, true, "the provider, as in the market"),
        column("people", ValueKind::Amount, true, "how many people are behind the result"),
        column("result", ValueKind::Amount, true, "how many of them had a good result"),
        column("expected", ValueKind::Amount, true, "how many good results are expected of people like them, above zero"),
    ],
};
