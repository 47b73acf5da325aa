//! The world of the published tutorial: rate table, instance and line item, on a clock that stands in its time.
//!
//! The tutorial's line item ended in 2026, so that its site has a virtual clock: everything can be typed in as it
//! stands, and hours pass when they are told to.

use rust_decimal::Decimal;

use crate::domain::{Attributes, KeyKind, LineItemState, Millis, RateItem};
use crate::site::{Instance, NewInstance, NewLineItem, NewRateTable, Refusal, Site};

/// What time it is in the tutorial: 15 January 2025, noon UTC.
pub const NOW: Millis = 1_736_942_400_000;
/// Account of the tutorial's customer.
const ACCOUNT: &str = "ACME";

/// How to make the tutorial's world.
#[derive(Clone, Debug)]
pub struct Demo {
    /// A client key as (ID, SPKI PEM), beside the administration keys.
    pub client_key: (String, String),
}

/// The decision that lets the tutorial's own request bodies through.
pub(crate) const POLICY: (&str, &str) = ("access.requested_version", "accepted");

/// Fills a site, unless it is filled already, and returns the instance.
pub(crate) fn seed(site: &mut Site, demo: &Demo) -> Result<Instance, Refusal> {
    site.install_keys(KeyKind::Client, vec![demo.client_key.clone()]);
    if let Some(instance) = site.default_instance_of(ACCOUNT) {
        return Ok(instance);
    }
    let item = |name: &str, version: &str, rate: i64| RateItem {
        name: name.into(),
        version: version.into(),
        rate: Some(Decimal::from(rate)),
        formula: None,
    };
    site.create_rate_table(NewRateTable {
        series: "PublicationApps".into(),
        version: "1".into(),
        effective_from: 1_693_145_037_000,
        items: vec![item("PhotoPrint", "1.0", 3), item("SignPrint", "1.0", 4), item("CADPrint", "2.0", 7)],
    })?;
    let new = NewInstance { short_name: "ACME-def-inst".into(), account_id: ACCOUNT.into() };
    let instance = site.create_instance(new);
    let attributes = Attributes {
        elastic: Some(true),
        rate_table_series: Some("PublicationApps".into()),
        ..Attributes::default()
    };
    let line_item = NewLineItem {
        activation_id: "ACT01-Elastic".into(),
        state: LineItemState::Deployed,
        quantity: 1000,
        start: 1_695_772_800_000,
        end: 1_790_380_800_000,
        attributes,
        used_in_body: None,
    };
    site.put_line_item(&instance.id, line_item)?;
    Ok(instance)
}
