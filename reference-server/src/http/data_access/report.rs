//! A report: the caller is let in, the request read, and the rows taken one after the other (DAPI-008).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::super::errors;
use super::asked::Asked;
use super::render::{refused, report};
use crate::domain::data_access::{Cells, Entity, Mode, Page, ReportRequest, usage_row};
use crate::domain::{DataAccessRules, Millis};
use crate::site::{Refusal, Site};
use crate::sites::{Sites, SitesError};

/// How many usage rows are in memory at a time.
const CHUNK: u64 = 10_000;
/// The group whose rows are the site's own charges.
const USAGE: &str = "usage";

/// What is to be reported.
struct Plan {
    entity: &'static Entity,
    request: ReportRequest,
    rules: DataAccessRules,
    /// Usage rows that were written later are not there yet.
    written_by: Millis,
    /// The rows of groups other than usage.
    rows: Vec<Cells>,
}

/// Answers with one page.
pub(super) async fn serve(asked: Asked, State(sites): State<Arc<Sites>>) -> Response {
    let plan = match sites.act(&asked.site, |site| plan(site, &asked)).await {
        Err(error) => return errors::of_sites(&error),
        Ok(Err(refusal)) => return refused(&refusal),
        Ok(Ok(plan)) => plan,
    };
    match page(&sites, &asked.site, &plan).await {
        Err(error) => errors::of_sites(&error),
        Ok(page) => report(&asked, plan.entity, &plan.request, &plan.rules, page),
    }
}

fn plan(site: &mut Site, asked: &Asked) -> Result<Plan, Refusal> {
    site.admit(&asked.credential)?;
    let (rules, delay) = (site.rules().data_access, site.rules().sessions.row_delay);
    let entity = asked.entity(rules.unknown_group)?;
    let request = asked
        .parameters()
        .and_then(|parameters| ReportRequest::read(parameters, entity, &rules, site.now()))
        .map_err(|message| Refusal::new(rules.invalid, message))?;
    let rows = if entity.group == USAGE { Vec::new() } else { site.report_rows(entity) };
    Ok(Plan { entity, request, rules, written_by: site.now().saturating_sub(delay), rows })
}

async fn page(sites: &Sites, site: &str, plan: &Plan) -> Result<Page, SitesError> {
    let ReportRequest { limit, mode, .. } = plan.request;
    let mut page = Page::new((plan.rules.first_of)(plan.request.page, limit), limit);
    if plan.entity.group != USAGE {
        plan.rows.iter().for_each(|row| take(&mut page, plan, row.clone()));
        return Ok(page);
    }
    let mut after = 0;
    loop {
        let lines = sites.store().usage_rows(site, after, CHUNK).await?;
        let last = (lines.len() as u64) < CHUNK;
        after += lines.len() as u64;
        for columns in lines.iter().filter_map(|line| serde_json::from_str::<Cells>(line).ok()) {
            let written = columns.get("WRITE_TIME").and_then(serde_json::Value::as_i64).unwrap_or_default();
            if written <= plan.written_by {
                take(&mut page, plan, usage_row(plan.entity, columns));
            }
        }
        // Only a count needs the rows behind the page.
        if last || mode == Mode::Batch && page.has_next() {
            return Ok(page);
        }
    }
}

/// Takes a row if it is wanted.
fn take(page: &mut Page, plan: &Plan, row: Cells) {
    let ReportRequest { from, until, filter, .. } = &plan.request;
    let in_range = plan.entity.changed_at(&row).is_some_and(|at| (plan.rules.in_range)(at, *from, *until));
    if in_range && filter.admits(&plan.rules, &row) {
        page.take(row);
    }
}
