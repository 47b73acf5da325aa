//! Rules on the data set as a whole: that it can be read, and that it keeps to one form of each topic.

use super::{BOTH, Check, FIELDS, GUIDE, INFERRED, Rule};
use crate::report::events::Severity::{E, I, W};

const ONE_FORM: &str =
    "All forms are accepted; find out why one data set has two, such as two exports in one file.";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "INPUT",
        E,
        FIELDS,
        "Every line is one JSON object.",
        "Export the rows as JSON Lines, one object a line, and see that the file was written to its end.",
        Check::Reading,
    ),
    Rule::new(
        "WH-USAGE-001",
        W,
        BOTH,
        "Empty values have one form: null, empty text or no key.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-002",
        W,
        BOTH,
        "Activation IDs have one form: array, array as text, or bare text.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-003",
        W,
        FIELDS,
        "Times have one form: milliseconds, the same as text, or timestamps.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-004",
        W,
        FIELDS,
        "JSON columns have one form: native or as text.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-005",
        W,
        BOTH,
        "Response codes of elastic rows have one form: text or number, three or four digits.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-006",
        W,
        GUIDE,
        "Versions of rate tables have one form: text or number.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-007",
        W,
        INFERRED,
        "Split charges have one form: each row repeats the item quantity, or each shows its share.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-008",
        W,
        INFERRED,
        "USED has one form within requests: the value after the row, or after the request.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-009",
        W,
        INFERRED,
        "Refunds have one form: a negative meter quantity, or a negative item quantity too.",
        ONE_FORM,
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-010",
        W,
        BOTH,
        "A data set has the 23 or the 31 documented columns.",
        "Export all columns of the usage table; ignore this for columns that you added yourself.",
        Check::Across,
    ),
    Rule::new(
        "WH-USAGE-011",
        W,
        FIELDS,
        "Columns go by their documented names, each once.",
        "Keep the names of the export: database names, or Data Access names with capital Item and Meter.",
        Check::Reading,
    ),
    Rule::new(
        "WH-USAGE-064",
        I,
        GUIDE,
        "Known elastic codes are 101, 102 and 201; any other code counts as denied.",
        "Nothing, if the code means a denial; if it means granted, name it as a granted code.",
        Check::Row(super::elastic_rules::known_code),
    ),
];
