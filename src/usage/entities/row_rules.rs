//! Rules within one row.

use rust_decimal::Decimal;

use super::findings::Findings;
use super::row::Row;
use crate::report::events::Severity::{E, W};

/// Fields that say the same in other units: bytes and their thousands.
const SIZES: [(&str, &[[&str; 4]]); 2] = [
    (
        "downloads",
        &[
            [
                "TotalBytesDownloaded",
                "TotalKbytesDownloaded",
                "TotalMbytesDownloaded",
                "TotalGbytesDownloaded",
            ],
            ["FileSizeInBytes", "FileSizeInKbytes", "FileSizeInMbytes", "FileSizeInGbytes"],
        ],
    ),
    ("files", &[["FileSizeInBytes", "FileSizeInKilobytes", "FileSizeInMegabytes", "FileSizeInGigabytes"]]),
];

/// Which factors the sizes of a data set show.
#[derive(Default)]
pub(super) struct Factors {
    thousands: u64,
    powers_of_two: u64,
}

impl Factors {
    /// Whether both factors are used in one data set.
    pub(super) fn mixed(&self) -> bool {
        self.thousands > 0 && self.powers_of_two > 0
    }
}

/// Judges a row by what its own fields say of each other.
pub(super) fn judge(row: &Row<'_>, factors: &mut Factors, findings: &mut Findings) {
    match row.entity.name.as_str() {
        "device" | "device-history" => virtual_machine(row, findings),
        "entitlement" => line_item(row, findings),
        "downloads" => download(row, findings),
        _ => {}
    }
    let sizes = SIZES.iter().filter(|(entity, _)| *entity == row.entity.name);
    for fields in sizes.flat_map(|(_, sizes)| *sizes) {
        size(row, fields, factors, findings);
    }
}

fn virtual_machine(row: &Row<'_>, findings: &mut Findings) {
    let Some(name) = row.text("VMName") else { return };
    let machine = row.text("DeviceMachineType").unwrap_or_else(|| "NULL".to_owned());
    if !machine.eq_ignore_ascii_case("VIRTUAL") {
        let message = format!("it is {name:?} on a machine of type {machine}");
        findings.row("DAPI-060", E, row, "VMName", message);
    }
}

fn line_item(row: &Row<'_>, findings: &mut Findings) {
    let permanence = row.text("IsActivationPermanent");
    if let Some(permanence) = permanence.filter(|value| !value.eq_ignore_ascii_case("EXPIRING")) {
        for field in ["EndDuration", "EndDurationUnits"] {
            if let Some(value) = row.text(field) {
                let message = format!("it is {value:?} although IsActivationPermanent is {permanence}");
                findings.row("DAPI-061", W, row, field, message);
            }
        }
    }
    if let (Some(remaining), Some(quantity)) =
        (row.decimal("RemainingCopies"), row.decimal("LineItemQuantity"))
        && (remaining < Decimal::ZERO || remaining > quantity)
    {
        let message = format!("{remaining} of {quantity} copies remain");
        findings.row("DAPI-062", W, row, "RemainingCopies", message);
    }
}

fn download(row: &Row<'_>, findings: &mut Findings) {
    if let (Some(start), Some(end)) = (row.time("DownloadStartTime"), row.time("DownloadEndTime"))
        && end < start
    {
        let message = format!("it ends {} ms before it starts", start - end);
        findings.row("DAPI-063", W, row, "DownloadEndTime", message);
    }
    for unit in ["Seconds", "Minutes"] {
        let field = format!("UserDownloadDurationIn{unit}");
        let total = row.decimal(&format!("DownloadDurationIn{unit}"));
        if let (Some(own), Some(total)) = (row.decimal(&field), total)
            && own > total
        {
            findings.row("DAPI-063", W, row, &field, format!("{own} is more than the total of {total}"));
        }
    }
    for kind in ["DownloadDuration", "UserDownloadDuration"] {
        let field = format!("{kind}InSeconds");
        if let (Some(seconds), Some(minutes)) =
            (row.decimal(&field), row.decimal(&format!("{kind}InMinutes")))
            && !near(seconds, Decimal::from(60), minutes)
        {
            findings.row("DAPI-045", W, row, &field, format!("{seconds} s are not {minutes} minutes"));
        }
    }
}

fn size(row: &Row<'_>, fields: &[&str; 4], factors: &mut Factors, findings: &mut Findings) {
    let Some(bytes) = row.decimal(fields[0]) else { return };
    let (mut thousand, mut power) = (Decimal::ONE, Decimal::ONE);
    for field in &fields[1..] {
        thousand *= Decimal::ONE_THOUSAND;
        power *= Decimal::from(1024);
        let Some(value) = row.decimal(field) else { continue };
        match (near(bytes, thousand, value), near(bytes, power, value)) {
            (true, false) => factors.thousands += 1,
            (false, true) => factors.powers_of_two += 1,
            (true, true) => {}
            (false, false) => {
                let message = format!("{value} does not agree with {bytes} bytes");
                findings.row("DAPI-045", W, row, field, message);
            }
        }
    }
}

/// Whether a value is the base divided by a factor. How it is rounded is open, so that one whole unit is allowed.
fn near(base: Decimal, factor: Decimal, value: Decimal) -> bool {
    let Some(wanted) = base.checked_div(factor) else { return false };
    let allowed = wanted.abs().checked_div(Decimal::from(1000)).unwrap_or(Decimal::ONE).max(Decimal::ONE);
    wanted.checked_sub(value).is_some_and(|difference| difference.abs() <= allowed)
}
