//! What can be asked: groups, their filters, the filters of every group, and operators (DAPI-007, DAPI-009 to DAPI-011).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::errors;
use super::super::reply::respond;
use super::asked::Asked;
use super::render::refused;
use crate::domain::data_access::{GLOBAL_FILTERS, Operator, entities};
use crate::site::{Refusal, Site};
use crate::sites::Sites;

/// The groups that reports can be had of.
pub(super) async fn names(asked: Asked, State(sites): State<Arc<Sites>>) -> Response {
    let names: Vec<&str> = entities().iter().map(|entity| entity.group.as_str()).collect();
    answer(&asked, &sites, |_site| Ok(json!(names))).await
}

/// The filters of a group, each with the field that it looks at.
pub(super) async fn types(asked: Asked, State(sites): State<Arc<Sites>>) -> Response {
    let filters = |site: &Site| {
        let entity = asked.entity(site.rules().data_access.unknown_group)?;
        let filter = |(name, field): (&String, &String)| {
            let kind = entity.field(field).map(|field| field.kind.as_str());
            json!({ "name": name, "field": field, "type": kind })
        };
        Ok(entity.filters.iter().map(filter).collect())
    };
    answer(&asked, &sites, filters).await
}

/// The filters of every group.
pub(super) async fn global_filters(asked: Asked, State(sites): State<Arc<Sites>>) -> Response {
    let filters = GLOBAL_FILTERS
        .iter()
        .map(|filter| json!({ "name": filter.name, "type": filter.kind, "description": filter.says }));
    answer(&asked, &sites, |_site| Ok(filters.collect())).await
}

/// The operators of queries.
pub(super) async fn operators(asked: Asked, State(sites): State<Arc<Sites>>) -> Response {
    let joins = [("$and", "every clause of the object holds"), ("$or", "one clause of the object holds")];
    let operators =
        Operator::all().chain(joins).map(|(word, says)| json!({ "name": word, "description": says }));
    answer(&asked, &sites, |_site| Ok(operators.collect())).await
}

async fn answer(
    asked: &Asked,
    sites: &Sites,
    list: impl FnOnce(&Site) -> Result<Value, Refusal>,
) -> Response {
    let acted = sites.act(&asked.site, |site| {
        let listed = site.admit(&asked.credential).and_then(|()| list(site));
        (listed, site.rules().data_access.body)
    });
    match acted.await {
        Err(error) => errors::of_sites(&error),
        Ok((Err(refusal), _)) => refused(&refusal),
        Ok((Ok(list), change)) => {
            let mut body = json!({ "data": list });
            change(&mut body);
            respond(200, Some(&body))
        }
    }
}
