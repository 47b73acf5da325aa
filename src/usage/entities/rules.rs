//! What the rules say, and what to do when one is broken.

/// A rule of entities.
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) says: &'static str,
    pub(super) advice: &'static str,
}

const fn rule(id: &'static str, says: &'static str, advice: &'static str) -> Rule {
    Rule { id, says, advice }
}

const REFRESH: &str =
    "a refresh of the warehouse is not atomic: export once more, and look for deleted records if it stays";

pub(super) const RULES: &[Rule] = &[
    rule("ENT-READ", "every record can be read", "repair the file, or export it once more"),
    rule("ENT-FILE", "files are named after an entity", "rename the file, or take it out of the folder"),
    rule("ENT-COLUMN", "an export has all columns", "select the missing columns, too"),
    rule(
        "ENT-NAMES",
        "an export keeps to one set of names",
        "take the names of the API or those of the database",
    ),
    rule("ENT-NULL", "required fields are not NULL", "see whether the export loses values"),
    rule(
        "ENT-TYPE",
        "values are of the kind that the description tells",
        "see how the export writes this column",
    ),
    rule(
        "ENT-VALUE",
        "enumerated fields hold a listed value",
        "see whether the value is new, or a typing mistake",
    ),
    rule("ENT-FORM", "values have the described form and range", "see where the value comes from"),
    rule("ENT-KEY", "a key stands in one row only", "see whether rows were exported twice"),
    rule("DAPI-044", "some columns are in the API only or in the database only", "do not mix both exports"),
    rule("DAPI-045", "sizes and durations agree in all units", "see which unit is wrong"),
    rule("DAPI-050", "entitlement IDs are those of an entitlement", REFRESH),
    rule("DAPI-051", "the server of a served device is a device", REFRESH),
    rule("DAPI-052", "products are those of the feature list", "nothing, if the product has no features"),
    rule("DAPI-053", "served features are those of a product", REFRESH),
    rule("DAPI-054", "part numbers are those of a product", "nothing, if the product has no features"),
    rule("DAPI-055", "license models are those of an entitlement", REFRESH),
    rule("DAPI-056", "account IDs are those of an account that is there or deleted", REFRESH),
    rule("DAPI-057", "account ID and account name belong together", REFRESH),
    rule("DAPI-058", "activation IDs are those of an entitlement that is there or deleted", REFRESH),
    rule(
        "DAPI-059",
        "usage is charged to the end customer of its line item",
        "see which of both accounts is right",
    ),
    rule("DAPI-060", "only virtual machines have a VMName", "correct the machine type or the name"),
    rule("DAPI-061", "only expiring activations have a duration", "see how the line item expires"),
    rule(
        "DAPI-062",
        "remaining copies are between 0 and the quantity",
        "see whether copies were counted twice",
    ),
    rule(
        "DAPI-063",
        "times, durations and product of a download make sense",
        "see where the value comes from",
    ),
    rule(
        "DAPI-064",
        "device and entitlement IDs have 19 digits",
        "see whether this is the visible or the internal ID",
    ),
    rule("DAPI-066", "contacts of downloads are users", "nothing, if the user was deleted or has changed"),
    rule("DAPI-067", "downloads and files say the same of a file", "see whether the file was loaded anew"),
    rule("DAPI-073", "license owners are accounts", REFRESH),
    rule("DAPI-074", "the FileName of a download is a FileID", "join by meaning: FileName to FileID"),
    rule(
        "DAPI-078",
        "custom attributes are objects of names and values",
        "see how the export writes objects",
    ),
    rule("DAPI-080", "an attribute stands once with its owner", "see whether rows were exported twice"),
    rule("DAPI-081", "attributes of accounts belong to an account", REFRESH),
    rule("DAPI-082", "attributes of entitlements belong to an entitlement", REFRESH),
    rule("DAPI-083", "attributes of fulfillments belong to a fulfillment", REFRESH),
    rule("DAPI-084", "attributes of line items belong to a line item", REFRESH),
    rule("DAPI-085", "license model attributes belong to a line item", REFRESH),
    rule("DAPI-086", "custom attributes of license models belong to a license model", REFRESH),
    rule("DAPI-087", "attributes of maintenance belong to a maintenance line item", REFRESH),
    rule("DAPI-088", "attributes of products belong to a product", REFRESH),
    rule("DAPI-089", "attributes of users belong to a user", REFRESH),
    rule("DAPI-090", "there may be more columns than are documented", "nothing: it is only noted"),
    rule(
        "DAPI-091",
        "ACTIVATION_ID of line item attributes is an internal key",
        "do not join it to activation IDs",
    ),
];

pub(super) fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
