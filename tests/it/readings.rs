//! Every legal value of a decision point is served by the bundled server, so that the suite is seen to accept it.

use std::collections::BTreeSet;

use chargeproof::spec::Registry;
use reference_server::domain::readings;

/// What the server cannot be made to do, with the reason.
const NOT_SERVED: [(&str, &str, &str); 7] = [
    (
        "lineitem.second_instance.http",
        "200",
        "no document says what becomes of the tokens of the first instance",
    ),
    ("cmapi.error.body", "other JSON", "it stands for any body that no document describes"),
    (
        "cmapi.jwt.account_token.http",
        "401",
        "the server knows whose token it is, and says that it is not for this",
    ),
    ("content_type.http", "200", "the server reads JSON under no other name"),
    ("instances.order", "other", "pages follow the order of making, forwards or backwards"),
    ("session.period_change", "at-once", "a charge that is due has its time, which a change does not move"),
    (
        "configuration.running_session",
        "other",
        "a charge that is due has its time, which a change does not move",
    ),
];

#[test]
fn every_legal_value_is_served_or_excused() {
    let registry = Registry::embedded().unwrap();
    let served: BTreeSet<(&str, &str)> = readings::all().map(|one| (one.decision, one.value)).collect();
    let mut excused: BTreeSet<(&str, &str)> =
        NOT_SERVED.iter().map(|(name, value, _)| (*name, *value)).collect();
    let mut missing = Vec::new();
    let points = registry.readings();
    for point in &points {
        // The first value is the default, which the unchanged server shows.
        for value in point.values.iter().skip(1) {
            let one = (point.decision.as_str(), value.as_str());
            match (served.contains(&one), excused.remove(&one)) {
                (true, true) => missing.push(format!("{}={value} is served and excused", point.decision)),
                (false, false) => {
                    missing.push(format!("{}={value} is neither served nor excused", point.decision))
                }
                _ => {}
            }
        }
    }
    missing.extend(excused.iter().map(|(name, value)| format!("{name}={value} is excused and not legal")));
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
