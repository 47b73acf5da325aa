//! The worked sequence of the specification, and what it does not show.

use std::collections::BTreeMap;

use super::*;
use crate::domain::{DAY, HOUR, Millis};

const NOW: Millis = 1_893_456_000_000;

fn license(name: &str, count: Option<i64>) -> License {
    License {
        id: 0,
        feature: FeatureKey { name: name.into(), version: "1.0".into() },
        model: Model::Concurrent,
        count,
        overdraft: Some(0),
        start: 0,
        end: None,
        borrow_interval: None,
        activation_id: format!("act-{name}"),
        entitlement_id: "ent-1".into(),
        product_name: "P".into(),
        product_version: "1.0".into(),
        selectors: BTreeMap::new(),
        vendor_string: String::new(),
        used: 0,
    }
}

fn metered(name: &str, count: i64, reusable: bool) -> License {
    License { model: Model::Metered { reusable, undo_seconds: 300 }, ..license(name, Some(count)) }
}

fn server(licenses: Vec<License>) -> LicenseServer {
    let mut server = LicenseServer::new("3VH8MNZESMSP", "ACME");
    server.replace_licenses(licenses);
    server
}

fn host(name: &str) -> HostId {
    HostId { kind: "string".into(), value: name.into() }
}

fn ask(name: &str, entries: &[(&str, i64)]) -> CapabilityRequest {
    let entry = |(name, count): &(&str, i64)| WantedFeature {
        name: (*name).to_owned(),
        version: "1.0".into(),
        count: *count,
    };
    CapabilityRequest {
        host: host(name),
        features: entries.iter().map(entry).collect(),
        borrow_interval: 0,
        partial: false,
        incremental: false,
        selectors: BTreeMap::new(),
        vendor_dictionary: None,
        correlation_id: None,
    }
}

fn step(server: &mut LicenseServer, request: CapabilityRequest) -> Served {
    server.serve(&LicensingRules::default(), NOW, &request)
}

fn held(server: &LicenseServer, name: &str, feature: &str) -> i64 {
    let feature = FeatureKey { name: feature.into(), version: "1.0".into() };
    server.clients.get(&host(name).key()).map_or(0, |client| client.held(&feature))
}

fn denials(served: &Served) -> Vec<Denial> {
    served.statuses.iter().map(|status| status.denial).collect()
}

