//! Usage rows of license servers, in the table of all usage rows (`50` §11).

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::domain::licensing::{HostKey, Line, LineKind, Model, ServedStatus};
use crate::domain::usage_row::RowKind;
use crate::domain::{Tokens, UsageRow};
use crate::site::Site;

/// What a row counts, as `METER` says it.
const METER: &str = "Feature count";

/// What all rows of one request have in common.
pub(super) struct Heading {
    pub(super) correlation_id: String,
    pub(super) partial: bool,
    pub(super) incremental: bool,
    pub(super) meta_data: Option<Map<String, Value>>,
}

impl Heading {
    /// For what no request has asked for.
    pub(super) const fn of_the_server(correlation_id: String) -> Self {
        Self { correlation_id, partial: false, incremental: false, meta_data: None }
    }
}

impl Site {
    /// Writes a row for each line (CM-USE-001 to CM-USE-011, S-21).
    pub(super) fn write_lines(
        &mut self,
        instance: &Arc<str>,
        host: &HostKey,
        heading: &Heading,
        lines: &[Line],
    ) {
        for line in lines {
            let Some(row) = self.row_of(instance, host, heading, line) else { continue };
            let kind = match line.kind {
                LineKind::Granted => RowKind::LicenseGranted,
                LineKind::Denied(_) => RowKind::LicenseDenied,
                LineKind::Released => RowKind::LicenseReturned,
                LineKind::Expired => RowKind::LicenseExpired,
            };
            self.write(kind, row);
        }
    }

    fn row_of(
        &self,
        instance: &Arc<str>,
        host: &HostKey,
        heading: &Heading,
        line: &Line,
    ) -> Option<UsageRow> {
        let server = self.licensing.servers.get(instance)?;
        let client = server.clients.get(host)?;
        let (code, granted) = match line.kind {
            LineKind::Denied(denial) => (Some((self.rules.licensing.granting.code)(denial)), false),
            _ => (None, true),
        };
        let articles = |of: fn(&crate::domain::licensing::LineItemInfo) -> String| {
            granted.then(|| line.line_items.iter().map(of).collect::<Vec<String>>())
        };
        // Only concurrent requests are incremental (WH-USAGE-095).
        let metered = line.model.is_some_and(|model| model.is_metered());
        let nothing_held = client.holdings.is_empty();
        Some(UsageRow {
            correlation_id: heading.correlation_id.clone(),
            tenant_id: Arc::clone(&self.id),
            usage_time: self.now,
            write_time: self.written,
            consumer_id: Some(host.value.clone()),
            consumer_type: Some(host.kind.clone()),
            account_id: Arc::clone(&server.account_id),
            instance_id: Arc::clone(instance),
            activation_id: granted
                .then(|| line.line_items.iter().map(|item| item.activation_id.as_str().into()).collect()),
            mapped_entitled_count: line.entitled.filter(|_| granted),
            used: granted.then(|| Tokens::from(line.used)),
            item: line.name.clone(),
            item_version: Some(line.version.clone()),
            item_quantity: Decimal::from(line.quantity),
            session_id: None,
            session_state: None,
            request_response: code.map(Cow::Borrowed),
            controls_applied: None,
            meter_type: line.model.unwrap_or(Model::Concurrent).word().into(),
            meter: METER.into(),
            meter_cost_list: None,
            meter_cost: None,
            meter_quantity: Tokens::from(line.quantity),
            meta_data: heading.meta_data.clone().filter(|data| !data.is_empty()),
            partial: Some(heading.partial),
            incremental: Some(heading.incremental && !metered),
            overdraft_count: line.overdraft.filter(|_| granted),
            entitled_articles: articles(|item| item.product_name.clone()),
            entitled_article_versions: articles(|item| item.product_version.clone()),
            borrowed_until: line.borrowed_until.filter(|_| granted && !metered),
            served_client_status: Some(shown_status(line.kind, client.status, nothing_held).word().into()),
        })
    }
}

/// A return is one only when the host holds nothing any more (S-21); a borrow's end always is.
fn shown_status(kind: LineKind, status: ServedStatus, nothing_held: bool) -> ServedStatus {
    match kind {
        LineKind::Granted => ServedStatus::Normal,
        LineKind::Denied(_) => status,
        LineKind::Expired => ServedStatus::Expired,
        LineKind::Released if status == ServedStatus::Dropped => ServedStatus::Dropped,
        LineKind::Released if nothing_held => ServedStatus::Returned,
        LineKind::Released => ServedStatus::Normal,
    }
}