/// A host, whether it adds and whether a part will do, its entries, what A and B hold then, and what is denied.
type Step = (&'static str, bool, bool, &'static [(&'static str, i64)], (i64, i64), Vec<Denial>);

/// The worked sequence (`50` §5.7): three counts, hosts A and B.
#[test]
fn the_worked_sequence_comes_out_as_written() {
    let mut server = server(vec![license("f1", Some(3))]);
    let insufficient = vec![Denial::CountInsufficient];
    let steps: [Step; 9] = [
        ("A", false, false, &[("f1", 2)], (2, 0), vec![]),
        ("B", false, false, &[("f1", 2)], (2, 0), insufficient.clone()),
        ("B", false, true, &[("f1", 2)], (2, 1), vec![]),
        ("A", true, false, &[], (2, 1), vec![]),
        ("A", true, false, &[("f1", -1)], (1, 1), vec![]),
        ("A", true, false, &[("f1", -2)], (1, 1), vec![Denial::DecrementTooLarge]),
        ("A", false, false, &[("f1", 2)], (2, 1), vec![]),
        ("A", false, false, &[("f1", 3)], (0, 1), insufficient),
        ("B", false, false, &[], (0, 0), vec![]),
    ];
    for (number, (name, incremental, partial, entries, expected, denied)) in steps.into_iter().enumerate() {
        let request = CapabilityRequest { incremental, partial, ..ask(name, entries) };
        let served = step(&mut server, request);
        let after = (held(&server, "A", "f1"), held(&server, "B", "f1"));
        assert_eq!((after, denials(&served)), (expected, denied), "step {}", number + 1);
        assert_eq!(server.licenses[0].used, after.0 + after.1, "step {}", number + 1);
        if number == 3 {
            assert_eq!(served.granted[0].count, 2, "the holding is shown");
        }
    }
}

/// The reference vector of reservations: 10 counts, 3 reserved for D1, 2 for U1, 5 shared.
#[test]
fn reserved_counts_are_kept_for_their_hosts() {
    let mut server = server(vec![license("f1", Some(10))]);
    let feature = FeatureKey { name: "f1".into(), version: "1.0".into() };
    let reservations = vec![(host("D1"), vec![(feature.clone(), 3)]), (host("U1"), vec![(feature, 2)])];
    let draft = GroupDraft { name: "support".into(), reservations };
    let rules = LicensingRules::default();
    server.add_group(draft.clone(), &rules).unwrap();
    assert_eq!(server.add_group(draft, &rules).err(), Some(GroupFault::NameTaken));
    assert!(denials(&step(&mut server, ask("D1", &[("f1", 4)]))).is_empty());
    assert!(denials(&step(&mut server, ask("D2", &[("f1", 3)]))).is_empty());
    let more = step(&mut server, ask("D3", &[("f1", 2)]));
    assert_eq!(denials(&more), [Denial::CountInsufficient], "one shared count is left");
    let again = step(&mut server, ask("D2", &[("f1", 4)]));
    assert!(denials(&again).is_empty(), "its own three come back first: {again:?}");
    let of_the_group = step(&mut server, ask("U1", &[]));
    assert_eq!(of_the_group.granted[0].count, 2, "an empty request is granted what is reserved");
    assert_eq!(denials(&step(&mut server, ask("U1", &[("f1", 3)]))), [Denial::CountInsufficient]);
}

#[test]
fn several_line_items_are_one_pool_and_the_overdraft_comes_last() {
    let second = License { activation_id: "act-2".into(), overdraft: Some(1), ..license("f1", Some(1)) };
    let mut server = server(vec![license("f1", Some(1)), second]);
    let served = step(&mut server, ask("A", &[("f1", 3)]));
    assert_eq!(served.granted[0].count, 3);
    assert_eq!(server.licenses.iter().map(|license| license.used).collect::<Vec<_>>(), [1, 2]);
    let line = &served.lines[0];
    assert_eq!((line.line_items.len(), line.entitled, line.overdraft, line.used), (2, Some(2), Some(1), 3));
    assert_eq!(denials(&step(&mut server, ask("B", &[("f1", 1)]))), [Denial::CountInsufficient]);
}

#[test]
fn metered_counts_are_charged_and_stay_charged() {
    let mut server = server(vec![metered("m1", 100, false), metered("m2", 100, true)]);
    for total in [40, 80] {
        let served = step(&mut server, ask("A", &[("m1", 40)]));
        assert_eq!(
            (served.granted[0].count, served.granted[0].expires, served.lines[0].used),
            (40, None, total)
        );
        assert_eq!(served.granted[0].most, Some(100 - total));
    }
    assert_eq!(denials(&step(&mut server, ask("B", &[("m1", 21)]))), [Denial::CountInsufficient]);
    step(&mut server, ask("A", &[]));
    assert_eq!(server.licenses[0].used, 80, "a full return gives no charge back");
    let change = |entries| CapabilityRequest { incremental: true, ..ask("A", entries) };
    assert_eq!(denials(&step(&mut server, change(&[("m1", -1)]))), [Denial::NotReusable]);
    assert_eq!(denials(&step(&mut server, change(&[("m2", -1)]))), [Denial::ReturnNotAvailable]);
    step(&mut server, ask("A", &[("m2", 5)]));
    assert_eq!(denials(&step(&mut server, change(&[("m2", -6)]))), [Denial::ReturnInsufficient]);
    assert!(denials(&step(&mut server, change(&[("m2", -2)]))).is_empty());
    assert_eq!(server.licenses[1].used, 3);
}

#[test]
fn entries_are_judged_by_name_version_dates_and_selectors_in_turn() {
    let old = License { end: Some(NOW), ..license("old", Some(1)) };
    let new = License { start: NOW + DAY, ..license("new", Some(1)) };
    let there = BTreeMap::from([("region".to_owned(), "EMEA".to_owned())]);
    let bound = License { selectors: there.clone(), ..license("bound", Some(1)) };
    let mut server = server(vec![license("f1", Some(1)), old, new, bound]);
    let mut request = ask("A", &[("none", 1), ("f1", 1), ("old", 1), ("new", 1), ("bound", 1), ("f1", 1)]);
    request.features[1].version = "1.1".into();
    let served = step(&mut server, request.clone());
    let expected = [
        Denial::NotAvailable,
        Denial::VersionNotFound,
        Denial::Expired,
        Denial::NotStarted,
        Denial::NotAvailable,
    ];
    assert_eq!(denials(&served), expected);
    assert_eq!(served.granted.len(), 1, "the others do not get in its way");
    request.selectors = there;
    assert_eq!(denials(&step(&mut server, request)), expected[..4]);
}

#[test]
fn borrows_end_renew_and_keep_within_the_license() {
    let short = License { end: Some(NOW + HOUR), ..license("short", Some(1)) };
    let daily = License { borrow_interval: Some(DAY), ..license("f1", Some(2)) };
    let mut server = server(vec![daily, short]);
    let rules = LicensingRules::default();
    let expiries = |served: &Served| served.granted.iter().map(|granted| granted.expires).collect::<Vec<_>>();
    let served = step(&mut server, ask("A", &[("f1", 1), ("short", 1)]));
    assert_eq!(expiries(&served), [Some(NOW + DAY), Some(NOW + HOUR)]);
    let later = server.serve(&rules, NOW + 1000, &CapabilityRequest { incremental: true, ..ask("A", &[]) });
    assert_eq!(expiries(&later), [Some(NOW + DAY + 1000), Some(NOW + HOUR)]);
    assert!(later.lines.is_empty());
    let key = host("A").key();
    let ended = server.end_borrows(&key, NOW + HOUR);
    assert_eq!((ended.len(), ended[0].kind, ended[0].used), (1, LineKind::Expired, 0));
    assert_eq!(server.clients[&key].status, ServedStatus::Normal);
    server.end_borrows(&key, NOW + DAY + 1000);
    assert_eq!(server.clients[&key].status, ServedStatus::Expired);
    assert_eq!(server.licenses[0].used, 0);
}

#[test]
fn a_complete_request_tells_what_it_gave_back() {
    let mut server = server(vec![license("f1", Some(3)), license("f2", Some(3))]);
    step(&mut server, ask("A", &[("f1", 2), ("f2", 1)]));
    let served = step(&mut server, ask("A", &[("f2", 1)]));
    let lines: Vec<_> =
        served.lines.iter().map(|line| (line.kind, line.name.as_str(), line.quantity)).collect();
    assert_eq!(lines, [(LineKind::Granted, "f2", 1), (LineKind::Released, "f1", 2)]);
    let returned = step(&mut server, ask("A", &[]));
    assert!(returned.granted.is_empty() && returned.statuses.is_empty());
    assert_eq!(server.clients[&host("A").key()].status, ServedStatus::Returned);
    assert!(step(&mut server, ask("A", &[])).lines.is_empty());
}

#[test]
fn a_preview_shows_and_changes_nothing() {
    let mut server = server(vec![license("f1", Some(3)), license("u1", None)]);
    step(&mut server, ask("A", &[("f1", 1)]));
    step(&mut server, ask("B", &[("f1", 1)]));
    let rules = LicensingRules::default();
    let before = format!("{server:?}");
    let shown = server.preview(&rules, NOW, &ask("B", &[("f1", 1)]));
    assert_eq!((shown.granted[0].count, shown.granted[0].most), (1, Some(2)));
    assert_eq!(denials(&server.preview(&rules, NOW, &ask("B", &[("f1", 3)]))), [Denial::CountInsufficient]);
    let all = server.preview(&rules, NOW, &ask("B", &[]));
    let all: Vec<_> =
        all.granted.iter().map(|granted| (granted.feature.name.as_str(), granted.most)).collect();
    assert_eq!(all, [("f1", Some(2)), ("u1", None)]);
    assert_eq!(format!("{server:?}"), before);
}

#[test]
fn what_is_in_use_stays_in_use_when_the_features_are_replaced() {
    let mut server = server(vec![license("f1", Some(3)), license("f2", Some(3))]);
    step(&mut server, ask("A", &[("f1", 2), ("f2", 1)]));
    server.replace_licenses(vec![license("f1", Some(2))]);
    assert_eq!((server.licenses[0].used, held(&server, "A", "f1"), held(&server, "A", "f2")), (2, 2, 0));
    assert_eq!(denials(&step(&mut server, ask("B", &[("f1", 1)]))), [Denial::CountInsufficient]);
}
